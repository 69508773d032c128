//! Whether a blueprint is of a size that can be checked, told and sent.
//!
//! This comes first, and the rules after it rely on it: some look at every
//! entry for every other.

use serde_json::Value;

use crate::bounds::{ENTRIES, EXTRA, LIST, NAME, curb, shorten};
use crate::codes;
use crate::diag::Diagnostic;
use crate::request::Operation;
use crate::spec::{
    Blueprint, ClassicLoadBalancer, ContainerDefinition, LoadBalancer, Service, TaskDefinition,
    Volume,
};
use crate::validate::Bodies;
use crate::validate::place::Place;

/// The quota of a task definition's size, in bytes. The other bodies are far smaller.
const SIZE_LIMIT: usize = 64 * 1024;

/// Finds what of a blueprint is too much, before it is lowered.
///
/// A blueprint with such findings is not worth any other work.
pub fn check_extent(blueprint: &Blueprint) -> Vec<Diagnostic> {
    let mut extent = Extent::default();
    extent.list("endpoints", &blueprint.endpoints);
    if let Some(task) = &blueprint.task_definition {
        extent.of_task("task-definition", task);
    }
    match &blueprint.load_balancer {
        LoadBalancer::Absent => {}
        LoadBalancer::Classic(it) => extent.of_balancer("load-balancer", it),
        LoadBalancer::Other(json) => extent.extra(Some(json)),
    }
    if let Some(service) = &blueprint.service {
        extent.of_service("service", service);
    }
    extent.end()
}

/// How much there is, as a blueprint is gone through.
#[derive(Default)]
struct Extent {
    findings: Vec<Diagnostic>,
    entries: usize,
    /// Bytes of all `extra`.
    extras: usize,
}

impl Extent {
    fn of_task(&mut self, at: &str, task: &TaskDefinition) {
        self.extra(task.extra.as_ref());
        self.list(&format!("{at}.tags"), &task.tags);
        let containers = &task.container_definitions;
        self.list(&format!("{at}.container-definitions"), containers);
        for (index, it) in containers.iter().enumerate() {
            self.of_container(&format!("{at}.container-definitions[{index}]"), it);
        }
        self.list(&format!("{at}.volumes"), &task.volumes);
        for (index, it) in task.volumes.iter().enumerate() {
            self.of_volume(&format!("{at}.volumes[{index}]"), it);
        }
    }

    fn of_container(&mut self, at: &str, container: &ContainerDefinition) {
        let ContainerDefinition {
            entry_point,
            command,
            environment,
            secrets,
            port_mappings,
            mount_points,
            ulimits,
            log_configuration,
            health_check,
            docker_labels,
            extra,
            ..
        } = container;
        self.extra(extra.as_ref());
        self.list(&format!("{at}.entry-point"), entry_point);
        self.list(&format!("{at}.command"), command);
        self.list(&format!("{at}.environment"), environment);
        self.list(&format!("{at}.secrets"), secrets);
        self.list(&format!("{at}.docker-labels"), docker_labels);
        self.list(&format!("{at}.port-mappings"), port_mappings);
        self.list(&format!("{at}.mount-points"), mount_points);
        self.list(&format!("{at}.ulimits"), ulimits);
        let extras = port_mappings.iter().map(|it| &it.extra);
        let extras = extras.chain(mount_points.iter().map(|it| &it.extra));
        for extra in extras.chain(ulimits.iter().map(|it| &it.extra)) {
            self.extra(extra.as_ref());
        }
        if let Some(log) = log_configuration {
            self.list(&format!("{at}.log-configuration.options"), &log.options);
            self.extra(log.extra.as_ref());
        }
        if let Some(health) = health_check {
            self.list(&format!("{at}.health-check.command"), &health.command);
            self.extra(health.extra.as_ref());
        }
    }

    fn of_volume(&mut self, at: &str, volume: &Volume) {
        self.extra(volume.extra.as_ref());
        if let Some(host) = &volume.host {
            self.extra(host.extra.as_ref());
        }
        if let Some(docker) = &volume.docker_volume_configuration {
            let at = format!("{at}.docker-volume-configuration");
            self.list(&format!("{at}.driver-opts"), &docker.driver_opts);
            self.list(&format!("{at}.labels"), &docker.labels);
            self.extra(docker.extra.as_ref());
        }
        if let Some(efs) = &volume.efs_volume_configuration {
            self.extra(efs.extra.as_ref());
        }
    }

