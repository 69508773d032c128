//! Values as leaves by path.

use std::collections::BTreeMap;

use serde_json::Value;

/// Leaves by path: `containerDefinitions[redis].portMappings[6379/tcp].hostPort` → `6379`.
pub type Flat = BTreeMap<String, Value>;

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
            for (name, item) in identities(key, items).into_iter().zip(items) {
                flatten_into(item, format!("{path}[{name}]"), "", flat);
            }
        }
        leaf => {
            flat.insert(path, leaf.clone());
        }
    }
}

/// A name for each item, unique in its list.
///
/// Items that share what usually names them (two host ports of one container
/// port) are told apart by their place among each other when sorted by content,
/// so that the order in which a list is described still does not matter.
fn identities(list: &str, items: &[Value]) -> Vec<String> {
    let mut names: Vec<String> = items
        .iter()
        .enumerate()
        .map(|(index, item)| identity(list, item).unwrap_or_else(|| index.to_string()))
        .collect();
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, name) in names.iter().enumerate() {
        groups.entry(name.clone()).or_default().push(index);
    }
    for (name, mut namesakes) in groups.into_iter().filter(|(_, it)| it.len() > 1) {
        // Members may be described in another order too, and leaves are sorted.
        namesakes.sort_by_cached_key(|index| format!("{:?}", flatten(&items[*index])));
        for (place, index) in namesakes.into_iter().enumerate() {
            names[index] = format!("{name} #{}", place + 1);
        }
    }
    names
}

/// What names an item of a list, so that its place does not matter.
fn identity(list: &str, item: &Value) -> Option<String> {
    let key = match list {
        "portMappings" => {
            let protocol = item["protocol"].as_str().unwrap_or("tcp");
            let port = item
                .get("containerPortRange")
                .or_else(|| item.get("containerPort"))?;
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
