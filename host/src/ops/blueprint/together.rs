//! What recipes of one call take from each other: ports, names, and the places of their data.

use std::collections::{BTreeMap, BTreeSet};

use host_core::codes;
use host_core::diag::Diagnostic;
use host_core::plan::volumes;
use host_core::policy::check_load_balancers;

use super::Rendered;

/// Finds what two recipes of one call cannot both have.
pub(super) fn check(rendered: &mut [Rendered]) {
    find_collisions(rendered);
    warn_of_ports(rendered);
    warn_of_volumes(rendered);
}

/// Finds that the services of a call have more load balancers than the stack may.
pub(super) fn limit_load_balancers(rendered: &mut [Rendered], most: usize) {
    let number = rendered
        .iter()
        .filter(|it| it.desired.load_balancer.is_some())
        .count();
    if let Some(last) = rendered.last_mut() {
        let found = check_load_balancers(number, most, last.permit.file());
        last.findings.extend(found);
    }
}

/// Host ports that two recipes of one call take: both run only where there is an instance for each.
fn warn_of_ports(rendered: &mut [Rendered]) {
    let mut taken: BTreeMap<u64, String> = BTreeMap::new();
    for one in rendered {
        let containers = one
            .desired
            .task_definition
            .as_ref()
            .and_then(|it| it["containerDefinitions"].as_array());
        let mappings = containers
            .into_iter()
            .flatten()
            .filter_map(|it| it["portMappings"].as_array())
            .flatten();
        let ports: BTreeSet<u64> = mappings
            .filter_map(|it| it["hostPort"].as_u64())
            .filter(|port| *port > 0)
            .collect();
        for port in ports {
            if let Some(other) = taken.get(&port) {
                let message = format!(
                    "takes port {port} of its instance, and so does `{other}` of this call"
                );
                let hint = format!(
                    "the cluster needs an instance for each; otherwise choose another port for `{}`",
                    one.desired.name
                );
                one.findings.push(
                    Diagnostic::warning("task-definition", message)
                        .code(codes::blueprint::PORTS)
                        .hint(hint),
                );
            } else {
                taken.insert(port, one.desired.name.clone());
            }
        }
    }
}

/// Names that AWS has only once, taken by two recipes of one call.
fn find_collisions(rendered: &mut [Rendered]) {
    let mut taken: BTreeMap<(&str, String), String> = BTreeMap::new();
    for one in rendered {
        let desired = &one.desired;
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let names = [
            (
                "task-definition.family",
                desired
                    .task_definition
                    .as_ref()
                    .and_then(|it| text(&it["family"])),
            ),
            (
                "service.service-name",
                desired
                    .service
                    .as_ref()
                    .and_then(|it| text(&it["serviceName"])),
            ),
            (
                "load-balancer.load-balancer-name",
                desired
                    .load_balancer
                    .as_ref()
                    .and_then(|it| text(&it.create["LoadBalancerName"])),
            ),
        ];
        for (path, name) in names {
            let Some(name) = name else { continue };
            if let Some(other) = taken.insert((path, name.clone()), desired.name.clone()) {
                one.findings.push(
                    Diagnostic::error(
                        path,
                        format!("`{name}` is also what `{other}` of this call takes"),
                    )
                    .code(codes::blueprint::NAME)
                    .hint("give one of them another name, with `--set RECIPE.name=…` or in the stack file"),
                );
            }
        }
    }
}

/// Places that outlast the tasks and that two recipes of one call write to: neither program knows of the other's files.
fn warn_of_volumes(rendered: &mut [Rendered]) {
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for one in rendered {
        let Some(body) = &one.desired.task_definition else {
            continue;
        };
        let kept = volumes::kept(body).into_iter();
        let places: BTreeMap<String, String> = kept.map(|it| (it.place, it.volume)).collect();
        for (place, volume) in places {
            let Some(other) = taken.get(&place) else {
                taken.insert(place, one.desired.name.clone());
                continue;
            };
            let message =
                format!("volume `{volume}` at {place} is where `{other}` of this call writes too");
            let hint = format!(
                "give `{}` a place of its own, unless both are made to share one",
                one.desired.name
            );
            one.findings.push(
                Diagnostic::warning("task-definition.volumes", message)
                    .code(codes::blueprint::VOLUMES)
                    .hint(hint),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use host_core::desired::DesiredService;
    use serde_json::{Value, json};

    use super::*;

    /// A service that mounts one volume.
    fn service(name: &str, volume: &Value, read_only: bool) -> Rendered {
        let mount = json!({"sourceVolume": volume["name"], "containerPath": "/data", "readOnly": read_only});
        Rendered {
            desired: DesiredService {
                name: name.to_owned(),
                task_definition: Some(json!({
                    "family": name,
                    "containerDefinitions": [{"name": name, "mountPoints": [mount]}],
                    "volumes": [volume],
                })),
                ..DesiredService::default()
            },
            ..Rendered::default()
        }
    }

    fn found(first: Rendered, second: Rendered) -> Vec<String> {
        let mut both = [first, second];
        check(&mut both);
        let findings = both.iter().flat_map(|it| &it.findings);
        findings.map(|it| it.message.clone()).collect()
    }

    #[test]
    fn two_that_write_to_one_place_are_told() {
        let shared =
            |name: &str| json!({"name": name, "dockerVolumeConfiguration": {"scope": "shared"}});
        let path = |at: &str| json!({"name": "data", "host": {"sourcePath": at}});
        let efs = |root: &str| json!({"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "rootDirectory": root}});
        for (first, second, place) in [
            (
                shared("store"),
                shared("store"),
                "docker volume store on the container instances",
            ),
            (
                path("/srv/a"),
                path("/srv/a/"),
                "host path /srv/a on the container instances",
            ),
            (efs("/"), efs(""), "EFS fs-1:/"),
        ] {
            let both = found(
                service("redis", &first, false),
                service("mysql", &second, false),
            );
            let volume = second["name"].as_str().unwrap();
            assert_eq!(
                both,
                [format!(
                    "volume `{volume}` at {place} is where `redis` of this call writes too"
                )]
            );
            assert!(
                found(
                    service("redis", &first, false),
                    service("mysql", &second, true)
                )
                .is_empty(),
                "one that only reads is meant to share"
            );
        }
        for (first, second) in [
            (shared("one"), shared("two")),
            (path("/srv/a"), path("/srv/b")),
            (efs("/a"), efs("/b")),
            (json!({"name": "data"}), json!({"name": "data"})),
        ] {
            let both = found(
                service("redis", &first, false),
                service("mysql", &second, false),
            );
            assert!(both.is_empty(), "{both:?}");
        }
    }
}
