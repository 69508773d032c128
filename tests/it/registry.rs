//! Recipes in registries: what is fetched, from where, with which login, and what of it is kept.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use host_core::registry::artifact::INDEX;
use serde_json::json;

use crate::harness::{Access, Registry, Sandbox, recipe, reply};

mod beside;
mod cache;
mod carry;
mod deliver;
mod ecr;
mod hostile;
mod inspect;
mod layout;
mod lock;
mod login;
mod push;
mod resume;
mod save;
mod search;
mod slow;
mod trust;
mod version;
mod way;

/// A sandbox with a cache of its own: what one test fetched, another must not have.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let cache = sandbox.path("../cache").display().to_string();
    sandbox.set("XDG_CACHE_HOME", &cache)
}

/// The recipe as the version 1.2.0, at whose tag most of these tests have it.
fn redis() -> Vec<u8> {
    at_version("1.2.0")
}

/// The recipe as one of another version.
fn at_version(version: &str) -> Vec<u8> {
    renamed(fs::read(recipe("redis")).unwrap(), b"0.1.0", version)
}

/// A recipe whose version, which it says in one place, is another one.
fn renamed(mut bytes: Vec<u8>, own: &[u8], version: &str) -> Vec<u8> {
    let places: Vec<usize> = (1..bytes.len() - own.len())
        .filter(|at| bytes[*at..].starts_with(own) && bytes[at - 1] != b'@')
        .collect();
    let [place] = places[..] else {
        panic!("the version stands in one place: {places:?}")
    };
    bytes[place..place + own.len()].copy_from_slice(version.as_bytes());
    bytes
}

/// Every verb that takes a recipe takes a reference.
#[test]
fn a_recipe_comes_from_a_registry_in_two_requests_and_then_in_one() {
    let registry = Registry::start();
    let (digest, component) = registry.publish("acme/redis", "1.2.0", &redis());
    let reference = registry.reference("acme/redis:1.2.0");
    let sandbox = sandbox();
    let pinned = format!("{reference}@{digest}");
    let pulled = sandbox.host(&["pull", &reference]).ends_with(0);
    assert_eq!(pulled.stdout, format!("{pinned}\n"));
    let manifest = "GET /v2/acme/redis/manifests/1.2.0".to_owned();
    let blob = format!("GET /v2/acme/redis/blobs/{component}");
    assert_eq!(registry.asked(), [manifest.clone(), blob]);
    let pulled = pulled.says(&["pulled oci://", "bytes, in `"]);
    assert!(!pulled.stderr.contains('\u{1b}'), "{pulled}");

    let again = sandbox.host(&["pull", &reference, "--output", "json"]);
    let again = again.ends_with(0).json();
    let one = &again["recipes"][0];
    assert_eq!(one["digest"], digest);
    assert_eq!(one["pinned"], pinned);
    assert_eq!(one["origin"], "kept");
    assert_eq!(one["component"]["digest"], component);
    assert_eq!(registry.asked().len(), 3);
    assert_eq!(registry.asked()[2], manifest);
    let kept = Path::new(one["path"].as_str().unwrap());
    assert_eq!(fs::read(kept).unwrap(), redis());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(kept), 0o600);
    assert_eq!(mode(&sandbox.path("../cache/host/registry")), 0o700);

    // By its digest nobody is asked any more, and what comes of it is the same as of the file.
    let rendered = sandbox.host(&["render", &pinned]).ends_with(0);
    assert_eq!(registry.asked().len(), 3);
    let of_file = sandbox.host(&["render", "recipes/redis.wasm"]).ends_with(0);
    assert_eq!(rendered.stdout, of_file.stdout);
    let inspected = sandbox
        .host(&["inspect", &pinned, "--output", "json"])
        .ends_with(0);
    let inspected = inspected.json();
    assert_eq!(inspected["recipes"][0]["path"], pinned.as_str());
    assert_eq!(inspected["recipes"][0]["size"], redis().len());
    sandbox.host(&["lint", &pinned]).ends_with(0);
    sandbox
        .host(&["iam", &pinned, "--region", "us-east-1"])
        .ends_with(0);
    sandbox
        .host(&["plan", &pinned, "--local", "--set", "redis.memory=256"])
        .ends_with(0);
    sandbox
        .host(&["run", &pinned, "--local", "--quiet"])
        .ends_with(0);
    assert_eq!(registry.asked().len(), 3);
}

