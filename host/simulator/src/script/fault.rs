//! Faults of the control plane and of the way to it.

use serde::{Deserialize, Serialize};

/// One fault.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fault {
    /// The operation, with `*` for any text: `CreateService`, `Describe*`, `*`.
    pub operation: String,
    /// The first call of it that is hit, from 1 on; 1 when absent.
    pub from: Option<u64>,
    /// How many calls are hit; absent: all further ones.
    pub times: Option<u64>,
    pub kind: FaultKind,
    /// What AWS says, for `error`.
    pub code: Option<String>,
    pub message: Option<String>,
    pub status: Option<u16>,
    /// For `slow`: how long the answer takes; for `stale`: how old what it tells is. Simulated seconds.
    pub seconds: Option<f64>,
    /// For `lost`: before or after the call has taken effect.
    pub moment: Moment,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// `ThrottlingException`, or ELB's `Throttling`: `Rate exceeded`.
    #[default]
    Throttle,
    /// The error that `code`, `message` and `status` say; without them HTTP 500 and `ServerException`, or ELB's `InternalFailure`.
    Error,
    /// The answer comes late.
    Slow,
    /// The connection is cut.
    Lost,
    /// A read tells what was, not what is.
    Stale,
}

/// When a connection is cut.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    Before,
    #[default]
    After,
}
