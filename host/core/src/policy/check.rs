//! What is asked for, against what is granted.

use serde_json::Value;

use crate::bounds::{NAME, curb, shorten};
use crate::codes::policy as codes;
use crate::desired::DesiredTarget;
use crate::diag::Diagnostic;
use crate::escape::escape;
use crate::policy::ask::{Ask, Body, Fixed, Need};
use crate::policy::grant::Grant;
use crate::policy::image::Image;
use crate::policy::kind::Kind;
use crate::policy::limits;
use crate::policy::path::normal;
use crate::policy::wish::Wish;
use crate::report::count;
use crate::request::Operation;

/// What a service of a stack may have.
#[derive(Clone, Copy, Debug, Default)]
pub struct Granted<'a> {
    /// The name of the service in its stack.
    pub service: &'a str,
    /// The `grants` of `[services.NAME]`.
    pub grants: &'a [Grant],
    /// Where it goes, with the subnets and security groups that were found where the user named none.
    pub target: Option<&'a DesiredTarget>,
    /// The name of the blueprint's own load balancer.
    pub balancer: Option<&'a str>,
    /// The texts that the user gave as arguments, each with its parameter, without defaults: those are the recipe's. A role or
    /// a certificate among them is granted by that, because its ARN can mean nothing else.
    pub given: &'a [(String, String)],
    /// What the user asked for himself, see [`crate::policy::wishes`].
    pub wishes: &'a [Wish],
    /// What the tokens of secret parameters stand for, where bodies are looked at that hold them.
    pub secrets: &'a [String],
}

/// What lets an ask through.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum By<'a> {
    /// It is what the host itself says: of the target, or of the blueprint's own load balancer.
    Host,
    /// An argument whose value can mean nothing else.
    Given,
    /// The argument of this parameter.
    Argument(&'a str),
    Grant(&'a Grant),
}

impl<'a> Granted<'a> {
    /// What lets an ask through, if anything does. A grant is looked for last.
    pub fn by(&self, ask: &Ask) -> Option<By<'a>> {
        let asked = match &ask.need {
            Need::Never(_) => return None,
            Need::Fixed { field, value } => {
                return self.is_hosts(*field, value).then_some(By::Host);
            }
            Need::Grant(asked) => asked,
        };
        if self.is_given(asked) {
            return Some(By::Given);
        }
        let wish = self.wishes.iter().find(|it| it.covers(ask));
        let grant = || self.grants.iter().find(|it| it.covers(asked));
        wish.map(|it| By::Argument(&it.parameter))
            .or_else(|| grant().map(By::Grant))
    }

    /// Whether an ask is granted, by whichever means.
    pub fn allows(&self, ask: &Ask) -> bool {
        self.by(ask).is_some()
    }

    /// Whether an ask needs none of the grants of `host.toml`.
    pub fn is_free(&self, ask: &Ask) -> bool {
        self.by(ask).is_some_and(|it| !matches!(it, By::Grant(_)))
    }

    fn is_hosts(&self, field: Fixed, value: &str) -> bool {
        let of_target = |holds: &dyn Fn(&DesiredTarget) -> bool| self.target.is_some_and(holds);
        let has = |list: &[String]| list.iter().any(|it| it == value);
        match field {
            Fixed::Cluster => of_target(&|it| it.cluster == value),
            Fixed::Role => of_target(&|it| it.service_role.as_deref() == Some(value)),
            Fixed::Subnet => of_target(&|it| has(&it.subnets)),
            Fixed::SecurityGroup => of_target(&|it| has(&it.security_groups)),
            Fixed::LoadBalancer => self.balancer == Some(value),
        }
    }

    fn is_given(&self, asked: &Grant) -> bool {
        asked.scope_text().is_some_and(|arn| match asked.kind() {
            Kind::ExecutionRole | Kind::Certificate => self.given.iter().any(|it| it.1 == arn),
            Kind::Secrets => self.secrets.contains(&arn),
            _ => false,
        })
    }

    /// The parameter that the user gave what is asked for.
    fn typed(&self, ask: &Ask) -> Option<&str> {
        let behind = ask.value.split_once('=').map(|(_, it)| it);
        let is_it = |text: &str| {
            let shown = escape(&shorten(text, NAME)).into_owned();
            ask.value == shown || ask.value == normal(&shown) || behind == Some(&shown)
        };
        let typed = self.given.iter().find(|(_, text)| is_it(text));
        typed.map(|(parameter, _)| parameter.as_str())
    }

    /// What of it is not granted, as the text of each says: the field, who asks, and what to write.
    fn refusal(&self, ask: &Ask) -> Diagnostic {
        let Ask {
            field: field_of,
            asker,
            ..
        } = ask;
        let words = ask.words();
        match &ask.need {
            Need::Grant(grant) if grant.kind().is_limit() => {
                let free = match grant.kind() {
                    Kind::Tasks => limits::TASKS,
                    Kind::Cpu => limits::CPU,
                    _ => limits::MEMORY,
                };
                let message = format!("{asker} asks for {words}, and {free} are free");
                Diagnostic::error(field_of, message)
                    .hint(takes(grant))
                    .needs(grant.clone())
                    .code(codes::LIMIT)
            }
            Need::Grant(grant) => {
                let message = format!("{asker} asks for {words}, which is not granted");
                Diagnostic::error(field_of, message)
                    .hint(takes(grant))
                    .needs(grant.clone())
                    .code(codes::NOT_GRANTED)
            }
            Need::Fixed { field, .. } => {
                let (whose, hint) = match field {
                    Fixed::LoadBalancer => (
                        "the blueprint's own",
                        "emit a load balancer of its own; one of others is reached by `targetGroupArn`",
                    ),
                    _ => ("the target's", "leave it out: it comes from `[target]`"),
                };
                let message = format!("{asker} asks for {words}, which is not {whose}");
                Diagnostic::error(field_of, message)
                    .hint(hint)
                    .code(codes::NEVER)
            }
            Need::Never(reason) => {
                let message = format!("{asker} asks for {words}, which no grant gives: {reason}");
                let hint = match self.typed(ask) {
                    Some(parameter) => {
                        format!("it is what `{parameter}` was given: give it another value")
                    }
                    None => "this is for the author of the recipe to mend".to_owned(),
                };
                Diagnostic::error(field_of, message)
                    .hint(hint)
                    .code(codes::NEVER)
            }
        }
    }
}

