//! Recipes are published: what is sent, what is not sent twice, and what is refused.

use std::fs;

use host_core::registry::artifact::{CONFIG, LAYER, artifact};
use host_core::spec::{Manifest, Parameter};
use serde_json::{Value, json};

use super::layout::write;
use super::lock::{custom_section, moving};
use super::{at_version, renamed, sandbox};
use crate::harness::{Access, Hook, Registry, recipe, reply};
use crate::hostile::guests::guest;

fn writes(registry: &Registry) -> usize {
    let asked = registry.asked();
    asked.iter().filter(|it| it.starts_with('P')).count()
}

#[test]
fn what_is_pushed_is_pulled_and_sent_once() {
    let registry = Registry::start();
    let sandbox = sandbox();
    let repository = registry.reference("acme/redis");
    let pushed = sandbox.host(&["push", "recipes/redis.wasm", &repository]);
    let pushed = pushed
        .ends_with(0)
        .says(&["published oci://", "bytes sent"])
        .says(&["2 warnings of lint: `host lint recipes/redis.wasm` shows what"]);
    assert!(!pushed.stderr.contains("warning["), "{pushed}");
    assert!(
        pushed
            .stdout
            .starts_with(&format!("{repository}:0.1.0@sha256:"))
    );
    // Two blobs in two requests each, and the manifest.
    assert_eq!(writes(&registry), 5, "{:?}", registry.asked());

    let pulled = sandbox.host(&["pull", &repository]).ends_with(0);
    assert_eq!(pulled.stdout, pushed.stdout);
    let rendered = sandbox.host(&["render", pulled.stdout.trim()]).ends_with(0);
    let of_file = sandbox.host(&["render", "recipes/redis.wasm"]).ends_with(0);
    assert_eq!(rendered.stdout, of_file.stdout);

    // Whoever pushes the same makes the same, and nothing of it is sent.
    let line = [
        "push",
        "recipes/redis.wasm",
        &repository,
        "--output",
        "json",
    ];
    let again = sandbox.host(&line).ends_with(0).says(&["nothing was sent"]);
    assert!(!again.stderr.contains("lint"), "{again}");
    let published = &again.json()["published"];
    assert_eq!(published["sent"], 0);
    assert_eq!(published["pinned"], pushed.stdout.trim());
    assert_eq!(writes(&registry), 5);
    let elsewhere = registry.reference("acme/other:0.1.0");
    sandbox
        .host(&["push", "recipes/redis.wasm", &elsewhere])
        .ends_with(0);
    assert_eq!(
        writes(&registry),
        6,
        "the blobs are there, the manifest is not"
    );

    // As other tools know it.
    let manifest: Value =
        serde_json::from_slice(&registry.manifest("acme/redis", "0.1.0")).unwrap();
    assert_eq!(manifest["config"]["mediaType"], CONFIG);
    assert_eq!(manifest["layers"].as_array().unwrap().len(), 1);
    assert_eq!(manifest["layers"][0]["mediaType"], LAYER);
    assert_eq!(manifest["layers"][0]["size"], at_version("0.1.0").len());
    let said = &manifest["annotations"];
    assert_eq!(said["org.opencontainers.image.title"], "redis");
    assert_eq!(said["org.opencontainers.image.version"], "0.1.0");
}

