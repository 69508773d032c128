//! Golden commands: `tests/cli/*.toml`, each a list of runs with what they print.
//!
//! `BLESS=1` writes down what they print now; read the difference before you keep it.

use std::fs;
use std::path::PathBuf;

use crate::harness::{Run, Sandbox, root};

mod golden;

use golden::{Golden, Invocation};

/// Runs every command of a file in one sandbox, in order.
fn check(name: &str) {
    let path = root().join(format!("tests/cli/{name}.toml"));
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()));
    let golden =
        Golden::parse(&text).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()));
    let sandbox = Sandbox::new();
    if name == "policy" {
        crate::policy::link(&sandbox);
    }
    let mut seen = golden.clone();
    for run in &mut seen.run {
        *run = repeat(&sandbox, run);
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, seen.to_string()).expect("the golden file can be written to");
        return;
    }
    for (expected, seen) in golden.run.iter().zip(&seen.run) {
        compare(name, expected, seen);
    }
}

/// The run as it is now.
fn repeat(sandbox: &Sandbox, run: &Invocation) -> Invocation {
    if run.fresh {
        sandbox.forget_account();
    }
    for (path, text) in &run.files {
        sandbox.write(path, text);
    }
    let arguments: Vec<&str> = run.args.iter().map(String::as_str).collect();
    let done = sandbox
        .start_in(
            run.folder.as_deref().unwrap_or_default(),
            &run.env,
            &arguments,
        )
        .finish();
    let clean = |text: &str| sandbox.filter(text);
    Invocation {
        status: done.status,
        stdout: clean(&if run.pick.is_empty() {
            done.stdout
        } else {
            picked(&done, &run.pick)
        }),
        stderr: clean(&done.stderr),
        shows: run
            .shows
            .keys()
            .map(|path| (path.clone(), clean(&sandbox.read(path))))
            .collect(),
        ..run.clone()
    }
}

/// A line for each part of the document on stdout that is asked for.
fn picked(run: &Run, pointers: &[String]) -> String {
    let document = run.json();
    let line = |pointer: &String| {
        let found = document
            .pointer(pointer)
            .map_or_else(|| "(absent)".to_owned(), ToString::to_string);
        format!("{pointer} = {found}\n")
    };
    pointers.iter().map(line).collect()
}

#[track_caller]
fn compare(name: &str, expected: &Invocation, seen: &Invocation) {
    let line = format!("tests/cli/{name}.toml: host {}", expected.args.join(" "));
    let hint = "if that is right: BLESS=1 cargo test --release -p host --test it cli";
    let outcome = format!(
        "status {}\nstdout\n{}\nstderr\n{}",
        seen.status, seen.stdout, seen.stderr
    );
    assert_eq!(seen.status, expected.status, "{line}\n{outcome}\n{hint}");
    for (what, expected, seen) in [
        ("stdout", &expected.stdout, &seen.stdout),
        ("stderr", &expected.stderr, &seen.stderr),
    ] {
        assert!(
            seen == expected,
            "{line}\n{what} differs (- written down, + now)\n{}\n{hint}",
            difference(expected, seen)
        );
    }
    for (path, expected) in &expected.shows {
        let seen = &seen.shows[path];
        assert!(
            seen == expected,
            "{line}\n`{path}` differs\n{}\n{hint}",
            difference(expected, seen)
        );
    }
}

/// The lines that differ, from the first to the last.
fn difference(expected: &str, seen: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), seen.lines().collect());
    let same = old
        .iter()
        .zip(&new)
        .take_while(|(one, other)| one == other)
        .count();
    let rest = old.len().min(new.len()) - same;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(|(one, other)| one == other)
        .count();
    let marked = |sign: char, lines: &[&str]| {
        let marked: Vec<String> = lines
            .iter()
            .map(|line| format!("{sign} {line}\n"))
            .collect();
        marked.concat()
    };
    format!(
        "line {}:\n{}{}",
        same + 1,
        marked('-', &old[same..old.len() - tail]),
        marked('+', &new[same..new.len() - tail])
    )
}

/// One test for each file, so that they run side by side and fail by name.
macro_rules! files {
    ($($test:ident)*) => {
        $(#[test]
        fn $test() {
            check(&stringify!($test).replace('_', "-"));
        })*

        #[test]
        fn every_file_has_a_test() {
            let mut expected: Vec<String> = [$(stringify!($test)),*].map(|it| format!("{}.toml", it.replace('_', "-"))).into();
            let folder = fs::read_dir(root().join("tests/cli")).expect("the folder of golden commands is there");
            let mut found: Vec<PathBuf> = folder.map(|it| PathBuf::from(it.unwrap().file_name())).collect();
            found.sort();
            expected.sort();
            assert_eq!(found, expected.iter().map(PathBuf::from).collect::<Vec<_>>());
        }
    };
}

files! {
    explained_balancer
    explained_placement
    explained_rollout
    explained_tasks
    findings
    help
    host_toml
    iam
    inspect
    local
    missing
    no_aws
    params
    policy
    render
    saved_plan
    turning_back
    turning_back_balancer
    usage
    wrong_files
}

/// What completes for a shell says every verb and flag, so it is looked at and not written down.
#[test]
fn completions_are_scripts() {
    let sandbox = Sandbox::new();
    for (shell, sign) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef host"),
        ("fish", "complete -c host"),
    ] {
        let run = sandbox.host(&["completions", shell]).ends_with(0);
        assert!(
            run.stdout.contains(sign) && run.stdout.contains("detailed-exitcode"),
            "{run}"
        );
        assert_eq!(run.stderr, "");
    }
}

/// A reader that goes away early is no error, and no escape sequence is ever written to a pipe.
#[test]
fn pipes_get_plain_text() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["inspect", "recipes/redis.wasm"][..],
        &["run", "recipes/none.wasm"],
        &["--help"],
        &["flie"],
    ] {
        let run = sandbox.host(arguments);
        assert!(!run.everything().contains('\u{1b}'), "{run}");
    }
}

/// Help is there for every verb, and shows an example where the verb has something to show.
#[test]
fn every_verb_has_help() {
    let sandbox = Sandbox::new();
    let all = sandbox.host(&["--help"]).ends_with(0).stdout;
    let (_, verbs) = all.split_once("Commands:\n").expect("help lists the verbs");
    let (verbs, _) = verbs
        .split_once("\n\n")
        .expect("something follows the verbs");
    let verbs: Vec<&str> = verbs
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(verbs.len() >= 11, "{verbs:?}");
    for verb in verbs.into_iter().filter(|it| *it != "help") {
        let long = sandbox.host(&[verb, "--help"]).ends_with(0);
        let short = sandbox.host(&["help", verb]).ends_with(0);
        assert_eq!(long.stdout, short.stdout);
        assert!(long.stdout.contains("Usage: host"), "{long}");
        assert!(
            long.stdout.lines().all(|line| line.chars().count() <= 120),
            "a line is too long: {long}"
        );
        assert_eq!(long.stderr, "");
    }
}
