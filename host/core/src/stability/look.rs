//! What one look lacks to show a steady service.

use serde_json::Value;

use super::case::{count, primary};
use super::{Snapshot, Watch};
use crate::observed::is_revision;

/// What one look alone does not prove.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Doubt {
    Deleted,
    Replaced,
    /// Fewer tasks are asked for than this run asked for.
    Fewer,
    /// AWS's own circuit breaker has given up.
    GivenUp,
    Unreadable,
}

/// Why a look does not show a steady service.
#[derive(Clone, Debug)]
pub(super) enum Lack {
    /// It is not so yet.
    Yet(String),
    /// It shows something older than what is waited for, and so proves nothing.
    Stale(String),
    /// It looks as if it would never be: what is seen, and what it comes to once another look agrees.
    Doubtful {
        doubt: Doubt,
        seen: String,
        meaning: String,
    },
}

impl Lack {
    pub(super) fn reason(&self) -> &str {
        match self {
            Self::Yet(reason) | Self::Stale(reason) | Self::Doubtful { seen: reason, .. } => reason,
        }
    }
}

/// Passes where the look shows a steady service: our deployment is primary and alone, runs our revision, everything
/// runs, nothing is pending, and behind a classic load balancer an instance is in service. None desired is steady.
pub(super) fn look(watch: &Watch, snapshot: &Snapshot, seen_ours: &mut bool) -> Result<(), Lack> {
    let wait = |reason: String| Err(Lack::Yet(reason));
    let stale = |reason: &str| Err(Lack::Stale(reason.to_owned()));
    let Some(service) = &snapshot.service else {
        return stale("not visible yet");
    };
    recognise(watch, service, seen_ours)?;
    let Some(primary) = primary(service) else {
        return stale("no deployment yet");
    };
    if !is_revision(
        &watch.revision,
        service["taskDefinition"].as_str().unwrap_or_default(),
    ) {
        return stale("the new revision is not visible yet");
    }
    if primary["rolloutState"] == "FAILED" {
        let reason = primary["rolloutStateReason"]
            .as_str()
            .unwrap_or("AWS gives no reason");
        let meaning = format!("the rollout failed: {reason}");
        return Err(Lack::Doubtful {
            doubt: Doubt::GivenUp,
            seen: meaning.clone(),
            meaning,
        });
    }
    let desired = count(service, "desiredCount");
    if let Some(asked) = watch.desired.filter(|it| desired < *it) {
        return Err(Lack::Doubtful {
            doubt: Doubt::Fewer,
            seen: format!("its desired count is {desired}, and {asked} was asked for"),
            meaning: format!(
                "somebody set its desired count to {desired}, and this run asked for {asked}"
            ),
        });
    }
    let needs_health = watch.load_balancer.is_some() && desired > 0;
    if needs_health && let Some(unread) = snapshot.unread.as_ref().filter(|it| !it.passes) {
        return Err(Lack::Doubtful {
            doubt: Doubt::Unreadable,
            seen: unread.reason.clone(),
            meaning: unread.reason.clone(),
        });
    }
    let running = count(service, "runningCount");
    let pending = count(service, "pendingCount");
    if running != desired || pending > 0 {
        let pending = if pending > 0 {
            format!(", {pending} pending")
        } else {
            String::new()
        };
        return wait(format!("{running} of {desired} running{pending}"));
    }
    let deployments = service["deployments"].as_array().map_or(0, Vec::len);
    if deployments > 1 {
        let older = deployments - 1;
        return wait(match primary["runningCount"].as_i64() {
            Some(ours) if ours < desired => {
                format!("{ours} of {desired} running of our deployment, {older} older still there")
            }
            _ => format!("{older} older deployment still draining"),
        });
    }
    // Behind a classic load balancer AWS reports no rollout state; elsewhere it must agree.
    if watch.load_balancer.is_none() && primary["rolloutState"] == "IN_PROGRESS" {
        return wait("the rollout is in progress".to_owned());
    }
    if needs_health {
        if let Some(unread) = &snapshot.unread {
            return wait(unread.reason.clone());
        }
        if !snapshot.health.iter().any(is_in_service) {
            return wait(describe_health(&snapshot.health));
        }
    }
    Ok(())
}

/// Passes where the look shows the service that is waited for, and not one from before or after it.
fn recognise(watch: &Watch, service: &Value, seen_ours: &mut bool) -> Result<(), Lack> {
    let shown = primary(service).and_then(|it| it["id"].as_str());
    let ours = watch.deployment.as_deref();
    if ours.is_some() && shown == ours {
        *seen_ours = true;
    }
    // A younger one came after ours, also where nobody ever saw ours.
    let began = primary(service).and_then(|it| it["createdAt"].as_f64());
    let is_younger = began.zip(watch.began).is_some_and(|(it, ours)| it > ours);
    let is_stale = ours.is_some() && !*seen_ours && !is_younger;
    if let Some(status @ ("DRAINING" | "INACTIVE")) = service["status"].as_str() {
        // A service that was made in the place of a deleted one may still be shown as that.
        let seen = format!("the service is {status}");
        return Err(if is_stale {
            Lack::Stale(format!("our deployment is not visible yet: {seen}"))
        } else {
            Lack::Doubtful {
                doubt: Doubt::Deleted,
                meaning: format!("{seen}: someone deleted it"),
                seen,
            }
        });
    }
    match (ours, shown) {
        (Some(_), None) => Err(Lack::Stale("our deployment is not visible yet".to_owned())),
        (Some(ours), Some(shown)) if ours != shown => Err(if is_stale {
            Lack::Stale("our deployment is not visible yet".to_owned())
        } else {
            Lack::Doubtful {
                doubt: Doubt::Replaced,
                seen: format!("another deployment ({shown}) is shown in place of ours"),
                meaning: format!("another deployment ({shown}) took the place of ours"),
            }
        }),
        _ => Ok(()),
    }
}

/// An instance that is being taken out is still called in service.
pub(super) fn is_in_service(instance: &Value) -> bool {
    let description = instance["Description"].as_str().unwrap_or_default();
    instance["State"] == "InService" && !description.contains("deregistration")
}

fn describe_health(health: &[Value]) -> String {
    health.first().map_or_else(
        || "no instance is registered at the load balancer yet".to_owned(),
        describe_instance,
    )
}

/// `i-1 is OutOfService: Instance registration is still in progress.`
pub(super) fn describe_instance(health: &Value) -> String {
    let instance = health["InstanceId"].as_str().unwrap_or("an instance");
    let state = health["State"].as_str().unwrap_or("of unknown state");
    match health["Description"]
        .as_str()
        .filter(|it| !it.is_empty() && *it != "N/A")
    {
        Some(description) => format!("{instance} is {state}: {description}"),
        None => format!("{instance} is {state}"),
    }
}
