//! How services are: their health; and of one also its history, what ended, where its logs are.

use std::collections::BTreeMap;

use host_core::desired::DesiredTarget;
use host_core::fault::Fault;
use host_core::observed::{Revision, short};
use host_core::ownership;
use serde::Serialize;
use serde_json::Value;
use tokio::task::JoinSet;

use super::inventory::Listed;
use super::look::newest_first;
use super::rollback::history;
use crate::cloud::aws::{Aws, rfc3339};

/// What `host status NAME` shows beside what is listed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Detail {
    /// The newest revisions of its family and the one that it runs, the newest first.
    pub history: Vec<Past>,
    /// The last tasks that stopped, the newest first. AWS keeps them for about an hour.
    pub stopped: Vec<StoppedTask>,
    /// The command that follows its logs, where containers write them to CloudWatch.
    pub logs: Vec<String>,
}

/// An instance at a load balancer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstanceHealth {
    pub instance_id: String,
    /// `InService`, `OutOfService`, `Unknown`.
    pub state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl InstanceHealth {
    /// One that is being taken out is still called in service, and is not.
    pub fn is_in_service(&self) -> bool {
        self.state == "InService" && !self.says("deregistration")
    }

    /// Whether it was registered a moment ago, and has not been checked often enough yet.
    pub fn is_coming(&self) -> bool {
        self.says("registration is still in progress") && !self.says("deregistration")
    }

    fn says(&self, words: &str) -> bool {
        self.description
            .as_ref()
            .is_some_and(|it| it.to_lowercase().contains(words))
    }
}

/// A revision and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Past {
    /// `redis:3`.
    pub revision: String,
    pub registered_at: String,
    pub is_running: bool,
    /// Somebody deregistered it: its tasks run on, and no service can be given it any more.
    pub is_deregistered: bool,
    /// When the deployment began that was seen steady, or that one was where nobody wrote down when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steady: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipe: Option<String>,
}

/// A task that ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoppedTask {
    pub task: String,
    pub revision: String,
    pub stopped_at: String,
    /// `Essential container in task exited; searchapp-redis: exit code 137, OutOfMemoryError: …`.
    pub reason: String,
}

/// How many revisions and stopped tasks are shown.
const REVISIONS: usize = 5;
const STOPPED: usize = 3;

