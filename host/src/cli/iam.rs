//! The arguments of `host iam`.

use clap::{Args, ValueEnum};

use super::{RecipeArgs, TargetArgs, parse};

/// What somebody is to be allowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum IamVerb {
    /// What `plan` reads.
    Plan,
    /// What `run` and `rollback` need: the reads of `plan`, every change, waiting, and turning back.
    Apply,
    /// What `destroy` needs.
    Destroy,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host iam recipes/redis.wasm --cluster searchapp --region us-east-1 --account 123456789012
  host iam stack.toml --for destroy > policy.json

Prints one policy as IAM takes it. It names what the recipes are called now: after a service or load
balancer was renamed, print it anew.")]
pub struct IamArgs {
    #[command(flatten)]
    pub recipes: RecipeArgs,
    #[command(flatten)]
    pub target: TargetArgs,
    /// The verb that is to be allowed
    #[arg(
        long = "for",
        value_enum,
        value_name = "VERB",
        default_value = "apply",
        help_heading = "Output",
        env = "RECIPE_HOST_FOR"
    )]
    pub verb: IamVerb,
    /// Allow any name in the cluster in place of those of the stack: for stacks too large for one policy
    #[arg(long, help_heading = "Output", env = "RECIPE_HOST_WIDE", value_parser = parse::switch)]
    pub wide: bool,
}
