//! Turning back when a run failed: what it changed, the load balancer first.

use host_core::fault::explain;
use host_core::observed::Revision;
use host_core::ownership;
use host_core::plan::Step;
use host_core::request::Request;
use host_core::rollback::{self, Back, Run, TurnBack};
use host_core::stability::{Balancer, Watch};
use serde::Serialize;

use super::{Came, PutBack, put_back};
use crate::ops::apply::{send, send_all};
use crate::ops::deploy::Seen;
use crate::ops::wait::{Ended, Patience, checks};

/// What became of a service that failed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Turned {
    pub result: TurnedTo,
    /// The revision that it was put back to, where it was given another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// What became of a load balancer that the run changed in place.
    #[serde(rename = "loadBalancer", skip_serializing_if = "Option::is_none")]
    pub balancer: Option<BalancerNow>,
    /// In one sentence: `it was put back to redis:3, which is steady`.
    pub message: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TurnedTo {
    /// It runs what was steady before, and is steady again.
    Steady,
    /// It was put back, and that is not steady either.
    NotSteady,
    /// It has no tasks any more.
    Zero,
    /// It is as the run left it.
    Kept,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BalancerNow {
    /// It is what it was before the run.
    PutBack,
    /// It is as the run left it.
    Changed,
}

impl Turned {
    /// It is left as it is, and why.
    pub fn kept(why: &str) -> Self {
        Self {
            result: TurnedTo::Kept,
            revision: None,
            balancer: None,
            message: format!("it was left as it is: {why}"),
        }
    }

    fn zero(why: &str) -> Self {
        Self {
            result: TurnedTo::Zero,
            message: format!("{why}: it was scaled to zero"),
            ..Self::kept("")
        }
    }

    /// The same, and that the load balancer of this name, if there is one, is as the run left it.
    #[must_use]
    pub fn beside(self, balancer: Option<&str>) -> Self {
        let Some(name) = balancer else {
            return self;
        };
        let message = self.message;
        Self {
            balancer: Some(BalancerNow::Changed),
            message: format!("{message}; load balancer `{name}` stays as this run left it"),
            ..self
        }
    }
}

/// What a run did to a service that failed.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The step of the service.
    pub service: Step,
    /// The step of its load balancer, and whether all its calls were made.
    pub balancer: Option<(Step, bool)>,
    /// What AWS had before.
    pub seen: Seen,
}

impl Failed {
    fn run<'a>(&'a self, cluster: &'a str) -> Run<'a> {
        let done = self.balancer.as_ref().filter(|(_, is_whole)| *is_whole);
        let balancer = done.map(|(step, _)| step);
        Run {
            cluster,
            service: &self.service,
            before: self.seen.services.get(&self.service.name),
            balancer,
            balancer_before: balancer.and_then(|it| self.seen.load_balancers.get(&it.name)),
        }
    }

    /// Whether the run changed something that could be why it fails.
    #[must_use]
    pub fn is_change(&self, cluster: &str) -> bool {
        self.run(cluster).is_change()
    }

    /// Whether there is a revision to go back to, by what AWS had before the run.
    #[must_use]
    pub fn has_stable(&self) -> bool {
        let before = self.seen.services.get(&self.service.name);
        before.is_some_and(|it| !it.is_draining() && it.tags.contains_key(ownership::STABLE))
    }

    /// The load balancer that the run changed in place, wholly or in part.
    #[must_use]
    pub fn changed_balancer(&self) -> Option<&str> {
        let (step, _) = self.balancer.as_ref()?;
        rollback::changes_balancer(step).then_some(&*step.name)
    }
}

/// Turns a failed service back, and waits for what it is put back to.
pub async fn turn_back(patience: &Patience, watch: &Watch, failed: &Failed) -> Turned {
    let changed = failed.changed_balancer();
    if patience.interrupt.is_raised() {
        return Turned::kept("interrupted").beside(changed);
    }
    if changed.is_some() && !failed.is_change(&patience.cluster) {
        return Turned::kept("this run changed its load balancer alone, and not wholly")
            .beside(changed);
    }
    match rollback::decide(&failed.run(&patience.cluster)) {
        TurnBack::Nothing(why) => Turned::kept(&why).beside(changed),
        TurnBack::ToZero(request) => {
            let why = "it is new and has nothing to go back to";
            let turned = to_zero(patience, watch, &request, why).await;
            turned.beside(changed)
        }
        TurnBack::To(back) => go_back(patience, watch, failed, *back).await,
    }
}

/// Leaves a service without tasks.
async fn to_zero(patience: &Patience, watch: &Watch, request: &Request, why: &str) -> Turned {
    match send(&patience.means(), &watch.name, request).await {
        Ok(_) => Turned::zero(why),
        Err(fault) => Turned::kept(&format!(
            "it could not be scaled to zero: {}",
            explain(&fault).message
        )),
    }
}