#[test]
fn a_stack_file_names_recipes_in_registries_and_its_grants_hold_for_them() {
    let registry = Registry::start();
    registry.publish("acme/redis", "1.2.0", &redis());
    let reference = registry.reference("acme/redis:1.x");
    let sandbox = sandbox();
    sandbox.write(
        "host.toml",
        format!("[services.cache]\nrecipe = \"{reference}\"\nparameters = {{ memory = 300 }}\n"),
    );
    let run = sandbox.host(&["render"]).ends_with(0);
    assert!(run.stdout.contains("300"), "{run}");
    let run = sandbox.host(&["render", "cache"]).ends_with(0);
    assert!(run.stdout.contains("300"), "{run}");
    sandbox.write(
        "host.toml",
        "[services.cache]\nrecipe = \"oci://GHCR.io/x\"\n",
    );
    sandbox.host(&["render"]).ends_with(1).says(&[
        "error[H0801]",
        "`host.toml`: `services.cache.recipe`",
        "hint: write `oci://REGISTRY/REPOSITORY`",
    ]);
}

#[test]
fn ranges_and_no_tag_at_all_mean_the_newest_version_and_signatures_are_no_tags() {
    let registry = Registry::start();
    for version in ["0.1.0", "1.2.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "edge"] {
        registry.publish("acme/redis", version, &redis());
    }
    let signature = format!("sha256-{}.sig", "0".repeat(64));
    registry.publish("acme/redis", &signature, b"none");
    let sandbox = sandbox();
    for (wanted, expected) in [
        ("", "1.10.0"),
        (":1.x", "1.10.0"),
        (":1.2.x", "1.2.0"),
        (":0.1.x", "0.1.0"),
        (":edge", "edge"),
        (":2.0.0-rc.1", "2.0.0-rc.1"),
    ] {
        let reference = registry.reference(&format!("acme/redis{wanted}"));
        let pulled = sandbox.host(&["pull", &reference]).ends_with(0);
        assert!(pulled.stdout.contains(&format!(":{expected}@")), "{pulled}");
    }
    let pages = registry.asked();
    assert!(
        pages.iter().any(|it| it.contains("/tags/list?last=")),
        "{pages:?}"
    );
    for (wanted, told) in [
        (":1.2.1", "did you mean `1.2.0`"),
        (":7.x", "it has `2.0.0-rc.1`, `1.10.0`, `1.9.0`"),
        (":stable", "it has `2.0.0-rc.1`"),
    ] {
        let reference = registry.reference(&format!("acme/redis{wanted}"));
        let run = sandbox.host(&["pull", &reference]).ends_with(1);
        let run = run.says(&["error[H0812]", &reference, told, "hint:"]);
        assert!(
            run.stdout.is_empty() && !run.stderr.contains("sha256-"),
            "{run}"
        );
    }
    let reference = registry.reference("acme/other:1.0.0");
    sandbox.host(&["pull", &reference]).ends_with(1).says(&[
        "error[H0812]",
        "no such repository",
        "hint:",
    ]);
}

#[test]
fn what_was_seen_runs_without_the_registry_and_that_is_said() {
    let registry = Registry::start();
    let (digest, _) = registry.publish("acme/redis", "1.2.0", &redis());
    registry.publish("acme/redis", "1.3.0", &redis());
    let reference = |wanted: &str| registry.reference(&format!("acme/redis{wanted}"));
    let (version, range, newest) = (reference(":1.2.0"), reference(":1.x"), reference(""));
    let never_seen = reference(":1.3.0");
    let sandbox = sandbox();
    sandbox.host(&["pull", &version]).ends_with(0);
    drop(registry);
    for seen in [&version, &range, &newest] {
        let run = sandbox.host(&["render", seen]).ends_with(0);
        run.says(&["is 1.2.0 as it was seen last", &digest, "cannot be reached"]);
        let json = sandbox.host(&["pull", seen, "--output", "json"]).json();
        assert_eq!(json["recipes"][0]["origin"], "seen");
    }
    let quiet = sandbox.host(&["render", &version, "--quiet"]).ends_with(0);
    assert_eq!(quiet.stderr, "");
    let run = sandbox.host(&["render", &never_seen]).ends_with(1);
    let run = run.says(&["error[H0810]", "cannot be reached", "hint:"]);
    assert!(run.stdout.is_empty(), "{run}");
    run.says(&[
        &format!("error[H0810]: `{never_seen}` cannot be fetched: the registry"),
        &format!("hint: nothing of `{never_seen}` is kept on this machine"),
    ]);
    let looked = sandbox.host(&["inspect", &never_seen]).ends_with(1);
    looked.says(&[&format!("nothing of `{never_seen}` is kept")]);

    // What is damaged is not run; without the registry there is nothing in its place.
    let folder = sandbox.path("../cache/host/registry/sha256");
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        bytes[40] ^= 1;
        fs::write(&path, bytes).unwrap();
    }
    sandbox
        .host(&["render", &version])
        .ends_with(1)
        .says(&["error[H0810]"]);
}