    fn of_balancer(&mut self, at: &str, balancer: &ClassicLoadBalancer) {
        self.list(&format!("{at}.listeners"), &balancer.listeners);
        self.list(&format!("{at}.tags"), &balancer.tags);
        self.extra(balancer.extra.as_ref());
        if let Some(attributes) = &balancer.attributes {
            self.extra(attributes.extra.as_ref());
        }
    }

    fn of_service(&mut self, at: &str, service: &Service) {
        self.list(&format!("{at}.load-balancers"), &service.load_balancers);
        self.list(&format!("{at}.tags"), &service.tags);
        self.extra(service.extra.as_ref());
        for entry in &service.load_balancers {
            self.extra(entry.extra.as_ref());
        }
        if let Some(deployment) = &service.deployment_configuration {
            self.extra(deployment.extra.as_ref());
        }
    }

    fn list<T>(&mut self, path: &str, entries: &[T]) {
        self.entries += entries.len();
        if entries.len() > LIST {
            self.findings.push(too_long(path, entries.len()));
        }
    }

    fn extra(&mut self, extra: Option<&String>) {
        self.extras += extra.map_or(0, String::len);
    }

    fn end(mut self) -> Vec<Diagnostic> {
        if self.findings.is_empty() && self.entries > ENTRIES {
            let message = format!(
                "its lists have {} entries together, and the host takes {ENTRIES}",
                self.entries
            );
            let finding = error("", message);
            self.findings
                .push(finding.hint("split what the recipe deploys"));
        }
        if self.extras > EXTRA {
            let message = format!(
                "its `extra` fields have {} bytes together, and the host takes {EXTRA}",
                self.extras
            );
            let finding = error("", message);
            self.findings
                .push(finding.hint("leave out what AWS does not need"));
        }
        curb(self.findings)
    }
}

/// Finds what of the bodies is too much, with what `extra` has put into them.
pub(super) fn check_bodies(bodies: &Bodies<'_>) -> Vec<Diagnostic> {
    bodies.all().filter_map(check_body).collect()
}

fn check_body(body: &Place<'_>) -> Option<Diagnostic> {
    if let Some((path, number)) = long_list(body.value()) {
        let at = body.contract_path_of(path.strip_prefix('.').unwrap_or(&path));
        return Some(too_long(&shorten(&at, NAME), number));
    }
    let size = body.size();
    (size > SIZE_LIMIT).then(|| too_large(body, size))
}

fn too_large(body: &Place<'_>, size: usize) -> Diagnostic {
    let is_task = body.operation() == Operation::RegisterTaskDefinition;
    let (taker, hint) = if is_task {
        (
            "AWS",
            "move large values out of `environment` and `command`, into files of the image",
        )
    } else {
        ("the host", "leave out what AWS does not need")
    };
    let message = format!("has {size} bytes as JSON, and {taker} takes {SIZE_LIMIT} (64 KiB)");
    body.error("", message, hint)
}

fn too_long(path: &str, number: usize) -> Diagnostic {
    let message = format!("has {number} entries, and the host takes {LIST}");
    error(path, message).hint("leave some out, or split what the recipe deploys")
}

/// The first list that is too long, with its path: `.volumes`. JSON nests 128 deep at most.
fn long_list(value: &Value) -> Option<(String, usize)> {
    match value {
        Value::Array(elements) if elements.len() > LIST => Some((String::new(), elements.len())),
        Value::Array(elements) => elements.iter().enumerate().find_map(|(index, it)| {
            long_list(it).map(|(path, number)| (format!("[{index}]{path}"), number))
        }),
        Value::Object(members) => members.iter().find_map(|(name, it)| {
            long_list(it).map(|(path, number)| (format!(".{name}{path}"), number))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn error(path: impl Into<String>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(path, message).code(codes::blueprint::TOO_LARGE)
}

#[cfg(test)]
mod tests;
