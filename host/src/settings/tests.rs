use std::fs;
use std::path::Path;

use clap::Parser as _;
use host_core::params::Given;
use serde_json::json;

use super::*;
use crate::cli::{Cli, Command, SandboxArgs};
use crate::failure::Failure;

const STACK: &str = r#"
[target]
cluster = "from-file"
region = "eu-west-1"
subnets = ["subnet-file"]
stack = "shop"

[services.cache]
recipe = "recipes/redis.wasm"
[services.cache.parameters]
memory = 512
"#;

fn file() -> StackFile {
    StackFile::parse(STACK, Path::new("deploy/host.toml")).unwrap()
}

fn message(error: &anyhow::Error) -> String {
    let failure = Failure::read(error);
    format!("{} | {}", failure.message, failure.hints.join(" | "))
}

// ------------------------------------------------------------------- target

#[test]
fn flags_go_before_the_file_and_the_file_before_aws() {
    let environment = Environment::of(
        &[
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-2"),
        ],
        Path::new("/"),
    );
    let flags = TargetArgs {
        cluster: Some("from-flag".into()),
        subnets: vec!["subnet-flag".into()],
        ..TargetArgs::default()
    };
    let target = Target::resolve(&flags, Some(&file()), &environment);
    assert_eq!(target.cluster.as_deref(), Some("from-flag"));
    assert_eq!(target.subnets, ["subnet-flag"]);
    assert_eq!(target.region.as_deref(), Some("eu-west-1"));
    assert_eq!(target.stack.as_deref(), Some("shop"));
    let target = Target::resolve(&TargetArgs::default(), None, &environment);
    assert_eq!(target.region.as_deref(), Some("us-east-1"));
    assert_eq!((target.cluster, target.stack), (None, None));
}

#[test]
fn what_is_named_twice_counts_once() {
    let environment = Environment::of(&[], Path::new("/"));
    let named = || ["b", "a", "b"].map(str::to_owned).to_vec();
    let flags = TargetArgs {
        subnets: named(),
        ..TargetArgs::default()
    };
    let mut file = file();
    file.target.security_groups = named();
    let target = Target::resolve(&flags, Some(&file), &environment);
    assert_eq!(
        (target.subnets, target.security_groups),
        (vec!["b".into(), "a".into()], vec!["b".into(), "a".into()])
    );
}

#[test]
fn a_simulated_account_has_clusters_by_name() {
    let environment = Environment::of(&[], Path::new("/"));
    let arn = "arn:aws:ecs:us-east-1:222222222222:cluster/prod";
    let cluster = |local| {
        let flags = TargetArgs {
            cluster: Some(arn.into()),
            local,
            ..TargetArgs::default()
        };
        let target = Target::resolve(&flags, None, &environment);
        assert_eq!(target.offline().cluster, "prod");
        target.cluster
    };
    assert_eq!(cluster(true).as_deref(), Some("prod"));
    assert_eq!(cluster(false).as_deref(), Some(arn));
}

#[test]
fn an_empty_variable_says_nothing() {
    let flags = TargetArgs {
        cluster: Some(String::new()),
        subnets: vec![String::new()],
        ..TargetArgs::default()
    };
    let environment = Environment::of(
        &[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "us-east-2")],
        Path::new("/"),
    );
    let target = Target::resolve(&flags, Some(&file()), &environment);
    assert_eq!(target.cluster.as_deref(), Some("from-file"));
    assert_eq!(target.subnets, ["subnet-file"]);
    assert_eq!(
        Target::resolve(&flags, None, &environment)
            .region
            .as_deref(),
        Some("us-east-2")
    );
}

// --------------------------------------------------------------- stack file

#[test]
fn the_nearest_stack_file_counts() {
    let root = std::env::temp_dir().join(format!("host-settings-{}", std::process::id()));
    let deep = root.join("a/b");
    fs::create_dir_all(&deep).unwrap();
    fs::write(root.join("host.toml"), STACK).unwrap();
    assert_eq!(
        StackFile::nearest(&deep).unwrap().unwrap().path,
        root.join("host.toml")
    );
    fs::write(root.join("a/host.toml"), "[target]\ncluster = \"nearer\"\n").unwrap();
    let nearest = StackFile::nearest(&deep).unwrap().unwrap();
    assert_eq!(nearest.target.cluster.as_deref(), Some("nearer"));
    fs::remove_dir_all(&root).unwrap();
}

