//! What the arguments of `run`, `plan` and `render` name.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use host_core::codes::parameters as codes;
use host_core::escape::escape;
use host_core::near::is_near;
use host_core::params::Given;
use host_core::policy::Entry;
use host_core::policy::limits::StackLimits;
use host_core::registry::reference::check_login;
use host_core::registry::{Reference, Source};

use super::StackFile;
use super::parameters::suggestion;
use super::stack_file::{NAME, ServiceTable};
use crate::failure::Told;

/// A recipe that was named, with what its stack file says for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// The name of the service, where a stack file gives one.
    pub name: Option<String>,
    /// The file; of a recipe in a registry or a layout its reference, as people are told of it.
    pub path: PathBuf,
    /// Where it lies in a registry or a layout.
    pub source: Option<Source>,
    /// The parameters of the stack file.
    pub parameters: BTreeMap<String, Given>,
    /// What the stack file lets this very recipe ask for, by the name of the service.
    pub entries: BTreeMap<String, Entry>,
    pub limits: StackLimits,
    /// The stack file in which its grants are to be written, as people are told of it.
    pub file: String,
    /// The recipe as that file would name it.
    pub recipe: String,
    /// The services of that file that have other recipes.
    pub taken: Vec<String>,
}

impl Default for Chosen {
    fn default() -> Self {
        Self {
            name: None,
            path: PathBuf::new(),
            source: None,
            parameters: BTreeMap::new(),
            entries: BTreeMap::new(),
            limits: StackLimits::default(),
            file: NAME.to_owned(),
            recipe: String::new(),
            taken: Vec::new(),
        }
    }
}

/// What an argument is, by its form alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Path,
    StackFile,
    SavedPlan,
    /// Of a recipe in a registry or a layout.
    Reference,
    Service,
}

/// Whether an argument is the name of a service, and nothing else.
pub fn is_service(argument: &str) -> bool {
    kind(argument) == Kind::Service
}

fn kind(argument: &str) -> Kind {
    let ends_with = |ending: &str| argument.len() > ending.len() && argument.ends_with(ending);
    if Source::is_meant(argument) {
        Kind::Reference
    } else if ends_with(".toml") {
        Kind::StackFile
    } else if ends_with(".json") {
        Kind::SavedPlan
    } else if argument.contains('/') || ends_with(".wasm") {
        Kind::Path
    } else {
        Kind::Service
    }
}

/// Whether an argument is a stack file, by its form alone.
pub fn is_stack_file(argument: &str) -> bool {
    kind(argument) == Kind::StackFile
}

/// The stack file that counts: the one that is named, else the nearest `host.toml`.
///
/// # Errors
/// It cannot be read, or several are named: a call has one target.
pub fn stack_file(arguments: &[String], folder: &Path) -> Result<Option<StackFile>> {
    let named: Vec<&String> = arguments
        .iter()
        .filter(|it| kind(it) == Kind::StackFile)
        .collect();
    match named[..] {
        [] => StackFile::nearest(folder),
        [path] => StackFile::read(Path::new(path)).map(Some),
        [first, second, ..] => Err(Told::usage(format!(
            "`{first}` and `{second}` are both stack files, and a call has one target"
        ))
        .hint("run host once for each")
        .into()),
    }
}

/// The saved plan that the arguments of `run` name, if they do.
///
/// # Errors
/// It does not stand alone: a saved plan holds its recipes.
pub fn saved_plan(arguments: &[String]) -> Result<Option<&str>> {
    let is_plan = |it: &&String| kind(it) == Kind::SavedPlan;
    let Some(plan) = arguments.iter().find(is_plan) else {
        return Ok(None);
    };
    if arguments.len() == 1 {
        return Ok(Some(plan));
    }
    Err(Told::usage(format!(
        "`{plan}` is a saved plan, which holds its recipes, and nothing can stand beside it"
    ))
    .hint(format!(
        "`host run {plan}`, and the rest in a call of its own"
    ))
    .into())
}

