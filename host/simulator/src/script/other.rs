//! What others do in the account meanwhile, and how ECS itself fares with a service.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A call that somebody else sends: a colleague, autoscaling, another program.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Other {
    /// The operation: `DeleteService`.
    pub operation: String,
    /// As the model of AWS has it. `$task` stands for a task that runs, `$container-instance` for the first instance
    /// of the first cluster, `$instance` for its EC2 id.
    pub input: Value,
    /// The operation whose first success starts the time; absent: the account's beginning.
    pub since: Option<String>,
    /// Seconds after that.
    pub after: f64,
}

/// How ECS fares with the services that a pattern matches.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceScript {
    /// The name of the service, with `*` for any text.
    pub service: String,
    /// ECS puts its work for the service off, and says so: nothing is started.
    pub throttled: bool,
    /// Instances of its tasks cannot be registered at the load balancer, and why: `AccessDenied: …`.
    pub cannot_register: Option<String>,
}
