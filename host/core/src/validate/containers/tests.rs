use expect_test::expect;
use serde_json::{Value, json};

use crate::validate::testing::{check, check_alone, passes, passes_alone};

const CONTAINERS: &str = "/taskDefinition/containerDefinitions";
const CPU: &str = "/taskDefinition/containerDefinitions/0/cpu";
const MEMORY: &str = "/taskDefinition/containerDefinitions/0/memory";
const RESERVATION: &str = "/taskDefinition/containerDefinitions/0/memoryReservation";
const HEALTH: &str = "/taskDefinition/containerDefinitions/0/healthCheck";

fn sidecar(index: usize) -> Value {
    json!({ "name": format!("sidecar-{index}"), "image": "busybox", "memory": 6 })
}

#[test]
fn one_to_ten_containers() {
    let more: Vec<_> = (0..10).map(sidecar).collect();
    passes_alone([(CONTAINERS, json!(more))]);
    let more: Vec<_> = (0..11).map(sidecar).collect();
    check_alone(
        [(CONTAINERS, json!(more))],
        expect![[r#"
        error: task-definition.container-definitions: has 11 containers, and AWS takes 10
          hint: split the task definition"#]],
    );
    check_alone(
        [(CONTAINERS, json!([]))],
        expect![[r#"
        error: task-definition.container-definitions: is empty
          hint: a task definition has at least one container"#]],
    );
    check_alone(
        [(CONTAINERS, Value::Null)],
        expect![[r#"
        error: task-definition.container-definitions: is empty
          hint: a task definition has at least one container"#]],
    );
}

#[test]
fn one_container_is_essential() {
    let essential = "/taskDefinition/containerDefinitions/0/essential";
    passes([(essential, Value::Null)]);
    passes([
        (essential, json!(false)),
        ("/taskDefinition/containerDefinitions/-", sidecar(0)),
    ]);
    check(
        [(essential, json!(false))],
        expect![[r#"
        error: task-definition.container-definitions: has no essential container, so nothing would say whether the task runs
          hint: set `essential` of one container to true"#]],
    );
}

#[test]
fn a_task_definition_has_64_kib() {
    // What the redis takes, and the variable's name and braces.
    let rest = super::super::testing::redis()["taskDefinition"]
        .to_string()
        .len()
        + r#","environment":[{"name":"A","value":""}]"#.len();
    let variable = |length: usize| json!([{ "name": "A", "value": "a".repeat(length) }]);
    let environment = "/taskDefinition/containerDefinitions/0/environment";
    passes([(environment, variable(65_536 - rest))]);
    check(
        [(environment, variable(65_537 - rest))],
        expect![[r#"
        error: task-definition: has 65537 bytes as JSON, and AWS takes 65536 (64 KiB)
          hint: move large values out of `environment` and `command`, into files of the image"#]],
    );
}

#[test]
fn cpu() {
    passes([(CPU, json!(0))]);
    check(
        [(CPU, json!(-1))],
        expect![[r#"
        error: task-definition.container-definitions[0].cpu: must be at least 0 CPU units, but is -1
          hint: the nearest that AWS takes is 0"#]],
    );
    for task in ["128", "196608"] {
        passes([("/taskDefinition/cpu", json!(task))]);
    }
    check(
        [("/taskDefinition/cpu", json!("127"))],
        expect![[r#"
        error: task-definition.cpu: must be 128 to 196608 CPU units, but is 127
          hint: 1024 units are one core; leave it out to have no limit for the task"#]],
    );
    check(
        [("/taskDefinition/cpu", json!("196609"))],
        expect![[r#"
        error: task-definition.cpu: must be 128 to 196608 CPU units, but is 196609
          hint: 1024 units are one core; leave it out to have no limit for the task"#]],
    );
}

#[test]
fn memory_is_given_somewhere() {
    passes([(MEMORY, Value::Null), (RESERVATION, json!(6))]);
    passes([
        (MEMORY, Value::Null),
        ("/taskDefinition/memory", json!("128")),
    ]);
    check(
        [(MEMORY, Value::Null)],
        expect![[r#"
        error: task-definition.container-definitions[0].memory: is missing, and so are `memory-reservation` and the task's `memory`
          hint: set one of the three, in MiB"#]],
    );
}

#[test]
fn memory_has_a_minimum() {
    passes([(MEMORY, json!(6))]);
    check(
        [(MEMORY, json!(5))],
        expect![[r#"
        error: task-definition.container-definitions[0].memory: must be at least 6 MiB, but is 5
          hint: the nearest that AWS takes is 6"#]],
    );
    check(
        [(RESERVATION, json!(5))],
        expect![[r#"
        error: task-definition.container-definitions[0].memory-reservation: must be at least 6 MiB, but is 5
          hint: the nearest that AWS takes is 6"#]],
    );
}

#[test]
fn memory_is_above_its_reservation() {
    passes([(MEMORY, json!(129)), (RESERVATION, json!(128))]);
    check(
        [(MEMORY, json!(128)), (RESERVATION, json!(128))],
        expect![[r#"
            error: task-definition.container-definitions[0].memory-reservation: is 128 MiB, but must be less than `memory`, which is 128
              hint: lower it, or raise `memory`"#]],
    );
}

#[test]
fn a_task_holds_its_containers() {
    let more = ("/taskDefinition/containerDefinitions/-", sidecar(0));
    passes([more.clone(), ("/taskDefinition/memory", json!("134"))]);
    passes([
        more.clone(),
        (RESERVATION, json!(100)),
        ("/taskDefinition/memory", json!("106")),
    ]);
    check(
        [more, ("/taskDefinition/memory", json!("133"))],
        expect![[r#"
            error: task-definition.memory: is 133 MiB, but the containers together reserve 134
              hint: set it to 134 or more, or give the containers less"#]],
    );
}

#[test]
fn health_checks_are_not_for_classic_load_balancers() {
    let health = json!({ "command": ["CMD", "true"] });
    passes_alone([(HEALTH, health.clone())]);
    passes([(HEALTH, health.clone()), ("/service", Value::Null)]);
    check(
        [(HEALTH, health)],
        expect![[r#"
        error: task-definition.container-definitions[0].health-check: cannot be used behind a classic load balancer, which ECS asks instead
          hint: leave it out, and set `load-balancer.health-check`"#]],
    );
}

#[test]
fn health_checks_have_bounds() {
    let low = json!({ "command": ["CMD", "true"], "interval": 5, "timeout": 2, "retries": 1, "startPeriod": 0 });
    let high = json!({ "command": ["CMD", "true"], "interval": 300, "timeout": 60, "retries": 10, "startPeriod": 300 });
    passes_alone([(HEALTH, low)]);
    passes_alone([(HEALTH, high)]);
    let low = json!({ "interval": 4, "timeout": 1, "retries": 0, "startPeriod": -1 });
    check_alone(
        [(HEALTH, low)],
        expect![[r#"
        error: task-definition.container-definitions[0].health-check.command: is empty
          hint: give it `CMD` and arguments, or `CMD-SHELL` and one line
        error: task-definition.container-definitions[0].health-check.interval: must be 5 to 300 seconds, but is 4
          hint: the nearest that AWS takes is 5
        error: task-definition.container-definitions[0].health-check.timeout: must be 2 to 60 seconds, but is 1
          hint: the nearest that AWS takes is 2
        error: task-definition.container-definitions[0].health-check.retries: must be 1 to 10 failures, but is 0
          hint: the nearest that AWS takes is 1
        error: task-definition.container-definitions[0].health-check.start-period: must be 0 to 300 seconds, but is -1
          hint: the nearest that AWS takes is 0"#]],
    );
    let high =
        json!({ "command": [], "interval": 301, "timeout": 61, "retries": 11, "startPeriod": 301 });
    check_alone(
        [(HEALTH, high)],
        expect![[r#"
        error: task-definition.container-definitions[0].health-check.command: is empty
          hint: give it `CMD` and arguments, or `CMD-SHELL` and one line
        error: task-definition.container-definitions[0].health-check.interval: must be 5 to 300 seconds, but is 301
          hint: the nearest that AWS takes is 300
        error: task-definition.container-definitions[0].health-check.timeout: must be 2 to 60 seconds, but is 61
          hint: the nearest that AWS takes is 60
        error: task-definition.container-definitions[0].health-check.retries: must be 1 to 10 failures, but is 11
          hint: the nearest that AWS takes is 10
        error: task-definition.container-definitions[0].health-check.start-period: must be 0 to 300 seconds, but is 301
          hint: the nearest that AWS takes is 300"#]],
    );
}

#[test]
fn ulimits() {
    let limits = |soft: u32| json!([{ "name": "nofile", "softLimit": soft, "hardLimit": 1024 }]);
    passes([(
        "/taskDefinition/containerDefinitions/0/ulimits",
        limits(1024),
    )]);
    check(
        [(
            "/taskDefinition/containerDefinitions/0/ulimits",
            limits(1025),
        )],
        expect![[r#"
            error: task-definition.container-definitions[0].ulimits[0].soft-limit: is 1025, above the hard limit, which is 1024
              hint: raise `hard-limit`, or lower it"#]],
    );
    let twice = json!([
        { "name": "nofile", "softLimit": 1, "hardLimit": 1 },
        { "name": "nofile", "softLimit": 2, "hardLimit": 2 },
    ]);
    check(
        [("/taskDefinition/containerDefinitions/0/ulimits", twice)],
        expect![[r#"
            error: task-definition.container-definitions[0].ulimits[1].name: `nofile` is already the name of `task-definition.container-definitions[0].ulimits[0]`
              hint: give each limit a name of its own"#]],
    );
}

#[test]
fn variables() {
    let plain = (
        "/taskDefinition/containerDefinitions/0/environment",
        json!([{ "name": "A", "value": "" }]),
    );
    let secrets = "/taskDefinition/containerDefinitions/0/secrets";
    passes([
        plain.clone(),
        (secrets, json!([{ "name": "B", "valueFrom": "arn" }])),
    ]);
    check(
        [
            plain,
            (
                secrets,
                json!([{ "name": "A", "valueFrom": "arn" }, { "name": "", "valueFrom": "" }]),
            ),
        ],
        expect![[r#"
            error: task-definition.container-definitions[0].secrets[1].name: is missing
              hint: give the variable a name
            error: task-definition.container-definitions[0].secrets[0].name: `A` is in `environment` as well
              hint: keep one of the two
            error: task-definition.container-definitions[0].secrets[1].value-from: is missing
              hint: use the token of a secret parameter"#]],
    );
}

#[test]
fn some_things_need_a_network_mode() {
    let links = (
        "/taskDefinition/containerDefinitions/0/links",
        json!(["other"]),
    );
    let hostname = (
        "/taskDefinition/containerDefinitions/0/hostname",
        json!("cache"),
    );
    let hosts = (
        "/taskDefinition/containerDefinitions/0/extraHosts",
        json!([{ "hostname": "a", "ipAddress": "10.0.0.1" }]),
    );
    passes_alone([links.clone(), hostname.clone(), hosts.clone()]);
    passes_alone([
        ("/taskDefinition/networkMode", json!("bridge")),
        links.clone(),
    ]);
    passes_alone([
        ("/taskDefinition/networkMode", json!("host")),
        hostname.clone(),
    ]);
    check_alone(
        [
            ("/taskDefinition/networkMode", json!("host")),
            links.clone(),
        ],
        expect![[r#"
            error: task-definition.container-definitions[0].extra.links: work in the network mode `bridge` only, and this is `host`
              hint: leave them out, or use `bridge`"#]],
    );
    check_alone(
        [
            ("/taskDefinition/networkMode", json!("awsvpc")),
            links,
            hostname,
            hosts,
        ],
        expect![[r#"
            error: task-definition.container-definitions[0].extra.links: work in the network mode `bridge` only, and this is `awsvpc`
              hint: leave them out, or use `bridge`
            error: task-definition.container-definitions[0].extra.hostname: cannot be used in the network mode `awsvpc`
              hint: leave it out, or use `bridge`
            error: task-definition.container-definitions[0].extra.extraHosts: cannot be used in the network mode `awsvpc`
              hint: leave it out, or use `bridge`"#]],
    );
}

#[test]
fn fargate_lacks_the_host() {
    let privileged = (
        "/taskDefinition/containerDefinitions/0/privileged",
        json!(true),
    );
    let host = (
        "/taskDefinition/volumes/0/host",
        json!({ "sourcePath": "/data" }),
    );
    let docker = (
        "/taskDefinition/volumes/-",
        json!({ "name": "b", "dockerVolumeConfiguration": { "scope": "shared" } }),
    );
    passes_alone([privileged.clone(), host.clone(), docker.clone()]);
    passes_alone([(
        "/taskDefinition/requiresCompatibilities",
        json!(["EC2", "FARGATE"]),
    )]);
    let both = (
        "/taskDefinition/requiresCompatibilities",
        json!(["EC2", "FARGATE"]),
    );
    check_alone(
        [both, privileged, host, docker],
        expect![[r#"
        error: task-definition.container-definitions[0].extra.privileged: does not exist on Fargate
          hint: leave it out, or take `FARGATE` out of `requiresCompatibilities`
        error: task-definition.volumes[0].host: does not exist on Fargate
          hint: leave it out, or take `FARGATE` out of `requiresCompatibilities`
        error: task-definition.volumes[1].docker-volume-configuration: does not exist on Fargate
          hint: leave it out, or take `FARGATE` out of `requiresCompatibilities`"#]],
    );
}
