//! Saved plans: `host plan -o` writes them, `host run` makes them again and compares.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use host_core::codes::saved as codes;
use host_core::diag::Diagnostic;
use host_core::policy::in_plain;
use host_core::report;
use host_core::saved::{self, Invocation, Saved, SavedService};
use host_core::spec::ParameterType;

use super::prepare::{self, Asked, Ready};
use super::render::{PLAIN, quoted};
use super::{Context, block_on, findings};
use crate::cli::{Assignment, RecipeArgs, RunArgs, TargetArgs};
use crate::failure::Told;
use crate::files;
use crate::ops::blueprint::{self, Loaded};
use crate::ops::target::account;
use crate::settings::{self, Again, Target};

/// Nobody else can read it: a plan says what environment variables are set to.
const PRIVATE: u32 = 0o600;

/// A file that a plan is to be saved in, of which is known that it can be written.
pub(super) struct Draft {
    /// As it was named.
    path: PathBuf,
    invocation: Invocation,
}

impl Draft {
    /// What was typed, to be saved with the plan that comes of it.
    ///
    /// # Errors
    /// The variable of `--set` holds something else.
    pub(super) fn new(
        context: &Context,
        path: &Path,
        recipes: &RecipeArgs,
        target: &TargetArgs,
        adopt: bool,
        asked: &Asked,
    ) -> Result<Self> {
        let file = asked.file.as_ref();
        let is_secret = |it: &Assignment| sets_secret(&asked.loaded, it);
        let environment = &context.environment;
        Ok(Self {
            path: path.to_owned(),
            invocation: settings::invocation(recipes, target, adopt, file, environment, is_secret)?,
        })
    }

    /// Saves a plan.
    ///
    /// # Errors
    /// The file cannot be written, or the ARN of a secret would be in it.
    pub(super) fn save(&self, ready: &Ready, account: Option<String>) -> Result<()> {
        let saved = document(ready, self.invocation.clone(), account);
        let text = saved.text(ready.rendered.iter().map(|it| &it.secrets))?;
        files::replace(&self.path, text.as_bytes(), PRIVATE)
            .map_err(|error| unwritable(&self.path, &error.to_string()))?;
        Ok(())
    }

    /// What the file holds in plain that is masked elsewhere, and what to do about it.
    pub(super) fn plain(&self, ready: &Ready) -> Option<(String, &'static str)> {
        let bodies = ready.rendered.iter();
        let bodies = bodies.flat_map(|it| report::blueprint::bodies(&it.desired, None));
        let plain: BTreeSet<String> = bodies.flat_map(|(_, body)| in_plain(&body)).collect();
        let message = format!(
            "`{}` holds {} in plain",
            self.path.display(),
            quoted(&plain)
        );
        (!plain.is_empty()).then_some((message, PLAIN))
    }

    /// The line that says what to do with it.
    pub(super) fn told(&self) -> String {
        let file = self.path.display();
        let secrets = self.invocation.secrets.iter();
        let secrets: Vec<String> = secrets.map(|it| format!(" --set {it}=ARN")).collect();
        format!(
            "saved as `{file}`: `host run {file}{}` applies exactly this plan",
            secrets.concat()
        )
    }
}

/// Whether the plan can be written there, asked before anything else is done.
///
/// # Errors
/// It cannot.
pub(super) fn check(path: &Path) -> Result<()> {
    let problem = if path.is_dir() {
        "it is a folder".to_owned()
    } else {
        let (_, beside) = files::place(path);
        let Err(error) = files::create_new(&beside, PRIVATE).and_then(|_| fs::remove_file(&beside))
        else {
            return Ok(());
        };
        error.to_string()
    };
    Err(unwritable(path, &problem).into())
}

fn unwritable(path: &Path, problem: &str) -> Told {
    Told::new(format!(
        "cannot save the plan as `{}`: {problem}",
        path.display()
    ))
    .code(codes::UNSAVED)
    .hint("name a file in a folder that you can write to: `-o plan.json`")
}

/// Whether an assignment reaches a parameter that is a secret.
fn sets_secret(loaded: &[Loaded], assignment: &Assignment) -> bool {
    let takes = |it: &&Loaded| {
        let names = prepare::taker(it).names;
        assignment
            .recipe
            .as_ref()
            .is_none_or(|name| names.contains(name))
    };
    loaded
        .iter()
        .filter(takes)
        .flat_map(|it| &it.manifest.parameters)
        .any(|it| it.name == assignment.name && matches!(it.accepts, ParameterType::Secret))
}

/// A plan as it is saved.
fn document(ready: &Ready, invocation: Invocation, account: Option<String>) -> Saved {
    let services = ready.rendered.iter().map(|it| SavedService {
        name: it.desired.name.clone(),
        recipe: it.desired.recipe.clone(),
        digest: it.desired.digest.clone(),
        arguments: saved::arguments(&it.arguments, &it.secrets),
    });
    Saved {
        schema_version: saved::SCHEMA_VERSION,
        kind: saved::KIND.to_owned(),
        host: env!("CARGO_PKG_VERSION").to_owned(),
        invocation,
        target: ready.target.clone(),
        account,
        services: services.collect(),
        plan: saved::with_requests(&ready.planned.plan),
        state: ready.planned.state.clone(),
    }
}

