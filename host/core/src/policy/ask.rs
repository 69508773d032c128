//! What is asked for: read off the very bodies that are sent, so that it does not matter how a recipe said it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::bounds::{NAME, shorten};
use crate::desired::DesiredService;
use crate::escape::escape;
use crate::model::{self, Kind as Json, Shape, contract_path};
use crate::policy::grant::Grant;
use crate::policy::judge::{Leaf, judge};
use crate::policy::kind::{Form, Kind};
use crate::policy::rules::{Verdict, rule};
use crate::policy::scope::Scope;
use crate::policy::whole;
use crate::policy::whole::host_ports;
use crate::request::{Operation, Request};

/// Something that reaches further than a plain container on the target's network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ask {
    /// In the words of the contract: `task-definition.container-definitions[0].privileged`.
    pub field: String,
    /// What stands there, fit to be shown.
    pub value: String,
    /// ``container `web` ``.
    pub asker: String,
    pub need: Need,
}

/// What an ask needs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Need {
    /// Exactly this grant, or one that covers it.
    Grant(Grant),
    /// To be what the host itself says: of the target, or of the blueprint's own load balancer.
    Fixed { field: Fixed, value: String },
    /// No grant gives it, for this reason.
    Never(String),
}

/// What a recipe has no say in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fixed {
    Cluster,
    Role,
    Subnet,
    SecurityGroup,
    LoadBalancer,
}

impl Fixed {
    /// That of a field which is the target's.
    fn of_target(path: &str) -> Self {
        match path.trim_end_matches("[]").rsplit('.').next() {
            Some("role") => Self::Role,
            Some("subnets" | "Subnets") => Self::Subnet,
            Some("securityGroups" | "SecurityGroups") => Self::SecurityGroup,
            _ => Self::Cluster,
        }
    }

    /// What it is called in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Cluster => "the cluster",
            Self::Role => "the service role",
            Self::Subnet => "the subnet",
            Self::SecurityGroup => "the security group",
            Self::LoadBalancer => "the load balancer",
        }
    }
}

impl Ask {
    /// What it would be granted by; nothing for what no grant gives, which stops by itself.
    pub(super) fn grant(&self) -> Option<&Grant> {
        match &self.need {
            Need::Grant(grant) => Some(grant),
            Need::Fixed { .. } | Need::Never(_) => None,
        }
    }

    /// What is asked for, in words: `host path /etc`.
    pub fn words(&self) -> String {
        match &self.need {
            Need::Grant(grant) => {
                let words = grant.kind().words();
                match grant.kind().form() {
                    Form::Nothing if grant.kind() != Kind::DockerSocket => words.to_owned(),
                    Form::Number => match self.value.split_once(' ') {
                        Some((number, sum)) => format!("{number} {words} {sum}"),
                        None => format!("{} {words}", self.value),
                    },
                    _ => format!("{words} {}", self.value),
                }
            }
            Need::Fixed { field, .. } => format!("{} {}", field.words(), self.value),
            Need::Never(_) => format!("`{}`", self.value),
        }
    }
}

/// A body, or the part of one that is at `at`.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    pub operation: Operation,
    pub at: &'a str,
    pub value: &'a Value,
}

impl<'a> From<&'a Request> for Body<'a> {
    fn from(request: &'a Request) -> Self {
        Self {
            operation: request.operation,
            at: "",
            value: &request.body,
        }
    }
}

/// The bodies of a service before the plan has added what is the host's own.
pub fn bodies(desired: &DesiredService) -> Vec<Body<'_>> {
    let body = |operation, at, value| Body {
        operation,
        at,
        value,
    };
    let balancer = desired.load_balancer.iter().flat_map(|it| {
        let attributes = it.attributes.as_ref().map(|it| {
            let operation = Operation::ModifyLoadBalancerAttributes;
            body(operation, "LoadBalancerAttributes", it)
        });
        [
            Some(body(Operation::CreateLoadBalancer, "", &it.create)),
            Some(body(
                Operation::ConfigureHealthCheck,
                "HealthCheck",
                &it.health_check,
            )),
            attributes,
        ]
    });
    let task = desired.task_definition.iter();
    let task = task.map(|it| Some(body(Operation::RegisterTaskDefinition, "", it)));
    let service = desired.service.iter();
    let service = service.map(|it| Some(body(Operation::CreateService, "", it)));
    task.chain(service).chain(balancer).flatten().collect()
}

