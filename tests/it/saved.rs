//! Saved plans from hand to hand: one plans in one folder, another runs in another.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::harness::{Run, Sandbox};

const PASSWORD: &str = "root-password=arn:aws:secretsmanager:us-east-1:123456789012:secret:searchapp/mysql-root-a1b2c3";
const OTHER: &str = "root-password=arn:aws:secretsmanager:us-east-1:123456789012:secret:searchapp/mysql-other-d4e5f6";
const ROLE: &str = "execution-role=arn:aws:iam::123456789012:role/ecsTaskExecutionRole";

/// Two checkouts that see the same simulated account.
fn two() -> (Sandbox, Sandbox) {
    let one = Sandbox::new();
    let state = one.path("../state");
    let other = Sandbox::new().set("XDG_STATE_HOME", state.to_str().expect("it is UTF-8"));
    (one, other)
}

fn document(sandbox: &Sandbox, file: &str) -> Value {
    serde_json::from_str(&sandbox.read(file)).expect("a saved plan is JSON")
}

#[track_caller]
fn says_no_secret(text: &str) {
    for word in ["mysql-root", "a1b2c3", "mysql-other", "d4e5f6"] {
        assert!(!text.contains(word), "`{word}` is in {text}");
    }
}

#[track_caller]
fn refused(run: Run, code: &str, words: &str) {
    let run = run.ends_with(1);
    assert!(
        run.stderr.contains(&format!("[{code}]")) && run.stderr.contains(words),
        "{run}"
    );
    assert!(!run.stderr.contains("created"), "{run}");
    says_no_secret(&run.everything());
}

