//! What the user decided, resolved: flags before variables before the stack file before what is usual.
//!
//! The only place that reads the environment and finds files by itself. Commands get plain values.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use host_core::desired::DesiredTarget;
use host_core::near::is_near;

use crate::author::Toolchain;
use crate::cli::{SandboxArgs, TargetArgs};
use crate::component::{Limit, Limits, LoadOptions};

mod environment;
mod lock;
mod parameters;
mod recipes;
mod saved;
mod stack_file;

pub use environment::Environment;
pub use lock::StackLock;
pub use parameters::{Assigned, Parameters, Taker, assign, assignments, suggestion, typed_texts};
pub use recipes::{
    Chosen, choose, is_service, is_stack_file, of_recipe, of_service_or_recipe, saved_plan,
    stack_file,
};
pub use saved::{Again, invocation, stack_path};
pub use stack_file::{StackFile, check_key_file, public_key};

/// Where to deploy, as far as the user said.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Target {
    /// The id of the account that it must be, where somebody cares.
    pub account: Option<String>,
    pub cluster: Option<String>,
    pub region: Option<String>,
    pub profile: Option<String>,
    pub endpoint_url: Option<String>,
    pub subnets: Vec<String>,
    pub security_groups: Vec<String>,
    pub service_role: Option<String>,
    pub stack: Option<String>,
    /// The simulated account that takes the place of AWS.
    pub local: Option<Local>,
    /// Whether objects that nobody's host made are taken over.
    pub adopt: bool,
    /// The flags that lead here, as they were typed, for commands in hints: ` --local --stack other`.
    pub flags: String,
}

/// A simulated account, where it is wanted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Local {
    /// What is to happen in it.
    pub script: Option<PathBuf>,
    /// The account that somebody asked for, which is not looked at: the id of a simulated account is made up.
    pub account: Option<String>,
}

impl Target {
    /// Flags and their variables first, then the stack file, then AWS's own variables for the region.
    pub fn resolve(
        given: &TargetArgs,
        file: Option<&StackFile>,
        environment: &Environment,
    ) -> Self {
        let table = file.map(|it| it.target.clone()).unwrap_or_default();
        let first = |flag: &Option<String>, file: Option<String>| {
            flag.clone().filter(|it| !it.is_empty()).or(file)
        };
        let list = |flag: &[String], file: Vec<String>| {
            let named: Vec<String> = flag.iter().filter(|it| !it.is_empty()).cloned().collect();
            let mut all = if named.is_empty() { file } else { named };
            // AWS has each once, and would never be what was asked for.
            let mut seen = BTreeSet::new();
            all.retain(|it| seen.insert(it.clone()));
            all
        };
        let usual_region = || {
            environment
                .get("AWS_REGION")
                .or_else(|| environment.get("AWS_DEFAULT_REGION"))
        };
        let local = given.local.then(|| Local {
            script: given.script.clone(),
            account: given.account.clone().filter(|it| !it.is_empty()),
        });
        // What leads to AWS leads nowhere in a simulated account, also where the stack file says it.
        let aws_only = |it: Option<String>| it.filter(|_| local.is_none());
        Self {
            cluster: first(&given.cluster, table.cluster)
                // The account and the region of an ARN lead nowhere in a simulated account.
                .map(|it| {
                    local
                        .as_ref()
                        .map_or(it.clone(), |_| name_of(&it).to_owned())
                })
                .or_else(|| local.is_some().then(|| LOCAL_CLUSTER.to_owned())),
            region: first(&given.region, table.region)
                .or_else(|| usual_region().map(str::to_owned))
                .or_else(|| local.is_some().then(|| LOCAL_REGION.to_owned())),
            profile: aws_only(first(&given.profile, table.profile)),
            endpoint_url: aws_only(first(&given.endpoint_url, table.endpoint_url)),
            subnets: list(&given.subnets, table.subnets),
            security_groups: list(&given.security_groups, table.security_groups),
            service_role: first(&given.service_role, table.service_role),
            stack: first(&given.stack, table.stack),
            // The id of a simulated account is made up.
            account: aws_only(first(&given.account, table.account)),
            local,
            adopt: false,
            flags: typed(given),
        }
    }

