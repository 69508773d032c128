//! What a revision asks for that somebody puts a service back to, against the grants of today.

use crate::bounds::curb;
use crate::codes::policy::NOT_GRANTED;
use crate::diag::{Diagnostic, Severity};
use crate::observed::{ObservedService, Revision};
use crate::policy::approval::Approval;
use crate::policy::ask::Ask;
use crate::policy::check::{Granted, check};
use crate::policy::former::asks_of;
use crate::policy::kind::Kind;
use crate::policy::path::is_system;
use crate::policy::wish::word;

/// What speaks against putting a service back to a revision: what it asks for, what runs now does not, and nobody grants.
///
/// What only a grant can have let through is an error. What may have been typed as an argument is a warning: nothing says
/// any more what was, and whoever turns back is in a hurry. Of secrets that is always so; they are counted, and their ARNs not shown.
pub fn check_back(
    service: &ObservedService,
    running: &Revision,
    to: &Revision,
    granted: &Granted<'_>,
) -> Vec<Diagnostic> {
    let now = Approval::new("", "", &asks_of(running, service));
    let then = asks_of(to, service);
    let beyond = now.newly(&then).into_iter().cloned();
    let (typed, granted_only): (Vec<Ask>, Vec<Ask>) = beyond.partition(may_be_typed);
    let mut found = check(&granted_only, granted);
    let (secrets, shown): (Vec<Ask>, Vec<Ask>) = typed.into_iter().partition(is_secret);
    found.extend(check(&shown, granted).into_iter().map(|it| {
        Diagnostic {
            severity: Severity::Warning,
            ..it
        }
        .hint(TYPED)
    }));
    let mut secrets = secrets.iter().filter(|it| !granted.allows(it));
    if let Some(first) = secrets.next() {
        let (number, more) = match secrets.count() {
            0 => ("a secret".to_owned(), ""),
            more => (format!("{} secrets", more + 1), " them"),
        };
        let message = format!(
            "reads {number} that the running revision does not, and no grant of today names{more}"
        );
        found.push(
            Diagnostic::warning(&first.field, message)
                .hint(TYPED)
                .code(NOT_GRANTED),
        );
    }
    curb(found)
}

/// What to do about what may have been typed.
const TYPED: &str = "an argument may have let it through, which nobody knows any more; if none did, `--to REVISION` names another";

fn is_secret(ask: &Ask) -> bool {
    ask.grant().is_some_and(|it| it.kind() == Kind::Secrets)
}

/// Whether an argument can have let it through.
fn may_be_typed(ask: &Ask) -> bool {
    ask.grant().is_some_and(|it| match it.kind() {
        Kind::Secrets | Kind::ExecutionRole | Kind::Certificate => true,
        kind => word(kind).is_some() && !it.path().is_some_and(is_system),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::policy::grant::read_grants;

    fn revision(task: Value) -> Revision {
        Revision {
            arn: "arn:aws:ecs:us-east-1:123456789012:task-definition/redis:3".into(),
            body: task,
            ..Revision::default()
        }
    }

    fn with(key: &str, value: Value) -> Value {
        let mut container = json!({"name": "web", "image": "redis"});
        container[key] = value;
        json!({"family": "redis", "revision": 3, "containerDefinitions": [container]})
    }

    fn mount(path: &str) -> Value {
        json!({"family": "redis", "volumes": [{"name": "data", "host": {"sourcePath": path}}]})
    }

    fn found(running: &Value, to: &Value, grants: &[&str]) -> Vec<(Severity, String)> {
        // Many tasks are the service's, and no matter of the revision.
        let service = ObservedService {
            body: json!({"serviceName": "s", "desiredCount": 200, "enableExecuteCommand": true}),
            ..ObservedService::default()
        };
        let (grants, _) = read_grants("redis", grants.iter().copied());
        let granted = Granted {
            service: "redis",
            grants: &grants,
            ..Granted::default()
        };
        let (running, to) = (revision(running.clone()), revision(to.clone()));
        let found = check_back(&service, &running, &to, &granted);
        found
            .into_iter()
            .map(|it| (it.severity, it.message))
            .collect()
    }

    #[test]
    fn what_only_a_grant_gives_takes_the_grant_of_today() {
        let (plain, much) = (with("cpu", 512.into()), with("privileged", true.into()));
        let refused = (
            Severity::Error,
            "container `web` asks for privileged mode, which is not granted".to_owned(),
        );
        assert_eq!(found(&plain, &much, &[]), std::slice::from_ref(&refused));
        assert_eq!(found(&plain, &much, &["host-network"]), [refused]);
        assert_eq!(found(&plain, &much, &["privileged"]), []);
        assert_eq!(found(&much, &much, &[]), [], "it runs already");
        assert_eq!(found(&much, &plain, &[]), []);
        for path in ["/var/run/docker.sock", "/etc"] {
            assert_eq!(found(&plain, &mount(path), &[])[0].0, Severity::Error);
        }
    }

    #[test]
    fn what_may_have_been_typed_is_told() {
        let plain = with("cpu", 512.into());
        let told = found(&plain, &mount("/data"), &[]);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].0, Severity::Warning);
        assert!(told[0].1.contains("host path /data"), "{told:?}");
        assert_eq!(found(&plain, &mount("/data"), &["host-path:/data:rw"]), []);
        let arn = "arn:aws:ssm:us-east-1:123456789012:parameter/p";
        let secret = with("secrets", json!([{"name": "P", "valueFrom": arn}]));
        let warned = |number: &str| {
            let message = format!(
                "reads {number} that the running revision does not, and no grant of today names"
            );
            (Severity::Warning, message)
        };
        assert_eq!(found(&plain, &secret, &[]), [warned("a secret")]);
        assert_eq!(found(&plain, &secret, &[&format!("secrets:{arn}")]), []);
        assert_eq!(found(&secret, &secret, &[]), []);
    }
}
