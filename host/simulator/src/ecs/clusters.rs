//! Clusters.

use serde_json::{Map, Value, json};

use super::arguments::{self, cluster, cluster_mut, includes, is_name, missing, pick, tags_value};
use super::paging;
use super::rules::clusters as rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::{Cluster, ServiceStatus, TaskStatus, World};

const SETTABLE: [&str; 3] = ["settings", "configuration", "serviceConnectDefaults"];

pub(super) fn create(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let name = arguments::text(call.input, "clusterName").unwrap_or("default");
    if !is_name(name) {
        return Err(rules::CLUSTER_NAME.refusal());
    }
    let tags = arguments::tags(call.input)?;
    // Creating one that is there gives that one.
    if !call.world.clusters.get(name).is_some_and(|it| it.is_active) {
        let cluster = Cluster {
            name: name.to_owned(),
            arn: call.world.ecs_arn(&format!("cluster/{name}")),
            is_active: true,
            body: Value::Object(pick(
                call.input,
                &[
                    &SETTABLE[..],
                    &["capacityProviders", "defaultCapacityProviderStrategy"],
                ]
                .concat(),
            )),
            tags,
            ..Cluster::default()
        };
        call.world.clusters.insert(name.to_owned(), cluster);
    }
    Ok(json!({"cluster": shown(&call.world.clusters[name], call.input, true)}))
}

pub(super) fn describe(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let mut asked = arguments::texts(call.input, "clusters");
    if asked.len() > 100 {
        return Err(rules::TOO_MANY_CLUSTERS.refusal());
    }
    if asked.is_empty() {
        asked.push("default");
    }
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        let name = arguments::last(reference);
        match call.world.clusters.get(name) {
            Some(cluster) => clusters.push(shown(cluster, call.input, false)),
            None => failures.push(missing(&call.world.ecs_arn(&format!("cluster/{name}")))),
        }
    }
    Ok(json!({"clusters": clusters, "failures": failures}))
}

pub(super) fn list_arns(world: &World) -> Vec<String> {
    let active = world.clusters.values().filter(|it| it.is_active);
    active.map(|it| it.arn.clone()).collect()
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, Refusal> {
    paging::page(call.input, "clusterArns", &list_arns(call.world), 100, 100)
}

pub(super) fn update(call: &mut Call<'_>) -> Result<Value, Refusal> {
    change(call, &SETTABLE)
}

pub(super) fn update_settings(call: &mut Call<'_>) -> Result<Value, Refusal> {
    change(call, &["settings"])
}

fn change(call: &mut Call<'_>, names: &[&str]) -> Result<Value, Refusal> {
    let input = call.input;
    let cluster = cluster_mut(call.world, input)?;
    let mut body = cluster.body.as_object().cloned().unwrap_or_else(Map::new);
    body.extend(pick(input, names));
    cluster.body = Value::Object(body);
    Ok(json!({"cluster": shown(cluster, input, true)}))
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = cluster(call.world, call.input)?;
    if found
        .services
        .values()
        .any(|it| it.status == ServiceStatus::Active)
    {
        return Err(rules::CLUSTER_HAS_SERVICES.refusal());
    }
    if !found.instances.is_empty() {
        return Err(rules::CLUSTER_HAS_INSTANCES.refusal());
    }
    if found
        .tasks
        .values()
        .any(|it| it.status != TaskStatus::Stopped)
    {
        return Err(rules::CLUSTER_HAS_TASKS.refusal());
    }
    let found = cluster_mut(call.world, call.input)?;
    found.is_active = false;
    Ok(json!({"cluster": shown(found, call.input, false)}))
}

/// A cluster as it is described.
fn shown(cluster: &Cluster, input: &Value, with_all: bool) -> Value {
    let tasks = |status: fn(TaskStatus) -> bool| {
        cluster
            .tasks
            .values()
            .filter(|it| status(it.status))
            .count()
    };
    let active = cluster
        .services
        .values()
        .filter(|it| it.status == ServiceStatus::Active);
    let mut shown = json!({
        "clusterArn": cluster.arn,
        "clusterName": cluster.name,
        "status": if cluster.is_active { "ACTIVE" } else { "INACTIVE" },
        "registeredContainerInstancesCount": cluster.instances.len(),
        "runningTasksCount": tasks(|it| it == TaskStatus::Running),
        "pendingTasksCount": tasks(|it| it < TaskStatus::Running),
        "activeServicesCount": active.count(),
        "statistics": [],
        "tags": [],
        "settings": [],
        "capacityProviders": cluster.body.get("capacityProviders").cloned().unwrap_or_else(|| json!([])),
        "defaultCapacityProviderStrategy": cluster.body.get("defaultCapacityProviderStrategy").cloned().unwrap_or_else(|| json!([])),
    });
    if with_all || includes(input, "TAGS") {
        shown["tags"] = tags_value(&cluster.tags);
    }
    if with_all || includes(input, "SETTINGS") {
        let usual = json!([{"name": "containerInsights", "value": "disabled"}]);
        let given = Some(list_or(&cluster.body, "settings"))
            .filter(|it| it.as_array().is_some_and(|it| !it.is_empty()));
        shown["settings"] = given.unwrap_or(usual);
    }
    if (with_all || includes(input, "CONFIGURATIONS"))
        && cluster.body.get("configuration").is_some()
    {
        shown["configuration"] = cluster.body["configuration"].clone();
    }
    if let Some(defaults) = cluster.body.get("serviceConnectDefaults") {
        shown["serviceConnectDefaults"] = defaults.clone();
    }
    if includes(input, "STATISTICS") {
        let count = |name: &str, value: usize| json!({"name": name, "value": value.to_string()});
        let draining = cluster
            .services
            .values()
            .filter(|it| it.status == ServiceStatus::Draining)
            .count();
        shown["statistics"] = json!([
            count(
                "runningEC2TasksCount",
                tasks(|it| it == TaskStatus::Running)
            ),
            count("pendingEC2TasksCount", tasks(|it| it < TaskStatus::Running)),
            count("drainingEC2ServiceCount", draining),
        ]);
    }
    shown
}

fn list_or(body: &Value, name: &str) -> Value {
    arguments::list(body, name).to_vec().into()
}
