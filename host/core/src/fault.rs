//! A call to AWS that failed, and what that means.
//!
//! The door says what happened ([`Fault`]); [`explain`] says what follows from
//! it: the [`Class`] decides what the run does next, and message and hint are
//! what the user reads. What is known about AWS's errors is one table.

mod table;

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::codes::{Code, Entry};
use crate::request::{Operation, Request};

/// How a call failed, before anyone asks why.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// AWS answered with an error.
    Answered,
    /// No answer came in time, or the connection broke: a write may have happened.
    Lost,
    /// Nothing could be sent: no connection, no DNS name, a refused certificate.
    Unreachable,
    /// There are no credentials, or they have expired.
    Credentials,
    /// The SDK or the host could not make the request.
    Local,
    /// The user stopped the run while the call waited for its turn: nothing was sent.
    Interrupted,
}

/// A failed call to AWS, as plain data.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Fault {
    pub kind: FaultKind,
    /// AWS's name of the operation: `CreateService`.
    pub operation: String,
    /// What it was about: ``service `redis-service` ``.
    pub resource: String,
    /// AWS's error code: `ClientException`.
    pub code: Option<String>,
    /// AWS's own text, or the SDK's whole chain of causes.
    pub message: String,
    pub status: Option<u16>,
    pub request_id: Option<String>,
    /// Whether the call says something that AWS would do a second time, see [`Request::is_repeatable`].
    #[serde(skip)]
    pub is_once: bool,
}

impl Fault {
    /// A request that the host itself could not make.
    #[must_use]
    pub fn local(request: &Request, message: &str) -> Self {
        Self {
            kind: FaultKind::Local,
            operation: request.operation.name().to_owned(),
            resource: subject(request),
            code: None,
            message: message.to_owned(),
            status: None,
            request_id: None,
            is_once: false,
        }
    }
}

/// What the run does about a fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "class")]
pub enum Class {
    /// Nothing will change by itself: stop and tell the user.
    Tell,
    /// The same call may succeed a little later; repeating it is safe.
    Retry,
    /// AWS is still catching up: repeat the call for at most this long, then tell.
    Wait { seconds: u32 },
    /// AWS has something else than what was planned: read again and plan again.
    Conflict,
    /// Nobody knows whether it happened, and twice would be once too often: look before it is sent again.
    Look,
    /// What was asked for is already so.
    Done,
}

/// A fault in our words. `Display` gives all of it: the message, then the
/// cause, then the hint, each on a line of its own.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Explanation {
    pub code: Code,
    #[serde(flatten)]
    pub class: Class,
    /// ``could not create service `redis-service`: …``.
    pub message: String,
    /// AWS's code and text, HTTP status and request id, as they came (`AWS: …`), or
    /// the chain of causes (`cause: …`).
    pub cause: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
}

/// What a fault means, by the first row of the table that knows it.
#[must_use]
pub fn explain(fault: &Fault) -> Explanation {
    let row = table::find(fault);
    let fill = |text: &str| {
        text.replace("{resource}", &fault.resource)
            .replace("{profile}", profile(fault).unwrap_or("NAME"))
    };
    let (verb, resource) = (verb(&fault.operation), &fault.resource);
    Explanation {
        code: row.code,
        class: row.class,
        message: format!("could not {verb} {resource}: {}", fill(row.why)),
        cause: cause(fault),
        hint: row.hint.or_else(|| usual_hint(row.class)).map(fill),
    }
}

/// The profile that credentials were to come from: the door names it first.
fn profile(fault: &Fault) -> Option<&str> {
    let (name, _) = fault.message.strip_prefix("profile `")?.split_once('`')?;
    Some(name)
}

/// What the catalogue says of each row of the table.
pub(crate) fn entries() -> impl Iterator<Item = Entry> {
    let mut rows: Vec<&table::Row> = table::rows().collect();
    // The table is in the order in which it is searched.
    rows.sort_by_key(|it| it.code);
    rows.into_iter().map(|row| Entry {
        code: row.code,
        title: row.why,
        meaning: meaning(row.class),
        remedy: row.hint.or_else(|| usual_hint(row.class)).unwrap_or(
            "The line below the message has AWS's own words: they name the field or the object.",
        ),
    })
}

/// Whether a subnet could not be attached because another one of the load balancer is in its availability zone.
#[must_use]
pub fn is_zone_conflict(fault: &Fault) -> bool {
    table::find(fault).code == table::ZONE
}

