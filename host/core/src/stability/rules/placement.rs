//! Tasks that find no place.

use std::time::Duration;

use super::super::advice;
use super::super::case::Case;
use super::super::event::{Event, Shortage, Sign};
use super::super::instance::Instance;
use super::super::patience;
use super::{Finding, trouble};
use crate::codes::{Code, rollout};

/// No instance takes the task: there is none, or the port, memory, CPU, agent or an attribute lacks.
///
/// Takes the last event about it to stand, too few tasks of ours, none of them on its way, and the time that a
/// neighbour's task takes to stop; more where older tasks of the service may still stop, where a capacity provider may
/// start an instance, where the event is older than our deployment, and where the instances do not show the lack.
pub(super) fn no_room(case: &Case<'_>) -> Option<Finding> {
    let (shortage, event) = case.past.no_room()?;
    if case.running() >= case.desired() {
        return None;
    }
    let progress = case.past.progress().unwrap_or(event.seen);
    let since = if progress.at > event.seen.at {
        progress
    } else {
        event.seen
    };
    let is_ripe =
        case.pending() == 0 && case.has_lasted(since, patience_with(case, shortage, event));
    Some(Finding {
        trouble: lack(case, shortage, event),
        is_ripe,
    })
}

/// The same, though a task was started after it: of several tasks one may have found room.
///
/// AWS does not repeat the event for six hours, so silence proves nothing: it takes the time after the last progress in
/// which hearsay is believed.
pub(super) fn no_room_before(case: &Case<'_>) -> Option<Finding> {
    if case.running() >= case.desired() || case.pending() > 0 {
        return None;
    }
    let told = |it: &&Event| it.is_ours && matches!(it.sign, Some(Sign::NoRoom(_)));
    let event = case.past.events().iter().rev().find(told)?;
    let Some(Sign::NoRoom(shortage)) = event.sign else {
        return None;
    };
    let progress = case.past.progress().unwrap_or(event.seen);
    let patience = patience_with(case, shortage, event).max(patience::NO_ROOM_BY_HEARSAY);
    Some(Finding {
        trouble: lack(case, shortage, event),
        is_ripe: case.has_lasted(progress, patience),
    })
}

fn patience_with(case: &Case<'_>, shortage: Shortage, event: &Event) -> Duration {
    let providers = case.service["capacityProviderStrategy"].as_array();
    let draining = case.watch.balancer.as_ref().and_then(|it| it.draining);
    let draining = Duration::from_secs(draining.unwrap_or_default().into());
    let may_free = case.older_running() > 0 && !case.is_pinned();
    [
        (true, patience::NO_ROOM),
        (may_free, patience::NO_ROOM_WHILE_DRAINING + draining),
        (shortage == Shortage::Agent, patience::AGENT_AWAY),
        (
            !event.is_ours || is_contradicted(case, shortage, event),
            patience::NO_ROOM_BY_HEARSAY,
        ),
        (
            providers.is_some_and(|it| !it.is_empty()),
            patience::NO_ROOM_WITH_PROVIDER,
        ),
    ]
    .into_iter()
    .filter_map(|(holds, patience)| holds.then_some(patience))
    .max()
    .unwrap_or(patience::NO_ROOM)
}

/// Whether instances that were read after the event show that it no longer holds.
fn is_contradicted(case: &Case<'_>, shortage: Shortage, event: &Event) -> bool {
    let Some((instances, read)) = case
        .past
        .instances()
        .filter(|(_, it)| it.at >= event.seen.at)
    else {
        return false;
    };
    let task = case.reservation();
    match shortage {
        Shortage::Attribute | Shortage::Other => false,
        Shortage::Instances => instances.iter().any(|it| it.is_active) && read.look > 0,
        Shortage::Agent => instances.iter().all(|it| it.is_connected),
        Shortage::Port | Shortage::Memory | Shortage::Cpu => {
            case.past.revision().is_some() && instances.iter().any(|it| it.fits(&task))
        }
    }
}

fn lack(case: &Case<'_>, shortage: Shortage, event: &Event) -> super::Trouble {
    let closest = case.closest(event);
    let (code, cause, next) = match shortage {
        Shortage::Instances => no_instances(case),
        Shortage::Port if case.is_pinned() => port_deadlock(case),
        Shortage::Port => port_taken(case, closest),
        Shortage::Memory => memory(case),
        Shortage::Cpu => cpu(case),
        Shortage::Agent => agent(case, closest),
        Shortage::Attribute => attribute(case, closest),
        Shortage::Other => (
            rollout::NOT_PLACED,
            "no container instance takes the task".to_owned(),
            vec!["read what AWS says above, and the cluster's container instances".to_owned()],
        ),
    };
    let mut evidence = vec![event.message.clone()];
    evidence.extend(closest.map(Instance::line));
    if matches!(shortage, Shortage::Instances) {
        // Where an instance was taken away, that is why.
        evidence.extend(case.interrupted().map(super::super::ended::Ended::line));
    }
    trouble(code, cause, evidence, next)
}