/// The recipes that the arguments name, each once, in their order.
///
/// # Errors
/// An argument is none of what a recipe can be.
pub fn choose(arguments: &[String], file: Option<&StackFile>) -> Result<Vec<Chosen>> {
    let mut chosen: Vec<Chosen> = Vec::new();
    if arguments.is_empty() {
        chosen = all_services(file)?;
    }
    for argument in arguments {
        let named = match kind(argument) {
            Kind::Path | Kind::Reference => vec![of_argument(argument, file)?],
            Kind::StackFile => all_services(file)?,
            Kind::Service => vec![of_service(argument, file)?],
            Kind::SavedPlan => return Err(no_recipe(argument).into()),
        };
        for it in named {
            if !chosen.contains(&it) {
                chosen.push(it);
            }
        }
    }
    Ok(chosen)
}

/// A recipe by its path or its reference. Of a stack file that has the same recipe its grants count, and nothing else.
fn of_argument(argument: &str, file: Option<&StackFile>) -> Result<Chosen> {
    let chosen = of_recipe(argument)?;
    let entries = file.map(|it| it.entries(&chosen.path)).unwrap_or_default();
    let chosen = match file {
        Some(file) => Chosen {
            taken: file
                .services
                .keys()
                .filter(|it| !entries.contains_key(*it))
                .cloned()
                .collect(),
            file: file.path.display().to_string(),
            recipe: naming(file, &chosen, entries.keys().next()),
            ..chosen
        },
        None => chosen,
    };
    Ok(Chosen {
        entries,
        limits: file.map(StackFile::stack_limits).unwrap_or_default(),
        ..chosen
    })
}

/// A recipe as the stack file would name it. One of a registry or a layout is named as its service has it.
fn naming(file: &StackFile, chosen: &Chosen, service: Option<&String>) -> String {
    let service = service.and_then(|it| file.services.get(it));
    match (&chosen.source, service) {
        (Some(_), Some(service)) => service.recipe.clone(),
        (Some(_), None) => chosen.recipe.clone(),
        (None, _) => file.naming(&chosen.path).display().to_string(),
    }
}

/// A recipe as those verbs take it that only look: by its path, its reference, or the service of the stack file.
///
/// # Errors
/// The argument is none of them, or a folder.
pub fn of_service_or_recipe(argument: &str, file: Option<&StackFile>) -> Result<Chosen> {
    let is_one = |it: &&StackFile| it.services.contains_key(argument);
    match file.filter(is_one) {
        Some(file) if is_service(argument) => of_service(argument, Some(file)),
        // Neither a service nor a file: which services there are is more than what no file is called.
        None if file.is_some() && is_service(argument) && !Path::new(argument).exists() => {
            of_service(argument, file)
        }
        _ => of_recipe(argument),
    }
}

/// A recipe by its path or its reference alone.
///
/// # Errors
/// The argument is neither, or a folder.
pub fn of_recipe(argument: &str) -> Result<Chosen> {
    match kind(argument) {
        Kind::Reference => {
            let source: Source = argument.parse()?;
            return Ok(Chosen {
                path: PathBuf::from(argument),
                source: Some(source),
                recipe: argument.to_owned(),
                ..Chosen::default()
            });
        }
        Kind::SavedPlan => return Err(no_recipe(argument).into()),
        Kind::Path | Kind::StackFile | Kind::Service => {}
    }
    if matches!(escape(argument), Cow::Owned(_)) {
        // Messages name it, and no line of it is to look like one of ours.
        let shown = escape(argument);
        return Err(Told::new(format!(
            "`{shown}` has characters in its name that cannot be seen"
        ))
        .code(codes::NO_FILE)
        .hint("give the file a name of letters, digits, `-` and `_`")
        .into());
    }
    let path = PathBuf::from(argument);
    check_address(argument, &path)?;
    if path.is_dir() {
        let built = argument.trim_end_matches('/');
        return Err(
            Told::new(format!("`{argument}` is a folder, and a recipe is a file"))
                .code(codes::NO_FILE)
                .hint(match path.file_name() {
                    Some(_) => format!("`host build {built}` makes `{built}.wasm` of it"),
                    None => format!("`host build {built}` makes a recipe of it"),
                })
                .into(),
        );
    }
    let assigned = argument.split_once('=').map(|(name, _)| name);
    if let Some(name) = assigned.filter(|it| !path.exists() && !it.contains('/')) {
        return Err(Told::usage(format!("`{name}=…` is no recipe"))
            .hint(format!("parameters have a flag: `--set {name}=…`"))
            .into());
    }
    if let Some(reference) = Reference::forgotten(argument).filter(|_| !path.exists()) {
        return Err(Told::new(format!("there is no file `{argument}`"))
            .code(codes::NO_FILE)
            .hint(format!(
                "a recipe in a registry begins with `oci://`: `{reference}`"
            ))
            .into());
    }
    // A folder of that name can be built, and is told where the file is read.
    if !path.exists()
        && !path.with_extension("").is_dir()
        && let Some(hint) = meant(argument)
    {
        return Err(Told::new(format!("there is no `{argument}`"))
            .code(codes::NO_FILE)
            .hint(hint)
            .into());
    }
    Ok(Chosen {
        path,
        recipe: argument.to_owned(),
        ..Chosen::default()
    })
}

