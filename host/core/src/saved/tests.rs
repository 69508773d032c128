//! What counts as moved, and what is in the file.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::desired::DesiredService;
use crate::observed::{Observed, ObservedLoadBalancer, ObservedService, Revision};
use crate::ownership::{APPLIED, STABLE};
use crate::plan::{Action, ResourceKind, ServicePlan, Step};
use crate::request::{Operation, Request};
use crate::tokens;

mod file;

const ARN: &str = "arn:aws:ssm:us-east-1:1:parameter/p";

fn observed() -> Observed {
    let service = json!({
        "serviceName": "redis-service", "status": "ACTIVE", "desiredCount": 1,
        "taskDefinition": "arn:aws:ecs:us-east-1:1:task-definition/redis:1",
        "runningCount": 1, "pendingCount": 0, "createdAt": 1.5, "createdBy": "me",
        "events": [{"id": "1", "message": "steady"}],
        "deployments": [{"id": "ecs-svc/1", "runningCount": 1, "updatedAt": 2.5}],
        "loadBalancers": [{"containerName": "redis", "containerPort": 6379}],
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1", "subnet-2"]}},
        "serviceConnectConfiguration": {"logConfiguration": {"secretOptions": [{"name": "key", "valueFrom": ARN}]}},
        "tags": [{"key": "team", "value": "search"}, {"key": "host:stable", "value": "redis:1"}],
    });
    let (name, service) = ObservedService::read(service).unwrap();
    let balancer = ObservedLoadBalancer {
        description: json!({
            "LoadBalancerName": "redis-elb", "DNSName": "redis-elb-1.amazonaws.com", "CreatedTime": "2026",
            "Instances": [{"InstanceId": "i-1"}], "Subnets": ["subnet-1", "subnet-2"],
            "ListenerDescriptions": [
                {"Listener": {"LoadBalancerPort": 80, "InstancePort": 6379}, "PolicyNames": []},
                {"Listener": {"LoadBalancerPort": 81, "InstancePort": 6380}, "PolicyNames": ["sticky"]},
            ],
        }),
        tags: BTreeMap::from([("team".into(), "search".into())]),
        attributes: Some(json!({"CrossZoneLoadBalancing": {"Enabled": false}})),
    };
    let revision = Revision {
        arn: "arn:aws:ecs:us-east-1:1:task-definition/redis:1".into(),
        ..Revision::default()
    };
    Observed {
        services: BTreeMap::from([(name, service)]),
        latest: BTreeMap::from([("redis".into(), revision)]),
        load_balancers: BTreeMap::from([("redis-elb".into(), balancer)]),
        subnets: vec!["subnet-1".into()],
        ..Observed::default()
    }
}

fn known() -> BTreeMap<String, Known> {
    BTreeMap::from([(
        "redis".into(),
        Known::from([(tokens::secret("p"), ARN.into())]),
    )])
}

fn state_of(observed: &Observed) -> State {
    let endpoints = BTreeMap::from([("db".to_owned(), ("db.example".to_owned(), 80))]);
    state(observed, &[], &endpoints, &known())
}

fn saved() -> Saved {
    let step = Step {
        action: Action::Update,
        requests: vec![Request {
            operation: Operation::UpdateService,
            body: json!({"service": "redis-service", "desiredCount": 2}),
        }],
        ..Step::new("redis", ResourceKind::Service, "redis-service")
    };
    let plan = Plan {
        services: vec![ServicePlan {
            name: "redis".into(),
            steps: vec![step],
            ..ServicePlan::default()
        }],
        ..Plan::default()
    };
    let arguments = [
        ("memory", json!(256)),
        ("name", json!("redis")),
        ("password", json!({"secret": "sha256:aa"})),
    ];
    Saved {
        schema_version: SCHEMA_VERSION,
        kind: KIND.into(),
        host: "0.1.0".into(),
        invocation: Invocation {
            recipes: vec!["recipes/redis.wasm".into()],
            ..Invocation::default()
        },
        target: DesiredTarget {
            region: "us-east-1".into(),
            cluster: "searchapp".into(),
            stack: "default".into(),
            subnets: vec!["subnet-1".into(), "subnet-2".into()],
            ..DesiredTarget::default()
        },
        account: Some("1".into()),
        services: vec![SavedService {
            name: "redis".into(),
            recipe: "redis@0.1.0".into(),
            digest: "sha256:01".into(),
            arguments: arguments.map(|(name, value)| (name.into(), value)).into(),
        }],
        plan: with_requests(&plan),
        state: state_of(&observed()),
    }
}

