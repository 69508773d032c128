//! The verbs around deploying: codes, the simulator, what is needed, shells.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{TargetArgs, parse};

#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:
  host explain H0501")]
pub struct ExplainArgs {
    /// Codes; without any, the list of all
    #[arg(value_name = "CODE")]
    pub codes: Vec<String>,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  host simulator
  host simulator --listen 127.0.0.1:0 --port-file port --script crash.toml
  AWS_ENDPOINT_URL=http://127.0.0.1:4599 aws ecs list-clusters

It speaks the protocols of AWS, so the `aws` command, boto3 and `host --endpoint-url` all use it.
Any credentials will do. It begins with the cluster `searchapp`, two container instances,
subnet-39706b4e, sg-c70ff2a1 and the role ecsServiceRole.")]
pub struct SimulatorArgs {
    /// Where to listen; only addresses of this machine. Port 0 takes any that is free
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:4599",
        env = "RECIPE_HOST_LISTEN"
    )]
    pub listen: std::net::SocketAddr,
    /// Keep the account in a file
    #[arg(long, value_name = "FILE", env = "RECIPE_HOST_STATE")]
    pub state: Option<PathBuf>,
    /// What is to happen: how images behave, faults, the speed of time. See host/simulator/README.md
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Write the port to a file once it listens
    #[arg(long, value_name = "FILE")]
    pub port_file: Option<PathBuf>,
    /// Write every call to a file, one JSON object in a line
    #[arg(long, value_name = "FILE")]
    pub calls: Option<PathBuf>,
    /// Stop by itself after this long: `40s`, `10m`, `1h`
    #[arg(long, value_name = "TIME", value_parser = parse::duration)]
    pub stop_after: Option<Duration>,
}

#[derive(Clone, Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    pub target: TargetArgs,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:
  host completions bash > ~/.local/share/bash-completion/completions/host")]
pub struct CompletionsArgs {
    /// The shell to complete for
    pub shell: clap_complete::Shell,
}
