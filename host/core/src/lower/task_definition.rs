//! The body of RegisterTaskDefinition.

use serde_json::{Map, Value};

use super::overlay::{TASK, overlay};
use super::{each, member, object, unique};
use crate::diag::Diagnostic;
use crate::spec::{
    ContainerDefinition, ContainerHealthCheck, DockerVolumeConfiguration, EfsVolumeConfiguration,
    HostVolume, LogConfiguration, MountPoint, PortMapping, TaskDefinition, Ulimit, Volume,
};

pub(super) fn lower_task_definition(
    task: &TaskDefinition,
    findings: &mut Vec<Diagnostic>,
) -> Value {
    let at = "task-definition";
    let mut body = object(task);
    unique(&task.tags, &format!("{at}.tags"), findings);
    overlay(
        &mut body,
        task.extra.as_deref(),
        TASK,
        TaskDefinition::FIELDS,
        at,
        findings,
    );
    each(
        &mut body,
        "containerDefinitions",
        &task.container_definitions,
        |it, container, index| {
            overlay_container(
                it,
                container,
                &format!("{at}.container-definitions[{index}]"),
                findings,
            );
        },
    );
    each(&mut body, "volumes", &task.volumes, |it, volume, index| {
        overlay_volume(it, volume, &format!("{at}.volumes[{index}]"), findings);
    });
    Value::Object(body)
}

fn overlay_container(
    body: &mut Map<String, Value>,
    container: &ContainerDefinition,
    at: &str,
    findings: &mut Vec<Diagnostic>,
) {
    unique(
        &container.environment,
        &format!("{at}.environment"),
        findings,
    );
    unique(&container.secrets, &format!("{at}.secrets"), findings);
    unique(
        &container.docker_labels,
        &format!("{at}.docker-labels"),
        findings,
    );
    overlay(
        body,
        container.extra.as_deref(),
        TASK,
        ContainerDefinition::FIELDS,
        at,
        findings,
    );
    each(
        body,
        "portMappings",
        &container.port_mappings,
        |it, port, index| {
            let at = format!("{at}.port-mappings[{index}]");
            overlay(
                it,
                port.extra.as_deref(),
                TASK,
                PortMapping::FIELDS,
                &at,
                findings,
            );
        },
    );
    each(
        body,
        "mountPoints",
        &container.mount_points,
        |it, mount, index| {
            let at = format!("{at}.mount-points[{index}]");
            overlay(
                it,
                mount.extra.as_deref(),
                TASK,
                MountPoint::FIELDS,
                &at,
                findings,
            );
        },
    );
    each(body, "ulimits", &container.ulimits, |it, ulimit, index| {
        let at = format!("{at}.ulimits[{index}]");
        overlay(
            it,
            ulimit.extra.as_deref(),
            TASK,
            Ulimit::FIELDS,
            &at,
            findings,
        );
    });
    if let Some((it, log)) =
        member(body, "logConfiguration").zip(container.log_configuration.as_ref())
    {
        let at = format!("{at}.log-configuration");
        unique(&log.options, &format!("{at}.options"), findings);
        overlay(
            it,
            log.extra.as_deref(),
            TASK,
            LogConfiguration::FIELDS,
            &at,
            findings,
        );
    }
    if let Some((it, check)) = member(body, "healthCheck").zip(container.health_check.as_ref()) {
        let at = format!("{at}.health-check");
        let fields = ContainerHealthCheck::FIELDS;
        overlay(it, check.extra.as_deref(), TASK, fields, &at, findings);
    }
}

fn overlay_volume(
    body: &mut Map<String, Value>,
    volume: &Volume,
    at: &str,
    findings: &mut Vec<Diagnostic>,
) {
    overlay(
        body,
        volume.extra.as_deref(),
        TASK,
        Volume::FIELDS,
        at,
        findings,
    );
    if let Some((it, host)) = member(body, "host").zip(volume.host.as_ref()) {
        let at = format!("{at}.host");
        overlay(
            it,
            host.extra.as_deref(),
            TASK,
            HostVolume::FIELDS,
            &at,
            findings,
        );
    }
    let docker = volume.docker_volume_configuration.as_ref();
    if let Some((it, docker)) = member(body, "dockerVolumeConfiguration").zip(docker) {
        let at = format!("{at}.docker-volume-configuration");
        unique(&docker.driver_opts, &format!("{at}.driver-opts"), findings);
        unique(&docker.labels, &format!("{at}.labels"), findings);
        overlay(
            it,
            docker.extra.as_deref(),
            TASK,
            DockerVolumeConfiguration::FIELDS,
            &at,
            findings,
        );
    }
    let efs = volume.efs_volume_configuration.as_ref();
    if let Some((it, efs)) = member(body, "efsVolumeConfiguration").zip(efs) {
        let at = format!("{at}.efs-volume-configuration");
        overlay(
            it,
            efs.extra.as_deref(),
            TASK,
            EfsVolumeConfiguration::FIELDS,
            &at,
            findings,
        );
    }
}
