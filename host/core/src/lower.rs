//! From a blueprint to the requests that would make it.
//!
//! Typed fields and `extra` become one value here, in AWS's own names, and the
//! host adds what is its own to decide. Everything after this looks at that
//! value and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::desired::{DesiredLoadBalancer, DesiredService};
use crate::diag::Diagnostic;
use crate::spec::{
    Blueprint, ClassicLoadBalancer, ContainerDefinition, DeploymentConfiguration,
    DockerVolumeConfiguration, EfsVolumeConfiguration, Endpoint, HostVolume, LoadBalancer,
    LoadBalancerAttributes, LogConfiguration, MountPoint, Pair, PortMapping, Service,
    ServiceLoadBalancer, TaskDefinition, Ulimit, Volume,
};

mod overlay;

use overlay::{ATTRIBUTES, CLASSIC, DEPLOYMENT, SERVICE, SERVICE_BALANCER, TASK, overlay};

/// The largest `extra`, in bytes: the size of a whole task definition.
pub const EXTRA_LIMIT: usize = 64 * 1024;

/// The task definition has 120 seconds to come up before a failing check of the load balancer stops it.
///
/// AWS's default is 0, and a check that is quick enough for a good start stops
/// everything that needs longer to begin.
pub const GRACE_PERIOD_SECONDS: u32 = 120;

/// Who the blueprint belongs to.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// The name of the service in its stack.
    pub name: String,
    /// `redis@0.1.0`.
    pub recipe: String,
    /// `sha256:…`, of the recipe's bytes.
    pub digest: String,
    /// The endpoints of the manifest.
    pub endpoints: Vec<Endpoint>,
}

/// Lowers a blueprint. All findings come back, also where nothing can be made of a part.
pub fn lower(blueprint: &Blueprint, identity: &Identity) -> (DesiredService, Vec<Diagnostic>) {
    let mut findings = blueprint.warnings.clone();
    for finding in &mut findings {
        // What a recipe returns beside a blueprint is a warning, whatever it says.
        finding.severity = crate::diag::Severity::Warning;
        finding.path = crate::model::normalise_path(&finding.path);
    }
    let task_definition = blueprint
        .task_definition
        .as_ref()
        .map(|it| lower_task_definition(it, &mut findings));
    let load_balancer = match &blueprint.load_balancer {
        LoadBalancer::Classic(classic) => Some(lower_classic(classic, &mut findings)),
        LoadBalancer::Absent | LoadBalancer::Other(_) => None,
    };
    let mut create_only = BTreeSet::new();
    let service = blueprint.service.as_ref().map(|service| {
        let mut body = lower_service(service, &mut findings);
        join_load_balancer(&mut body, service, &blueprint.load_balancer, &mut findings);
        fill_service(&mut body, load_balancer.is_some(), &mut create_only);
        Value::Object(body)
    });
    if let Some(service) = service.as_ref().filter(|_| load_balancer.is_some()) {
        warn_of_downtime(service, &mut findings);
    }
    let endpoints = bind_endpoints(blueprint, identity, load_balancer.as_ref(), &mut findings);
    let desired = DesiredService {
        name: identity.name.clone(),
        recipe: identity.recipe.clone(),
        digest: identity.digest.clone(),
        task_definition,
        load_balancer,
        service,
        create_only,
        endpoints,
    };
    (desired, findings)
}

// --------------------------------------------------------- task definition

fn lower_task_definition(task: &TaskDefinition, findings: &mut Vec<Diagnostic>) -> Value {
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
        let fields = crate::spec::ContainerHealthCheck::FIELDS;
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

// ----------------------------------------------------------- load balancer

fn lower_classic(
    classic: &ClassicLoadBalancer,
    findings: &mut Vec<Diagnostic>,
) -> DesiredLoadBalancer {
    let at = "load-balancer";
    let mut create = object(classic);
    unique(&classic.tags, &format!("{at}.tags"), findings);
    overlay(
        &mut create,
        classic.extra.as_deref(),
        CLASSIC,
        ClassicLoadBalancer::FIELDS,
        at,
        findings,
    );
    for listener in create
        .get_mut("Listeners")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        // AWS takes the protocol of the same layer; saying so makes both sides comparable.
        if listener.get("InstanceProtocol").is_none() {
            listener["InstanceProtocol"] = listener["Protocol"].clone();
        }
    }
    let health_check = match &classic.health_check {
        Some(check) => Value::Object(object(check)),
        None => default_health_check(classic),
    };
    let attributes = classic.attributes.as_ref().map(|attributes| {
        let at = format!("{at}.attributes");
        let mut body = object(attributes);
        let fields = LoadBalancerAttributes::FIELDS;
        overlay(
            &mut body,
            attributes.extra.as_deref(),
            ATTRIBUTES,
            fields,
            &at,
            findings,
        );
        Value::Object(body)
    });
    DesiredLoadBalancer {
        create: Value::Object(create),
        health_check,
        attributes: attributes.filter(|it| it != &json!({})),
    }
}