/// What moved when the second one is changed like this, a line each.
#[track_caller]
fn check(change: impl FnOnce(&mut Saved), expected: &Expect) {
    let mut now = saved();
    change(&mut now);
    // As it comes back from its file.
    let text = saved().text([]).unwrap();
    let before = Saved::read(&text, "plan.json").unwrap();
    let lines = moved(&before, &now).into_iter().map(|(service, it)| {
        let code = it.code.expect("it has a code");
        let hint = it.hint.map(|it| format!(" ({it})")).unwrap_or_default();
        format!("{code} [{service}] {}: {}{hint}\n", it.path, it.message)
    });
    expected.assert_eq(&lines.collect::<String>());
}

/// The same for what AWS has.
#[track_caller]
fn check_state(change: impl FnOnce(&mut Observed), expected: &Expect) {
    let mut observed = observed();
    change(&mut observed);
    check(|now| now.state = state_of(&observed), expected);
}

fn service(observed: &mut Observed) -> &mut ObservedService {
    observed.services.get_mut("redis-service").unwrap()
}

fn balancer(observed: &mut Observed) -> &mut ObservedLoadBalancer {
    observed.load_balancers.get_mut("redis-elb").unwrap()
}

#[test]
fn the_same_again_has_not_moved() {
    check(|_| (), &expect![""]);
    check(|now| now.host = "0.2.0".into(), &expect![""]);
    check(
        |now| now.invocation.flags.profile = Some("other".into()),
        &expect![""],
    );
}