/// Everything that the bodies of one service ask for, each once for whoever asks.
///
/// Tokens of secret parameters ask for nothing: the user gave the secret to this
/// recipe by name. What removes something asks for nothing either.
pub fn asks<'a>(bodies: impl IntoIterator<Item = Body<'a>>) -> Vec<Ask> {
    let bodies: Vec<Body<'_>> = bodies.into_iter().collect();
    asks_beside(&bodies, &host_ports(&bodies))
}

/// The same for bodies of a service whose containers are on these ports of the instance, wherever that is said.
pub(super) fn asks_beside(bodies: &[Body<'_>], ports: &BTreeSet<u64>) -> Vec<Ask> {
    let mut found: Vec<Ask> = Vec::new();
    for body in bodies {
        if let Some((operation, value)) = modelled(body) {
            let mut walk = Walk {
                operation,
                ports,
                root: &value,
                asked: body.value,
                found: Vec::new(),
            };
            walk.value(
                model::find(operation, body.at),
                body.at,
                &value,
                &mut Vec::new(),
            );
            found.append(&mut walk.found);
        }
    }
    found.extend(whole::check(bodies));
    let mut once: Vec<Ask> = Vec::with_capacity(found.len());
    for ask in found {
        let known = |it: &Ask| it.need == ask.need && it.asker == ask.asker;
        if !once.iter().any(known) {
            once.push(ask);
        }
    }
    once
}

/// The operation whose model describes a body, and the body in its form; nothing for what asks for nothing.
fn modelled<'a>(body: &Body<'a>) -> Option<(Operation, Cow<'a, Value>)> {
    let borrowed = Cow::Borrowed(body.value);
    match body.operation {
        Operation::RegisterTaskDefinition
        | Operation::CreateService
        | Operation::CreateLoadBalancer
        | Operation::ConfigureHealthCheck
        | Operation::ModifyLoadBalancerAttributes => Some((body.operation, borrowed)),
        // What is the update's own is the host's: it says which service, and whether to restart it.
        Operation::UpdateService => {
            let mut value = body.value.clone();
            if let Some(members) = value.as_object_mut() {
                members.retain(|key, _| !["service", "forceNewDeployment"].contains(&key.as_str()));
            }
            Some((Operation::CreateService, Cow::Owned(value)))
        }
        Operation::CreateLoadBalancerListeners
        | Operation::ApplySecurityGroupsToLoadBalancer
        | Operation::AttachLoadBalancerToSubnets => Some((Operation::CreateLoadBalancer, borrowed)),
        Operation::SetLoadBalancerListenerSSLCertificate => {
            let mut listener = body.value.clone();
            if let Some(members) = listener.as_object_mut() {
                members.retain(|key, _| key != "LoadBalancerName");
            }
            let value = json!({ "Listeners": [listener] });
            Some((Operation::CreateLoadBalancer, Cow::Owned(value)))
        }
        Operation::DeregisterTaskDefinition
        | Operation::DeleteService
        | Operation::TagResource
        | Operation::UntagResource
        | Operation::DeleteLoadBalancerListeners
        | Operation::DetachLoadBalancerFromSubnets
        | Operation::AddTags
        | Operation::RemoveTags
        | Operation::DeleteLoadBalancer => None,
    }
}

struct Walk<'a> {
    operation: Operation,
    /// Those of the instance that the service's own containers are on.
    ports: &'a BTreeSet<u64>,
    /// The body in the form of its model.
    root: &'a Value,
    /// The body as it was given.
    asked: &'a Value,
    found: Vec<Ask>,
}

