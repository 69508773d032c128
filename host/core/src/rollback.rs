//! Turning back: to the last revision that was recorded as stable, never just to the one before.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::lower::all_but_one;
use crate::observed::{ObservedLoadBalancer, ObservedService, Revision, is_jam, short};
use crate::ownership;
use crate::plan::{Action, Step, starts_anew};
use crate::request::{Operation, Request};

mod balancer;

/// What a run did to one service, and what there was before.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    pub cluster: &'a str,
    /// The step of the service.
    pub service: &'a Step,
    /// The service before it; absent where there was none.
    pub before: Option<&'a ObservedService>,
    /// The step of its load balancer, where all its calls were made.
    pub balancer: Option<&'a Step>,
    /// That load balancer before them; absent where there was none.
    pub balancer_before: Option<&'a ObservedLoadBalancer>,
}

impl Run<'_> {
    /// Whether the run changed something that could be why the service fails: tags alone are not.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.sent(Operation::CreateService).is_some()
            || self.sent(Operation::UpdateService).is_some()
            || !self.undo_balancer().is_empty()
    }

    /// The first call of that kind that the service's step made.
    fn sent(&self, operation: Operation) -> Option<&Request> {
        let mut requests = self.service.requests.iter();
        requests.find(|it| it.operation == operation)
    }

    fn undo_balancer(&self) -> Vec<Request> {
        let both = self.balancer.zip(self.balancer_before);
        both.map(|(step, before)| balancer::undo(step, before))
            .unwrap_or_default()
    }

    /// The ports of instances that a load balancer passes connections to which this run has made.
    fn instance_ports(&self) -> Vec<Value> {
        let mut requests = self.balancer.iter().flat_map(|it| &it.requests);
        let made = requests.find(|it| it.operation == Operation::CreateLoadBalancer);
        let listeners = made.and_then(|it| it.body["Listeners"].as_array());
        let listeners = listeners.into_iter().flatten();
        listeners.map(|it| it["InstancePort"].clone()).collect()
    }
}

/// Whether the step changes how a load balancer that is there passes connections on, and not its tags alone.
#[must_use]
pub fn changes_balancer(step: &Step) -> bool {
    let is_tag = |it: &Request| matches!(it.operation, Operation::AddTags | Operation::RemoveTags);
    step.action == Action::Update && !step.requests.iter().all(is_tag)
}

/// What is to be done about a service that failed after it was changed.
#[derive(Clone, Debug, PartialEq)]
pub enum TurnBack {
    /// Back to what was before, in these calls.
    To(Box<Back>),
    /// There was nothing before this run: no tasks of it, until it is run again.
    ToZero(Request),
    /// There is nothing to go back to, and why.
    Nothing(String),
}

/// The way back. The load balancer goes first: what is put back is to be let in again where it listens.
#[derive(Clone, Debug, PartialEq)]
pub struct Back {
    /// Bring the load balancer to what it was, in this order.
    pub balancer: Vec<Request>,
    /// `redis:3`, where this run gave the service another one. Absent: it keeps the one that it runs.
    pub revision: Option<String>,
    /// The call with the numbers of before, without the revision's ARN, which is looked up first.
    pub update: Option<Request>,
    /// Puts the host's tags back to what they were, where they changed.
    pub tags: Option<Request>,
    /// The service was made anew, and the revision has to go with it.
    pub anew: Option<Anew>,
}

/// A service that a run has made anew.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Anew {
    /// The body of CreateService.
    pub body: Value,
    /// Where its load balancer passes connections to, if that was made anew as well.
    pub instance_ports: Vec<Value>,
}

impl Anew {
    /// Whether it can run the revision: the container and the ports of its load balancer are there, and the network is
    /// of the same kind.
    #[must_use]
    pub fn fits(&self, revision: &Revision) -> bool {
        fits(&self.body, &self.instance_ports, revision)
    }
}

