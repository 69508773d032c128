//! The parameters that every service of the usual shape has.

use super::{Edition, TcpService, data};
use crate::parameter::{choice, integer, list, text};
use crate::{Parameter, ParameterType};

/// A load balancer's name has at most 32 characters, of which `-elb` takes four.
const NAME: &str = "[A-Za-z0-9][A-Za-z0-9-]{0,27}";
/// The name of a container may have 255 characters and other letters than a
/// load balancer's; this leaves room for the service's own.
const APPLICATION: &str = "[A-Za-z0-9][A-Za-z0-9_-]{0,99}";
const ROLE: &str = "arn:aws[a-z-]*:iam::[0-9]{12}:role/.+";
/// What one instance can have: 192 cores, 32 TiB.
const MAX_CPU: i32 = 196_608;
const MAX_MEMORY: i32 = 33_554_432;
/// The quota of AWS for one service.
const MAX_TASKS: i32 = 5000;

/// All parameters of a service: the standard ones, then its own.
pub(super) fn parameters(service: &TcpService) -> Vec<Parameter> {
    let mut all = names(service);
    all.extend(sizes(service));
    all.extend(network(service));
    all.extend(health(service));
    all.push(
        list("environment")
            .format("key=value")
            .describe("variables of the container, NAME=VALUE; readable in the task definition")
            .into(),
    );
    if service.data.is_some() {
        all.extend(data::parameters());
    }
    all.extend(service.parameters.iter().cloned());
    if service.has_secrets() {
        all.push(execution_role(service));
    }
    all
}

fn names(service: &TcpService) -> Vec<Parameter> {
    vec![
        text("name")
            .format("name")
            .pattern(NAME)
            .default(service.name)
            .describe("NAME, from which come the family NAME, the load balancer NAME-elb and the service NAME-service")
            .into(),
        text("application")
            .pattern(APPLICATION)
            .default("searchapp")
            .describe("the application it belongs to: the first part of the container's name")
            .into(),
    ]
}

fn sizes(service: &TcpService) -> Vec<Parameter> {
    let mut sizes = Vec::with_capacity(6);
    if let [first, _, ..] = service.editions.as_slice() {
        let edition = choice("edition", service.editions.iter().map(|it| it.name))
            .default(first.name)
            .describe("where image and sizes come from that are not set");
        sizes.push(edition.into());
    }
    let image =
        text("image")
            .format("image")
            .describe(by_edition(service, "the image to run", |it| {
                it.image.to_owned()
            }));
    let cpu = integer("cpu", 0, MAX_CPU).describe(by_edition(
        service,
        "CPU units, 1024 to a core",
        |it| it.cpu.to_string(),
    ));
    let memory = integer("memory", 6, MAX_MEMORY).describe(by_edition(
        service,
        "MiB at most, then it is killed",
        |it| it.memory.to_string(),
    ));
    // One edition is a plain default; several depend on another argument.
    match service.editions.as_slice() {
        [only] => sizes.extend([
            image.default(only.image).into(),
            cpu.default(signed(only.cpu)).into(),
            memory.default(signed(only.memory)).into(),
        ]),
        _ => sizes.extend([image.into(), cpu.into(), memory.into()]),
    }
    sizes.push(
        integer("memory-reservation", 6, MAX_MEMORY)
            .describe("MiB to keep free on the instance, less than `memory`; without it, `memory` is kept free")
            .into(),
    );
    sizes.push(
        integer("desired-count", 0, MAX_TASKS)
            .describe("how many tasks, one per instance; otherwise 1 at first, and later as many as run, but never none")
            .into(),
    );
    sizes
}

fn network(service: &TcpService) -> Vec<Parameter> {
    vec![
        integer("port", 1, 65535)
            .default(signed(service.port))
            .describe("the port on the container instance")
            .into(),
        integer("load-balancer-port", 1, 65535)
            .default(80)
            .describe("the port of the load balancer, where clients connect")
            .into(),
    ]
}

fn health(service: &TcpService) -> Vec<Parameter> {
    let mut health: Vec<Parameter> = Vec::with_capacity(4);
    if let Some(path) = service.http_path {
        health.push(
            choice("health-check", ["tcp", "http"])
                .describe("how the load balancer asks: whether the port opens, or for an HTTP path; otherwise tcp")
                .into(),
        );
        health.push(
            text("health-check-path")
                .pattern("/.*")
                .describe(format!(
                    "the path that has to answer 200, with `health-check=http`; otherwise {path}"
                ))
                .into(),
        );
    }
    health.push(
        integer("health-check-interval", 5, 300)
            .describe("seconds between two checks of the load balancer; otherwise 10")
            .into(),
    );
    health.push(
        integer("grace-period", 0, i32::MAX)
            .describe("seconds in which a new task may fail the load balancer's check")
            .into(),
    );
    health
}

fn execution_role(service: &TcpService) -> Parameter {
    let role = text("execution-role")
        .format("arn")
        .pattern(ROLE)
        .describe("the ARN of the role with which ECS reads the secrets");
    let needed = service
        .parameters
        .iter()
        .any(|it| it.required && matches!(it.accepts, ParameterType::Secret));
    if needed {
        role.required().into()
    } else {
        role.into()
    }
}

/// Names the value of each edition where there are several.
fn by_edition(service: &TcpService, what: &str, value: impl Fn(&Edition) -> String) -> String {
    match service.editions.as_slice() {
        [] | [_] => what.to_owned(),
        editions => editions.iter().fold(what.to_owned(), |text, it| {
            let separator = if text.len() == what.len() { ';' } else { ',' };
            text + &format!("{separator} {}: {}", it.name, value(it))
        }),
    }
}

/// Sizes and ports are far below the limit of the contract's integers.
fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