async fn go_back(patience: &Patience, watch: &Watch, failed: &Failed, back: Back) -> Turned {
    let changed = failed.changed_balancer();
    let arn = match &back.revision {
        None => None,
        Some(revision) => {
            let read = match patience.aws.task_definition(revision).await {
                Ok(answer) => answer.as_ref().and_then(Revision::read),
                Err(fault) => return Turned::kept(&explain(&fault).message).beside(changed),
            };
            let active = read.filter(Revision::is_active);
            let why = match (&active, &back.anew) {
                (None, _) => Some("is not active any more"),
                (Some(it), Some(anew)) if !anew.fits(it) => Some("does not go with what was made"),
                _ => None,
            };
            let why = why.map(|it| format!("`{revision}`, the last that was seen steady, {it}"));
            match (why, &back.anew) {
                (Some(why), Some(_)) => {
                    let request = rollback::to_zero(&patience.cluster, &failed.service.name);
                    let why = format!("it was made anew, and {why}");
                    let turned = to_zero(patience, watch, &request, &why).await;
                    return turned.beside(changed);
                }
                (Some(why), None) => return Turned::kept(&why).beside(changed),
                (None, _) => active.map(|it| it.arn),
            }
        }
    };
    let what = match &back.revision {
        Some(revision) => format!("turning back to {revision}, the last that was seen steady"),
        None => "putting back what this run changed".to_owned(),
    };
    patience.progress.turning_back(&watch.name, &what);
    let means = patience.means();
    if let Err(fault) = send_all(&means, &watch.name, &back.balancer).await {
        let why = format!(
            "its load balancer could not be put back: {}",
            explain(&fault).message
        );
        return Turned::kept(&why).beside(changed);
    }
    // Where it was not changed wholly it is not put back, and that is said.
    let undone = changed.filter(|_| !back.balancer.is_empty());
    let watch = again(watch, failed, undone);
    let sent = PutBack {
        arn,
        update: back.update.clone(),
        tags: back.tags.clone(),
    };
    let turned = match put_back(patience, &watch, sent).await {
        Ok(came) => told(&back, undone, &came),
        Err(fault) => Turned {
            balancer: undone.map(|_| BalancerNow::PutBack),
            ..Turned::kept(&format!(
                "it could not be put back: {}{}",
                explain(&fault).message,
                undone.map_or_else(String::new, |it| {
                    format!("; load balancer `{it}` is what it was before")
                })
            ))
        },
    };
    turned.beside(changed.filter(|_| undone.is_none()))
}

/// What to wait for with a load balancer that is what it was.
fn again(watch: &Watch, failed: &Failed, undone: Option<&str>) -> Watch {
    let before = undone.and_then(|it| failed.seen.load_balancers.get(it));
    let Some(before) = before else {
        return watch.clone();
    };
    let balancer = Balancer::read([&before.description]);
    Watch {
        recheck: checks(&balancer),
        balancer: Some(balancer),
        ..watch.clone()
    }
}

/// What was put back: `it was put back to redis:3`.
fn what(back: &Back, undone: Option<&str>) -> String {
    match (&back.revision, &back.update, undone) {
        (Some(revision), _, None) => format!("it was put back to {revision}"),
        (Some(revision), _, Some(balancer)) => {
            format!("it was put back to {revision}, and load balancer `{balancer}` to what it was")
        }
        (None, _, None) => "its numbers were put back".to_owned(),
        (None, Some(_), Some(balancer)) => {
            format!("its numbers and load balancer `{balancer}` were put back")
        }
        (None, None, Some(balancer)) => format!("load balancer `{balancer}` was put back"),
    }
}

fn told(back: &Back, undone: Option<&str>, came: &Came) -> Turned {
    let steadiness = came.steadiness.as_ref();
    let is_steady = steadiness.is_some_and(|it| it.result == Ended::Steady);
    let what = what(back, undone);
    let it = if back.revision.is_some() && undone.is_none() {
        "which"
    } else {
        "and it"
    };
    let message = match (is_steady, &came.blind) {
        (true, _) => format!("{what}, {it} is steady"),
        (false, Some(fault)) => format!(
            "{what}, and nobody saw what came of it: {}",
            explain(fault).message
        ),
        (false, None) => {
            let reason = steadiness.and_then(|it| it.reason.as_deref());
            let reason = reason.unwrap_or("no reason is known");
            format!("{what}, {it} is not steady: {reason}")
        }
    };
    Turned {
        result: if is_steady {
            TurnedTo::Steady
        } else {
            TurnedTo::NotSteady
        },
        revision: back.revision.clone(),
        balancer: undone.map(|_| BalancerNow::PutBack),
        message,
    }
}