type Told = (Code, String, Vec<String>);

fn no_instances(case: &Case<'_>) -> Told {
    let cluster = case.cluster();
    (
        rollout::NO_INSTANCES,
        format!("the cluster `{cluster}` has no container instance that could run the task"),
        vec![format!(
            "add a container instance to the cluster `{cluster}`: an EC2 instance with the ECS agent and `ECS_CLUSTER={cluster}`"
        )],
    )
}

fn port_deadlock(case: &Case<'_>) -> Told {
    let (percent, _) = case.percents();
    (
        rollout::PORT_DEADLOCK,
        format!(
            "the older task holds {} and may not stop before the new one runs (minimumHealthyPercent {percent})",
            ports(case, None)
        ),
        vec![
            "let the older task stop first: `minimumHealthyPercent` 0 and `maximumPercent` 100 in the service's deployment configuration, at the price of a short outage with every update".to_owned(),
            advice::another_instance(case),
        ],
    )
}

fn port_taken(case: &Case<'_>, closest: Option<&Instance>) -> Told {
    let instances = case.past.instances().map_or(0, |(all, _)| all.len());
    let place = match instances {
        0 => "every instance that could take the task".to_owned(),
        1 => "the only instance".to_owned(),
        number => format!("all {number} instances"),
    };
    let mut next = Vec::new();
    let (running, desired) = (case.running(), case.desired());
    let number = i64::try_from(instances).unwrap_or_default();
    if running == number && running > 0 && case.older_running() == 0 {
        // Nobody else is in the way.
        return (
            rollout::PORT_TAKEN,
            format!(
                "{} is taken on {place} by the {running} of {desired} tasks that run: each needs an instance of its own",
                ports(case, closest)
            ),
            vec![
                advice::another_instance(case),
                advice::set(case, "desired-count", running, "tasks"),
            ],
        );
    }
    if let Some(closest) = closest {
        next.push(format!(
            "see who holds it: `aws ecs list-tasks --cluster {} --container-instance {}`",
            case.cluster(),
            closest.id
        ));
    }
    if case.older_running() > 0 {
        next.push("let the older task stop first: `minimumHealthyPercent` 0 in the service's deployment configuration".to_owned());
    }
    next.push(advice::another_port(case));
    next.push(advice::another_instance(case));
    (
        rollout::PORT_TAKEN,
        format!("{} is taken on {place}", ports(case, closest)),
        next,
    )
}

/// `port 6379`: of our ports those that are taken on the instance, if that is known.
fn ports(case: &Case<'_>, closest: Option<&Instance>) -> String {
    let ours = case.reservation().ports;
    let taken: Vec<u32> = match closest {
        Some(closest) => ours.intersection(&closest.ports).copied().collect(),
        None => Vec::new(),
    };
    let named = if taken.is_empty() {
        ours.into_iter().collect()
    } else {
        taken
    };
    match named.as_slice() {
        [] => "a port that the task needs".to_owned(),
        [port] => format!("port {port}"),
        [port, ..] => format!("port {port} (or another of the task's)"),
    }
}

fn memory(case: &Case<'_>) -> Told {
    let needed = case
        .reservation()
        .memory
        .filter(|_| case.past.revision().is_some());
    let most = most(case, |it| it.memory.0);
    let total = most_in_all(case, |it| it.memory.1);
    let cause = shortage_of(needed, most, total, "MiB of memory");
    let mut next = Vec::new();
    // Of what fits, 64 MiB at a time.
    let fits = most.map(|it| it / 64 * 64).filter(|it| *it > 0);
    next.extend(advice::room(case));
    if let Some(fits) = fits.filter(|it| needed.is_none_or(|needed| *it < needed)) {
        next.push(advice::set(case, "memory", fits, "MiB"));
    }
    (rollout::MEMORY_LACKING, cause, next)
}

