//! From a draft to a blueprint, or to what is wrong with the arguments.

use super::{Draft, TcpService};
use crate::{Arguments, Blueprint, ContainerDefinition, Diagnostic, EndpointBinding, LoadBalancer};

/// Puts the draft together, with the operator's variables over the recipe's.
pub(super) fn finish(
    service: &TcpService,
    arguments: &Arguments,
    mut draft: Draft,
) -> Result<Blueprint, Vec<Diagnostic>> {
    match arguments.pairs("environment") {
        Ok(variables) => {
            for (name, value) in variables {
                let finding = overlay(&mut draft.container, name, value);
                draft.findings.extend(finding);
            }
        }
        Err(finding) => draft.find(finding),
    }
    draft.findings.extend(check(service, &draft));
    if draft.findings.iter().any(Diagnostic::is_error) {
        return Err(draft.findings);
    }
    let Draft {
        mut task_definition,
        container,
        load_balancer,
        service: running,
        findings,
        ..
    } = draft;
    let endpoints = load_balancer
        .listeners
        .iter()
        .map(|listener| EndpointBinding {
            name: service.name.to_owned(),
            load_balancer_port: listener.load_balancer_port,
        });
    Ok(Blueprint {
        // A manifest of this shape has one endpoint, and that is the first listener.
        endpoints: endpoints.take(1).collect(),
        task_definition: {
            task_definition.container_definitions.push(container);
            Some(task_definition)
        },
        load_balancer: LoadBalancer::Classic(load_balancer),
        service: Some(running),
        warnings: findings,
    })
}

fn overlay(container: &mut ContainerDefinition, name: String, value: String) -> Option<Diagnostic> {
    if container.secrets.iter().any(|(known, _)| *known == name) {
        let message = format!("`{name}` is a secret of this recipe already");
        return Some(
            Diagnostic::error("parameters.environment", message)
                .hint(format!("leave `{name}` out")),
        );
    }
    let Some(place) = container
        .environment
        .iter_mut()
        .find(|(known, _)| *known == name)
    else {
        container.environment.push((name, value));
        return None;
    };
    if place.1 == value {
        return None;
    }
    place.1 = value;
    Some(Diagnostic::warning(
        "parameters.environment",
        format!("`{name}` replaces the value that the recipe sets"),
    ))
}

fn check(service: &TcpService, draft: &Draft) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let memory = draft.memory();
    if let Some(reserved) = draft
        .container
        .memory_reservation
        .filter(|it| *it >= memory)
    {
        findings.push(
            Diagnostic::error(
                "parameters.memory-reservation",
                format!("{reserved} MiB are to be kept free, but `memory` is {memory} MiB and must be more"),
            )
            .hint("lower `memory-reservation` or raise `memory`"),
        );
    }
    if !draft.container.secrets.is_empty() && draft.task_definition.execution_role_arn.is_none() {
        findings.push(
            Diagnostic::error(
                "parameters.execution-role",
                "no role is given, and ECS reads secrets with the execution role of the task",
            )
            .hint("`--set execution-role=arn:aws:iam::ACCOUNT:role/NAME`, a role that may read the secret"),
        );
    }
    let several = draft.service.desired_count.filter(|it| *it > 1);
    if let Some(count) = several.filter(|_| service.stateful) {
        findings.push(several_tasks(count, draft));
    }
    findings
}

/// Each instance has data of its own; all of them have one EFS.
fn several_tasks(count: u32, draft: &Draft) -> Diagnostic {
    let path = "parameters.desired-count";
    let volumes = &draft.task_definition.volumes;
    if volumes
        .iter()
        .any(|it| it.efs_volume_configuration.is_some())
    {
        return Diagnostic::error(
            path,
            format!("the {count} tasks would write into the same folder of EFS, each as if it were alone"),
        )
        .hint("keep one task, and run the recipe again under another `name` and with other data for more");
    }
    Diagnostic::warning(
        path,
        format!("each of the {count} tasks has its own data, and the load balancer spreads clients over them"),
    )
    .hint("keep one task, and run the recipe again under another `name` for more")
}
