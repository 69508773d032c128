//! What holds for any change: an applied plan is no plan, and one change is one step.

use proptest::prelude::*;
use serde_json::Map;

use super::*;

/// Redis with lists of several items, two host ports of one container port among them.
fn rich() -> DesiredService {
    let mut desired = redis();
    let task = desired.task_definition.as_mut().unwrap();
    task["placementConstraints"] = json!([{"type": "memberOf", "expression": "attribute:a == b"}]);
    let container = &mut task["containerDefinitions"][0];
    container["portMappings"] = json!([
        {"containerPort": 6379, "hostPort": 6379, "protocol": "tcp"},
        {"containerPort": 5000, "hostPort": 5002}, {"containerPort": 5000, "hostPort": 5001},
    ]);
    container["extraHosts"] = json!([{"hostname": "a", "ipAddress": "10.0.0.2"}, {"hostname": "a", "ipAddress": "10.0.0.1"}]);
    container["ulimits"] = json!([{"name": "nofile", "softLimit": 1, "hardLimit": 2}, {"name": "core", "softLimit": 0, "hardLimit": 0}]);
    container["healthCheck"] = json!({"command": ["CMD", "redis-cli", "ping"], "interval": 60});
    container["privileged"] = false.into();
    let service = desired.service.as_mut().unwrap();
    service["enableExecuteCommand"] = true.into();
    service["propagateTags"] = "SERVICE".into();
    service["placementConstraints"] =
        json!([{"type": "memberOf", "expression": "x"}, {"type": "memberOf", "expression": "y"}]);
    service["placementStrategy"] =
        json!([{"type": "spread", "field": "host"}, {"type": "binpack", "field": "cpu"}]);
    desired
}

/// A list of the rich redis, and the step that must come of an item less.
fn one_list() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop_oneof![
        Just((
            "task/containerDefinitions/0/portMappings",
            "redis/task-definition"
        )),
        Just((
            "task/containerDefinitions/0/extraHosts",
            "redis/task-definition"
        )),
        Just((
            "task/containerDefinitions/0/ulimits",
            "redis/task-definition"
        )),
        Just((
            "task/containerDefinitions/0/secrets",
            "redis/task-definition"
        )),
        Just(("task/placementConstraints", "redis/task-definition")),
        Just(("service/placementConstraints", "redis/service")),
        Just(("service/placementStrategy", "redis/service")),
    ]
}

/// A field of the rich redis that some control plane does not report.
fn one_silence() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "enableExecuteCommand",
        "propagateTags",
        "placementConstraints",
        "placementStrategy",
        "deploymentConfiguration",
        "healthCheckGracePeriodSeconds",
        "availabilityZoneRebalancing",
        "loadBalancers",
        "desiredCount",
    ])
}

fn list<'a>(desired: &'a mut DesiredService, path: &str) -> &'a mut Vec<Value> {
    let (root, rest) = path.split_once('/').unwrap();
    let body = match root {
        "task" => desired.task_definition.as_mut(),
        _ => desired.service.as_mut(),
    };
    let list = body.unwrap().pointer_mut(&format!("/{rest}")).unwrap();
    list.as_array_mut().unwrap()
}

