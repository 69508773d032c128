//! The command line as types: flags, their variables, their help. Nothing here does anything.
//!
//! Every flag can be given as a variable `RECIPE_HOST_*`; plain `HOST_*` is taken by shells and CI systems.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{ArgAction, Args, FromArgMatches, Parser, Subcommand, ValueEnum};

mod command;
mod iam;
mod parse;
mod recipe;
mod registry;
mod tools;

pub use command::{command, variables};
pub use iam::{IamArgs, IamVerb};
pub use parse::{Assignment, Raised};
pub use recipe::{BuildArgs, InspectArgs, LintArgs, ParameterArgs, SandboxArgs};
pub use registry::{
    CacheArgs, CacheVerb, LoadArgs, LockArgs, LoginArgs, LogoutArgs, OutdatedArgs, PullArgs,
    PushArgs, RegistryArgs, SaveArgs, SearchArgs, SignArgs, VerifyArgs,
};
pub use tools::{CompletionsArgs, DoctorArgs, ExplainArgs, SimulatorArgs};

/// Runs service recipes: sandboxed WebAssembly components, one per dependency of an application,
/// each an ECS task definition, a load balancer and an ECS service.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "host",
    version,
    about,
    max_term_width = 100,
    propagate_version = false,
    after_help = "Start here:
  host inspect recipes/redis.wasm              what a recipe takes and gives
  host render recipes/redis.wasm               what would be sent, without network or credentials
  host plan recipes/redis.wasm                 what would change
  host run recipes/redis.wasm --local          try it on a simulated account of this machine
  host run recipes/redis.wasm                  create, wait until steady, print where to connect
  host run oci://ghcr.io/acme/redis:1.x        the same, of a recipe in a registry

Exit status: 0 done, 1 failed, 2 changes pending (`plan --detailed-exitcode` only), 64 wrong usage,
70 a bug of host, 130 interrupted, 143 ended by SIGTERM.
Data goes to stdout, everything else to stderr. Every setting has a variable: `--cluster`
is RECIPE_HOST_CLUSTER. NO_COLOR is respected."
)]
pub struct Cli {
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// What stdout is for: people, or programs (one JSON document, with `schema_version`)
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        default_value = "text",
        env = "RECIPE_HOST_OUTPUT"
    )]
    pub output: OutputFormat,
    /// Say nothing on stderr but errors
    #[arg(short, long, global = true, env = "RECIPE_HOST_QUIET", value_parser = parse::switch)]
    pub quiet: bool,
    /// Say more on stderr; twice: every call
    #[arg(short, long, global = true, action = ArgAction::Count, env = "RECIPE_HOST_VERBOSE")]
    pub verbose: u8,
}

/// The shape of stdout.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum OutputFormat {
    #[default]
    Text,
    Json,
}