#[test]
fn a_cache_that_others_can_enter_is_refused() {
    let registry = Registry::start();
    registry.publish("acme/redis", "1.2.0", &redis());
    let sandbox = sandbox();
    let reference = registry.reference("acme/redis");
    sandbox.host(&["pull", &reference]).ends_with(0);
    let folder = sandbox.path("../cache/host/registry");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let run = sandbox.host(&["pull", &reference]).ends_with(1);
    let run = run.says(&[
        "error[H0816]",
        "is open to other users",
        "chmod 700",
        "hint:",
    ]);
    assert!(run.stdout.is_empty(), "{run}");
}

#[test]
fn logins_are_those_of_docker_and_are_never_shown() {
    let json = |registry: &Registry| {
        json!({"auths": {registry.name(): {"auth": "bWU6c2VzYW1l"}}}).to_string()
    };
    for access in [Access::Password, Access::PrivateToken] {
        let registry = Registry::with(access, None);
        registry.publish("acme/redis", "1.2.0", &redis());
        let reference = registry.reference("acme/redis:1.2.0");
        let sandbox = sandbox();
        let run = sandbox.host(&["pull", &reference]).ends_with(1);
        let name = registry.name();
        let login = format!("host login {name}");
        let run = run.says(&["error[H0811]", name, "without a login", &login]);
        assert!(run.stdout.is_empty(), "{run}");

        sandbox.write("../home/.docker/config.json", json(&registry));
        let run = sandbox.host(&["pull", &reference, "-vv"]).ends_with(0);
        let everything = run.everything();
        assert!(
            !everything.contains("sesame") && !everything.contains("bWU6"),
            "{run}"
        );

        // The wrong password, and another folder.
        sandbox.write(
            "docker/config.json",
            json(&registry).replace("bWU6c2VzYW1l", "bWU6eA=="),
        );
        let sandbox = sandbox.set("DOCKER_CONFIG", "docker");
        sandbox.host(&["pull", &reference]).ends_with(1).says(&[
            "error[H0811]",
            "with the login that docker has for it",
            &login,
        ]);
        sandbox.write("docker/config.json", "{ sesame");
        let run = sandbox.host(&["pull", &reference]).ends_with(1);
        let run = run.says(&["error[H0811]", "docker/config.json", "hint:"]);
        assert!(!run.stderr.contains("sesame"), "{run}");
    }
}

#[test]
fn one_token_opens_a_repository_for_a_whole_pull() {
    let registry = Registry::with(Access::Token, None);
    let (_, component) = registry.publish("acme/redis", "1.2.0", &redis());
    let reference = registry.reference("acme/redis:1.2.0");
    sandbox().host(&["pull", &reference]).ends_with(0);
    let manifest = "GET /v2/acme/redis/manifests/1.2.0";
    assert_eq!(
        registry.asked(),
        [
            manifest,
            "GET /token?service=here&scope=repository%3Aacme%2Fredis%3Apull",
            manifest,
            &format!("GET /v2/acme/redis/blobs/{component}"),
        ]
    );
    let bearer = Some("Bearer the-token".to_owned());
    assert_eq!(
        registry.authorizations(),
        [None, None, bearer.clone(), bearer]
    );
}

