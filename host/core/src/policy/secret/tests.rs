use serde_json::json;

use super::*;

#[test]
fn names_of_secrets_are_known_and_others_are_left_alone() {
    for name in [
        "PASSWORD",
        "DB_PASSWORD",
        "MYSQL_ROOT_PASSWORD",
        "dbPassword",
        "PGPASSWORD",
        "REDIS_PASS",
        "GITHUB_TOKEN",
        "API_KEY",
        "apiKey",
        "APIKEY",
        "AWS_SECRET_ACCESS_KEY",
        "CLIENT_SECRET",
        "PRIVATE-KEY",
        "credentials",
        "MASTER_KEY",
    ] {
        assert!(looks_secret(name), "{name}");
    }
    for name in [
        "",
        "PASSWORD_FILE",
        "TOKEN_TTL",
        "SECRET_ARN",
        "MYSQL_ALLOW_EMPTY_PASSWORD",
        "MYSQL_RANDOM_ROOT_PASSWORD",
        "KEY",
        "PUBLIC_KEY",
        "COMPASS",
        "BYPASS",
        "KEYBOARD",
        "TOKENIZER",
        "AWS_ACCESS_KEY_ID",
        "DISCOVERY_TYPE",
        "ES_JAVA_OPTS",
    ] {
        assert!(!looks_secret(name), "{name}");
    }
}

#[test]
fn a_secret_in_the_open_is_warned_of_and_masked() {
    let mut body = json!({"containerDefinitions": [{"name": "web", "environment": [
        {"name": "MODE", "value": "single"},
        {"name": "DB_PASSWORD", "value": "hunter2"},
        {"name": "API_TOKEN", "value": ""},
    ]}]});
    let bodies = [Body {
        operation: Operation::RegisterTaskDefinition,
        at: "",
        value: &body,
    }];
    let found = open_secrets(&bodies);
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "task-definition.container-definitions[0].environment[1]: `DB_PASSWORD` of container `web` looks like a secret, and its value can be read in the task definition\n  \
          hint: keep it in Secrets Manager or the Parameter Store, and give its ARN to a secret parameter"
        ]
    );
    assert!(!found[0].is_error() && found[0].code == Some(codes::OPEN_SECRET));
    mask(&mut body);
    let values: Vec<&Value> = items(&body["containerDefinitions"][0], "environment")
        .map(|it| &it["value"])
        .collect();
    assert_eq!(values, ["single", MASK, ""]);
}

#[test]
fn a_leaf_that_is_masked_is_known_by_its_path() {
    let body = json!({"containerDefinitions": [{"name": "web", "environment": [{"name": "DB_PASSWORD", "value": "x"}, {"name": "MODE", "value": "y"}]}]});
    let flat = crate::normal::flatten(&body);
    let masked: Vec<&String> = flat.keys().filter(|it| is_masked(it)).collect();
    assert_eq!(
        masked,
        ["containerDefinitions[web].environment[DB_PASSWORD].value"]
    );
}
