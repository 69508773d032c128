//! Everything about a blueprint that can be known to fail before AWS is asked.
//!
//! The rules look at the bodies that would be sent, never at what a recipe
//! typed: by then typed fields and `extra` are one value. All findings come
//! back, never only the first. AWS's limits are those of its API reference, its
//! quotas and what it has been seen to refuse.

mod balancer;
mod containers;
mod deployment;
mod extent;
mod health;
mod listeners;
mod names;
mod place;
mod ports;
mod service;
mod tags;
mod target;
mod volumes;

use crate::bounds;
use crate::codes::{self, blueprint};
use crate::desired::{DesiredService, DesiredTarget};
use crate::diag::{Diagnostic, coded};
use crate::request::Operation;
use place::Place;

pub use extent::check_extent;

/// The bodies of a blueprint, each with where it stands in the contract.
struct Bodies<'a> {
    task: Option<Place<'a>>,
    service: Option<Place<'a>>,
    balancer: Option<Balancer<'a>>,
}

/// The three requests that make a classic load balancer.
struct Balancer<'a> {
    create: Place<'a>,
    health_check: Place<'a>,
    attributes: Option<Place<'a>>,
}

impl<'a> Bodies<'a> {
    fn of(desired: &'a DesiredService) -> Self {
        let balancer = desired.load_balancer.as_ref().map(|it| Balancer {
            create: Place::new(Operation::CreateLoadBalancer, "", &it.create),
            health_check: Place::new(
                Operation::ConfigureHealthCheck,
                "HealthCheck",
                &it.health_check,
            ),
            attributes: it.attributes.as_ref().map(|it| {
                Place::new(
                    Operation::ModifyLoadBalancerAttributes,
                    "LoadBalancerAttributes",
                    it,
                )
            }),
        });
        let task = desired.task_definition.as_ref();
        let service = desired.service.as_ref();
        Self {
            task: task.map(|it| Place::new(Operation::RegisterTaskDefinition, "", it)),
            service: service.map(|it| Place::new(Operation::CreateService, "", it)),
            balancer,
        }
    }

    fn all(&self) -> impl Iterator<Item = &Place<'a>> {
        let balancer = self.balancer.iter();
        let balancer = balancer.flat_map(|it| {
            [
                Some(&it.create),
                Some(&it.health_check),
                it.attributes.as_ref(),
            ]
        });
        [self.task.as_ref(), self.service.as_ref()]
            .into_iter()
            .chain(balancer)
            .flatten()
    }

    /// Whether the service is behind a classic load balancer.
    fn is_classic(&self) -> bool {
        self.service.is_some() && self.balancer.is_some()
    }
}

/// Finds everything that AWS would refuse, or take and never bring up.
///
/// Rules about the target are left out where there is none, as for `host render`.
/// What is too large is not looked at any further, and of very many findings
/// the first are told and the others counted, as [`bounds::curb`] does it.
pub fn validate(desired: &DesiredService, target: Option<&DesiredTarget>) -> Vec<Diagnostic> {
    let bodies = Bodies::of(desired);
    let too_large = extent::check_bodies(&bodies);
    let found = if too_large.is_empty() {
        check_all(&bodies, target)
    } else {
        too_large
    };
    bounds::curb(found)
}

fn check_all(bodies: &Bodies<'_>, target: Option<&DesiredTarget>) -> Vec<Diagnostic> {
    let mut found = check_parts(bodies);
    found.extend(bodies.all().flat_map(Place::check_model));
    if let Some(task) = &bodies.task {
        coded(blueprint::CONTAINERS, &mut found, |found| {
            containers::check(task, bodies.is_classic(), found);
        });
        coded(blueprint::PORTS, &mut found, |found| {
            ports::check(task, found);
        });
        coded(blueprint::VOLUMES, &mut found, |found| {
            volumes::check(task, found);
        });
        coded(blueprint::TAGS, &mut found, |found| {
            tags::check(task, "tags", tags::ECS, found);
        });
    }
    if let Some(balancer) = &bodies.balancer {
        coded(blueprint::ATTRIBUTES, &mut found, |found| {
            balancer::check(balancer, found);
        });
        coded(blueprint::TAGS, &mut found, |found| {
            tags::check(&balancer.create, "Tags", tags::ELB, found);
        });
    }
    if let Some(service) = &bodies.service {
        coded(blueprint::ENTRIES, &mut found, |found| {
            service::check(service, bodies, found);
        });
        coded(blueprint::ROLLOUT, &mut found, |found| {
            deployment::check(service, bodies, found);
        });
        coded(blueprint::TAGS, &mut found, |found| {
            tags::check(service, "tags", tags::ECS, found);
        });
    }
    if let Some(target) = target {
        coded(codes::target::TARGET, &mut found, |found| {
            target::check(target, bodies, found);
        });
    }
    found
}

fn check_parts(bodies: &Bodies<'_>) -> Vec<Diagnostic> {
    match bodies {
        Bodies {
            task: None,
            service: None,
            balancer: None,
        } => vec![
            Diagnostic::error("", "the blueprint is empty")
                .code(blueprint::INCOMPLETE)
                .hint("set `task-definition`, `load-balancer` or `service`"),
        ],
        Bodies {
            task: None,
            service: Some(_),
            ..
        } => vec![
            Diagnostic::error(
                "task-definition",
                "is missing, and a service runs the blueprint's own task definition",
            )
            .code(blueprint::INCOMPLETE)
            .hint("set `task-definition`, or leave out `service`"),
        ],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
