//! Values of flags that have a form of their own.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::ArgMatches;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use host_core::ownership::is_account;

use crate::component::Limit;

/// A flag that is set by a variable. An empty one is as good as unset, and a word that says neither is a slip.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" | "y" | "t" => Ok(true),
        "" | "0" | "false" | "no" | "off" | "n" | "f" => Ok(false),
        _ => Err("`true` or `false` is expected".to_owned()),
    }
}

/// `NAME=VALUE`, or `RECIPE.NAME=VALUE` for one of several recipes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Assignment {
    /// The recipe or service it is for. Absent: every recipe that has the parameter.
    pub recipe: Option<String>,
    pub name: String,
    pub value: String,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = text
            .split_once('=')
            .ok_or("there is no `=`; `NAME=VALUE` is expected")?;
        // Names of parameters have no dot.
        let (recipe, name) = match key.rsplit_once('.') {
            Some((recipe, name)) => (Some(recipe), name),
            None => (None, key),
        };
        if name.is_empty() || recipe.is_some_and(str::is_empty) {
            return Err("there is no name before the `=`; `NAME=VALUE` is expected".to_owned());
        }
        Ok(Self {
            recipe: recipe.map(str::to_owned),
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

impl Assignment {
    /// What is set, as it is typed before the `=`: `redis.memory`.
    pub fn key(&self) -> String {
        let recipe = self.recipe.iter().map(|it| format!("{it}."));
        recipe.chain([self.name.clone()]).collect()
    }
}

impl fmt::Display for Assignment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}={}", self.key(), self.value)
    }
}

/// `LIMIT=VALUE`: what a recipe may use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Raised {
    pub limit: Limit,
    pub value: u64,
}

impl FromStr for Raised {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text
            .split_once('=')
            .ok_or("there is no `=`; `LIMIT=VALUE` is expected, such as `memory=96MiB`")?;
        let limit = Limit::named(name).ok_or_else(|| {
            format!(
                "there is no limit `{name}`; there are `{}`",
                Limit::NAMES.join("`, `")
            )
        })?;
        let value = limit
            .read(value)
            .map_err(|reason| format!("`{name}` is `{value}`, and {reason}"))?;
        Ok(Self { limit, value })
    }
}

/// A file that `host run` takes for a saved plan.
pub(super) fn plan_file(text: &str) -> Result<PathBuf, String> {
    if text.strip_suffix(".json").is_some_and(|it| !it.is_empty()) {
        Ok(PathBuf::from(text))
    } else {
        Err(
            "a name that ends in `.json` is expected, by which `host run` knows a saved plan"
                .to_owned(),
        )
    }
}

/// A file that is known for a stack file by its ending.
pub(super) fn stack_file(text: &str) -> Result<String, String> {
    if text.strip_suffix(".toml").is_some_and(|it| !it.is_empty()) {
        Ok(text.to_owned())
    } else {
        Err("a stack file is expected, whose name ends in `.toml`".to_owned())
    }
}

/// `40s`, `10m`, `1h30m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let expected = || "a time such as `40s`, `1h30m` or `30d` is expected".to_owned();
    let mut seconds = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest
            .find(|it: char| !it.is_ascii_digit())
            .ok_or_else(expected)?;
        let number: u64 = rest[..digits].parse().map_err(|_| expected())?;
        let unit = match rest.as_bytes()[digits] {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86400,
            _ => return Err(expected()),
        };
        seconds = number
            .checked_mul(unit)
            .and_then(|it| seconds.checked_add(it))
            .ok_or_else(expected)?;
        rest = &rest[digits + 1..];
    }
    if seconds == 0 {
        Err(expected())
    } else {
        Ok(Duration::from_secs(seconds))
    }
}

/// `dotenv=FILE`.
pub(super) fn destination(text: &str) -> Result<PathBuf, String> {
    match text.split_once('=') {
        Some(("dotenv", file)) if !file.is_empty() => Ok(PathBuf::from(file)),
        _ => Err("`dotenv=FILE` is expected".to_owned()),
    }
}

/// The id of an account; empty where a variable says nothing.
pub(super) fn account(text: &str) -> Result<String, String> {
    if text.is_empty() || is_account(text) {
        Ok(text.to_owned())
    } else {
        Err("an account id has 12 digits".to_owned())
    }
}

