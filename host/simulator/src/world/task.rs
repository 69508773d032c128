//! Tasks.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Tags;
use crate::time::Time;

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Task {
    /// The last part of its ARN.
    pub id: String,
    pub arn: String,
    /// The name of its service. Absent: RunTask or StartTask made it.
    pub service: Option<String>,
    /// `startedBy`: of a service's task the id of the deployment.
    pub started_by: Option<String>,
    /// `group`: `service:redis-service`, `family:redis`.
    pub group: String,
    /// The ARN of its revision.
    pub revision: String,
    /// The id of its container instance.
    pub instance: Option<String>,
    pub status: TaskStatus,
    /// Whether it is to stop (`desiredStatus` STOPPED).
    pub is_stopping: bool,
    /// Why it stops or has stopped.
    pub stop: Option<Stop>,
    pub containers: Vec<Container>,
    /// `overrides` of RunTask.
    pub overrides: Value,
    pub tags: Tags,
    pub created: Time,
    pub started: Option<Time>,
    pub stopping: Option<Time>,
    pub stopped: Option<Time>,
    /// When its status changes next by itself. Absent: not without a reason.
    pub due: Option<Time>,
}

/// `lastStatus`, in the order of a task's life.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskStatus {
    #[default]
    Provisioning,
    Pending,
    Activating,
    Running,
    Deactivating,
    Stopping,
    Deprovisioning,
    Stopped,
}

/// Why a task stops.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Stop {
    pub code: StopCode,
    /// `stoppedReason`.
    pub reason: String,
}

/// `stopCode`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
pub enum StopCode {
    #[default]
    EssentialContainerExited,
    TaskFailedToStart,
    UserInitiated,
    ServiceSchedulerInitiated,
    SpotInterruption,
    TerminationNotice,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Container {
    pub name: String,
    pub image: String,
    pub status: TaskStatus,
    pub exit_code: Option<i32>,
    /// `reason`: `OutOfMemoryError: Container killed due to memory usage`.
    pub reason: Option<String>,
    /// `networkBindings`, once it runs.
    pub bindings: Vec<Value>,
}
