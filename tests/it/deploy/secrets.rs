//! A secret's ARN is in the request that AWS gets, and nowhere else.

use serde_json::{Value, json};

use crate::harness::{Run, Sandbox, StandIn};

const PASSWORD: &str =
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:searchapp/mysql-root-a1b2c3";
const ROLE: &str = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole";

#[track_caller]
fn says_nothing(run: Run) -> Run {
    let everything = run.everything();
    assert!(
        !everything.contains("mysql-root") && !everything.contains("a1b2c3"),
        "{run}"
    );
    run
}

#[test]
fn the_arn_reaches_aws_and_no_output() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let (password, role) = (
        format!("root-password={PASSWORD}"),
        format!("execution-role={ROLE}"),
    );
    let line = |verb| {
        [
            "-vv",
            verb,
            "recipes/mysql.wasm",
            "--set",
            &password,
            "--set",
            &role,
        ]
        .map(str::to_owned)
    };
    let host = |verb: &'static str, more: &[&str]| {
        let line = line(verb);
        let line: Vec<&str> = line
            .iter()
            .map(String::as_str)
            .chain(more.iter().copied())
            .collect();
        says_nothing(sandbox.host(&line))
    };
    host("render", &[]).ends_with(0);
    host("plan", &[]).ends_with(0);
    host("plan", &["--output", "json"]).ends_with(0);
    let run = host("run", &["--write", "dotenv=.env"]).ends_with(0);
    assert_eq!(
        run.stdout,
        "mysql  mysql-elb.us-east-1.elb.amazonaws.com:80\n"
    );
    assert_eq!(
        sandbox.read(".env"),
        "MYSQL_HOST=mysql-elb.us-east-1.elb.amazonaws.com\nMYSQL_PORT=80\nMYSQL_URL=mysql://mysql-elb.us-east-1.elb.amazonaws.com:80\n"
    );

    let registered = stand_in.last("RegisterTaskDefinition");
    assert_eq!(registered["executionRoleArn"], ROLE);
    let secrets = json!([{"name": "MYSQL_ROOT_PASSWORD", "valueFrom": PASSWORD}]);
    assert_eq!(registered["containerDefinitions"][0]["secrets"], secrets);
    let tokens: Vec<Value> = stand_in
        .calls()
        .into_iter()
        .map(|it| it.parameters)
        .filter(|it| it.to_string().contains("{{"))
        .collect();
    assert!(tokens.is_empty(), "no token is ever sent: {tokens:?}");

    // The same secret is no change; another one is, and neither is shown.
    let again = host("run", &["--output", "json"]).ends_with(0);
    assert_eq!(again.json()["plan"]["summary"]["no_op"], 3);
    let other = "root-password=arn:aws:secretsmanager:us-east-1:123456789012:secret:searchapp/mysql-root-d4e5f6";
    let changed = sandbox
        .host(&[
            "plan",
            "recipes/mysql.wasm",
            "--set",
            other,
            "--set",
            &role,
            "--detailed-exitcode",
        ])
        .ends_with(2);
    assert!(!changed.everything().contains("mysql-root"), "{changed}");
    assert!(
        changed.stdout.contains("secrets[MYSQL_ROOT_PASSWORD]"),
        "{changed}"
    );
}

/// A secret that is no ARN is most likely the secret itself: it is refused, and not repeated.
#[test]
fn a_password_on_the_command_line_is_refused_and_not_repeated() {
    let sandbox = Sandbox::new();
    let role = format!("execution-role={ROLE}");
    let run = sandbox
        .host(&[
            "render",
            "recipes/mysql.wasm",
            "--set",
            "root-password=hunter2",
            "--set",
            &role,
        ])
        .ends_with(1);
    assert!(!run.everything().contains("hunter2"), "{run}");
    run.says(&["parameters.root-password", "hint:"]);
}
