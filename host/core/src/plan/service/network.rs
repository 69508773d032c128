//! Where tasks with a network interface of their own are placed: the target says it, never the recipe.

use serde_json::{Value, json};

use crate::observed::ObservedService;
use crate::plan::Context;
use crate::plan::place::Place;

/// Where the fields of the target are.
const PLACE: &str = "networkConfiguration.awsvpcConfiguration";

/// Whether the tasks have a network interface of their own.
fn is_awsvpc(context: &Context<'_>) -> bool {
    let task = context.desired.task_definition.as_ref();
    task.is_some_and(|it| it["networkMode"] == "awsvpc")
}

/// Whether the target, not the recipe, says this leaf.
pub(super) fn is_of_target(path: &str) -> bool {
    let field = path.strip_prefix(PLACE).and_then(|it| it.strip_prefix('.'));
    field.is_some_and(|it| it == "subnets" || it == "securityGroups")
}

/// Where its tasks are now.
pub(super) fn place(observed: &ObservedService) -> Place<'_> {
    Place {
        tags: &observed.tags,
        described: &observed.body["networkConfiguration"]["awsvpcConfiguration"],
        paths: [
            (
                "/subnets",
                "networkConfiguration.awsvpcConfiguration.subnets",
            ),
            (
                "/securityGroups",
                "networkConfiguration.awsvpcConfiguration.securityGroups",
            ),
        ],
    }
}

/// With the subnets and security groups that were named. It says what is wanted, and nothing that follows by itself.
pub(super) fn named(context: &Context<'_>, body: &Value) -> Value {
    let target = context.target;
    with(
        context,
        body,
        &json!(target.subnets),
        &json!(target.security_groups),
    )
}

/// With the names in their order, which means nothing.
pub(super) fn sorted(mut body: Value) -> Value {
    for names in ["subnets", "securityGroups"] {
        let path = format!("/networkConfiguration/awsvpcConfiguration/{names}");
        if let Some(names) = body.pointer_mut(&path).and_then(Value::as_array_mut) {
            names.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
        }
    }
    body
}

/// As it is sent: what was not named is what the service has now, or else follows from the cluster.
pub(super) fn whole(
    context: &Context<'_>,
    body: &Value,
    observed: Option<&ObservedService>,
) -> Value {
    if !is_awsvpc(context) {
        return body.clone();
    }
    let target = context.target;
    let now = |key: &str| {
        let place = observed.map(|it| &it.body["networkConfiguration"]["awsvpcConfiguration"]);
        let names = place.map(|it| it[key].clone()).unwrap_or_default();
        names
            .as_array()
            .is_some_and(|it| !it.is_empty())
            .then_some(names)
    };
    let subnets = now("subnets").filter(|_| target.subnets.is_empty());
    let groups = now("securityGroups").filter(|_| target.security_groups.is_empty());
    let mut placed = with(
        context,
        body,
        &subnets.unwrap_or_else(|| json!(context.subnets())),
        &groups.unwrap_or_else(|| json!(target.security_groups)),
    );
    let subnets = &mut placed["networkConfiguration"]["awsvpcConfiguration"]["subnets"];
    if subnets.is_null() {
        // Said even where there are none, so that it is seen before it is sent.
        *subnets = json!([]);
    }
    placed
}

fn with(context: &Context<'_>, body: &Value, subnets: &Value, groups: &Value) -> Value {
    let mut body = body.clone();
    if !is_awsvpc(context) {
        return body;
    }
    for (key, names) in [("subnets", subnets), ("securityGroups", groups)] {
        if names.as_array().is_some_and(|it| !it.is_empty()) {
            body["networkConfiguration"]["awsvpcConfiguration"][key] = names.clone();
        }
    }
    body
}
