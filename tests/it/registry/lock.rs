//! `host lock` and `host outdated`: what is locked is what runs, and nothing takes its place unseen.

use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, OnceLock};

use host_core::spec::Manifest;

use super::sandbox;
use crate::harness::{Access, Asked, Registry, Sandbox, build, reply};

/// Versions of one recipe, in their order.
pub(super) fn moving(version: &str) -> Vec<u8> {
    static BUILT: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let versions = ["1.2.0", "1.3.0", "2.0.0"];
    let built = BUILT.get_or_init(|| build("moving", &versions, include_str!("recipe/lib.rs")));
    let index = versions.iter().position(|it| *it == version).unwrap();
    fs::read(&built[index]).unwrap()
}

/// Publishes a version of it. Gives the digest of its manifest.
pub(super) fn publish(registry: &Registry, version: &str) -> String {
    registry.publish("acme/moving", version, &moving(version)).0
}

/// A stack with it and with a recipe that is a file.
pub(super) fn stack(sandbox: &Sandbox, registry: &Registry, wanted: &str) {
    let reference = registry.reference(&format!("acme/moving{wanted}"));
    sandbox.write(
        "host.toml",
        format!(
            "[services.moving]\nrecipe = \"{reference}\"\n\n[services.cache]\nrecipe = \"recipes/redis.wasm\"\n"
        ),
    );
}

#[test]
fn what_is_locked_runs_without_the_registry_until_it_is_moved() {
    let registry = Registry::start();
    let first = publish(&registry, "1.2.0");
    let sandbox = sandbox();
    stack(&sandbox, &registry, ":1.x");
    let open = sandbox.host(&["render", "moving"]).ends_with(0);
    let told = "`host.toml` is not locked: `host lock` writes down which content runs";
    open.says(&[told]);
    sandbox.host(&["outdated"]).ends_with(0).says(&[told]);

    let locked = sandbox.host(&["lock"]).ends_with(0);
    assert_eq!(locked.stdout, format!("+ moving  1.2.0  {first}\n"));
    locked.says(&["wrote `host.lock`"]);
    let text = fs::read_to_string(sandbox.path("host.lock")).unwrap();
    assert!(text.contains(&first) && !text.contains("cache"), "{text}");
    let again = sandbox.host(&["lock"]).ends_with(0);
    assert_eq!(again.stdout, format!("= moving  1.2.0  {first}\n"));
    again.says(&["`host.lock` is as it was"]);

    // There is a newer one, and nobody is asked for it.
    let second = publish(&registry, "1.3.0");
    let before = registry.asked().len();
    // What is said of it is which content it is.
    let name = registry.reference("acme/moving");
    let pinned = format!("{name}@{first}");
    for line in [
        &["render", "moving"][..],
        &["plan", "--local"],
        &["run", "--local", "--yes"],
        &["iam", "--region", "us-east-1"],
    ] {
        let run = sandbox.host(line).ends_with(0);
        assert!(!run.everything().contains("redis:7.4"), "{run}");
        let said = run.stdout.contains(&format!("\n  from {pinned}\n"));
        assert_eq!(said, line[0] == "plan", "{run}");
    }
    let plan = sandbox.host(&["plan", "--local", "--output", "json"]);
    let sources = plan.ends_with(0).json()["plan"]["services"].clone();
    let of = |name: &str| {
        let mut all = sources.as_array().unwrap().iter();
        let one = all.find(|it| it["name"] == name);
        one.unwrap_or_else(|| panic!("{sources}"))["source"].clone()
    };
    assert_eq!(of("moving"), pinned);
    assert_eq!(of("cache"), serde_json::Value::Null);
    let looked = sandbox.host(&["inspect", "moving", "--output", "json"]);
    assert_eq!(looked.ends_with(0).json()["recipes"][0]["pinned"], pinned);
    let linted = sandbox.host(&["lint", "moving"]).ends_with(0);
    assert!(linted.stdout.contains("1.2.0"), "{linted}");
    // All of the stack is what is locked, and a reference is what it says.
    for line in [&["pull"][..], &["pull", "moving"], &["pull", "host.toml"]] {
        let pulled = sandbox.host(line).ends_with(0);
        assert_eq!(pulled.stdout, format!("{name}:1.2.0@{first}\n"));
    }
    let pulled = sandbox.host(&["pull"]);
    pulled.says(&["the recipe of `cache` is the file `recipes/redis.wasm`, and is not pulled"]);
    assert_eq!(registry.asked().len(), before, "{:?}", registry.asked());

    let pulled = sandbox.host(&["pull", &format!("{name}:1.x")]).ends_with(0);
    assert_eq!(pulled.stdout, format!("{name}:1.3.0@{second}\n"));
    let file = sandbox.host(&["pull", "recipes/redis.wasm"]).ends_with(64);
    file.says(&[
        "`recipes/redis.wasm` is a file, and recipes of registries are pulled",
        "hint:",
    ]);
    let outdated = sandbox.host(&["outdated"]).ends_with(0);
    let outdated = outdated.says(&["`host lock --update` goes to what stands under `takes`"]);
    let reference = registry.reference("acme/moving:1.x");
    assert_eq!(
        outdated.stdout,
        format!(
            "service  locked  takes  newest  recipe\nmoving   1.2.0   1.3.0  1.3.0   {reference}\n"
        )
    );
    let moved = sandbox.host(&["lock", "--update", "moving"]).ends_with(0);
    assert_eq!(
        moved.stdout,
        format!(
            "~ moving  1.2.0 -> 1.3.0  {second}\n    parameters.image is redis:7.4 by itself in place of redis:7.2\n    parameters.replicas is new\n      taskDefinition.containerDefinitions[searchapp-moving].image: \"redis:7.2\" -> \"redis:7.4\"\n"
        )
    );
    let run = sandbox.host(&["render", "moving"]).ends_with(0);
    assert!(run.stdout.contains("redis:7.4"), "{run}");
    let current = sandbox
        .host(&["outdated", "--output", "json"])
        .ends_with(0)
        .json();
    assert_eq!(current["recipes"][0]["outdated"], false);
    drop(registry);
    let cache = sandbox.host(&["run", "--local", "--yes"]).ends_with(0);
    cache.says(&["moving"]);
}