#[test]
fn keys_that_nobody_reads_are_named() {
    let parse = |text: &str| StackFile::parse(text, Path::new("host.toml"));
    parse("[services.a]\nrecipe = \"a.wasm\"\n[services.a.parameters]\nfree = 1\n").unwrap();
    for (text, key, hint) in [
        ("cluster = \"x\"\n", "cluster", "write it under `[target]`"),
        ("[limit]\n", "limit", "did you mean `limits`?"),
        ("[service.a]\n", "service", "did you mean `services`?"),
        (
            "[future]\nkey = 1\n",
            "future",
            "a stack file takes `limits`",
        ),
        (
            "[sandbox]\nmemori = 1\n",
            "sandbox.memori",
            "did you mean `memories`, `memory`?",
        ),
        (
            "[target]\nclster = \"x\"\n",
            "target.clster",
            "did you mean `cluster`?",
        ),
        (
            "[services.a]\nrecipe = \"a.wasm\"\nparameter = 1\n",
            "services.a.parameter",
            "did you mean `parameters`?",
        ),
        (
            "[target]\nzone = \"x\"\n",
            "target.zone",
            "`[target]` takes `account`",
        ),
    ] {
        let failure = Failure::read(&parse(text).unwrap_err());
        assert_eq!(
            failure.message,
            format!("`host.toml` sets `{key}`, which there is not")
        );
        assert!(failure.hints[0].starts_with(hint), "{:?}", failure.hints);
    }
}

#[test]
fn a_target_names_what_it_names() {
    let parse = |line: &str| {
        StackFile::parse(
            &format!("[target]\n{line}\n"),
            Path::new("deploy/host.toml"),
        )
    };
    for (line, expect) in [
        ("cluster = ''", "`target.cluster` is empty"),
        ("stack = ' '", "`target.stack` is empty"),
        (
            "subnets = ['subnet-1', '']",
            "`target.subnets` has an empty text in its list",
        ),
        (
            "security-groups = ['']",
            "`target.security-groups` has an empty text in its list",
        ),
        ("account = ''", "`target.account` is empty"),
        (
            "account = '1234'",
            "`target.account` is `1234`, and an account id has 12 digits",
        ),
        (
            "account = '1234-5678-9012'",
            "`target.account` is `1234-5678-9012`, and an account id has 12 digits",
        ),
    ] {
        let failure = Failure::read(&parse(line).unwrap_err());
        assert_eq!(failure.message, format!("`deploy/host.toml`: {expect}"));
        assert!(!failure.hints.is_empty());
    }
    for line in ["account = '123456789012'", "subnets = []", ""] {
        assert!(parse(line).is_ok(), "{line}");
    }
}

#[test]
fn what_is_no_toml_has_its_line() {
    let error = StackFile::parse("[target]\n\ncluster =\n", Path::new("host.toml")).unwrap_err();
    assert!(
        message(&error).starts_with("`host.toml`, line 3: "),
        "{}",
        message(&error)
    );
}

/// A variable that nobody reads would go unheard, and a limit with it.
#[test]
fn a_variable_of_a_limit_that_there_is_not_is_told() {
    let options = |name: &str, value: &str| {
        let environment = Environment::of(&[(name, value)], Path::new("/"));
        load_options(&SandboxArgs::default(), None, &environment)
    };
    assert!(options("RECIPE_HOST_LIMIT_MEMORY", "64MiB").is_ok());
    assert!(options("RECIPE_HOST_LIMIT_MEMROY", "").is_ok());
    let failure = Failure::read(&options("RECIPE_HOST_LIMIT_MEMROY", "64MiB").unwrap_err());
    assert_eq!(
        failure.message,
        "the variable `RECIPE_HOST_LIMIT_MEMROY` sets a limit that there is not"
    );
    assert_eq!(
        failure.hints,
        ["did you mean `RECIPE_HOST_LIMIT_MEMORY`?".to_owned()]
    );
}

#[test]
fn a_variable_of_host_that_there_is_not_is_known_by_its_name() {
    let variables = [
        ("RECIPE_HOST_CLUSTER", "a"),
        ("RECIPE_HOST_SET", "memory=64"),
        ("RECIPE_HOST_LIMIT_NONE", "1"),
        ("RECIPE_HOST_CLUTSER", "a"),
        ("RECIPE_HOST_EMPTY", ""),
        ("HOST_OTHER", "1"),
    ];
    let environment = Environment::of(&variables, Path::new("/"));
    let (name, hint) = unknown_variables(&environment).remove(0);
    assert_eq!(unknown_variables(&environment).len(), 1);
    assert_eq!(name, "RECIPE_HOST_CLUTSER");
    assert_eq!(hint.as_deref(), Some("did you mean `RECIPE_HOST_CLUSTER`?"));
}

