use expect_test::expect;
use serde_json::{Value, json};

use crate::desired::DesiredTarget;
use crate::validate::testing::check_in;

fn with_role(role: &str) -> DesiredTarget {
    DesiredTarget {
        cluster: "main".to_owned(),
        service_role: Some(role.to_owned()),
        ..DesiredTarget::default()
    }
}

#[test]
fn clusters_have_names() {
    let cluster = |name: &str| DesiredTarget {
        cluster: name.to_owned(),
        ..DesiredTarget::default()
    };
    check_in(&cluster("search_app-1"), [], expect![[""]]);
    check_in(
        &cluster("arn:aws:ecs:us-east-1:1:cluster/a"),
        [],
        expect![[r#"
            error: target.cluster: `arn:aws:ecs:us-east-1:1:cluster/a` is not 1 to 255 letters, digits, `-` and `_`
              hint: give the name of the cluster, or its whole ARN"#]],
    );
}

/// Cluster and stack are in one tag.
#[test]
fn cluster_and_stack_fit_a_tag() {
    let target = |cluster: usize, stack: usize| DesiredTarget {
        cluster: "c".repeat(cluster),
        stack: "s".repeat(stack),
        ..DesiredTarget::default()
    };
    check_in(&target(191, 64), [], expect![[""]]);
    check_in(
        &target(192, 64),
        [],
        expect![[r#"
            error: target.stack: makes the tag `host:stack` (`CLUSTER/STACK`) 257 characters long, and AWS takes 256
              hint: name a shorter stack with `--stack`, or in `[target]`"#]],
    );
}

#[test]
fn roles_are_names_or_arns() {
    for role in [
        "ecsServiceRole",
        "/team/a+=,.@_-b",
        "arn:aws:iam::123456789012:role/team/ecs",
    ] {
        check_in(&with_role(role), [], expect![[""]]);
    }
    for role in ["", "a b", "team/", "arn:aws:iam::123456789012:user/ecs"] {
        let found = crate::validate::validate(
            &crate::validate::testing::changed(&[]),
            Some(&with_role(role)),
        );
        assert_eq!(found.len(), 1, "{role}: {found:?}");
    }
    check_in(
        &with_role("a b"),
        [],
        expect![[r#"
        error: target.service-role: `a b` is neither a role's name nor its ARN
          hint: write it as `ecsServiceRole`, `/path/name` or `arn:aws:iam::…:role/name`"#]],
    );
}

#[test]
fn the_role_of_ecs_itself_is_not_passed() {
    check_in(
        &with_role("arn:aws:iam::1:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"),
        [],
        expect![[r#"
            error: target.service-role: `arn:aws:iam::1:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS` is the role that ECS uses by itself, and it refuses to be given it
              hint: leave it out"#]],
    );
}

#[test]
fn some_services_use_only_the_role_of_ecs() {
    let role = with_role("ecsServiceRole");
    let group =
        json!({ "targetGroupArn": "arn", "containerName": "app-redis", "containerPort": 6379 });
    let groups = |number: usize| {
        [
            ("/loadBalancer", Value::Null),
            ("/service/loadBalancers", json!(vec![group.clone(); number])),
        ]
    };
    check_in(&role, groups(1), expect![[""]]);
    check_in(
        &role,
        groups(2),
        expect![[r#"
        error: target.service-role: cannot be passed to a service with more than one target group, which uses ECS's own role
          hint: leave it out for this service"#]],
    );
    let [no_balancer, one] = groups(1);
    check_in(
        &role,
        [
            no_balancer,
            one,
            ("/taskDefinition/networkMode", json!("awsvpc")),
        ],
        expect![[r#"
            error: target.service-role: cannot be passed to a service in the network mode `awsvpc`, which uses ECS's own role
              hint: leave it out for this service"#]],
    );
    check_in(
        &role,
        [(
            "/service/serviceRegistries",
            json!([{ "registryArn": "arn" }]),
        )],
        expect![[r#"
            error: target.service-role: cannot be passed to a service with `serviceRegistries`, which uses ECS's own role
              hint: leave it out for this service"#]],
    );
    check_in(
        &role,
        [(
            "/service/deploymentController",
            json!({ "type": "EXTERNAL" }),
        )],
        expect![[r#"
            error: target.service-role: cannot be passed to a service with the deployment controller `EXTERNAL`, which uses ECS's own role
              hint: leave it out for this service"#]],
    );
}

#[test]
fn no_role_is_passed_without_a_load_balancer() {
    let alone = [
        ("/loadBalancer", Value::Null),
        ("/service/loadBalancers", Value::Null),
        ("/service/healthCheckGracePeriodSeconds", Value::Null),
        ("/taskDefinition/networkMode", json!("awsvpc")),
    ];
    check_in(&with_role("ecsServiceRole"), alone, expect![[""]]);
}

#[test]
fn awsvpc_takes_a_few_networks() {
    let target = |subnets: usize, groups: usize| DesiredTarget {
        subnets: vec!["subnet-1".to_owned(); subnets],
        security_groups: vec!["sg-1".to_owned(); groups],
        ..DesiredTarget::default()
    };
    let alone = || {
        [
            ("/loadBalancer", Value::Null),
            ("/service/loadBalancers", Value::Null),
            ("/service/healthCheckGracePeriodSeconds", Value::Null),
            ("/taskDefinition/networkMode", json!("awsvpc")),
        ]
    };
    check_in(&target(16, 5), alone(), expect![[""]]);
    check_in(
        &target(17, 6),
        alone(),
        expect![[r#"
        error: target.subnets: has 17, and AWS takes 16 in the network mode `awsvpc`
          hint: leave some out
        error: target.security-groups: has 6, and AWS takes 5 in the network mode `awsvpc`
          hint: leave some out"#]],
    );
    check_in(&target(17, 6), [], expect![[""]]);
}
