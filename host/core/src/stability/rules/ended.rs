//! Tasks that end.

use super::super::advice;
use super::super::case::Case;
use super::super::ended::{Ended, Ending};
use super::super::event::Sign;
use super::super::patience;
use super::super::reservation::memory_limit;
use super::{Finding, trouble};
use crate::codes::{Code, rollout};

/// How many of the last ends are told and decide what the cause is.
const LAST: usize = 3;

/// Tasks of ours crash: killed for memory, without an image, not started, exited.
///
/// Takes several tasks, because the first may have met something that passes: two with the same lasting cause by AWS's
/// own words, else three; with many desired more than one each. The deepest cause among the last three is named.
pub(super) fn crashing(case: &Case<'_>) -> Option<Finding> {
    let crashes: Vec<&Ended> = case.past.crashes().collect();
    let newest = crashes.iter().map(|it| it.seen).max_by_key(|it| it.at)?;
    let is_over = case.running() >= case.desired();
    if is_over && case.has_lasted(newest, patience::CRASH_IS_RECENT) {
        return None;
    }
    let last = &crashes[crashes.len().saturating_sub(LAST)..];
    let worst = last.iter().rev().min_by_key(|it| it.ending)?;
    let same = crashes
        .iter()
        .filter(|it| it.ending == worst.ending)
        .count();
    let lasts = worst.ending != Ending::Exited;
    let is_enough = crashes.len() >= patience::strikes(patience::CRASHES, case.desired())
        || (lasts && same >= patience::strikes(patience::SAME_CAUSE, case.desired()));
    let is_older_than_this_look = case.past.look() > crashes[0].seen.look;
    let mut evidence: Vec<String> = last.iter().rev().map(|it| it.line()).collect();
    evidence.extend(case.last_events(2));
    let (code, cause, next) = match worst.ending {
        Ending::OutOfMemory | Ending::Killed => out_of_memory(case, worst),
        Ending::Pull => (
            rollout::IMAGE_PULL,
            format!("the image{} cannot be pulled", quoted(image(case, worst))),
            advice::pull(worst),
        ),
        Ending::Start => (
            rollout::CANNOT_START,
            format!("the container{} cannot be started", named(worst)),
            advice::start(worst),
        ),
        _ => (
            rollout::CRASH_LOOP,
            exited(worst, crashes.len()),
            advice::exited(case, worst),
        ),
    };
    Some(Finding {
        trouble: trouble(code, cause, evidence, next),
        is_ripe: is_enough && is_older_than_this_look,
    })
}

fn out_of_memory(case: &Case<'_>, ended: &Ended) -> (Code, String, Vec<String>) {
    let container = ended.container.as_deref();
    let revision = case.past.revision();
    let limit = revision.and_then(|it| memory_limit(it, container));
    let at = limit.map_or_else(String::new, |it| format!(" at its limit of {it} MiB"));
    let cause = if ended.ending == Ending::OutOfMemory {
        format!(
            "the container{} ran out of memory and was killed{at}",
            named(ended)
        )
    } else {
        let limit = limit.map_or_else(String::new, |it| format!(" (its limit is {it} MiB)"));
        let named = named(ended);
        format!("the container{named} was killed with exit code 137, as for memory{limit}")
    };
    let next = advice::more_memory(case, limit);
    (rollout::OUT_OF_MEMORY, cause, next)
}

fn exited(ended: &Ended, times: usize) -> String {
    let code = match ended.exit_code {
        Some(code) => format!(" with exit code {code}"),
        None => String::new(),
    };
    let tasks = if times == 1 {
        "a task has ended so".to_owned()
    } else {
        format!("{times} tasks have ended so")
    };
    format!(
        "the container{} starts and then exits{code}: {tasks}",
        named(ended)
    )
}

/// Tasks of ours fail by AWS's count, and why could not be read.
///
/// Takes the count of a crash loop and a look more, for the reading of the tasks.
pub(super) fn failing(case: &Case<'_>) -> Option<Finding> {
    let failed = case.past.failed()?;
    let number = usize::try_from(failed.now - failed.first).ok()?;
    let is_over =
        case.running() >= case.desired() && case.has_lasted(failed.grew, patience::CRASH_IS_RECENT);
    if number == 0
        || is_over
        || case
            .past
            .ended()
            .iter()
            .any(|it| it.ending != Ending::Ordered)
    {
        return None;
    }
    let cause = if number == 1 {
        "a task of this deployment failed".to_owned()
    } else {
        format!("{number} tasks of this deployment failed, one after the other")
    };
    let next = vec![advice::stopped_tasks(case)];
    Some(Finding {
        trouble: trouble(rollout::CRASH_LOOP, cause, case.last_events(3), next),
        is_ripe: number >= patience::strikes(patience::CRASHES, case.desired())
            && case.past.look() > failed.grew.look + 1,
    })
}

/// AWS says that tasks do not start, and nothing says why.
///
/// AWS goes on with growing pauses and never gives up, so its word is taken after the time that reading the tasks takes.
pub(super) fn impaired(case: &Case<'_>) -> Option<Finding> {
    let event = case
        .past
        .standing(|it| it == Sign::StartImpaired, |it| it == Sign::Steady)?;
    if case.running() >= case.desired() || !event.is_ours {
        return None;
    }
    let cause = "tasks of this service do not start, by AWS's own judgement".to_owned();
    let next = vec![advice::stopped_tasks(case)];
    Some(Finding {
        trouble: trouble(
            rollout::START_IMPAIRED,
            cause,
            vec![event.message.clone()],
            next,
        ),
        is_ripe: case.has_lasted(event.seen, patience::START_IMPAIRED),
    })
}

fn image<'a>(case: &Case<'a>, ended: &'a Ended) -> Option<&'a str> {
    let container = || {
        let revision = case.past.revision()?;
        super::super::reservation::container(revision, ended.container.as_deref())
    };
    let told = ended.image.as_deref();
    told.or_else(|| container()?["image"].as_str())
}

fn named(ended: &Ended) -> String {
    quoted(ended.container.as_deref())
}

fn quoted(name: Option<&str>) -> String {
    name.map_or_else(String::new, |it| format!(" `{it}`"))
}
