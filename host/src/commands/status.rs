//! `host status`: how the services of the stack are, from their tags alone.

use anyhow::Result;
use host_core::desired::DesiredTarget;
use host_core::ownership::stack_tag;
use host_core::report::text::{Line, Text, Tone};
use host_core::report::{count, document};
use serde::Serialize;
use serde_json::json;

use super::{Context, block_on, missing, prepare};
use crate::cli::StatusArgs;
use crate::failure::ExitStatus;
use crate::ops::inspection::{self, Detail, InstanceHealth, Past};
use crate::ops::inventory::{self, Balancers, LeftBalancer, Listed, Names};

mod state;

pub(super) fn execute(context: &Context, arguments: &StatusArgs) -> Result<ExitStatus> {
    let target = prepare::target(context, &arguments.target)?;
    let flags = target.flags.clone();
    let (target, services, left) = block_on(async {
        let (aws, target) = prepare::connect(context, &target).await?;
        let (listed, balancers) = tokio::try_join!(inventory::list(&aws, &target), async {
            // Whoever names a service asks for no other.
            match &arguments.names[..] {
                [] => Balancers::read(&aws).await,
                _ => Ok(Balancers::default()),
            }
        })?;
        let left = balancers.left(&listed, &target);
        let services = choose(listed, &arguments.names, &target)?;
        let health = inspection::health(&aws, &services).await?;
        let mut detailed = Vec::new();
        for (one, health) in services.into_iter().zip(health) {
            // The history is what somebody asks for who names a service.
            let detail = if arguments.names.is_empty() {
                None
            } else {
                Some(inspection::detail(&aws, &target, &one).await?)
            };
            detailed.push(Status {
                listed: one,
                health,
                detail,
            });
        }
        Ok((target, detailed, left))
    })?;
    let shell = &context.shell;
    let stack = stack_tag(&target);
    if shell.is_json() {
        shell.json(&document([
            ("stack", json!(stack)),
            ("services", json!(services)),
            ("left", json!(left)),
        ]))?;
        return Ok(ExitStatus::Done);
    }
    if services.is_empty() {
        shell.note(&format!("stack `{stack}` has no services"));
    }
    let mut text = text(&services);
    if !(services.is_empty() || left.is_empty()) {
        text.gap();
    }
    for one in &left {
        text.push(Line::new(Tone::Warning, of_left(one, &flags)));
    }
    if !text.is_empty() {
        shell.data(&text)?;
    }
    Ok(ExitStatus::Done)
}

/// What costs money for nothing, and what ends that. Deleting a service that is there would delete more.
fn of_left(left: &LeftBalancer, flags: &str) -> String {
    let LeftBalancer {
        service,
        load_balancer,
        service_is_there,
    } = left;
    if *service_is_there {
        format!(
            "load balancer {load_balancer} is used by no service any more, `{service}` has another: \
             `aws elb delete-load-balancer --load-balancer-name {load_balancer}` deletes it"
        )
    } else {
        format!(
            "load balancer {load_balancer} has no service any more: `host destroy {service}{flags}` goes on"
        )
    }
}

/// A service, and all about it where somebody named it.
#[derive(Clone, Debug, Serialize)]
struct Status {
    #[serde(flatten)]
    listed: Listed,
    /// Each instance at the load balancer. Absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    health: Option<Vec<InstanceHealth>>,
    #[serde(flatten)]
    detail: Option<Detail>,
}

/// The services of the stack that are named; all of them where none is.
pub(super) fn choose(
    listed: Vec<Listed>,
    names: &[String],
    target: &DesiredTarget,
) -> Result<Vec<Listed>> {
    let known = Names::read(&listed, target);
    if let Some(name) = names.iter().find(|it| !known.services.contains(*it)) {
        return Err(missing::service(name, &known, target).into());
    }
    let is_named =
        |it: &Listed| names.is_empty() || it.name.as_ref().is_some_and(|name| names.contains(name));
    let ours = listed.into_iter().filter(|it| it.ours);
    Ok(ours.filter(is_named).collect())
}

fn text(services: &[Status]) -> Text {
    let mut text = Text::default();
    for (index, service) in services.iter().enumerate() {
        if index > 0 {
            text.gap();
        }
        text.append(of_one(service));
    }
    text
}

fn of_one(status: &Status) -> Text {
    let Status {
        listed: service,
        health,
        detail,
    } = status;
    let name = service.name.as_deref().unwrap_or(&service.service);
    let (tone, state) = state::state(service, health.as_deref());
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
    if let Some(instances) = health {
        list(&mut row, "health", &health_lines(instances));
    }
    if let Some(detail) = detail {
        let history = detail.history.iter().map(|it| past(it, service));
        list(&mut row, "history", &history.collect::<Vec<_>>());
        let stopped = detail
            .stopped
            .iter()
            .map(|it| format!("{}  {}  {}", it.stopped_at, it.revision, it.reason));
        list(&mut row, "stopped tasks", &stopped.collect::<Vec<_>>());
        list(&mut row, "logs", &detail.logs);
    }
    list(&mut row, "events", &service.events);
    text
}

/// Lines below one another, of which the first has the heading.
fn list(row: &mut impl FnMut(&str, &str), heading: &str, lines: &[String]) {
    for (index, line) in lines.iter().enumerate() {
        row(if index == 0 { heading } else { "" }, line);
    }
}

fn health_lines(instances: &[InstanceHealth]) -> Vec<String> {
    let (working, others): (Vec<_>, Vec<_>) = instances.iter().partition(|it| it.is_in_service());
    let mut lines = vec![format!(
        "{} of {} in service",
        working.len(),
        count(instances.len(), "instance")
    )];
    lines.extend(others.iter().map(|it| {
        let why = it.description.as_deref().unwrap_or("no reason is told");
        format!("{} is {}: {why}", it.instance_id, it.state)
    }));
    lines
}

/// `redis:2  registered 2026-11-24T00:12:25Z, steady, running`.
fn past(revision: &Past, service: &Listed) -> String {
    let mut words = vec![format!("registered {}", revision.registered_at)];
    words.push(
        if revision.steady.is_some() {
            "steady"
        } else {
            "never seen steady"
        }
        .to_owned(),
    );
    if revision.is_running {
        let is_idle = service.running == 0;
        words.push(if is_idle { "in use" } else { "running" }.to_owned());
    }
    if revision.is_deregistered {
        words.push("deregistered".to_owned());
    }
    format!("{}  {}", revision.revision, words.join(", "))
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
        .assert_eq(
            &text(&[Status {
                listed: redis,
                health: None,
                detail: None,
            }])
            .to_string(),
        );
    }
}