/// The health of every service that is listed, in that order; absent for one without a load balancer. A load balancer
/// that is gone has no instances.
///
/// # Errors
/// AWS refuses a read.
pub async fn health(
    aws: &Aws,
    services: &[Listed],
) -> Result<Vec<Option<Vec<InstanceHealth>>>, Fault> {
    let mut reads = JoinSet::new();
    for (index, service) in services.iter().enumerate() {
        if let Some(name) = service.load_balancer.clone() {
            let aws = aws.clone();
            reads.spawn(async move { (index, aws.instance_health(&name).await) });
        }
    }
    let mut all = vec![None; services.len()];
    while let Some(joined) = reads.join_next().await {
        let (index, read) = match joined {
            Ok(read) => read,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        all[index] = Some(match read {
            Ok(states) => states.iter().map(instance).collect(),
            Err(fault) if fault.code.as_deref() == Some("LoadBalancerNotFound") => Vec::new(),
            Err(fault) => return Err(fault),
        });
    }
    Ok(all)
}

/// Reads the rest of it, side by side.
///
/// # Errors
/// AWS refuses a read.
pub async fn detail(aws: &Aws, target: &DesiredTarget, of: &Listed) -> Result<Detail, Fault> {
    let family = of.revision.split(':').next().unwrap_or_default();
    let (revisions, stopped) = tokio::join!(
        history(aws, family, REVISIONS),
        aws.tasks(&target.cluster, &of.service, "STOPPED"),
    );
    let mut revisions = revisions?;
    if !revisions.iter().any(|it| it.short() == of.revision) {
        // It may be older than the newest, or no longer active.
        let running = aws.task_definition(&of.revision).await?;
        revisions.extend(running.as_ref().and_then(Revision::read));
        revisions.sort_by_key(|it| std::cmp::Reverse(number(it.short())));
    }
    let running = revisions.iter().find(|it| it.short() == of.revision);
    Ok(Detail {
        logs: running
            .map(|it| logs(&it.body, &target.region))
            .unwrap_or_default(),
        history: revisions.iter().map(|it| past(it, of)).collect(),
        stopped: newest_first(stopped?)
            .iter()
            .take(STOPPED)
            .map(ended)
            .collect(),
    })
}

fn instance(state: &Value) -> InstanceHealth {
    let text = |name: &str| state[name].as_str().unwrap_or_default().to_owned();
    InstanceHealth {
        instance_id: text("InstanceId"),
        state: text("State"),
        description: Some(text("Description")).filter(|it| !it.is_empty() && it != "N/A"),
    }
}

/// The number of `redis:3`.
fn number(revision: &str) -> u64 {
    let number = revision.rsplit(':').next();
    number.and_then(|it| it.parse().ok()).unwrap_or_default()
}

fn past(revision: &Revision, of: &Listed) -> Past {
    let name = revision.short().to_owned();
    let tagged = (of.stable.as_deref() == Some(&name)).then(|| "yes".to_owned());
    Past {
        registered_at: revision.body["registeredAt"]
            .as_f64()
            .map(rfc3339)
            .unwrap_or_default(),
        is_running: name == of.revision,
        is_deregistered: !revision.is_active(),
        steady: revision.tags.get(ownership::STABLE).cloned().or(tagged),
        recipe: revision.tags.get(ownership::RECIPE).cloned(),
        revision: name,
    }
}

fn ended(task: &Value) -> StoppedTask {
    let mut reason = task["stoppedReason"]
        .as_str()
        .unwrap_or("no reason is told")
        .to_owned();
    for container in task["containers"].as_array().into_iter().flatten() {
        let code = container["exitCode"]
            .as_i64()
            .map(|it| format!("exit code {it}"));
        let why = container["reason"].as_str().map(str::to_owned);
        let parts: Vec<String> = code.into_iter().chain(why).collect();
        if !parts.is_empty() {
            let name = container["name"].as_str().unwrap_or_default();
            reason.extend(["; ", name, ": ", &parts.join(", ")]);
        }
    }
    StoppedTask {
        task: short(task["taskArn"].as_str().unwrap_or_default()).to_owned(),
        revision: short(task["taskDefinitionArn"].as_str().unwrap_or_default()).to_owned(),
        stopped_at: task["stoppedAt"].as_f64().map(rfc3339).unwrap_or_default(),
        reason,
    }
}

/// One command for each log group that containers write to.
fn logs(task_definition: &Value, region: &str) -> Vec<String> {
    let mut by_group: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for container in task_definition["containerDefinitions"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let log = &container["logConfiguration"];
        let option = |name: &str| log["options"][name].as_str().map(str::to_owned);
        if let ("awslogs", Some(group)) = (
            log["logDriver"].as_str().unwrap_or_default(),
            option("awslogs-group"),
        ) {
            let region = option("awslogs-region").unwrap_or_else(|| region.to_owned());
            by_group
                .entry((group, region))
                .or_default()
                .extend(option("awslogs-stream-prefix"));
        }
    }
    let line = |((group, region), mut prefixes): ((String, String), Vec<String>)| {
        prefixes.dedup();
        // The command takes one prefix; several containers share the group then.
        let prefix = match prefixes.as_slice() {
            [prefix] => format!(" --log-stream-name-prefix {}", quoted(prefix)),
            _ => String::new(),
        };
        format!(
            "aws logs tail {} --follow --since 10m --region {region}{prefix}",
            quoted(&group)
        )
    };
    by_group.into_iter().map(line).collect()
}

/// As a shell takes it for one word.
fn quoted(text: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:@".contains(it);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_command_for_logs_is_whole() {
        let container = |group: &str, options: Value| {
            let mut options = options;
            options["awslogs-group"] = group.into();
            json!({"logConfiguration": {"logDriver": "awslogs", "options": options}})
        };
        let body = json!({"containerDefinitions": [
            container("/ecs/redis", json!({"awslogs-stream-prefix": "redis", "awslogs-region": "eu-west-1"})),
            container("it's", json!({})),
            {"logConfiguration": {"logDriver": "json-file"}},
        ]});
        assert_eq!(
            logs(&body, "us-east-1"),
            [
                "aws logs tail /ecs/redis --follow --since 10m --region eu-west-1 --log-stream-name-prefix redis",
                r"aws logs tail 'it'\''s' --follow --since 10m --region us-east-1",
            ]
        );
    }

    #[test]
    fn a_stopped_task_tells_all_it_knows() {
        let task = json!({
            "taskArn": "arn:aws:ecs:r:1:task/c/abc", "taskDefinitionArn": "arn:aws:ecs:r:1:task-definition/redis:2",
            "stoppedAt": 1_444_488_166.3, "stoppedReason": "Essential container in task exited",
            "containers": [{"name": "redis", "exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"}],
        });
        let told = ended(&task);
        assert_eq!(
            (told.task.as_str(), told.revision.as_str()),
            ("abc", "redis:2")
        );
        assert_eq!(told.stopped_at, "2015-10-10T14:42:46Z");
        assert_eq!(
            told.reason,
            "Essential container in task exited; redis: exit code 137, OutOfMemoryError: Container killed due to memory usage"
        );
    }
}