impl<'a> Walk<'a> {
    /// Visits a value and what is below it. What has not the form of the model is a field that nobody knows.
    fn value(
        &mut self,
        shape: Option<&Shape>,
        at: &str,
        value: &'a Value,
        parents: &mut Vec<&'a Value>,
    ) {
        match (shape, value) {
            (Some(_), Value::Null) => {}
            (Some(Shape::Object(known)), Value::Object(members)) => {
                parents.push(value);
                for (name, member) in members {
                    let path = if at.is_empty() {
                        name.clone()
                    } else {
                        format!("{at}.{name}")
                    };
                    self.value(known.get(name.as_str()), &path, member, parents);
                }
                parents.pop();
            }
            (Some(Shape::List(shape)), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(Some(shape), &format!("{at}[{index}]"), item, parents);
                }
            }
            (Some(Shape::Leaf(field)), _) if fits(field.kind, value) => {
                let leaf = Leaf {
                    operation: self.operation,
                    at,
                    value,
                    parents,
                    root: self.root,
                };
                self.leaf(field, &leaf);
            }
            _ => self.unknown(at, value),
        }
    }

    fn leaf(&mut self, field: &model::Field, leaf: &Leaf<'_>) {
        let verdict = rule(field.operation, field.path).map(|it| it.verdict);
        let found = match verdict {
            Some(Verdict::Free | Verdict::Host) => Vec::new(),
            // A load balancer leads to its own service; what else is on the instance is not the recipe's.
            Some(Verdict::Grant(Kind::HostPort))
                if leaf.operation.is_of_elb()
                    && leaf
                        .value
                        .as_u64()
                        .is_some_and(|it| self.ports.contains(&it)) =>
            {
                Vec::new()
            }
            Some(Verdict::Grant(kind)) => judge(kind, leaf),
            Some(Verdict::Target) => vec![leaf.fixed(Fixed::of_target(field.path))],
            Some(Verdict::Own) => vec![leaf.fixed(Fixed::LoadBalancer)],
            // The one value of such a field that is free.
            Some(Verdict::Never)
                if leaf.at == "deploymentController.type" && leaf.text() == "ECS" =>
            {
                Vec::new()
            }
            Some(Verdict::Never) => {
                let name = leaf.at.rsplit('.').next().unwrap_or_default();
                let reason = format!("no recipe may set `{name}`");
                vec![(Need::Never(reason), leaf.text())]
            }
            None => {
                self.unknown(leaf.at, leaf.value);
                Vec::new()
            }
        };
        for (need, value) in found {
            self.push(leaf.at, &value, need);
        }
    }

    fn unknown(&mut self, at: &str, value: &Value) {
        let (need, shown) = raw(self.operation, at, value);
        self.push(at, &shown, need);
    }

    fn push(&mut self, at: &str, value: &str, need: Need) {
        self.found
            .push(ask(self.operation, self.asked, at, value, need));
    }
}

/// Whether a value has the JSON type of its leaf. Whatever else AWS would make of it is not known here.
fn fits(kind: Json, value: &Value) -> bool {
    match kind {
        Json::Text => value.is_string(),
        Json::Integer | Json::Double => value.is_number(),
        Json::Boolean => value.is_boolean(),
        Json::Map => value
            .as_object()
            .is_some_and(|it| it.values().all(Value::is_string)),
        Json::Document => true,
    }
}

/// What a field or value needs that this host does not know.
pub(super) fn raw(operation: Operation, at: &str, value: &Value) -> (Need, String) {
    let mut place = model::contract_path(operation, "")
        .split('.')
        .next()
        .unwrap_or_default()
        .to_owned();
    let mut is_name = true;
    for part in at.split('.') {
        let (name, indices) = part.split_once('[').unwrap_or((part, ""));
        // What is called otherwise would be granted under the name of what it stands in, or of something else.
        let is_index = |it: char| it.is_ascii_digit() || "[]".contains(it);
        is_name &= !name.is_empty() && !name.contains('*') && indices.chars().all(is_index);
        place.push('.');
        place.push_str(name);
    }
    let grant = Grant::new(Kind::RawJson, Scope::Text(place.clone())).filter(|_| is_name);
    let need = match grant {
        Some(grant) => Need::Grant(grant),
        None => Need::Never("no field of AWS has such a name".to_owned()),
    };
    // What it is called says more than what it holds.
    let shown = match value {
        Value::Array(_) | Value::Object(_) => place,
        value => format!("{place} = {value}"),
    };
    (need, shown)
}

/// An ask with everything that a person needs to find it.
pub(super) fn ask(operation: Operation, body: &Value, at: &str, value: &str, need: Need) -> Ask {
    Ask {
        field: escape(&shorten(&contract_path(operation, at), NAME * 2)).into_owned(),
        value: escape(&shorten(value, NAME)).into_owned(),
        asker: asker(operation, body, at),
        need,
    }
}

/// Who asks: the container or volume in which the field stands, or the object that the body becomes.
fn asker(operation: Operation, body: &Value, at: &str) -> String {
    for (list, word) in [("containerDefinitions", "container"), ("volumes", "volume")] {
        let index = at
            .strip_prefix(list)
            .and_then(|it| it.strip_prefix('['))
            .and_then(|it| it.split(']').next()?.parse::<usize>().ok());
        if let Some(index) = index {
            return named(word, body[list][index]["name"].as_str());
        }
    }
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    match operation {
        Operation::RegisterTaskDefinition => named("task definition", text("family")),
        _ if operation.is_of_elb() => named("load balancer", text("LoadBalancerName")),
        _ => named("service", text("serviceName").or_else(|| text("service"))),
    }
}

fn named(word: &str, name: Option<&str>) -> String {
    match name.filter(|it| !it.is_empty()) {
        Some(name) => format!("{word} `{}`", escape(&shorten(name, NAME))),
        None => format!("the {word}"),
    }
}

#[cfg(test)]
mod tests;