/// The verbs.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Plan and apply, wait until steady, print where to connect
    #[command(visible_aliases = ["up", "apply"])]
    Run(RunArgs),
    /// Show what `run` would change, and change nothing
    Plan(PlanArgs),
    /// Print what would be sent to AWS; needs no network and no credentials
    Render(RenderArgs),
    /// Print the least IAM policy for this stack; needs no network and no credentials
    Iam(IamArgs),
    /// Show how services are, from their tags alone
    Status(StatusArgs),
    /// Print where to connect, from the tags alone
    Endpoints(EndpointsArgs),
    /// List every service of the cluster, those of others marked
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// Put a service back to a revision that was seen steady, and wait for it
    Rollback(RollbackArgs),
    /// Delete services with their load balancers and task definitions
    #[command(visible_alias = "delete")]
    Destroy(DestroyArgs),
    /// Show what a recipe takes, gives and asks for
    Inspect(InspectArgs),
    /// Say what the author of a recipe should mend
    Lint(LintArgs),
    /// Compile recipes written in Rust
    Build(BuildArgs),
    /// Fetch recipes from registries, to be run later without them
    Pull(PullArgs),
    /// Publish a recipe in a registry
    Push(PushArgs),
    /// Find recipes in registries
    Search(SearchArgs),
    /// Log in to a registry, for `host` and docker alike
    Login(LoginArgs),
    /// Log out of a registry
    Logout(LogoutArgs),
    /// Pin which content the recipes of a stack are, so that only that runs
    Lock(LockArgs),
    /// List the recipes of a stack that there are newer versions of
    Outdated(OutdatedArgs),
    /// Sign recipes in registries, as `cosign sign --key` does
    Sign(SignArgs),
    /// Check who signed recipes in registries
    Verify(VerifyArgs),
    /// Copy recipes from registries into a folder, to be carried into a closed network
    Save(SaveArgs),
    /// Take recipes out of such a folder, into a registry or for this machine
    Load(LoadArgs),
    /// List, check and delete what is kept of recipes on this machine
    Cache(CacheArgs),
    /// Say what a code such as H0501 means and what to do about it
    Explain(ExplainArgs),
    /// Serve a strict stand-in for ECS and classic ELB on this machine
    Simulator(SimulatorArgs),
    /// Check what host needs: toolchain, folders, credentials, cluster
    Doctor(DoctorArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

/// Where to deploy.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Target")]
pub struct TargetArgs {
    /// ECS cluster; without one the only cluster there is, or `default`
    #[arg(long, value_name = "NAME", env = "RECIPE_HOST_CLUSTER")]
    pub cluster: Option<String>,
    /// AWS region; else as the `aws` command finds it
    #[arg(long, value_name = "REGION", env = "RECIPE_HOST_REGION")]
    pub region: Option<String>,
    /// Profile of ~/.aws/config; else as the `aws` command finds it
    #[arg(long, value_name = "NAME", env = "RECIPE_HOST_PROFILE")]
    pub profile: Option<String>,
    /// Send all calls to this address instead of AWS
    #[arg(long, value_name = "URL", env = "RECIPE_HOST_ENDPOINT_URL")]
    pub endpoint_url: Option<String>,
    /// Use a simulated AWS account on this machine: no credentials, no network, no cost. It is kept below
    /// `$XDG_STATE_HOME/host`, and its time passes only while it is waited for
    #[arg(long, env = "RECIPE_HOST_LOCAL", conflicts_with_all = ["endpoint_url", "profile"], value_parser = parse::switch)]
    pub local: bool,
    /// What is to happen in the simulated account: how images behave, faults. See host/simulator/README.md
    #[arg(long, value_name = "FILE", requires = "local")]
    pub script: Option<PathBuf>,
    /// Subnet of load balancers, repeatable; without one a new one goes to those of the cluster's instances
    #[arg(
        long = "subnet",
        value_name = "ID",
        value_delimiter = ',',
        env = "RECIPE_HOST_SUBNET"
    )]
    pub subnets: Vec<String>,
    /// Security group of load balancers, repeatable; without one a new one gets the VPC's default
    #[arg(
        long = "security-group",
        value_name = "ID",
        value_delimiter = ',',
        env = "RECIPE_HOST_SECURITY_GROUP"
    )]
    pub security_groups: Vec<String>,
    /// Role that ECS registers instances with; without one ECS's service-linked role
    #[arg(long, value_name = "ROLE", env = "RECIPE_HOST_SERVICE_ROLE")]
    pub service_role: Option<String>,
    /// The account that the cluster must be in; nothing is changed in another one
    #[arg(long, value_name = "ID", env = "RECIPE_HOST_ACCOUNT", value_parser = parse::account)]
    pub account: Option<String>,
    /// The group of services that belong together in the cluster [default: default]
    #[arg(long, value_name = "NAME", env = "RECIPE_HOST_STACK")]
    pub stack: Option<String>,
}

/// What to deploy.
#[derive(Clone, Debug, Default, Args)]
pub struct RecipeArgs {
    /// Path of a recipe (with a `/`, or ending in .wasm), recipe in a registry (oci://…) or a layout (oci:DIR:NAME),
    /// stack file (.toml), or service of the nearest host.toml; without any, all services of the nearest host.toml
    #[arg(value_name = "RECIPE")]
    pub recipes: Vec<String>,
    #[command(flatten)]
    pub parameters: ParameterArgs,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

/// How long to wait, and what for.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Waiting")]
pub struct WaitArgs {
    /// Return as soon as AWS has accepted everything
    #[arg(long, env = "RECIPE_HOST_NO_WAIT", value_parser = parse::switch)]
    pub no_wait: bool,
    /// Give up waiting after this long: `40s`, `10m`, `1h`
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = parse::duration, env = "RECIPE_HOST_TIMEOUT")]
    pub timeout: Duration,
}

