//! What was registered, as AWS describes it (aws-facts §6).

use serde_json::{Map, Value, json};

use super::super::arguments::{list, text};

/// Members of the request that are not part of the description.
const NOT_SHOWN: [&str; 2] = ["tags", "family"];

/// Fills what AWS fills in, and spells as AWS spells.
pub(super) fn normalise(input: &Value) -> Value {
    let mut body: Map<String, Value> = input.as_object().cloned().unwrap_or_default();
    body.retain(|name, value| !NOT_SHOWN.contains(&name.as_str()) && *value != json!(""));
    let mode = text(input, "networkMode").unwrap_or("bridge").to_owned();
    let containers = list(input, "containerDefinitions").iter();
    let containers: Vec<Value> = containers.map(|it| container(it, &mode)).collect();
    body.insert("containerDefinitions".into(), containers.into());
    let volumes = list(input, "volumes").iter().map(volume);
    body.insert("volumes".into(), volumes.collect());
    body.entry("placementConstraints")
        .or_insert_with(|| json!([]));
    let mut compatibilities = vec!["EXTERNAL", "EC2"];
    if mode == "awsvpc" {
        compatibilities = vec!["EC2", "FARGATE"];
    }
    body.insert("compatibilities".into(), json!(compatibilities));
    for (name, units) in [("cpu", 1024.0), ("memory", 1024.0)] {
        if let Some(size) = body
            .get(name)
            .and_then(Value::as_str)
            .and_then(|it| size(it, units))
        {
            body.insert(name.into(), size.to_string().into());
        }
    }
    Value::Object(body)
}

fn container(given: &Value, mode: &str) -> Value {
    let mut container = given.as_object().cloned().unwrap_or_default();
    container.entry("cpu").or_insert_with(|| 0.into());
    container.entry("essential").or_insert_with(|| true.into());
    for name in [
        "environment",
        "mountPoints",
        "volumesFrom",
        "portMappings",
        "systemControls",
    ] {
        container.entry(name).or_insert_with(|| json!([]));
    }
    for mapping in container
        .get_mut("portMappings")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let Some(mapping) = mapping.as_object_mut() else {
            continue;
        };
        mapping.entry("protocol").or_insert_with(|| "tcp".into());
        let same = mapping.get("containerPort").cloned().unwrap_or_default();
        let usual = if mode == "bridge" { json!(0) } else { same };
        mapping.entry("hostPort").or_insert(usual);
    }
    if let Some(check) = container
        .get_mut("healthCheck")
        .and_then(Value::as_object_mut)
    {
        for (name, usual) in [("interval", 30), ("timeout", 5), ("retries", 3)] {
            check.entry(name).or_insert_with(|| usual.into());
        }
    }
    Value::Object(container)
}

/// A volume of a name alone is one of the host, of an empty path.
fn volume(given: &Value) -> Value {
    let mut volume = given.clone();
    if volume
        .as_object()
        .is_some_and(|it| it.keys().all(|name| name == "name"))
    {
        volume["host"] = json!({});
    }
    volume
}

/// `1024`, `1 vCPU`, `.5 vCPU`, `1GB` in units; nothing where it is no size.
pub(super) fn size(text: &str, units: f64) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let named = lower
        .strip_suffix("vcpu")
        .or_else(|| lower.strip_suffix("gb"));
    let (number, factor) = match named {
        Some(number) => (number.trim(), units),
        None => (lower.trim(), 1.0),
    };
    let size = number.parse::<f64>().ok()? * factor;
    let is_whole = (0.0..=1e9).contains(&size) && size.fract() == 0.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is whole, positive and small"
    )]
    is_whole.then_some(size as u64)
}
