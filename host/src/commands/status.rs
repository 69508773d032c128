//! `host status`: how the services of the stack are, from their tags alone.

use anyhow::Result;
use host_core::ownership::stack_tag;
use host_core::report::document;
use host_core::report::text::{Line, Text, Tone};
use serde_json::json;

use super::{Context, block_on, prepare};
use crate::cli::StatusArgs;
use crate::failure::{ExitStatus, Told};
use crate::ops::inventory::{self, Listed};

pub(super) fn execute(context: &Context, arguments: &StatusArgs) -> Result<ExitStatus> {
    let target = prepare::target(context, &arguments.target)?;
    let (target, listed) = block_on(async {
        let (aws, target) = prepare::connect(context, &target).await?;
        let listed = inventory::list(&aws, &target).await?;
        Ok((target, listed))
    })?;
    let stack = stack_tag(&target);
    let named = |it: &Listed| {
        arguments.names.is_empty()
            || it
                .name
                .as_ref()
                .is_some_and(|name| arguments.names.contains(name))
    };
    let services: Vec<Listed> = listed
        .into_iter()
        .filter(|it| it.ours && named(it))
        .collect();
    if let Some(name) = arguments
        .names
        .iter()
        .find(|name| !services.iter().any(|it| it.name.as_ref() == Some(name)))
    {
        let message = format!("there is no service `{name}` in stack `{stack}`");
        return Err(Told::new(message)
            .hint("`host list` shows every service of the cluster")
            .into());
    }
    if context.shell.is_json() {
        context.shell.json(&document([
            ("stack", json!(stack)),
            ("services", json!(services)),
        ]))?;
    } else if services.is_empty() {
        context
            .shell
            .note(&format!("stack `{stack}` has no services"));
    } else {
        context.shell.data(&text(&services))?;
    }
    Ok(ExitStatus::Done)
}

fn text(services: &[Listed]) -> Text {
    let mut text = Text::default();
    for (index, service) in services.iter().enumerate() {
        if index > 0 {
            text.gap();
        }
        text.append(of_one(service));
    }
    text
}

fn of_one(service: &Listed) -> Text {
    let name = service.name.as_deref().unwrap_or(&service.service);
    let (tone, state) = state(service);
    let mut text = Text::from(
        Line::new(Tone::Strong, name)
            .and(Tone::Plain, ": ")
            .and(tone, state),
    );
    let pending = if service.pending > 0 {
        format!(", {} pending", service.pending)
    } else {
        String::new()
    };
    let stable = match &service.stable {
        Some(stable) if *stable == service.revision => " (seen steady)".to_owned(),
        Some(stable) => format!(" (last seen steady: {stable})"),
        None => " (never seen steady)".to_owned(),
    };
    let mut row = |key: &str, value: &str| text.push(Line::plain(format!("  {key:<14} {value}")));
    row("service", &service.service);
    row(
        "tasks",
        &format!(
            "{} of {} running{pending}",
            service.running, service.desired
        ),
    );
    row("revision", &format!("{}{stable}", service.revision));
    row(
        "load balancer",
        service.load_balancer.as_deref().unwrap_or("none"),
    );
    row("recipe", service.recipe.as_deref().unwrap_or("unknown"));
    for (index, event) in service.events.iter().enumerate() {
        row(if index == 0 { "events" } else { "" }, event);
    }
    text
}

/// In one word or two. Whether instances answer is only known while `run` waits.
fn state(service: &Listed) -> (Tone, String) {
    if service.status != "ACTIVE" {
        (Tone::Delete, service.status.to_lowercase())
    } else if service.deployments > 1 {
        (Tone::Warning, "rolling out".to_owned())
    } else if service.running == service.desired && service.pending == 0 {
        (Tone::Good, "running".to_owned())
    } else {
        (Tone::Warning, "not all tasks are running".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn what_is_asked_first_comes_first() {
        let redis = Listed {
            service: "redis-service".into(),
            name: Some("redis".into()),
            recipe: Some("redis@0.1.0".into()),
            revision: "redis:2".into(),
            stable: Some("redis:1".into()),
            status: "ACTIVE".into(),
            desired: 1,
            pending: 1,
            load_balancer: Some("redis-elb".into()),
            deployments: 2,
            events: vec![
                "(service redis-service) has started 1 tasks.".into(),
                "earlier".into(),
            ],
            ..Listed::default()
        };
        expect![[r#"
            redis: rolling out
              service        redis-service
              tasks          0 of 1 running, 1 pending
              revision       redis:2 (last seen steady: redis:1)
              load balancer  redis-elb
              recipe         redis@0.1.0
              events         (service redis-service) has started 1 tasks.
                             earlier
        "#]]
        .assert_eq(&text(&[redis]).to_string());
    }
}