/// One field of redis, another value for it, and the step that must come of it.
fn one_change() -> impl Strategy<Value = (&'static str, Value, &'static str)> {
    let numbers = 1000_u32..2000;
    prop_oneof![
        (
            Just("task/containerDefinitions/0/memory"),
            numbers.clone().prop_map(Value::from),
            Just("redis/task-definition")
        ),
        (
            Just("task/containerDefinitions/0/cpu"),
            numbers.clone().prop_map(Value::from),
            Just("redis/task-definition")
        ),
        (
            Just("task/containerDefinitions/0/image"),
            "[a-z]{3}:[0-9]".prop_map(Value::from),
            Just("redis/task-definition")
        ),
        (
            Just("task/networkMode"),
            Just(json!("host")),
            Just("redis/task-definition")
        ),
        (
            Just("task/containerDefinitions/0/command"),
            prop::collection::vec("[a-z-]{1,8}", 1..4).prop_map(|it| json!(it)),
            Just("redis/task-definition")
        ),
        (
            Just("task/containerDefinitions/0/environment"),
            prop::collection::btree_map("[A-Z]{1,4}", "[a-z]{0,4}", 1..4).prop_map(|it| it
                .iter()
                .map(|(name, value)| json!({"name": name, "value": value}))
                .collect()),
            Just("redis/task-definition")
        ),
        (
            Just("task/pidMode"),
            Just(json!("task")),
            Just("redis/task-definition")
        ),
        (
            Just("service/desiredCount"),
            (2..50).prop_map(Value::from),
            Just("redis/service")
        ),
        (
            Just("service/healthCheckGracePeriodSeconds"),
            numbers.clone().prop_map(Value::from),
            Just("redis/service")
        ),
        (
            Just("service/deploymentConfiguration/maximumPercent"),
            (101..200).prop_map(Value::from),
            Just("redis/service")
        ),
        (
            Just("service/placementStrategy"),
            Just(json!([{"type": "random"}])),
            Just("redis/service")
        ),
        (
            Just("service/enableExecuteCommand"),
            Just(json!(true)),
            Just("redis/service")
        ),
        (
            Just("balancer/create/Listeners/0/LoadBalancerPort"),
            numbers.prop_map(Value::from),
            Just("redis/load-balancer")
        ),
        (
            Just("balancer/health_check/Interval"),
            (11..300).prop_map(Value::from),
            Just("redis/load-balancer")
        ),
        (
            Just("balancer/attributes/ConnectionSettings/IdleTimeout"),
            (121..3600).prop_map(Value::from),
            Just("redis/load-balancer")
        ),
    ]
}

/// Sets one leaf; the last part of the path may be new.
fn set(desired: &mut DesiredService, path: &str, value: Value) {
    let (root, rest) = path.split_once('/').unwrap();
    let (root, rest) = match (root, rest.split_once('/')) {
        ("task", _) => (desired.task_definition.as_mut(), rest),
        ("service", _) => (desired.service.as_mut(), rest),
        (_, Some(("create", rest))) => (
            desired.load_balancer.as_mut().map(|it| &mut it.create),
            rest,
        ),
        (_, Some(("health_check", rest))) => (
            desired
                .load_balancer
                .as_mut()
                .map(|it| &mut it.health_check),
            rest,
        ),
        (_, Some((_, rest))) => (
            desired
                .load_balancer
                .as_mut()
                .and_then(|it| it.attributes.as_mut()),
            rest,
        ),
        _ => panic!("no such root: {path}"),
    };
    let (parents, leaf) = rest.rsplit_once('/').unwrap_or(("", rest));
    let pointer = if parents.is_empty() {
        String::new()
    } else {
        format!("/{parents}")
    };
    root.unwrap().pointer_mut(&pointer).unwrap()[leaf] = value;
}