/// What the host does about a fault of the class.
fn meaning(class: Class) -> &'static str {
    match class {
        Class::Tell => {
            "A call failed in a way that does not pass by itself. What was done before it stays, and nothing after it was begun."
        }
        Class::Retry => {
            "A call failed in a way that usually passes. It was sent again for some minutes before it was given up."
        }
        Class::Wait { .. } => {
            "AWS is still catching up with what was made or deleted a moment ago. The call was sent again for some minutes before it was given up."
        }
        Class::Look => {
            "A call failed in a way that leaves open whether it happened. It was looked for its effect, and only what was not there was sent again; after some minutes it was given up."
        }
        Class::Conflict => {
            "AWS has something else than what was planned: somebody or something changed it meanwhile."
        }
        Class::Done => "What was asked for is so already. The run goes on.",
    }
}

/// What helps against any fault of the class.
fn usual_hint(class: Class) -> Option<&'static str> {
    match class {
        Class::Tell | Class::Done | Class::Look => None,
        Class::Retry | Class::Wait { .. } => Some("run the same command again in a minute"),
        Class::Conflict => Some("run the same command again: it looks at {resource} first"),
    }
}

/// Whether AWS refused a call because there were too many of its category. It did nothing.
#[must_use]
pub fn is_throttled(fault: &Fault) -> bool {
    [table::RATE, table::THROTTLED].contains(&table::find(fault).code)
}

/// What a request is about, in the words of a message: ``service `redis-service` ``.
#[must_use]
pub fn subject(request: &Request) -> String {
    let (noun, field) = match request.operation {
        Operation::RegisterTaskDefinition => ("task definition", "family"),
        Operation::DeregisterTaskDefinition => ("task definition", "taskDefinition"),
        Operation::CreateService => ("service", "serviceName"),
        Operation::UpdateService | Operation::DeleteService => ("service", "service"),
        Operation::TagResource | Operation::UntagResource => ("resource", "resourceArn"),
        Operation::AddTags | Operation::RemoveTags => ("load balancer", "LoadBalancerNames"),
        _ => ("load balancer", "LoadBalancerName"),
    };
    let named = request.body.get(field);
    match named.and_then(|it| it.as_str().or_else(|| it.get(0)?.as_str())) {
        Some(name) => format!("{noun} `{name}`"),
        None => format!("a {noun} without `{field}`"),
    }
}

/// Whether the call may be sent again when nobody knows what came of it.
///
/// What is not one of the host's writes is a read.
fn is_repeatable(fault: &Fault) -> bool {
    let operation = Value::from(fault.operation.as_str());
    let operation = serde_json::from_value::<Operation>(operation);
    !fault.is_once && operation.map_or(true, Operation::is_repeatable)
}

fn verb(operation: &str) -> &'static str {
    match operation {
        "RegisterTaskDefinition" => "register",
        "DeregisterTaskDefinition" => "deregister",
        "CreateService" | "CreateLoadBalancer" => "create",
        "UpdateService" => "update",
        "DeleteService" | "DeleteLoadBalancer" => "delete",
        "TagResource" | "AddTags" => "tag",
        "UntagResource" | "RemoveTags" => "take tags from",
        "ConfigureHealthCheck" => "set the health check of",
        "ModifyLoadBalancerAttributes" => "set the attributes of",
        "CreateLoadBalancerListeners" => "add listeners to",
        "DeleteLoadBalancerListeners" => "take listeners from",
        "SetLoadBalancerListenerSSLCertificate" => "set the certificate of",
        "ApplySecurityGroupsToLoadBalancer" => "set the security groups of",
        "AttachLoadBalancerToSubnets" => "attach subnets to",
        "DetachLoadBalancerFromSubnets" => "detach subnets from",
        "Connect" => "connect to",
        "GetAuthorizationToken" => "log in to",
        _ => "read",
    }
}

/// `AWS: InvalidParameterException: … (HTTP 400, request …)`, of what is known.
fn cause(fault: &Fault) -> Option<String> {
    let text = match (&fault.code, fault.message.trim()) {
        (Some(code), "") => code.clone(),
        (Some(code), text) => format!("{code}: {text}"),
        (None, "") => String::new(),
        (None, text) => text.to_owned(),
    };
    let status = fault.status.map(|status| format!("HTTP {status}"));
    let request = fault.request_id.as_ref().map(|id| format!("request {id}"));
    let origin: Vec<String> = status.into_iter().chain(request).collect();
    let words = match (text.is_empty(), origin.is_empty()) {
        (true, true) => return None,
        (true, false) => origin.join(", "),
        (false, true) => text,
        (false, false) => format!("{text} ({})", origin.join(", ")),
    };
    let speaker = if fault.kind == FaultKind::Answered {
        "AWS"
    } else {
        "cause"
    };
    Some(format!("{speaker}: {words}"))
}

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        if let Some(cause) = &self.cause {
            write!(formatter, "\n  {cause}")?;
        }
        if let Some(hint) = &self.hint {
            write!(formatter, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        explain(self).fmt(formatter)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests;
