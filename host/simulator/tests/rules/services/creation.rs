//! What a service runs, how much of it and where.

use serde_json::{Value, json};

use super::{creation, definition, network, service, update};
use crate::rules::case::{Case, refused, with};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = definitions();
    cases.extend(counts());
    cases.extend(kinds());
    cases.extend(networks());
    cases.extend(placement());
    cases
}

fn definitions() -> Vec<Case> {
    let unknown = "ClientException: TaskDefinition not found.";
    let inactive = "ClientException: TaskDefinition is inactive";
    let blank = "InvalidParameterException: TaskDefinition can not be blank.";
    let run = |rule, definition: Value, says| {
        let input = json!({"cluster": "searchapp", "taskDefinition": definition});
        refused(rule, "RunTask", input, says)
    };
    let mut cases = vec![
        update(
            "service-definition-not-found",
            json!({}),
            json!({"taskDefinition": "web:2"}),
            unknown,
        ),
        run("service-definition-not-found", json!("web"), unknown),
        creation(
            "service-definition-inactive",
            json!({"taskDefinition": "web:1"}),
            inactive,
        )
        .after(
            "DeregisterTaskDefinition",
            json!({"taskDefinition": "web:1"}),
        ),
        update(
            "service-definition-inactive",
            json!({}),
            json!({"taskDefinition": "web:1"}),
            inactive,
        )
        .after("RegisterTaskDefinition", definition())
        .after(
            "DeregisterTaskDefinition",
            json!({"taskDefinition": "web:1"}),
        ),
        creation(
            "service-definition-empty",
            json!({"taskDefinition": null}),
            blank,
        ),
        creation(
            "service-definition-empty",
            json!({"taskDefinition": ""}),
            blank,
        ),
        run("service-definition-empty", Value::Null, blank),
    ];
    for reference in ["searchapp-web:1", "web:2", "web:0", "web:latest"] {
        let others = json!({"taskDefinition": reference});
        cases.push(creation("service-definition-not-found", others, unknown));
    }
    // The newest of a family is the newest ACTIVE one.
    let none = creation("service-definition-not-found", json!({}), unknown);
    cases.push(none.after(
        "DeregisterTaskDefinition",
        json!({"taskDefinition": "web:1"}),
    ));
    cases
}

fn counts() -> Vec<Case> {
    let missing = "InvalidParameterException: Desired count must be specified and non-negative.";
    let large = "InvalidParameterException: Desired count cannot exceed 5000.";
    let daemon = "InvalidParameterException: The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again.";
    let count = |it: Value| json!({"desiredCount": it});
    let as_daemon = json!({"desiredCount": null, "schedulingStrategy": "DAEMON"});
    let counted = json!({"desiredCount": 0, "schedulingStrategy": "DAEMON"});
    vec![
        creation("service-desired-missing", count(Value::Null), missing),
        creation("service-desired-missing", count(json!(-1)), missing),
        update(
            "service-desired-missing",
            json!({}),
            count(json!(-1)),
            missing,
        ),
        creation("service-desired-large", count(json!(5001)), large),
        creation(
            "service-desired-large",
            count(json!(4_294_967_296_u64)),
            large,
        ),
        update(
            "service-desired-large",
            count(json!(5000)),
            count(json!(5001)),
            large,
        ),
        creation("service-desired-daemon", counted, daemon),
        update("service-desired-daemon", as_daemon, count(json!(1)), daemon),
    ]
}

fn kinds() -> Vec<Case> {
    let provider = json!([{"capacityProvider": "spot"}]);
    vec![
        creation(
            "service-scheduling-strategy",
            json!({"schedulingStrategy": "SPREAD"}),
            "InvalidParameterException: Invalid scheduling strategy: SPREAD.",
        ),
        creation(
            "service-launch-type",
            json!({"launchType": "ec2"}),
            "InvalidParameterException: Invalid launch type: ec2.",
        ),
        creation(
            "service-launch-and-provider",
            json!({"launchType": "EC2", "capacityProviderStrategy": provider}),
            "InvalidParameterException: Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
        ),
        creation(
            "launch-unsupported",
            json!({"launchType": "FARGATE"}),
            "InvalidParameterException: Task definition does not support launch_type FARGATE.",
        ),
        creation(
            "launch-platform",
            json!({"launchType": "EC2", "platformVersion": "1.4.0"}),
            "InvalidParameterException: The platform version must be null when specifying an EC2 launch type.",
        ),
        creation(
            "ecs-word",
            json!({"propagateTags": "BOTH"}),
            "InvalidParameterException: propagateTags should be one of [TASK_DEFINITION,SERVICE,NONE]",
        ),
        update(
            "ecs-word",
            json!({}),
            json!({"availabilityZoneRebalancing": "on"}),
            "InvalidParameterException: availabilityZoneRebalancing should be one of [ENABLED,DISABLED]",
        ),
    ]
}

