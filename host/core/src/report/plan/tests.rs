use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::plan::{Blocked, ResourceKind};

fn change(path: &str, before: Value, after: Value) -> Change {
    let side = |value: Value| Some(value).filter(|it| !it.is_null());
    Change {
        path: path.into(),
        before: side(before),
        after: side(after),
        drift: false,
    }
}

fn step(kind: ResourceKind, name: &str, action: Action, changes: Vec<Change>) -> Step {
    Step {
        action,
        changes,
        ..Step::new("redis", kind, name)
    }
}

fn plan_of(steps: Vec<Step>) -> Plan {
    let service = ServicePlan {
        name: "redis".into(),
        recipe: "redis@0.1.0".into(),
        steps,
        ..ServicePlan::default()
    };
    Plan {
        schema_version: 1,
        stack: "default".into(),
        cluster: "searchapp".into(),
        region: "us-east-1".into(),
        services: vec![service],
    }
}

fn mixed() -> Plan {
    let create = vec![
        change(
            "containerDefinitions[searchapp-redis].image",
            Value::Null,
            json!("redis"),
        ),
        change("family", Value::Null, json!("redis")),
    ];
    let update = vec![
        change("desiredCount", json!(1), json!(2)),
        change("enableExecuteCommand", Value::Null, json!(true)),
        change("tags[team].value", json!("search"), Value::Null),
        change(
            "taskDefinition",
            json!("redis:1"),
            json!("(known after apply)"),
        ),
    ];
    plan_of(vec![
        step(
            ResourceKind::TaskDefinition,
            "redis",
            Action::Create,
            create,
        ),
        Step {
            reason: Some("unchanged".into()),
            ..step(
                ResourceKind::LoadBalancer,
                "redis-elb",
                Action::NoOp,
                vec![],
            )
        },
        step(
            ResourceKind::Service,
            "redis-service",
            Action::Update,
            update,
        ),
    ])
}

fn check(plan: &Plan, detail: Detail, expected: &Expect) {
    expected.assert_eq(&text(plan, detail).to_string());
}

#[test]
fn every_field_stands_on_a_line_of_its_own() {
    check(
        &mixed(),
        Detail::Full,
        &expect![[r#"
        redis (redis@0.1.0)
          + create  task definition redis
              containerDefinitions[searchapp-redis].image: "redis"
              family:                                      "redis"
          = keep    load balancer redis-elb (unchanged)
          ~ update  service redis-service
              desiredCount:         1 -> 2
              enableExecuteCommand: (none) -> true
              tags[team].value:     "search" -> (none)
              taskDefinition:       "redis:1" -> (known after apply)

        Plan: 1 to create, 1 to update, 0 to delete.
    "#]],
    );
}

#[test]
fn brief_plans_show_the_fields_of_what_is_there_already() {
    check(
        &mixed(),
        Detail::Brief,
        &expect![[r#"
        redis (redis@0.1.0)
          + create  task definition redis
          ~ update  service redis-service
              desiredCount:         1 -> 2
              enableExecuteCommand: (none) -> true
              tags[team].value:     "search" -> (none)
              taskDefinition:       "redis:1" -> (known after apply)

        Plan: 1 to create, 1 to update, 0 to delete.
    "#]],
    );
}

#[test]
fn nothing_to_do_says_so() {
    let idle = Step {
        reason: Some("redis:1 unchanged".into()),
        ..step(ResourceKind::TaskDefinition, "redis", Action::NoOp, vec![])
    };
    let plan = plan_of(vec![idle]);
    check(
        &plan,
        Detail::Brief,
        &expect![[r#"
        No changes.
    "#]],
    );
    check(
        &plan,
        Detail::Full,
        &expect![[r#"
        redis (redis@0.1.0)
          = keep    task definition redis (redis:1 unchanged)

        No changes.
    "#]],
    );
}

#[test]
fn blocked_steps_say_why_and_what_to_do() {
    let blocked = Some(Blocked {
        message: "load balancer `redis-elb` exists and was not made by host".into(),
        hint: "choose another name with `--set redis.name=…`, or remove it first".into(),
    });
    let balancer = Step {
        blocked,
        ..step(
            ResourceKind::LoadBalancer,
            "redis-elb",
            Action::Update,
            vec![],
        )
    };
    let plan = plan_of(vec![balancer]);
    check(
        &plan,
        Detail::Brief,
        &expect![[r#"
        redis (redis@0.1.0)
          ! blocked load balancer redis-elb
              ! load balancer `redis-elb` exists and was not made by host
                hint: choose another name with `--set redis.name=…`, or remove it first

        Plan: 0 to create, 0 to update, 0 to delete, 1 blocked.
    "#]],
    );
    assert_eq!(json(&plan)["summary"]["blocked"], 1);
}

#[test]
fn json_is_the_plan_with_its_summary() {
    let value = json(&mixed());
    assert_eq!(value["schema_version"], 1);
    assert_eq!(
        value["summary"],
        json!({"create": 1, "update": 1, "delete": 0, "no_op": 1, "blocked": 0, "drifted": 0})
    );
    assert_eq!(
        value["services"][0]["steps"][2]["changes"][0],
        json!({"path": "desiredCount", "before": 1, "after": 2})
    );
}
