//! The verbs about recipes in registries, and how registries are reached.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::{ParameterArgs, SandboxArgs, parse};

/// How registries are reached.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Registries")]
pub struct RegistryArgs {
    /// Speak plain HTTP with registries, which anybody on the way can read; with this machine that is tried by itself
    #[arg(long, env = "RECIPE_HOST_PLAIN_HTTP", value_parser = parse::switch)]
    pub plain_http: bool,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host pull oci://ghcr.io/acme/redis:1.2.0
  host pull oci://ghcr.io/acme/redis:1.x          the newest 1.something
  host run $(host pull oci://ghcr.io/acme/redis)  exactly what was pulled
  host pull                                       all of the stack, as it is locked

Prints each recipe by its digest. Logins are those of docker (`host login REGISTRY`), and for
ECR the AWS credentials.")]
pub struct PullArgs {
    /// Recipes in registries (`oci://REGISTRY/REPOSITORY`, with `:1.2.0`, `:1.x` or `@sha256:…`), services of the nearest
    /// host.toml, or a stack file (.toml); without any, all services of the nearest host.toml
    #[arg(value_name = "REFERENCE|NAME|STACK")]
    pub recipes: Vec<String>,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host push redis.wasm oci://ghcr.io/acme/redis         as the version that the recipe says it is
  host push redis.wasm oci://ghcr.io/acme/redis:edge    a tag that moves

Refuses what `host lint` calls errors, a version that is published with another content, and
what breaks users of the version before. The very same once more sends nothing. Where an index
of recipes lies beside it (`oci://ghcr.io/acme/index`), the version is listed there, too.
Prints the recipe by its digest.")]
pub struct PushArgs {
    /// Path of a recipe
    #[arg(value_name = "FILE")]
    pub file: String,
    /// Where to: `oci://REGISTRY/REPOSITORY`, with a tag or without
    #[arg(value_name = "REFERENCE")]
    pub reference: String,
    /// Begin an index of recipes beside it, where there is none: for registries that do not list their repositories,
    /// so that `host search` finds what is there
    #[arg(long, env = "RECIPE_HOST_INDEX", value_parser = parse::switch)]
    pub index: bool,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host search                                       all, where the recipes of host.toml lie
  host search redis --registry oci://ghcr.io/acme
  host search --registry oci://ghcr.io/acme,oci://registry.local --output json

Asks a registry for the list of its repositories, and each of them for its newest version. One
that does not list them (GHCR, Docker's) is asked for the index that `host push --index` keeps
there. No component is downloaded. Finding nothing is no error.")]
pub struct SearchArgs {
    /// What stands in the name or the summary of a recipe, in capitals or not; without it all are listed
    #[arg(value_name = "WORD")]
    pub word: Option<String>,
    /// Where to look, repeatable: `oci://REGISTRY` or `oci://REGISTRY/NAMESPACE`. Without it, where the recipes of the
    /// nearest host.toml lie, and the places of its `[trust]`
    #[arg(
        long = "registry",
        value_name = "PLACE",
        value_delimiter = ',',
        env = "RECIPE_HOST_REGISTRY"
    )]
    pub registries: Vec<String>,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host login ghcr.io
  echo \"$TOKEN\" | host login ghcr.io --username me --password-stdin

The registry is asked whether it takes the login, and then it is kept where docker keeps logins:
with the credential helper that docker's config.json names, else in that file itself, where it
is not encrypted. Registries of ECR need none: they take the AWS credentials.")]
pub struct LoginArgs {
    /// The registry: `ghcr.io`, `127.0.0.1:5000`; `docker.io` is Docker's
    #[arg(value_name = "REGISTRY")]
    pub name: String,
    /// The name to log in with; without one it is asked for
    #[arg(short, long, value_name = "NAME", env = "RECIPE_HOST_USERNAME")]
    pub username: Option<String>,
    /// Read the password from stdin, all of it but the end of its last line
    #[arg(long, env = "RECIPE_HOST_PASSWORD_STDIN", value_parser = parse::switch)]
    pub password_stdin: bool,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:
  host logout ghcr.io

Takes the login away from where docker keeps it, for `host` and docker alike.")]
pub struct LogoutArgs {
    /// The registry: `ghcr.io`, `127.0.0.1:5000`; `docker.io` is Docker's
    #[arg(value_name = "REGISTRY")]
    pub name: String,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host lock                    what is not locked yet
  host lock --update           the newest that the stack file takes, of all
  host lock --update redis     of one service, with what that changes

Writes `host.lock` beside `host.toml`, `other.lock` beside `other.toml`. For the services of the
stack every verb runs what is locked, and nothing else; with a filled cache that takes no registry.
What the stack file itself asks for anew is locked without `--update`.")]
pub struct LockArgs {
    /// Services of the stack file, and the stack file itself (.toml); without any, all of the nearest host.toml
    #[arg(value_name = "NAME|STACK")]
    pub names: Vec<String>,
    /// Take the newest that the stack file allows in place of what is locked, and show what that changes
    #[arg(long, env = "RECIPE_HOST_UPDATE", value_parser = parse::switch)]
    pub update: bool,
    #[command(flatten)]
    pub parameters: ParameterArgs,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host outdated
  host outdated redis --output json")]
pub struct OutdatedArgs {
    /// Services of the stack file, and the stack file itself (.toml); without any, all of the nearest host.toml
    #[arg(value_name = "NAME|STACK")]
    pub names: Vec<String>,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host sign --key cosign.key oci://ghcr.io/acme/redis:1.2.0

Puts a signature of exactly this content beside the recipe, as `cosign sign --key` does; those of
others stay. The key is one of `cosign generate-key-pair` (its password in COSIGN_PASSWORD), or
PKCS#8 or SEC1 of OpenSSL.")]
pub struct SignArgs {
    /// Recipes in registries
    #[arg(value_name = "REFERENCE", required = true)]
    pub references: Vec<String>,
    /// The private key
    #[arg(
        long,
        value_name = "FILE",
        env = "RECIPE_HOST_KEY",
        allow_hyphen_values = true
    )]
    pub key: PathBuf,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host verify oci://ghcr.io/acme/redis:1.x                    by `[trust]` of host.toml
  host verify                                                 all of the stack, as it is locked
  host verify --key cosign.pub oci://ghcr.io/acme/redis:1.2.0
  host verify --key cosign.pub oci:vendor:1.2.0

Prints each recipe by its digest, with the fingerprint of the key that signed it.")]
pub struct VerifyArgs {
    /// Recipes in registries, services of the nearest host.toml, or a stack file (.toml); without any, all services of
    /// the nearest host.toml
    #[arg(value_name = "REFERENCE|NAME|STACK")]
    pub recipes: Vec<String>,
    /// A public key that counts, repeatable; without one those of `[trust]`
    #[arg(long = "key", value_name = "FILE", allow_hyphen_values = true)]
    pub keys: Vec<PathBuf>,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host save oci://ghcr.io/acme/redis:1.2.0 -o vendor
  host save -o vendor                             every recipe of the stack, as it is locked

Makes an OCI layout of the folder, or adds to one: each recipe byte for byte, with its signatures,
under its full name. `oci:vendor:1.2.0` runs from there; `host load` and `skopeo copy
oci:vendor:NAME …` take it on. Prints each recipe by its digest.")]
pub struct SaveArgs {
    /// Recipes in registries, services of the nearest host.toml, or a stack file (.toml); without any, all services of
    /// the nearest host.toml
    #[arg(value_name = "REFERENCE|NAME|STACK")]
    pub recipes: Vec<String>,
    /// The folder
    #[arg(short = 'o', long, value_name = "DIR", env = "RECIPE_HOST_LAYOUT")]
    pub layout: String,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host load vendor                                            as if all of it had been pulled
  host load vendor oci://registry.test/acme/redis             into a registry
  host load oci:vendor:1.2.0 oci://registry.test/acme/redis   one of several
  host load vendor oci://registry.test/acme/                  all, each to a repository of its name

What lies there keeps its digests and its signatures. Prints each recipe by its digest.")]
pub struct LoadArgs {
    /// A layout, or one recipe of it (oci:DIR:NAME)
    #[arg(value_name = "DIR")]
    pub layout: String,
    /// Where to: a repository, with a tag or without, or `oci://REGISTRY/PART/`; without it, what is kept on this machine
    #[arg(value_name = "REFERENCE")]
    pub reference: Option<String>,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Clone, Debug, Args)]
pub struct CacheArgs {
    #[command(subcommand)]
    pub verb: CacheVerb,
}

#[derive(Clone, Debug, Subcommand)]
pub enum CacheVerb {
    /// List the recipes that are kept, with their tags
    #[command(visible_alias = "ls")]
    List,
    /// Hash everything, and delete what is damaged; the exit status is 1 then
    Check,
    /// Delete what was not used for long. It is fetched and compiled again when it is needed
    Prune {
        /// How long: `12h`, `30d`
        #[arg(long, value_name = "TIME", default_value = "30d", value_parser = parse::duration)]
        older_than: Duration,
        /// Delete everything
        #[arg(long, conflicts_with = "older_than")]
        all: bool,
    },
}