#[test]
fn it_is_run_in_another_checkout_with_its_secrets_given_again() {
    let (one, other) = two();
    let plan = [
        "plan",
        "recipes/mysql.wasm",
        "--local",
        "--region",
        "eu-west-1",
    ];
    let rest = ["--set", PASSWORD, "--set", ROLE, "-o", "plan.json"];
    let run = one.host(&[&plan[..], &rest].concat()).ends_with(0);
    assert!(
        run.stderr
            .contains("`host run plan.json --set root-password=ARN`"),
        "{run}"
    );
    let text = one.read("plan.json");
    says_no_secret(&text);
    assert!(text.contains("{{secret:root-password}}"), "{text}");
    let mode = fs::metadata(one.path("plan.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    other.write("plan.json", &text);
    refused(
        other.host(&["run", "plan.json"]),
        "H0328",
        "`host run plan.json --set root-password=ARN`",
    );
    refused(
        other.host(&["run", "plan.json", "--set", OTHER]),
        "H0324",
        "parameters.root-password: is another secret than was planned",
    );
    let run = other
        .host(&["run", "plan.json", "--set", PASSWORD])
        .ends_with(0);
    assert!(
        run.stdout.contains(".eu-west-1.elb.amazonaws.com:80"),
        "{run}"
    );
    says_no_secret(&run.everything());
    // The first one hears that it was done.
    refused(
        one.host(&["run", "plan.json", "--set", PASSWORD]),
        "H0326",
        "service mysql-service: is there now, and was not when this was planned",
    );
}

#[test]
fn what_is_applied_is_what_was_saved() {
    let (one, other) = two();
    one.host(&["plan", "recipes/redis.wasm", "--local", "-o", "plan.json"])
        .ends_with(0);
    let saved = document(&one, "plan.json");
    let calls: Vec<&str> = saved["plan"]["services"][0]["steps"]
        .as_array()
        .expect("a plan has steps")
        .iter()
        .flat_map(|it| it["requests"].as_array().expect("a step has requests"))
        .filter_map(|it| it["operation"].as_str())
        .collect();
    assert_eq!(
        calls[..2],
        ["RegisterTaskDefinition", "CreateLoadBalancer"],
        "{saved}"
    );
    other.write("plan.json", one.read("plan.json"));
    let run = other
        .host(&["-vv", "run", "plan.json", "--no-wait"])
        .ends_with(0);
    for call in calls {
        assert!(run.stderr.contains(call), "{call} was not sent: {run}");
    }
}

#[test]
fn another_recipe_or_an_edited_file_is_refused() {
    let sandbox = Sandbox::new();
    let plan = ["plan", "recipes/redis.wasm", "--local", "-o", "plan.json"];
    sandbox.host(&plan).ends_with(0);
    let text = sandbox.read("plan.json");
    sandbox.write(
        "edited.json",
        text.replace("\"redis-elb\"", "\"other-elb\""),
    );
    refused(
        sandbox.host(&["run", "edited.json"]),
        "H0321",
        "not as it was saved",
    );
    sandbox.write("cut.json", &text[..text.len() - 10]);
    refused(sandbox.host(&["run", "cut.json"]), "H0320", "cut off");
    fs::remove_file(sandbox.path("recipes/redis.wasm")).unwrap();
    refused(
        sandbox.host(&["run", "plan.json"]),
        "H0115",
        "cannot plan again",
    );
    fs::copy(
        sandbox.path("recipes/memcached.wasm"),
        sandbox.path("recipes/redis.wasm"),
    )
    .unwrap();
    let run = sandbox.host(&["run", "plan.json"]);
    for words in [
        "redis: recipe: `recipes/redis.wasm` is another recipe: it is `memcached@",
        ", and was `redis@",
        "hint: put the file of `redis@",
        "1 thing moved since it was saved",
    ] {
        refused(run.clone(), "H0323", words);
    }
    assert!(!run.stderr.contains("not there any more"), "{run}");
}

/// A change to a container that a saved plan registers.
type Edit = fn(&mut Value);

/// Whoever edits a file can mend its digest too. What is sent is made again, and held against the file.
#[test]
fn an_edited_file_with_the_digest_of_its_edit_is_refused_and_nothing_is_sent() {
    let sandbox = Sandbox::new();
    let plan = ["plan", "recipes/redis.wasm", "--local"];
    let before = sandbox.host(&plan).ends_with(0);
    let save = [&plan[..], &["-o", "plan.json"]].concat();
    sandbox.host(&save).ends_with(0);
    let saved = document(&sandbox, "plan.json");
    let container = "/plan/services/0/steps/0/requests/0/body/containerDefinitions/0";
    let edits: [(&str, Edit); 3] = [
        ("privileged", |it| it["privileged"] = true.into()),
        ("mount", |it| {
            it["mountPoints"] =
                serde_json::json!([{"sourceVolume": "all", "containerPath": "/host"}]);
        }),
        ("image", |it| it["image"] = "evil".into()),
    ];
    for (name, edit) in edits {
        let mut edited = saved.clone();
        edit(
            edited
                .pointer_mut(container)
                .expect("the plan registers it"),
        );
        edited.as_object_mut().unwrap().remove("digest");
        let digest = host_core::digest::of_value(&edited);
        edited["digest"] = format!("sha256:{digest}").into();
        let file = format!("{name}.json");
        sandbox.write(&file, edited.to_string());
        let run = sandbox.host(&["-vv", "run", &file]);
        assert!(!run.stderr.contains("RegisterTaskDefinition"), "{run}");
        refused(run, "H0322", "moved since it was saved");
    }
    let after = sandbox.host(&plan).ends_with(0);
    assert_eq!(before.stdout, after.stdout, "nothing was made");
}

/// What the one was told mostly makes no sense to the other, and that is not what is wrong.
#[test]
fn a_file_that_holds_another_recipe_is_told_before_its_parameters_are_looked_at() {
    let sandbox = Sandbox::new();
    let set = ["--set", "data-path=/srv/redis", "-o", "plan.json"];
    let plan = ["plan", "recipes/redis.wasm", "--local"];
    sandbox.host(&[&plan[..], &set].concat()).ends_with(0);
    sandbox.host(&["run", "plan.json"]).ends_with(0);
    let set = ["--set", "data-path=/srv/other", "-o", "plan.json"];
    sandbox.host(&[&plan[..], &set].concat()).ends_with(0);
    fs::remove_file(sandbox.path("recipes/redis.wasm")).unwrap();
    let other = sandbox.path("recipes/memcached.wasm");
    fs::copy(other, sandbox.path("recipes/redis.wasm")).unwrap();
    let run = sandbox.host(&["run", "plan.json", "--output", "json"]);
    let finding = run.json()["error"]["findings"].clone();
    assert_eq!(finding.as_array().map(Vec::len), Some(1), "{run}");
    assert_eq!(finding[0]["code"], "H0323");
    assert!(!run.stderr.contains("data-path: "), "{run}");
    refused(run, "H0322", "is another recipe");
}

/// A secret is given again by any key that reaches its recipe.
#[test]
fn a_secret_is_given_again_by_whatever_key() {
    let keyed = |recipe: &str| format!("{recipe}{PASSWORD}");
    for (then, now) in [("", "mysql."), ("mysql.", ""), ("mysql.", "db.")] {
        let sandbox = Sandbox::new();
        let stack = "[services.db]\nrecipe = 'recipes/mysql.wasm'\n";
        sandbox.write("host.toml", stack);
        let (then, now) = (keyed(then), keyed(now));
        let plan = ["plan", "--local", "-o", "plan.json"];
        let set = ["--set", &then, "--set", ROLE];
        sandbox.host(&[&plan[..], &set].concat()).ends_with(0);
        let run = ["run", "plan.json", "--no-wait", "--set", &now];
        sandbox.host(&run).ends_with(0);
    }
}

#[test]
fn a_stack_file_that_is_missing_is_named() {
    let (one, other) = two();
    one.write(
        "host.toml",
        "[services.redis]\nrecipe = \"recipes/redis.wasm\"\n",
    );
    one.write("below/note", "");
    one.start_in("below", &[].into(), &["plan", "--local", "-o", "plan.json"])
        .finish()
        .ends_with(0);
    let saved = document(&one, "below/plan.json");
    assert_eq!(saved["invocation"]["stack_file"], "../host.toml");
    other.write("plan.json", one.read("below/plan.json"));
    refused(other.host(&["run", "plan.json"]), "H0322", "`../host.toml`");
}