fn networks() -> Vec<Case> {
    let missing = "InvalidParameterException: Network Configuration must be provided when networkMode 'awsvpc' is specified.";
    let unused = "InvalidParameterException: Network Configuration is not valid for the given networkMode of this task definition.";
    let subnet = "InvalidParameterException: Error retrieving subnet information for [subnet-0]: The subnet ID 'subnet-0' does not exist (ErrorCode: InvalidSubnetID.NotFound)";
    let group = "InvalidParameterException: Error retrieving security group information for [sg-0]: The security group 'sg-0' does not exist (ErrorCode: InvalidGroup.NotFound)";
    let good = json!({"networkConfiguration": network("subnet-39706b4e")});
    let in_groups = |groups: Value| {
        let own = json!({"subnets": ["subnet-39706b4e"], "securityGroups": groups});
        json!({"networkConfiguration": {"awsvpcConfiguration": own}})
    };
    let of_subnets = |subnets: Value| {
        let own = json!({"subnets": subnets});
        json!({"networkConfiguration": {"awsvpcConfiguration": own}})
    };
    let empty = "InvalidParameterException: subnets can not be empty.";
    let many_subnets = "InvalidParameterException: subnets can have at most 16 items.";
    let many_groups = "InvalidParameterException: security groups can have at most 5 items.";
    let bad = json!({"networkConfiguration": network("subnet-0")});
    let own = with(
        definition(),
        json!({"family": "own", "networkMode": "awsvpc"}),
    );
    let create = |rule, others: Value, says| {
        creation(rule, with(others, json!({"taskDefinition": "own"})), says)
            .after("RegisterTaskDefinition", own.clone())
    };
    let change = |rule, others: Value, says| {
        let input = with(others, json!({"cluster": "searchapp", "service": "web"}));
        refused(rule, "UpdateService", input, says)
            .after("RegisterTaskDefinition", definition())
            .after("RegisterTaskDefinition", own.clone())
    };
    let run = |rule, others: Value, says| {
        let input = with(
            others,
            json!({"cluster": "searchapp", "taskDefinition": "own"}),
        );
        refused(rule, "RunTask", input, says).after("RegisterTaskDefinition", own.clone())
    };
    let bad_run = bad.clone();
    let in_own = with(
        with(service(), good.clone()),
        json!({"taskDefinition": "own"}),
    );
    let to_own = json!({"taskDefinition": "own"});
    let to_shared = json!({"taskDefinition": "web"});
    vec![
        create("service-network-missing", json!({}), missing),
        change("service-network-missing", to_own, missing).after("CreateService", service()),
        creation("service-network-unused", good.clone(), unused),
        change("service-network-unused", good, unused).after("CreateService", service()),
        change("service-network-unused", to_shared, unused).after("CreateService", in_own.clone()),
        create("service-subnet", bad.clone(), subnet),
        change("service-subnet", bad, subnet).after("CreateService", in_own.clone()),
        run("service-network-missing", json!({}), missing),
        run("service-subnet", bad_run, subnet),
        create("service-subnets-empty", of_subnets(json!([])), empty),
        create(
            "service-subnets-empty",
            json!({"networkConfiguration": {}}),
            empty,
        ),
        create(
            "service-subnets-too-many",
            of_subnets(json!(vec!["subnet-39706b4e"; 17])),
            many_subnets,
        ),
        create(
            "service-security-groups-too-many",
            in_groups(json!(vec!["sg-c70ff2a1"; 6])),
            many_groups,
        ),
        create(
            "service-security-group",
            in_groups(json!(["sg-c70ff2a1", "sg-0"])),
            group,
        ),
        change("service-security-group", in_groups(json!(["sg-0"])), group)
            .after("CreateService", in_own)
            // As many as there may be are taken.
            .after(
                "UpdateService",
                with(
                    in_groups(json!(vec!["sg-c70ff2a1"; 5])),
                    json!({"cluster": "searchapp", "service": "web"}),
                ),
            )
            .after(
                "UpdateService",
                with(
                    of_subnets(json!(vec!["subnet-39706b4e"; 16])),
                    json!({"cluster": "searchapp", "service": "web"}),
                ),
            ),
    ]
}

fn placement() -> Vec<Case> {
    let strategies = |count| json!({"placementStrategy": vec![json!({"type": "random"}); count]});
    let constraints =
        |count| json!({"placementConstraints": vec![json!({"type": "distinctInstance"}); count]});
    let many_strategies =
        "InvalidParameterException: placement strategies can have at most 5 items.";
    let many_constraints =
        "InvalidParameterException: placement constraints can have at most 10 items.";
    let packed = |field: Value| {
        creation(
            "placement-field",
            json!({"placementStrategy": [{"type": "binpack", "field": field}]}),
            "InvalidParameterException: The field of the placement strategy binpack should be one of [cpu,memory]",
        )
    };
    let apart = |expression: Value| json!({"placementConstraints": [{"type": "distinctInstance", "expression": expression}]});
    vec![
        packed(json!("instanceId")),
        packed(Value::Null),
        update(
            "placement-expression",
            apart(json!("")),
            apart(json!("attribute:ecs.os-type == linux")),
            "InvalidParameterException: The placement constraint distinctInstance cannot have an expression.",
        ),
        creation(
            "ecs-word",
            json!({"placementStrategy": [{"type": "pack", "field": "memory"}]}),
            "InvalidParameterException: type should be one of [random,spread,binpack]",
        ),
        creation(
            "service-placement-strategies",
            strategies(6),
            many_strategies,
        ),
        update(
            "service-placement-strategies",
            strategies(5),
            strategies(6),
            many_strategies,
        ),
        creation(
            "service-placement-constraints",
            constraints(11),
            many_constraints,
        ),
        update(
            "service-placement-constraints",
            constraints(10),
            constraints(11),
            many_constraints,
        ),
    ]
}