// ------------------------------------------------------------------ recipes

fn names(chosen: &[Chosen]) -> Vec<(Option<&str>, &Path)> {
    chosen
        .iter()
        .map(|it| (it.name.as_deref(), it.path.as_path()))
        .collect()
}

fn chosen(arguments: &[&str], file: Option<&StackFile>) -> Result<Vec<Chosen>> {
    let arguments: Vec<String> = arguments.iter().map(|it| (*it).to_owned()).collect();
    choose(&arguments, file)
}

#[test]
fn an_argument_is_what_its_form_says() {
    let file = file();
    let found = chosen(
        &["redis.wasm", "recipes/redis", "cache", "redis.wasm"],
        Some(&file),
    )
    .unwrap();
    assert_eq!(
        names(&found),
        [
            (None, Path::new("redis.wasm")),
            (None, Path::new("recipes/redis")),
            (Some("cache"), Path::new("deploy/recipes/redis.wasm")),
        ]
    );
    assert_eq!(found[2].parameters["memory"], Given::Typed(json!(512)));
    for stack in [&["deploy/host.toml"][..], &[]] {
        assert_eq!(
            names(&chosen(stack, Some(&file)).unwrap()),
            [(Some("cache"), Path::new("deploy/recipes/redis.wasm"))]
        );
    }
}

#[test]
fn what_cannot_be_run_says_what_can() {
    let wrong =
        |argument: &str, file: Option<&StackFile>| message(&chosen(&[argument], file).unwrap_err());
    assert!(wrong("redis", None).contains("`recipes/redis.wasm`"));
    assert!(
        wrong("redis", Some(&file())).contains("the services of `deploy/host.toml` are `cache`")
    );
    assert!(wrong("oci://ghcr.io", None).contains("it names no repository"));
    assert!(wrong("plans/a.json", None).contains("is a saved plan, and no recipe"));
    assert!(wrong("/", None).contains("is a folder"));
    let error = chosen(&[], None).unwrap_err();
    assert_eq!(
        Failure::read(&error).status,
        crate::failure::ExitStatus::Usage
    );
}

#[test]
fn a_call_has_one_stack_file() {
    let arguments = ["a.toml", "b.toml"].map(str::to_owned);
    assert!(
        message(&stack_file(&arguments, Path::new("/")).unwrap_err())
            .contains("a call has one target")
    );
}

#[test]
fn names_of_services_become_names_of_objects() {
    let file = StackFile::parse(
        "[services.My_Cache]\nrecipe = \"redis.wasm\"\n",
        Path::new("host.toml"),
    )
    .unwrap();
    assert!(message(&chosen(&[], Some(&file)).unwrap_err()).contains("`My_Cache` is not allowed"));
}

// ------------------------------------------------------------------- limits

fn limits(flags: &[&str], file: &str, variables: &[(&str, &str)]) -> Result<Limits, String> {
    let mut line = vec!["host", "inspect", "x.wasm"];
    line.extend(flags.iter().flat_map(|it| ["--sandbox", it]));
    let cli = Cli::try_parse_from(line).map_err(|error| error.to_string())?;
    let Command::Inspect(arguments) = cli.command else {
        panic!("{cli:?}")
    };
    let file = StackFile::parse(file, Path::new("host.toml")).map_err(|it| message(&it))?;
    let environment = Environment::of(variables, Path::new("/"));
    load_options(&arguments.sandbox, Some(&file), &environment)
        .map(|it| it.limits)
        .map_err(|it| message(&it))
}

#[test]
fn limits_come_from_flags_before_variables_before_the_stack_file() {
    let file = "[sandbox]\nmemory = 100663296\ntime = \"9s\"\nstack = \"1MiB\"";
    let variables = [
        ("RECIPE_HOST_LIMIT_TIME", "8s"),
        ("RECIPE_HOST_LIMIT_STACK", "2MiB"),
    ];
    let all = limits(&["stack=3MiB"], file, &variables).unwrap();
    assert_eq!(all.get(Limit::Memory), 96 << 20);
    assert_eq!(all.get(Limit::Time), 8_000);
    assert_eq!(all.get(Limit::Stack), 3 << 20);
    assert_eq!(all.get(Limit::Fuel), Limits::default().get(Limit::Fuel));
}

