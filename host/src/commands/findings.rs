//! Findings about what recipes say, told before anything is sent.

use anyhow::Result;
use host_core::diag::Diagnostic;
use host_core::plan::Plan;
use host_core::report;
use serde_json::Value;

use crate::failure::Told;
use crate::ops::blueprint::Rendered;
use crate::shell::Shell;

/// Tells all findings where there are errors among them; otherwise nothing yet.
///
/// # Errors
/// There are errors among them.
pub(super) fn refuse(shell: &Shell, rendered: &[Rendered]) -> Result<()> {
    let offers: Vec<&str> = rendered
        .iter()
        .filter_map(|it| it.offer.as_deref())
        .collect();
    refuse_found(shell, &all(rendered), &offers)
}

/// The same of findings with the names of their services, and with what would mend them all.
///
/// # Errors
/// There are errors among them.
pub(super) fn refuse_found(
    shell: &Shell,
    all: &[(String, Diagnostic)],
    offers: &[&str],
) -> Result<()> {
    let errors = all.iter().filter(|(_, it)| it.is_error()).count();
    if errors == 0 {
        return Ok(());
    }
    tell_all(shell, all);
    let message = format!(
        "nothing was sent: there {} {}",
        if errors == 1 { "is" } else { "are" },
        report::count(errors, "error")
    );
    let told = offers
        .iter()
        .fold(Told::new(message), |it, offer| it.hint(*offer));
    Err(told.findings(all.to_vec()).into())
}

/// Tells all findings.
///
/// # Errors
/// There are errors among them.
pub(super) fn check(shell: &Shell, rendered: &[Rendered]) -> Result<()> {
    refuse(shell, rendered)?;
    tell_all(shell, &all(rendered));
    Ok(())
}

/// Tells the warnings about what changes. One about what stays as it is was told when that was made.
pub(super) fn warn_of_changes(shell: &Shell, rendered: &[Rendered], plan: &Plan) {
    let mut all = all(rendered);
    all.retain(|(name, _)| {
        plan.services
            .iter()
            .any(|it| it.name == *name && !it.is_noop())
    });
    tell_all(shell, &all);
}

pub(super) fn tell_all(shell: &Shell, findings: &[(String, Diagnostic)]) {
    for (service, finding) in findings {
        tell(shell, service, finding);
    }
}

/// Every finding with the name of its service.
fn all(rendered: &[Rendered]) -> Vec<(String, Diagnostic)> {
    let of_one = |it: &Rendered| -> Vec<_> {
        it.findings
            .iter()
            .map(|finding| (it.desired.name.clone(), finding.clone()))
            .collect()
    };
    rendered.iter().flat_map(of_one).collect()
}

/// All findings, for programs.
pub(super) fn json(rendered: &[Rendered], more: &[(String, Diagnostic)]) -> Value {
    let all = all(rendered);
    let each = all.iter().chain(more);
    each.map(|(service, it)| report::finding(service, it))
        .collect()
}

/// Tells one finding: `warning: redis: service.desired-count: …`.
pub(super) fn tell(shell: &Shell, service: &str, finding: &Diagnostic) {
    let place = [service, &finding.path]
        .into_iter()
        .filter(|it| !it.is_empty())
        .map(|it| format!("{it}: "));
    let message = place.collect::<String>() + &finding.message;
    shell.finding(
        finding.severity,
        finding.code,
        &message,
        finding.hint.as_deref(),
    );
}