#[test]
fn what_the_stack_file_says_now_is_not_run_before_it_is_locked() {
    let registry = Registry::start();
    publish(&registry, "1.2.0");
    publish(&registry, "2.0.0");
    let sandbox = sandbox();
    stack(&sandbox, &registry, ":1.x");
    sandbox.host(&["lock"]).ends_with(0);
    stack(&sandbox, &registry, ":2.x");
    for verb in ["render", "plan", "run"] {
        let line = match verb {
            "render" => vec![verb, "moving"],
            _ => vec![verb, "moving", "--local"],
        };
        let run = sandbox.host(&line).ends_with(1);
        let run = run.says(&[
            "error[H0804]",
            "`host.lock` holds `oci://",
            "and `host.toml` says `oci://",
            "hint: lock what `host.toml` says now: host lock --update moving",
        ]);
        assert!(run.stdout.is_empty(), "{run}");
    }
    // Whoever names the recipe of the service by its reference means the same.
    let reference = registry.reference("acme/moving:2.x");
    sandbox
        .host(&["render", &reference])
        .ends_with(1)
        .says(&["error[H0804]"]);
    let moved = sandbox.host(&["lock"]).ends_with(0);
    assert!(
        moved.stdout.starts_with("~ moving  1.2.0 -> 2.0.0"),
        "{moved}"
    );
    sandbox.host(&["render", &reference]).ends_with(0);

    // A service that is gone is locked no longer.
    sandbox.write(
        "host.toml",
        "[services.cache]\nrecipe = \"recipes/redis.wasm\"\n",
    );
    let gone = sandbox.host(&["lock"]).ends_with(0);
    assert_eq!(gone.stdout, "- moving  no recipe of a registry any more\n");
    let none = sandbox.host(&["lock"]).ends_with(0);
    assert_eq!(
        none.stdout,
        "No recipe of this stack lies in a registry or a layout.\n"
    );
}