/// Makes a saved plan again, and refuses it where it is not the same.
///
/// # Errors
/// It cannot be read or made again, or something moved; then everything that did is told.
pub(super) fn again(context: &Context, file: &str, arguments: &RunArgs) -> Result<Ready> {
    let text = files::text(Path::new(file)).map_err(|error| {
        Told::new(format!("cannot read the saved plan `{file}`: {error}"))
            .code(codes::NO_PLAN)
            .hint("`host plan … -o plan.json` makes one")
    })?;
    let saved = Saved::read(&text, file)?;
    let (ready, account) = plan(context, file, &saved, arguments)?;
    let now = document(&ready, saved.invocation.clone(), account);
    let moved = saved::moved(&saved, &now);
    if moved.is_empty() {
        return Ok(ready);
    }
    Err(refused(context, file, &saved, moved))
}

/// Tells what moved, and refuses the plan.
fn refused(
    context: &Context,
    file: &str,
    saved: &Saved,
    moved: Vec<(String, Diagnostic)>,
) -> anyhow::Error {
    findings::tell_all(&context.shell, &moved);
    let message = format!(
        "`{file}` is not applied: {} moved since it was saved",
        report::count(moved.len(), "thing")
    );
    Told::new(message)
        .code(codes::MOVED)
        .hint(format!(
            "plan again, and look at it: `{}`",
            saved.invocation.command(file)
        ))
        .findings(moved)
        .into()
}

/// The recipes of a call, as a saved plan can be held against them.
fn recipes_of(loaded: &[Loaded]) -> Vec<saved::Recipe> {
    let one = |it: &Loaded| saved::Recipe {
        service: blueprint::service_name(it),
        recipe: format!("{}@{}", it.manifest.name, it.manifest.version),
        digest: format!("sha256:{}", it.recipe.digest()),
        file: it.input.path.display().to_string(),
    };
    loaded.iter().map(one).collect()
}

fn plan(
    context: &Context,
    file: &str,
    saved: &Saved,
    arguments: &RunArgs,
) -> Result<(Ready, Option<String>)> {
    let (recipes, target) = (&arguments.recipes, &arguments.target);
    let adopt = arguments.adopt.adopt;
    let environment = &context.environment;
    let again = Again::join(saved, file, recipes, target, adopt, environment)?;
    let found = settings::stack_file(&again.recipes.recipes, &environment.folder);
    if let (Some(path), Ok(None)) = (&saved.invocation.stack_file, found) {
        return Err(Told::new(format!(
            "`{file}` was made with the stack file `{path}`, and there is none here"
        ))
        .code(codes::MOVED)
        .hint("run it in a folder that has the same files, or plan again with `-o`")
        .into());
    }
    let making = || format!("cannot plan again what is in `{file}`");
    let mut swapped = Vec::new();
    let check = |loaded: &[Loaded]| {
        swapped = saved::swapped(&saved.services, &recipes_of(loaded));
        Ok(())
    };
    let asked = prepare::ask(context, &again.recipes, &again.target, check);
    if !swapped.is_empty() {
        return Err(refused(context, file, saved, swapped));
    }
    let mut asked = asked.with_context(making)?;
    pin(&mut asked, saved);
    asked.target.adopt = saved.invocation.adopt;
    block_on(async {
        let ready = prepare::plan(context, &asked.loaded, &asked.target).await?;
        let account = account(&ready.aws, &ready.target.cluster).await?;
        Ok((ready, account))
    })
    .with_context(making)
}

/// What neither flags nor a stack file say was found by looking around, and is what the plan says.
fn pin(asked: &mut Asked, saved: &Saved) {
    let Target {
        cluster, region, ..
    } = &mut asked.target;
    let table = asked.file.as_ref().map(|it| &it.target);
    if cluster.is_none() {
        *cluster = Some(saved.target.cluster.clone());
    }
    let said =
        saved.invocation.flags.region.is_some() || table.is_some_and(|it| it.region.is_some());
    if !said {
        *region = Some(saved.target.region.clone());
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn the_file_is_its_owners_alone_and_written_in_one_step() {
        let folder = std::env::temp_dir().join(format!("host-saved-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (file, link) = (folder.join("plan.json"), folder.join("link.json"));
        fs::write(&file, "old").unwrap();
        symlink(&file, &link).unwrap();
        check(&link).unwrap();
        assert_eq!(
            fs::read_to_string(&file).unwrap(),
            "old",
            "asking changes nothing"
        );
        files::replace(&link, b"new", PRIVATE).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            2,
            "nothing is left beside it"
        );
        assert!(
            check(&folder)
                .unwrap_err()
                .to_string()
                .contains("it is a folder")
        );
        assert!(check(&folder.join("none/plan.json")).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
