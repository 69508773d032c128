//! Secrets and what looks like one: where they are shown, and which files hold them.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

/// The ARN of a secret reaches AWS and nothing that anybody reads: not also where what it belongs to is refused.
#[test]
fn no_arn_of_a_secret_is_shown() {
    let sandbox = sandbox();
    stack(&sandbox, "old.wasm", "grants = ['privileged']");
    let arn = "password=arn:aws:secretsmanager:us-east-1:123456789012:secret:app-a1b2c3";
    let role = "execution-role=arn:aws:iam::123456789012:role/ecs";
    let says = |verb: &str, ask: &str, more: &[&str], status: i32| {
        let ask = format!("ask={ask}");
        let line = [
            &[
                "-vv", verb, "greedy", "--local", "--set", arn, "--set", role, "--set", &ask,
            ][..],
            more,
        ]
        .concat();
        let run = sandbox.host(&line).ends_with(status);
        assert!(!run.everything().contains("a1b2c3"), "{run}");
    };
    let as_json = ["--output", "json"];
    says("plan", "", &["-o", "plan.json"], 0);
    assert!(!sandbox.read("plan.json").contains("a1b2c3"));
    says("plan", "socket", &[], 1);
    says("plan", "socket", &as_json, 1);
    says("run", "privileged", &as_json, 0);
    says("run", "privileged,socket", &as_json, 1);
    says("plan", "privileged", &as_json, 0);
    for verb in ["status", "list", "endpoints"] {
        for more in [&[][..], &as_json] {
            let run = sandbox
                .host(&[&["-vv", verb, "--local"][..], more].concat())
                .ends_with(0);
            assert!(!run.everything().contains("a1b2c3"), "{run}");
        }
    }
}

/// What is masked everywhere else stands in files as it is: those are their owner's alone, and it is told.
#[test]
fn files_that_hold_what_is_masked_are_private_and_told() {
    let sandbox = Sandbox::new();
    let mode = |path: &str| {
        let metadata = fs::metadata(sandbox.path(path)).unwrap();
        metadata.permissions().mode() & 0o777
    };
    let set = ["--set", "environment=DB_PASSWORD=hunter2,MODE=fast"];
    let emit = [
        &[
            "render",
            "recipes/memcached.wasm",
            "--emit",
            "aws-cli",
            "out",
        ],
        &set[..],
    ]
    .concat();
    // It is there already, for all to read.
    sandbox.write("out/memcached/task-definition.json", "old");
    let run = sandbox.host(&emit).ends_with(0);
    assert!(!run.everything().contains("hunter2"), "{run}");
    run.says(&[
        "warning: `out/memcached/task-definition.json` holds `DB_PASSWORD` in plain",
        "hint: only you can read it",
    ]);
    assert!(
        sandbox
            .read("out/memcached/task-definition.json")
            .contains("hunter2")
    );
    assert_eq!(mode("out/memcached/task-definition.json"), 0o600);
    assert_ne!(mode("out/memcached/service.json"), 0o600);

    let plan = [
        &[
            "plan",
            "recipes/memcached.wasm",
            "--local",
            "-o",
            "plan.json",
        ],
        &set[..],
    ]
    .concat();
    let run = sandbox.host(&plan).ends_with(0);
    assert!(!run.everything().contains("hunter2"), "{run}");
    run.says(&["warning: `plan.json` holds `DB_PASSWORD` in plain"]);
    assert_eq!(mode("plan.json"), 0o600);
    let plain = [
        "plan",
        "recipes/memcached.wasm",
        "--local",
        "-o",
        "plan.json",
    ];
    let run = sandbox.host(&plain).ends_with(0);
    assert!(!run.stderr.contains("in plain"), "{run}");
}

/// With the ARNs that somebody asked for, too.
#[test]
fn files_with_the_arns_of_secrets_are_private_and_told() {
    let sandbox = Sandbox::new();
    let arn = "root-password=arn:aws:ssm:eu-west-1:123456789012:parameter/mysql";
    let role = "execution-role=arn:aws:iam::123456789012:role/ecs";
    let emit = [
        "render",
        "recipes/mysql.wasm",
        "--emit",
        "aws-cli",
        "out",
        "--set",
        arn,
        "--set",
        role,
    ];
    let told = "`out/mysql/task-definition.json` holds `arn:aws:ssm:(masked)` in plain";
    let run = sandbox.host(&emit).ends_with(0);
    assert!(!run.stderr.contains(told), "{run}");
    let all = [&emit[..], &["--with-secret-arns"]].concat();
    sandbox.host(&all).ends_with(0).says(&[told]);
    let metadata = fs::metadata(sandbox.path("out/mysql/task-definition.json")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

/// A secret's ARN that is typed where a text belongs is masked in all that is shown, be it known as that of a secret or not.
#[test]
fn arns_of_secrets_are_masked_wherever_they_were_typed() {
    let sandbox = Sandbox::new();
    let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app-a1b2c3";
    let typed = |name: &str| format!("{name}={arn}");
    let role = "execution-role=arn:aws:iam::123456789012:role/ecs".to_owned();
    let (elsewhere, twice) = (typed("environment=WHERE"), typed("environment=A"));
    let (password, wrong) = (typed("root-password"), typed("execution-role"));
    let says = |line: &[&str], status: i32, words: &str| {
        for more in [&[][..], &["--output", "json"]] {
            let run = sandbox.host(&[line, more].concat()).ends_with(status);
            assert!(!run.everything().contains("a1b2c3"), "{run}");
            assert!(run.everything().contains(words), "{run}");
        }
    };
    let masked = "arn:aws:secretsmanager:(masked)";
    let redis = "recipes/redis.wasm";
    says(&["render", redis, "--set", &elsewhere], 0, masked);
    says(&["plan", redis, "--local", "--set", &elsewhere], 0, masked);
    sandbox.write("more.toml", format!("environment = ['WHERE={arn}']"));
    says(&["render", redis, "--params", "more.toml"], 0, masked);
    says(&["render", redis, "--set", &typed("memory")], 1, masked);
    // What is known as a secret's is shown by its token, also where it stands a second time.
    let mysql = [
        "render",
        "recipes/mysql.wasm",
        "--set",
        &password,
        "--set",
        &role,
    ];
    says(&mysql, 0, "{{secret:root-password}}");
    let mysql = ["--set", &password, "--set", &wrong];
    let line = [&["render", "recipes/mysql.wasm"], &mysql[..]].concat();
    says(&line, 1, "");
    let run = sandbox.host(&["render", redis, "--set", arn]).ends_with(64);
    assert!(!run.everything().contains("a1b2c3"), "{run}");
    assert!(run.stderr.contains(masked), "{run}");
    // Whoever wants to see them does.
    let line = ["render", redis, "--with-secret-arns", "--set", &twice];
    let run = sandbox.host(&line).ends_with(0);
    assert!(run.stdout.contains(arn), "{run}");
    // AWS gets what was typed.
    let line = ["-vv", "run", redis, "--local", "--no-wait", "--set", &twice];
    let run = sandbox.host(&line).ends_with(0);
    assert!(!run.everything().contains("a1b2c3"), "{run}");
    let state = sandbox.read("../state/host/local/us-east-1.json");
    assert!(state.contains(arn), "{state}");
}