/// TCP on the first instance port, in service after 20 seconds.
///
/// AWS's own default takes five minutes: ten successes, 30 seconds apart.
fn default_health_check(classic: &ClassicLoadBalancer) -> Value {
    let port = classic
        .listeners
        .first()
        .map_or(0, |listener| listener.instance_port);
    json!({
        "Target": format!("TCP:{port}"),
        "Interval": 10,
        "Timeout": 5,
        "UnhealthyThreshold": 2,
        "HealthyThreshold": 2,
    })
}

// ----------------------------------------------------------------- service

fn lower_service(service: &Service, findings: &mut Vec<Diagnostic>) -> Map<String, Value> {
    let at = "service";
    let mut body = object(service);
    unique(&service.tags, &format!("{at}.tags"), findings);
    overlay(
        &mut body,
        service.extra.as_deref(),
        SERVICE,
        Service::FIELDS,
        at,
        findings,
    );
    each(
        &mut body,
        "loadBalancers",
        &service.load_balancers,
        |it, entry, index| {
            let at = format!("{at}.load-balancers[{index}]");
            overlay(
                it,
                entry.extra.as_deref(),
                SERVICE_BALANCER,
                ServiceLoadBalancer::FIELDS,
                &at,
                findings,
            );
        },
    );
    let deployment = service.deployment_configuration.as_ref();
    if let Some((it, deployment)) = member(&mut body, "deploymentConfiguration").zip(deployment) {
        let at = format!("{at}.deployment-configuration");
        overlay(
            it,
            deployment.extra.as_deref(),
            DEPLOYMENT,
            DeploymentConfiguration::FIELDS,
            &at,
            findings,
        );
    }
    body
}

/// Ties the service to the blueprint's load balancer, of whichever kind.
fn join_load_balancer(
    body: &mut Map<String, Value>,
    service: &Service,
    load_balancer: &LoadBalancer,
    findings: &mut Vec<Diagnostic>,
) {
    match load_balancer {
        LoadBalancer::Classic(classic) => {
            for entry in body.get_mut("loadBalancers").and_then(Value::as_array_mut).into_iter().flatten() {
                entry["loadBalancerName"] = classic.load_balancer_name.clone().into();
            }
        }
        LoadBalancer::Other(text) => match target_groups(text) {
            Ok(groups) if service.load_balancers.is_empty() => {
                body.insert("loadBalancers".to_owned(), Value::Array(groups));
            }
            Ok(_) => findings.push(Diagnostic::error(
                "service.load-balancers",
                "must be empty when `load-balancer` names target groups, which carry their containers themselves",
            )),
            Err(message) => findings.push(Diagnostic::error("load-balancer.other", message).hint(
                "this host knows classic load balancers and \
                 `{\"targetGroups\": [{\"targetGroupArn\": …, \"containerName\": …, \"containerPort\": …}]}`",
            )),
        },
        LoadBalancer::Absent => {}
    }
}

fn target_groups(text: &str) -> Result<Vec<Value>, String> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
    let members = value.as_object().ok_or("is not a JSON object")?;
    if let Some(unknown) = members.keys().find(|key| *key != "targetGroups") {
        return Err(format!("sets `{unknown}`, which this host does not know"));
    }
    let groups = members
        .get("targetGroups")
        .and_then(Value::as_array)
        .filter(|groups| !groups.is_empty());
    groups
        .cloned()
        .ok_or_else(|| "has no list `targetGroups`".to_owned())
}

/// Fills what AWS's defaults would make wrong, and notes what only the creation needs.
fn fill_service(body: &mut Map<String, Value>, classic: bool, create_only: &mut BTreeSet<String>) {
    let daemon = body
        .get("schedulingStrategy")
        .is_some_and(|it| it == "DAEMON");
    if !daemon && !body.contains_key("desiredCount") {
        body.insert("desiredCount".to_owned(), 1.into());
        create_only.insert("desiredCount".to_owned());
    }
    if classic {
        if !daemon {
            fill_deployment(body);
        }
        body.entry("healthCheckGracePeriodSeconds")
            .or_insert_with(|| GRACE_PERIOD_SECONDS.into());
    }
    let maximum = body
        .get("deploymentConfiguration")
        .and_then(|it| it["maximumPercent"].as_u64());
    if classic || maximum.is_some_and(|percent| percent <= 100) {
        // AWS's default is ENABLED, which it refuses with both.
        body.entry("availabilityZoneRebalancing")
            .or_insert_with(|| "DISABLED".into());
    }
}

