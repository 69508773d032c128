//! What to do, in the words of a hint.

use super::case::Case;
use super::ended::Ended;
use super::reservation::container;

pub(super) fn balancer_is_gone() -> Vec<String> {
    vec![
        "run again: the load balancer is made anew, and the tasks are started anew for it"
            .to_owned(),
    ]
}

/// `set `memory` to 512 MiB; for most recipes: `host run … --set redis.memory=512``.
pub(super) fn set(case: &Case<'_>, parameter: &str, value: i64, unit: &str) -> String {
    let name = &case.watch.name;
    format!(
        "set `{parameter}` to {value} {unit}; for most recipes: `host run … --set {name}.{parameter}={value}`"
    )
}

/// Twice the limit, in steps of 64 MiB.
pub(super) fn more_memory(case: &Case<'_>, limit: Option<i64>) -> Vec<String> {
    let name = &case.watch.name;
    let more = match limit {
        Some(limit) => set(case, "memory", ((limit * 2 + 63) / 64 * 64).max(64), "MiB"),
        None => {
            format!("give it more memory; for most recipes: `host run … --set {name}.memory=MIB`")
        }
    };
    vec![more, "or make the program use less: a limit of its own heap or cache belongs below the container's".to_owned()]
}

/// Each of the recipes has its port as a parameter.
pub(super) fn another_port(case: &Case<'_>) -> String {
    let name = &case.watch.name;
    format!("take another host port; for most recipes: `host run … --set {name}.port=PORT`")
}

pub(super) fn another_instance(case: &Case<'_>) -> String {
    format!(
        "add a container instance to the cluster `{}`",
        case.cluster()
    )
}

/// Where memory or CPU lacks.
pub(super) fn room(case: &Case<'_>) -> Vec<String> {
    let cluster = case.cluster();
    let mut next = vec![format!(
        "add a container instance to the cluster `{cluster}`, or a larger one"
    )];
    if case.is_pinned() {
        next.push("or let the older task stop first: `minimumHealthyPercent` 0 in the service's deployment configuration".to_owned());
    }
    next
}

pub(super) fn stopped_tasks(case: &Case<'_>) -> String {
    format!(
        "see why its tasks stopped: `aws ecs list-tasks --cluster {} --service-name {} --desired-status STOPPED`, then `aws ecs describe-tasks`",
        case.cluster(),
        case.watch.service
    )
}

/// What AWS or the registry says about a pull, and what that asks for. The first row that fits.
const PULLS: &[(&[&str], &str)] = &[
    (
        &["toomanyrequests", "rate limit"],
        "the registry limits anonymous pulls: log in to it (`repositoryCredentials`), or take the image from a mirror such as public.ecr.aws",
    ),
    (
        &["no space left"],
        "the disk of the instance is full: give it a larger volume, or remove unused images",
    ),
    (
        &[
            "no matching manifest",
            "does not match the specified platform",
        ],
        "the image is not built for the architecture of the instances: take another tag, or build it for both",
    ),
    (
        &[
            "no basic auth",
            "unauthorized",
            "denied",
            "403 forbidden",
            "authorization",
        ],
        "let the instances log in to the registry: `repositoryCredentials`, or for ECR the rights of the instance role or `executionRoleArn`; the name may also be misspelt",
    ),
    (
        &[
            "not found",
            "manifest unknown",
            "does not exist",
            "invalid reference",
            "404",
        ],
        "check the name and the tag of the image: the registry does not know it",
    ),
    (
        &[
            "timeout",
            "timed out",
            "deadline exceeded",
            "no route",
            "dial tcp",
            "no such host",
            "connection refused",
            "tls handshake",
            "request canceled",
        ],
        "give the instances a way to the registry: a NAT gateway or a public address, and port 443 outwards",
    ),
];

pub(super) fn pull(ended: &Ended) -> Vec<String> {
    fitting(PULLS, ended).unwrap_or_else(|| {
        vec![
            "check the name and the tag of the image".to_owned(),
            "see that the instances may log in to the registry and have a way to it, and that it does not limit the rate of pulls".to_owned(),
        ]
    })
}