/// Whether a service with these load balancers, network and launch type can run the revision. Without ports, any will do.
#[must_use]
pub fn fits(service: &Value, instance_ports: &[Value], revision: &Revision) -> bool {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let containers = list(&revision.body["containerDefinitions"]);
    let is_open = |mapping: &Value| {
        let port = &mapping["hostPort"];
        let is_any = port.is_null() || *port == 0 || instance_ports.is_empty();
        is_any || instance_ports.contains(port)
    };
    let has = |wanted: &Value| {
        let named = |it: &&Value| it["name"] == wanted["containerName"];
        containers.iter().filter(named).any(|it| {
            let ports = list(&it["portMappings"]);
            let mut ports = ports.iter();
            ports.any(|it| it["containerPort"] == wanted["containerPort"] && is_open(it))
        })
    };
    let requires = list(&revision.body["requiresCompatibilities"]);
    let is_awsvpc = revision.body["networkMode"] == "awsvpc";
    list(&service["loadBalancers"]).iter().all(has)
        && is_awsvpc == service["networkConfiguration"].is_object()
        && (service["launchType"] != "FARGATE" || requires.iter().any(|it| it == "FARGATE"))
}

/// Decides by what the run did. The revision is turned back only where the run gave the service another one: what it
/// did not touch may have been running well, although nobody waited to see that.
#[must_use]
pub fn decide(run: &Run<'_>) -> TurnBack {
    let name = &run.service.name;
    let stable = run.before.and_then(|it| it.tags.get(ownership::STABLE));
    if run.service.action == Action::Create {
        return match (stable, run.before, run.sent(Operation::CreateService)) {
            (Some(stable), Some(before), Some(created)) => TurnBack::To(Box::new(Back {
                balancer: run.undo_balancer(),
                revision: Some(stable.clone()),
                update: Some(update(run.cluster, name, Map::new())),
                tags: tags_of_recipe(before),
                anew: Some(Anew {
                    body: created.body.clone(),
                    instance_ports: run.instance_ports(),
                }),
            })),
            _ => TurnBack::ToZero(to_zero(run.cluster, name)),
        };
    }
    let Some(before) = run.before.filter(|it| !it.is_draining()) else {
        return TurnBack::ToZero(to_zero(run.cluster, name));
    };
    let sent = run.sent(Operation::UpdateService);
    let names_revision = sent.is_some_and(|it| it.body.get("taskDefinition").is_some());
    let is_change = run.is_change();
    let mut revision = None;
    if names_revision || !is_change {
        let Some(stable) = stable else {
            return TurnBack::Nothing("no revision of it was ever seen steady".to_owned());
        };
        if !is_change && stable == short(before.task_definition().unwrap_or_default()) {
            return TurnBack::Nothing(format!(
                "it runs `{stable}`, the last revision that was seen steady, and that is what fails"
            ));
        }
        revision = Some(stable.clone());
    }
    let mut numbers = numbers(before, sent);
    let balancer = run.undo_balancer();
    if revision.is_none() && numbers.is_empty() && balancer.is_empty() {
        return TurnBack::Nothing(
            "this run left its revision and its numbers as they were".to_owned(),
        );
    }
    let is_sent = revision.is_some() || !numbers.is_empty();
    if revision.is_some() || numbers.keys().any(|it| starts_anew(it)) {
        free(&mut numbers, before);
    }
    TurnBack::To(Box::new(Back {
        balancer,
        revision,
        update: is_sent.then(|| update(run.cluster, name, numbers)),
        tags: previous_tags(run, before),
        anew: None,
    }))
}

/// The call that puts a service back to a revision by hand.
#[must_use]
pub fn by_hand(cluster: &str, name: &str, service: &ObservedService, to: &Revision) -> Request {
    let mut fields = Map::from_iter([("taskDefinition".to_owned(), to.arn.clone().into())]);
    free(&mut fields, service);
    update(cluster, name, fields)
}

/// Lets all tasks but one run where a deployment could not go on: the number of tasks fell after the minimum was set.
fn free(fields: &mut Map<String, Value>, service: &ObservedService) {
    let said = |key: &str| fields.get(key).unwrap_or(&service.body[key]);
    let (count, configuration) = (said("desiredCount"), said("deploymentConfiguration"));
    if !is_jam(count, configuration) {
        return;
    }
    let configuration = json!({
        "minimumHealthyPercent": all_but_one(count.as_u64().unwrap_or_default()),
        "maximumPercent": configuration["maximumPercent"],
    });
    fields.insert("deploymentConfiguration".to_owned(), configuration);
}

