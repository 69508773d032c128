//! What an account comes to, as two runs can be compared by: without times, ids and names that AWS makes up.

use serde_json::{Map, Value, json};

/// Everything that a run wants to be so: services with what they run, and load balancers. Whatever it is, it is one.
pub(super) fn outcome(account: &str) -> Value {
    let world = world(account);
    let mut balancers = world["balancers"].clone();
    for balancer in members(&mut balancers) {
        keep(
            balancer,
            &[
                "scheme",
                "subnets",
                "zones",
                "security-groups",
                "listeners",
                "health-check",
                "attributes",
                "tags",
            ],
        );
    }
    let mut services = world["clusters"]["searchapp"]["services"].clone();
    if let Some(all) = services.as_object_mut() {
        all.retain(|_, it| it["status"] != "INACTIVE");
    }
    for service in members(&mut services) {
        let deployments = service["deployments"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        service["runs"] = deployments.iter().map(|it| running(&world, it)).collect();
        // It names the revision, and that is compared by what it says.
        service["tags"]
            .as_object_mut()
            .map(|it| it.remove("host:stable"));
        keep(
            service,
            &["status", "desired", "body", "role", "tags", "runs"],
        );
    }
    json!({"balancers": balancers, "services": services, "has_revisions": active(&world) > 0})
}

/// What the revision of a deployment says.
fn running(world: &Value, deployment: &Value) -> Value {
    let arn = deployment["revision"].as_str().unwrap_or_default();
    let (family, number) = arn
        .rsplit('/')
        .next()
        .and_then(|it| it.rsplit_once(':'))
        .unwrap_or_default();
    let mut revision = world["families"][family]["revisions"][number].clone();
    // It says when.
    revision["tags"]
        .as_object_mut()
        .map(|it| it.remove("host:stable"));
    keep(&mut revision, &["status", "body", "tags"]);
    revision
}

/// How many revisions were ever registered.
pub(super) fn registered(account: &str) -> u64 {
    world(account)["families"]["cache"]["last"]
        .as_u64()
        .unwrap_or_default()
}

/// How many revisions are active. Those that nobody uses any more stay beside the one in use.
fn active(world: &Value) -> usize {
    let revisions = world["families"]["cache"]["revisions"].as_object();
    revisions.map_or(0, |all| {
        all.values().filter(|it| it["status"] == "ACTIVE").count()
    })
}

/// The same account as if somebody had made all of it by hand.
pub(super) fn by_hand(account: &str) -> String {
    let mut account: Value = serde_json::from_str(account).unwrap();
    strip(&mut account["world"]);
    account.to_string()
}

/// Takes the tags of host away, wherever they are.
fn strip(value: &mut Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|key, _| !key.starts_with("host:"));
    }
    for member in members(value) {
        strip(member);
    }
}

/// The same account after somebody deleted its load balancers.
pub(super) fn without_balancers(account: &str) -> String {
    let mut account: Value = serde_json::from_str(account).unwrap();
    account["world"]["balancers"] = json!({});
    account.to_string()
}

/// The same account with more subnets: one of another zone, and one more of the first.
pub(super) fn with_subnets(account: &str) -> String {
    let mut account: Value = serde_json::from_str(account).unwrap();
    let subnets = &mut account["world"]["network"]["subnets"];
    let mut new = subnets["subnet-39706b4e"].clone();
    subnets["subnet-a2"] = new.clone();
    new["zone"] = "us-east-1c".into();
    subnets["subnet-c"] = new;
    account.to_string()
}

fn world(account: &str) -> Value {
    let mut account: Value = serde_json::from_str(account).unwrap();
    account["world"].take()
}

fn members(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Object(fields) => fields.values_mut().collect(),
        Value::Array(items) => items.iter_mut().collect(),
        _ => Vec::new(),
    }
}

fn keep(value: &mut Value, fields: &[&str]) {
    let kept: Map<String, Value> = fields
        .iter()
        .map(|it| ((*it).to_owned(), value[*it].take()))
        .collect();
    *value = kept.into();
}
