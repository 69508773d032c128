//! What a run came to: where to connect, and whether it is what was asked for.

use anyhow::Result;
use host_core::fault::{Class, Explanation};
use host_core::plan::{ResourceKind, ServicePlan};
use host_core::report::count;
use host_core::report::endpoints::Endpoint;

use crate::commands::prepare::Ready;
use crate::commands::stop::stopped;
use crate::failure::{Failure, Told};
use crate::ops::Signal;
use crate::ops::apply::{Outcome, StepResult};
use crate::ops::rollback::{BalancerNow, TurnedTo};
use crate::ops::wait::{Ended, Steadiness};

/// What happened after the plan was shown.
#[derive(Debug, Default)]
pub(super) struct Ending {
    pub(super) outcome: Outcome,
    /// What came of waiting, where it was waited.
    pub(super) waited: Vec<Steadiness>,
    /// Why AWS could not be asked any more.
    pub(super) blind: Option<anyhow::Error>,
    /// Nobody wanted to wait.
    pub(super) no_wait: bool,
    /// What stopped it, if anything did.
    pub(super) interrupted: Option<Signal>,
    /// The flags of the target, for commands in hints.
    pub(super) flags: String,
}

/// How many steps that failed are told at the end. All of them were told when they did.
const MANY: usize = 3;

const AGAIN: &str = "run the same command again: it goes on from what is there";

const MENDED: &str = "mend the cause and run the same command again: it goes on from what is there";

impl Ending {
    /// Whether everything that was asked for is so.
    pub(super) fn judge(&mut self) -> Result<()> {
        let failed = self.failed();
        if let Some(by) = self.interrupted {
            let hints = failed.iter().filter_map(|it| it.hint.as_deref());
            return Err(hints.fold(stopped(by, ""), Told::hint).again(AGAIN).into());
        }
        let mut problems: Vec<String> = failed.iter().map(|it| it.message.clone()).collect();
        problems = some_of(problems, "like it: each is above");
        problems.extend(self.not_begun());
        let unsteady: Vec<&Steadiness> = self
            .waited
            .iter()
            // Of what is unknown, `blind` says why.
            .filter(|it| !matches!(it.result, Ended::Steady | Ended::Unknown))
            .collect();
        problems.extend(unsteady.iter().map(|it| not_steady(it)));
        match (problems.is_empty(), self.blind.take()) {
            (true, None) => Ok(()),
            (true, Some(error)) => Err(error.context(self.unknown())),
            (false, Some(error)) => {
                let told = Told::new(problems.join("; ")).explained(&failed);
                Err(told.because(&Failure::read(&error)).into())
            }
            (false, None) => Err(told(&problems, &failed, &unsteady, &self.flags).into()),
        }
    }

    /// What is so although nothing more can be seen: no step failed.
    fn unknown(&self) -> String {
        let blind = self.waited.iter().filter(|it| it.result == Ended::Unknown);
        let names: Vec<String> = blind.map(|it| format!("`{}`", it.name)).collect();
        let names = names.join(", ");
        format!("every change is made, but whether {names} came up is not known")
    }

    /// Why steps failed.
    fn failed(&self) -> Vec<Explanation> {
        let steps = self.outcome.steps.iter();
        steps.filter_map(|it| it.why.clone()).collect()
    }

    /// `2 steps not begun`.
    fn not_begun(&self) -> Option<String> {
        let steps = self.outcome.steps.iter();
        let number = steps.filter(|it| it.result == StepResult::Skipped).count();
        (number > 0).then(|| format!("{} not begun", count(number, "step")))
    }