#[test]
fn recipes_move_by_their_bytes() {
    check(
        |now| now.services[0].digest = "sha256:02".into(),
        &expect![[r#"
            H0323 [redis] recipe: `redis@0.1.0` was built anew: its digest is sha256:02, and was sha256:01
        "#]],
    );
    check(
        |now| {
            now.services[0].recipe = "redis@0.2.0".into();
            now.services[0].digest = "sha256:02".into();
        },
        &expect![[r#"
            H0323 [redis] recipe: is `redis@0.2.0`, and was `redis@0.1.0`: its digest is sha256:02, and was sha256:01
        "#]],
    );
    check(
        |now| now.services[0].name = "cache".into(),
        &expect![[r#"
            H0323 [redis] recipe: is planned, and not part of the call any more
            H0323 [cache] recipe: is part of the call now, and was not planned
        "#]],
    );
}

#[test]
fn parameters_move_by_their_values_and_secrets_by_their_digests() {
    check(
        |now| {
            let arguments = &mut now.services[0].arguments;
            arguments.insert("memory".into(), json!(512));
            arguments.insert("env".into(), json!(["A=1", "B=2"]));
            arguments.insert("password".into(), json!({"secret": "sha256:bb"}));
            arguments.remove("name");
        },
        &expect![[r#"
            H0324 [redis] parameters.env: is `A=1, B=2`, and was unset
            H0324 [redis] parameters.memory: is 512, and was 256
            H0324 [redis] parameters.name: is unset, and was `redis`
            H0324 [redis] parameters.password: is another secret than was planned
        "#]],
    );
    check(
        |now| {
            now.services[0].arguments.remove("password");
        },
        &expect![[r#"
            H0324 [redis] parameters.password: is not given, and was
        "#]],
    );
}

#[test]
fn another_target_has_other_objects_and_those_are_not_named_too() {
    check(
        |now| {
            now.target.cluster = "staging".into();
            now.account = Some("2".into());
            now.state.clear();
        },
        &expect![[r#"
            H0325 [] target.account: is `2`, and was `1`
            H0325 [] target.cluster: is `staging`, and was `searchapp`
        "#]],
    );
    check(
        |now| {
            now.target.subnets = vec!["subnet-1".into()];
            now.target.service_role = Some("ecs".into());
            now.state.remove("load balancer redis-elb");
        },
        &expect![[r#"
            H0325 [] target.subnets: is `subnet-1`, and was `subnet-1, subnet-2`
            H0325 [] target.service-role: is `ecs`, and was unset
            H0326 [] load balancer redis-elb: is not there any more
        "#]],
    );
}

#[test]
fn what_moves_by_itself_is_not_part_of_the_state() {
    let by_itself = |it: &mut Observed| {
        let service = service(it);
        for (key, value) in [
            ("events", json!([])),
            ("runningCount", json!(0)),
            ("pendingCount", json!(3)),
            (
                "deployments",
                json!([{"id": "ecs-svc/2"}, {"id": "ecs-svc/1"}]),
            ),
            ("taskSets", json!([{"id": "1"}])),
            ("createdAt", json!(9.5)),
            ("createdBy", json!("you")),
            ("currentServiceDeployment", json!("arn")),
            ("currentServiceRevisions", json!([{"runningTaskCount": 1}])),
        ] {
            service.body[key] = value;
        }
        service.tags.remove(STABLE);
        let balancer = balancer(it);
        balancer.description["Instances"] = json!([]);
        balancer.description["CreatedTime"] = json!("2027");
    };
    check_state(by_itself, &expect![""]);
    let in_another_order = |it: &mut Observed| {
        service(it).body["networkConfiguration"]["awsvpcConfiguration"]["subnets"] =
            json!(["subnet-2", "subnet-1"]);
        let description = &mut balancer(it).description;
        description["Subnets"] = json!(["subnet-2", "subnet-1"]);
        description["ListenerDescriptions"]
            .as_array_mut()
            .unwrap()
            .reverse();
    };
    check_state(in_another_order, &expect![""]);
}

#[test]
fn what_somebody_changed_is_named() {
    check_state(
        |it| {
            service(it).body["desiredCount"] = 2.into();
            service(it).tags.insert("team".into(), "mail".into());
            service(it).tags.insert(APPLIED.into(), "0123:abc".into());
            service(it).body["serviceConnectConfiguration"]["logConfiguration"]["secretOptions"]
                [0]["valueFrom"] = "arn:aws:ssm:us-east-1:1:parameter/q".into();
        },
        &expect![[r#"
            H0326 [] service redis-service: was changed since: `desiredCount` is 2, and was 1; `serviceConnectConfiguration.logConfiguration.secretOptions[key].valueFrom` is another secret; `tags.team` is `mail`, and was `search`
        "#]],
    );
    check_state(
        |it| {
            let description = &mut balancer(it).description;
            description["ListenerDescriptions"][1]["Listener"]["InstancePort"] = 6381.into();
            description["ListenerDescriptions"][1]["PolicyNames"] = json!([]);
            balancer(it).attributes = Some(json!({"CrossZoneLoadBalancing": {"Enabled": true}}));
        },
        &expect![[r#"
            H0326 [] load balancer redis-elb: was changed since: `Listeners[81].InstancePort` is 6381, and was 6380; `Listeners[81].PolicyNames` is unset, and was `sticky`; `LoadBalancerAttributes.CrossZoneLoadBalancing.Enabled` is true, and was false
        "#]],
    );
    check_state(
        |it| {
            it.latest.get_mut("redis").unwrap().arn =
                "arn:aws:ecs:us-east-1:1:task-definition/redis:2".into();
            it.services.clear();
            it.subnets = vec!["subnet-9".into()];
            it.load_balancers
                .insert("new-elb".into(), ObservedLoadBalancer::default());
        },
        &expect![[r#"
            H0326 [] container instances: was changed since: `subnets` is `subnet-9`, and was `subnet-1`
            H0326 [] load balancer new-elb: is there now, and was not when this was planned
            H0326 [] service redis-service: is not there any more
            H0326 [] task definition redis: was changed since: `taskDefinitionArn` is `arn:aws:ecs:us-east-1:1:task-definition/redis:2`, and was `arn:aws:ecs:us-east-1:1:task-definition/redis:1`
        "#]],
    );
    check_state(
        |it| {
            for number in 0..9 {
                service(it).tags.insert(format!("t{number}"), String::new());
            }
        },
        &expect![[r#"
            H0326 [] service redis-service: was changed since: `tags.t0` is ``, and was unset; `tags.t1` is ``, and was unset; `tags.t2` is ``, and was unset; `tags.t3` is ``, and was unset; `tags.t4` is ``, and was unset; `tags.t5` is ``, and was unset; and 3 more
        "#]],
    );
}

#[test]
fn a_note_of_the_host_alone_is_named() {
    check_state(
        |it| {
            service(it).tags.insert(APPLIED.into(), "0123:abc".into());
        },
        &expect![[r#"
            H0326 [] service redis-service: was changed since: `tags.host:applied` is `0123:abc`, and was unset
        "#]],
    );
}

#[test]
fn subnets_of_instances_count_where_both_read_them() {
    check_state(|it| it.subnets.clear(), &expect![""]);
}

#[test]
fn a_count_that_the_recipe_leaves_open_is_autoscalings() {
    let desired = DesiredService {
        service: Some(json!({"serviceName": "redis-service"})),
        create_only: ["desiredCount".to_owned()].into(),
        ..DesiredService::default()
    };
    let of = |count: u32| {
        let mut observed = observed();
        service(&mut observed).body["desiredCount"] = count.into();
        state(
            &observed,
            std::slice::from_ref(&desired),
            &BTreeMap::new(),
            &known(),
        )
    };
    assert_eq!(of(1), of(5));
}

#[test]
fn a_plan_that_comes_out_differently_is_named_by_its_steps_and_the_version() {
    let step = "/services/0/steps/0";
    check(
        |now| {
            now.plan.pointer_mut(step).unwrap()["loses"] = json!(["data"]);
        },
        &expect![[r#"
            H0327 [redis] plan of redis/service: loses the data in `data` now, and in nothing when it was planned
        "#]],
    );
    check(
        |now| {
            now.host = "0.2.0".into();
            now.plan.pointer_mut(step).unwrap()["requests"][0]["body"]["desiredCount"] = 3.into();
        },
        &expect![[r#"
            H0327 [redis] plan of redis/service: differs from what was planned in its requests (host 0.1.0 made the plan, and this is host 0.2.0)
        "#]],
    );
    check(
        |now| {
            // What follows from a number that moved, and is not part of the state itself.
            now.plan.pointer_mut(step).unwrap()["changes"] = json!([{"path": "minimum", "before": 0, "after": 50}, {"path": "role", "before": "a", "after": null}]);
        },
        &expect![[r#"
            H0327 [redis] plan of redis/service: sets `minimum` from 0 to 50 now, and was not to; sets `role` from `a` to unset now, and was not to
        "#]],
    );
    check(
        |now| now.plan.pointer_mut(step).unwrap()["action"] = "no-op".into(),
        &expect![[r#"
            H0327 [redis] plan of redis/service: is `no-op` now, and was `update`
        "#]],
    );
    check(
        |now| {
            // It follows from what moved, and is not named too.
            now.plan.pointer_mut(step).unwrap()["action"] = "no-op".into();
            now.services[0].digest = "sha256:02".into();
        },
        &expect![[r#"
            H0323 [redis] recipe: `redis@0.1.0` was built anew: its digest is sha256:02, and was sha256:01
        "#]],
    );
    check(
        |now| now.plan["services"][0]["endpoints"] = json!({"redis": 80}),
        &expect![[r#"
            H0327 [] plan: is another one, though its steps are the same
        "#]],
    );
}
