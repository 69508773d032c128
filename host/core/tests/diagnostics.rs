//! The codes: the page of all is the catalogue, and each is given by something.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn the_page_is_made_from_the_catalogue() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../DIAGNOSTICS.md");
    let page = host_core::codes::page();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "`host/DIAGNOSTICS.md` is out of date; hint: BLESS=1 cargo test --release -p host-core --test diagnostics"
    );
}

/// A code that nothing gives would be a promise without a keeper; one without its entry explains nothing.
#[test]
fn every_code_is_told_of_and_given() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    read_below(&source.join("core/src"), &mut files);
    read_below(&source.join("src"), &mut files);
    let (tables, program): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|(path, _)| path.contains("/core/src/codes/"));
    assert_eq!(tables.len(), 8, "the tables of codes have moved");
    for (path, table) in &tables {
        let defined = between(table, "pub const ", ": Code");
        let listed = between(table, "code: ", ",\n");
        assert_eq!(defined, listed, "{path}");
        for name in defined {
            let is_given = program.iter().any(|(_, text)| {
                text.split(|it: char| !it.is_alphanumeric() && it != '_')
                    .any(|word| word == name)
            });
            assert!(is_given, "{path}: nothing gives `{name}`");
        }
    }
}

fn read_below(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_below(&path, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            files.push((path.display().to_string(), text));
        }
    }
}

/// What stands between the two words on a line that begins with the first.
fn between(text: &str, before: &str, after: &str) -> BTreeSet<String> {
    let lines = text.lines().map(|it| format!("{}\n", it.trim_start()));
    lines
        .filter_map(|line| Some(line.strip_prefix(before)?.split_once(after)?.0.to_owned()))
        .collect()
}