    /// Where to connect: to what is there, and steady unless nobody wanted to wait for that.
    pub(super) fn endpoints(&self, ready: &Ready) -> Vec<Endpoint> {
        let plans = &ready.planned.plan.services;
        let reachable = |name: &str| {
            plans
                .iter()
                .any(|it| it.name == name && self.is_reachable(it))
        };
        let services = ready
            .rendered
            .iter()
            .filter(|it| reachable(&it.desired.name));
        let of_service = services.filter_map(|it| {
            let name = &it.desired.name;
            let address = self
                .outcome
                .addresses
                .get(name)
                .or_else(|| ready.planned.addresses.get(name))?;
            let scheme = |endpoint: &str| {
                let declared = it
                    .manifest
                    .endpoints
                    .iter()
                    .find(|it| it.name == endpoint)?;
                Some(declared.scheme.clone()).filter(|it| !it.is_empty())
            };
            Some(
                it.desired
                    .endpoints
                    .iter()
                    .filter(|(_, port)| self.listens(ready, name, **port))
                    .map(move |(endpoint, port)| Endpoint {
                        service: name.clone(),
                        name: Some(endpoint.clone()),
                        address: address.clone(),
                        port: *port,
                        scheme: scheme(endpoint),
                    }),
            )
        });
        of_service.flatten().collect()
    }
}

impl Ending {
    /// Whether the load balancer listens at the port: one that was put back does where it did before.
    fn listens(&self, ready: &Ready, service: &str, port: u16) -> bool {
        let is_back = |it: &&Steadiness| {
            let turned = it.turned.as_ref();
            it.name == service && turned.is_some_and(|it| it.balancer == Some(BalancerNow::PutBack))
        };
        if !self.waited.iter().any(|it| is_back(&it)) {
            return true;
        }
        let mut plans = ready.planned.plan.services.iter();
        let plan = plans.find(|it| it.name == service);
        let balancer = plan.and_then(|it| it.step(ResourceKind::LoadBalancer));
        let before = balancer.and_then(|it| ready.planned.seen.load_balancers.get(&it.name));
        before.is_some_and(|it| it.ports().contains(&port))
    }

    /// Whether clients that connect to what the blueprint made find somebody there.
    fn is_reachable(&self, plan: &ServicePlan) -> bool {
        let Some(service) = plan.step(ResourceKind::Service) else {
            // Whoever leaves out the service registers something else at the load balancer.
            return plan
                .step(ResourceKind::LoadBalancer)
                .is_some_and(|it| self.outcome.came_out(it));
        };
        let is_up = |it: &Steadiness| {
            let is_back = it
                .turned
                .as_ref()
                .is_some_and(|it| it.result == TurnedTo::Steady);
            it.result == Ended::Steady || is_back
        };
        let is_steady = |it: &Steadiness| it.name == plan.name && is_up(it);
        // Where the listener could not be made or changed nobody answers at the port that was asked for.
        let balancer = plan.step(ResourceKind::LoadBalancer);
        let is_open = balancer.is_none_or(|it| self.outcome.came_out(it));
        is_open
            && self.outcome.came_out(service)
            && (self.no_wait || self.waited.iter().any(is_steady))
    }
}

/// All problems in one error: evidence below, then what to do.
fn told(
    problems: &[String],
    failed: &[Explanation],
    unsteady: &[&Steadiness],
    flags: &str,
) -> Told {
    let mut told = Told::new(problems.join("; "));
    let mut codes = failed.iter().map(|it| it.code).chain(
        unsteady
            .iter()
            .filter_map(|it| it.trouble.as_ref())
            .map(|it| it.code),
    );
    if let Some(code) = codes.next() {
        told = told.code(code);
    }
    let causes = failed.iter().filter_map(|it| it.cause.clone()).collect();
    told = some_of(causes, "like it")
        .into_iter()
        .fold(told, Told::cause);
    for one in failed {
        told = one
            .hint
            .iter()
            .fold(told, |told, it| told.hint(it.as_str()));
    }
    for one in unsteady {
        let evidence = one.trouble.iter().flat_map(|it| &it.evidence);
        told = evidence.fold(told, |told, it| told.cause(format!("{}: {it}", one.name)));
        if let Some(turned) = &one.turned {
            told = told.cause(format!("{}: {}", one.name, turned.message));
        }
    }
    for one in unsteady {
        let next = one.trouble.iter().flat_map(|it| &it.next);
        told = next.fold(told, |told, it| told.hint(it.as_str()));
        told = told.hint(format!(
            "`host status {}{flags}` shows its events, health and history",
            one.name
        ));
    }
    let is_refused = |it: &Explanation| it.class == Class::Tell && it.hint.is_some();
    let is_known =
        unsteady.iter().any(|it| it.result == Ended::Failed) || failed.iter().any(is_refused);
    told.again(if is_known { MENDED } else { AGAIN })
}

