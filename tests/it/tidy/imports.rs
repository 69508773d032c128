//! Imports point one way: `main → commands → ops → {component, cloud, registry, author} → host-core`.

use std::collections::BTreeSet;

use super::source::Source;

/// What each part of `host/src` may name of the crate beside itself. What is absent here does not exist.
const MAY_IMPORT: [(&str, &[&str]); 16] = [
    ("lib", &[]),
    (
        "main",
        &[
            "cli",
            "commands",
            "component",
            "settings",
            "shell",
            "failure",
        ],
    ),
    ("cli", &["component"]),
    (
        "settings",
        &["author", "cli", "component", "failure", "files"],
    ),
    ("shell", &["cli", "failure", "settings"]),
    ("failure", &["author", "component"]),
    ("progress", &["failure", "ops", "shell"]),
    (
        "commands",
        &[
            "author",
            "cli",
            "cloud",
            "component",
            "failure",
            "files",
            "network",
            "ops",
            "progress",
            "registry",
            "settings",
            "shell",
        ],
    ),
    (
        "ops",
        &["author", "cloud", "component", "files", "registry"],
    ),
    ("files", &[]),
    ("folder", &[]),
    ("network", &[]),
    ("author", &["files"]),
    ("cloud", &["files", "network"]),
    ("component", &["folder"]),
    ("registry", &["files", "folder", "network"]),
];

/// What commands may take from the door to the cloud: the connection to hand to a use case, and the simulated account
/// to begin and to serve.
const COMMANDS_OF_CLOUD: [&str; 6] = [
    "cloud::aws",
    "cloud::aws::Aws",
    "cloud::aws::Connection",
    "cloud::aws::Trace",
    "cloud::local",
    "cloud::local::Served",
];

/// Words, and the only places below `host/src` that may say them.
const ONLY_IN: [(&str, &[&str]); 24] = [
    ("aws_sdk_ecs", &["cloud/aws"]),
    ("aws_sdk_elasticloadbalancing", &["cloud/aws"]),
    ("aws_config", &["cloud/aws"]),
    ("aws_credential_types", &["cloud/aws"]),
    ("aws_sigv4", &["cloud/aws"]),
    ("aws_smithy_types", &["cloud/aws", "network"]),
    ("aws_types", &["cloud/aws"]),
    ("rustls", &["network"]),
    ("host_simulator", &["cloud/local"]),
    ("wasmtime", &["component"]),
    (
        "wit_component",
        &["author", "component/tests", "component/since_v0_1/tests"],
    ),
    ("println!", &[]),
    ("eprintln!", &[]),
    ("print!", &[]),
    ("eprint!", &[]),
    ("io::stdout", &["shell", "component/compile"]),
    ("io::stderr", &["shell", "component/compile", "commands"]),
    ("io::stdin", &["shell", "component/compile"]),
    ("indicatif", &["shell", "progress"]),
    ("env::var", &["settings"]),
    ("env::var_os", &["settings"]),
    ("env::vars", &["settings"]),
    ("env::vars_os", &["settings"]),
    ("env::current_dir", &["settings"]),
];

/// What the pure part never says.
const IMPURE: [&str; 16] = [
    "tokio",
    "wasmtime",
    "aws_sdk_ecs",
    "aws_config",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::io",
    "std::thread",
    "SystemTime",
    "Instant",
    "fastrand",
    "println!",
    "eprintln!",
    "HashMap",
];

/// The part of `host/src` that a file belongs to: `cloud` of `host/src/cloud/aws.rs`.
fn part(path: &str) -> &str {
    let inside = path
        .strip_prefix("host/src/")
        .expect("it lies in `host/src`");
    inside
        .split(['/', '.'])
        .next()
        .expect("a path has a beginning")
}

/// The paths of the crate that code names: `ops::wait` of `use crate::{ops::wait, cli}`.
fn named(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for prefix in ["crate::", "host::"] {
        for (at, _) in code.match_indices(prefix) {
            let word_before = code[..at]
                .ends_with(|it: char| it.is_alphanumeric() || it == '_' || it == ':' || it == '$');
            if !word_before {
                expand("", &code[at + prefix.len()..], &mut found);
            }
        }
    }
    found
}

/// Takes one path, or a group of them, apart. Gives what stands behind it.
fn expand<'a>(prefix: &str, code: &'a str, found: &mut BTreeSet<String>) -> &'a str {
    let Some(mut rest) = code.strip_prefix('{') else {
        let end = code
            .find(|it: char| !(it.is_alphanumeric() || it == '_'))
            .unwrap_or(code.len());
        let path = if prefix.is_empty() {
            code[..end].to_owned()
        } else {
            format!("{prefix}::{}", &code[..end])
        };
        let rest = &code[end..];
        return match rest.strip_prefix("::") {
            Some(rest)
                if rest.starts_with(|it: char| it.is_alphabetic() || it == '{' || it == '_') =>
            {
                expand(&path, rest, found)
            }
            _ => {
                // `a::{self, b}` names `a`.
                found.insert(path.strip_suffix("::self").unwrap_or(&path).to_owned());
                rest
            }
        };
    };
    loop {
        rest = rest.trim_start();
        if let Some(rest) = rest.strip_prefix('}') {
            return rest;
        }
        let before = rest.len();
        rest = expand(prefix, rest, found).trim_start_matches([',', ' ', '\n']);
        if rest.len() == before {
            return rest;
        }
    }
}

