use expect_test::{Expect, expect};
use serde_json::json;

use super::*;

#[expect(
    clippy::needless_pass_by_value,
    reason = "calls read better without borrows"
)]
fn check(operation: Operation, at: &str, body: Value, expected: Expect) {
    let found = super::check(operation, at, &body);
    let lines = found
        .iter()
        .map(|it| format!("{}: {it}", if it.is_error() { "error" } else { "warning" }));
    expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn what_the_model_describes_passes() {
    let body = json!({
        "family": "a",
        "networkMode": "awsvpc",
        "cpu": "256",
        "containerDefinitions": [{
            "memory": 2_147_483_647,
            "essential": true,
            "command": ["a"],
            "dockerLabels": { "any.key": "text" },
        }],
    });
    check(Operation::RegisterTaskDefinition, "", body, expect![[""]]);
    let deployment = json!({
        "canaryConfiguration": { "canaryPercent": 12.5 },
        "linearConfiguration": { "stepPercent": 10 },
        "lifecycleHooks": [{ "hookDetails": { "any": [1, "json"] } }],
    });
    check(
        Operation::CreateService,
        "deploymentConfiguration",
        deployment,
        expect![[""]],
    );
    check(
        Operation::ConfigureHealthCheck,
        "HealthCheck",
        json!({ "Interval": 10 }),
        expect![[""]],
    );
}

#[test]
fn wrong_types_are_errors() {
    let body = json!({
        "cpu": 256,
        "containerDefinitions": [{ "memory": "1", "cpu": 1.5, "essential": 1, "command": ["a", 2], "dockerLabels": { "a.b": 1 } }],
        "volumes": {},
        "runtimePlatform": "LINUX",
    });
    check(
        Operation::RegisterTaskDefinition,
        "",
        body,
        expect![[r#"
        error: task-definition.cpu: must be text, but is a number
          hint: write it as text
        error: task-definition.container-definitions[0].memory: must be a whole number, but is text
          hint: write it as a whole number
        error: task-definition.container-definitions[0].cpu: must be a whole number, but is a fraction
          hint: write it as a whole number
        error: task-definition.container-definitions[0].essential: must be true or false, but is a number
          hint: write it as true or false
        error: task-definition.container-definitions[0].command[1]: must be text, but is a number
          hint: write it as text
        error: task-definition.container-definitions[0].docker-labels["a.b"]: must be text, but is a number
          hint: write it as text
        error: task-definition.volumes: must be a list, but is an object
          hint: write it as a list
        error: task-definition.extra.runtimePlatform: must be an object, but is text
          hint: write it as an object"#]],
    );
    let percent =
        json!({ "deploymentConfiguration": { "canaryConfiguration": { "canaryPercent": "9" } } });
    check(
        Operation::CreateService,
        "",
        percent,
        expect![[r#"
        error: service.deployment-configuration.extra.canaryConfiguration.canaryPercent: must be a number, but is text
          hint: write it as a number"#]],
    );
}

#[test]
fn numbers_have_32_bits() {
    let numbers =
        json!([{ "memory": 2_147_483_648_u32 }, { "memory": u32::MAX }, { "memory": i64::MIN }]);
    check(
        Operation::RegisterTaskDefinition,
        "containerDefinitions",
        numbers,
        expect![[r#"
        error: task-definition.container-definitions[0].memory: is 2147483648, but AWS takes whole numbers of 32 bits, 2147483647 at most
          hint: give a smaller number; -2147483648 in the recipe arrives like this
        error: task-definition.container-definitions[1].memory: is 4294967295, but AWS takes whole numbers of 32 bits, 2147483647 at most
          hint: give a smaller number; -1 in the recipe arrives like this
        error: task-definition.container-definitions[2].memory: is -9223372036854775808, but AWS takes whole numbers of 32 bits, 2147483647 at most
          hint: give a number in that range"#]],
    );
}

#[test]
fn null_is_an_error_everywhere() {
    let body = json!({
        "family": null,
        "containerDefinitions": [null, { "dockerLabels": { "a": null }, "nextYear": null }],
        "nextYear": { "a": [null] },
    });
    check(
        Operation::RegisterTaskDefinition,
        "",
        body,
        expect![[r#"
        error: task-definition.family: is `null`, which AWS requests do not have
          hint: leave the field out
        error: task-definition.container-definitions[0]: is `null`, which AWS requests do not have
          hint: leave the field out
        error: task-definition.container-definitions[1].docker-labels["a"]: is `null`, which AWS requests do not have
          hint: leave the field out
        error: task-definition.container-definitions[1].extra.nextYear: is `null`, which AWS requests do not have
          hint: leave the field out
        warning: task-definition.extra.nextYear: `nextYear` is not in this host's copy of the AWS model (botocore 1.43.11); it is sent as it is
          hint: check the spelling, unless AWS has added it since
        error: task-definition.extra.nextYear.a[0]: is `null`, which AWS requests do not have
          hint: leave the field out"#]],
    );
}

#[test]
fn what_the_model_does_not_know_is_sent() {
    let body =
        json!({ "Hostname": "a", "ulimits": [{ "hard_limit": 1, "nextYear": { "deep": 1 } }] });
    check(
        Operation::RegisterTaskDefinition,
        "containerDefinitions[0]",
        body,
        expect![[r#"
        warning: task-definition.container-definitions[0].extra.Hostname: `Hostname` is not in this host's copy of the AWS model (botocore 1.43.11); it is sent as it is
          hint: AWS spells it `hostname`
        warning: task-definition.container-definitions[0].ulimits[0].extra.hard_limit: `hard_limit` is not in this host's copy of the AWS model (botocore 1.43.11); it is sent as it is
          hint: AWS spells it `hardLimit`
        warning: task-definition.container-definitions[0].ulimits[0].extra.nextYear: `nextYear` is not in this host's copy of the AWS model (botocore 1.43.11); it is sent as it is
          hint: check the spelling, unless AWS has added it since"#]],
    );
    let body = json!({ "networkMode": "Bridge", "requiresCompatibilities": ["EC2", "MOON"] });
    check(
        Operation::RegisterTaskDefinition,
        "",
        body,
        expect![[r#"
        warning: task-definition.network-mode: `Bridge` is not among the values that this host's copy of the AWS model (botocore 1.43.11) knows
          hint: it knows `bridge`, `host`, `awsvpc`, `none`
        warning: task-definition.extra.requiresCompatibilities[1]: `MOON` is not among the values that this host's copy of the AWS model (botocore 1.43.11) knows
          hint: it knows `EC2`, `FARGATE`, `EXTERNAL`, `MANAGED_INSTANCES`"#]],
    );
}

#[test]
fn of_thousands_the_first_are_told_and_the_others_counted() {
    let mut body = Map::new();
    for index in 0..5000 {
        body.insert(format!("unknown{index:04}"), json!(index));
    }
    body.insert("volumes".to_owned(), Value::from(vec![Value::Null; 300]));
    let found = super::check(Operation::RegisterTaskDefinition, "", &Value::Object(body));
    let (errors, warnings): (Vec<_>, Vec<_>) = found.iter().partition(|finding| finding.is_error());
    assert_eq!((errors.len(), warnings.len()), (101, 101));
    assert_eq!(
        errors[100].message,
        "200 more of its fields and values are wrong"
    );
    assert_eq!(
        warnings[100].message,
        "4900 more of its fields and values are not known"
    );
}

#[test]
fn long_keys_are_not_repeated_whole() {
    let key = "k".repeat(30_000);
    let found = super::check(
        Operation::RegisterTaskDefinition,
        "",
        &json!({ key: { "a": null, "b": null } }),
    );
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|it| it.to_string().len() < 5000));
}