/// What would mend a refusal, in words.
fn takes(grant: &Grant) -> String {
    format!("it takes the grant `{grant}`: {}", grant.kind().allows())
}

/// Everything that is asked for and not granted. Without grants, nothing is.
pub fn check(asks: &[Ask], granted: &Granted<'_>) -> Vec<Diagnostic> {
    curb(refusals(asks, granted))
}

/// The same, however many there are.
pub(super) fn refusals<'a>(
    asks: impl IntoIterator<Item = &'a Ask>,
    granted: &Granted<'_>,
) -> Vec<Diagnostic> {
    let refused = asks.into_iter().filter(|it| !granted.allows(it));
    refused.map(|it| granted.refusal(it)).collect()
}

/// Whether a stack has more load balancers than it may.
pub fn check_load_balancers(number: usize, most: usize, file: &str) -> Option<Diagnostic> {
    (number > most).then(|| {
        let message = format!(
            "the stack asks for {}, and {most} are free",
            count(number, "load balancer")
        );
        Diagnostic::error("", message)
            .hint(format!(
                "if it is meant to, write `load-balancers = {number}` under `[limits]` of `{file}`"
            ))
            .code(codes::LIMIT)
    })
}

/// The images that no digest pins, for stacks that take no others.
///
/// `file` is the stack file that wants so, as people are told of it.
pub fn check_pinned(bodies: &[Body<'_>], file: &str) -> Vec<Diagnostic> {
    let tasks = bodies
        .iter()
        .filter(|it| it.operation == Operation::RegisterTaskDefinition && it.at.is_empty());
    let containers = tasks.flat_map(|it| {
        let list = it
            .value
            .get("containerDefinitions")
            .and_then(Value::as_array);
        list.into_iter().flatten().enumerate()
    });
    let loose = containers.filter_map(|(index, container)| {
        let image = container.get("image")?.as_str()?;
        let name = container
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let finding = Diagnostic::error(
            format!("task-definition.container-definitions[{index}].image"),
            format!("container `{name}` runs `{image}`, which is not named by digest"),
        );
        let finding = finding.hint(format!(
            "name it as `{}@sha256:…`, or take `digest-only` out of `[limits]` of `{file}`",
            image.split('@').next().unwrap_or_default()
        ));
        (!Image::read(image).is_pinned).then(|| finding.code(codes::UNPINNED))
    });
    curb(loose.collect())
}

#[cfg(test)]
mod tests;