    /// The target as far as it is known without asking AWS.
    #[must_use]
    pub fn offline(&self) -> DesiredTarget {
        DesiredTarget {
            region: self.region.clone().unwrap_or_default(),
            // An ARN is as good as a name, and a name is what a recipe gets.
            cluster: name_of(self.cluster.as_deref().unwrap_or_default()).to_owned(),
            stack: self.stack.clone().unwrap_or_default(),
            subnets: self.subnets.clone(),
            security_groups: self.security_groups.clone(),
            service_role: self.service_role.clone(),
            adopt: self.adopt,
        }
    }
}

/// The name of a cluster that is named by it, or by its ARN.
fn name_of(cluster: &str) -> &str {
    cluster.rsplit('/').next().unwrap_or(cluster)
}

/// The flags that say which service is meant, with a space before each.
fn typed(given: &TargetArgs) -> String {
    let named = [
        ("cluster", &given.cluster),
        ("region", &given.region),
        ("profile", &given.profile),
        ("endpoint-url", &given.endpoint_url),
        ("stack", &given.stack),
    ];
    let local = given.local.then(|| " --local".to_owned());
    let named = named
        .into_iter()
        .filter_map(|(flag, value)| Some(format!(" --{flag} {}", value.as_ref()?)));
    local.into_iter().chain(named).collect()
}

/// The cluster of a simulated account that nobody named one for: the one that it begins with.
const LOCAL_CLUSTER: &str = "searchapp";

/// The region of a simulated account that nobody named one for: the tutorial's.
const LOCAL_REGION: &str = "us-east-1";