const STARTS: &[(&[&str], &str)] = &[
    (
        &["port is already allocated", "address already in use"],
        "something outside of ECS holds the port on the instance: stop it there, or take another host port",
    ),
    (
        &["executable file not found", "no such file or directory"],
        "check `command` and `entryPoint`: the image does not have what they name",
    ),
    (
        &["exec format error"],
        "the image is not built for the architecture of the instances: take another tag, or build it for both",
    ),
    (
        &["secret", "ssm", "secretsmanager"],
        "let `executionRoleArn` read the secrets, and check their names",
    ),
    (
        &["log driver", "log group", "awslogs", "logging driver"],
        "check the log configuration: the driver, the group, and the role that may write to it",
    ),
    (
        &["mount", "volume"],
        "check the volumes and the paths on the instance that they name",
    ),
    (
        &["dockertimeout", "timeout", "timed out"],
        "Docker on the instance does not answer in time: see its load and its disk, or replace the instance",
    ),
];

pub(super) fn start(ended: &Ended) -> Vec<String> {
    fitting(STARTS, ended).unwrap_or_else(|| {
        vec![
            "check what the revision asks of Docker: command, user, volumes, devices, log driver"
                .to_owned(),
        ]
    })
}

fn fitting(rows: &[(&[&str], &str)], ended: &Ended) -> Option<Vec<String>> {
    let words = ended.words();
    let row = rows
        .iter()
        .find(|(any, _)| any.iter().any(|it| words.contains(it)));
    row.map(|(_, advice)| vec![(*advice).to_owned()])
}

/// What an exit code tells of itself, and where the program's own words are.
pub(super) fn exited(case: &Case<'_>, ended: &Ended) -> Vec<String> {
    let code = match ended.exit_code {
        Some(0) => {
            Some("the program ends without an error: in a service it must stay in the foreground")
        }
        Some(126) => {
            Some("exit code 126: what `command` or `entryPoint` names may not be executed")
        }
        Some(127) => {
            Some("exit code 127: the image does not have what `command` or `entryPoint` names")
        }
        Some(139) => Some(
            "exit code 139: the program crashed; the image may not fit the architecture of the instances",
        ),
        _ => None,
    };
    let mut next: Vec<String> = code.map(str::to_owned).into_iter().collect();
    next.push(logs(case, ended.container.as_deref()));
    next
}

/// Where the program's own words are.
fn logs(case: &Case<'_>, name: Option<&str>) -> String {
    let container = case.past.revision().and_then(|it| container(it, name));
    let options = container.map(|it| &it["logConfiguration"]);
    let group = options
        .filter(|it| it["logDriver"] == "awslogs")
        .and_then(|it| it["options"]["awslogs-group"].as_str());
    match group {
        Some(group) => format!("read its log: `aws logs tail {group} --since 10m`"),
        None => "read its log on the instance (`docker ps -a`, `docker logs ID`), or give it the log driver `awslogs`".to_owned(),
    }
}

/// The two security groups between a client and the task, and the time to start.
pub(super) fn unhealthy(case: &Case<'_>) -> Vec<String> {
    let ports = case.reservation().ports;
    let listeners = case
        .watch
        .balancer
        .as_ref()
        .map_or(&[][..], |it| &it.listeners);
    let host = match listeners {
        [(_, port), ..] => Some(*port),
        [] => ports.into_iter().next(),
    };
    let host = host.map_or_else(
        || "the task's host port".to_owned(),
        |it| format!("port {it}"),
    );
    let mut next = vec![format!(
        "let the load balancer reach the instance: the instance's security group must admit that of the load balancer on {host}"
    )];
    if let [(port, _), ..] = listeners {
        next.push(format!(
            "let clients reach the load balancer: its security group must admit them on port {port}"
        ));
    }
    let grace = case.grace().as_secs();
    next.push(format!(
        "if the program takes long to start, raise `healthCheckGracePeriodSeconds` (it is {grace})"
    ));
    next
}