/// Whose objects may be changed.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Changes")]
pub struct AdoptArgs {
    /// Take over objects of these names that were not made by host: they get its tags, and are changed to what
    /// the recipes say. Those of other stacks are never taken
    #[arg(long, env = "RECIPE_HOST_ADOPT", value_parser = parse::switch)]
    pub adopt: bool,
}

/// Where else endpoints go.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Endpoints")]
pub struct WriteArgs {
    /// Also write endpoints to a file: `REDIS_HOST`, `REDIS_PORT` and, where known, `REDIS_URL`. What
    /// else the file says stays
    #[arg(long = "write", value_name = "dotenv=FILE", value_parser = parse::destination, env = "RECIPE_HOST_WRITE")]
    pub dotenv: Vec<PathBuf>,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host run recipes/redis.wasm
  host run oci://ghcr.io/acme/redis:1.x
  host run recipes/redis.wasm recipes/memcached.wasm --set desired-count=2 --set redis.memory=512
  host run stack.toml --timeout 5m --write dotenv=.env
  host run plan.json

A plan that `host plan -o plan.json` saved is accepted in place of recipes: it is made again, and
applied if the same comes of it. It is refused, with everything that moved, when a recipe, a
parameter, the target or what AWS has is another one than then, and when the file was edited.
It holds its recipes, parameters and target. Beside it go secrets (`--set NAME=ARN`), --profile,
--endpoint-url, --sandbox, and what is said of waiting, endpoints and asking; other recipes, parameters and
flags of the target are refused.

On stdout: one line per endpoint, `redis  internal-redis-elb-1.us-east-1.elb.amazonaws.com:80`.
A killed run is simply run again.")]
pub struct RunArgs {
    #[command(flatten)]
    pub recipes: RecipeArgs,
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub wait: WaitArgs,
    #[command(flatten)]
    pub write: WriteArgs,
    /// What becomes of a service that fails: `rollback` puts back what this run changed, its load balancer
    /// too, and goes to the last revision seen steady (a new one is scaled to zero), `keep` leaves it; without
    /// it as the recipe declares
    #[arg(
        long,
        value_enum,
        value_name = "ACTION",
        help_heading = "Waiting",
        env = "RECIPE_HOST_ON_FAILURE"
    )]
    pub on_failure: Option<OnFailure>,
    #[command(flatten)]
    pub adopt: AdoptArgs,
    /// Show the plan and stop, like `plan`
    #[arg(long, help_heading = "Changes", env = "RECIPE_HOST_DRY_RUN", value_parser = parse::switch)]
    pub dry_run: bool,
    /// Do not ask before something is replaced or deleted, or loses data
    #[arg(short, long, help_heading = "Changes", env = "RECIPE_HOST_YES", value_parser = parse::switch)]
    pub yes: bool,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host plan recipes/redis.wasm --cluster searchapp
  host plan stack.toml --output json
  host plan stack.toml --detailed-exitcode || { [ $? = 2 ] && host run stack.toml; }
  host plan stack.toml -o plan.json && host run plan.json")]
