//! What lies where.

use std::fs;
use std::process::Command;

use super::source::Source;
use crate::harness::root;

/// A file of more lines is two files.
const LINES: usize = 500;

/// Files that may be longer, each with the reason.
const LONGER: [(&str, &str); 4] = [
    (
        "host/core/src/spec.rs",
        "the mirror of the contract, in one piece as the contract is",
    ),
    (
        "host/DIAGNOSTICS.md",
        "made from the catalogue of codes, in one page",
    ),
    ("wit/v0.1/recipe.wit", "the contract, in one piece"),
    (
        "tests/authors/typescript/package-lock.json",
        "written by npm",
    ),
];

/// Whoever writes these words is not done.
const UNDONE: [&str; 4] = ["todo!", "unimplemented!", "#[ignore", "dbg!"];

/// The files that git knows, and those that it would take.
fn files() -> Vec<String> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git is there: install it with your system's package manager");
    assert!(
        output.status.success(),
        "`git ls-files` failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let list = String::from_utf8(output.stdout).expect("paths are UTF-8");
    list.lines()
        .filter(|it| root().join(it).is_file())
        .map(str::to_owned)
        .collect()
}

#[test]
fn files_are_short() {
    let mut wrong = Vec::new();
    // Golden commands are written by the tests, and are as long as what they show.
    let golden = |path: &str| path.starts_with("tests/cli/");
    let ours = |path: &String| {
        !golden(path)
            && [".rs", ".py", ".ts", ".c", ".h", ".wit", ".md", ".toml"]
                .iter()
                .any(|it| path.ends_with(it))
    };
    for path in files()
        .into_iter()
        .filter(ours)
        .filter(|path| !LONGER.iter().any(|(it, _)| it == path))
    {
        let text = fs::read_to_string(root().join(&path)).expect("a source file is UTF-8");
        let lines = text.lines().count();
        if lines > LINES {
            wrong.push(format!("{path}: {lines} lines"));
        }
    }
    assert!(
        wrong.is_empty(),
        "longer than {LINES} lines:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn exceptions_are_still_needed() {
    for (path, reason) in LONGER {
        let text = fs::read_to_string(root().join(path))
            .unwrap_or_else(|error| panic!("`{path}` ({reason}): {error}"));
        assert!(
            text.lines().count() > LINES,
            "`{path}` ({reason}) is short by now: take it off the list"
        );
    }
}

#[test]
fn nothing_that_is_built_is_kept() {
    let endings = [".wasm", ".cwasm", ".pyc", ".o", ".so"];
    let built: Vec<String> = files()
        .into_iter()
        .filter(|path| endings.iter().any(|it| path.ends_with(it)))
        .collect();
    assert!(
        built.is_empty(),
        "these are built and never kept: {}",
        built.join(", ")
    );
}

#[test]
fn modules_have_no_mod_file() {
    let wrong: Vec<String> = files()
        .into_iter()
        .filter(|path| path.ends_with("/mod.rs"))
        .collect();
    assert!(
        wrong.is_empty(),
        "`x/mod.rs` is `x.rs` here: {}",
        wrong.join(", ")
    );
}

#[test]
fn nothing_is_left_undone() {
    let sources = ["host/src", "host/core", "recipes", "tests/it"].map(Source::below);
    let sources = sources.iter().flatten();
    let wrong: Vec<String> = sources
        .flat_map(|source| UNDONE.iter().flat_map(|word| source.places(word)))
        .collect();
    assert!(
        wrong.is_empty(),
        "not done, or skipped:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_map_names_what_there_is() {
    let map = fs::read_to_string(root().join("host/ARCHITECTURE.md")).expect("there is a map");
    let (_, table) = map
        .split_once("## Code map")
        .expect("the map has its table");
    let (table, _) = table
        .split_once("\n## ")
        .expect("something follows the table");
    let cells = table
        .lines()
        .filter(|it| it.starts_with("| `"))
        .map(|row| row.split('|').nth(1).unwrap_or_default());
    let paths: Vec<String> = cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .flat_map(alternatives)
        .collect();
    assert!(paths.len() > 15, "the table was not read: {paths:?}");
    // A name without a folder lies where the one before it lies.
    let mut folder = String::new();
    let mut missing = Vec::new();
    for path in paths {
        let whole = if path.contains('/') {
            path.clone()
        } else {
            format!("{folder}{path}")
        };
        folder = whole
            .rsplit_once('/')
            .map(|(folder, _)| format!("{folder}/"))
            .unwrap_or_default();
        if !root().join(&whole).exists() {
            missing.push(whole);
        }
    }
    assert!(
        missing.is_empty(),
        "host/ARCHITECTURE.md names what is not there: {}",
        missing.join(", ")
    );
}

/// `a/{b,c}.rs` as `a/b.rs` and `a/c.rs`.
fn alternatives(path: &str) -> Vec<String> {
    let parts = path.split_once('{').and_then(|(before, rest)| {
        rest.split_once('}')
            .map(|(inside, after)| (before, inside, after))
    });
    match parts {
        None => vec![path.to_owned()],
        Some((before, inside, after)) => inside
            .split(',')
            .map(|it| format!("{before}{it}{after}"))
            .collect(),
    }
}

#[test]
fn alternatives_are_paths_of_their_own() {
    assert_eq!(alternatives("a/{b,c}.rs"), ["a/b.rs", "a/c.rs"]);
    assert_eq!(alternatives("wit/"), ["wit/"]);
}