#[test]
fn a_version_stays_what_it_is_and_another_tag_moves() {
    let registry = Registry::start();
    let sandbox = sandbox();
    let edge = registry.reference("acme/redis:edge");
    registry.publish("acme/redis", "0.1.0", b"another");
    let version = registry.reference("acme/redis");
    let run = sandbox
        .host(&["push", "recipes/redis.wasm", &version])
        .ends_with(1);
    let run = run.says(&["error[H0818]", "0.1.0` is published already", "hint:"]);
    assert_eq!(run.stdout, "");
    assert_eq!(writes(&registry), 0);

    sandbox
        .host(&["push", "recipes/redis.wasm", &edge])
        .ends_with(0);
    sandbox.write("next.wasm", at_version("0.1.5"));
    let moved = sandbox.host(&["push", "next.wasm", &edge]).ends_with(0);
    let moved = moved.says(&["moved oci://", "which was sha256:"]);
    let pulled = sandbox.host(&["pull", &edge]).ends_with(0);
    assert_eq!(pulled.stdout, moved.stdout);

    for (reference, why) in [
        (
            ":0.2.0",
            "the tag is the version 0.2.0, and the recipe says that it is 0.1.0",
        ),
        (":0.1.x", "a range means several versions"),
        (
            &format!("@sha256:{}", "0".repeat(64)),
            "a digest comes of what is published",
        ),
    ] {
        let reference = format!("{version}{reference}");
        let run = sandbox.host(&["push", "recipes/redis.wasm", &reference]);
        let run = run.ends_with(1).says(&["error[H0801]", why, "hint:"]);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn what_breaks_users_or_stops_them_is_not_published() {
    let registry = Registry::start();
    let sandbox = sandbox();
    let former = Manifest {
        name: "redis".into(),
        version: "0.1.3".into(),
        parameters: vec![Parameter {
            name: "gone".into(),
            ..Parameter::default()
        }],
        ..Manifest::default()
    };
    registry.publish_as("acme/redis", "0.1.3", b"former", &former);
    let reference = registry.reference("acme/redis");
    sandbox.write("next.wasm", at_version("0.1.5"));
    let run = sandbox
        .host(&["push", "next.wasm", &reference])
        .ends_with(1);
    let run = run.says(&[
        "error[H0805]",
        "parameters.gone: is gone, which may break users of 0.1.3",
        "`next.wasm` is not published",
        "hint: raise the major version, or before 1.0.0 the minor one",
    ]);
    assert_eq!(run.stdout, "");
    sandbox.write("next.wasm", at_version("0.2.0"));
    sandbox
        .host(&["push", "next.wasm", &reference])
        .ends_with(0);

    let before = writes(&registry);
    for (name, code) in [
        ("lint-undeclared", "error[H0605]"),
        ("import-wasi", "error[H0110]"),
        ("panic", "error["),
    ] {
        sandbox.write("guest.wasm", guest(name));
        let reference = registry.reference("acme/guest");
        let run = sandbox
            .host(&["push", "guest.wasm", &reference])
            .ends_with(1);
        let run = run.says(&[code, "hint:"]);
        assert_eq!(run.stdout, "", "{name}");
    }
    assert_eq!(writes(&registry), before);
    let bare = registry.reference("acme/redis");
    let bare = bare.strip_prefix("oci://").unwrap();
    let run = sandbox.host(&["push", "next.wasm", bare]).ends_with(1);
    run.says(&["error[H0801]", &format!("hint: write `oci://{bare}`")]);
    let reference = registry.reference("acme/redis");
    for other in [&reference[..], "redis.wasm", "oci:vendor"] {
        let run = sandbox.host(&["push", &reference, other]);
        run.ends_with(64).says(&[
            "is no file, and a file is published",
            "`host push FILE REFERENCE`",
        ]);
    }
}

/// Other tools write nothing of its parameters beside a recipe.
#[test]
fn the_version_before_is_asked_itself_where_another_tool_published_it() {
    let put = |registry: &Registry, component: &[u8]| {
        let made = artifact(component, &Manifest::default(), "");
        let mut manifest: Value = serde_json::from_slice(&made.manifest).unwrap();
        manifest.as_object_mut().unwrap().remove("annotations");
        registry.hold(component);
        registry.hold(&made.config);
        registry.tag("acme/moving", "1.2.0", manifest.to_string().as_bytes());
    };
    let sandbox = sandbox();
    let push = |registry: &Registry| {
        sandbox.host(&["push", "next.wasm", &registry.reference("acme/moving")])
    };
    // What calls itself 1.3.0, and takes a parameter that must not go away.
    let registry = Registry::start();
    put(&registry, &moving("1.3.0"));
    sandbox.write("next.wasm", renamed(moving("1.2.0"), b"1.2.0", "1.2.5"));
    let run = push(&registry).ends_with(1);
    let run = run.says(&[
        "error[H0805]",
        "parameters.replicas: is gone",
        "is not published",
    ]);
    assert!(run.stdout.is_empty(), "{run}");
    put(&registry, &moving("1.2.0"));
    let run = push(&registry).ends_with(0);
    assert!(!run.stderr.contains("is not known"), "{run}");

    // That it cannot be had now is no reason to go without.
    let busy: Hook = Box::new(|asked, stream| {
        let is_it = asked.line.starts_with("GET ") && asked.kind() == "blobs";
        if is_it {
            reply(stream, "503 Service Unavailable", &[], b"")?;
        }
        Ok(is_it)
    });
    // Another recipe of the very version is told as that.
    let registry = Registry::start();
    put(&registry, &moving("1.2.0"));
    sandbox.write("redis.wasm", at_version("1.2.0"));
    let to = registry.reference("acme/moving");
    let run = sandbox.host(&["push", "redis.wasm", &to]).ends_with(1);
    run.says(&["error[H0820]", "holds `moving`", "this is `redis`"]);
    let registry = Registry::with(Access::Anyone, Some(busy));
    let other = [moving("1.2.0"), custom_section()].concat();
    put(&registry, &other);
    let run = push(&registry).ends_with(1).says(&["error[H0814]"]);
    assert!(run.stdout.is_empty(), "{run}");

    let registry = Registry::start();
    put(&registry, b"\0asm\x01\0\0\0");
    push(&registry).ends_with(0).says(&[
        "warning: whether oci://",
        "1.2.5 breaks users of the version before it is not known: 1.2.0 cannot be asked what it is",
        "is a core WebAssembly module",
        "hint:",
    ]);
}

#[test]
fn a_repository_takes_no_other_recipe_whatever_its_version() {
    let registry = Registry::start();
    let sandbox = sandbox();
    let reference = registry.reference("acme/redis");
    registry.publish("acme/redis", "0.0.9", b"redis");
    let before = writes(&registry);
    for tag in ["", ":edge"] {
        let to = format!("{reference}{tag}");
        let run = sandbox.host(&["push", "recipes/memcached.wasm", &to]);
        let run = run.ends_with(1).says(&[
            "error[H0820]",
            "acme/redis` holds `redis`, at 0.0.9, and this is `memcached`",
            &format!(
                "hint: publish it to `{}`",
                registry.reference("acme/memcached")
            ),
        ]);
        assert_eq!(run.stdout, "", "{tag}");
    }
    let vendor = sandbox.path("vendor");
    let memcached = fs::read(recipe("memcached")).unwrap();
    write(&vendor, "registry.test/acme/memcached:0.1.0", &memcached);
    let run = sandbox.host(&["load", "vendor", &reference]).ends_with(1);
    run.says(&["error[H0820]", "this is `memcached`"]);
    assert_eq!(writes(&registry), before);

    // A repository may be called as one likes, and is one recipe from then on, also at tags that are no version.
    let cache = registry.reference("acme/cache:edge");
    let run = sandbox.host(&["push", "recipes/memcached.wasm", &cache]);
    run.ends_with(0).says(&[
        "warning: the repository `",
        "acme/cache` is called otherwise than its recipe, `memcached`",
        "hint:",
    ]);
    let run = sandbox.host(&["push", "recipes/redis.wasm", &cache]);
    run.ends_with(1)
        .says(&["error[H0820]", "holds `memcached`, at edge"]);
    let cache = registry.reference("acme/cache");
    let run = sandbox.host(&["push", "recipes/memcached.wasm", &cache]);
    assert!(!run.ends_with(0).stderr.contains("is called otherwise"));
    let run = sandbox.host(&["load", "vendor", &cache]).ends_with(1);
    run.says(&["error[H0818]"]);
}

#[test]
fn a_registry_that_takes_nothing_is_told_apart_from_one_that_wants_a_login() {
    let registry = Registry::with(Access::PrivateToken, None);
    let sandbox = sandbox();
    let reference = registry.reference("acme/redis");
    let push = ["push", "recipes/redis.wasm", &reference];
    let run = sandbox.host(&push).ends_with(1);
    let run = run.says(&["error[H0811]", "be written to without a login", "hint:"]);
    assert_eq!(run.stdout, "");
    let login = json!({"auths": {registry.name(): {"auth": "bWU6c2VzYW1l"}}});
    sandbox.write("../home/.docker/config.json", login.to_string());
    sandbox.host(&push).ends_with(0);
    let token = registry
        .asked()
        .into_iter()
        .rfind(|it| it.contains("/token") && it.contains("redis"));
    let scope = "scope=repository%3Aacme%2Fredis%3Apull%2Cpush";
    assert!(
        token.as_ref().is_some_and(|it| it.ends_with(scope)),
        "{token:?}"
    );

    for (at, status) in [
        ("POST", "405 Method Not Allowed"),
        ("PUT", "400 Bad Request"),
        ("PUT", "507 Insufficient Storage"),
    ] {
        let registry = Registry::with(
            Access::Anyone,
            Some(Box::new(move |asked, stream| {
                let body = b"{\"errors\":[{\"code\":\"UNSUPPORTED\",\"message\":\"no\"}]}";
                let is_it = asked.line.starts_with(at);
                if is_it {
                    reply(stream, status, &[], body)?;
                }
                Ok(is_it)
            })),
        );
        let reference = registry.reference("acme/redis");
        // What is known to be plain HTTP is not taken for TLS at each 400.
        for flags in [&["--plain-http"][..], &[]] {
            let run = sandbox.host(&[&["push", "recipes/redis.wasm", &reference], flags].concat());
            let run = run.ends_with(1).says(&[
                "error[H0815]",
                "does not take the component",
                &status[..3],
                "(UNSUPPORTED: no)",
                "hint:",
            ]);
            assert_eq!(run.stdout, "");
            assert!(!run.stderr.contains("state="), "{run}");
        }
    }
}

#[test]
fn a_version_that_is_written_otherwise_is_told() {
    let registry = Registry::start();
    let sandbox = sandbox();
    for (tag, meant) in [("v0.1.0", "0.1.0"), ("0.1", "0.1.0")] {
        let to = registry.reference(&format!("acme/redis:{tag}"));
        let run = sandbox.host(&["push", "recipes/redis.wasm", &to]);
        run.ends_with(0).says(&[
            &format!("warning: the tag `{tag}` is no version"),
            &format!(
                "host push recipes/redis.wasm {}",
                registry.reference(&format!("acme/redis:{meant}"))
            ),
        ]);
    }
    let to = registry.reference("acme/redis:edge");
    let run = sandbox.host(&["push", "recipes/redis.wasm", &to]);
    assert!(!run.ends_with(0).stderr.contains("is no version"));
}
