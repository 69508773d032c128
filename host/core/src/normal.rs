//! One spelling for the same thing, so that only a difference is a difference.
//!
//! What was sent and what AWS describes are brought to the same form: computed
//! fields dropped, defaults filled, empty things removed. Then both become flat:
//! one line for each leaf, list items named by what identifies them.

use serde_json::{Map, Value, json};

mod flat;

pub use flat::{Flat, flatten};

/// What DescribeTaskDefinition says beyond what RegisterTaskDefinition was told.
const COMPUTED: [&str; 9] = [
    "taskDefinitionArn",
    "revision",
    "status",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "requiresAttributes",
    "compatibilities",
    "tags",
];

/// The normal form of a task definition, sent or described. Tags are not part of it.
pub fn task_definition(body: &Value) -> Value {
    let mut body = generic(body);
    let Some(members) = body.as_object_mut() else {
        return body;
    };
    members.retain(|key, _| !COMPUTED.contains(&key.as_str()));
    for role in ["taskRoleArn", "executionRoleArn"] {
        if members.get(role).is_some_and(|it| it == "") {
            members.remove(role);
        }
    }
    for (size, unit) in [("cpu", "vcpu"), ("memory", "gb")] {
        if let Some(text) = members.get(size).and_then(Value::as_str) {
            let number = units(text, unit);
            members.insert(size.to_owned(), number.into());
        }
    }
    default(members, "networkMode", "bridge");
    default(members, "enableFaultInjection", false);
    let mode = members["networkMode"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    for container in objects(members, "containerDefinitions") {
        normal_container(container, &mode);
    }
    for volume in objects(members, "volumes") {
        normal_volume(volume);
    }
    if let Some(proxy) = object(members, "proxyConfiguration") {
        default(proxy, "type", "APPMESH");
    }
    body
}

/// What AWS fills in, or means, where a container says nothing.
fn normal_container(container: &mut Map<String, Value>, mode: &str) {
    default(container, "cpu", 0);
    default(container, "essential", true);
    default(container, "versionConsistency", "enabled");
    for flag in [
        "privileged",
        "readonlyRootFilesystem",
        "interactive",
        "pseudoTerminal",
        "disableNetworking",
    ] {
        default(container, flag, false);
    }
    for port in objects(container, "portMappings") {
        if port.contains_key("containerPortRange") {
            // Some control planes say port 0 beside a range, which means none.
            port.retain(|key, value| !key.ends_with("Port") || *value != 0);
        }
        default(port, "protocol", "tcp");
        let container_port = port
            .get("containerPort")
            .cloned()
            .unwrap_or_else(|| 0.into());
        let unset = if mode == "bridge" {
            0.into()
        } else {
            container_port
        };
        default(port, "hostPort", unset);
    }
    for list in ["mountPoints", "volumesFrom"] {
        for mount in objects(container, list) {
            default(mount, "readOnly", false);
        }
    }
    if let Some(check) = object(container, "healthCheck") {
        for (key, value) in [
            ("interval", 30),
            ("timeout", 5),
            ("retries", 3),
            ("startPeriod", 0),
        ] {
            default(check, key, value);
        }
    }
    if let Some(policy) = object(container, "restartPolicy") {
        default(policy, "restartAttemptPeriod", 300);
    }
}

/// The same for a volume.
fn normal_volume(volume: &mut Map<String, Value>) {
    default(volume, "configuredAtLaunch", false);
    if let Some(docker) = object(volume, "dockerVolumeConfiguration") {
        default(docker, "scope", "task");
        default(docker, "autoprovision", false);
        default(docker, "driver", "local");
    }
    if let Some(efs) = object(volume, "efsVolumeConfiguration") {
        default(efs, "rootDirectory", "/");
        default(efs, "transitEncryption", "DISABLED");
        default(efs, "authorizationConfig", json!({}));
        if let Some(authorization) = object(efs, "authorizationConfig") {
            default(authorization, "iam", "DISABLED");
        }
    }
}

/// A service, sent or described, with its sets of names in one order. What is said to be empty stays.
pub fn service(body: &Value) -> Value {
    let mut body = body.clone();
    let network = body.pointer_mut("/networkConfiguration/awsvpcConfiguration");
    if let Some(members) = network.and_then(Value::as_object_mut) {
        sort(members, &["subnets", "securityGroups"]);
    }
    body
}

/// The normal form of a classic load balancer from what CreateLoadBalancer and its two followers are told.
pub fn load_balancer(create: &Value, health_check: &Value) -> Value {
    let mut body = generic(create);
    if let Some(members) = body.as_object_mut() {
        members.remove("Tags");
        default(members, "Scheme", "internet-facing");
        members.insert("HealthCheck".to_owned(), health_check.clone());
        normal_listeners(members);
    }
    body
}

/// The same from what DescribeLoadBalancers says.
pub fn described_load_balancer(description: &Value) -> Value {
    let listeners: Value = description["ListenerDescriptions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| it["Listener"].clone())
        .collect();
    let mut body = generic(&json!({
        "LoadBalancerName": description["LoadBalancerName"],
        "Scheme": description["Scheme"],
        "Listeners": listeners,
        "Subnets": description["Subnets"],
        "SecurityGroups": description["SecurityGroups"],
        "HealthCheck": description["HealthCheck"],
    }));
    if let Some(members) = body.as_object_mut() {
        normal_listeners(members);
    }
    body
}

fn normal_listeners(members: &mut Map<String, Value>) {
    for listener in objects(members, "Listeners") {
        for key in ["Protocol", "InstanceProtocol"] {
            if let Some(text) = listener
                .get(key)
                .and_then(Value::as_str)
                .map(str::to_uppercase)
            {
                listener.insert(key.to_owned(), text.into());
            }
        }
        let protocol = listener.get("Protocol").cloned().unwrap_or_default();
        default(listener, "InstanceProtocol", protocol);
    }
    sort(members, &["Subnets", "SecurityGroups"]);
}

fn sort(members: &mut Map<String, Value>, sets: &[&str]) {
    for set in sets {
        if let Some(items) = members.get_mut(*set).and_then(Value::as_array_mut) {
            items.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
        }
    }
}

/// Without nulls, empty lists and empty objects, at any depth: AWS treats them as absent.
pub fn generic(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| (key.clone(), generic(member)))
            .filter(|(_, member)| !is_empty(member))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(generic).collect(),
        scalar => scalar.clone(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn default(members: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    members.entry(key).or_insert_with(|| value.into());
}

fn object<'a>(
    members: &'a mut Map<String, Value>,
    key: &str,
) -> Option<&'a mut Map<String, Value>> {
    members.get_mut(key).and_then(Value::as_object_mut)
}

fn objects<'a>(
    members: &'a mut Map<String, Value>,
    key: &str,
) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    members
        .get_mut(key)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
}

/// `1 vCPU` and `.5GB` are 1024 and 512, in texts as AWS describes them.
pub(crate) fn units(text: &str, unit: &str) -> String {
    let plain = text.trim().to_lowercase();
    let number = plain
        .strip_suffix(unit)
        .and_then(|it| it.trim().parse::<f64>().ok());
    number.map_or_else(|| text.to_owned(), |it| format!("{:.0}", it * 1024.0))
}

#[cfg(test)]
mod tests;
