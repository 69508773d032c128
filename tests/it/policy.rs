//! What recipes may ask for, with the real binary: a hostile one, one that changes, and what no output shows.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::json;

use crate::harness::{Run, Sandbox, build};

mod secrets;

/// Two versions of a recipe that asks for whatever it is told to.
fn greedy() -> &'static [PathBuf] {
    static BUILT: OnceLock<Vec<PathBuf>> = OnceLock::new();
    BUILT.get_or_init(|| {
        build(
            "greedy",
            &["1.3.0", "1.4.0"],
            include_str!("policy/recipe/lib.rs"),
        )
    })
}

/// Puts the older one beside the recipes of this repository.
pub(crate) fn link(sandbox: &Sandbox) {
    sandbox.link(&greedy()[0], "recipes/greedy.wasm");
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.link(&greedy()[0], "old.wasm");
    sandbox.link(&greedy()[1], "new.wasm");
    sandbox
}

fn stack(sandbox: &Sandbox, recipe: &str, more: &str) {
    sandbox.write(
        "host.toml",
        format!("[services.greedy]\nrecipe = '{recipe}'\n{more}\n"),
    );
}

fn digest(sandbox: &Sandbox, recipe: &str) -> String {
    let inspected = sandbox
        .host(&["inspect", recipe, "--output", "json"])
        .ends_with(0)
        .json();
    inspected["recipes"][0]["digest"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn deployed(sandbox: &Sandbox, verb: &str, ask: &str) -> Run {
    sandbox.host(&[verb, "greedy", "--local", "--set", &format!("ask={ask}")])
}

/// The bodies that AWS has and the tags say what was let through; another digest that asks for more stops.
#[test]
fn a_changed_recipe_that_asks_for_more_stops_with_the_difference() {
    let sandbox = sandbox();
    let grants = "grants = ['docker-socket', 'privileged', 'host-path:/:rw']";
    stack(&sandbox, "old.wasm", grants);
    deployed(&sandbox, "run", "privileged").ends_with(0);
    // The same bytes may ask for whatever is granted.
    deployed(&sandbox, "plan", "privileged,socket").ends_with(0);
    stack(&sandbox, "new.wasm", grants);
    deployed(&sandbox, "plan", "privileged").ends_with(0);
    deployed(&sandbox, "plan", "").ends_with(0);
    for verb in ["plan", "run"] {
        let refused = deployed(&sandbox, verb, "privileged,socket").ends_with(1);
        refused.says(&[
            "error[H0604]",
            "1.4.0 newly asks for host path /var/run/docker.sock",
            "1.3.0 did not",
            "granted-to = \"sha256:",
        ]);
    }
    // Nothing was changed by it.
    let same = deployed(&sandbox, "plan", "privileged").ends_with(0);
    assert!(same.stdout.contains("No changes."), "{same}");
    let named = format!("{grants}\ngranted-to = '{}'", digest(&sandbox, "new.wasm"));
    stack(&sandbox, "new.wasm", &named);
    deployed(&sandbox, "run", "privileged,socket").ends_with(0);
    // From now on this is what was let through.
    stack(&sandbox, "old.wasm", grants);
    deployed(&sandbox, "plan", "privileged,socket").ends_with(0);
}

/// A recipe chooses the names of what it makes: another one is no way round the comparison.
#[test]
fn a_changed_recipe_that_calls_its_service_otherwise_is_compared_all_the_same() {
    let sandbox = sandbox();
    let grants = "grants = ['docker-socket', 'privileged', 'public-load-balancer']";
    stack(&sandbox, "old.wasm", grants);
    deployed(&sandbox, "run", "privileged").ends_with(0);
    stack(&sandbox, "new.wasm", grants);
    let same = deployed(&sandbox, "plan", "privileged,renamed").ends_with(0);
    same.says(&["warning[H0315]", "calls it `hungry-service` now"]);
    for (verb, more) in [("plan", "socket"), ("run", "socket"), ("plan", "public")] {
        let refused = deployed(&sandbox, verb, &format!("privileged,renamed,{more}")).ends_with(1);
        refused.says(&["error[H0604]", "1.4.0 newly asks for", "1.3.0 did not"]);
    }
    let named = format!("{grants}\ngranted-to = '{}'", digest(&sandbox, "new.wasm"));
    stack(&sandbox, "new.wasm", &named);
    deployed(&sandbox, "plan", "privileged,renamed,socket").ends_with(0);
}

/// A load balancer alone says by its tags what was let through, under whatever name.
#[test]
fn a_changed_recipe_of_a_load_balancer_alone_is_compared() {
    let sandbox = sandbox();
    let grants = "grants = ['public-load-balancer']";
    stack(&sandbox, "old.wasm", grants);
    deployed(&sandbox, "run", "alone").ends_with(0);
    stack(&sandbox, "new.wasm", grants);
    for ask in ["alone", "alone,renamed"] {
        deployed(&sandbox, "plan", ask).ends_with(0);
        let refused = deployed(&sandbox, "plan", &format!("{ask},public")).ends_with(1);
        refused.says(&[
            "error[H0604]",
            "1.4.0 newly asks for a public load balancer",
        ]);
    }
}

/// What is typed lets through what the recipe asked for before as well; otherwise it meant something else.
#[test]
fn a_changed_recipe_that_uses_an_argument_otherwise_stops() {
    let sandbox = sandbox();
    let host = |verb: &str, recipe: &str, ask: &str, path: &str| {
        let (ask, path) = (format!("ask={ask}"), format!("data-path={path}"));
        let more: &[&str] = if verb == "run" { &["--yes"] } else { &[] };
        let line = [verb, recipe, "--local", "--set", &ask, "--set", &path];
        sandbox.host(&[&line, more].concat())
    };
    host("run", "old.wasm", "inside", "/data").ends_with(0);
    let refused = host("plan", "new.wasm", "", "/data").ends_with(1);
    refused.says(&[
        "error[H0604]",
        "1.4.0 newly asks for host path /data",
        "under `[services.greedy]` of `host.toml`, beside `recipe = \"new.wasm\"`",
    ]);
    // The same bytes may, and so may what asks for another folder than before.
    host("run", "old.wasm", "", "/data").ends_with(0);
    host("plan", "new.wasm", "", "/data").ends_with(0);
    host("plan", "new.wasm", "", "/srv/data").ends_with(0);
}

#[test]
fn grants_that_name_a_digest_are_not_for_another_that_nothing_runs_of() {
    let sandbox = sandbox();
    let old = digest(&sandbox, "old.wasm");
    stack(
        &sandbox,
        "new.wasm",
        &format!("grants = ['privileged']\ngranted-to = '{old}'"),
    );
    deployed(&sandbox, "plan", "").ends_with(0);
    let refused = deployed(&sandbox, "run", "privileged").ends_with(1);
    refused.says(&["error[H0604]", "1.4.0 asks for privileged mode", &old]);
}

/// Grants are for the recipe that the entry names, and not for whatever calls itself so.
#[test]
fn grants_count_for_the_recipe_of_their_service_alone() {
    let sandbox = sandbox();
    stack(&sandbox, "old.wasm", "grants = ['privileged']");
    let plan = |recipe: &str| sandbox.host(&["plan", recipe, "--local", "--set", "ask=privileged"]);
    plan("greedy").ends_with(0);
    plan("old.wasm").ends_with(0);
    plan("./recipes/../old.wasm").ends_with(0);
    let refused = plan("new.wasm").ends_with(1);
    refused.says(&["error[H0601]", "beside `recipe = \"new.wasm\"`"]);
}

/// The line that a refusal prints is the one that mends it, whichever stack file it is for and wherever the command is run.
#[test]
fn what_is_printed_to_be_written_works_as_it_is() {
    let sandbox = sandbox();
    sandbox.write("deep/er/x", "");
    let ask = "ask=privileged,socket,logs,public";
    for (file, folder, recipe, grants) in [
        ("prod.toml", "", "prod.toml", "grants = ['exec']"),
        ("prod.toml", "deep/er", "../../prod.toml", ""),
        (
            "host.toml",
            "deep/er",
            "../../old.wasm",
            "grants = ['exec']",
        ),
    ] {
        let text = |grants: &str| format!("[services.greedy]\nrecipe = 'old.wasm'\n{grants}\n");
        let plan = || {
            let line = ["plan", recipe, "--local", "--set", ask];
            sandbox
                .start_in(folder, &std::collections::BTreeMap::new(), &line)
                .finish()
        };
        sandbox.write(file, text(grants));
        let refused = plan().ends_with(1);
        let last = refused.stderr.lines().last().unwrap_or_default();
        let (_, line) = last
            .split_once("write `")
            .unwrap_or_else(|| panic!("{refused}"));
        let (line, named) = line.split_once("` under `[services.greedy]` of `").unwrap();
        assert!(named.contains(file), "{refused}");
        assert_eq!(line.contains("\"exec\""), !grants.is_empty(), "{line}");
        sandbox.write(file, text(&line.replace("` and `", "\n")));
        let planned = plan().ends_with(0);
        assert!(!planned.stderr.contains("H0611"), "{planned}");
    }
    // Where the file has no such service yet, the recipe is named from the file's own folder.
    sandbox.write("host.toml", "");
    let line = ["plan", "../../old.wasm", "--local", "--set", ask];
    let plan = || {
        sandbox
            .start_in("deep/er", &std::collections::BTreeMap::new(), &line)
            .finish()
    };
    let refused = plan().ends_with(1);
    let refused = refused.says(&["beside `recipe = \"old.wasm\"`"]);
    let (_, grants) = refused.stderr.split_once("write `").unwrap();
    let (lines, _) = grants.split_once("` under `").unwrap();
    let lines = lines.replace("` and `", "\n");
    sandbox.write(
        "host.toml",
        format!("[services.greedy]\nrecipe = \"old.wasm\"\n{lines}\n"),
    );
    let planned = plan().ends_with(0);
    assert!(!planned.stderr.contains("H0611"), "{planned}");
}

/// A saved plan is checked again, with the grants of today.
#[test]
fn a_saved_plan_holds_no_grants() {
    let sandbox = sandbox();
    stack(&sandbox, "old.wasm", "grants = ['privileged']");
    let line = [
        "plan",
        "greedy",
        "--local",
        "--set",
        "ask=privileged",
        "-o",
        "plan.json",
    ];
    sandbox.host(&line).ends_with(0);
    stack(&sandbox, "old.wasm", "");
    let refused = sandbox.host(&["run", "plan.json"]).ends_with(1);
    refused.says(&["error[H0601]", "asks for privileged mode"]);
    stack(&sandbox, "old.wasm", "grants = ['privileged']");
    sandbox.host(&["run", "plan.json"]).ends_with(0);
}

/// A grant that was taken back is none for a rollback by hand either; what runs already is nothing new.
#[test]
fn a_rollback_by_hand_takes_the_grants_of_today() {
    let sandbox = sandbox();
    stack(&sandbox, "old.wasm", "grants = ['privileged']");
    deployed(&sandbox, "run", "privileged").ends_with(0);
    deployed(&sandbox, "run", "").ends_with(0);
    let back = |more: &[&str]| {
        let line = [&["rollback", "greedy", "--local", "--yes"], more].concat();
        sandbox.host(&line)
    };
    let without: [&dyn Fn(); 2] = [&|| stack(&sandbox, "old.wasm", ""), &|| {
        fs::remove_file(sandbox.path("host.toml")).unwrap();
    }];
    for take_back in without {
        take_back();
        let refused = back(&[]).ends_with(1);
        refused.says(&[
            "error[H0601]: greedy: task-definition.container-definitions[0].extra.privileged",
            "asks for privileged mode, which is not granted",
            "write `grants = [\"privileged\"]` under `[services.greedy]` of `host.toml`",
            "nothing was sent: there is 1 error",
        ]);
        let json = back(&["--output", "json"]).ends_with(1);
        assert!(json.stdout.contains("\"H0601\""), "{json}");
    }
    stack(&sandbox, "old.wasm", "grants = ['privileged']");
    back(&[]).ends_with(0);
    // It is privileged now, and the one to go to is so as well.
    let line = [
        "run",
        "greedy",
        "--local",
        "--set",
        "ask=privileged",
        "--set",
        "environment=A=1",
    ];
    sandbox.host(&line).ends_with(0);
    stack(&sandbox, "old.wasm", "");
    back(&["--to", "1"]).ends_with(0);
}

/// A stack that takes digests only takes no tag by turning back either; and the stack file that counts is the one named.
#[test]
fn a_rollback_by_hand_takes_digests_only_where_the_stack_does() {
    let sandbox = sandbox();
    stack(&sandbox, "old.wasm", "");
    deployed(&sandbox, "run", "").ends_with(0);
    let line = ["run", "greedy", "--local", "--set", "environment=A=1"];
    sandbox.host(&line).ends_with(0);
    let limited = fs::read_to_string(sandbox.path("host.toml")).unwrap();
    let limited = limited + "\n[limits]\ndigest-only = true\n";
    fs::write(sandbox.path("strict.toml"), limited).unwrap();
    let back = |more: &[&str]| {
        let line = [&["rollback", "greedy", "--local", "--yes"], more].concat();
        sandbox.host(&line)
    };
    let refused = back(&["strict.toml"]).ends_with(1);
    refused.says(&[
        "error[H0609]: greedy: task-definition.container-definitions[0].image",
        "`--to REVISION` names another revision, or take `digest-only` out of `[limits]` of `strict.toml`",
        "nothing was sent: there is 1 error",
    ]);
    back(&["absent.toml"]).ends_with(1).says(&["absent.toml"]);
    let wrong = back(&["strict.wasm"]).ends_with(64);
    wrong.says(&["a stack file is expected, whose name ends in `.toml`"]);
    back(&[]).ends_with(0);
}

/// Nobody knows any more whether it was typed, so that it is told and goes on.
#[test]
fn a_rollback_by_hand_tells_what_may_have_been_typed() {
    let sandbox = sandbox();
    let run = |more: &[&str]| {
        let line = [&["run", "old.wasm", "--local", "--yes"], more].concat();
        sandbox.host(&line).ends_with(0)
    };
    run(&["--set", "data-path=/data"]);
    run(&[]);
    let back = ["rollback", "greedy", "--local", "--yes"];
    sandbox.host(&back).ends_with(0).says(&[
        "warning[H0601]: greedy: task-definition.volumes[0].host.source-path",
        "host path /data",
        "an argument may have let it through",
    ]);
}

#[test]
fn programs_get_what_was_asked_for_and_what_let_it_through() {
    let sandbox = sandbox();
    stack(&sandbox, "old.wasm", "grants = ['host-path:/srv:ro']");
    let line = [
        "plan",
        "greedy",
        "--local",
        "--set",
        "ask=logs",
        "--set",
        "data-path=/data",
        "--output",
        "json",
    ];
    let plan = sandbox.host(&line).ends_with(0).json();
    assert_eq!(
        plan["permissions"],
        json!([
            {
                "service": "greedy",
                "field": "task-definition.volumes[0].host.source-path",
                "asker": "volume `logs`",
                "asks": "host path /srv/logs",
                "needs": "host-path:/srv/logs:ro",
                "by": {"grant": "host-path:/srv:ro"},
            },
            {
                "service": "greedy",
                "field": "task-definition.volumes[1].host.source-path",
                "asker": "volume `data`",
                "asks": "host path /data",
                "needs": "host-path:/data:rw",
                "by": {"argument": "data-path"},
            },
        ])
    );
    stack(&sandbox, "old.wasm", "");
    for verb in ["plan", "run", "render"] {
        let line = [verb, "greedy", "--set", "ask=logs", "--output", "json"];
        let local = if verb == "render" {
            &[][..]
        } else {
            &["--local"]
        };
        let refused = sandbox
            .host(&[&line[..], local].concat())
            .ends_with(1)
            .json();
        let findings = refused["error"]["findings"].as_array().unwrap();
        let needs: Vec<&str> = findings
            .iter()
            .filter_map(|it| it["needs"].as_str())
            .collect();
        assert_eq!(needs, ["host-path:/srv/logs:ro"], "{refused}");
    }
}

/// The load balancers of services that a call does not name are the stack's as well; those of other stacks are not.
#[test]
fn load_balancers_are_counted_over_the_whole_stack() {
    let sandbox = Sandbox::new();
    let stack = |most: usize| {
        let text = format!(
            "[limits]\nload-balancers = {most}\n[services.redis]\nrecipe = 'recipes/redis.wasm'\n\
             [services.memcached]\nrecipe = 'recipes/memcached.wasm'\n"
        );
        sandbox.write("host.toml", text);
    };
    stack(1);
    let run = |verb: &str, name: &str, more: &[&str]| {
        sandbox.host(&[&[verb, name, "--local"][..], more].concat())
    };
    run("run", "redis", &["--no-wait"]).ends_with(0);
    run("plan", "redis", &[]).ends_with(0);
    for verb in ["plan", "run"] {
        run(verb, "memcached", &[]).ends_with(1).says(&[
            "the stack asks for 2 load balancers, and 1 are free",
            "`load-balancers = 2` under `[limits]`",
        ]);
    }
    run("plan", "memcached", &["--stack", "other"]).ends_with(0);
    stack(2);
    run("plan", "memcached", &[]).ends_with(0);
}