/// The file of the simulated account of a region: `$XDG_STATE_HOME/host/local/us-east-1.json`, else below `~/.local/state`.
///
/// # Errors
/// There is neither.
pub fn local_account(environment: &Environment, region: &str) -> Result<PathBuf> {
    let named = environment
        .get("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|it| it.is_absolute());
    let usual = || {
        let home = environment.get("HOME").filter(|it| !it.is_empty())?;
        Some(PathBuf::from(home).join(".local/state"))
    };
    // A region becomes part of a path here, and a path is no place for a stranger's `/`.
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '-';
    if region.is_empty() || !region.chars().all(is_name) {
        let told = crate::failure::Told::new(format!("`{region}` is no region"));
        return Err(told.hint("name one such as `--region us-east-1`").into());
    }
    let base = named.or_else(usual).ok_or_else(|| {
        crate::failure::Told::new("there is no folder to keep the simulated account in")
            .hint("set `XDG_STATE_HOME` or `HOME` to a folder that you can write to")
    })?;
    Ok(base.join("host/local").join(format!("{region}.json")))
}

/// The folder for what can be made again: `$XDG_CACHE_HOME/host`, else `~/.cache/host`.
///
/// Absent where there is neither.
pub fn cache_folder(environment: &Environment) -> Option<PathBuf> {
    let named = environment
        .get("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|it| it.is_absolute());
    let base = named.or_else(|| {
        environment
            .get("HOME")
            .map(|home| PathBuf::from(home).join(".cache"))
    })?;
    Some(base.join("host"))
}

/// The folder of docker's `config.json`, where logins to registries are: `$DOCKER_CONFIG`, else `~/.docker`.
///
/// Absent where there is neither.
pub fn docker_folder(environment: &Environment) -> Option<PathBuf> {
    let named = environment.get("DOCKER_CONFIG").map(PathBuf::from);
    named.or_else(|| {
        environment
            .get("HOME")
            .map(|home| PathBuf::from(home).join(".docker"))
    })
}

/// What the variables of this program begin with.
const VARIABLES: &str = "RECIPE_HOST_";

/// What those of limits begin with.
const LIMITS: &str = "RECIPE_HOST_LIMIT_";

/// The variables of this program's that nobody reads, each with the one that is most likely meant.
pub fn unknown_variables(environment: &Environment) -> Vec<(String, Option<String>)> {
    let known = crate::cli::variables();
    let known: BTreeSet<&str> = known
        .iter()
        .map(String::as_str)
        .chain([parameters::VARIABLE])
        .collect();
    environment
        .beginning_with(VARIABLES)
        // Those are refused where they count.
        .filter(|it| !it.starts_with(LIMITS) && !known.contains(it))
        .map(|it| (it.to_owned(), meant(it, &known, VARIABLES)))
        .collect()
}

/// Which variables are near one. All begin alike, so that only the rest counts.
fn meant(name: &str, known: &BTreeSet<&str>, start: &str) -> Option<String> {
    let rest = |it: &str| it.strip_prefix(start).unwrap_or(it).to_owned();
    let near = known.iter().filter(|it| is_near(&rest(name), &rest(it)));
    let near: Vec<String> = near.map(|it| format!("`{it}`")).collect();
    (!near.is_empty()).then(|| format!("did you mean {}?", near.join(", ")))
}

/// How to load recipes: where compiled ones are kept, and what they may use, by `[sandbox]` of the stack file, then by
/// `RECIPE_HOST_LIMIT_*`, then by `--sandbox`.
///
/// # Errors
/// A limit that is none.
pub fn load_options(
    given: &SandboxArgs,
    file: Option<&StackFile>,
    environment: &Environment,
) -> Result<LoadOptions> {
    let mut limits = Limits::default();
    if let Some(file) = file {
        for (limit, value) in file.limits()? {
            limits = limits.with(limit, value);
        }
    }
    let limits_of: BTreeSet<&str> = Limit::ALL.map(Limit::variable).into();
    let mut named = environment.beginning_with(LIMITS);
    // As a key of `[sandbox]` that is misspelt: it would go unheard, and the limit with it.
    if let Some(unknown) = named.find(|it| !limits_of.contains(it)) {
        let message = format!("the variable `{unknown}` sets a limit that there is not");
        return Err(crate::failure::Told::new(message)
            .hint(meant(unknown, &limits_of, LIMITS).unwrap_or_else(|| {
                "`host inspect RECIPE` shows every limit; unset the variable to do without it"
                    .to_owned()
            }))
            .into());
    }
    for limit in Limit::ALL {
        let variable = limit.variable();
        if let Some(text) = environment.get(variable) {
            let value = limit.read(text).map_err(|reason| {
                let message = format!("the variable `{variable}` is `{text}`, and {reason}");
                crate::failure::Told::new(message)
                    .hint("correct it, or unset it to have the default")
            })?;
            limits = limits.with(limit, value);
        }
    }
    for it in &given.limits {
        limits = limits.with(it.limit, it.value);
    }
    Ok(LoadOptions {
        cache: cache_folder(environment).map(|it| it.join("compiled")),
        program: this_program(),
        limits,
    })
}

/// This very program, also where another version has taken its place on the disk since it was started.
fn this_program() -> Option<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() {
        return Some(running);
    }
    std::env::current_exe().ok()
}

/// The Rust toolchain for `host build`, as cargo's own variables choose it.
pub fn toolchain(environment: &Environment, quiet: bool) -> Toolchain {
    // Cargo gives the encoded form precedence; its separator allows flags with spaces.
    let rustflags = match environment.get("CARGO_ENCODED_RUSTFLAGS") {
        Some(flags) => flags.split('\u{1f}').map(str::to_owned).collect(),
        None => environment
            .get("RUSTFLAGS")
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
    };
    let home = || {
        environment
            .get("HOME")
            .map(|home| PathBuf::from(home).join(".cargo"))
    };
    Toolchain {
        cargo: environment.get("CARGO").unwrap_or("cargo").into(),
        rustflags,
        cargo_home: environment
            .get("CARGO_HOME")
            .map(PathBuf::from)
            .or_else(home),
        quiet,
    }
}

#[cfg(test)]
mod tests;
