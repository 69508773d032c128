//! Services. What follows from a change is the scheduler's: here it is only said what should be.

use serde_json::{Map, Value, json};

use super::arguments::{self, cluster, cluster_mut, includes, missing, text, texts};
use super::paging;
use super::rules::services as rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::time::Time;
use crate::world::{Deployment, Service, ServiceMemory, ServiceStatus, World};

mod check;
mod shown;

pub(super) use check::{launch, network, placement, supported};
use shown::shown;

/// What CreateService and UpdateService set and DescribeServices shows as it is.
const SHOWN: [&str; 15] = [
    "loadBalancers",
    "serviceRegistries",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "deploymentConfiguration",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "healthCheckGracePeriodSeconds",
    "schedulingStrategy",
    "deploymentController",
    "enableECSManagedTags",
    "propagateTags",
    "enableExecuteCommand",
];

/// Changes of what is shown that begin a new deployment (aws-facts §2).
const REDEPLOY: [&str; 5] = [
    "networkConfiguration",
    "platformVersion",
    "loadBalancers",
    "serviceRegistries",
    "capacityProviderStrategy",
];

/// What is shown of a deployment and not of its service; a change begins a new one, too.
const OF_DEPLOYMENT: [&str; 2] = ["serviceConnectConfiguration", "volumeConfigurations"];

pub(super) fn create(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let input = call.input;
    let tags = arguments::tags(input)?;
    let found = cluster(call.world, input)?;
    let cluster_name = found.name.clone();
    let name = check::name(input)?.to_owned();
    match found.services.get(&name) {
        Some(same) if same.status == ServiceStatus::Active => {
            // The same request, or the same token, is the same service.
            let is_same = same.request == request(input)
                || same.client_token.is_some()
                    && same.client_token.as_deref() == text(input, "clientToken");
            return if is_same {
                Ok(json!({"service": shown(call.world, &cluster_name, same, true)}))
            } else {
                Err(rules::NOT_IDEMPOTENT.refusal())
            };
        }
        Some(same) if same.status == ServiceStatus::Draining => {
            return Err(rules::DRAINING.refusal());
        }
        _ => {}
    }
    let checked = check::create(call.world, input)?;
    let body = body(input, checked.rebalancing);
    let now = call.world.now;
    let service = Service {
        arn: call
            .world
            .ecs_arn(&format!("service/{cluster_name}/{name}")),
        name: name.clone(),
        status: ServiceStatus::Active,
        body,
        desired: checked.desired,
        role: Some(checked.role),
        request: request(input),
        client_token: text(input, "clientToken").map(str::to_owned),
        deployments: vec![deployment(
            call.world,
            checked.revision,
            checked.desired,
            settings(input, &Map::new()),
        )],
        tags,
        created: now,
        ..Service::default()
    };
    let answer = json!({"service": shown(call.world, &cluster_name, &service, true)});
    cluster_mut(call.world, input)?
        .services
        .insert(name, service);
    Ok(answer)
}

fn deployment(
    world: &mut World,
    revision: String,
    desired: u32,
    settings: Map<String, Value>,
) -> Deployment {
    let now = world.now;
    Deployment {
        id: format!("ecs-svc/{}", world.ids.decimal(19)),
        revision,
        created: now,
        updated: now,
        desired,
        settings,
        ..Deployment::default()
    }
}

/// What a deployment has of [`OF_DEPLOYMENT`]: what the input says, and for the rest what the one before it has.
fn settings(input: &Value, before: &Map<String, Value>) -> Map<String, Value> {
    let mut settings = before.clone();
    for (member, value) in arguments::pick(input, &OF_DEPLOYMENT) {
        let is_none = value["enabled"] == false || value.as_array().is_some_and(Vec::is_empty);
        if is_none {
            settings.remove(&member);
        } else {
            settings.insert(member, value);
        }
    }
    settings
}

/// The request as it is compared with another: without its token.
fn request(input: &Value) -> Value {
    let mut request = input.clone();
    if let Some(members) = request.as_object_mut() {
        members.remove("clientToken");
    }
    request
}

/// What is shown of a new service, with what AWS fills in (aws-facts §6).
fn body(input: &Value, rebalancing: &str) -> Value {
    let mut body = arguments::pick(input, &SHOWN);
    for name in [
        "loadBalancers",
        "serviceRegistries",
        "placementConstraints",
        "placementStrategy",
    ] {
        body.entry(name).or_insert_with(|| json!([]));
    }
    let mut rollout = json!({"maximumPercent": 200, "minimumHealthyPercent": 100});
    if text(input, "schedulingStrategy") == Some("DAEMON") {
        rollout = json!({"maximumPercent": 100, "minimumHealthyPercent": 0});
    }
    merge(&mut rollout, body.get("deploymentConfiguration"));
    body.insert("deploymentConfiguration".into(), rollout);
    if !body.contains_key("capacityProviderStrategy") {
        body.entry("launchType").or_insert_with(|| "EC2".into());
    }
    for (name, usual) in [
        ("schedulingStrategy", json!("REPLICA")),
        ("deploymentController", json!({"type": "ECS"})),
        ("enableECSManagedTags", json!(false)),
        ("propagateTags", json!("NONE")),
        ("enableExecuteCommand", json!(false)),
    ] {
        body.entry(name).or_insert(usual);
    }
    if !arguments::list(input, "loadBalancers").is_empty() {
        body.entry("healthCheckGracePeriodSeconds")
            .or_insert_with(|| 0.into());
    }
    body.insert("availabilityZoneRebalancing".into(), rebalancing.into());
    Value::Object(body)
}

