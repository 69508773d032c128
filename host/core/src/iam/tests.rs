use expect_test::expect;

use super::*;
use crate::desired::DesiredLoadBalancer;

fn target(cluster: &str) -> DesiredTarget {
    DesiredTarget {
        region: "us-east-1".into(),
        cluster: cluster.into(),
        ..DesiredTarget::default()
    }
}

fn web(name: &str) -> DesiredService {
    DesiredService {
        name: name.into(),
        task_definition: Some(json!({"family": name, "containerDefinitions": []})),
        load_balancer: Some(DesiredLoadBalancer {
            create: json!({"LoadBalancerName": format!("{name}-elb"), "Listeners": [{"InstancePort": 1}]}),
            health_check: json!({}),
            attributes: None,
        }),
        service: Some(json!({"serviceName": format!("{name}-service")})),
        ..DesiredService::default()
    }
}

fn of(services: &[&DesiredService], target: &DesiredTarget, verb: Verb) -> Policy {
    let place = Place {
        target,
        account: Some("123456789012"),
    };
    policy(services, &place, verb, false)
}

/// The statement of that name.
fn find<'a>(policy: &'a Policy, sid: &str) -> Option<&'a Statement> {
    policy.statement.iter().find(|it| it.sid == sid)
}

#[test]
fn a_plan_reads_and_nothing_else() {
    let policy = of(&[&web("redis")], &target("searchapp"), Verb::Plan);
    expect![[r#"
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "WhatHasNoResource",
              "Effect": "Allow",
              "Action": [
                "ecs:DescribeTaskDefinition",
                "elasticloadbalancing:DescribeLoadBalancers",
                "elasticloadbalancing:DescribeTags"
              ],
              "Resource": [
                "*"
              ]
            },
            {
              "Sid": "ListsOfTheCluster",
              "Effect": "Allow",
              "Action": [
                "ecs:ListServices"
              ],
              "Resource": [
                "*"
              ],
              "Condition": {
                "ArnEquals": {
                  "ecs:cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/searchapp"
                }
              }
            },
            {
              "Sid": "TheCluster",
              "Effect": "Allow",
              "Action": [
                "ecs:DescribeClusters",
                "ecs:ListContainerInstances"
              ],
              "Resource": [
                "arn:aws:ecs:us-east-1:123456789012:cluster/searchapp"
              ]
            },
            {
              "Sid": "ContainerInstances",
              "Effect": "Allow",
              "Action": [
                "ecs:DescribeContainerInstances"
              ],
              "Resource": [
                "arn:aws:ecs:us-east-1:123456789012:container-instance/searchapp/*"
              ]
            },
            {
              "Sid": "AllServices",
              "Effect": "Allow",
              "Action": [
                "ecs:DescribeServices"
              ],
              "Resource": [
                "arn:aws:ecs:us-east-1:123456789012:service/searchapp/*"
              ]
            }
          ]
        }"#]]
    .assert_eq(&format!("{:#}", json!(policy)));
}

#[test]
fn what_the_target_leaves_open_is_a_wildcard() {
    let target = DesiredTarget {
        region: "cn-north-1".into(),
        ..DesiredTarget::default()
    };
    let redis = web("redis");
    let place = Place {
        target: &target,
        account: None,
    };
    let policy = policy(&[&redis], &place, Verb::Apply, false);
    let services = find(&policy, "Services").unwrap();
    assert_eq!(
        services.resource,
        ["arn:aws-cn:ecs:cn-north-1:*:service/*/redis-service"]
    );
    let anything = find(&policy, "WhatHasNoResource").unwrap();
    assert!(anything.action.contains(&"ecs:ListClusters".to_owned()));
    let lists = find(&policy, "ListsOfTheCluster").unwrap();
    assert_eq!(
        json!(lists.condition),
        json!({"ArnLike": {"ecs:cluster": "arn:aws-cn:ecs:cn-north-1:*:cluster/*"}})
    );
}

