//! What somebody changed by hand is told from what the recipe changed.

use super::*;

/// The changed fields, those of others with an exclamation mark.
fn drift(change: impl FnOnce(&mut DesiredService, &mut Observed)) -> Vec<String> {
    let mut desired = redis();
    let mut observed = as_observed(&desired);
    change(&mut desired, &mut observed);
    let plan = plan(&target(), &[desired], &observed, &known());
    let changes = plan.steps().flat_map(|it| &it.changes);
    changes
        .map(|it| format!("{}{}", it.path, if it.drift { "!" } else { "" }))
        .collect()
}

#[test]
fn a_field_that_is_not_what_was_applied_was_changed_by_hand() {
    assert_eq!(
        drift(|_, observed| {
            observed.services.get_mut("redis-service").unwrap().body["desiredCount"] = 3.into();
            let balancer = observed.load_balancers.get_mut("redis-elb").unwrap();
            balancer.description["HealthCheck"]["Interval"] = 60.into();
        }),
        ["HealthCheck.Interval!", "desiredCount!"]
    );
}

#[test]
fn a_field_that_the_recipe_changed_was_not() {
    assert_eq!(
        drift(|desired, _| {
            desired.service.as_mut().unwrap()["desiredCount"] = 3.into();
            desired.load_balancer.as_mut().unwrap().health_check["Interval"] = 60.into();
            desired.task_definition.as_mut().unwrap()["containerDefinitions"][0]["memory"] =
                256.into();
        }),
        [
            "containerDefinitions[searchapp-redis].memory",
            "HealthCheck.Interval",
            "desiredCount",
            "taskDefinition",
        ]
    );
}

#[test]
fn a_run_that_was_killed_is_nobody_else() {
    assert_eq!(
        drift(|_, observed| {
            let balancer = observed.load_balancers.get_mut("redis-elb").unwrap();
            balancer.description["HealthCheck"] = json!({
                "Target": "TCP:6379", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 10,
            });
            balancer.attributes = Some(json!({"ConnectionSettings": {"IdleTimeout": 60}}));
        }),
        [
            "HealthCheck.HealthyThreshold",
            "HealthCheck.Interval",
            "ConnectionSettings.IdleTimeout"
        ]
    );
}

#[test]
fn a_revision_that_somebody_else_deployed_is_told_and_ours_comes_back() {
    let mut observed = as_observed(&redis());
    let ours = observed.latest.remove("redis").unwrap();
    let arn = "arn:aws:ecs:us-east-1:1:task-definition/redis:2".to_owned();
    let mut theirs = Revision {
        arn: arn.clone(),
        body: ours.body.clone(),
        tags: ownership::Tags::new(),
    };
    theirs.body["containerDefinitions"][0]["memory"] = 999.into();
    observed.latest.insert("redis".into(), theirs);
    observed.services.get_mut("redis-service").unwrap().body["taskDefinition"] = arn.into();
    let plan = plan(&target(), &[redis()], &observed, &known());
    assert_eq!(
        steps(&plan),
        [
            "redis/task-definition Update [containerDefinitions[searchapp-redis].memory] RegisterTaskDefinition",
            "redis/service Update [taskDefinition] UpdateService+TagResource",
        ]
    );
    assert!(plan.steps().last().unwrap().changes[0].drift);
}

#[test]
fn another_target_is_no_drift_and_other_groups_by_hand_are() {
    let observed = as_observed(&redis());
    let drifts = |target: &DesiredTarget, observed: &Observed| {
        let plan = plan(target, &[redis()], observed, &known());
        let changes = plan.steps().flat_map(|it| it.changes.clone());
        changes.map(|it| (it.path, it.drift)).collect::<Vec<_>>()
    };
    let elsewhere = DesiredTarget {
        subnets: vec!["subnet-new".into()],
        ..target()
    };
    assert_eq!(
        drifts(&elsewhere, &observed),
        [("Subnets".to_owned(), false)]
    );
    let mut changed = observed;
    let balancer = changed.load_balancers.get_mut("redis-elb").unwrap();
    balancer.description["SecurityGroups"] = json!(["sg-other"]);
    assert_eq!(
        drifts(&target(), &changed),
        [("SecurityGroups".to_owned(), true)]
    );
}
