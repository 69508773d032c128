//! Holds what a recipe renders without parameters against the JSON that the
//! tutorial types by hand: nothing is missing, and nothing is added.

use recipe_sdk::Argument;
use recipe_sdk::json::{Render, Rendered};
use serde_json::{Map, Value as Json, json};

/// The bodies of the three AWS operations, as the tutorial has them.
pub(crate) struct Tutorial {
    pub(crate) task_definition: &'static str,
    pub(crate) load_balancer: &'static str,
    pub(crate) service: &'static str,
}

/// Compares what `render` says for `arguments` with the tutorial.
pub(crate) fn check(render: Render, arguments: Vec<Argument>, tutorial: &Tutorial) {
    let rendered = Rendered::new(render, arguments);
    assert!(!rendered.is_refused(), "{rendered:?}");
    let load_balancer = parse(tutorial.load_balancer);
    let mut service = parse(tutorial.service);
    assert_eq!(
        service
            .pointer_mut("/loadBalancers/0/loadBalancerName")
            .map(Json::take)
            .as_ref(),
        load_balancer.get("LoadBalancerName"),
        "the service's load balancer is the blueprint's own"
    );
    // The host makes one task by itself, and a recipe that says so would take autoscaling's tasks away.
    assert_eq!(service["desiredCount"].take(), json!(1));
    // The host fills these in: the blueprint's own task definition, the target's role.
    for of_host in ["taskDefinition", "role"] {
        assert!(
            service
                .as_object_mut()
                .and_then(|it| it.remove(of_host))
                .is_some(),
            "{of_host}"
        );
    }
    assert_eq!(
        in_aws_form(rendered.at("/task-definition"), camel),
        without_empty(parse(tutorial.task_definition))
    );
    assert_eq!(
        in_aws_form(rendered.at("/load-balancer/classic"), pascal),
        without_empty(load_balancer)
    );
    assert_eq!(
        in_aws_form(rendered.at("/service"), camel),
        without_empty(service)
    );
    let endpoint = &rendered.at("/endpoints/0/load-balancer-port");
    assert_eq!(
        *endpoint,
        rendered.at("/load-balancer/classic/listeners/0/load-balancer-port")
    );
}

fn parse(text: &str) -> Json {
    serde_json::from_str(text).expect("the tutorial's file is JSON")
}

/// The contract's words in AWS's: names by `spell`, pairs as objects, protocols
/// of load balancers in capitals.
fn in_aws_form(json: &Json, spell: fn(&str) -> String) -> Json {
    let field = |(name, value): (&String, &Json)| {
        let value = match (name.as_str(), value) {
            ("secrets", Json::Array(pairs)) => pairs
                .iter()
                .map(|it| json!({"name": it[0], "valueFrom": it[1]}))
                .collect(),
            ("protocol" | "instance-protocol", Json::String(it)) if spell("x") == "X" => {
                json!(it.to_uppercase())
            }
            _ => in_aws_form(value, spell),
        };
        (spell(name), value)
    };
    without_empty(match json {
        Json::Object(fields) => Json::Object(fields.iter().map(field).collect()),
        Json::Array(items) => items.iter().map(|it| in_aws_form(it, spell)).collect(),
        other => other.clone(),
    })
}

/// AWS takes an absent field, `null` and an empty list alike.
fn without_empty(json: Json) -> Json {
    match json {
        Json::Object(fields) => {
            let fields = fields
                .into_iter()
                .map(|(name, value)| (name, without_empty(value)));
            Json::Object(
                fields
                    .filter(|(_, it)| !it.is_null() && *it != json!([]))
                    .collect::<Map<_, _>>(),
            )
        }
        Json::Array(items) => items.into_iter().map(without_empty).collect(),
        other => other,
    }
}

fn pascal(name: &str) -> String {
    name.split('-')
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect()
}

fn camel(name: &str) -> String {
    let name = pascal(name);
    name[..1].to_lowercase() + &name[1..]
}
