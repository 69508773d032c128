//! Where a task can run.

use serde_json::Value;

use crate::ecs::requirements;
use crate::world::{
    Cluster, Instance, Reservation, Revision, Service, TaskStatus, World, free, reserved,
};

/// Why a task cannot run on an instance, the closest to fitting last.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub(crate) enum Why {
    Agent,
    Constraint,
    Attribute,
    Memory,
    Cpu,
    Ports,
}

impl Why {
    /// In the words of an event, behind the closest matching instance.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Agent => "encountered error \"AGENT\"",
            Self::Constraint => "does not satisfy a placement constraint of your task",
            Self::Attribute => "is missing an attribute required by your task",
            Self::Memory => "has insufficient memory available",
            Self::Cpu => "has insufficient CPU units available",
            Self::Ports => "is already using a port required by your task",
        }
    }

    /// The `reason` of a failure of RunTask.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Agent => "AGENT",
            Self::Constraint => "MEMBEROF",
            Self::Attribute => "ATTRIBUTE",
            Self::Memory => "RESOURCE:MEMORY",
            Self::Cpu => "RESOURCE:CPU",
            Self::Ports => "RESOURCE:PORTS",
        }
    }
}

/// Why a task cannot be placed.
#[derive(Clone, Debug)]
pub(crate) struct NoPlace {
    /// The ARN of the instance. Absent: there is none.
    pub(crate) instance: Option<String>,
    pub(crate) why: Why,
}

/// Chooses an instance for a task: zones are used evenly, then instances, and of equals the first by its id.
///
/// `service` is the name of the service that it is for.
///
/// # Errors
/// Why not, for every instance, the closest to fitting first.
pub(crate) fn place(
    world: &World,
    cluster: &str,
    revision: &str,
    service: Option<&str>,
) -> Result<String, Vec<NoPlace>> {
    let nothing = || {
        vec![NoPlace {
            instance: None,
            why: Why::Memory,
        }]
    };
    let Some(found) = world.clusters.get(cluster) else {
        return Err(nothing());
    };
    let mut candidates = Vec::new();
    let mut failures = Vec::new();
    for instance in found.instances.values().filter(|it| it.status == "ACTIVE") {
        match test(world, found, instance, revision, service) {
            Ok(()) => candidates.push(instance),
            Err(why) => failures.push(NoPlace {
                instance: Some(instance.arn.clone()),
                why,
            }),
        }
    }
    let tasks_where = |is: &dyn Fn(&Instance) -> bool| {
        let active = found
            .tasks
            .values()
            .filter(|it| it.status != TaskStatus::Stopped && it.service.as_deref() == service);
        active
            .filter(|it| {
                it.instance
                    .as_ref()
                    .and_then(|id| found.instances.get(id))
                    .is_some_and(is)
            })
            .count()
    };
    let rank = |it: &&Instance| {
        (
            tasks_where(&|other| other.zone == it.zone),
            tasks_where(&|other| other.id == it.id),
            it.id.clone(),
        )
    };
    if let Some(best) = candidates.into_iter().min_by_key(rank) {
        return Ok(best.id.clone());
    }
    if failures.is_empty() {
        return Err(nothing());
    }
    failures.sort_by_key(|it| std::cmp::Reverse(it.why));
    Err(failures)
}

/// Whether a task fits on one instance.
///
/// # Errors
/// Why not.
pub(crate) fn fits(
    world: &World,
    cluster: &str,
    revision: &str,
    instance: &str,
) -> Result<(), Why> {
    let found = world.clusters.get(cluster).ok_or(Why::Agent)?;
    let instance = found.instances.get(instance).ok_or(Why::Agent)?;
    test(world, found, instance, revision, None)
}

fn test(
    world: &World,
    cluster: &Cluster,
    instance: &Instance,
    revision: &str,
    service: Option<&str>,
) -> Result<(), Why> {
    if !instance.is_connected {
        return Err(Why::Agent);
    }
    let revision = world.revision(revision).ok_or(Why::Attribute)?;
    if !requirements::are_met(world, cluster, instance, &revision.body) {
        return Err(Why::Attribute);
    }
    if let Some(service) = service.and_then(|it| cluster.services.get(it)) {
        daemon(cluster, instance, revision, service)?;
        constraints(
            world,
            cluster,
            instance,
            &service.body["placementConstraints"],
            &service.name,
        )?;
    }
    constraints(
        world,
        cluster,
        instance,
        &revision.body["placementConstraints"],
        service.unwrap_or_default(),
    )?;
    let (needed, left) = (reserved(&revision.body), free(world, cluster, instance));
    room(&needed, &left)
}

/// Of a daemon there is one on each instance.
fn daemon(
    cluster: &Cluster,
    instance: &Instance,
    revision: &Revision,
    service: &Service,
) -> Result<(), Why> {
    let is_here = cluster.tasks.values().any(|it| {
        it.status != TaskStatus::Stopped
            && it.instance.as_deref() == Some(&instance.id)
            && it.service.as_deref() == Some(&service.name)
            && it.revision == revision.arn
    });
    if is_here && service.body["schedulingStrategy"] == "DAEMON" {
        Err(Why::Constraint)
    } else {
        Ok(())
    }
}

fn room(needed: &Reservation, left: &Reservation) -> Result<(), Why> {
    if needed.memory > left.memory {
        return Err(Why::Memory);
    }
    if needed.cpu > left.cpu {
        return Err(Why::Cpu);
    }
    let is_taken = !needed.tcp.is_disjoint(&left.tcp) || !needed.udp.is_disjoint(&left.udp);
    if is_taken { Err(Why::Ports) } else { Ok(()) }
}

fn constraints(
    world: &World,
    cluster: &Cluster,
    instance: &Instance,
    all: &Value,
    service: &str,
) -> Result<(), Why> {
    for constraint in all.as_array().into_iter().flatten() {
        let is_met = match constraint["type"].as_str() {
            Some("distinctInstance") => !cluster.tasks.values().any(|it| {
                let is_here = it.instance.as_deref() == Some(&instance.id)
                    && it.status != TaskStatus::Stopped;
                is_here && it.service.as_deref() == Some(service)
            }),
            _ => requirements::holds(
                world,
                cluster,
                instance,
                constraint["expression"].as_str().unwrap_or_default(),
            ),
        };
        if !is_met {
            return Err(Why::Constraint);
        }
    }
    Ok(())
}
