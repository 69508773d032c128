//! The file itself, and how its plan is made again.

use super::*;

#[test]
fn the_file_has_tokens_and_digests_where_secrets_are() {
    let mut plan = saved();
    let secrets = Known::from([(tokens::secret("password"), ARN.to_owned())]);
    let list = [Argument {
        name: "password".into(),
        value: spec::Value::Secret(tokens::secret("password")),
    }];
    plan.services[0].arguments = arguments(&list, &secrets);
    plan.plan["services"][0]["steps"][0]["requests"][0]["body"] =
        json!({"valueFrom": tokens::secret("password")});
    let text = plan.text([&secrets]).unwrap();
    assert!(!text.contains("parameter/p"), "{text}");
    assert!(text.contains("{{secret:password}}") && text.contains("\"secret\": \"sha256:"));
    plan.invocation.set = vec![format!("env=A={ARN}")];
    let refused = plan.text([&secrets]).unwrap_err();
    assert_eq!(refused.code, codes::UNSAVED);
    assert!(!refused.text.contains("parameter/p"), "{refused}");
}

#[test]
fn a_file_that_is_none_says_why() {
    let text = saved().text([]).unwrap();
    assert_eq!(Saved::read(&text, "plan.json").unwrap(), saved());
    let check = |text: &str, code, words: &str| {
        let problem = Saved::read(text, "plan.json").unwrap_err();
        assert_eq!(problem.code, code, "{problem}");
        assert!(
            problem.text.contains(words) && problem.text.contains("\nhint: "),
            "{problem}"
        );
    };
    check("", codes::NO_PLAN, "empty, or cut off");
    check(&text[..text.len() / 2], codes::NO_PLAN, "cut off");
    check("memory = 512", codes::NO_PLAN, "not JSON");
    check("{\"memory\": 512}", codes::NO_PLAN, "`--params plan.json`");
    check("[]", codes::NO_PLAN, "`kind`");
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{text}");
        text.replace(from, to)
    };
    let newer = changed("\"schema_version\": 1", "\"schema_version\": 2");
    check(&newer, codes::NO_PLAN, "it was made by 0.1.0");
    check(
        &changed("\"desiredCount\": 2", "\"desiredCount\": 20"),
        codes::EDITED,
        "digest",
    );
    check(
        &changed("\"digest\": \"sha256:", "\"digest\": \"sha256:0"),
        codes::EDITED,
        "digest",
    );
    check(
        &changed("\"digest\"", "\"dijest\""),
        codes::EDITED,
        "digest",
    );
    // Members in another order say the same.
    let mut value: Value = serde_json::from_str(&text).unwrap();
    let kind = value.as_object_mut().unwrap().shift_remove("kind").unwrap();
    value["kind"] = kind;
    assert!(Saved::read(&value.to_string(), "plan.json").is_ok());
}

#[test]
fn the_command_that_plans_again_can_be_typed() {
    let invocation = Invocation {
        recipes: vec!["recipes/my redis.wasm".into()],
        set: vec!["redis.memory=256".into()],
        secrets: vec!["password".into()],
        params: vec!["p.toml".into()],
        adopt: true,
        flags: Flags {
            cluster: Some("searchapp".into()),
            subnets: vec!["subnet-1".into()],
            local: true,
            ..Flags::default()
        },
        ..Invocation::default()
    };
    expect![
        "host plan 'recipes/my redis.wasm' --set redis.memory=256 --params p.toml --subnet subnet-1 --set password=… --cluster searchapp --adopt --local -o plan.json"
    ]
    .assert_eq(&invocation.command("plan.json"));
}

fn recipe(service: &str, recipe: &str, file: &str) -> Recipe {
    Recipe {
        service: service.into(),
        recipe: recipe.into(),
        digest: "sha256:02".into(),
        file: file.into(),
    }
}

#[test]
fn a_file_that_holds_another_recipe_is_named_with_both() {
    let services = saved().services;
    let found = swapped(
        &services,
        &[recipe("memcached", "memcached@0.2.0", "r.wasm")],
    );
    let [(service, finding)] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (service.as_str(), finding.code),
        ("redis", Some(codes::RECIPE))
    );
    assert_eq!(
        finding.message,
        "`r.wasm` is another recipe: it is `memcached@0.2.0` (sha256:02), and was `redis@0.1.0` (sha256:01)"
    );
    assert_eq!(
        finding.hint.as_deref(),
        Some("put the file of `redis@0.1.0` back, or plan again with `-o`")
    );
    // A new version is the same recipe, also under another name, and so is one that came or went.
    let again = recipe("cache", "redis@0.2.0", "r.wasm");
    assert!(swapped(&services, std::slice::from_ref(&again)).is_empty());
    assert!(swapped(&services, &[]).is_empty());
    let more = recipe("memcached", "memcached@0.2.0", "m.wasm");
    assert!(swapped(&services, &[again, more]).is_empty());
    // Of several, the one of the same service.
    let mut two = services.clone();
    two.push(SavedService {
        name: "db".into(),
        recipe: "mysql@1".into(),
        ..services[0].clone()
    });
    let now = [
        recipe("db", "other@1", "o.wasm"),
        recipe("x", "third@1", "t.wasm"),
    ];
    let found = swapped(&two, &now);
    assert_eq!(found.len(), 1);
    assert!(found[0].0 == "db" && found[0].1.message.contains("`o.wasm` is another recipe"));
}
