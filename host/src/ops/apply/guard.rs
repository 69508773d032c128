//! The last look at a call before it is sent: it asks for nothing that is not granted, with all that the plan added to it.

use std::collections::BTreeMap;

use host_core::codes::policy::NOT_SENT;
use host_core::desired::DesiredTarget;
use host_core::fault::{Class, Explanation};
use host_core::policy::Permit;
use host_core::request::Request;

/// What the services of a plan may ask for.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// Where they go, with what the plan may add to it.
    pub target: DesiredTarget,
    /// By the name of the service. Whoever has none may ask for nothing.
    pub permits: BTreeMap<String, Permit>,
}

impl Guard {
    /// Checks a call, filled to the last word.
    ///
    /// # Errors
    /// It asks for something that is not granted. What was planned was checked before, so this is an error of this program.
    pub(super) fn check(&self, service: &str, request: &Request) -> Result<(), Explanation> {
        let nothing = Permit::default();
        let permit = self.permits.get(service).unwrap_or(&nothing);
        let refused = permit.check_sent(&self.target, request);
        let Some(first) = refused.first() else {
            return Ok(());
        };
        Err(Explanation {
            code: NOT_SENT,
            class: Class::Tell,
            message: format!(
                "{} was not sent: {}: {}",
                request.operation.name(),
                first.path,
                first.message
            ),
            cause: None,
            hint: Some(
                "the plan was checked and asked for less: please report this, and look at `host plan` before you run again"
                    .to_owned(),
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use host_core::request::Operation;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_that_asks_for_more_than_was_planned_is_not_sent() {
        let guard = Guard {
            target: DesiredTarget {
                cluster: "searchapp".into(),
                ..DesiredTarget::default()
            },
            permits: [("redis".to_owned(), Permit::default())].into(),
        };
        let service = |more: bool| Request {
            operation: Operation::CreateService,
            body: json!({"serviceName": "redis-service", "cluster": "searchapp", "enableExecuteCommand": more}),
        };
        assert_eq!(guard.check("redis", &service(false)), Ok(()));
        for name in ["redis", "unknown"] {
            let refused = guard.check(name, &service(true)).unwrap_err();
            assert_eq!(refused.code, NOT_SENT);
            assert_eq!(
                refused.message,
                "CreateService was not sent: service.extra.enableExecuteCommand: service `redis-service` asks for ECS Exec, which is not granted"
            );
        }
    }
}
