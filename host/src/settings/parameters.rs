//! Which recipe gets which parameter: stack files, files of parameters, then the command line, the last one counts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use host_core::codes::parameters as codes;
use host_core::near::is_near;
use host_core::params::Given;
use serde_json::{Map, Value};

use super::Environment;
use crate::cli::{Assignment, ParameterArgs};
use crate::failure::Told;
use crate::files;

/// The variable with one assignment per line.
pub(super) const VARIABLE: &str = "RECIPE_HOST_SET";

/// What was given for all recipes of the call together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    /// Files in their order, each with its path.
    files: Vec<(String, Map<String, Value>)>,
    assignments: Vec<Assignment>,
}

/// A recipe that takes parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taker {
    /// What it may be called: the name of the service, and of the recipe.
    pub names: Vec<String>,
    /// The parameters it declares.
    pub declared: BTreeSet<String>,
    /// What the stack file says.
    pub given: BTreeMap<String, Given>,
}

impl Parameters {
    /// Reads the files, and the variable where there is no flag.
    ///
    /// # Errors
    /// A file cannot be read, or the variable holds something else.
    pub fn read(arguments: &ParameterArgs, environment: &Environment) -> Result<Self> {
        let files = arguments
            .files
            .iter()
            .map(|path| Ok((path.display().to_string(), read_file(path)?)));
        Ok(Self {
            files: files.collect::<Result<_>>()?,
            assignments: assignments(arguments, environment)?,
        })
    }
}

impl Parameters {
    /// What the files say, each as one text.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        let values = self.files.iter().flat_map(|(_, members)| members.values());
        values.map(Value::to_string)
    }
}

/// What was typed of parameters, as it stands there.
pub fn typed_texts<'a>(
    arguments: &'a ParameterArgs,
    environment: &'a Environment,
) -> impl Iterator<Item = &'a str> {
    let set = arguments.set.iter().map(|it| it.value.as_str());
    set.chain(environment.get(VARIABLE))
}

/// What `--set` says, or its variable where there is no flag.
///
/// # Errors
/// The variable holds something else.
pub fn assignments(
    arguments: &ParameterArgs,
    environment: &Environment,
) -> Result<Vec<Assignment>> {
    let text = environment.get(VARIABLE);
    let Some(text) = text.filter(|_| arguments.set.is_empty()) else {
        return Ok(arguments.set.clone());
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let read = lines.map(|line| {
        line.parse().map_err(|error: String| {
            Told::usage(format!("the variable `{VARIABLE}` has `{line}`: {error}")).into()
        })
    });
    read.collect()
}

fn read_file(path: &Path) -> Result<Map<String, Value>> {
    let text = files::text_of_any(path).map_err(|error| {
        Told::new(format!(
            "could not read the parameters `{}`: {error}",
            path.display()
        ))
        .code(codes::FILE)
        .hint("check the path of `--params`")
    })?;
    let is_json = path
        .extension()
        .is_some_and(|it| it.eq_ignore_ascii_case("json"));
    let parsed = if is_json {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    } else {
        toml::from_str(&text).map_err(|error: toml::de::Error| {
            let before = error
                .span()
                .and_then(|it| text.get(..it.start))
                .unwrap_or_default();
            format!(
                "line {}: {}",
                before.matches('\n').count() + 1,
                error.message().trim()
            )
        })
    };
    parsed.map_err(|error| {
        let format = if is_json { "a JSON object" } else { "TOML" };
        Told::new(format!("the parameters `{}` are not {format}: {error}", path.display()))
            .code(codes::FILE)
            .hint("a file ending in `.json` is JSON, any other TOML: `memory = 512`, and `[redis]` for one recipe")
            .into()
    })
}

/// Who gets what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assigned {
    /// For each recipe, in the order of the call.
    pub given: Vec<BTreeMap<String, Given>>,
    /// Tables of files for recipes that are not part of this call: `` `params.toml` has a table for `mysql` ``.
    pub unused: Vec<String>,
}

/// Gives each recipe its parameters.
///
/// # Errors
/// All that was given and nobody declares, with the names that are near.
pub fn assign(parameters: &Parameters, takers: &[Taker]) -> Result<Assigned> {
    let mut given: Vec<BTreeMap<String, Given>> =
        takers.iter().map(|it| it.given.clone()).collect();
    let mut unused = BTreeSet::new();
    let mut problems = Vec::new();
    for (taker, name) in takers
        .iter()
        .flat_map(|taker| taker.given.keys().map(move |name| (taker, name)))
    {
        if !taker.declared.contains(name) {
            problems.push(undeclared(
                "the stack file",
                taker.names.first().map(String::as_str),
                name,
                &[taker],
            ));
        }
    }
    for (source, recipe, name, value) in flatten(parameters, takers) {
        let called: Vec<usize> = matching(takers, recipe.as_deref());
        if let (true, Some(recipe)) = (called.is_empty(), &recipe) {
            match value {
                Given::Text(_) => problems.push(nobody(&source, recipe, takers)),
                // A file may serve several calls.
                Given::Typed(_) => {
                    unused.insert(format!("{source} has a table for `{recipe}`"));
                }
            }
            continue;
        }
        let takes: Vec<usize> = called
            .iter()
            .copied()
            .filter(|index| takers[*index].declared.contains(&name))
            .collect();
        if takes.is_empty() {
            let called: Vec<&Taker> = called.iter().map(|index| &takers[*index]).collect();
            problems.push(undeclared(&source, recipe.as_deref(), &name, &called));
        }
        for index in takes {
            given[index].insert(name.clone(), value.clone());
        }
    }
    if problems.is_empty() {
        Ok(Assigned {
            given,
            unused: unused.into_iter().collect(),
        })
    } else {
        Err(all(problems).into())
    }
}