/// The first of many: what fifty services failed of is mostly one thing.
fn some_of(mut lines: Vec<String>, more: &str) -> Vec<String> {
    let rest = lines.len().saturating_sub(MANY);
    if rest > 1 {
        lines.truncate(MANY);
        lines.push(format!("{rest} more {more}"));
    }
    lines
}

fn not_steady(service: &Steadiness) -> String {
    let how = match service.result {
        Ended::Failed => "failed",
        Ended::Steady | Ended::TimedOut | Ended::Interrupted | Ended::Unknown => "is not steady",
    };
    let reason = service.reason.as_deref().unwrap_or("no reason is known");
    format!(
        "`{}` {how} after {} s: {reason}",
        service.name,
        service.after.as_secs()
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use host_core::codes::Code;
    use host_core::fault::Class;
    use host_core::plan::{Action, Step};

    use super::*;
    use crate::failure::{ExitStatus, Failure};
    use crate::ops::apply::StepOutcome;

    fn step(result: StepResult) -> StepOutcome {
        StepOutcome {
            id: "redis/service".into(),
            kind: ResourceKind::Service,
            name: "redis-service".into(),
            action: Action::Create,
            result,
            note: String::new(),
            why: (result == StepResult::Failed).then(|| Explanation {
                code: Code(440),
                class: Class::Tell,
                message: "could not create service `redis-service`".into(),
                cause: Some("AWS: TooMany".into()),
                hint: Some("delete one".into()),
            }),
        }
    }

    fn waited(result: Ended) -> Steadiness {
        let reason = Some("0 of 1 running".to_owned());
        Steadiness {
            name: "redis".into(),
            result,
            reason,
            trouble: None,
            turned: None,
            warning: None,
            events: Vec::new(),
            after: Duration::from_secs(40),
        }
    }

    fn judge(steps: &[StepResult], waited: Vec<Steadiness>) -> Option<Failure> {
        let steps = steps.iter().map(|it| step(*it)).collect();
        let mut ending = Ending {
            outcome: Outcome {
                steps,
                ..Outcome::default()
            },
            waited,
            ..Ending::default()
        };
        ending.judge().err().map(|error| Failure::read(&error))
    }

    #[test]
    fn done_and_nothing_to_do_are_both_well() {
        assert_eq!(
            judge(
                &[StepResult::Done, StepResult::NoOp],
                vec![waited(Ended::Steady)]
            ),
            None
        );
        assert_eq!(judge(&[], Vec::new()), None);
    }

    #[test]
    fn everything_that_went_wrong_is_in_one_line() {
        let failure = judge(
            &[StepResult::Failed, StepResult::Skipped, StepResult::Skipped],
            Vec::new(),
        )
        .unwrap();
        assert_eq!(
            failure.message,
            "could not create service `redis-service`; 2 steps not begun"
        );
        assert_eq!(
            (failure.code, &*failure.causes, &*failure.hints[0]),
            (
                Some(Code(440)),
                &["AWS: TooMany".to_owned()][..],
                "delete one"
            )
        );
        let failure = judge(&[StepResult::Done], vec![waited(Ended::TimedOut)]).unwrap();
        assert_eq!(
            failure.message,
            "`redis` is not steady after 40 s: 0 of 1 running"
        );
        assert_eq!(
            failure.hints[0],
            "`host status redis` shows its events, health and history"
        );
        assert_eq!(failure.status, ExitStatus::Failed);
        let failure = judge(&[StepResult::Failed], vec![waited(Ended::Failed)]).unwrap();
        assert_eq!(
            failure.message,
            "could not create service `redis-service`; `redis` failed after 40 s: 0 of 1 running"
        );
    }

    #[test]
    fn an_interrupted_run_says_so_whatever_else_failed() {
        let steps = vec![step(StepResult::Skipped)];
        let outcome = Outcome {
            steps,
            ..Outcome::default()
        };
        let judge = |by| {
            let mut ending = Ending {
                outcome: outcome.clone(),
                interrupted: Some(by),
                ..Ending::default()
            };
            Failure::read(&ending.judge().unwrap_err())
        };
        let failure = judge(Signal::Interrupt);
        assert_eq!(
            (&*failure.message, failure.status),
            ("interrupted", ExitStatus::Interrupted)
        );
        let failure = judge(Signal::Terminate);
        assert_eq!(
            (&*failure.message, failure.status),
            ("interrupted by SIGTERM", ExitStatus::Terminated)
        );
    }

    #[test]
    fn waiting_blindly_is_an_error_of_its_own() {
        let outcome = Outcome {
            steps: vec![step(StepResult::Failed)],
            ..Outcome::default()
        };
        let mut ending = Ending {
            outcome,
            blind: Some(anyhow::anyhow!("no connection")),
            ..Ending::default()
        };
        assert_eq!(
            Failure::read(&ending.judge().unwrap_err()).message,
            "could not create service `redis-service`: no connection"
        );
        let mut ending = Ending {
            waited: vec![waited(Ended::Steady), waited(Ended::Unknown)],
            blind: Some(anyhow::anyhow!("no connection")),
            ..Ending::default()
        };
        assert_eq!(
            Failure::read(&ending.judge().unwrap_err()).message,
            "every change is made, but whether `redis` came up is not known: no connection"
        );
    }

    /// Whether redis is handed out after a run of these steps.
    fn reaches(steps: &[(ResourceKind, StepResult)], ended: Option<Ended>, no_wait: bool) -> bool {
        let planned = |kind| Step::new("redis", kind, "redis");
        let plan = ServicePlan {
            name: "redis".into(),
            steps: steps.iter().map(|(kind, _)| planned(*kind)).collect(),
            ..ServicePlan::default()
        };
        let outcome = |(kind, result): &(ResourceKind, StepResult)| StepOutcome {
            id: planned(*kind).id,
            kind: *kind,
            ..step(*result)
        };
        let ending = Ending {
            outcome: Outcome {
                steps: steps.iter().map(outcome).collect(),
                ..Outcome::default()
            },
            waited: ended.map(waited).into_iter().collect(),
            no_wait,
            ..Ending::default()
        };
        ending.is_reachable(&plan)
    }

    #[test]
    fn only_what_answers_is_handed_out() {
        use ResourceKind::{LoadBalancer, Service};
        use StepResult::{Done, Failed, NoOp, Skipped};
        for result in [Done, NoOp] {
            let steps = [(LoadBalancer, Done), (Service, result)];
            assert!(reaches(&steps, Some(Ended::Steady), false));
            assert!(reaches(&steps, None, true));
            assert!(!reaches(&steps, None, false), "nobody looked");
            for ended in [
                Ended::Failed,
                Ended::TimedOut,
                Ended::Interrupted,
                Ended::Unknown,
            ] {
                assert!(!reaches(&steps, Some(ended), false), "{ended:?}");
            }
        }
        for result in [Failed, Skipped] {
            let steps = [(LoadBalancer, Done), (Service, result)];
            assert!(!reaches(&steps, None, false));
            assert!(!reaches(&steps, None, true), "there is no service");
            assert!(!reaches(&[(LoadBalancer, result)], None, false));
        }
        assert!(reaches(&[(LoadBalancer, Done)], None, false));
    }
}
