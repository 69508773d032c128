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
        "PGPASS",
        "TOKENS",
        "API_TOKENS",
        "DB_PASSWD",
        "MYSQL_PASSWD",
        "API_KEYS",
        "ACCESS_KEY",
        "PRIVATE_KEY",
        "SIGNING_KEY",
        "STRIPE_KEY",
        "SSH_KEY",
        "tlsKey",
        "SIGNING_KEY_BASE64",
        "GITHUB_PAT",
        "githubPat",
        "AUTH",
        "REDIS_AUTH",
        "HTTP_BASIC_AUTH",
        "DBPASS",
        "ROOTPW",
        "ROOT_PW",
        "ENCRYPTIONKEY",
        "JWT",
        "SESSION_JWT",
        "SLACK_WEBHOOK",
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
        "UNDERPASS",
        "JWT_ISSUER",
        "KEYBOARD",
        "TOKENIZER",
        "AWS_ACCESS_KEY_ID",
        "DISCOVERY_TYPE",
        "ES_JAVA_OPTS",
        "KEYS",
        "PRIMARY_KEY",
        "SSH_PUBLIC_KEY",
        "PARTITION_KEY",
        "AUTHORIZED_KEYS",
        "KEY_PREFIX",
        "API_KEY_PREFIX",
        "TLS_KEY_PATH",
        "TLS_KEY_FILE",
        "MONKEY",
        "PAT",
        "PATH",
        "URL_PATTERN",
        "AUTHOR",
        "GIT_AUTHOR",
        "AUTH_URL",
        "AUTH_ENABLED",
        "ENABLE_AUTH",
        "REQUIRE_AUTH",
        "OAUTH",
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
fn a_url_with_a_password_is_one_whatever_its_name() {
    for value in [
        "redis://app:hunter2@cache:6379/0",
        "postgres://app:p@ss@db/app",
        "redis://:hunter2@cache",
        "jdbc:mysql://app:hunter2@db:3306/app?x=1",
        "amqp://a@one,amqp://app:hunter2@two",
        "Server=db;User=app;Password=hunter2",
        "Server=db; pwd = hunter2;",
        "--maxmemory 64mb --requirepass hunter2",
        "--db-password=hunter2 --verbose",
        "https://app:${a}${b}@x",
        "https://app:$(cat x)@x",
    ] {
        assert!(holds_password(value), "{value}");
    }
    for value in [
        "",
        "redis://cache:6379",
        "redis://app@cache:6379",
        "redis://app:@cache",
        "https://cache:6379/a@b",
        "https://cache:6379?mail=a@b",
        "app:hunter2@cache",
        "Server=db;Password=;Trusted=1",
        "Server=db;Password=${PASSWORD}",
        "--requirepass ${PASSWORD} --password --verbose",
        "--password-file=/run/secret",
        "postgres://app:${DB_PASSWORD}@db",
        "postgres://app:$(DB_PASSWORD)@db",
    ] {
        assert!(!holds_password(value), "{value}");
    }
    let mut body = json!({"containerDefinitions": [{"name": "web", "environment": [
        {"name": "CACHE", "value": "redis://app:hunter2@cache:6379"},
        {"name": "OTHER", "value": "redis://cache:6379"},
    ]}]});
    let bodies = [Body {
        operation: Operation::RegisterTaskDefinition,
        at: "",
        value: &body,
    }];
    let told: Vec<String> = open_secrets(&bodies)
        .into_iter()
        .map(|it| it.path)
        .collect();
    assert_eq!(
        told,
        ["task-definition.container-definitions[0].environment[0]"]
    );
    let flat = crate::normal::flatten(&body);
    let masked: Vec<&String> = flat
        .iter()
        .filter(|(path, it)| is_masked(path, it))
        .map(|it| it.0)
        .collect();
    assert_eq!(
        masked,
        ["containerDefinitions[web].environment[CACHE].value"]
    );
    mask(&mut body);
    let environment = &body["containerDefinitions"][0]["environment"];
    assert_eq!(environment[0]["value"], MASK);
    assert_eq!(environment[1]["value"], "redis://cache:6379");
}

#[test]
fn a_leaf_that_is_masked_is_known_by_its_path() {
    let body = json!({"containerDefinitions": [{"name": "web", "environment": [{"name": "DB_PASSWORD", "value": "x"}, {"name": "MODE", "value": "y"}, {"name": "AUTH", "value": ""}]}]});
    let flat = crate::normal::flatten(&body);
    let masked: Vec<&String> = flat
        .iter()
        .filter(|(path, it)| is_masked(path, it))
        .map(|it| it.0)
        .collect();
    assert_eq!(
        masked,
        [
            "containerDefinitions[web].environment[AUTH].value",
            "containerDefinitions[web].environment[DB_PASSWORD].value"
        ]
    );
}
