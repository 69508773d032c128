//! A service and its load balancer, and the role that it is given.

use host_simulator::World;
use serde_json::{Value, json};

use super::{balancer, creation, creation_behind, definition, entry, network, update};
use crate::rules::case::{Case, Step, with};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = which();
    cases.extend(containers());
    cases.extend(listeners());
    cases.extend(kinds());
    cases.extend(health_checks());
    cases.extend(fixed());
    cases.extend(roles());
    cases
}

/// What makes a service one behind load balancers.
fn behind(entries: &Value) -> Value {
    json!({"loadBalancers": entries})
}

const GROUP: &str =
    "arn:aws:elasticloadbalancing:us-east-1:387705308362:targetgroup/web/73e2d6bc24d8a067";

fn which() -> Vec<Case> {
    let missing = "InvalidParameterException: The load balancer web-elb does not exist.";
    let group = "InvalidParameterException: The target group with targetGroupArn arn:aws:elasticloadbalancing:us-east-1:387705308362:targetgroup/web/73e2d6bc24d8a067 does not have an associated load balancer.";
    let of_group = json!([with(
        entry(),
        json!({"loadBalancerName": null, "targetGroupArn": GROUP})
    )]);
    vec![
        creation(
            "service-balancer-not-found",
            behind(&json!([entry()])),
            missing,
        ),
        update(
            "service-balancer-not-found",
            behind(&json!([entry()])),
            json!({"taskDefinition": "web"}),
            missing,
        )
        .after("DeleteLoadBalancer", json!({"LoadBalancerName": "web-elb"})),
        creation_behind(
            "service-balancer-two",
            behind(&json!([entry(), entry()])),
            "InvalidParameterException: load balancers can have at most 1 items.",
        ),
        creation_behind(
            "service-balancer-either",
            behind(&json!([with(entry(), json!({"targetGroupArn": GROUP}))])),
            "InvalidParameterException: loadBalancerName and targetGroupArn cannot both be specified. You must specify either a loadBalancerName or a targetGroupArn.",
        ),
        creation("service-target-group", behind(&of_group), group),
        update("service-target-group", json!({}), behind(&of_group), group),
    ]
}

fn containers() -> Vec<Case> {
    let create = |rule, others: Value, says| {
        creation_behind(rule, behind(&json!([with(entry(), others)])), says)
    };
    let ports = |mapping: Value| {
        let container =
            json!({"name": "web", "image": "nginx", "memory": 64, "portMappings": [mapping]});
        with(definition(), json!({"containerDefinitions": [container]}))
    };
    let dynamic = ports(json!({"containerPort": 8080}));
    let other = ports(json!({"containerPort": 80, "hostPort": 8080}));
    let no_port =
        "InvalidParameterException: The container web did not have a container port 8080 defined.";
    let no_host_port =
        "InvalidParameterException: A host port mapping for the container port 8080 is required.";
    let to_newest = json!({"taskDefinition": "web:2"});
    vec![
        create(
            "service-balancer-container-blank",
            json!({"containerName": null}),
            "InvalidParameterException: Container Name can not be blank.",
        ),
        create(
            "service-balancer-container",
            json!({"containerName": "redis"}),
            "InvalidParameterException: The container redis does not exist in the task definition.",
        ),
        create(
            "service-balancer-port",
            json!({"containerPort": 80}),
            "InvalidParameterException: The container web did not have a container port 80 defined.",
        ),
        update(
            "service-balancer-port",
            behind(&json!([entry()])),
            to_newest.clone(),
            no_port,
        )
        .after("RegisterTaskDefinition", other),
        create("service-host-port", json!({}), no_host_port)
            .after("RegisterTaskDefinition", dynamic.clone()),
        update(
            "service-host-port",
            behind(&json!([entry()])),
            to_newest,
            no_host_port,
        )
        .after("RegisterTaskDefinition", dynamic),
    ]
}

fn listeners() -> Vec<Case> {
    let listener = json!({"Protocol": "TCP", "LoadBalancerPort": 8080, "InstancePort": 80});
    vec![
        creation(
            "service-listener",
            behind(&json!([entry()])),
            "InvalidParameterException: The load balancer web-elb doesn't have a listener it expects for the instance port 8080.",
        )
        .after(
            "CreateLoadBalancer",
            with(balancer(), json!({"Listeners": [listener]})),
        ),
    ]
}

fn own_network() -> Value {
    with(definition(), json!({"networkMode": "awsvpc"}))
}