#[test]
fn a_limit_that_is_none_is_told_with_its_place() {
    for (flags, file, variables, told) in [
        (
            &["memory=96 MB"][..],
            "",
            &[][..],
            "`memory` is `96 MB`, and a number of bytes is expected",
        ),
        (
            &["memry=1"],
            "",
            &[],
            "there is no limit `memry`; there are `size`",
        ),
        (&["memory"], "", &[], "`LIMIT=VALUE` is expected"),
        (
            &[],
            "[sandbox]\nmemory = -1",
            &[],
            "`sandbox.memory` is `-1`, and a number of bytes is expected",
        ),
        (
            &[],
            "[sandbox]\nmemory = true",
            &[],
            "`sandbox.memory` is `true`",
        ),
        (
            &[],
            "[sandbox]\nmemry = 1",
            &[],
            "sets `sandbox.memry`, which there is not",
        ),
        (
            &[],
            "",
            &[("RECIPE_HOST_LIMIT_FUEL", "1 GiB")],
            "the variable `RECIPE_HOST_LIMIT_FUEL` is `1 GiB`",
        ),
    ] {
        let error = limits(flags, file, variables).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn the_cache_is_where_caches_are() {
    let folder =
        |variables: &[(&str, &str)]| cache_folder(&Environment::of(variables, Path::new("/")));
    assert_eq!(
        folder(&[("HOME", "/home/me")]).as_deref(),
        Some(Path::new("/home/me/.cache/host"))
    );
    assert_eq!(
        folder(&[("HOME", "/home/me"), ("XDG_CACHE_HOME", "relative")]).as_deref(),
        Some(Path::new("/home/me/.cache/host"))
    );
    assert_eq!(folder(&[]), None);
}

// ------------------------------------------------------------------- grants

#[test]
fn grants_are_for_the_recipe_that_the_service_names() {
    let text =
        "[services.cache]\nrecipe = 'redis.wasm'\ngrants = ['exec']\n[limits]\nload-balancers = 3";
    let file = StackFile::parse(text, Path::new("host.toml")).unwrap();
    let entries = |path: &str| file.entries(Path::new(path));
    assert_eq!(entries("redis.wasm")["cache"].grants, ["exec"]);
    assert!(entries("recipes/redis.wasm").is_empty());
    let limits = file.stack_limits();
    assert_eq!((limits.load_balancers, limits.digest_only), (3, false));
    let chosen = choose(&["redis.wasm".to_owned()], Some(&file))
        .unwrap()
        .remove(0);
    assert!(chosen.name.is_none() && chosen.entries.contains_key("cache"));
}

/// A stack file names recipes from its own folder, wherever the command is run.
#[test]
fn a_recipe_is_named_as_the_stack_file_would() {
    let file = |path: &str| StackFile {
        path: path.into(),
        ..StackFile::default()
    };
    for (at, recipe, named) in [
        ("host.toml", "redis.wasm", "redis.wasm"),
        ("host.toml", "./src/redis.wasm", "src/redis.wasm"),
        ("src/host.toml", "redis.wasm", "../redis.wasm"),
        ("src/host.toml", "src/ops/redis.wasm", "ops/redis.wasm"),
        ("src/host.toml", "/srv/redis.wasm", "/srv/redis.wasm"),
    ] {
        assert_eq!(
            file(at).naming(Path::new(recipe)),
            Path::new(named),
            "{at} {recipe}"
        );
    }
    let chosen = |arguments: &str, file: Option<&StackFile>| {
        choose(&[arguments.to_owned()], file).unwrap().remove(0)
    };
    let alone = chosen("./redis.wasm", None);
    assert_eq!(
        (alone.file.as_str(), alone.recipe.as_str()),
        ("host.toml", "./redis.wasm")
    );
    let beside = chosen("./redis.wasm", Some(&file("src/prod.toml")));
    assert_eq!(
        (beside.file.as_str(), beside.recipe.as_str()),
        ("src/prod.toml", "../redis.wasm")
    );
}

#[test]
fn grants_name_the_digest_of_a_recipe_or_none() {
    let parse = |digest: &str| {
        let text = format!("[services.cache]\nrecipe = 'redis.wasm'\ngranted-to = '{digest}'");
        StackFile::parse(&text, Path::new("host.toml"))
    };
    assert!(parse(&format!("sha256:{}", "0a".repeat(32))).is_ok());
    for digest in [
        "latest",
        &format!("sha256:{}", "0A".repeat(32)),
        &"0a".repeat(32),
    ] {
        assert!(
            message(&parse(digest).unwrap_err()).contains("`services.cache.granted-to`"),
            "{digest}"
        );
    }
}
