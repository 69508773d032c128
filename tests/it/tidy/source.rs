//! Rust files as lines of code: comments and what stands in texts are gone.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::root;

/// A file of this repository.
pub(super) struct Source {
    /// From the root of the repository, with `/`.
    pub(super) path: String,
    /// Line numbers from 1, and the code of the lines that have some.
    pub(super) lines: Vec<(usize, String)>,
}

impl Source {
    /// Every Rust file below a folder.
    pub(super) fn below(folder: &str) -> Vec<Self> {
        let mut found = Vec::new();
        collect(&root().join(folder), &mut found);
        assert!(!found.is_empty(), "there is no Rust below `{folder}`");
        found.sort();
        found.iter().map(|it| Self::read(it)).collect()
    }

    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a source file is UTF-8");
        let relative = path
            .strip_prefix(root())
            .expect("it lies in the repository");
        let code = strip(&text);
        let lines = code
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty());
        Self {
            path: relative.to_str().expect("a path is UTF-8").to_owned(),
            lines: lines
                .map(|(index, line)| (index + 1, line.to_owned()))
                .collect(),
        }
    }

    /// The places that say a word, as `path:line`.
    pub(super) fn places(&self, word: &str) -> Vec<String> {
        let says = |line: &str| {
            line.match_indices(word)
                .any(|(at, _)| is_word(line, at, word))
        };
        let found = self.lines.iter().filter(|(_, line)| says(line));
        found
            .map(|(number, _)| format!("{}:{number}", self.path))
            .collect()
    }

    /// The code in one piece, for what goes over several lines.
    pub(super) fn code(&self) -> String {
        self.lines
            .iter()
            .map(|(_, line)| line.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Whether the word is not part of a longer one. Words that end in a sign, such as `::`, end themselves.
fn is_word(line: &str, at: usize, word: &str) -> bool {
    let part = |it: char| it.is_alphanumeric() || it == '_';
    let before = line[..at].chars().next_back().is_some_and(part);
    let after = word.ends_with(part) && line[at + word.len()..].chars().next().is_some_and(part);
    !before && !after
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in
        fs::read_dir(folder).unwrap_or_else(|error| panic!("`{}`: {error}", folder.display()))
    {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

/// The code with comments and the insides of texts replaced by nothing; line breaks stay.
fn strip(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let skipped = comment(rest).or_else(|| literal(rest, &code));
        if let Some(length) = skipped {
            code.extend(rest[..length].chars().filter(|it| *it == '\n'));
            rest = &rest[length..];
        } else {
            code.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    code
}

/// The length of the comment that the text begins with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    text.starts_with("/*")
        .then(|| text.find("*/").map_or(text.len(), |end| end + 2))
}

/// The length of the text or character in quotes that the code goes on with.
fn literal(text: &str, before: &str) -> Option<usize> {
    let raw = text
        .strip_prefix('r')
        .filter(|_| !before.ends_with(|it: char| it.is_alphanumeric() || it == '_'));
    if let Some(raw) = raw {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let start = 1 + hashes + 1;
            return Some(
                text[start..]
                    .find(&end)
                    .map_or(text.len(), |at| start + at + end.len()),
            );
        }
    }
    if text.starts_with('"') {
        return Some(end_of_text(text));
    }
    // A lifetime has no second quote.
    let quoted = text.strip_prefix('\'')?;
    if let Some(escaped) = quoted.strip_prefix('\\') {
        // What is escaped may be the quote itself.
        let end = escaped[1..].find('\'')?;
        return Some("'\\x".len() + end + 1);
    }
    let character = quoted.chars().next()?;
    quoted[character.len_utf8()..]
        .starts_with('\'')
        .then(|| character.len_utf8() + 2)
}

fn end_of_text(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[test]
fn comments_and_texts_are_no_code() {
    for (text, code) in [
        ("a // b\nc", "a \nc"),
        ("a /* b\n */ c", "a \n c"),
        (r#"say("a \" // b") + c"#, "say() + c"),
        (r##"r#"a "b" c"# + d"##, " + d"),
        ("for'x'r", "forr"),
        (r"('\'', '\\', '\n', b'x')", "(, , , b)"),
        (
            "fn f<'a>(it: &'a str) -> &'a str",
            "fn f<'a>(it: &'a str) -> &'a str",
        ),
        ("\"über\n\" x", "\n x"),
    ] {
        assert_eq!(strip(text), code, "{text}");
    }
}

#[test]
fn words_are_whole() {
    let source = Source {
        path: "a.rs".to_owned(),
        lines: vec![(7, "my_println!(wasmtime_x, tokio::time)".to_owned())],
    };
    assert_eq!(source.places("println!"), [""; 0]);
    assert_eq!(source.places("wasmtime"), [""; 0]);
    assert_eq!(source.places("tokio"), ["a.rs:7"]);
    assert_eq!(source.places("tokio::"), ["a.rs:7"]);
}
