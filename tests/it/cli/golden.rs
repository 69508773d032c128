//! The form of a golden file.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

/// What stands in one file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Golden {
    /// What these runs show.
    pub(super) about: String,
    pub(super) run: Vec<Invocation>,
}

/// One run, and what came of it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Invocation {
    /// Why it is here, where that is not plain.
    pub(super) about: Option<String>,
    pub(super) args: Vec<String>,
    /// Variables beside those of the sandbox.
    pub(super) env: BTreeMap<String, String>,
    /// Where it runs, from the sandbox's own folder.
    pub(super) folder: Option<String>,
    /// In a new account: the simulated one is forgotten before it.
    pub(super) fresh: bool,
    /// Files to write before it.
    pub(super) files: BTreeMap<String, String>,
    /// JSON pointers: only these parts of stdout are written down.
    pub(super) pick: Vec<String>,
    pub(super) status: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// Files that it has to have written.
    pub(super) shows: BTreeMap<String, String>,
}

impl Golden {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let golden: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if golden.run.is_empty() {
            Err("there is no run".to_owned())
        } else {
            Ok(golden)
        }
    }
}

/// As it is written down: always the same for the same runs.
impl fmt::Display for Golden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "about = {}", string(&self.about))?;
        self.run
            .iter()
            .try_for_each(|run| write!(formatter, "\n[[run]]\n{run}"))
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = [("about", &self.about), ("folder", &self.folder)];
        for (key, value) in options
            .iter()
            .filter_map(|(key, it)| Some((key, it.as_ref()?)))
        {
            writeln!(formatter, "{key} = {}", string(value))?;
        }
        for (key, list) in [("args", &self.args), ("pick", &self.pick)] {
            let items: Vec<String> = list.iter().map(|it| string(it)).collect();
            if key == "args" || !items.is_empty() {
                writeln!(formatter, "{key} = [{}]", items.join(", "))?;
            }
        }
        if self.fresh {
            writeln!(formatter, "fresh = true")?;
        }
        if self.status != 0 {
            writeln!(formatter, "status = {}", self.status)?;
        }
        for (key, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(formatter, "{key} = {}", string(text))?;
            }
        }
        for (table, members) in [
            ("env", &self.env),
            ("files", &self.files),
            ("shows", &self.shows),
        ] {
            if !members.is_empty() {
                writeln!(formatter, "[run.{table}]")?;
            }
            members.iter().try_for_each(|(key, text)| {
                writeln!(formatter, "{} = {}", string(key), string(text))
            })?;
        }
        Ok(())
    }
}

/// A text in the form that is easiest to read, of those that TOML has.
fn string(text: &str) -> String {
    let plain = |it: char| it == '\n' || it == '\t' || !it.is_control();
    if text.contains('\n')
        && text.chars().all(plain)
        && !text.contains("'''")
        && !text.ends_with('\'')
    {
        return format!("'''\n{text}'''");
    }
    if text.chars().all(|it| !it.is_control() && it != '\'')
        && (text.contains('"') || text.contains('\\'))
    {
        return format!("'{text}'");
    }
    // JSON's escapes are TOML's too.
    serde_json::Value::from(text).to_string()
}

#[test]
fn what_is_written_reads_the_same() {
    let run = Invocation {
        about: Some("quotes".to_owned()),
        args: vec![
            "inspect".to_owned(),
            "a \"b\"".to_owned(),
            "c'd\\\"".to_owned(),
        ],
        env: BTreeMap::from([("A".to_owned(), String::new())]),
        folder: Some("below".to_owned()),
        fresh: true,
        files: BTreeMap::from([(
            "host.toml".to_owned(),
            "[target]\nregion = 'x'\n".to_owned(),
        )]),
        pick: vec!["/a/0".to_owned()],
        status: 64,
        stdout: "one\n\n  two \"'''\" \u{1b}\n".to_owned(),
        stderr: "error: it's\n  hint: \\d \"x\"\n".to_owned(),
        shows: BTreeMap::from([("out/a.json".to_owned(), "{}\n".to_owned())]),
    };
    let golden = Golden {
        about: "words".to_owned(),
        run: vec![run.clone(), Invocation::default()],
    };
    let read = Golden::parse(&golden.to_string()).unwrap();
    assert_eq!(read.run, [run, Invocation::default()]);
    assert!(
        Golden::parse("about = ''\n[[run]]\nargs = []\nexit = 1\n").is_err(),
        "a misspelt key is found"
    );
}
