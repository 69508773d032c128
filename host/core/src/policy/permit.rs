//! What one service of a call asks for, with all that lets it through: made once, and asked before a plan, with what AWS has,
//! and before each call.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{DesiredService, DesiredTarget};
use crate::diag::Diagnostic;
use crate::params::Arguments;
use crate::policy::approval::{Approval, Successor, check_granted_to, check_open, check_successor};
use crate::policy::ask::{Ask, Body, Need, asks, asks_beside, bodies};
use crate::policy::capability::Declared;
use crate::policy::check::{By, Granted, check, check_pinned, refusals};
use crate::policy::grant::{Grant, read_grants};
use crate::policy::kind::Kind;
use crate::policy::limits::StackLimits;
use crate::policy::offer::offer;
use crate::policy::place::Place;
use crate::policy::secret::open_secrets;
use crate::policy::whole::host_ports;
use crate::policy::wish::{Wish, wishes};
use crate::request::Request;
use crate::spec::{Argument, Manifest, Value};

/// What `[services.NAME]` of a `host.toml` says that a recipe may have, as it is written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Entry {
    pub grants: Vec<String>,
    /// The digest that it was written for, where somebody said so.
    pub granted_to: Option<String>,
}

impl Entry {
    /// Its grants, and findings of those that cannot be read.
    pub fn read(&self, service: &str) -> (Vec<Grant>, Vec<Diagnostic>) {
        read_grants(service, self.grants.iter().map(String::as_str))
    }
}

/// What a permit is made from.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'a> {
    pub manifest: &'a Manifest,
    pub arguments: &'a Arguments,
    /// The arguments that the user gave, by name; the others are defaults.
    pub typed: &'a BTreeSet<String>,
    /// What `host.toml` says of exactly this recipe under this name.
    pub entry: Option<&'a Entry>,
    /// The stack file in which grants are to be written, as people are told of it.
    pub file: &'a str,
    /// The recipe as that file would name it.
    pub recipe: &'a str,
    /// The services of that file that have other recipes.
    pub taken: &'a [String],
}

/// What a service asks for, and what lets it through.
#[derive(Clone, Debug, Default)]
pub struct Permit {
    /// Where its grants stand.
    place: Place,
    version: String,
    digest: String,
    asks: Vec<Ask>,
    grants: Vec<Grant>,
    granted_to: Option<String>,
    wishes: Vec<Wish>,
    given: Vec<(String, String)>,
    /// The ARNs of its secrets. Never shown.
    secrets: Vec<String>,
    /// The name of its load balancer.
    balancer: Option<String>,
    /// The ports of the instance that its containers are on.
    ports: BTreeSet<u64>,
    /// Whether the recipe says how many tasks there are; otherwise that is what runs, and none of its asking.
    counts: bool,
}

impl Permit {
    /// What a service asks for. Grants that cannot be read are left out: [`Entry::read`] finds them.
    pub fn new(desired: &DesiredService, basis: &Basis<'_>) -> Self {
        let typed = texts(basis.arguments, |it| basis.typed.contains(it));
        let balancer = desired.load_balancer.as_ref();
        let balancer = balancer.and_then(|it| it.create["LoadBalancerName"].as_str());
        let service = desired.service.as_ref();
        let says_count = |it: &serde_json::Value| it.get("desiredCount").is_some();
        Self {
            place: Place {
                service: desired.name.clone(),
                file: basis.file.to_owned(),
                recipe: basis.entry.is_none().then(|| basis.recipe.to_owned()),
                taken: basis.taken.to_vec(),
                written: basis.entry.map(|it| it.grants.clone()).unwrap_or_default(),
                digest: basis
                    .entry
                    .is_none_or(|it| it.granted_to.is_none())
                    .then(|| desired.digest.clone()),
            },
            version: basis.manifest.version.clone(),
            digest: desired.digest.clone(),
            asks: asks(bodies(desired)),
            grants: basis
                .entry
                .map(|it| it.read(&desired.name).0)
                .unwrap_or_default(),
            granted_to: basis.entry.and_then(|it| it.granted_to.clone()),
            wishes: wishes(basis.manifest, &typed),
            given: given(basis),
            secrets: basis.arguments.secrets.values().cloned().collect(),
            balancer: balancer.map(str::to_owned),
            ports: host_ports(&bodies(desired)),
            counts: service.is_some_and(says_count)
                && !desired.create_only.contains("desiredCount"),
        }
    }

    /// The stack file that says what it may have, as people are told of it.
    pub fn file(&self) -> &str {
        &self.place.file
    }

    /// What it asks for.
    pub fn asks(&self) -> &[Ask] {
        &self.asks
    }

    /// What it may have at this target.
    pub fn granted<'a>(&'a self, target: &'a DesiredTarget) -> Granted<'a> {
        Granted {
            service: &self.place.service,
            grants: &self.grants,
            target: Some(target),
            balancer: self.balancer.as_deref(),
            given: &self.given,
            wishes: &self.wishes,
            secrets: &[],
        }
    }