#[test]
fn imports_are_found_in_every_spelling() {
    let check =
        |code: &str, expected: &[&str]| assert_eq!(Vec::from_iter(named(code)), expected, "{code}");
    check(
        "use crate::cli::{OutputArgs, OutputFormat};",
        &["cli::OutputArgs", "cli::OutputFormat"],
    );
    check(
        "use crate::{cli, ops::{wait, apply::Outcome}};\ncrate::shell::warn()",
        &["cli", "ops::apply::Outcome", "ops::wait", "shell::warn"],
    );
    check("pub(crate) fn f() { my_crate::x(); host_core::y() }", &[]);
    check(
        "use host::component::{\n    Recipe,\n    load,\n};",
        &["component::Recipe", "component::load"],
    );
}

#[test]
fn imports_point_one_way() {
    let mut wrong = Vec::new();
    for source in Source::below("host/src") {
        let part = part(&source.path);
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == part) else {
            panic!(
                "`{}` is of no known part of the house: give it a line in `MAY_IMPORT`",
                source.path
            )
        };
        for path in named(&source.code()) {
            let other = path.split("::").next().unwrap_or_default();
            let known = MAY_IMPORT.iter().any(|(name, _)| *name == other);
            if known && other != part && !allowed.contains(&other) {
                wrong.push(format!("{} names `{path}`", source.path));
            }
            let inside = path.starts_with("cloud::") && !COMMANDS_OF_CLOUD.contains(&path.as_str());
            if part == "commands" && inside {
                wrong.push(format!("{} reaches into the cloud: `{path}`", source.path));
            }
        }
        if part != "lib" && part != "main" {
            wrong.extend(ways_out(&source));
        }
    }
    assert!(
        wrong.is_empty(),
        "imports that point the wrong way:\n{}",
        wrong.join("\n")
    );
}

/// The other way out of a part: `super` from its first file, `super::super` from those below.
fn ways_out(source: &Source) -> Vec<String> {
    let depth = source.path.matches('/').count() - 1;
    let up = vec!["super"; depth].join("::") + "::";
    // Tests at the end of a file lie one level deeper, and what they may reach was said above them.
    let tests = source
        .lines
        .iter()
        .position(|(_, line)| line.starts_with("mod tests {"));
    let program = Source {
        path: source.path.clone(),
        lines: source.lines[..tests.unwrap_or(source.lines.len())].to_vec(),
    };
    let found = program.places(&up).into_iter();
    found
        .map(|it| format!("{it} leaves its part by `{up}`"))
        .collect()
}

#[test]
fn each_door_has_its_own_words() {
    let mut wrong = Vec::new();
    for source in Source::below("host/src") {
        let inside = source.path.trim_start_matches("host/src/");
        let is_in = |place: &&&str| {
            inside == format!("{place}.rs") || inside.starts_with(&format!("{place}/"))
        };
        for (word, places) in ONLY_IN {
            if places.iter().find(is_in).is_none() {
                wrong.extend(
                    source
                        .places(word)
                        .into_iter()
                        .map(|it| format!("{it} says `{word}`")),
                );
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "words in the wrong place:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_core_does_nothing_to_the_world() {
    let sources = Source::below("host/core/src");
    let wrong: Vec<String> = sources
        .iter()
        .flat_map(|source| IMPURE.iter().flat_map(|word| source.places(word)))
        .collect();
    assert!(
        wrong.is_empty(),
        "the core is pure, and these are not:\n{}",
        wrong.join("\n")
    );
}

/// What is tested and what it is tested with meet on the wire only, or a mistake in one would hide the same in the other.
#[test]
fn the_simulator_does_not_know_the_host() {
    let sources = Source::below("host/simulator");
    assert!(!sources.is_empty());
    let wrong: Vec<String> = sources
        .iter()
        .flat_map(|source| {
            ["host_core", "host::"]
                .map(|word| source.places(word))
                .concat()
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "the simulator knows the wire only:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn no_recipe_knows_the_host() {
    let sources = Source::below("recipes");
    let wrong: Vec<String> = sources
        .iter()
        .flat_map(|source| {
            ["host_core", "wasmtime", "std::net"]
                .map(|word| source.places(word))
                .concat()
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "recipes know the contract only:\n{}",
        wrong.join("\n")
    );
}
