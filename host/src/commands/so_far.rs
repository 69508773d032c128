//! How far a run came that was interrupted: what is done and what is not, one line each.

use host_core::report::text::{Line, Text, table};

use crate::ops::apply::{Outcome, StepOutcome, StepResult};
use crate::ops::wait::{Ended, Steadiness};

/// The lines, in the order of the plan; then the services that are not steady yet.
pub(super) fn text(outcome: &Outcome, waited: &[Steadiness]) -> Text {
    let steps = outcome.steps.iter().map(|step| {
        [
            format!("  {}", words(step.result)),
            format!("{} {}", step.kind.words(), step.name),
            note(step),
        ]
        .to_vec()
    });
    let services = waited.iter().filter(|it| it.result == Ended::Interrupted);
    let services = services.map(|it| {
        let reason = it.reason.clone().unwrap_or_default();
        ["  not steady".to_owned(), it.name.clone(), reason].to_vec()
    });
    let mut text = Text::default();
    for line in table(&steps.chain(services).collect::<Vec<_>>()) {
        text.push(Line::plain(line));
    }
    text
}

fn words(result: StepResult) -> &'static str {
    match result {
        StepResult::Done => "done",
        StepResult::NoOp => "unchanged",
        StepResult::Failed => "failed",
        StepResult::Stopped => "stopped",
        StepResult::Skipped => "not begun",
    }
}

/// What the first column does not say, in one line.
fn note(step: &StepOutcome) -> String {
    match step.result {
        StepResult::NoOp | StepResult::Skipped => String::new(),
        _ => step.note.lines().next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use host_core::plan::{Action, ResourceKind};

    use super::*;

    #[test]
    fn each_step_has_a_line() {
        let step = |kind, name: &str, result, note: &str| StepOutcome {
            id: name.to_owned(),
            kind,
            name: name.to_owned(),
            action: Action::Create,
            result,
            note: note.to_owned(),
            why: None,
        };
        let steps = vec![
            step(
                ResourceKind::TaskDefinition,
                "redis",
                StepResult::Done,
                "redis:1",
            ),
            step(
                ResourceKind::LoadBalancer,
                "redis-elb",
                StepResult::Stopped,
                "could not create it: too fast\n  AWS: Throttling",
            ),
            step(
                ResourceKind::Service,
                "redis-service",
                StepResult::Skipped,
                "not begun: interrupted",
            ),
        ];
        let outcome = Outcome {
            steps,
            ..Outcome::default()
        };
        assert_eq!(
            text(&outcome, &[]).to_string(),
            "  done       task definition redis    redis:1\n\
             \u{20} stopped    load balancer redis-elb  could not create it: too fast\n\
             \u{20} not begun  service redis-service\n"
        );
    }
}
