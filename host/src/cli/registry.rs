//! The verbs about recipes in registries, and how registries are reached.

use clap::Args;

use super::{SandboxArgs, parse};

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

Prints each recipe by its digest. Logins are those of docker: `docker login REGISTRY`.")]
pub struct PullArgs {
    /// Recipes in registries: `oci://REGISTRY/REPOSITORY`, with `:1.2.0`, `:1.x` or `@sha256:…`
    #[arg(value_name = "REFERENCE", required = true)]
    pub references: Vec<String>,
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
what breaks users of the version before. The very same once more sends nothing. Prints the
recipe by its digest.")]
pub struct PushArgs {
    /// Path of a recipe
    #[arg(value_name = "FILE")]
    pub file: String,
    /// Where to: `oci://REGISTRY/REPOSITORY`, with a tag or without
    #[arg(value_name = "REFERENCE")]
    pub reference: String,
    #[command(flatten)]
    pub sandbox: SandboxArgs,
    #[command(flatten)]
    pub registry: RegistryArgs,
}
