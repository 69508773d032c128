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

#[test]
fn a_service_without_a_task_gets_one_again() {
    let none = |desired: &mut DesiredService, observed: &mut Observed| scaled(desired, observed, 0);
    assert_eq!(
        check(none),
        ["redis/service Update [desiredCount] UpdateService+TagResource"]
    );
    let (update, _) = update(none).unwrap();
    assert_eq!(update["desiredCount"], 1);
    // It may be the host's own doing.
    let mut desired = redis();
    let mut observed = as_observed(&desired);
    none(&mut desired, &mut observed);
    let plan = plan(&target(), &[desired], &observed, &known());
    assert!(plan.steps().flat_map(|it| &it.changes).all(|it| !it.drift));
}

#[test]
fn none_that_somebody_said_are_none() {
    let said = |desired: &mut DesiredService, observed: &mut Observed| {
        desired.service.as_mut().unwrap()["desiredCount"] = 0.into();
        running(observed)["desiredCount"] = 0.into();
    };
    let steps = check(said);
    assert!(
        steps.iter().all(|it| !it.contains("[desiredCount]")),
        "{steps:?}"
    );
}

#[test]
fn a_service_that_is_made_anew_begins_with_as_many_tasks() {
    let created = |tasks: u64, open: bool| {
        let mut desired = redis();
        let mut observed = as_observed(&desired);
        if open {
            scaled(&mut desired, &mut observed, tasks);
        } else {
            running(&mut observed)["desiredCount"] = tasks.into();
        }
        desired.load_balancer.as_mut().unwrap().create["Scheme"] = "internet-facing".into();
        let plan = plan(&target(), &[desired], &observed, &known());
        let step = plan.services[0].step(ResourceKind::Service).unwrap();
        let body = step.requests[0].body.clone();
        let minimum = &body["deploymentConfiguration"]["minimumHealthyPercent"];
        (
            body["desiredCount"].as_u64().unwrap(),
            minimum.as_u64().unwrap(),
        )
    };
    assert_eq!(created(10, true), (10, 90));
    assert_eq!(created(0, true), (1, 0));
    assert_eq!(created(10, false), (1, 0));
}

#[test]
fn a_count_that_is_said_later_is_no_change_of_others() {
    let mut open = redis();
    open.create_only
        .extend(["desiredCount", MINIMUM].map(str::to_owned));
    let mut observed = as_observed(&open);
    running(&mut observed)["desiredCount"] = 2.into();
    let plan = plan(&target(), &[redis()], &observed, &known());
    let changes: Vec<_> = plan.steps().flat_map(|it| &it.changes).collect();
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0].path.as_str(), changes[0].drift),
        ("desiredCount", false)
    );
}

/// The count fell after the minimum was set, and somebody started a deployment since.
#[test]
fn a_rollout_that_cannot_go_on_is_set_free() {
    let stuck = |deployments: usize, minimum: u64| {
        update(|desired, observed| {
            scaled(desired, observed, 1);
            let body = running(observed);
            body["deploymentConfiguration"] =
                json!({"minimumHealthyPercent": minimum, "maximumPercent": 100});
            body["deployments"] = json!(vec![json!({"status": "ACTIVE"}); deployments]);
        })
    };
    let (update, changes) = stuck(2, 50).unwrap();
    assert_eq!(changes, [MINIMUM]);
    assert_eq!(
        update["deploymentConfiguration"],
        json!({"minimumHealthyPercent": 0, "maximumPercent": 100})
    );
    assert_eq!(stuck(1, 50), None, "nothing is going on");
    assert_eq!(stuck(2, 0), None, "it goes on by itself");
}