    /// Everything that speaks against it without asking AWS: what is not granted, what was not declared, and what the stack
    /// does not take.
    pub fn check(
        &self,
        desired: &DesiredService,
        basis: &Basis<'_>,
        target: &DesiredTarget,
        limits: StackLimits,
    ) -> Vec<Diagnostic> {
        let granted = self.granted(target);
        // What is the host's to say is no matter of the recipe's.
        let is_own = |it: &&Ask| granted.by(it) != Some(By::Host);
        let own: Vec<&Ask> = self.asks.iter().filter(is_own).collect();
        let arguments = texts(basis.arguments, |_| true);
        let declared = Declared::of(basis.manifest, &arguments);
        // No grant mends what was not declared, so none is named for it.
        let (known, unknown): (Vec<&Ask>, Vec<&Ask>) =
            own.into_iter().partition(|it| declared.covers(it));
        let uses: Vec<&Ask> = known
            .iter()
            .copied()
            .filter(|it| matches!(granted.by(it), Some(By::Grant(_))))
            .collect();
        let mut found = refusals(known, &granted);
        found.extend(check_open(&self.successor(), &uses));
        found.extend(unknown.into_iter().map(Declared::refusal));
        let bodies = bodies(desired);
        if limits.digest_only {
            found.extend(check_pinned(&bodies, &self.place.file));
        }
        found.extend(open_secrets(&bodies));
        found
    }

    /// What to write so that it may have all that it asks for; `findings` are all of the service.
    pub fn offer(&self, findings: &[Diagnostic]) -> Option<String> {
        offer(findings, &self.place)
    }

    /// Whether it asks for anything but what the host itself says, so that it matters what was let through before.
    pub fn reaches_further(&self, target: &DesiredTarget) -> bool {
        let granted = self.granted(target);
        let mut asks = self.asks.iter();
        asks.any(|it| granted.by(it) != Some(By::Host))
    }

    fn successor(&self) -> Successor<'_> {
        Successor {
            place: &self.place,
            version: &self.version,
            digest: &self.digest,
            granted_to: self.granted_to.as_deref(),
        }
    }

    /// Whether it asks for more than what runs in its place; `former` is what that asked for.
    pub fn check_former(
        &self,
        target: &DesiredTarget,
        former: Option<&Approval>,
    ) -> Vec<Diagnostic> {
        let granted = self.granted(target);
        let needing = |is_exempt: &dyn Fn(&Ask) -> bool| -> Vec<Ask> {
            let asks = self.asks.iter().filter(|it| !is_exempt(it));
            asks.cloned().collect()
        };
        let next = self.successor();
        match former {
            Some(former) => {
                let is_exempt = |it: &Ask| match granted.by(it) {
                    Some(By::Host) => true,
                    // The same argument may have gone elsewhere before: into the container, say.
                    Some(By::Given | By::Argument(_)) => asks_alike(former, it),
                    Some(By::Grant(_)) | None => false,
                };
                check_successor(former, &next, &needing(&is_exempt))
            }
            None => check_granted_to(&next, &needing(&|it| granted.is_free(it))),
        }
    }

    /// Whether a call that is about to be sent asks for nothing that is not granted. It has the ARNs of secrets in it, and all
    /// that the plan added; `target` has the subnets that were found.
    pub fn check_sent(&self, target: &DesiredTarget, request: &Request) -> Vec<Diagnostic> {
        let granted = Granted {
            secrets: &self.secrets,
            ..self.granted(target)
        };
        let mut asked = asks_beside(&[Body::from(request)], &self.ports);
        asked.retain(|it| self.counts || !is_count(it));
        check(&asked, &granted)
    }
}

/// Whether what is asked for was asked for before, of whichever value. How much of something is the user's own to say.
fn asks_alike(former: &Approval, ask: &Ask) -> bool {
    let Need::Grant(asked) = &ask.need else {
        return false;
    };
    let kind = asked.kind();
    kind.is_limit() || former.grants.iter().any(|it| it.kind() == kind)
}

fn is_count(ask: &Ask) -> bool {
    matches!(&ask.need, Need::Grant(it) if it.kind() == Kind::Tasks)
}

/// Arguments that are one text or number, as text. Secrets are none.
fn texts(arguments: &Arguments, is_meant: impl Fn(&str) -> bool) -> BTreeMap<String, String> {
    let meant = arguments.list.iter().filter(|it| is_meant(&it.name));
    let text = |value: &Value| match value {
        Value::Text(it) => Some(it.clone()),
        Value::Integer(it) => Some(it.to_string()),
        Value::Boolean(_) | Value::TextList(_) | Value::Secret(_) => None,
    };
    meant
        .filter_map(|it| Some((it.name.clone(), text(&it.value)?)))
        .collect()
}

/// Every text that the user typed, with its parameter.
fn given(basis: &Basis<'_>) -> Vec<(String, String)> {
    let typed = basis
        .arguments
        .list
        .iter()
        .filter(|it| basis.typed.contains(&it.name));
    let texts = |value: &Value| match value {
        Value::Text(it) => vec![it.clone()],
        Value::TextList(items) => items.clone(),
        Value::Integer(_) | Value::Boolean(_) | Value::Secret(_) => Vec::new(),
    };
    let named = |it: &Argument| {
        let texts = texts(&it.value).into_iter();
        texts
            .map(|text| (it.name.clone(), text))
            .collect::<Vec<_>>()
    };
    typed.flat_map(named).collect()
}

#[cfg(test)]
mod tests;