#[test]
fn an_older_version_and_a_moved_tag_do_not_take_its_place() {
    let registry = Registry::start();
    publish(&registry, "1.3.0");
    let sandbox = sandbox();
    stack(&sandbox, &registry, ":1.x");
    sandbox.host(&["lock"]).ends_with(0);
    let before = fs::read_to_string(sandbox.path("host.lock")).unwrap();
    let refused = |told: &[&str]| {
        let run = sandbox.host(&["lock", "--update"]).ends_with(1).says(told);
        assert!(run.stdout.is_empty(), "{run}");
        let after = fs::read_to_string(sandbox.path("host.lock")).unwrap();
        assert_eq!(after, before);
    };
    // A registry that has the older one alone.
    registry.untag("acme/moving", "1.3.0");
    publish(&registry, "1.2.0");
    refused(&["error[H0804]", "is 1.2.0 now, and 1.3.0 is locked", "hint:"]);
    // A tag that is one version, and holds another.
    registry.publish("acme/moving", "1.4.0", &moving("1.2.0"));
    let other = "is at 1.4.0, and what lies there says that it is 1.2.0";
    refused(&["error[H0819]", other, "hint:"]);
    // Without any lock, too, and without asking it where its publisher said so.
    let reference = registry.reference("acme/moving:1.x");
    let open = self::sandbox();
    let refuses = |verb: &str| {
        let run = open.host(&[verb, &reference]).ends_with(1);
        let run = run.says(&["error[H0819]", other, "hint:"]);
        assert!(run.stdout.is_empty(), "{run}");
    };
    refuses("render");
    let said = Manifest {
        name: "moving".to_owned(),
        version: "1.2.0".to_owned(),
        ..Manifest::default()
    };
    registry.publish_as("acme/moving", "1.4.0", &moving("1.2.0"), &said);
    for verb in ["pull", "inspect", "render"] {
        refuses(verb);
    }
    // The same version, and other content.
    registry.untag("acme/moving", "1.4.0");
    let other = [moving("1.3.0"), custom_section()].concat();
    registry.publish("acme/moving", "1.3.0", &other);
    refused(&["error[H0804]", "somebody has moved the tag", "hint:"]);
    let odd = |how: &str, told: &str| {
        let run = sandbox.host(&["outdated"]).ends_with(0);
        let run = run.says(&["warning[H0804]: moving: ", told, "hint:"]);
        assert_eq!(run.stdout, "No recipe has a newer version.\n");
        let json = sandbox.host(&["outdated", "--output", "json"]).json();
        assert_eq!(json["recipes"][0]["locked_version"], how);
    };
    odd("moved", "somebody has moved the tag of version 1.3.0");
    registry.publish_as("acme/moving", "1.3.0", &moving("1.2.0"), &said);
    odd("moved", "somebody has moved the tag of version 1.3.0");
    registry.tag("acme/moving", "1.3.0", b"{}");
    odd("moved", "there is something else now: ");
    registry.untag("acme/moving", "1.3.0");
    registry.publish("acme/moving", "1.2.0", &moving("1.2.0"));
    odd(
        "gone",
        "the version 1.3.0, which is locked, is there no more",
    );
    // What runs is what was locked.
    let run = sandbox.host(&["render", "moving"]).ends_with(0);
    assert!(run.stdout.contains("redis:7.4"), "{run}");
}

/// What was seen before is no answer to what there is now.
#[test]
fn a_registry_that_does_not_answer_says_of_no_locked_version_that_it_is_there() {
    let is_busy = Arc::new(AtomicBool::new(false));
    let busy = Arc::clone(&is_busy);
    let hook = move |asked: &Asked, stream: &mut TcpStream| {
        let is_it = asked.kind() == "manifests" && busy.load(Ordering::Relaxed);
        if is_it {
            reply(stream, "503 Service Unavailable", &[], b"")?;
        }
        Ok(is_it)
    };
    let registry = Registry::with(Access::Anyone, Some(Box::new(hook)));
    publish(&registry, "1.2.0");
    let sandbox = sandbox();
    stack(&sandbox, &registry, ":1.x");
    sandbox.host(&["lock"]).ends_with(0);
    let there = || {
        let run = sandbox.host(&["outdated", "--output", "json"]).ends_with(0);
        (run.json()["recipes"][0]["locked_version"].clone(), run)
    };
    assert_eq!(there().0, "there");
    is_busy.store(true, Ordering::Relaxed);
    let (now, run) = there();
    assert!(now.is_null(), "{run}");
    run.says(&[
        "warning: moving: whether version 1.2.0, which is locked, is there as it was could not be found out",
        "status 503, 4 times",
    ]);
}

