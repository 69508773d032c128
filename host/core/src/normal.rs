//! One spelling for the same thing, so that only a difference is a difference.
//!
//! What was sent and what AWS describes are brought to the same form: computed
//! fields dropped, defaults filled, empty things removed. Then both become flat:
//! one line for each leaf, list items named by what identifies them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Leaves by path: `containerDefinitions[redis].portMappings[6379/tcp].hostPort` → `6379`.
pub type Flat = BTreeMap<String, Value>;

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
    let mode = members["networkMode"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    for container in objects(members, "containerDefinitions") {
        default(container, "cpu", 0);
        default(container, "essential", true);
        for port in objects(container, "portMappings") {
            default(port, "protocol", "tcp");
            let container_port = port
                .get("containerPort")
                .cloned()
                .unwrap_or_else(|| 0.into());
            default(
                port,
                "hostPort",
                if mode == "bridge" {
                    0.into()
                } else {
                    container_port
                },
            );
        }
        for mount in objects(container, "mountPoints") {
            default(mount, "readOnly", false);
        }
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
    for set in ["Subnets", "SecurityGroups"] {
        if let Some(items) = members.get_mut(set).and_then(Value::as_array_mut) {
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
fn units(text: &str, unit: &str) -> String {
    let plain = text.trim().to_lowercase();
    let number = plain
        .strip_suffix(unit)
        .and_then(|it| it.trim().parse::<f64>().ok());
    number.map_or_else(|| text.to_owned(), |it| format!("{:.0}", it * 1024.0))
}

/// All leaves of a value. Lists of plain values are one leaf.
pub fn flatten(value: &Value) -> Flat {
    let mut flat = Flat::new();
    flatten_into(value, String::new(), "", &mut flat);
    flat
}

fn flatten_into(value: &Value, path: String, key: &str, flat: &mut Flat) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                flatten_into(member, path, name, flat);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (index, item) in items.iter().enumerate() {
                let name = identity(key, item).unwrap_or_else(|| index.to_string());
                flatten_into(item, format!("{path}[{name}]"), "", flat);
            }
        }
        leaf => {
            flat.insert(path, leaf.clone());
        }
    }
}

/// What names an item of a list, so that its place does not matter.
fn identity(list: &str, item: &Value) -> Option<String> {
    let key = match list {
        "portMappings" => {
            let protocol = item["protocol"].as_str().unwrap_or("tcp");
            let port = item
                .get("containerPort")
                .or_else(|| item.get("containerPortRange"))?;
            return Some(format!("{}/{protocol}", plain(port)));
        }
        "mountPoints" => "containerPath",
        "Listeners" => "LoadBalancerPort",
        "environmentFiles" => "value",
        "systemControls" => "namespace",
        "extraHosts" => "hostname",
        "volumesFrom" => "sourceContainer",
        "dependsOn" | "loadBalancers" => "containerName",
        "serviceRegistries" => "registryArn",
        "capacityProviderStrategy" => "capacityProvider",
        "services" => "portName",
        "tags" => "key",
        "Tags" | "AdditionalAttributes" => "Key",
        _ => "name",
    };
    item.get(key).map(plain)
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pairs of `aws-facts`: what is sent, and what AWS or another control plane makes of it.
    #[test]
    fn sent_and_described_are_the_same() {
        let sent = json!({
            "family": "es", "memory": "1GB", "cpu": "1 vCPU", "taskRoleArn": "",
            "containerDefinitions": [{
                "name": "es", "image": "elasticsearch", "memory": 256, "links": [],
                "portMappings": [{"containerPort": 9200, "hostPort": 9200}],
                "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
                "environment": [{"name": "B", "value": ""}, {"name": "A", "value": "1"}],
            }],
            "volumes": [{"name": "data"}],
        });
        let described = json!({
            "family": "es", "memory": "1024", "cpu": "1024", "revision": 3, "status": "ACTIVE",
            "taskDefinitionArn": "arn:aws:ecs:us-east-1:1:task-definition/es:3", "networkMode": "bridge",
            "requiresAttributes": [{"name": "x"}], "compatibilities": ["EC2"], "placementConstraints": [],
            "containerDefinitions": [{
                "name": "es", "image": "elasticsearch", "memory": 256, "cpu": 0, "essential": true,
                "portMappings": [{"containerPort": 9200, "hostPort": 9200, "protocol": "tcp"}],
                "mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": false}],
                "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": ""}],
                "volumesFrom": [], "systemControls": [],
            }],
            "volumes": [{"name": "data", "host": {}}], "tags": [{"key": "a", "value": "b"}],
        });
        assert_eq!(
            flatten(&task_definition(&sent)),
            flatten(&task_definition(&described))
        );
    }

    #[test]
    fn an_unset_host_port_follows_the_network_mode() {
        for (mode, port) in [("bridge", 0), ("host", 80), ("awsvpc", 80)] {
            let task = json!({"networkMode": mode, "containerDefinitions": [{"portMappings": [{"containerPort": 80}]}]});
            assert_eq!(
                task_definition(&task)["containerDefinitions"][0]["portMappings"][0]["hostPort"],
                port
            );
        }
    }

    #[test]
    fn load_balancers_in_either_spelling() {
        let check = json!({"Target": "TCP:6379", "Interval": 10});
        let sent = json!({
            "LoadBalancerName": "redis-elb", "Scheme": "internal", "Subnets": ["b", "a"], "Tags": [{"Key": "k", "Value": "v"}],
            "Listeners": [{"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 6379}],
        });
        let described = json!({
            "LoadBalancerName": "redis-elb", "Scheme": "internal", "Subnets": ["a", "b"], "SecurityGroups": [],
            "DNSName": "internal-redis-elb-1.us-east-1.elb.amazonaws.com", "HealthCheck": check,
            "ListenerDescriptions": [{"Listener": {
                "Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 6379, "InstanceProtocol": "TCP",
            }, "PolicyNames": []}],
        });
        assert_eq!(
            flatten(&load_balancer(&sent, &check)),
            flatten(&described_load_balancer(&described))
        );
    }

    #[test]
    fn items_are_named_by_what_identifies_them() {
        let task = json!({"containerDefinitions": [{"name": "redis", "command": ["a", "b"], "dockerLabels": {"k": "v"},
            "portMappings": [{"containerPort": 53, "protocol": "udp"}]}]});
        let keys: Vec<String> = flatten(&task).into_keys().collect();
        assert_eq!(
            keys,
            [
                "containerDefinitions[redis].command",
                "containerDefinitions[redis].dockerLabels.k",
                "containerDefinitions[redis].name",
                "containerDefinitions[redis].portMappings[53/udp].containerPort",
                "containerDefinitions[redis].portMappings[53/udp].protocol",
            ]
        );
    }
}
