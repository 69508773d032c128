//! A plan as plain, ordered data.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Change;
use crate::request::Request;

/// The version of the JSON that plans, outcomes and lists are printed in.
pub const SCHEMA_VERSION: u32 = 1;

/// What to do, computed once. What is shown is what is executed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    pub schema_version: u32,
    pub stack: String,
    pub cluster: String,
    pub region: String,
    pub services: Vec<ServicePlan>,
}

impl Plan {
    /// All steps, in the order in which they are shown.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.services.iter().flat_map(|service| &service.steps)
    }

    /// Whether there is nothing to do.
    pub fn is_noop(&self) -> bool {
        self.services.iter().all(ServicePlan::is_noop)
    }
}

/// What to do for one recipe of the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ServicePlan {
    /// The name of the service in its stack.
    pub name: String,
    /// `redis@0.1.0`.
    pub recipe: String,
    /// Of a recipe in a registry or a layout: which content it is, `oci://ghcr.io/acme/redis:0.1.0@sha256:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    pub steps: Vec<Step>,
    /// The ARN of the revision it runs, where that exists already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Endpoint → port of the load balancer.
    pub endpoints: BTreeMap<String, u16>,
}

impl ServicePlan {
    /// Whether there is nothing to do for it.
    pub fn is_noop(&self) -> bool {
        self.steps.iter().all(|step| step.action == Action::NoOp)
    }

    /// The step of its object of that kind; not that of one which is deleted to make place for it.
    pub fn step(&self, kind: ResourceKind) -> Option<&Step> {
        self.steps
            .iter()
            .find(|it| it.kind == kind && it.action != Action::Delete)
    }
}

/// One object, and what happens to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Step {
    /// `redis/service`, unique in a plan.
    pub id: String,
    pub kind: ResourceKind,
    /// AWS's name of the object.
    pub name: String,
    pub action: Action,
    /// Why there is nothing to do, or what an action comes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// The volumes whose data is lost with the tasks that this step replaces or ends.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub loses: Vec<String>,
    /// What is lost or left behind by this step beside `loses`, each a sentence: ``the address `…` ends``.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<String>,
    /// Whether the step takes over an object that was not made by the host.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub adopts: bool,
    /// Why the step cannot be done. A plan with such a step is shown and refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Blocked>,
    /// Steps that must be done before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// One of the same name is being deleted: its tasks stop before any of the calls is sent.
    #[serde(skip)]
    pub awaits_former: bool,
    /// The calls, in order. Secrets and what only AWS can say are tokens in them.
    #[serde(skip)]
    pub requests: Vec<Request>,
}

impl Step {
    /// A step without content yet.
    pub fn new(service: &str, kind: ResourceKind, name: &str) -> Self {
        Self {
            id: format!("{service}/{}", kind.id()),
            kind,
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Whether it takes something away that cannot be had again, so that somebody has to agree first.
    pub fn is_destructive(&self) -> bool {
        self.action == Action::Delete || !self.loses.is_empty() || !self.breaks.is_empty()
    }
}

/// Why a step cannot be done, and what to do instead.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Blocked {
    pub message: String,
    pub hint: String,
}

/// What happens to an object.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    #[default]
    NoOp,
    Create,
    /// In place, or by a new revision.
    Update,
    Delete,
}

/// The kinds of objects that the host makes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceKind {
    #[default]
    TaskDefinition,
    LoadBalancer,
    Service,
}

impl ResourceKind {
    /// As in a step's id.
    pub fn id(self) -> &'static str {
        match self {
            Self::TaskDefinition => "task-definition",
            Self::LoadBalancer => "load-balancer",
            Self::Service => "service",
        }
    }

    /// As in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::TaskDefinition => "task definition",
            Self::LoadBalancer => "load balancer",
            Self::Service => "service",
        }
    }
}