fn kinds() -> Vec<Case> {
    let own = "InvalidParameterException: Classic Load Balancers are not supported with services that use the awsvpc network mode.";
    let launched = |it: &str| json!({"loadBalancers": [entry()], "launchType": it});
    let in_own =
        json!({"loadBalancers": [entry()], "networkConfiguration": network("subnet-39706b4e")});
    let to_own =
        json!({"taskDefinition": "web:2", "networkConfiguration": network("subnet-39706b4e")});
    vec![
        creation_behind("service-classic-awsvpc", in_own, own)
            .after("RegisterTaskDefinition", own_network()),
        update(
            "service-classic-awsvpc",
            behind(&json!([entry()])),
            to_own,
            own,
        )
        .after("RegisterTaskDefinition", own_network()),
        creation_behind(
            "service-classic-fargate",
            launched("FARGATE"),
            "InvalidParameterException: Classic Load Balancers are not supported with the launch type FARGATE.",
        ),
        creation_behind(
            "service-classic-fargate",
            launched("EXTERNAL"),
            "InvalidParameterException: Classic Load Balancers are not supported with the launch type EXTERNAL.",
        ),
    ]
}

fn health_checks() -> Vec<Case> {
    let rule = "service-classic-health-check";
    let says = "InvalidParameterException: Container health checks aren't supported for tasks that are part of a service that's configured to use a Classic Load Balancer.";
    let checked = |name: &str| {
        let mut checked = definition();
        let check = json!({"command": ["CMD", "true"]});
        let container = json!({"name": name, "image": "nginx", "memory": 64, "healthCheck": check});
        let containers = checked["containerDefinitions"].as_array_mut().unwrap();
        containers.retain(|it| it["name"] != name);
        containers.push(with(
            container,
            json!({"portMappings": [{"containerPort": 8080, "hostPort": if name == "web" { 8080 } else { 0 }}]}),
        ));
        checked
    };
    vec![
        creation_behind(rule, behind(&json!([entry()])), says)
            .after("RegisterTaskDefinition", checked("web")),
        // It need not be the container behind the load balancer.
        update(
            rule,
            behind(&json!([entry()])),
            json!({"taskDefinition": "web:2"}),
            says,
        )
        .after("RegisterTaskDefinition", checked("helper")),
    ]
}

fn fixed() -> Vec<Case> {
    let says = "InvalidParameterException: The load balancer configuration of a service that uses a Classic Load Balancer cannot be changed.";
    let with_one = behind(&json!([entry()]));
    [
        (with_one.clone(), behind(&json!([]))),
        (
            with_one.clone(),
            behind(&json!([with(entry(), json!({"containerPort": 80}))])),
        ),
        (json!({}), with_one),
    ]
    .into_iter()
    .map(|(made, changed)| update("service-balancer-fixed", made, changed, says))
    .collect()
}

fn roles() -> Vec<Case> {
    let linked = "InvalidParameterException: You cannot specify an IAM role for services that require a service linked role.";
    let unusable = "InvalidParameterException: Unable to assume role and validate the listeners configured on your load balancer. Please verify that the ECS service role being passed has the proper permissions.";
    let given = |others: Value| with(json!({"role": "ecsServiceRole"}), others);
    let linked_role =
        "arn:aws:iam::387705308362:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
    let registry = "arn:aws:servicediscovery:us-east-1:387705308362:service/srv-utcrh6wavdkggqtk";
    let of_role = |change: fn(&mut World)| {
        creation_behind(
            "service-role-unusable",
            given(behind(&json!([entry()]))),
            unusable,
        )
        .step(Step::Change(change))
    };
    vec![
        creation(
            "service-role-without-balancer",
            given(json!({})),
            "InvalidParameterException: A role was passed, but no load balancers were present.",
        ),
        creation(
            "service-role-linked",
            given(json!({"networkConfiguration": network("subnet-39706b4e")})),
            linked,
        )
        .after("RegisterTaskDefinition", own_network()),
        creation_behind(
            "service-role-linked",
            given(
                json!({"loadBalancers": [entry()], "serviceRegistries": [{"registryArn": registry}]}),
            ),
            linked,
        ),
        creation_behind(
            "service-role-linked",
            given(
                json!({"loadBalancers": [entry()], "deploymentController": {"type": "EXTERNAL"}}),
            ),
            linked,
        ),
        creation_behind(
            "service-role-linked",
            json!({"loadBalancers": [entry()], "role": linked_role}),
            linked,
        ),
        of_role(|world| world.roles.clear()),
        of_role(|world| {
            let role = world.roles.get_mut("ecsServiceRole").unwrap();
            role.trusts = vec!["ec2.amazonaws.com".to_owned()];
        }),
        of_role(|world| world.roles.get_mut("ecsServiceRole").unwrap().may_register = false),
    ]
}