/// Refuses a login in what is meant as an address, and shows nothing of it. A file may be called whatever it is.
fn check_address(named: &str, path: &Path) -> Result<()> {
    let is_address = named.contains("://")
        || named
            .split_once('@')
            .is_some_and(|(login, _)| login.contains(':'));
    if is_address && !path.exists() {
        check_login(named)?;
    }
    Ok(())
}

/// The files of that folder that may be meant by one that is not there, as a question.
fn meant(argument: &str) -> Option<String> {
    let path = Path::new(argument);
    let (named, parent) = (path.file_name()?.to_str()?, path.parent()?);
    let folder = if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    };
    let files = std::fs::read_dir(folder).ok()?.flatten();
    let names = files.filter_map(|it| it.file_name().into_string().ok());
    let is_taken = |it: &String| kind(it) != Kind::Service && kind(it) != Kind::Reference;
    let near = names.filter(|it| is_taken(it) && is_slip(named, it));
    let near = near.map(|it| parent.join(it).display().to_string());
    let near: BTreeSet<String> = near.collect();
    let near: BTreeSet<&str> = near.iter().map(String::as_str).collect();
    (!near.is_empty()).then(|| suggestion(argument, &near, "there are"))
}

/// Whether the name of a file may be a slip for another. What is near goes by length, and here the ending makes all
/// names long; the first letter is seldom wrong.
fn is_slip(named: &str, other: &str) -> bool {
    let stem = |it: &str| it.split('.').next().unwrap_or_default().to_owned();
    named.chars().next() == other.chars().next()
        && is_near(named, other)
        && is_near(&stem(named), &stem(other))
}

fn all_services(file: Option<&StackFile>) -> Result<Vec<Chosen>> {
    let Some(file) = file else {
        return Err(Told::usage(format!(
            "no recipe is named, and there is no `{NAME}` here or above"
        ))
        .hint("name recipes, such as `recipes/redis.wasm`")
        .into());
    };
    if file.services.is_empty() {
        return Err(Told::new(format!("`{}` has no services", file.path.display()))
            .code(codes::FILE)
            .hint("name recipes, or add `[services.redis]` with `recipe = \"recipes/redis.wasm\"`")
            .into());
    }
    file.services
        .iter()
        .map(|(name, service)| of_table(file, name, service))
        .collect()
}

fn of_service(name: &str, file: Option<&StackFile>) -> Result<Chosen> {
    if let Some((file, service)) = file.and_then(|file| Some((file, file.services.get(name)?))) {
        return of_table(file, name, service);
    }
    let mut error = Told::new(format!(
        "`{name}` is the name of a service, and a recipe is needed to deploy it"
    ))
    .code(codes::NO_FILE)
    .hint(meant(name).unwrap_or_else(|| {
        format!(
            "name its file, such as `recipes/{name}.wasm`, or where it lies in a registry, `oci://REGISTRY/REPOSITORY` (`host search {name}` looks for it)"
        )
    }));
    if let Some(file) = file.filter(|it| !it.services.is_empty()) {
        let names: Vec<&str> = file.services.keys().map(String::as_str).collect();
        error = error.hint(format!(
            "the services of `{}` are `{}`",
            file.path.display(),
            names.join("`, `")
        ));
    }
    Err(error.into())
}