fn merge(into: &mut Value, given: Option<&Value>) {
    if let (Some(into), Some(given)) = (into.as_object_mut(), given.and_then(Value::as_object)) {
        into.extend(given.clone());
    }
}

pub(super) fn update(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let input = call.input;
    let found = cluster(call.world, input)?;
    let cluster_name = found.name.clone();
    let name = arguments::last(text(input, "service").unwrap_or_default());
    let now = call.world.now;
    let service = found.services.get(name).filter(|it| is_remembered(it, now));
    let service = service.ok_or_else(|| rules::NOT_FOUND.refusal())?;
    if service.status != ServiceStatus::Active {
        return Err(rules::NOT_ACTIVE.refusal());
    }
    let mut changed = service.clone();
    for (member, value) in arguments::pick(input, &SHOWN) {
        if member == "deploymentConfiguration" {
            merge(&mut changed.body["deploymentConfiguration"], Some(&value));
        } else {
            changed.body[&member] = value;
        }
    }
    if let Some(rebalancing) = text(input, "availabilityZoneRebalancing") {
        changed.body["availabilityZoneRebalancing"] = rebalancing.into();
    }
    let checked = check::update(call.world, input, service, &changed.body)?;
    changed.desired = checked.desired.unwrap_or(changed.desired);
    let is_changed = |member: &str| {
        input
            .get(member)
            .is_some_and(|it| *it != service.body[member])
    };
    let runs = service.deployments.first().cloned().unwrap_or_default();
    let revision = checked.revision.unwrap_or_else(|| runs.revision.clone());
    let settings = settings(input, &runs.settings);
    let is_new = revision != runs.revision
        || settings != runs.settings
        || input["forceNewDeployment"] == true
        || REDEPLOY.iter().any(|it| is_changed(it));
    if is_new {
        let begun = deployment(call.world, revision, changed.desired, settings);
        changed.deployments.insert(0, begun);
        // What went wrong before is no sign for what comes.
        changed.memory = ServiceMemory::default();
    } else if let Some(primary) = changed.deployments.first_mut() {
        primary.desired = changed.desired;
        primary.updated = now;
    }
    changed.memory.steady = None;
    let answer = json!({"service": shown(call.world, &cluster_name, &changed, true)});
    cluster_mut(call.world, input)?
        .services
        .insert(changed.name.clone(), changed);
    Ok(answer)
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let input = call.input;
    let found = cluster_mut(call.world, input)?;
    let cluster_name = found.name.clone();
    let name = arguments::last(text(input, "service").unwrap_or_default());
    let service = found
        .services
        .get_mut(name)
        .filter(|it| it.status != ServiceStatus::Inactive);
    let service = service.ok_or_else(|| rules::NOT_FOUND.refusal())?;
    let is_daemon = service.body["schedulingStrategy"] == "DAEMON";
    let is_scaled = service.desired > 0 && service.status == ServiceStatus::Active;
    if is_scaled && !is_daemon && input["force"] != true {
        return Err(rules::SCALED.refusal());
    }
    service.status = ServiceStatus::Draining;
    service.desired = 0;
    for deployment in &mut service.deployments {
        deployment.desired = 0;
    }
    let service = &call.world.clusters[&cluster_name].services[name];
    Ok(json!({"service": shown(call.world, &cluster_name, service, true)}))
}

/// How long a service is described after it is gone.
const REMEMBERED: std::time::Duration = std::time::Duration::from_hours(1);

fn is_remembered(service: &Service, now: Time) -> bool {
    service.gone.is_none_or(|gone| now.since(gone) < REMEMBERED)
}

pub(super) fn describe(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = cluster(call.world, call.input)?;
    let asked = texts(call.input, "services");
    if asked.is_empty() {
        return Err(rules::DESCRIBE_EMPTY.refusal());
    }
    if asked.len() > 10 {
        return Err(rules::DESCRIBE_MANY.refusal());
    }
    let now = call.world.now;
    let (mut services, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        let name = arguments::last(reference);
        let service = found.services.get(name);
        match service.filter(|it| is_remembered(it, now)) {
            Some(service) => services.push(shown(
                call.world,
                &found.name,
                service,
                includes(call.input, "TAGS"),
            )),
            // AWS tells what is missing by the short form of its ARN.
            None => failures.push(missing(&call.world.ecs_arn(&format!("service/{name}")))),
        }
    }
    Ok(json!({"services": services, "failures": failures}))
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = cluster(call.world, call.input)?;
    let is = |member: &str, of: &Service| {
        text(call.input, member).is_none_or(|it| of.body[member] == it)
    };
    let wanted = found.services.values().filter(|it| {
        it.status == ServiceStatus::Active && is("launchType", it) && is("schedulingStrategy", it)
    });
    let arns: Vec<String> = wanted.map(|it| it.arn.clone()).collect();
    paging::page(call.input, "serviceArns", &arns, 10, 100)
}

#[cfg(test)]
mod tests;
