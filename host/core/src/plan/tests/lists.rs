//! Lists that a recipe sets are said whole.

use super::*;

fn constraints(names: &[&str]) -> Value {
    let one = |it: &&str| json!({"type": "memberOf", "expression": it});
    names.iter().map(one).collect()
}

fn with_constraints(names: &[&str]) -> DesiredService {
    let mut desired = redis();
    desired.service.as_mut().unwrap()["placementConstraints"] = constraints(names);
    desired
}

fn check(before: &[&str], after: &[&str]) -> Vec<String> {
    let observed = as_observed(&with_constraints(before));
    steps(&plan(
        &target(),
        &[with_constraints(after)],
        &observed,
        &known(),
    ))
}

#[test]
fn an_item_more_or_less_is_a_change() {
    let update = |fields: &str| {
        [format!(
            "redis/service Update [{fields}] UpdateService+TagResource"
        )]
    };
    assert_eq!(check(&["a", "b"], &["a", "b"]), [""; 0]);
    let second = "placementConstraints[1].expression placementConstraints[1].type";
    assert_eq!(check(&["a", "b"], &["a"]), update(second));
    assert_eq!(check(&["a"], &["a", "b"]), update(second));
    let first = "placementConstraints[0].expression placementConstraints[0].type";
    assert_eq!(check(&["a"], &[]), update(first));
    assert_eq!(check(&[], &["a"]), update(first));
}

#[test]
fn what_somebody_else_removed_is_put_back() {
    let desired = with_constraints(&["a"]);
    let mut observed = as_observed(&desired);
    let body = &mut observed.services.get_mut("redis-service").unwrap().body;
    body["placementConstraints"] = json!([]);
    let steps = steps(&plan(&target(), &[desired], &observed, &known()));
    assert_eq!(steps.len(), 1);
    assert!(steps[0].contains("UpdateService"), "{steps:?}");
}

#[test]
fn a_list_that_is_not_set_any_more_is_emptied() {
    let observed = as_observed(&with_constraints(&["a"]));
    let plan = plan(&target(), &[redis()], &observed, &known());
    let first = "placementConstraints[0].expression placementConstraints[0].type";
    let expected = format!("redis/service Update [{first}] UpdateService+TagResource");
    assert_eq!(steps(&plan), [expected]);
    let step = plan.steps().last().unwrap();
    assert_eq!(step.requests[0].body["placementConstraints"], json!([]));
}

#[test]
fn two_host_ports_of_one_container_port_are_two() {
    let mut desired = redis();
    let ports = |second: u32| {
        json!([
            {"containerPort": 5000, "hostPort": 1000}, {"containerPort": 5000, "hostPort": second},
        ])
    };
    let mut set = |it: Value| {
        desired.task_definition.as_mut().unwrap()["containerDefinitions"][0]["portMappings"] = it;
        desired.clone()
    };
    let first = set(ports(5002));
    let observed = as_observed(&first);
    let changed = set(ports(5003));
    assert_eq!(
        steps(&plan(&target(), &[first], &observed, &known())),
        [""; 0]
    );
    let steps = steps(&plan(&target(), &[changed], &observed, &known()));
    assert!(
        steps[0].contains("portMappings[5000/tcp #2].hostPort"),
        "{steps:?}"
    );
}