#[test]
fn a_program_keeps_the_login_where_docker_says_so() {
    let registry = Registry::with(Access::Password, None);
    registry.publish("acme/redis", "1.2.0", &redis());
    let reference = registry.reference("acme/redis:1.2.0");
    let sandbox = sandbox();
    let name = registry.name().to_owned();
    sandbox.write(
        "../home/.docker/config.json",
        json!({"credHelpers": {name.clone(): "tested"}}).to_string(),
    );
    sandbox.host(&["pull", &reference]).ends_with(1).says(&[
        "error[H0811]",
        "`docker-credential-tested`",
        "cannot be started",
        "take it out of that file, where `credsStore` and `credHelpers` name such programs",
        &format!("`host login {name}`"),
    ]);
    let path = std::env::var("PATH").unwrap_or_default();
    let bin = sandbox.path("bin").display().to_string();
    let sandbox = sandbox.set("PATH", &format!("{bin}:{path}"));
    let program = |text: &str| {
        sandbox.write(
            "bin/docker-credential-tested",
            format!("#!/bin/sh\n{text}\n"),
        );
        let file = sandbox.path("bin/docker-credential-tested");
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    };
    program("echo 'no way'; exit 1");
    let run = sandbox.host(&["pull", &reference]).ends_with(1);
    run.says(&["error[H0811]", "failed (no way)"]);
    program("echo 'credentials not found in native keychain'; exit 1");
    let run = sandbox.host(&["pull", &reference]).ends_with(1);
    run.says(&["error[H0811]", "without a login"]);
    program(&format!(
        "read server; [ \"$1 $server\" = \"get {name}\" ] && echo '{{\"Username\": \"me\", \"Secret\": \"sesame\"}}'"
    ));
    sandbox.host(&["pull", &reference]).ends_with(0);
}

#[test]
fn what_is_no_recipe_is_told_by_what_it_is() {
    let registry = Registry::start();
    let image = json!({
        "schemaVersion": 2, "mediaType": INDEX, "manifests": [],
    });
    registry.tag("acme/image", "1.0.0", image.to_string().as_bytes());
    let (_, component) = registry.publish("acme/module", "1.0.0", b"\0asm\x01\0\0\0");
    let sandbox = sandbox();
    let image = registry.reference("acme/image:1.0.0");
    let run = sandbox.host(&["render", &image]).ends_with(1);
    run.says(&["error[H0802]", &image, "as container images are", "hint:"]);
    let module = registry.reference("acme/module:1.0.0");
    let run = sandbox.host(&["render", &module]).ends_with(1);
    run.says(&[&module, "is a core WebAssembly module"]);
    assert!(registry.asked().last().unwrap().ends_with(&component));

    // What is larger than the sandbox lets in is not even asked for.
    registry.publish("acme/large", "1.0.0", &redis());
    let large = registry.reference("acme/large:1.0.0");
    let run = sandbox.host(&["pull", &large, "--sandbox", "size=1000"]);
    run.ends_with(1)
        .says(&["error[H0", &large, "1000", "hint:"]);
    assert!(registry.asked().last().unwrap().contains("/manifests/"));
}

/// Whoever a registry redirects to may ask for a login, and gets none.
#[test]
fn a_login_is_not_shown_to_whom_a_registry_redirects() {
    let elsewhere = Registry::with(Access::PrivateToken, None);
    let to = format!("http://{}/v2/acme/redis/blobs/x", elsewhere.name());
    let registry = Registry::with(
        Access::Password,
        Some(Box::new(move |asked, stream| {
            let is_blob = asked.line.contains("/blobs/");
            if is_blob {
                reply(stream, "307 Temporary Redirect", &[("location", &to)], b"")?;
            }
            Ok(is_blob)
        })),
    );
    registry.publish("acme/redis", "1.2.0", &redis());
    let sandbox = sandbox();
    let login = json!({"auths": {registry.name(): {"auth": "bWU6c2VzYW1l"}}});
    sandbox.write("../home/.docker/config.json", login.to_string());
    let reference = registry.reference("acme/redis:1.2.0");
    let run = sandbox.host(&["pull", &reference]).ends_with(1);
    let run = run.says(&[
        "error[H0813]",
        "a redirect to `127.0.0.1`, which wants a login",
        "hint:",
    ]);
    assert!(run.stdout.is_empty(), "{run}");
    assert_eq!(elsewhere.asked().len(), 1, "{:?}", elsewhere.asked());
    assert_eq!(elsewhere.authorizations(), [None]);
}