#[test]
fn partitions_follow_from_the_region() {
    for (region, expected) in [
        ("eu-west-1", "aws"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-isob-east-1", "aws-iso-b"),
        ("us-iso-east-1", "aws-iso"),
    ] {
        assert_eq!(partition(region), expected, "{region}");
    }
}

#[test]
fn roles_are_passed_to_the_service_that_takes_them_and_to_no_other() {
    let mut redis = web("redis");
    redis.task_definition = Some(json!({
        "family": "redis",
        "taskRoleArn": "reader",
        "executionRoleArn": "arn:aws:iam::123456789012:role/pull",
    }));
    redis.service = Some(json!({
        "serviceName": "redis-service",
        "volumeConfigurations": [{"managedEBSVolume": {"roleArn": "{{secret:volume}}"}}],
    }));
    let target = DesiredTarget {
        service_role: Some("/ops/ecsServiceRole".into()),
        ..target("searchapp")
    };
    let policy = of(&[&redis], &target, Verb::Apply);
    let tasks = find(&policy, "RolesOfTasks").unwrap();
    assert_eq!(
        tasks.resource,
        [
            "arn:aws:iam::123456789012:role/pull",
            "arn:aws:iam::123456789012:role/reader"
        ]
    );
    assert_eq!(
        json!(tasks.condition),
        json!({"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}})
    );
    let services = find(&policy, "RolesOfServices").unwrap();
    assert_eq!(
        services.resource,
        [
            "arn:aws:iam::123456789012:role/ops/ecsServiceRole",
            // A secret stays one.
            "arn:aws:iam::123456789012:role/*",
        ]
    );
    // With a role of its own the service does not take that of ECS.
    let linked = find(&policy, "RolesThatAwsMakes").unwrap();
    assert_eq!(
        linked.resource,
        [
            "arn:aws:iam::123456789012:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing"
        ]
    );
    for verb in [Verb::Plan, Verb::Destroy] {
        let policy = of(&[&redis], &target, verb);
        assert!(!json!(policy).to_string().contains("iam:"), "{verb:?}");
    }
}

#[test]
fn a_stack_without_load_balancers_may_not_touch_any() {
    let mut worker = web("worker");
    worker.load_balancer = None;
    let policy = of(&[&worker], &target("searchapp"), Verb::Apply);
    let text = json!(policy).to_string();
    assert_eq!(find(&policy, "LoadBalancers"), None);
    assert!(
        !text.contains("ec2:") && !text.contains("InstanceHealth"),
        "{text}"
    );
}

/// Fifty services are too much for one managed policy; with any name it is enough.
#[test]
fn each_name_is_said_once_and_too_many_can_be_said_as_one() {
    let services: Vec<DesiredService> = (10..60).map(|it| web(&format!("svc-{it}"))).collect();
    let all: Vec<&DesiredService> = services.iter().collect();
    let target = target("searchapp");
    let place = Place {
        target: &target,
        account: Some("123456789012"),
    };
    let narrow = policy(&all, &place, Verb::Apply, false);
    let text = json!(narrow).to_string();
    for name in ["svc-10-service", "task-definition/svc-10:*", "svc-10-elb"] {
        assert_eq!(text.matches(name).count(), 1, "{name}");
    }
    assert!(narrow.size() > MOST, "{}", narrow.size());
    assert!(policy(&all[..12], &place, Verb::Apply, false).size() < MOST);
    let wide = policy(&all, &place, Verb::Apply, true);
    assert!(wide.size() < MOST / 2, "{}", wide.size());
    let services = find(&wide, "Services").unwrap();
    assert_eq!(
        services.resource,
        ["arn:aws:ecs:us-east-1:123456789012:service/searchapp/*"]
    );
    let balancers = find(&wide, "LoadBalancers").unwrap();
    assert_eq!(
        balancers.resource,
        ["arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/*"]
    );
}

#[test]
fn ids_of_statements_are_what_iam_takes() {
    let redis = web("redis");
    for verb in [Verb::Plan, Verb::Apply, Verb::Destroy] {
        let policy = of(&[&redis], &target("searchapp"), verb);
        let sids: BTreeSet<&str> = policy.statement.iter().map(|it| it.sid).collect();
        assert_eq!(sids.len(), policy.statement.len());
        assert!(
            sids.iter()
                .all(|it| it.chars().all(|it| it.is_ascii_alphanumeric()))
        );
    }
}
