//! How tasks ended.

use serde_json::Value;

use super::past::Mark;
use crate::escape::one_line;

/// A task of ours that ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ended {
    /// The last part of its ARN.
    pub(super) task: String,
    /// When it stopped, in seconds since 1970; infinite where AWS does not say.
    pub(super) at: f64,
    pub(super) ending: Ending,
    /// `stoppedReason`.
    pub(super) stopped: String,
    /// The container that it is due to.
    pub(super) container: Option<String>,
    pub(super) image: Option<String>,
    pub(super) exit_code: Option<i64>,
    /// Why that container ended, in AWS's words.
    pub(super) reason: Option<String>,
    /// When the judge first saw it.
    pub(super) seen: Mark,
}

/// Why a task ended. The order is that of depth: what comes first explains what comes after it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Ending {
    OutOfMemory,
    Pull,
    Start,
    /// Exit code 137 without a word from AWS.
    Killed,
    Exited,
    HealthCheck,
    /// Its instance went: a spot interruption, a termination.
    Interrupted,
    /// Someone or the scheduler stopped it.
    Ordered,
}

impl Ending {
    /// Whether the task did not keep running by a fault of its own.
    pub(super) fn is_crash(self) -> bool {
        self <= Self::Exited
    }
}

impl Ended {
    pub(super) fn read(task: &Value, seen: Mark) -> Self {
        let text = |value: &Value| {
            value
                .as_str()
                .filter(|it| !it.is_empty())
                // Each of them becomes part of a line.
                .map(|it| one_line(it).into_owned())
        };
        let stopped = text(&task["stoppedReason"]).unwrap_or_default();
        let containers = task["containers"].as_array().map_or(&[][..], Vec::as_slice);
        let guilty = guilty(containers);
        let exit_code = guilty.and_then(|it| it["exitCode"].as_i64());
        let reason = guilty.and_then(|it| text(&it["reason"]));
        let words = format!("{stopped} {}", reason.as_deref().unwrap_or_default());
        Self {
            task: last_part(task["taskArn"].as_str().unwrap_or_default()).to_owned(),
            at: task["stoppedAt"].as_f64().unwrap_or(f64::INFINITY),
            ending: ending(task["stopCode"].as_str(), &words, exit_code),
            container: guilty.and_then(|it| text(&it["name"])),
            image: guilty.and_then(|it| text(&it["image"])),
            stopped,
            exit_code,
            reason,
            seen,
        }
    }

    /// In a line, as AWS tells it.
    pub(super) fn line(&self) -> String {
        let told = (self.reason.as_deref()).filter(|it| !self.stopped.contains(it));
        let code = self.exit_code.map(|it| format!("exit code {it}"));
        let details: Vec<&str> = code.as_deref().into_iter().chain(told).collect();
        let container = self.container.as_deref().unwrap_or("a container");
        let container = match details.as_slice() {
            [] => String::new(),
            details => format!("; container `{container}`: {}", details.join(", ")),
        };
        let stopped = match self.stopped.as_str() {
            "" => String::new(),
            stopped => format!(": {stopped}"),
        };
        format!("task {} stopped{stopped}{container}", self.task)
    }

    /// All that AWS says about it, in lower case, to look for words in.
    pub(super) fn words(&self) -> String {
        format!(
            "{} {}",
            self.stopped,
            self.reason.as_deref().unwrap_or_default()
        )
        .to_ascii_lowercase()
    }
}

/// The container that a task ended for: killed for memory, else not started, else failed, else the first that has ended.
fn guilty(containers: &[Value]) -> Option<&Value> {
    let reason = |it: &Value| it["reason"].as_str().unwrap_or_default().to_owned();
    let rank = |it: &&Value| match (reason(it), it["exitCode"].as_i64()) {
        (reason, _) if reason.contains("OutOfMemory") => 0,
        (reason, _) if !reason.is_empty() => 1,
        (_, Some(code)) if code != 0 => 2,
        (_, Some(_)) => 3,
        (_, None) => 4,
    };
    containers.iter().min_by_key(rank)
}

fn ending(code: Option<&str>, words: &str, exit_code: Option<i64>) -> Ending {
    let says = |any: &[&str]| any.iter().any(|it| words.contains(it));
    if says(&["OutOfMemory"]) {
        Ending::OutOfMemory
    } else if says(&["CannotPull"]) {
        Ending::Pull
    } else if says(&["failed ELB health checks", "failed container health checks"]) {
        Ending::HealthCheck
    } else if matches!(code, Some("SpotInterruption" | "TerminationNotice"))
        || (says(&["Host EC2"]) && says(&["terminated", "stopped"]))
    {
        Ending::Interrupted
    } else if matches!(code, Some("ServiceSchedulerInitiated" | "UserInitiated"))
        || says(&["Scaling activity initiated by"])
    {
        Ending::Ordered
    } else if code == Some("TaskFailedToStart")
        || says(&[
            "CannotStartContainer",
            "CannotCreateContainer",
            "CannotCreateVolume",
            "CannotInspectContainer",
            "DockerTimeout",
            "ResourceInitialization",
        ])
    {
        Ending::Start
    } else if code == Some("EssentialContainerExited")
        || says(&["Essential container in task exited"])
    {
        if exit_code == Some(137) {
            Ending::Killed
        } else {
            Ending::Exited
        }
    } else {
        Ending::Ordered
    }
}

/// The id in an ARN.
pub(super) fn last_part(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