pub struct PlanArgs {
    #[command(flatten)]
    pub recipes: RecipeArgs,
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub adopt: AdoptArgs,
    /// Also save the plan, for `host run FILE`: it applies exactly this, or says what moved since. The ARNs of
    /// secrets are not in it
    #[arg(short, long, help_heading = "Output", value_name = "FILE.json", value_parser = parse::plan_file, env = "RECIPE_HOST_OUT")]
    pub out: Option<PathBuf>,
    /// Exit with 2 when there are changes, 0 when there are none, 1 on errors
    #[arg(long, help_heading = "Output", env = "RECIPE_HOST_DETAILED_EXITCODE", value_parser = parse::switch)]
    pub detailed_exitcode: bool,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host render recipes/redis.wasm
  host render recipes/redis.wasm --set memory=512 | jq .taskDefinition
  host render recipes/redis.wasm --cluster searchapp --emit aws-cli out/

Prints {\"taskDefinition\", \"loadBalancer\", \"healthCheck\", \"attributes\", \"service\"}, each the body of one
operation of AWS and absent when unused; an array for several recipes. Without a target, cluster,
subnets, security groups and role are left out.")]
pub struct RenderArgs {
    #[command(flatten)]
    pub recipes: RecipeArgs,
    #[command(flatten)]
    pub target: TargetArgs,
    /// Write files for `aws … --cli-input-json` and the commands that use them
    #[arg(long, help_heading = "Output", num_args = 2, value_names = ["aws-cli", "DIR"])]
    pub emit: Option<Vec<OsString>>,
    /// Show the ARNs of secrets in place of their tokens, and variables that are masked
    #[arg(long, help_heading = "Output", env = "RECIPE_HOST_WITH_SECRET_ARNS", value_parser = parse::switch)]
    pub with_secret_arns: bool,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host status
  host status redis --cluster searchapp")]
pub struct StatusArgs {
    /// Services of the stack; without any, all of them
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    #[command(flatten)]
    pub target: TargetArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host endpoints
  host endpoints redis --write dotenv=.env")]
pub struct EndpointsArgs {
    /// Services of the stack; without any, all of them
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub write: WriteArgs,
}

#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    pub target: TargetArgs,
}

/// What becomes of a service that fails after it was changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum OnFailure {
    /// Back to the last revision that was seen steady; scaled to zero where there is none.
    Rollback,
    /// It stays as it is.
    Keep,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host rollback redis
  host rollback redis --to redis:3

`host status redis` shows which revisions there are and which were seen steady.")]
pub struct RollbackArgs {
    /// A service of the stack
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The stack file with its target and grants; without it the nearest `host.toml`
    #[arg(value_name = "STACK", value_parser = parse::stack_file)]
    pub file: Option<String>,
    /// The revision, `redis:3` or `3`; without it the last one before this that was seen steady
    #[arg(long, value_name = "REVISION", env = "RECIPE_HOST_TO")]
    pub to: Option<String>,
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub wait: WaitArgs,
    /// Do not ask before data is lost
    #[arg(short, long, help_heading = "Changes", env = "RECIPE_HOST_YES", value_parser = parse::switch)]
    pub yes: bool,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host destroy redis
  host destroy --stack pull-42 --yes

Only what carries the stack's tags is deleted. Data in a folder of the instance, a shared docker volume or EFS stays \
and is listed; other data goes with its tasks. Interrupted, it goes on when it is run again.")]
pub struct DestroyArgs {
    /// Services of the stack; without any, all of them
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    #[command(flatten)]
    pub target: TargetArgs,
    /// Give up waiting for tasks to stop after this long: `40s`, `10m`, `1h`
    #[arg(long, help_heading = "Waiting", value_name = "TIME", default_value = "15m", value_parser = parse::duration, env = "RECIPE_HOST_TIMEOUT")]
    pub timeout: Duration,
    /// Do not ask
    #[arg(short, long, help_heading = "Changes", env = "RECIPE_HOST_YES", value_parser = parse::switch)]
    pub yes: bool,
}

impl Cli {
    /// Reads arguments, the program's name first, and the variables of flags.
    ///
    /// # Errors
    /// Wrong usage; or the text of `--help` and `--version`, which clap counts as one.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let typed: Vec<OsString> = arguments.into_iter().collect();
        let matches = command()
            .try_get_matches_from(&typed)
            .map_err(|it| parse::told_by_verb(parse::told_by_variable(it, &typed), &typed))
            .map_err(|it| parse::told_of_stdin(it, &typed))?;
        if let Some(flag) = parse::empty(&matches) {
            let message =
                format!("`{flag}` is given an empty text: name one, or leave the flag out");
            return Err(command().error(ErrorKind::InvalidValue, message));
        }
        Self::from_arg_matches(&matches)
    }
}

#[cfg(test)]
mod tests;
