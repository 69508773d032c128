//! The verbs about recipes themselves, and what recipes may use.

use std::path::PathBuf;

use clap::Args;

use super::{Assignment, Raised, RegistryArgs};

/// What recipes may use.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Sandbox")]
pub struct SandboxArgs {
    /// Raise or lower a limit of every recipe, repeatable: `--sandbox memory=96MiB`. `host inspect` shows them all
    #[arg(
        long = "sandbox",
        value_name = "LIMIT=VALUE",
        value_delimiter = ',',
        env = "RECIPE_HOST_SANDBOX"
    )]
    pub limits: Vec<Raised>,
}

/// What recipes are told.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Parameters")]
pub struct ParameterArgs {
    /// Set a parameter of every recipe that has it, or of one: `--set redis.memory=512`. The variable
    /// `RECIPE_HOST_SET` takes one per line
    #[arg(long = "set", value_name = "[RECIPE.]NAME=VALUE")]
    pub set: Vec<Assignment>,
    /// TOML or JSON file of parameters; a table named like a recipe or service is for that one
    #[arg(long = "params", value_name = "FILE", env = "RECIPE_HOST_PARAMS")]
    pub files: Vec<PathBuf>,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host inspect recipes/redis.wasm
  host inspect oci://ghcr.io/acme/redis:1.x

Of a recipe in a registry that was not pulled, what its publisher wrote beside it is shown, which
is said; no component is downloaded for that. After `host pull` the recipe is asked itself.")]
pub struct InspectArgs {
    /// Paths of recipes, references (oci://…, oci:DIR:NAME), or services of host.toml
    #[arg(value_name = "RECIPE", required = true)]
    pub recipes: Vec<String>,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host lint recipes/redis.wasm
  host lint *.wasm --output json
  host lint recipes/redis.wasm --set edition=current

Renders each recipe on its own defaults, twice, in fresh instances; for a required parameter it
thinks of a value. Errors are what stops a user, and status 1; warnings are what an author should
mend. `host explain CODE` says more about each.")]
pub struct LintArgs {
    /// Paths of recipes, references (oci://…, oci:DIR:NAME), or services of host.toml
    #[arg(value_name = "RECIPE", required = true)]
    pub recipes: Vec<String>,
    #[command(flatten)]
    pub parameters: ParameterArgs,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host build recipes/redis        writes recipes/redis.wasm
  host build                      in the folder of a recipe: writes ./NAME.wasm")]
pub struct BuildArgs {
    /// Folders of recipes, each with a Cargo.toml
    #[arg(value_name = "DIR", default_value = ".")]
    pub folders: Vec<PathBuf>,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
}