proptest! {
    /// What was applied is not changed again, whatever it was.
    #[test]
    fn applied_is_all_no_ops((path, value, _) in one_change()) {
        let mut desired = redis();
        set(&mut desired, path, value);
        let observed = as_observed(&desired);
        prop_assert_eq!(steps(&plan(&target(), &[desired], &observed, &known())), Vec::<String>::new());
    }

    /// A change of one field is a step for its object; beside it, only the service that must follow a new revision.
    #[test]
    fn one_change_is_exactly_its_step((path, value, expect) in one_change()) {
        let mut desired = redis();
        let observed = as_observed(&desired);
        set(&mut desired, path, value);
        let plan = plan(&target(), &[desired], &observed, &known());
        let changed: Vec<&Step> = plan.steps().filter(|it| it.action != Action::NoOp).collect();
        prop_assert_eq!(changed[0].id.as_str(), expect);
        let leaf = path.rsplit('/').next().unwrap();
        // A listener is known by its port, so another port is another listener.
        let named = |change: &Change| change.path.contains(leaf) || change.path.starts_with("Listeners[");
        prop_assert!(!changed[0].changes.is_empty() && changed[0].changes.iter().all(named), "{:?}", changed[0].changes);
        let followers: Vec<&str> = changed[1..].iter().map(|it| it.id.as_str()).collect();
        let expected: &[&str] = if expect == "redis/task-definition" { &["redis/service"] } else { &[] };
        prop_assert_eq!(followers, expected);
    }

    /// The same with lists of several items, and with one of them gone, whichever it is.
    #[test]
    fn an_item_less_is_exactly_its_step((path, expect) in one_list(), at in any::<prop::sample::Index>()) {
        let mut desired = rich();
        let observed = as_observed(&desired);
        let plan_of = |it: &DesiredService, observed: &Observed| plan(&target(), std::slice::from_ref(it), observed, &known());
        prop_assert_eq!(steps(&plan_of(&desired, &observed)), Vec::<String>::new());
        let items = list(&mut desired, path);
        items.remove(at.index(items.len()));
        let less = plan_of(&desired, &observed);
        let changed: Vec<&Step> = less.steps().filter(|it| it.action != Action::NoOp).collect();
        let ids: Vec<&str> = changed.iter().map(|it| it.id.as_str()).collect();
        let expected: &[&str] = if expect == "redis/task-definition" { &[expect, "redis/service"] } else { &[expect] };
        prop_assert_eq!(ids, expected);
        let leaf = path.rsplit('/').next().unwrap();
        prop_assert!(changed[0].changes.iter().all(|it| it.path.contains(leaf)), "{:?}", changed[0].changes);
        prop_assert!(changed[0].blocked.is_none() && !changed[0].requests.is_empty());
        // And once that is applied, it is so.
        let observed = as_observed(&desired);
        prop_assert_eq!(steps(&plan_of(&desired, &observed)), Vec::<String>::new());
    }

    /// What a control plane does not report is never a step of its own, and rides with one that is.
    #[test]
    fn silence_is_no_change(hidden in prop::collection::btree_set(one_silence(), 1..5)) {
        let mut desired = rich();
        let mut observed = as_observed(&desired);
        let body = observed.services.get_mut("redis-service").unwrap().body.as_object_mut().unwrap();
        for field in &hidden {
            body.remove(*field);
        }
        prop_assert_eq!(steps(&plan(&target(), &[desired.clone()], &observed, &known())), Vec::<String>::new());
        let task = desired.task_definition.as_mut().unwrap();
        task["containerDefinitions"][0]["memory"] = 999.into();
        let changed = steps(&plan(&target(), &[desired], &observed, &known()));
        prop_assert_eq!(changed.len(), 2);
        prop_assert!(!changed[1].contains("BLOCKED"), "{:?}", changed);
    }

    /// Order and empty things are spelling, not meaning.
    #[test]
    fn spelling_is_no_change(names in prop::collection::btree_set("[A-Z]{1,5}", 2..6)) {
        let mut desired = redis();
        let environment: Vec<Value> = names.iter().map(|it| json!({"name": it, "value": "x"})).collect();
        set(&mut desired, "task/containerDefinitions/0/environment", json!(environment));
        let mut observed = as_observed(&desired);
        let revision = observed.latest.get_mut("redis").unwrap();
        revision.tags.remove(ownership::APPLIED);
        let container = &mut revision.body["containerDefinitions"][0];
        container["environment"].as_array_mut().unwrap().reverse();
        container["links"] = json!([]);
        container["essential"] = true.into();
        revision.body["volumes"] = Value::Object(Map::new());
        prop_assert_eq!(steps(&plan(&target(), &[desired], &observed, &known())), Vec::<String>::new());
    }
}