type Item = (String, Option<String>, String, Given);

/// Everything in the order in which the last one counts: for all recipes before for one, files before flags.
fn flatten(parameters: &Parameters, takers: &[Taker]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for (path, members) in &parameters.files {
        let source = format!("`{path}`");
        let (tables, values): (Vec<_>, Vec<_>) = members
            .iter()
            .partition(|(key, value)| is_table(key, value, takers));
        let for_all = values.into_iter().map(|(name, value)| {
            (
                source.clone(),
                None,
                name.clone(),
                Given::Typed(value.clone()),
            )
        });
        items.extend(for_all);
        for (recipe, table) in tables {
            let members = table.as_object().into_iter().flatten();
            items.extend(members.map(|(name, value)| {
                (
                    source.clone(),
                    Some(recipe.clone()),
                    name.clone(),
                    Given::Typed(value.clone()),
                )
            }));
        }
    }
    let (for_one, for_all): (Vec<_>, Vec<_>) = parameters
        .assignments
        .iter()
        .partition(|it| it.recipe.is_some());
    items.extend(for_all.into_iter().chain(for_one).map(|it| {
        (
            "`--set`".to_owned(),
            it.recipe.clone(),
            it.name.clone(),
            Given::Text(it.value.clone()),
        )
    }));
    items
}

/// No parameter is a table, so a table is for the recipe of its name; a list or text of that name is a parameter.
fn is_table(key: &str, value: &Value, takers: &[Taker]) -> bool {
    value.is_object()
        && (!takers.iter().any(|it| it.declared.contains(key))
            || !matching(takers, Some(key)).is_empty())
}

fn matching(takers: &[Taker], recipe: Option<&str>) -> Vec<usize> {
    let fits = |taker: &Taker| recipe.is_none_or(|name| taker.names.iter().any(|it| it == name));
    (0..takers.len())
        .filter(|index| fits(&takers[*index]))
        .collect()
}

fn undeclared(
    source: &str,
    recipe: Option<&str>,
    name: &str,
    takers: &[&Taker],
) -> (String, String) {
    let who = match (recipe, takers) {
        (Some(recipe), _) => format!("`{recipe}` has no such parameter"),
        (None, [one]) => format!(
            "`{}` has no such parameter",
            one.names.first().map_or("the recipe", String::as_str)
        ),
        (None, _) => "none of the recipes has such a parameter".to_owned(),
    };
    let declared: BTreeSet<&str> = takers
        .iter()
        .flat_map(|it| it.declared.iter().map(String::as_str))
        .collect();
    (
        format!("{source} sets `{name}`, and {who}"),
        suggestion(name, &declared, "it takes"),
    )
}

fn nobody(source: &str, recipe: &str, takers: &[Taker]) -> (String, String) {
    let names: BTreeSet<&str> = takers
        .iter()
        .flat_map(|it| it.names.iter().map(String::as_str))
        .collect();
    (
        format!("{source} is for `{recipe}`, and no recipe of this call is called so"),
        suggestion(recipe, &names, "there are"),
    )
}

/// The names that are near, or all of them.
pub fn suggestion(name: &str, names: &BTreeSet<&str>, introduction: &str) -> String {
    let near: Vec<&str> = names
        .iter()
        .copied()
        .filter(|it| is_near(name, it))
        .collect();
    let quoted = |names: &[&str]| {
        names
            .iter()
            .map(|it| format!("`{it}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (&near[..], names.is_empty()) {
        ([], true) => "it takes no parameters".to_owned(),
        ([], false) => format!(
            "{introduction} {}",
            quoted(&names.iter().copied().collect::<Vec<_>>())
        ),
        (near, _) => format!("did you mean {}?", quoted(near)),
    }
}

fn all(problems: Vec<(String, String)>) -> Told {
    let hints: BTreeSet<String> = problems.iter().map(|(_, hint)| hint.clone()).collect();
    let messages: Vec<String> = problems.into_iter().map(|(message, _)| message).collect();
    hints.into_iter().fold(
        Told::new(messages.join("; ")).code(codes::ARGUMENT),
        Told::hint,
    )
}

#[cfg(test)]
mod tests;