fn cpu(case: &Case<'_>) -> Told {
    let needed = case
        .reservation()
        .cpu
        .filter(|_| case.past.revision().is_some());
    let most = most(case, |it| it.cpu.0);
    let total = most_in_all(case, |it| it.cpu.1);
    let cause = shortage_of(needed, most, total, "CPU units");
    let mut next = Vec::new();
    next.extend(advice::room(case));
    let fits = most.filter(|it| *it > 0);
    if let Some(fits) = fits.filter(|it| needed.is_none_or(|needed| *it < needed)) {
        next.push(advice::set(case, "cpu", fits, "units"));
    }
    (rollout::CPU_LACKING, cause, next)
}

fn shortage_of(needed: Option<i64>, most: Option<i64>, total: Option<i64>, what: &str) -> String {
    match (needed, most, total) {
        (Some(needed), _, Some(total)) if needed > total => {
            format!(
                "no instance is large enough: a task takes {needed} {what}, and the largest instance has {total}"
            )
        }
        (Some(needed), Some(most), _) => {
            format!(
                "no instance has the {needed} {what} left that a task takes: at most {most} are"
            )
        }
        (Some(needed), None, _) => {
            format!("no instance has the {needed} {what} left that a task takes")
        }
        (None, ..) => format!("no instance has enough {what} left for a task"),
    }
}

/// The most that is left on one instance that takes tasks.
fn most(case: &Case<'_>, amount: fn(&Instance) -> i64) -> Option<i64> {
    let (instances, _) = case.past.instances()?;
    let able = instances
        .iter()
        .filter(|it| it.is_active && it.is_connected);
    able.map(amount).max()
}

fn most_in_all(case: &Case<'_>, amount: fn(&Instance) -> i64) -> Option<i64> {
    let (instances, _) = case.past.instances()?;
    instances.iter().map(amount).max().filter(|it| *it > 0)
}

fn agent(case: &Case<'_>, closest: Option<&Instance>) -> Told {
    let instance = closest.map_or_else(
        || "an instance".to_owned(),
        |it| format!("instance {}", it.ec2),
    );
    (
        rollout::AGENT_DISCONNECTED,
        format!("the ECS agent of {instance} is disconnected"),
        vec![
            "restart the agent on the instance (`sudo systemctl restart ecs`) and see that it reaches AWS on port 443".to_owned(),
            advice::another_instance(case),
        ],
    )
}

fn attribute(case: &Case<'_>, closest: Option<&Instance>) -> Told {
    let instance = closest.map_or_else(
        || "no instance".to_owned(),
        |it| format!("instance {}", it.ec2),
    );
    let attributes = case
        .past
        .revision()
        .and_then(|it| it["requiresAttributes"].as_array());
    let names: Vec<&str> = attributes
        .into_iter()
        .flatten()
        .filter_map(|it| it["name"].as_str())
        .collect();
    let mut next = vec!["update the ECS agent of the instances, or leave out what needs it (a log driver, a role, a volume type)".to_owned()];
    if !names.is_empty() {
        next.insert(0, format!("the revision requires: {}", names.join(", ")));
    }
    let cause = match closest {
        Some(_) => format!("{instance} lacks an attribute that the task requires"),
        None => "no instance has all attributes that the task requires".to_owned(),
    };
    (rollout::ATTRIBUTE_MISSING, cause, next)
}

/// The configuration of the deployment allows neither to stop nor to start a task.
///
/// AWS says so itself and it depends on numbers alone, so it takes only another look after a short time.
pub(super) fn count_deadlock(case: &Case<'_>) -> Option<Finding> {
    let resolves = |it| matches!(it, Sign::Started | Sign::Stopped | Sign::Steady);
    let event = case
        .past
        .standing(|it| it == Sign::CountDeadlock, resolves)?;
    if !event.is_ours || case.running() >= case.desired() {
        return None;
    }
    let ((minimum, maximum), (low, high)) = (case.bounds(), case.percents());
    let cause = format!(
        "the deployment may neither stop nor start a task: of {} desired, minimumHealthyPercent {low} keeps {minimum} running and maximumPercent {high} allows {maximum}",
        case.desired()
    );
    let next = vec![
        "run its recipe again: a recipe that leaves both open gets those for the tasks that there are".to_owned(),
        "otherwise lower `minimumHealthyPercent` or raise `maximumPercent` in the service's deployment configuration (0 and 100 for one task with a fixed port)".to_owned(),
    ];
    Some(Finding {
        trouble: trouble(
            rollout::COUNT_DEADLOCK,
            cause,
            vec![event.message.clone()],
            next,
        ),
        is_ripe: case.has_lasted(event.seen, patience::COUNT_DEADLOCK),
    })
}
