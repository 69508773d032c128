//! Network modes, ports, and what Fargate asks for.

use serde_json::{Value, json};

use super::super::case::{Case, refused, with};
use super::{definition, one, whole, with_each, with_one};

pub(super) fn cases() -> Vec<Case> {
    let groups = [modes(), ports(), host_ports(), fargate()];
    groups.into_iter().flatten().collect()
}

/// A task definition of a mode with containers of other members.
fn of_mode<const N: usize>(mode: &str, others: [Value; N]) -> Value {
    with(with_each(others), json!({"networkMode": mode}))
}

/// A task definition of a mode that is not registered.
fn in_mode<const N: usize>(rule: &'static str, mode: &str, others: [Value; N], says: &str) -> Case {
    refused(rule, "RegisterTaskDefinition", of_mode(mode, others), says)
}

fn modes() -> Vec<Case> {
    vec![
        whole(
            "network-mode",
            json!({"networkMode": "star"}),
            "ClientException: Invalid networkMode: star.",
        ),
        in_mode(
            "ports-without-network",
            "none",
            [json!({"portMappings": [{"containerPort": 80}]})],
            "ClientException: Port mappings are not allowed when networkMode=none.",
        ),
        in_mode(
            "links-not-bridge",
            "awsvpc",
            [json!({"links": ["db"]}), json!({"name": "db"})],
            "ClientException: Links are not supported when networkMode=awsvpc.",
        ),
        in_mode(
            "links-not-bridge",
            "host",
            [json!({"links": ["db"]}), json!({"name": "db"})],
            "ClientException: Links are not supported when networkMode=host.",
        ),
        in_mode(
            "not-with-awsvpc",
            "awsvpc",
            [json!({"hostname": "web"})],
            "ClientException: hostname is not supported on container when networkMode=awsvpc.",
        ),
        in_mode(
            "not-with-awsvpc",
            "awsvpc",
            [json!({"extraHosts": [{"hostname": "db", "ipAddress": "10.0.0.1"}]})],
            "ClientException: Extra hosts are not supported on container when networkMode=awsvpc.",
        ),
        in_mode(
            "not-with-awsvpc",
            "awsvpc",
            [json!({"dnsServers": ["10.0.0.2"]})],
            "ClientException: DNS servers are not supported on container when networkMode=awsvpc.",
        ),
        in_mode(
            "not-with-awsvpc",
            "awsvpc",
            [json!({"dnsSearchDomains": ["example.com"]})],
            "ClientException: DNS search domains are not supported on container when networkMode=awsvpc.",
        ),
    ]
}

/// A container with these port mappings.
fn mapped<const N: usize>(mappings: [Value; N]) -> Value {
    json!({"portMappings": Vec::from(mappings)})
}

fn ports() -> Vec<Case> {
    let port = |mapping: Value| {
        one(
            "port-range",
            mapped([mapping]),
            "ClientException: Invalid 'containerPort' setting for container 'web'.",
        )
    };
    let taken = |port: u32| with_one(mapped([json!({"containerPort": port})]));
    let name = |name: &str| {
        one(
            "port-name",
            mapped([json!({"containerPort": 80, "name": name})]),
            "ClientException: Invalid 'name' setting of a port mapping of container 'web'.",
        )
    };
    let longest = json!({"containerPort": 80, "name": "w".repeat(64)});
    vec![
        port(json!({"containerPort": 0})).but_not([taken(1)]),
        port(json!({"containerPort": 65_536})).but_not([taken(65_535)]),
        port(json!({"hostPort": 80})),
        one(
            "port-protocol",
            mapped([json!({"containerPort": 80, "protocol": "sctp"})]),
            "ClientException: Invalid 'protocol' setting for container 'web'. It is tcp or udp.",
        ),
        one(
            "port-two-protocols",
            mapped([
                json!({"containerPort": 53}),
                json!({"containerPort": 53, "protocol": "udp"}),
            ]),
            "ClientException: The container port 53 can't be exposed for multiple protocols.",
        ),
        name("-web"),
        name("Web"),
        name(&"w".repeat(65)).but_not([with_one(mapped([longest]))]),
    ]
}

