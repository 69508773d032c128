use serde_json::{Value, json};

use crate::{Api, Refusal, Script, Time, World, call};

fn account() -> World {
    let mut world = World::prepared(Time(1_000_000));
    let container = json!([{"name": "a", "image": "a", "memory": 64}]);
    for _ in 0..2 {
        let input = json!({"family": "a", "containerDefinitions": container});
        ecs(&mut world, "RegisterTaskDefinition", &input).unwrap();
    }
    world
}

fn ecs(world: &mut World, operation: &str, input: &Value) -> Result<Value, Refusal> {
    let mut input = input.clone();
    if operation != "RegisterTaskDefinition" {
        input["cluster"] = "searchapp".into();
    }
    call(world, &Script::default(), Api::Ecs, operation, &input)
}

fn creation() -> Value {
    json!({"serviceName": "web", "taskDefinition": "a:1", "desiredCount": 1, "clientToken": "one"})
}

#[test]
fn the_same_request_or_the_same_token_is_the_same_service() {
    let mut world = account();
    let made = ecs(&mut world, "CreateService", &creation()).unwrap();
    let mut other_token = creation();
    other_token["clientToken"] = "two".into();
    assert_eq!(
        ecs(&mut world, "CreateService", &other_token),
        Ok(made.clone())
    );
    let mut other_number = creation();
    other_number["desiredCount"] = 2.into();
    assert_eq!(ecs(&mut world, "CreateService", &other_number), Ok(made));
    other_number["clientToken"] = "two".into();
    let refusal = ecs(&mut world, "CreateService", &other_number).unwrap_err();
    assert_eq!(refusal.message, "Creation of service was not idempotent.");
}

#[test]
fn only_some_changes_begin_a_deployment() {
    for (change, count) in [
        (json!({"desiredCount": 3}), 1),
        (
            json!({"deploymentConfiguration": {"minimumHealthyPercent": 0}}),
            1,
        ),
        (json!({"enableExecuteCommand": true}), 1),
        (json!({"taskDefinition": "a:1"}), 1),
        (json!({"taskDefinition": "a:2"}), 2),
        (json!({"taskDefinition": "a"}), 2),
        (
            json!({"taskDefinition": "a:1", "forceNewDeployment": true}),
            2,
        ),
    ] {
        let mut world = account();
        ecs(&mut world, "CreateService", &creation()).unwrap();
        let mut input = change.clone();
        input["service"] = "web".into();
        let updated = ecs(&mut world, "UpdateService", &input).unwrap();
        let deployments = updated["service"]["deployments"].as_array().unwrap();
        assert_eq!(deployments.len(), count, "{change}");
        assert_eq!(deployments[0]["status"], "PRIMARY");
    }
}

