//! What to do so that AWS has what the blueprints say. Pure and total: every
//! difference is a step, a reasoned no-op, or blocked with a reason.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::desired::{DesiredService, DesiredTarget};
use crate::observed::Observed;
use crate::ownership::{self, Owner, Tags};
use crate::tokens;

mod cautions;
mod destroy;
mod diff;
mod load_balancer;
mod place;
mod places;
mod replacement;
mod service;
mod step;
mod task_definition;
pub mod volumes;

pub use cautions::{cautions, makes_service, strays};
pub use places::{data_of_others, keeps_data, new_with_data};
pub use replacement::{ends_load_balancer, keep_used};
use task_definition::Revisions;

pub use destroy::{Doomed, DoomedService, destroy};
pub(crate) use diff::{differences, is_secret};

pub use diff::Change;
pub use step::{Action, Blocked, Plan, ResourceKind, SCHEMA_VERSION, ServicePlan, Step};
pub(crate) use volumes::{begins_deployment, starts_anew};

/// What is known of a blueprint beside itself: the ARNs behind its secrets, the addresses of what it depends on.
///
/// By the name of the service it belongs to.
pub type KnownTokens = BTreeMap<String, tokens::Known>;

/// Plans all services of a call as one.
pub fn plan(
    target: &DesiredTarget,
    desired: &[DesiredService],
    observed: &Observed,
    known: &KnownTokens,
) -> Plan {
    let nothing = tokens::Known::new();
    let services = desired
        .iter()
        .map(|it| {
            plan_service(
                target,
                it,
                observed,
                known.get(&it.name).unwrap_or(&nothing),
            )
        })
        .collect();
    Plan {
        schema_version: SCHEMA_VERSION,
        stack: target.stack.clone(),
        cluster: target.cluster.clone(),
        region: target.region.clone(),
        services,
    }
}

fn plan_service(
    target: &DesiredTarget,
    desired: &DesiredService,
    observed: &Observed,
    known: &tokens::Known,
) -> ServicePlan {
    let context = Context {
        target,
        desired,
        observed,
        known,
    };
    let balancer = desired.load_balancer.as_ref();
    let mut balancer = balancer.map(|it| load_balancer::plan(&context, it));
    let with = |revisions| {
        let body = desired.task_definition.as_ref();
        let definition = body.map(|it| task_definition::plan(&context, it, revisions));
        let (definition, arn) = definition.unzip();
        let revision = arn.flatten();
        let token = tokens::task_definition(&desired.name);
        let revision_or_token = revision.as_deref().unwrap_or(&token);
        let service = desired.service.as_ref();
        let service =
            service.map(|it| service::plan(&context, it, revision_or_token, balancer.as_ref()));
        (definition, revision, service)
    };
    let (mut definition, mut revision, mut service) = with(Revisions::All);
    if service
        .as_ref()
        .is_some_and(|it| volumes::begins_deployment(&it.step))
    {
        // A deregistered revision goes on running, and takes no new deployment.
        (definition, revision, service) = with(Revisions::Active);
    }
    let mut steps: Vec<Step> = definition.into_iter().collect();
    // What is deleted to make place stands before what is made in that place.
    let mut former = replacement::former(&context, &steps, balancer.as_mut(), service.as_ref());
    steps.append(&mut former);
    steps.extend(balancer.map(|it| it.step));
    if let Some(planned) = service {
        let mut step = planned.step;
        let busy = steps.iter().filter(|step| step.action != Action::NoOp);
        step.needs = busy.map(|step| step.id.clone()).collect();
        step.loses = volumes::lost(&context, &step);
        step.breaks.extend(volumes::breaks(&context, &step));
        steps.push(step);
    }
    ServicePlan {
        name: desired.name.clone(),
        recipe: desired.recipe.clone(),
        source: desired.source.clone(),
        steps,
        revision,
        endpoints: desired.endpoints.clone(),
    }
}

/// A step, and why its object must be made anew for it, if it must.
struct Planned {
    /// How it is changed in place; or how it is made, where it is made anew.
    step: Step,
    /// The fields that nothing can change in place, or another reason, for a sentence: ``AWS cannot change `Scheme` ``.
    anew: Option<String>,
}

impl From<Step> for Planned {
    fn from(step: Step) -> Self {
        Self { step, anew: None }
    }
}

/// What one service is planned from.
struct Context<'a> {
    target: &'a DesiredTarget,
    desired: &'a DesiredService,
    observed: &'a Observed,
    known: &'a tokens::Known,
}

impl Context<'_> {
    /// The body with everything filled in that is known by now, secrets too. For comparing only, never for showing.
    fn revealed(&self, body: &Value) -> Value {
        let mut body = body.clone();
        tokens::fill(&mut body, self.known);
        body
    }

    /// The body as the tag `host:applied` remembers it: with its secrets, and without addresses.
    ///
    /// An address may not exist yet when the tag is written. The digest must be the
    /// same afterwards; that another address is another content is seen by comparing.
    fn recorded(&self, body: &Value) -> Value {
        let lasting = |token: &String| !token.starts_with("{{address:");
        let known: tokens::Known = self
            .known
            .iter()
            .filter(|(token, _)| lasting(token))
            .map(|(token, meaning)| (token.clone(), meaning.clone()))
            .collect();
        let mut body = body.clone();
        tokens::fill(&mut body, &known);
        body
    }

    /// The subnets that were named, or else those of the cluster's container instances.
    fn subnets(&self) -> &[String] {
        if self.target.subnets.is_empty() {
            &self.observed.subnets
        } else {
            &self.target.subnets
        }
    }

    /// How to name the service otherwise, where its recipe can; the flag takes the name of the recipe.
    fn rename(&self) -> Option<String> {
        let recipe = self.desired.recipe.split('@').next().unwrap_or_default();
        (!self.desired.has_fixed_name)
            .then(|| format!("choose another name with `--set {recipe}.name=…`"))
    }

    /// What helps where AWS, or this version of the host, cannot change an object.
    fn start_over(&self) -> String {
        let rename = self.rename().map(|it| format!("{it}, or "));
        rename.unwrap_or_default() + "destroy the service and run again"
    }

    /// Whether an object is taken over: it has no tags of the host, and that is wanted.
    fn adopts(&self, tags: &Tags) -> bool {
        self.target.adopt
            && ownership::owner(tags, self.target, &self.desired.name) == Owner::Nobody
    }

    fn tags(&self, applied: String) -> Tags {
        ownership::tags(self.desired, self.target, applied)
    }

    /// Why an object of that name cannot be touched, if it cannot.
    fn foreign(&self, what: &str, tags: &Tags) -> Option<Blocked> {
        // Nothing else is left then but that one of both goes.
        let rename = self.rename().unwrap_or_else(|| {
            "remove the one there: the recipe has no parameter `name` to choose another".to_owned()
        });
        match ownership::owner(tags, self.target, &self.desired.name) {
            Owner::Ours => None,
            Owner::Nobody if self.target.adopt => None,
            Owner::Nobody => Some(Blocked {
                message: format!("{what} exists and was not made by host"),
                hint: format!(
                    "take it over with `--adopt` (`host plan --adopt` shows what would change), or {rename}"
                ),
            }),
            Owner::Other(owner) => Some(Blocked {
                message: format!("{what} belongs to stack {owner}"),
                hint: rename,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