/// A section that says nothing: other bytes of the same recipe.
pub(super) fn custom_section() -> Vec<u8> {
    vec![0, 3, 1, b'x', 0]
}

#[test]
fn a_lock_that_is_none_is_told_and_stays() {
    let registry = Registry::start();
    publish(&registry, "1.2.0");
    let sandbox = sandbox();
    stack(&sandbox, &registry, ":1.x");
    sandbox.host(&["lock"]).ends_with(0);
    let good = fs::read_to_string(sandbox.path("host.lock")).unwrap();
    for (text, told) in [
        (
            good.replace("version = 1", "version = 7"),
            "is of the form 7",
        ),
        (good.replace("digest", "digset"), "cannot be read"),
        (
            good.replace("recipe = \"oci:", "recipe = \"oic:"),
            "has no reference in `recipes.moving.recipe`: ",
        ),
        ("\0".to_owned(), "cannot be read"),
        (
            good.replace(
                "acme/moving:1.x\"",
                &format!("acme/moving@sha256:{}\"", "0".repeat(64)),
            ),
            "has in `recipes.moving` the digest `sha256:",
        ),
        (
            good.replace("tag = \"1.2.0\"", "tag = \"1.3.0\""),
            "has in `recipes.moving` the tag `1.3.0` and the version `1.2.0`",
        ),
    ] {
        sandbox.write("host.lock", &text);
        for line in [&["render", "moving"][..], &["lock"], &["outdated"]] {
            let run = sandbox.host(line).ends_with(1);
            run.says(&["error[H0804]", "`host.lock`", told, "hint:"]);
        }
        let kept = fs::read_to_string(sandbox.path("host.lock")).unwrap();
        assert_eq!(kept, text);
    }
    // A component that the manifest does not name.
    let other = good
        .lines()
        .map(|it| {
            if it.starts_with("component") {
                format!("component = \"sha256:{}\"", "0".repeat(64))
            } else {
                it.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join("\n");
    sandbox.write("host.lock", other);
    let run = sandbox.host(&["render", "moving"]).ends_with(1);
    run.says(&["error[H0804]", "and its manifest says sha256:", "hint:"]);
    // A version that the recipe is not.
    let other = good.replace("\"1.2.0\"", "\"1.3.0\"");
    sandbox.write("host.lock", other);
    let run = sandbox.host(&["render", "moving"]).ends_with(1);
    run.says(&[
        "error[H0804]",
        "is 1.3.0, and the recipe says that it is 1.2.0",
        "hint:",
    ]);
    for verb in ["inspect", "lint"] {
        let run = sandbox.host(&[verb, "moving"]).ends_with(1);
        run.says(&[
            "error[H0804]",
            "is 1.3.0, and the recipe says that it is 1.2.0",
        ]);
    }
    // A recipe that is a file is not locked, and needs no lock.
    sandbox.host(&["render", "cache"]).ends_with(0);
    let run = sandbox.host(&["lock", "cache"]).ends_with(1);
    run.says(&["the recipe of `cache` is the file `recipes/redis.wasm`"]);
    for verb in ["lock", "outdated"] {
        let run = sandbox.host(&[verb, "movin"]).ends_with(1);
        run.says(&[
            "`host.toml` has no service `movin`",
            "did you mean `moving`?",
        ]);
    }
}

#[test]
fn only_the_services_that_are_named_move() {
    let registry = Registry::start();
    publish(&registry, "1.2.0");
    let sandbox = sandbox();
    let reference = registry.reference("acme/moving:1.x");
    let service = |name: &str| {
        format!(
            "[services.{name}]\nrecipe = \"{reference}\"\nparameters = {{ name = \"{name}\" }}\n"
        )
    };
    sandbox.write("prod.toml", service("one") + &service("two"));
    sandbox.host(&["lock", "prod.toml"]).ends_with(0);
    publish(&registry, "1.3.0");
    let moved = sandbox
        .host(&["lock", "--update", "two", "prod.toml"])
        .ends_with(0);
    assert!(moved.stdout.starts_with("~ two  1.2.0 -> 1.3.0"), "{moved}");
    assert!(!moved.stdout.contains("one  "), "{moved}");
    let outdated = sandbox.host(&["outdated", "one", "prod.toml"]).ends_with(0);
    assert!(
        outdated.stdout.contains("one ") && !outdated.stdout.contains("two "),
        "{outdated}"
    );
    // What is in the lock twice is not guessed.
    let run = sandbox
        .host(&["render", "prod.toml", &reference])
        .ends_with(1);
    run.says(&["error[H0804]", "is the recipe of several services", "hint:"]);
    let other = registry.reference("acme/moving:1.3.0");
    let run = sandbox.host(&["render", "prod.toml", &other, "--set", "name=three"]);
    run.says(&["is no recipe of `prod.toml`, so `prod.lock` says nothing of it"]);
    drop(registry);
    let run = sandbox
        .host(&["lock", "--update", "prod.toml"])
        .ends_with(1);
    let run = run.says(&["error[H0810]", "nothing was locked", "hint:"]);
    assert!(run.stdout.is_empty(), "{run}");
    assert_eq!(run.stderr.matches("cannot be reached").count(), 1, "{run}");
    sandbox.host(&["lock", "prod.toml"]).ends_with(0);
}

/// Each of two hosts at once writes what it found out, and neither takes away what the other one wrote.
#[test]
fn two_at_once_lose_nothing() {
    let both = Barrier::new(2);
    let hook = move |asked: &Asked, _: &mut TcpStream| {
        if asked.kind() == "manifests" && asked.before == 0 {
            both.wait();
        }
        Ok(false)
    };
    let registry = Registry::with(Access::Anyone, Some(Box::new(hook)));
    let (one, two) = (moving("1.2.0"), moving("1.3.0"));
    registry.publish("acme/one", "1.2.0", &one);
    registry.publish("acme/two", "1.3.0", &two);
    let sandbox = sandbox();
    let (first, second) = (
        registry.reference("acme/one:1.2.0"),
        registry.reference("acme/two:1.3.0"),
    );
    sandbox.write(
        "host.toml",
        format!("[services.one]\nrecipe = \"{first}\"\n\n[services.two]\nrecipe = \"{second}\"\n"),
    );
    let running = ["one", "two"].map(|it| sandbox.start(&["lock", it]));
    for one in running {
        one.finish().ends_with(0).says(&["wrote `host.lock`"]);
    }
    let again = sandbox.host(&["lock"]).ends_with(0);
    assert_eq!(again.stdout.lines().count(), 2, "{again}");
    assert!(
        again.stdout.lines().all(|it| it.starts_with("= ")),
        "{again}"
    );
}

/// A stack that takes its newest version, and sets this parameter.
fn with_parameter(sandbox: &Sandbox, registry: &Registry, name: &str) {
    let reference = registry.reference("acme/moving");
    sandbox.write(
        "host.toml",
        format!("[services.moving]\nrecipe = \"{reference}\"\nparameters.{name} = 2\n"),
    );
}

/// What changes in the recipe is shown where the stack file does not fit it any more, and that is said before the next run.
#[test]
fn a_version_that_the_stack_file_does_not_fit_is_locked_with_a_warning() {
    let registry = Registry::start();
    publish(&registry, "1.3.0");
    let sandbox = sandbox();
    with_parameter(&sandbox, &registry, "replicas");
    sandbox.host(&["lock"]).ends_with(0);
    publish(&registry, "2.0.0");
    let run = sandbox.host(&["lock", "--update"]).ends_with(0);
    let run = run.says(&[
        "warning: what is locked now does not run with what `host.toml` says: ",
        "`replicas`",
        "hint: mend `host.toml`",
        "wrote `host.lock`",
    ]);
    assert!(run.stdout.contains("parameters.replicas is gone"), "{run}");
    assert!(run.stdout.contains("not compared: "), "{run}");
}

/// What was so before is no fault of the new version: parameters may come by flags.
#[test]
fn what_did_not_run_before_is_not_blamed_on_the_version_that_is_locked_now() {
    let registry = Registry::start();
    publish(&registry, "1.2.0");
    let sandbox = sandbox();
    with_parameter(&sandbox, &registry, "other");
    sandbox.host(&["lock"]).ends_with(0);
    publish(&registry, "1.3.0");
    let run = sandbox.host(&["lock", "--update"]).ends_with(0);
    assert!(!run.stderr.contains("warning"), "{run}");
    assert!(run.stdout.contains("parameters.replicas is new"), "{run}");
    assert!(run.stdout.contains("not compared: "), "{run}");
}
