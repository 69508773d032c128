//! What no field says by itself: sums, and what it means to say nothing.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::normal::units;
use crate::policy::ask::{Ask, Body, Need, ask, raw};
use crate::policy::grant::Grant;
use crate::policy::kind::Kind;
use crate::policy::limits;
use crate::policy::scope::Scope;
use crate::request::Operation;

/// The asks of the bodies of one service together.
pub(super) fn check(bodies: &[Body<'_>]) -> Vec<Ask> {
    let whole = |operation| {
        bodies
            .iter()
            .find(move |it| it.operation == operation && it.at.is_empty())
    };
    let task = whole(Operation::RegisterTaskDefinition);
    let service = whole(Operation::CreateService).or_else(|| whole(Operation::UpdateService));
    let mut found: Vec<Ask> = whole(Operation::CreateLoadBalancer)
        .and_then(public)
        .into_iter()
        .collect();
    let count = service.and_then(|it| it.value.get("desiredCount")?.as_u64());
    if let Some((service, count)) = service.zip(count) {
        let need = most(Kind::Tasks, count, limits::TASKS);
        found.extend(need.map(|need| {
            let value = count.to_string();
            ask(
                Operation::CreateService,
                service.value,
                "desiredCount",
                &value,
                need,
            )
        }));
    }
    if let Some(task) = task {
        let count = count.unwrap_or(1).max(1);
        found.extend(size(
            task.value,
            "cpu",
            "vcpu",
            &["cpu"],
            Kind::Cpu,
            limits::CPU,
            count,
        ));
        let members = ["memory", "memoryReservation"];
        found.extend(size(
            task.value,
            "memory",
            "gb",
            &members,
            Kind::Memory,
            limits::MEMORY,
            count,
        ));
    }
    found
}

/// The ports of the instance that the containers of a task definition are on.
pub(super) fn host_ports(bodies: &[Body<'_>]) -> BTreeSet<u64> {
    let list = |value: &Value, name: &str| {
        let items = value.get(name).and_then(Value::as_array);
        items.cloned().unwrap_or_default()
    };
    let tasks = bodies
        .iter()
        .filter(|it| it.operation == Operation::RegisterTaskDefinition);
    let mut ports = BTreeSet::new();
    for task in tasks {
        let is_host = task.value.get("networkMode").is_some_and(|it| it == "host");
        let containers = list(task.value, "containerDefinitions");
        for mapping in containers.iter().flat_map(|it| list(it, "portMappings")) {
            let said = mapping.get("hostPort");
            // In the instance's own network both are one.
            let port = said.or_else(|| mapping.get("containerPort").filter(|_| is_host));
            ports.extend(port.and_then(Value::as_u64).filter(|it| *it > 0));
        }
    }
    ports
}

/// AWS makes a load balancer public that does not say what it is.
fn public(body: &Body<'_>) -> Option<Ask> {
    let says = body
        .value
        .get("Scheme")
        .is_some_and(|it| !it.is_null() && it != "");
    let need = Need::Grant(Grant::plain(Kind::PublicLoadBalancer));
    (!says).then(|| ask(body.operation, body.value, "Scheme", "(not set)", need))
}

/// What is more than the limit, and can be granted.
fn most(kind: Kind, asked: u64, limit: u64) -> Option<Need> {
    (asked > limit)
        .then(|| Grant::new(kind, Scope::Number(asked)))
        .flatten()
        .map(Need::Grant)
}

/// CPU or memory of all tasks: of the task where it says so itself, otherwise of its containers together.
fn size(
    task: &Value,
    key: &str,
    unit: &str,
    members: &[&str],
    kind: Kind,
    limit: u64,
    count: u64,
) -> Option<Ask> {
    let operation = Operation::RegisterTaskDefinition;
    let (at, each) = match task.get(key) {
        Some(Value::String(text)) if !text.is_empty() => {
            let Ok(number) = units(text, unit).trim().parse() else {
                let (need, shown) = raw(operation, key, &Value::from(text.as_str()));
                return Some(ask(operation, task, key, &shown, need));
            };
            (key.to_owned(), number)
        }
        _ => of_containers(task, members)?,
    };
    let all: u64 = count.saturating_mul(each);
    let need = most(kind, all, limit)?;
    let shown = if count == 1 {
        all.to_string()
    } else {
        format!("{all} ({count} tasks of {each})")
    };
    Some(Ask {
        // Of the whole task, wherever most of it stands.
        asker: ask(operation, task, "", "", Need::Never(String::new())).asker,
        ..ask(operation, task, &at, &shown, need)
    })
}

/// The sum, and where the largest part of it stands. Each container counts with the first of the members that it has.
fn of_containers(task: &Value, members: &[&str]) -> Option<(String, u64)> {
    let containers = task.get("containerDefinitions")?.as_array()?;
    let parts: Vec<(String, u64)> = containers
        .iter()
        .enumerate()
        .filter_map(|(index, container)| {
            let mut said = members
                .iter()
                .filter_map(|it| Some((it, container.get(*it)?.as_u64()?)));
            let (member, number) = said.next()?;
            Some((format!("containerDefinitions[{index}].{member}"), number))
        })
        .collect();
    let sum = parts
        .iter()
        .fold(0_u64, |sum, (_, it)| sum.saturating_add(*it));
    let (at, _) = parts.into_iter().max_by_key(|(_, it)| *it)?;
    Some((at, sum))
}