/// Numbers with which a rollout on static host ports can go on: one task may be
/// missing, and none may be too many, because its port is taken.
fn fill_deployment(body: &mut Map<String, Value>) {
    let desired = body
        .get("desiredCount")
        .and_then(Value::as_u64)
        .unwrap_or(1)
        .max(1);
    let configuration = body
        .entry("deploymentConfiguration")
        .or_insert_with(|| json!({}));
    if let Some(configuration) = configuration.as_object_mut() {
        configuration
            .entry("minimumHealthyPercent")
            .or_insert_with(|| ((desired - 1) * 100 / desired).into());
        configuration
            .entry("maximumPercent")
            .or_insert_with(|| 100.into());
    }
}

fn warn_of_downtime(service: &Value, findings: &mut Vec<Diagnostic>) {
    let minimum = service["deploymentConfiguration"]["minimumHealthyPercent"].as_u64();
    if service["desiredCount"] == 1 && minimum == Some(0) {
        findings.push(Diagnostic::warning(
            "service.deployment-configuration",
            "an update stops the only task before it starts the new one: expect a brief downtime",
        ));
    }
}

// --------------------------------------------------------------- endpoints

fn bind_endpoints(
    blueprint: &Blueprint,
    identity: &Identity,
    load_balancer: Option<&DesiredLoadBalancer>,
    findings: &mut Vec<Diagnostic>,
) -> BTreeMap<String, u16> {
    let ports: Vec<u64> = load_balancer
        .and_then(|it| it.create["Listeners"].as_array())
        .into_iter()
        .flatten()
        .filter_map(|listener| listener["LoadBalancerPort"].as_u64())
        .collect();
    let mut bound = BTreeMap::new();
    for (index, binding) in blueprint.endpoints.iter().enumerate() {
        let at = format!("endpoints[{index}]");
        if !identity
            .endpoints
            .iter()
            .any(|endpoint| endpoint.name == binding.name)
        {
            let message = format!("`{}` is no endpoint of the recipe's manifest", binding.name);
            findings.push(Diagnostic::error(format!("{at}.name"), message));
        }
        match u16::try_from(binding.load_balancer_port) {
            Ok(port) if ports.contains(&port.into()) => {
                bound.insert(binding.name.clone(), port);
            }
            _ => {
                let message = format!("no listener has the port {}", binding.load_balancer_port);
                findings.push(
                    Diagnostic::error(format!("{at}.load-balancer-port"), message)
                        .hint("bind the endpoint to the `load-balancer-port` of a listener"),
                );
            }
        }
    }
    // Where there is only one of each, there is nothing to say.
    if let ([], [endpoint], [port]) = (
        &blueprint.endpoints[..],
        &identity.endpoints[..],
        &ports[..],
    ) && let Ok(port) = u16::try_from(*port)
    {
        bound.insert(endpoint.name.clone(), port);
    }
    bound
}

// ------------------------------------------------------------------ pieces

/// The AWS object of a record, without its `extra`.
fn object(record: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(record) {
        Ok(Value::Object(members)) => members,
        // Records of texts, numbers and lists are JSON objects and cannot fail to be.
        Ok(_) | Err(_) => Map::new(),
    }
}

fn member<'a>(body: &'a mut Map<String, Value>, key: &str) -> Option<&'a mut Map<String, Value>> {
    body.get_mut(key).and_then(Value::as_object_mut)
}

/// Visits the objects of a list together with the records they came from.
fn each<R>(
    body: &mut Map<String, Value>,
    key: &str,
    records: &[R],
    mut visit: impl FnMut(&mut Map<String, Value>, &R, usize),
) {
    let items = body
        .get_mut(key)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten();
    for (index, (item, record)) in items.zip(records).enumerate() {
        if let Some(members) = item.as_object_mut() {
            visit(members, record, index);
        }
    }
}

/// Finds names that stand twice in what AWS reads as a map.
fn unique(pairs: &[Pair], at: &str, findings: &mut Vec<Diagnostic>) {
    let mut seen = BTreeSet::new();
    for (index, (name, _)) in pairs.iter().enumerate() {
        if !seen.insert(name) {
            let message = format!("`{name}` stands twice");
            findings.push(
                Diagnostic::error(format!("{at}[{index}]"), message).hint("keep one of the two"),
            );
        }
    }
}

#[cfg(test)]
mod tests;
