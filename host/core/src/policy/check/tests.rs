use serde_json::json;

use super::*;
use crate::policy::asks;

fn of(operation: Operation, value: &Value) -> Vec<Ask> {
    asks([Body {
        operation,
        at: "",
        value,
    }])
}

fn target() -> DesiredTarget {
    DesiredTarget {
        cluster: "searchapp".into(),
        subnets: vec!["subnet-1".into()],
        security_groups: vec!["sg-1".into()],
        service_role: Some("ecsServiceRole".into()),
        ..DesiredTarget::default()
    }
}

fn told(findings: &[Diagnostic]) -> Vec<String> {
    let line = |it: &Diagnostic| {
        let code = it.code.map(|it| it.to_string()).unwrap_or_default();
        format!("{code} {it}")
    };
    findings.iter().map(line).collect()
}

#[test]
fn a_refusal_names_the_field_who_asks_and_the_grant_to_write() {
    let body = json!({"family": "redis", "containerDefinitions": [
        {"name": "web", "image": "redis", "privileged": true},
    ], "volumes": [{"name": "sock", "host": {"sourcePath": "/var/run/docker.sock"}}]});
    let asks = of(Operation::RegisterTaskDefinition, &body);
    let granted = Granted::default();
    assert_eq!(
        told(&check(&asks, &granted)),
        [
            "H0601 task-definition.container-definitions[0].extra.privileged: container `web` asks for privileged mode, which is not granted\n  \
             hint: it takes the grant `privileged`: the container is root of its instance",
            "H0601 task-definition.volumes[0].host.source-path: volume `sock` asks for host path /var/run/docker.sock, which is not granted\n  \
             hint: it takes the grant `docker-socket`: the socket of a container daemon: whoever has it is root of the instance. No `host-path` grants it",
        ]
    );
    let grants: Vec<Grant> = ["host-path:/:rw".parse(), "privileged".parse()]
        .into_iter()
        .map(|it| it.expect("it is a grant"))
        .collect();
    let left = check(
        &asks,
        &Granted {
            grants: &grants,
            ..granted
        },
    );
    assert_eq!(left.len(), 1, "the socket has a grant of its own");
}

#[test]
fn what_is_the_targets_is_free_and_nothing_else_is() {
    let mine = json!({"cluster": "searchapp", "role": "ecsServiceRole", "serviceName": "s",
        "loadBalancers": [{"loadBalancerName": "redis-elb"}],
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}});
    let target = target();
    let granted = Granted {
        target: Some(&target),
        balancer: Some("redis-elb"),
        ..Granted::default()
    };
    assert_eq!(check(&of(Operation::CreateService, &mine), &granted), []);
    let other = json!({"cluster": "prod", "role": "admin", "serviceName": "s", "launchType": "FARGATE",
        "loadBalancers": [{"loadBalancerName": "victim"}],
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-2"]}}});
    let found = check(&of(Operation::CreateService, &other), &granted);
    assert_eq!(
        told(&found),
        [
            "H0602 service.extra.cluster: service `s` asks for the cluster prod, which is not the target's\n  hint: leave it out: it comes from `[target]`",
            "H0602 service.extra.role: service `s` asks for the service role admin, which is not the target's\n  hint: leave it out: it comes from `[target]`",
            "H0602 service.extra.launchType: service `s` asks for `FARGATE`, which no grant gives: no recipe may set `launchType`\n  hint: this is for the author of the recipe to mend",
            "H0602 service.load-balancers[0].extra.loadBalancerName: service `s` asks for the load balancer victim, which is not the blueprint's own\n  hint: emit a load balancer of its own; one of others is reached by `targetGroupArn`",
            "H0602 service.extra.networkConfiguration.awsvpcConfiguration.subnets[0]: service `s` asks for the subnet subnet-2, which is not the target's\n  hint: leave it out: it comes from `[target]`",
        ]
    );
    let without = Granted {
        target: None,
        balancer: None,
        ..granted
    };
    assert_eq!(
        check(&of(Operation::CreateService, &mine), &without).len(),
        5
    );
}

#[test]
fn an_execution_role_that_the_user_gave_is_granted_by_that() {
    let arn = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole";
    let given = [("execution-role".to_owned(), arn.to_owned())];
    let granted = Granted {
        given: &given,
        ..Granted::default()
    };
    let task = Operation::RegisterTaskDefinition;
    assert_eq!(
        check(&of(task, &json!({"executionRoleArn": arn})), &granted),
        []
    );
    assert_eq!(
        check(
            &of(task, &json!({"executionRoleArn": format!("{arn}2")})),
            &granted
        )
        .len(),
        1
    );
    // What acts in the container is another matter.
    assert_eq!(
        check(&of(task, &json!({"taskRoleArn": arn})), &granted).len(),
        1
    );
}

#[test]
fn what_no_grant_gives_is_for_whoever_said_it_to_mend() {
    let hint = |given: &[(&str, &str)], source: &str| {
        let given: Vec<(String, String)> = given
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        let body = json!({"volumes": [{"name": "data", "host": {"sourcePath": source}}]});
        let granted = Granted {
            given: &given,
            ..Granted::default()
        };
        let found = check(&of(Operation::RegisterTaskDefinition, &body), &granted);
        assert_eq!(found[0].code, Some(codes::NEVER));
        assert_eq!(found[0].needs, None);
        found[0].hint.clone().unwrap_or_default()
    };
    let author = "this is for the author of the recipe to mend";
    let user = "it is what `data-path` was given: give it another value";
    assert_eq!(hint(&[], "/srv/*"), author);
    assert_eq!(hint(&[("data-path", "/srv")], "/srv/*"), author);
    assert_eq!(
        hint(&[("name", "x"), ("data-path", "/srv/*")], "/srv/*"),
        user
    );
    assert_eq!(hint(&[("data-path", "/srv//*/")], "/srv//*/"), user);
}

#[test]
fn more_than_is_free_is_told_with_what_is() {
    let found = check(
        &of(
            Operation::CreateService,
            &json!({"serviceName": "s", "desiredCount": 11}),
        ),
        &Granted::default(),
    );
    assert_eq!(
        told(&found),
        [
            "H0603 service.desired-count: service `s` asks for 11 tasks, and 10 are free\n  \
          hint: it takes the grant `tasks:11`: so many tasks of the service"
        ]
    );
    assert_eq!(
        check_load_balancers(limits::LOAD_BALANCERS, limits::LOAD_BALANCERS, "prod.toml"),
        None
    );
    let found = check_load_balancers(21, limits::LOAD_BALANCERS, "prod.toml")
        .into_iter()
        .collect::<Vec<_>>();
    assert_eq!(
        told(&found),
        [
            "H0603 the stack asks for 21 load balancers, and 20 are free\n  hint: if it is meant to, write `load-balancers = 21` under `[limits]` of `prod.toml`"
        ]
    );
}

#[test]
fn a_stack_may_want_every_image_by_digest() {
    let pinned = format!("redis@sha256:{}", "0".repeat(64));
    let body = json!({"containerDefinitions": [{"name": "a", "image": pinned}, {"name": "b", "image": "redis:7@sha256:1"}]});
    let bodies = [Body {
        operation: Operation::RegisterTaskDefinition,
        at: "",
        value: &body,
    }];
    assert_eq!(
        told(&check_pinned(&bodies, "prod.toml")),
        [
            "H0609 task-definition.container-definitions[1].image: container `b` runs `redis:7@sha256:1`, which is not named by digest\n  \
          hint: name it as `redis:7@sha256:…`, or take `digest-only` out of `[limits]` of `prod.toml`"
        ]
    );
}
