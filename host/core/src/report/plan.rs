//! Plans as people know them from Terraform.

use serde_json::{Value, json};

use super::text::{Line, Text, Tone};
use crate::plan::{Action, Change, Plan, ServicePlan, Step, volumes};

/// How much of a plan is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Detail {
    /// Every object and every field.
    Full,
    /// What happens to which object, and the fields of what is there already.
    Brief,
}

/// The plan, with one line at its end that sums it up.
pub fn text(plan: &Plan, detail: Detail) -> Text {
    let mut text = Text::default();
    for service in &plan.services {
        let shown: Vec<&Step> = service
            .steps
            .iter()
            .filter(|it| detail == Detail::Full || !is_idle(it))
            .collect();
        if !shown.is_empty() {
            text.push(heading(service));
            if let Some(source) = &service.source {
                text.push(Line::new(Tone::Dim, format!("  from {source}")));
            }
            for step in shown {
                text.append(step_text(step, detail));
            }
            text.gap();
        }
    }
    text.push(Line::new(Tone::Strong, summary(plan)));
    text.hinting_once()
}

/// `Plan: 3 to create, 0 to update, 0 to delete.`, or `No changes.`
pub fn summary(plan: &Plan) -> String {
    if plan.is_noop() && blocked(plan).next().is_none() {
        return "No changes.".to_owned();
    }
    let counted = [
        (Action::Create, "create"),
        (Action::Update, "update"),
        (Action::Delete, "delete"),
    ]
    .map(|(action, word)| format!("{} to {word}", able(plan, action)));
    let blocked = match blocked(plan).count() {
        0 => String::new(),
        number => format!(", {number} blocked"),
    };
    let drift = match drifted(plan) {
        0 => String::new(),
        1 => " 1 was changed by hand.".to_owned(),
        number => format!(" {number} were changed by hand."),
    };
    format!("Plan: {}{blocked}.{drift}", counted.join(", "))
}

/// How many objects somebody else changed since the host last applied them.
fn drifted(plan: &Plan) -> usize {
    let is_drifted = |it: &&Step| it.changes.iter().any(|it| it.drift);
    plan.steps().filter(is_drifted).count()
}

/// How many steps do `action` and can be done.
fn able(plan: &Plan, action: Action) -> usize {
    plan.steps()
        .filter(|it| it.action == action && it.blocked.is_none())
        .count()
}

/// The steps that cannot be done.
pub fn blocked(plan: &Plan) -> impl Iterator<Item = &Step> {
    plan.steps().filter(|it| it.blocked.is_some())
}

/// The plan for programs: the plan itself, and its summary.
pub fn json(plan: &Plan) -> Value {
    let mut value = json!(plan);
    value["summary"] = json!({
        "create": able(plan, Action::Create),
        "update": able(plan, Action::Update),
        "delete": able(plan, Action::Delete),
        "no_op": able(plan, Action::NoOp),
        "blocked": blocked(plan).count(),
        "drifted": drifted(plan),
    });
    value
}

fn is_idle(step: &Step) -> bool {
    step.action == Action::NoOp && step.blocked.is_none()
}

fn heading(service: &ServicePlan) -> Line {
    let recipe = if service.recipe.is_empty() {
        String::new()
    } else {
        format!(" ({})", service.recipe)
    };
    Line::new(Tone::Strong, &service.name).and(Tone::Dim, recipe)
}

fn step_text(step: &Step, detail: Detail) -> Text {
    let (sign, word, tone) = match (step.action, &step.blocked) {
        (_, Some(_)) => ("!", "blocked", Tone::Blocked),
        (Action::NoOp, None) => ("=", "keep", Tone::Dim),
        (Action::Create, None) => ("+", "create", Tone::Create),
        (Action::Update, None) if step.adopts => ("~", "adopt", Tone::Update),
        (Action::Update, None) => ("~", "update", Tone::Update),
        (Action::Delete, None) => ("-", "delete", Tone::Delete),
    };
    let reason = step
        .reason
        .as_ref()
        .map(|it| format!(" ({it})"))
        .unwrap_or_default();
    let header = Line::new(tone, format!("  {sign} {word:<7} "))
        .and(
            if is_idle(step) {
                Tone::Dim
            } else {
                Tone::Plain
            },
            format!("{} {}", step.kind.words(), step.name),
        )
        .and(Tone::Dim, reason);
    let mut text = Text::from(header);
    if detail == Detail::Full || step.action != Action::Create {
        text.append(changes(&step.changes, step.action));
    }
    for volume in &step.loses {
        let words = volumes::is_lost(volume);
        text.push(Line::new(Tone::Delete, "      ! ").and(Tone::Plain, words));
    }
    for broken in &step.breaks {
        text.push(Line::new(Tone::Delete, "      ! ").and(Tone::Plain, broken));
    }
    if let Some(blocked) = &step.blocked {
        text.push(Line::new(Tone::Blocked, "      ! ").and(Tone::Plain, &blocked.message));
        text.push(Line::new(Tone::Hint, "        hint: ").and(Tone::Plain, &blocked.hint));
    }
    text
}

/// `path:  before -> after`, the values under each other.
pub(super) fn changes(changes: &[Change], action: Action) -> Text {
    let width = changes
        .iter()
        .map(|it| it.path.chars().count() + 1)
        .max()
        .unwrap_or_default();
    let mut text = Text::default();
    for change in changes {
        let path = format!("{}:", change.path);
        let line = Line::plain(format!("      {path:<width$} "));
        text.push(match (action, &change.before, &change.after) {
            (Action::Create, None, Some(after)) => line.and(Tone::Plain, shown(Some(after))),
            (_, before, after) => {
                let words = format!("{} -> {}", shown(before.as_ref()), shown(after.as_ref()));
                let line = line.and(tone(before.as_ref(), after.as_ref()), words);
                if change.drift {
                    line.and(Tone::Dim, "  (changed by hand)")
                } else {
                    line
                }
            }
        });
    }
    text
}

fn tone(before: Option<&Value>, after: Option<&Value>) -> Tone {
    match (before, after) {
        (None, _) => Tone::Create,
        (Some(_), None) => Tone::Delete,
        (Some(_), Some(_)) => Tone::Update,
    }
}

/// A value in one line. What is put in place of a value stands without quotes.
fn shown(value: Option<&Value>) -> String {
    match value {
        None => "(none)".to_owned(),
        Some(Value::String(text)) if text.starts_with('(') && text.ends_with(')') => text.clone(),
        Some(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests;
