//! A count that nobody said is autoscaling's, and what follows from it follows.

use super::*;
use crate::lower::MINIMUM;

/// A recipe that says no count, and a service that was brought to that many tasks.
fn scaled(desired: &mut DesiredService, observed: &mut Observed, tasks: u64) {
    let open = ["desiredCount", MINIMUM].map(str::to_owned);
    desired.create_only.extend(open);
    running(observed)["desiredCount"] = tasks.into();
}

fn running(observed: &mut Observed) -> &mut Value {
    &mut observed.services.get_mut("redis-service").unwrap().body
}

fn more_memory(desired: &mut DesiredService) {
    desired.task_definition.as_mut().unwrap()["containerDefinitions"][0]["memory"] = 512.into();
}

/// The body of UpdateService, if there is one, and what the plan says of it.
fn update(change: impl FnOnce(&mut DesiredService, &mut Observed)) -> Option<(Value, Vec<String>)> {
    let mut desired = redis();
    let mut observed = as_observed(&desired);
    change(&mut desired, &mut observed);
    let plan = plan(&target(), &[desired], &observed, &known());
    let step = plan.services[0].step(ResourceKind::Service).unwrap();
    let mut requests = step.requests.iter();
    let update = requests.find(|it| it.operation == Operation::UpdateService)?;
    let changes = step.changes.iter().map(|it| it.path.clone()).collect();
    Some((update.body.clone(), changes))
}

#[test]
fn a_count_that_nobody_said_is_left_alone() {
    assert_eq!(
        check(|desired, observed| scaled(desired, observed, 5)),
        [""; 0]
    );
}

#[test]
fn neither_is_the_minimum_that_an_update_left_a_reason_for_another() {
    let after_an_update = |desired: &mut DesiredService, observed: &mut Observed| {
        scaled(desired, observed, 2);
        running(observed)["deploymentConfiguration"]["minimumHealthyPercent"] = 80.into();
    };
    assert_eq!(check(after_an_update), [""; 0]);
}

#[test]
fn a_rollout_stops_one_of_several_tasks_at_a_time() {
    let (update, changes) = update(|desired, observed| {
        scaled(desired, observed, 3);
        more_memory(desired);
    })
    .unwrap();
    assert_eq!(
        update["deploymentConfiguration"],
        json!({"minimumHealthyPercent": 66, "maximumPercent": 100})
    );
    assert_eq!(update.get("desiredCount"), None);
    assert_eq!(changes, [MINIMUM, "taskDefinition"]);
}

#[test]
fn a_rollout_of_the_only_task_says_nothing_of_it() {
    let (update, changes) = update(|desired, observed| {
        scaled(desired, observed, 1);
        more_memory(desired);
    })
    .unwrap();
    assert_eq!(update.get("deploymentConfiguration"), None);
    assert_eq!(changes, ["taskDefinition"]);
}

#[test]
fn tasks_that_are_started_anew_for_a_load_balancer_are_so_one_by_one() {
    let (update, changes) = update(|desired, observed| {
        scaled(desired, observed, 4);
        observed.load_balancers.clear();
    })
    .unwrap();
    assert_eq!(update["forceNewDeployment"], true);
    assert_eq!(
        update["deploymentConfiguration"]["minimumHealthyPercent"],
        75
    );
    assert_eq!(changes, [MINIMUM]);
}

#[test]
fn a_minimum_that_the_recipe_says_is_the_recipes() {
    let (update, _) = update(|desired, observed| {
        scaled(desired, observed, 3);
        desired.create_only.remove(MINIMUM);
        more_memory(desired);
    })
    .unwrap();
    assert_eq!(update.get("deploymentConfiguration"), None);
}

#[test]
fn another_word_on_deployments_keeps_the_running_tasks_too() {
    let (update, changes) = update(|desired, observed| {
        scaled(desired, observed, 3);
        desired.service.as_mut().unwrap()["deploymentConfiguration"]["maximumPercent"] = 150.into();
    })
    .unwrap();
    assert_eq!(
        update["deploymentConfiguration"],
        json!({"minimumHealthyPercent": 66, "maximumPercent": 150})
    );
    assert_eq!(changes, ["deploymentConfiguration.maximumPercent", MINIMUM]);
}
