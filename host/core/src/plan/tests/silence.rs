//! Control planes that do not report everything, and what their silence means.

use super::*;

/// Runs again what was applied, on a control plane that reports only what `hide` leaves.
fn again(
    set: impl Fn(&mut DesiredService),
    hide: impl FnOnce(&mut Observed),
    change: impl FnOnce(&mut DesiredService),
) -> Vec<String> {
    let mut desired = redis();
    set(&mut desired);
    let mut observed = as_observed(&desired);
    hide(&mut observed);
    change(&mut desired);
    steps(&plan(&target(), &[desired], &observed, &known()))
}

fn service(observed: &mut Observed) -> &mut Value {
    &mut observed.services.get_mut("redis-service").unwrap().body
}

fn say(desired: &mut DesiredService, field: &str, value: Value) {
    desired.service.as_mut().unwrap()[field] = value;
}

fn forget(desired: &mut DesiredService, field: &str) {
    desired
        .service
        .as_mut()
        .and_then(Value::as_object_mut)
        .unwrap()
        .remove(field);
}

#[test]
fn a_field_with_a_default_that_is_not_reported_is_no_step() {
    for (field, value) in [
        ("enableExecuteCommand", json!(true)),
        ("enableECSManagedTags", json!(true)),
        ("propagateTags", json!("SERVICE")),
        ("healthCheckGracePeriodSeconds", json!(300)),
        (
            "placementConstraints",
            json!([{"type": "distinctInstance"}]),
        ),
    ] {
        let hide = |it: &mut Observed| {
            service(it).as_object_mut().unwrap().remove(field);
        };
        assert_eq!(
            again(|it| say(it, field, value.clone()), hide, |_| ()),
            [""; 0],
            "{field}"
        );
    }
}

#[test]
fn a_revision_that_keeps_a_field_to_itself_is_unchanged() {
    let pid = |it: &mut DesiredService| {
        it.task_definition.as_mut().unwrap()["pidMode"] = "task".into();
    };
    let hide = |it: &mut Observed| {
        let body = it.latest.get_mut("redis").unwrap().body.as_object_mut();
        body.unwrap().remove("pidMode");
    };
    assert_eq!(again(pid, hide, |_| ()), [""; 0]);
}

#[test]
fn a_tag_does_not_speak_for_a_revision_that_says_something_else() {
    let edits: [fn(&mut Value); 5] = [
        |it| it["containerDefinitions"][0]["image"] = "redis:evil".into(),
        |it| it["containerDefinitions"][0]["privileged"] = true.into(),
        |it| {
            it["containerDefinitions"][0]["environment"] = json!([{"name": "DEBUG", "value": "1"}]);
        },
        |it| it["containerDefinitions"][0]["dockerLabels"]["debug"] = "1".into(),
        |it| {
            it["containerDefinitions"][0]["secrets"][0]["valueFrom"] =
                "arn:aws:ssm:us-east-1:1:parameter/other".into();
        },
    ];
    for edit in edits {
        let copied = |it: &mut Observed| edit(&mut it.latest.get_mut("redis").unwrap().body);
        let steps = again(|_| (), copied, |_| ());
        assert!(
            steps.len() == 2 && steps[0].starts_with("redis/task-definition Update ["),
            "{steps:?}"
        );
    }
}

#[test]
fn a_default_that_aws_invents_later_is_no_revision() {
    let invent = |it: &mut Observed| {
        let body = &mut it.latest.get_mut("redis").unwrap().body;
        body["containerDefinitions"][0]["versionConsistency"] = "enabled".into();
        body["ipcMode"] = "task".into();
        body["enableFaultInjection"] = false.into();
    };
    assert_eq!(again(|_| (), invent, |_| ()), [""; 0]);
}

#[test]
fn one_of_several_that_is_missing_in_a_revision_is_a_change() {
    let two = |it: &mut DesiredService| {
        it.task_definition.as_mut().unwrap()["containerDefinitions"][0]["environment"] =
            json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]);
    };
    let copied = |it: &mut Observed| {
        let container = &mut it.latest.get_mut("redis").unwrap().body["containerDefinitions"][0];
        container["environment"].as_array_mut().unwrap().pop();
    };
    assert!(again(two, copied, |_| ())[0].contains("environment[B].value"));
}

#[test]
fn a_list_that_is_said_to_be_empty_is_no_silence() {
    let set = |it: &mut DesiredService| {
        it.task_definition.as_mut().unwrap()["placementConstraints"] =
            json!([{"type": "memberOf", "expression": "a"}]);
    };
    let empty = |it: &mut Observed| {
        it.latest.get_mut("redis").unwrap().body["placementConstraints"] = json!([]);
    };
    assert!(again(set, empty, |_| ())[0].contains("placementConstraints[0].type"));
}

#[test]
fn what_aws_adds_to_a_revision_is_no_change() {
    let added = |it: &mut Observed| {
        let revision = it.latest.get_mut("redis").unwrap();
        revision.body["runtimePlatform"] = json!({"cpuArchitecture": "X86_64"});
        revision.body["enableFaultInjection"] = false.into();
        revision.body["aFieldOfNextYear"] = json!({"on": true});
        let container = &mut revision.body["containerDefinitions"][0];
        container["versionConsistency"] = "enabled".into();
        container["portMappings"][0]["name"] = "redis-6379-tcp".into();
        // As if the recipe had spelt it otherwise.
        revision.tags.insert(ownership::APPLIED.into(), "0:".into());
    };
    assert_eq!(again(|_| (), added, |_| ()), [""; 0]);
}