/// Verbs of other programs, and what they are called here.
const ELSEWHERE: [(&str, &str); 11] = [
    ("copy", "save"),
    ("deploy", "run"),
    ("fetch", "pull"),
    ("import", "load"),
    ("install", "pull"),
    ("ps", "status"),
    ("publish", "push"),
    ("remove", "destroy"),
    ("rm", "destroy"),
    ("update", "lock --update"),
    ("upgrade", "lock --update"),
];

/// A verb of another program is told by what it is here: what is spelt like it may do something else.
pub(super) fn told_by_verb(mut error: clap::Error, typed: &[OsString]) -> clap::Error {
    let Some(ContextValue::String(verb)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    // A word behind another verb is none: `host cache remove`.
    let mut words = typed.iter().skip(1).map(|it| it.to_string_lossy());
    let command = super::command();
    let is_verb = |it: &str| command.find_subcommand(it).is_some();
    if words.any(|it| is_verb(&it)) {
        return error;
    }
    if let Some((_, verb)) = ELSEWHERE.iter().find(|it| it.0 == verb) {
        let meant = ContextValue::Strings(vec![(*verb).to_owned()]);
        error.insert(ContextKind::SuggestedSubcommand, meant);
    }
    error
}

/// An error over the value of a flag that nobody typed names the variable that it comes from.
pub(super) fn told_by_variable(mut error: clap::Error, typed: &[OsString]) -> clap::Error {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let Some(long) = argument.strip_prefix("--") else {
        return error;
    };
    let long = long
        .split([' ', '=', '[', '.'])
        .next()
        .unwrap_or_default()
        .to_owned();
    let command = super::command();
    let of_verbs = command
        .get_subcommands()
        .flat_map(clap::Command::get_arguments);
    let mut flags = command.get_arguments().chain(of_verbs);
    let Some(flag) = flags.find(|it| it.get_long() == Some(&long) && it.get_env().is_some()) else {
        return error;
    };
    let is_it = |it: &OsString| {
        let text = it.to_string_lossy();
        let short = flag.get_short().map(|short| format!("-{short}"));
        text.strip_prefix("--")
            .is_some_and(|it| it.split('=').next() == Some(&long))
            // Of several short ones in a row any may be it.
            || short.is_some_and(|short| text.starts_with(&short))
    };
    if !typed.iter().any(is_it)
        && let Some(variable) = flag.get_env()
    {
        let variable = ContextValue::String(variable.to_string_lossy().into_owned());
        error.insert(ContextKind::InvalidArg, variable);
    }
    error
}

/// A password as an argument, which other programs take and everybody on the machine can read, is told where it goes.
pub(super) fn told_of_stdin(mut error: clap::Error, typed: &[OsString]) -> clap::Error {
    let is_password = matches!(
        error.get(ContextKind::InvalidArg),
        Some(ContextValue::String(it)) if ["-p", "--password"].contains(&it.as_str())
    );
    let is_login = typed.iter().skip(1).any(|it| it == "login");
    if error.kind() == ErrorKind::UnknownArgument && is_password && is_login {
        let tip = "a password is asked for, or comes on stdin: echo \"$TOKEN\" | host login REGISTRY --username NAME --password-stdin";
        error.remove(ContextKind::SuggestedArg);
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![tip.into()]),
        );
    }
    error
}

/// The flags of the target that name something. A variable that is set to nothing is as good as none, as in a shell;
/// whoever types a flag means something, most likely `"$SUBNET"`.
const NAMING: [&str; 9] = [
    "account",
    "cluster",
    "endpoint_url",
    "profile",
    "region",
    "security_groups",
    "service_role",
    "stack",
    "subnets",
];

/// The first flag of the target that was typed with an empty text: `--subnet`.
pub(super) fn empty(matches: &ArgMatches) -> Option<String> {
    let (verb, matches) = matches.subcommand()?;
    let is_empty = |id: &&&str| {
        let typed = matches.try_contains_id(id).is_ok()
            && matches.value_source(id) == Some(ValueSource::CommandLine);
        let values = || matches.get_raw(id).into_iter().flatten();
        typed && values().any(std::ffi::OsStr::is_empty)
    };
    let id = NAMING.iter().find(is_empty)?;
    let command = super::command();
    let mut flags = command.find_subcommand(verb)?.get_arguments();
    let flag = flags.find(|it| it.get_id() == *id)?.get_long()?;
    Some(format!("--{flag}"))
}
