//! `host search`: by the list of a registry, by an index where there is none, and what both may say that is not so.

use host_core::registry::artifact::INDEX;
use host_core::registry::index::KIND;
use host_core::spec::Manifest;
use serde_json::json;

use super::{redis, sandbox};
use crate::harness::{Access, Hook, Registry, Sandbox, reply};

fn summed(registry: &Registry, repository: &str, version: &str, summary: &str) {
    let recipe = Manifest {
        name: repository.rsplit('/').next().unwrap().to_owned(),
        version: version.to_owned(),
        summary: summary.to_owned(),
        ..Manifest::default()
    };
    registry.publish_as(repository, version, b"\0asm", &recipe);
}

/// A registry that does not list its repositories, in one of the ways that there are.
fn silent(status: &'static str, more: Option<Hook>) -> Registry {
    Registry::with(
        Access::Anyone,
        Some(Box::new(move |asked, stream| {
            if asked.line.contains("/_catalog") {
                reply(stream, status, &[], b"")?;
                return Ok(true);
            }
            more.as_ref().map_or(Ok(false), |it| it(asked, stream))
        })),
    )
}

#[test]
fn the_newest_of_each_recipe_is_listed_and_no_component_is_asked_for() {
    let registry = Registry::start();
    summed(&registry, "acme/redis", "1.2.0", "keeps things in memory");
    summed(
        &registry,
        "acme/redis",
        "1.10.0",
        "keeps things\nin memory \u{1b}[31m",
    );
    summed(&registry, "acme/redis", "2.0.0-rc.1", "not yet");
    summed(&registry, "acme/stores/mysql", "0.1.0", "a database");
    summed(&registry, "other/redis", "3.0.0", "of others");
    summed(&registry, "acme/edge", "edge", "no version");
    let image = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": []});
    registry.tag("acme/image", "1.0.0", image.to_string().as_bytes());
    let place = format!("oci://{}/acme", registry.name());
    let sandbox = sandbox();
    let run = sandbox
        .host(&["search", "--registry", &place, "-v"])
        .ends_with(0);
    let name = registry.name();
    let row = |line: &str| {
        line.split("  ")
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = run.stdout.lines().map(row).collect();
    assert_eq!(
        rows,
        [
            vec![
                "name".to_owned(),
                "version".into(),
                "recipe".into(),
                "summary".into()
            ],
            vec![
                "redis".into(),
                "1.10.0".into(),
                format!("oci://{name}/acme/redis"),
                r"keeps things in memory \u{1b}[31m".into()
            ],
            vec![
                "mysql".into(),
                "0.1.0".into(),
                format!("oci://{name}/acme/stores/mysql"),
                "a database".into()
            ],
        ]
    );
    let run = run.says(&["hold no version of a recipe: 2"]);
    assert!(!run.everything().contains("of others"), "{run}");
    let asked = registry.asked();
    assert!(asked.iter().all(|it| !it.contains("/blobs/")), "{asked:?}");
    assert!(
        asked.iter().any(|it| it.contains("_catalog?last=")),
        "{asked:?}"
    );

    for (word, names) in [
        ("MEMORY", &["redis"][..]),
        ("stores", &["mysql"]),
        ("x", &[]),
    ] {
        let run = sandbox.host(&["search", word, "--registry", &place, "--output", "json"]);
        let document = run.ends_with(0).json();
        let recipes = document["recipes"].as_array().unwrap();
        let found: Vec<&str> = recipes
            .iter()
            .map(|it| it["name"].as_str().unwrap())
            .collect();
        assert_eq!(found, names);
    }
    let run = sandbox.host(&["search", "no-such", "--registry", &place]);
    let run = run.ends_with(0).says(&["no recipe with `no-such`", &place]);
    assert!(run.stdout.is_empty(), "{run}");
}

#[test]
fn the_stack_file_says_where_to_look() {
    let (one, other) = (Registry::start(), Registry::start());
    summed(&one, "acme/redis", "1.2.0", "");
    summed(&other, "shared/mysql", "0.1.0", "");
    let sandbox = sandbox();
    sandbox
        .host(&["search"])
        .ends_with(64)
        .says(&["no `host.toml`", "--registry oci://"]);
    sandbox.write(
        "host.toml",
        "[services.a]\nrecipe = \"recipes/redis.wasm\"\n",
    );
    sandbox
        .host(&["search"])
        .ends_with(64)
        .says(&["`host.toml` names none", "--registry oci://"]);
    sandbox
        .host(&["search", "--registry", "oci://GHCR.io"])
        .ends_with(1)
        .says(&["error[H0801]", "hint:"]);
    sandbox.write(
        "host.toml",
        format!(
            "[services.cache]\nrecipe = \"{}\"\n[trust]\n\"{}/shared\" = \"anyone\"\n\"*\" = \"anyone\"\n",
            one.reference("acme/redis:1.x"),
            other.name()
        ),
    );
    let found = |sandbox: &Sandbox, status: i32| {
        let run = sandbox.host(&["search", "--output", "json"]);
        let run = run.ends_with(status);
        let document = run.json();
        let failed = document["failed"].as_array().unwrap();
        assert_eq!(failed.len(), usize::from(status == 1), "{run}");
        let recipes = document["recipes"].as_array().unwrap().clone();
        let mut names: Vec<String> = recipes
            .iter()
            .map(|it| it["reference"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        (names, run)
    };
    let mut both = vec![one.reference("acme/redis"), other.reference("shared/mysql")];
    both.sort();
    assert_eq!(found(&sandbox, 0).0, both);
    // One that is away takes nothing of the other.
    let left = one.reference("acme/redis");
    drop(other);
    let (names, run) = found(&sandbox, 1);
    assert_eq!(names, [left]);
    run.says(&["error[H0810]", "cannot be reached"]);
    drop(one);
    let run = sandbox
        .host(&["search"])
        .ends_with(1)
        .says(&["error[H0810]", "hint:"]);
    assert!(run.stdout.is_empty(), "{run}");
}

#[test]
fn where_repositories_are_not_listed_an_index_says_what_there_is() {
    for status in [
        "401 Unauthorized",
        "403 Forbidden",
        "404 Not Found",
        "405 Method Not Allowed",
    ] {
        let registry = silent(status, None);
        let place = format!("oci://{}/acme", registry.name());
        let sandbox = sandbox();
        let search = ["search", "--registry", &place];
        // Whoever is not let in may have to log in.
        let told = if ["401", "403"].iter().any(|it| status.starts_with(it)) {
            [
                "error[H0811]",
                "list of repositories be read without a login",
            ]
        } else {
            ["error[H0812]", "does not list its repositories"]
        };
        let run = sandbox.host(&search).ends_with(1).says(&told).says(&[
            &format!("`{place}/index:latest`"),
            "hint:",
            "host push --index",
        ]);
        assert!(run.stdout.is_empty(), "{run}");
        // Nobody is given an index who did not ask for one.
        let push = |more: &[&str]| {
            let to = registry.reference(&format!("acme/{}", more[0]));
            let line = [&["push", "recipes/redis.wasm", &to], &more[1..]].concat();
            sandbox.host(&line).ends_with(0)
        };
        push(&["first"]);
        sandbox.host(&search).ends_with(1);
        push(&["redis", "--index"]).says(&["listed in the index", "/acme/index:latest"]);
        push(&["cache"]).says(&["listed in the index"]);
        push(&["cache:edge"]);
        assert!(!push(&["cache"]).stderr.contains("listed"));
        let again = push(&["cache", "--index"]);
        again.says(&["nothing was sent", "/acme/index:latest` lists it already"]);
        let edge = push(&["cache:edge", "--index"]);
        edge.says(&["not listed in the index", "only versions are"]);
        push(&["first", "--index"]).says(&["nothing was sent", "listed in the index"]);
        let before = registry.asked().len();
        let run = sandbox.host(&search).ends_with(0);
        for name in ["redis", "cache", "first"] {
            assert!(
                run.stdout
                    .contains(&registry.reference(&format!("acme/{name}"))),
                "{run}"
            );
        }
        assert_eq!(run.stdout.lines().count(), 4, "{run}");
        let note = format!("`{place}` is listed by its index: what was published before");
        assert_eq!(run.stderr.matches(&note).count(), 1, "{run}");
        let asked = registry.asked();
        assert!(
            asked[before..]
                .iter()
                .all(|it| it.contains("_catalog") || it.contains("/acme/index/")),
            "{asked:?}"
        );
    }
}

/// Some list only what is theirs who ask.
#[test]
fn an_empty_list_is_not_the_last_word() {
    let registry = Registry::with(
        Access::Anyone,
        Some(Box::new(|asked, stream| {
            let is_list = asked.line.contains("/_catalog");
            if is_list {
                reply(stream, "200 OK", &[], b"{\"repositories\": []}")?;
            }
            Ok(is_list)
        })),
    );
    let sandbox = sandbox();
    let place = format!("oci://{}/acme", registry.name());
    let search = ["search", "--registry", &place];
    let run = sandbox.host(&search).ends_with(0);
    assert!(run.says(&["there is no recipe in"]).stdout.is_empty());
    let to = registry.reference("acme/redis");
    sandbox
        .host(&["push", "recipes/redis.wasm", &to, "--index"])
        .ends_with(0);
    let run = sandbox.host(&search).ends_with(0);
    assert!(run.stdout.contains(&to), "{run}");
    sandbox.write("next.wasm", super::at_version("0.1.5"));
    sandbox.host(&["push", "next.wasm", &to]).ends_with(0);
    let older = sandbox.host(&["push", "recipes/redis.wasm", &to, "--index"]);
    older
        .ends_with(0)
        .says(&["not listed in the index", "has a newer version, 0.1.5"]);
}

/// Two who publish at the same moment write the same tag.
#[test]
fn a_lost_race_for_an_index_is_run_again() {
    let lose: Hook = Box::new(|asked, stream| {
        let is_lost = asked.line == "PUT /v2/acme/index/manifests/latest" && asked.before < 2;
        if is_lost {
            reply(stream, "201 Created", &[], b"")?;
        }
        Ok(is_lost)
    });
    let registry = silent("404 Not Found", Some(lose));
    let sandbox = sandbox();
    let to = registry.reference("acme/redis");
    let run = sandbox.host(&["push", "recipes/redis.wasm", &to, "--index"]);
    run.ends_with(0).says(&["listed in the index"]);
    let index = registry.manifest("acme/index", "latest");
    assert!(String::from_utf8(index).unwrap().contains(KIND));

    // One that is lost again and again is an error for whoever asked for it, and the recipe is published.
    let lose: Hook = Box::new(|asked, stream| {
        let is_lost = asked.line == "PUT /v2/acme/index/manifests/latest";
        if is_lost {
            reply(stream, "201 Created", &[], b"")?;
        }
        Ok(is_lost)
    });
    let registry = silent("404 Not Found", Some(lose));
    let to = registry.reference("acme/redis");
    let run = sandbox.host(&["push", "recipes/redis.wasm", &to, "--index"]);
    let run = run
        .ends_with(1)
        .says(&["error[H0813]", "is published, and not listed", "hint:"]);
    assert!(run.stdout.is_empty(), "{run}");
    sandbox.host(&["pull", &to]).ends_with(0);
}

#[test]
fn what_is_no_index_or_leads_elsewhere_is_not_believed() {
    let registry = silent("404 Not Found", None);
    let place = format!("oci://{}/acme", registry.name());
    let sandbox = sandbox();
    let search = ["search", "--registry", &place, "--output", "json"];
    // A recipe that has the name.
    registry.publish("acme/index", "latest", &redis());
    let run = sandbox.host(&search).ends_with(1);
    run.says(&["error[H0802]", "is no index of recipes", "hint:"]);
    let to = registry.reference("acme/redis");
    let run = sandbox
        .host(&["push", "recipes/redis.wasm", &to])
        .ends_with(0);
    run.says(&[
        "warning:",
        "is published, and not listed",
        "is no index of recipes",
    ]);

    let index = |layer: &str| {
        let digest = registry.hold(layer.as_bytes());
        let manifest = json!({
            "schemaVersion": 2,
            "config": {"mediaType": KIND, "digest": registry.hold(b"{}"), "size": 2},
            "layers": [{"mediaType": KIND, "digest": digest, "size": layer.len()}],
        });
        registry.tag("acme/index", "latest", manifest.to_string().as_bytes());
    };
    index(r#"{"schema_version": 2, "recipes": []}"#);
    let later = sandbox.host(&search).ends_with(1);
    later.says(&[
        "error[H0802]",
        "/acme/index:latest` is of the form 2",
        "hint:",
    ]);
    index("<html>");
    sandbox
        .host(&search)
        .ends_with(1)
        .says(&["error[H0813]", "the index", "hint:"]);
    index(
        r#"{"schema_version": 1, "recipes": [{"repository": "evil/redis", "version": "1.0.0"},
        {"repository": "acme/../../evil", "version": "1.0.0"}, {"repository": "acme/x", "version": "1.0.0"}]}"#,
    );
    let found = sandbox.host(&search).ends_with(0).json();
    assert_eq!(found["recipes"].as_array().unwrap().len(), 1);
    assert_eq!(found["recipes"][0]["name"], "x");
}

/// Who may write to one of them takes nothing away from the others.
#[test]
fn a_repository_that_answers_what_none_may_is_passed_over() {
    let hook: Hook = Box::new(|asked, stream| {
        let is_long = asked.line.contains("/acme/long/manifests/");
        if is_long {
            reply(stream, "200 OK", &[], &vec![b' '; 5 << 20])?;
        }
        Ok(is_long)
    });
    let registry = Registry::with(Access::Anyone, Some(hook));
    summed(&registry, "acme/long", "1.0.0", "");
    summed(&registry, "acme/redis", "1.2.0", "");
    let place = format!("oci://{}/acme", registry.name());
    let run = sandbox()
        .host(&["search", "--registry", &place])
        .ends_with(0);
    let run = run.says(&["warning: ", "passed over: 1", "is larger than 4 MiB"]);
    assert!(
        run.stdout.contains("/acme/redis") && !run.stdout.contains("/acme/long"),
        "{run}"
    );
    let search = ["search", "--registry", &place, "--output", "json"];
    let json = sandbox().host(&search).ends_with(0).json();
    let failed = json["failed"].to_string();
    assert!(failed.contains("is larger than 4 MiB"), "{json}");
    // Where that is all, nothing was found out.
    registry.untag("acme/redis", "1.2.0");
    sandbox()
        .host(&["search", "--registry", &place])
        .ends_with(1);
}

#[test]
fn a_list_without_end_or_sense_is_given_up() {
    for (link, body, told) in [
        (
            "</v2/_catalog?n=1000>; rel=\"next\"",
            r#"{"repositories": []}"#,
            "leads round in a circle",
        ),
        (
            "<http://evil.localhost/v2/_catalog>; rel=\"next\"",
            r#"{"repositories": []}"#,
            "goes on elsewhere",
        ),
        ("", "<html>", "its list of its repositories is none"),
    ] {
        let registry = Registry::with(
            Access::Anyone,
            Some(Box::new(move |asked, stream| {
                let is_list = asked.line.contains("/_catalog");
                if is_list {
                    reply(stream, "200 OK", &[("link", link)], body.as_bytes())?;
                }
                Ok(is_list)
            })),
        );
        let place = format!("oci://{}", registry.name());
        let run = sandbox()
            .host(&["search", "--registry", &place])
            .ends_with(1);
        let run = run.says(&["error[H0813]", told, "hint:"]);
        assert!(run.stdout.is_empty(), "{run}");
    }
}