#[test]
fn a_field_that_a_revision_sets_no_more_is_a_change() {
    for field in ["runtimePlatform", "ephemeralStorage", "aFieldOfNextYear"] {
        let set = |it: &mut DesiredService| {
            it.task_definition.as_mut().unwrap()[field] =
                json!({"cpuArchitecture": "ARM64", "sizeInGiB": 30});
        };
        let unset = |it: &mut DesiredService| {
            let body = it.task_definition.as_mut().and_then(Value::as_object_mut);
            body.unwrap().remove(field);
        };
        let steps = again(set, |_| (), unset);
        assert!(
            steps.len() == 2 && steps[0].contains(&format!("{field}.")),
            "{steps:?}"
        );
    }
}

#[test]
fn an_address_that_was_not_known_yet_is_no_new_revision_once_it_is() {
    let token = tokens::address("db");
    let mut desired = redis();
    desired.task_definition.as_mut().unwrap()["containerDefinitions"][0]["environment"] =
        json!([{"name": "DB", "value": token}]);
    let mut observed = as_observed(&desired);
    let revision = observed.latest.get_mut("redis").unwrap();
    let value = &mut revision.body["containerDefinitions"][0]["environment"][0]["value"];
    assert_eq!(*value, *token);
    *value = "db-elb.example".into();
    // And AWS adds what nobody knows of.
    revision.body["aFieldOfNextYear"] = true.into();
    let with = |address: &str| {
        let mut known = known();
        let names = known.get_mut("redis").unwrap();
        names.insert(token.clone(), address.into());
        steps(&plan(
            &target(),
            std::slice::from_ref(&desired),
            &observed,
            &known,
        ))
    };
    assert_eq!(with("db-elb.example"), [""; 0]);
    assert_eq!(
        with("db-elb-2.example"),
        [
            "redis/task-definition Update [containerDefinitions[searchapp-redis].environment[DB].value] RegisterTaskDefinition",
            "redis/service Update [taskDefinition] UpdateService+TagResource",
        ]
    );
    let revision = &observed.latest["redis"];
    let recorded = desired.task_definition.clone().unwrap();
    let mut secret = recorded;
    tokens::fill(&mut secret, &known()["redis"]);
    assert!(ownership::says_applied(&revision.tags, &secret));
}

#[test]
fn a_load_balancer_field_that_the_sdk_does_not_know_is_no_difference() {
    let set = |it: &mut DesiredService| {
        let balancer = it.load_balancer.as_mut().unwrap();
        balancer.create["NextYear"] = true.into();
        balancer.health_check["Grace"] = 5.into();
        balancer.attributes.as_mut().unwrap()["NextYear"] = json!({"Enabled": true});
    };
    let hide = |it: &mut Observed| {
        let balancer = it.load_balancers.get_mut("redis-elb").unwrap();
        let silent = |it: &mut Value, key: &str| {
            it.as_object_mut().unwrap().remove(key);
        };
        silent(&mut balancer.description, "NextYear");
        silent(&mut balancer.description["HealthCheck"], "Grace");
        silent(balancer.attributes.as_mut().unwrap(), "NextYear");
    };
    assert_eq!(again(set, hide, |_| ()), [""; 0]);
    // On one that exists it can never be seen, so it is not sent time and again.
    assert_eq!(
        again(|_| (), |_| (), set),
        [
            "redis/load-balancer Update BLOCKED [NextYear NextYear.Enabled HealthCheck.Grace] ConfigureHealthCheck+ModifyLoadBalancerAttributes+AddTags"
        ]
    );
}

#[test]
fn what_is_dropped_goes_back_to_the_default() {
    let exec = |it: &mut DesiredService| say(it, "enableExecuteCommand", json!(true));
    let drop = |it: &mut DesiredService| forget(it, "enableExecuteCommand");
    assert_eq!(
        again(exec, |_| (), drop),
        ["redis/service Update [enableExecuteCommand] UpdateService+TagResource"]
    );
    let off = |it: &mut DesiredService| say(it, "enableExecuteCommand", json!(false));
    assert_eq!(again(off, |_| (), drop), [""; 0], "that is the default");
    assert_eq!(
        again(
            |_| (),
            |it| service(it)["enableExecuteCommand"] = true.into(),
            |_| ()
        ),
        [""; 0],
        "somebody else set it, and the recipe never said a word"
    );
    let scaled = |it: &mut DesiredService| forget(it, "desiredCount");
    assert_eq!(again(|_| (), |_| (), scaled), [""; 0]);
}

#[test]
fn a_field_that_is_not_reported_is_never_a_step_of_its_own() {
    let hide = |observed: &mut Observed| {
        let body = observed
            .services
            .get_mut("redis-service")
            .unwrap()
            .body
            .as_object_mut()
            .unwrap();
        body.remove("deploymentConfiguration");
        body.remove("healthCheckGracePeriodSeconds");
    };
    assert_eq!(check(|_, observed| hide(observed)), [""; 0]);
    let grace = |desired: &mut DesiredService, observed: &mut Observed| {
        hide(observed);
        desired.service.as_mut().unwrap()["healthCheckGracePeriodSeconds"] = 60.into();
    };
    assert_eq!(check(grace), [""; 0]);
    let new = |desired: &mut DesiredService, _: &mut Observed| {
        // Never set before, so its absence means something.
        desired.service.as_mut().unwrap()["propagateTags"] = "SERVICE".into();
    };
    assert_eq!(
        check(new),
        ["redis/service Update [propagateTags] UpdateService+TagResource"]
    );
    let count = |desired: &mut DesiredService, observed: &mut Observed| {
        hide(observed);
        desired.service.as_mut().unwrap()["desiredCount"] = 2.into();
    };
    let steps = check(count);
    assert!(
        steps.len() == 1
            && steps[0].contains("desiredCount")
            && steps[0].contains("healthCheckGrace"),
        "{steps:?}"
    );
}
