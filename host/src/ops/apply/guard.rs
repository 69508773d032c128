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
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use host_core::plan::{Action, KnownTokens, Plan, ResourceKind, ServicePlan, Step};
    use host_core::request::Operation;
    use serde_json::{Value, json};

    use super::super::{Interrupt, Means, StepResult, apply};
    use super::*;
    use crate::cloud::aws::Trace;
    use crate::cloud::local;
    use crate::ops::Progress;

    fn guard() -> Guard {
        Guard {
            target: DesiredTarget {
                cluster: "searchapp".into(),
                ..DesiredTarget::default()
            },
            permits: [("redis".to_owned(), Permit::default())].into(),
        }
    }

    #[test]
    fn a_call_that_asks_for_more_than_was_planned_is_not_sent() {
        let guard = guard();
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

    /// Hears nothing.
    struct Deaf;

    impl Progress for Deaf {
        fn step_started(&self, _: &Step) {}
        fn step_done(&self, _: &Step, _: &str) {}
        fn step_failed(&self, _: &Step, _: &str) {}
        fn step_stopped(&self, _: &Step) {}
        fn waiting(&self, _: &str, _: &str) {}
        fn event(&self, _: &str, _: &str) {}
        fn warning(&self, _: &str, _: &str) {}
        fn turning_back(&self, _: &str, _: &str) {}
        fn steady(&self, _: &str, _: Duration) {}
    }

    fn with(key: &str, value: Value) -> Value {
        let mut container = json!({"name": "web", "image": "redis", "memory": 64});
        container[key] = value;
        json!({"family": "redis", "containerDefinitions": [container]})
    }

    /// Applies a plan whose first step registers `body`, with a guard that lets a plain container through. Says how the steps
    /// ended, why the first did not, and which calls AWS got.
    async fn applied(name: &str, body: Value) -> (Vec<StepResult>, Option<Explanation>, String) {
        let folder = std::env::temp_dir().join(format!("host-guard-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let account = local::Account {
            file: folder.join("account.json"),
            region: "us-east-1".into(),
            cluster: Some("searchapp".into()),
            ..local::Account::default()
        };
        let calls = Arc::new(Mutex::new(String::new()));
        let heard = calls.clone();
        let trace: Trace = Arc::new(move |line: &str| *heard.lock().unwrap() += line);
        let opened = local::open(&account, Some(trace), Arc::new(|_: &str| {})).unwrap();
        let first = Step {
            action: Action::Create,
            requests: vec![Request {
                operation: Operation::RegisterTaskDefinition,
                body,
            }],
            ..Step::new("redis", ResourceKind::TaskDefinition, "redis")
        };
        let service = json!({"serviceName": "redis-service", "cluster": "searchapp", "taskDefinition": "redis", "desiredCount": 1});
        let second = Step {
            action: Action::Create,
            needs: vec![first.id.clone()],
            requests: vec![Request {
                operation: Operation::CreateService,
                body: service,
            }],
            ..Step::new("redis", ResourceKind::Service, "redis-service")
        };
        let plan = Plan {
            cluster: "searchapp".into(),
            services: vec![ServicePlan {
                name: "redis".into(),
                steps: vec![first.clone(), second],
                ..ServicePlan::default()
            }],
            ..Plan::default()
        };
        let means = Means {
            aws: opened.aws,
            progress: Arc::new(Deaf),
            interrupt: Interrupt::default(),
            gone: Duration::from_secs(1),
            guard: Some(Arc::new(guard())),
        };
        let outcome = apply(&means, &plan, &KnownTokens::new()).await;
        drop(means);
        std::fs::remove_dir_all(&folder).unwrap();
        let why = outcome.steps.iter().find(|it| it.id == first.id).unwrap();
        let (why, calls) = (why.why.clone(), calls.lock().unwrap().clone());
        let results = outcome.steps.iter().map(|it| it.result).collect();
        (results, why, calls)
    }

    /// What was let through when it was planned is another body now: it is refused, what needs it is not begun, and AWS hears
    /// of neither.
    #[tokio::test]
    async fn a_plan_that_is_not_what_was_checked_sends_nothing() {
        let (results, _, calls) = applied("plain", with("essential", true.into())).await;
        assert_eq!(results, [StepResult::Done; 2]);
        assert!(
            calls.contains("RegisterTaskDefinition") && calls.contains("CreateService"),
            "{calls}"
        );
        let mut mount = with(
            "mountPoints",
            json!([{"sourceVolume": "all", "containerPath": "/host"}]),
        );
        mount["volumes"] = json!([{"name": "all", "host": {"sourcePath": "/"}}]);
        for (name, body, asked) in [
            (
                "privileged",
                with("privileged", true.into()),
                "privileged mode",
            ),
            ("mount", mount, "host path /"),
            (
                "secret",
                with(
                    "secrets",
                    json!([{"name": "P", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/p"}]),
                ),
                "secret",
            ),
        ] {
            let (results, why, calls) = applied(name, body).await;
            assert_eq!(results, [StepResult::Failed, StepResult::Skipped], "{name}");
            let why = why.unwrap();
            assert_eq!(why.code, NOT_SENT);
            assert!(why.message.contains(asked), "{name}: {}", why.message);
            assert_eq!(calls, "", "{name}");
        }
    }
}