#[test]
fn what_only_deployments_show_begins_one_where_it_changes() {
    let connected = json!({"serviceConnectConfiguration": {"enabled": true, "namespace": "a"}});
    let elsewhere = json!({"serviceConnectConfiguration": {"enabled": true, "namespace": "b"}});
    let disconnected = json!({"serviceConnectConfiguration": {"enabled": false}});
    let volume = json!({"volumeConfigurations": [{"name": "data"}]});
    let no_volume = json!({"volumeConfigurations": []});
    let scaled = json!({"desiredCount": 2});
    let mut world = account();
    ecs(&mut world, "CreateService", &creation()).unwrap();
    let mut count = 1;
    for (change, is_new) in [
        (&disconnected, false),
        (&no_volume, false),
        (&connected, true),
        (&connected, false),
        (&scaled, false),
        (&elsewhere, true),
        (&volume, true),
        (&volume, false),
        (&elsewhere, false),
        (&no_volume, true),
        (&no_volume, false),
    ] {
        let mut input = change.clone();
        input["service"] = "web".into();
        let updated = ecs(&mut world, "UpdateService", &input).unwrap();
        count += usize::from(is_new);
        let deployments = updated["service"]["deployments"].as_array().unwrap();
        assert_eq!(deployments.len(), count, "{change}");
    }
    let described = ecs(
        &mut world,
        "DescribeServices",
        &json!({"services": ["web"]}),
    );
    let service = &described.unwrap()["services"][0];
    // Each deployment shows its own, the newest first.
    let shown = |member: &str| {
        let deployments = service["deployments"].as_array().unwrap().iter();
        deployments
            .map(|it| it[member].clone())
            .collect::<Vec<Value>>()
    };
    let a = connected["serviceConnectConfiguration"].clone();
    let b = elsewhere["serviceConnectConfiguration"].clone();
    assert_eq!(
        shown("serviceConnectConfiguration"),
        [b.clone(), b.clone(), b, a, Value::Null]
    );
    let data = volume["volumeConfigurations"].clone();
    let none = Value::Null;
    assert_eq!(
        shown("volumeConfigurations"),
        [none.clone(), data, none.clone(), none.clone(), none]
    );
    // A new service has what it was created with.
    let mut input = creation();
    input["serviceName"] = "other".into();
    input["volumeConfigurations"] = volume["volumeConfigurations"].clone();
    ecs(&mut world, "CreateService", &input).unwrap();
    let mut input = volume.clone();
    input["service"] = "other".into();
    let updated = ecs(&mut world, "UpdateService", &input).unwrap();
    assert_eq!(
        updated["service"]["deployments"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn what_an_update_does_not_say_stays() {
    let mut world = account();
    let mut input = creation();
    input["deploymentConfiguration"] = json!({"minimumHealthyPercent": 50, "maximumPercent": 150});
    ecs(&mut world, "CreateService", &input).unwrap();
    let change = json!({"service": "web", "deploymentConfiguration": {"maximumPercent": 200}});
    let updated = ecs(&mut world, "UpdateService", &change).unwrap();
    let service = &updated["service"];
    let numbers = &service["deploymentConfiguration"];
    assert_eq!(
        *numbers,
        json!({"minimumHealthyPercent": 50, "maximumPercent": 200})
    );
    assert_eq!(service["desiredCount"], 1);
    assert_eq!(service["propagateTags"], "NONE");
}

#[test]
fn rebalancing_is_off_where_it_cannot_be() {
    let zone = json!([{"type": "memberOf", "expression": "attribute:ecs.availability-zone == us-east-1a"}]);
    for (others, settled) in [
        (json!({}), "ENABLED"),
        (
            json!({"availabilityZoneRebalancing": "DISABLED"}),
            "DISABLED",
        ),
        (
            json!({"schedulingStrategy": "DAEMON", "desiredCount": null}),
            "DISABLED",
        ),
        (
            json!({"deploymentController": {"type": "EXTERNAL"}}),
            "DISABLED",
        ),
        (json!({"placementConstraints": zone}), "DISABLED"),
        (
            json!({"placementConstraints": [{"type": "distinctInstance"}]}),
            "ENABLED",
        ),
        (
            json!({"deploymentConfiguration": {"minimumHealthyPercent": 0, "maximumPercent": 100}}),
            "DISABLED",
        ),
    ] {
        let mut input = creation();
        for (name, value) in others.as_object().unwrap() {
            input[name] = value.clone();
        }
        let made = ecs(&mut account(), "CreateService", &input).unwrap();
        assert_eq!(
            made["service"]["availabilityZoneRebalancing"], settled,
            "{others}"
        );
    }
}

#[test]
fn a_daemon_is_deleted_without_force_and_others_are_not() {
    let mut world = account();
    let daemon =
        json!({"serviceName": "agent", "taskDefinition": "a", "schedulingStrategy": "DAEMON"});
    ecs(&mut world, "CreateService", &daemon).unwrap();
    ecs(&mut world, "CreateService", &creation()).unwrap();
    crate::advance(&mut world, &Script::default(), Time(1_010_000));
    let refused = ecs(&mut world, "DeleteService", &json!({"service": "web"})).unwrap_err();
    assert_eq!(refused.rule, "service-scaled");
    let deleted = ecs(&mut world, "DeleteService", &json!({"service": "agent"})).unwrap();
    assert_eq!(deleted["service"]["status"], "DRAINING");
    assert_eq!(deleted["service"]["runningCount"], 2);
}