fn of_table(file: &StackFile, name: &str, service: &ServiceTable) -> Result<Chosen> {
    if !host_core::manifest::is_name(name) {
        return Err(Told::new(format!(
            "`{}`: the name of the service `{name}` is not allowed",
            file.path.display()
        ))
        .code(codes::FILE)
        .hint("begin with a lower-case letter, and use lower-case letters, digits and `-`")
        .into());
    }
    let path = file.recipe(service);
    let is_reference = kind(&service.recipe) == Kind::Reference;
    let source = is_reference.then(|| Source::within(&service.recipe, file.folder()));
    let source = source
        .transpose()
        .map_err(Into::into)
        .and_then(|it| check_address(&service.recipe, &path).map(|()| it))
        .with_context(|| format!("`{}`: `services.{name}.recipe`", file.path.display()))?;
    let parameters = service
        .parameters
        .iter()
        .map(|(name, value)| (name.clone(), Given::Typed(value.clone())))
        .collect();
    Ok(Chosen {
        name: Some(name.to_owned()),
        path,
        source,
        parameters,
        entries: [(name.to_owned(), service.entry())].into(),
        limits: file.stack_limits(),
        file: file.path.display().to_string(),
        recipe: service.recipe.clone(),
        taken: Vec::new(),
    })
}

fn no_recipe(argument: &str) -> Told {
    Told::usage(format!("`{argument}` is a saved plan, and no recipe"))
        .hint(format!("`host run {argument}` applies it, with `--dry-run` it only looks whether it still holds"))
        .hint("a file of parameters goes with `--params`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_stays_as_it_is_written_and_has_the_grants_of_its_like() {
        let text = "[services.cache]\nrecipe = 'oci://ghcr.io/a/redis:1.x'\ngrants = ['exec']";
        let file = StackFile::parse(text, Path::new("deploy/host.toml")).unwrap();
        let typed = |it: &str| choose(&[it.to_owned()], Some(&file)).unwrap().remove(0);
        let of_file = typed("cache");
        assert_eq!(of_file.recipe, "oci://ghcr.io/a/redis:1.x");
        assert_eq!(of_file.source.unwrap().to_string(), of_file.recipe);
        let same = typed("oci://ghcr.io/a/redis:1.x");
        assert_eq!((same.path, same.recipe), (of_file.path, of_file.recipe));
        assert!(same.name.is_none() && same.entries.contains_key("cache"));
        assert!(typed("oci://ghcr.io/a/redis:1.2.x").entries.is_empty());
    }

    #[test]
    fn a_layout_is_named_from_the_folder_of_the_stack_file() {
        let text = "[services.cache]\nrecipe = 'oci:vendor:1.x'\ngrants = ['exec']";
        let file = StackFile::parse(text, Path::new("deploy/host.toml")).unwrap();
        let typed = |it: &str| choose(&[it.to_owned()], Some(&file)).unwrap().remove(0);
        let of_file = typed("cache");
        assert_eq!(of_file.recipe, "oci:vendor:1.x");
        assert_eq!(of_file.path, Path::new("oci:deploy/vendor:1.x"));
        assert_eq!(of_file.source.unwrap().to_string(), "oci:deploy/vendor:1.x");
        let same = typed("oci:deploy/vendor:1.x");
        assert_eq!((same.path, same.recipe), (of_file.path, of_file.recipe));
        assert!(same.entries.contains_key("cache"));
        let other = typed("oci:vendor:1.x");
        assert!(other.entries.is_empty());
        assert_eq!(other.source.unwrap().to_string(), "oci:vendor:1.x");
    }
}