fn host_ports() -> Vec<Case> {
    let to = |port: i64| mapped([json!({"containerPort": 80, "hostPort": port})]);
    let range = |port: i64| {
        one(
            "host-port-range",
            to(port),
            "ClientException: Invalid 'hostPort' setting for container 'web'.",
        )
    };
    let same = mapped([json!({"containerPort": 80})]);
    let twice = [same.clone(), with(same, json!({"name": "other"}))];
    vec![
        range(-1).but_not([with_one(to(0))]),
        one(
            "host-port-with-range",
            mapped([json!({"containerPortRange": "8000-8010", "hostPort": 80})]),
            "ClientException: Invalid 'hostPort' setting for container 'web': it cannot be specified with 'containerPortRange'.",
        )
        .but_not([with_one(mapped([json!({"containerPortRange": "8000-8010"})]))]),
        range(65_536).but_not([with_one(to(65_535))]),
        one(
            "host-port-reserved",
            to(22),
            "ClientException: The host port 22 is reserved for the Amazon ECS container agent, docker or ssh.",
        ),
        one(
            "host-port-reserved",
            to(51_680),
            "ClientException: The host port 51680 is reserved for the Amazon ECS container agent, docker or ssh.",
        ),
        in_mode(
            "host-port-reserved",
            "host",
            [mapped([json!({"containerPort": 2376})])],
            "ClientException: The host port 2376 is reserved for the Amazon ECS container agent, docker or ssh.",
        )
        .but_not([of_mode("awsvpc", [mapped([json!({"containerPort": 2376})])])]),
        one(
            "host-port-twice",
            mapped([
                json!({"containerPort": 53, "hostPort": 53, "protocol": "udp"}),
                json!({"containerPort": 54, "hostPort": 53, "protocol": "udp"}),
            ]),
            "ClientException: UDP host port '53' is mapped multiple times in task.",
        )
        .but_not([with_one(mapped([
            json!({"containerPort": 53, "hostPort": 53, "protocol": "udp"}),
            json!({"containerPort": 54, "hostPort": 53}),
        ]))]),
        // A port that is not said is the container's in these modes, and any in bridge mode.
        in_mode(
            "host-port-twice",
            "host",
            twice.clone(),
            "ClientException: TCP host port '80' is mapped multiple times in task.",
        )
        .but_not([of_mode("bridge", twice.clone())]),
        in_mode(
            "host-port-twice",
            "awsvpc",
            twice,
            "ClientException: TCP host port '80' is mapped multiple times in task.",
        ),
        in_mode(
            "host-port-differs",
            "host",
            [to(81)],
            "ClientException: When networkMode=host, the host ports and container ports in port mappings must match.",
        ),
        in_mode(
            "host-port-differs",
            "awsvpc",
            [to(0)],
            "ClientException: When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
        )
        .but_not([of_mode("awsvpc", [to(80)])]),
    ]
}

fn fargate() -> Vec<Case> {
    let base = with(
        definition(),
        json!({
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
        }),
    );
    let of = |rule, others: Value, says: &str| {
        refused(
            rule,
            "RegisterTaskDefinition",
            with(base.clone(), others),
            says,
        )
        .but_not([base.clone()])
    };
    let size = |cpu: &str, memory: &str| {
        of(
            "fargate-size",
            json!({"cpu": cpu, "memory": memory}),
            "ClientException: No Fargate configuration exists for given values.",
        )
    };
    let privileged = with_one(json!({"privileged": true}));
    vec![
        of(
            "compatibility",
            json!({"requiresCompatibilities": ["LAMBDA"]}),
            "ClientException: Invalid requiresCompatibilities: LAMBDA.",
        ),
        of(
            "fargate-network",
            json!({"networkMode": null}),
            "ClientException: Fargate only supports network mode ‘awsvpc’.",
        ),
        of(
            "fargate-size-missing",
            json!({"cpu": null, "memory": null}),
            "ClientException: Fargate requires that 'cpu' be defined at the task level.",
        ),
        of(
            "fargate-size-missing",
            json!({"memory": null}),
            "ClientException: Fargate requires that 'memory' be defined at the task level.",
        ),
        size("256", "1536"),
        size("256", "3072").but_not([with(base.clone(), json!({"memory": "2GB"}))]),
        size("512", "512"),
        size("768", "2048"),
        size("8192", "18432"),
        of(
            "fargate-unsupported",
            json!({"containerDefinitions": privileged["containerDefinitions"]}),
            "ClientException: Fargate compatible task definitions do not support privileged.",
        ),
        of(
            "fargate-unsupported",
            json!({"volumes": [{"name": "data", "host": {"sourcePath": "/data"}}]}),
            "ClientException: Fargate compatible task definitions do not support sourcePath.",
        )
        .but_not([with(base.clone(), json!({"volumes": [{"name": "data"}]}))]),
        of(
            "fargate-unsupported",
            json!({"volumes": [{"name": "data", "dockerVolumeConfiguration": {"scope": "task"}}]}),
            "ClientException: Fargate compatible task definitions do not support dockerVolumeConfiguration.",
        ),
    ]
}