fn update(cluster: &str, service: &str, mut body: Map<String, Value>) -> Request {
    body.insert("cluster".into(), cluster.into());
    body.insert("service".into(), service.into());
    Request {
        operation: Operation::UpdateService,
        body: body.into(),
    }
}

/// What the call changed beside the revision, as it was before.
fn numbers(before: &ObservedService, sent: Option<&Request>) -> Map<String, Value> {
    let fields = sent
        .and_then(|it| it.body.as_object())
        .into_iter()
        .flatten();
    fields
        .filter(|(field, _)| !OWN.contains(&field.as_str()))
        .map(|(field, sent)| (field.clone(), only_sent(&before.body[field], sent)))
        // What it did not have before cannot be sent as nothing.
        .filter(|(_, value)| !value.is_null())
        .collect()
}

/// What there was, of an object only the members that the step sent: AWS describes more than it takes.
fn only_sent(before: &Value, sent: &Value) -> Value {
    match (before, sent) {
        (Value::Object(before), Value::Object(sent)) => sent
            .iter()
            .filter_map(|(name, sent)| Some((name.clone(), only_sent(before.get(name)?, sent))))
            .filter(|(_, it)| !it.is_null())
            .collect::<Map<_, _>>()
            .into(),
        _ => before.clone(),
    }
}

/// Fields of UpdateService that are not the service's own numbers.
const OWN: [&str; 4] = ["cluster", "service", "taskDefinition", "forceNewDeployment"];

/// No tasks of a service.
#[must_use]
pub fn to_zero(cluster: &str, service: &str) -> Request {
    Request {
        operation: Operation::UpdateService,
        body: json!({"cluster": cluster, "service": service, "desiredCount": 0}),
    }
}

/// The host's tags as they were, where the step wrote others.
fn previous_tags(run: &Run<'_>, before: &ObservedService) -> Option<Request> {
    let written = run.sent(Operation::TagResource)?;
    let keys = written.body["tags"].as_array().into_iter().flatten();
    tags(before, keys.filter_map(|it| it["key"].as_str()))
}

/// The tags that name the recipe of what ran before: a service keeps its ARN when it is made anew.
fn tags_of_recipe(before: &ObservedService) -> Option<Request> {
    tags(before, [ownership::RECIPE, ownership::DIGEST])
}

fn tags<'a>(before: &ObservedService, keys: impl IntoIterator<Item = &'a str>) -> Option<Request> {
    let keys: BTreeSet<&str> = keys.into_iter().collect();
    let tags: Vec<Value> = keys
        .into_iter()
        .filter_map(|key| Some(json!({"key": key, "value": before.tags.get(key)?})))
        .collect();
    (!tags.is_empty()).then(|| Request {
        operation: Operation::TagResource,
        body: json!({"resourceArn": before.body["serviceArn"], "tags": tags}),
    })
}

/// The revision to go back to by hand: what the service was last seen steady with, where that is not what it runs;
/// else the newest that is older than the running one and recorded as stable.
///
/// After a rollback the newest stable revision is the one that somebody has fled from.
#[must_use]
pub fn latest_stable<'a>(
    history: &'a [Revision],
    running: &str,
    tagged: Option<&str>,
) -> Option<&'a Revision> {
    let number = |name: &str| {
        name.rsplit(':')
            .next()
            .and_then(|it| it.parse::<u64>().ok())
            .unwrap_or(0)
    };
    let running = short(running);
    let is_stable = |it: &&Revision| it.tags.contains_key(ownership::STABLE);
    let mut others = history
        .iter()
        .filter(|it| it.is_active() && it.short() != running);
    let last_seen = others.clone().find(|it| tagged == Some(it.short()));
    last_seen.or_else(|| {
        others
            .by_ref()
            .filter(|it| number(it.short()) < number(running))
            .filter(is_stable)
            .max_by_key(|it| number(it.short()))
    })
}

#[cfg(test)]
mod tests;
