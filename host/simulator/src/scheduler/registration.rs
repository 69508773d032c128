//! Tasks behind classic load balancers: their instances are registered when they run and deregistered before they stop.

use std::time::Duration;

use super::events;
use crate::script::Script;
use crate::world::{Cluster, Registration, Task, TaskStatus, World};

/// From registration to the first health check.
const FIRST_CHECK: Duration = Duration::from_secs(1);

/// The classic load balancer of a task's service.
pub(super) fn balancer(cluster: &Cluster, task: &Task) -> Option<String> {
    let service = cluster.services.get(task.service.as_ref()?)?;
    let entry = service.body["loadBalancers"].as_array()?.first()?;
    Some(entry["loadBalancerName"].as_str()?.to_owned())
}

/// The EC2 instance that a task runs on.
pub(super) fn ec2(cluster: &Cluster, task: &Task) -> Option<String> {
    Some(cluster.instances.get(task.instance.as_ref()?)?.ec2.clone())
}

/// Registers the instance of a task that runs. It is done once: what is deregistered later stays so.
pub(super) fn join(world: &mut World, script: &Script, cluster: &str, id: &str) {
    let World {
        clusters,
        balancers,
        ids,
        now,
        ..
    } = world;
    let Some(found) = clusters.get_mut(cluster) else {
        return;
    };
    let Some(task) = found.tasks.get(id) else {
        return;
    };
    let (Some(name), Some(ec2)) = (balancer(found, task), ec2(found, task)) else {
        return;
    };
    let Some(service) = task
        .service
        .clone()
        .and_then(|it| found.services.get_mut(&it))
    else {
        return;
    };
    let denied = script.service(&service.name);
    let denied = denied.and_then(|it| it.cannot_register.clone());
    let missing =
        || format!("LoadBalancerNotFound: There is no ACTIVE Load Balancer named '{name}'");
    let error = denied.or_else(|| (!balancers.contains_key(&name)).then(missing));
    let (None, Some(balancer)) = (&error, balancers.get_mut(&name)) else {
        let error = error.unwrap_or_default();
        events::complain(service, ids, *now, &events::unregistered(&name, &error));
        return;
    };
    if balancer
        .instances
        .get(&ec2)
        .is_none_or(|it| it.draining_until.is_some())
    {
        let registration = Registration {
            since: *now,
            next: *now + FIRST_CHECK,
            ..Registration::default()
        };
        balancer.instances.insert(ec2, registration);
        events::tell(service, ids, *now, &events::registered(&name));
    }
}

/// Deregisters the instance of a task that stops, unless another task of its service still runs there.
///
/// Gives how long connections are drained before it may stop.
pub(super) fn leave(world: &mut World, cluster: &str, task: &Task) -> Duration {
    let World {
        clusters,
        balancers,
        ids,
        now,
        ..
    } = world;
    let Some(found) = clusters.get_mut(cluster) else {
        return Duration::ZERO;
    };
    let (Some(name), Some(ec2)) = (balancer(found, task), ec2(found, task)) else {
        return Duration::ZERO;
    };
    let is_needed = found.tasks.values().any(|it| {
        it.id != task.id
            && (&it.service, &it.instance) == (&task.service, &task.instance)
            && it.status == TaskStatus::Running
            && !it.is_stopping
    });
    let Some(balancer) = balancers.get_mut(&name) else {
        return Duration::ZERO;
    };
    let here = balancer.instances.get_mut(&ec2);
    let Some(registration) = here.filter(|it| !is_needed && it.draining_until.is_none()) else {
        return Duration::ZERO;
    };
    let draining = &balancer.attributes.0["ConnectionDraining"];
    let drains = draining["Enabled"] == true && task.status != TaskStatus::Stopped;
    let wait = if drains {
        Duration::from_secs(draining["Timeout"].as_u64().unwrap_or(300))
    } else {
        Duration::ZERO
    };
    if drains {
        registration.draining_until = Some(*now + wait);
    } else {
        balancer.instances.remove(&ec2);
    }
    if let Some(service) = task
        .service
        .as_ref()
        .and_then(|it| found.services.get_mut(it))
    {
        if drains {
            events::tell(
                service,
                ids,
                *now,
                "has begun draining connections on 1 tasks.",
            );
        }
        events::tell(service, ids, *now, &events::deregistered(&name));
    }
    wait
}
