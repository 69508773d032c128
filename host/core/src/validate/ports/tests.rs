use expect_test::expect;
use serde_json::{Value, json};

use crate::validate::testing::{check_alone, passes, passes_alone};

const MODE: &str = "/taskDefinition/networkMode";
const PORTS: &str = "/taskDefinition/containerDefinitions/0/portMappings";
const INSIDE: &str = "/taskDefinition/containerDefinitions/0/portMappings/0/containerPort";
const OUTSIDE: &str = "/taskDefinition/containerDefinitions/0/portMappings/0/hostPort";
const RANGE: &str = "/taskDefinition/containerDefinitions/0/portMappings/0/containerPortRange";

#[test]
fn container_ports_have_16_bits_and_are_not_0() {
    for port in [1, 65_535] {
        passes_alone([(INSIDE, json!(port))]);
    }
    check_alone(
        [(INSIDE, json!(0))],
        expect![[r#"
        error: task-definition.container-definitions[0].port-mappings[0].container-port: must be 1 to 65535, but is 0
          hint: the nearest that AWS takes is 1"#]],
    );
    check_alone(
        [(INSIDE, json!(65_536))],
        expect![[r#"
        error: task-definition.container-definitions[0].port-mappings[0].container-port: must be 1 to 65535, but is 65536
          hint: the nearest that AWS takes is 65535"#]],
    );
}

#[test]
fn host_ports_have_16_bits() {
    for port in [0, 1, 32_767] {
        passes_alone([(OUTSIDE, json!(port))]);
    }
    passes_alone([(OUTSIDE, Value::Null)]);
    check_alone(
        [(OUTSIDE, json!(-1))],
        expect![[r#"
        error: task-definition.container-definitions[0].port-mappings[0].host-port: must be 0 to 65535, but is -1
          hint: the nearest that AWS takes is 0"#]],
    );
    check_alone(
        [(OUTSIDE, json!(70_000))],
        expect![[r#"
        error: task-definition.container-definitions[0].port-mappings[0].host-port: must be 0 to 65535, but is 70000
          hint: the nearest that AWS takes is 65535"#]],
    );
}

#[test]
fn instances_keep_some_ports() {
    for port in [22, 2375, 2376, 51_678, 51_679, 51_680] {
        let found = crate::validate::validate(
            &crate::validate::testing::changed(&[(OUTSIDE, json!(port))]),
            None,
        );
        assert!(
            found
                .iter()
                .any(|it| it.is_error() && it.message.contains("instances keep 22")),
            "{port}"
        );
    }
    for port in [21, 23, 2374, 2377] {
        passes_alone([(OUTSIDE, json!(port))]);
    }
    check_alone(
        [(OUTSIDE, json!(22))],
        expect![[r#"
            error: task-definition.container-definitions[0].port-mappings[0].host-port: 22 is taken: instances keep 22, 2375, 2376 and 51678 to 51680 for themselves
              hint: choose another port"#]],
    );
    passes_alone([
        (OUTSIDE, json!(22)),
        (INSIDE, json!(22)),
        (MODE, json!("awsvpc")),
    ]);
    check_alone(
        [
            (OUTSIDE, Value::Null),
            (INSIDE, json!(22)),
            (MODE, json!("host")),
        ],
        expect![[r#"
            error: task-definition.container-definitions[0].port-mappings[0].container-port: 22 is taken: instances keep 22, 2375, 2376 and 51678 to 51680 for themselves
              hint: choose another port"#]],
    );
}

#[test]
fn instances_give_out_high_ports() {
    check_alone(
        [(OUTSIDE, json!(32_768))],
        expect![[r#"
        warning: task-definition.container-definitions[0].port-mappings[0].host-port: 32768 may be taken: instances give out ports from 32768 on by themselves
          hint: choose a port below 32768"#]],
    );
    passes_alone([
        (OUTSIDE, json!(40_000)),
        (INSIDE, json!(40_000)),
        (MODE, json!("awsvpc")),
    ]);
}

#[test]
fn a_port_has_one_protocol() {
    let twice = json!([{ "containerPort": 53, "protocol": "tcp" }, { "containerPort": 53, "protocol": "udp" }]);
    check_alone(
        [(PORTS, twice)],
        expect![[r#"
        error: task-definition.container-definitions[0].port-mappings[1].protocol: 53 is already open for `tcp`, and AWS takes one protocol for a port
          hint: use another container port for one of the two"#]],
    );
    let apart = json!([{ "containerPort": 53, "protocol": "tcp" }, { "containerPort": 54, "protocol": "udp" }]);
    passes_alone([(PORTS, apart)]);
}

#[test]
fn a_host_port_is_taken_once() {
    let twice = json!([{ "containerPort": 1, "hostPort": 80 }, { "containerPort": 2, "hostPort": 80, "protocol": "tcp" }]);
    check_alone(
        [(PORTS, twice)],
        expect![[r#"
        error: task-definition.container-definitions[0].port-mappings[1].host-port: the host port 80 is already taken by `task-definition.container-definitions[0].port-mappings[0]`
          hint: choose another port"#]],
    );
    let apart = json!([{ "containerPort": 1, "hostPort": 80 }, { "containerPort": 2, "hostPort": 80, "protocol": "udp" }]);
    passes_alone([(PORTS, apart)]);
    let dynamic =
        json!([{ "containerPort": 1, "hostPort": 0 }, { "containerPort": 2, "hostPort": 0 }]);
    passes_alone([(PORTS, dynamic)]);
}

#[test]
fn containers_share_their_network_in_two_modes() {
    let other = json!({ "name": "b", "image": "b", "memory": 6, "portMappings": [{ "containerPort": 6379 }] });
    let other = ("/taskDefinition/containerDefinitions/-", other);
    passes_alone([other.clone()]);
    check_alone(
        [other.clone(), (MODE, json!("host"))],
        expect![[r#"
        error: task-definition.container-definitions[1].port-mappings[0].container-port: the port 6379 is already taken by `task-definition.container-definitions[0].port-mappings[0]`
          hint: choose another port"#]],
    );
    check_alone(
        [other, (MODE, json!("awsvpc"))],
        expect![[r#"
        error: task-definition.container-definitions[1].port-mappings[0].container-port: the port 6379 is already taken by `task-definition.container-definitions[0].port-mappings[0]`
          hint: choose another port"#]],
    );
}

#[test]
fn host_ports_equal_container_ports_in_two_modes() {
    passes([(MODE, json!("host"))]);
    passes_alone([(MODE, json!("awsvpc")), (OUTSIDE, Value::Null)]);
    check_alone(
        [(MODE, json!("host")), (OUTSIDE, json!(80))],
        expect![[r#"
            error: task-definition.container-definitions[0].port-mappings[0].host-port: is 80, but must be the container port, 6379, in the network mode `host`
              hint: leave it out"#]],
    );
    check_alone(
        [(MODE, json!("awsvpc")), (OUTSIDE, json!(80))],
        expect![[r#"
            error: task-definition.container-definitions[0].port-mappings[0].host-port: is 80, but must be the container port, 6379, in the network mode `awsvpc`
              hint: leave it out"#]],
    );
    check_alone(
        [(MODE, json!("awsvpc")), (OUTSIDE, json!(0))],
        expect![[r#"
            error: task-definition.container-definitions[0].port-mappings[0].host-port: is 0, but must be the container port, 6379, in the network mode `awsvpc`
              hint: leave it out"#]],
    );
}

#[test]
fn no_network_has_no_ports() {
    passes_alone([(MODE, json!("none")), (PORTS, json!([]))]);
    check_alone(
        [(MODE, json!("none"))],
        expect![[r#"
        error: task-definition.container-definitions[0].port-mappings: cannot be used in the network mode `none`
          hint: leave them out, or use `bridge`"#]],
    );
}

#[test]
fn ranges() {
    for range in ["1-2", "8000-65535"] {
        passes_alone([
            (INSIDE, Value::Null),
            (OUTSIDE, Value::Null),
            (RANGE, json!(range)),
        ]);
    }
    for range in ["2-2", "0-5", "1-65536", "80", "a-b", ""] {
        let changes = [
            (INSIDE, Value::Null),
            (OUTSIDE, Value::Null),
            (RANGE, json!(range)),
        ];
        let changes: Vec<_> = crate::validate::testing::ALONE
            .into_iter()
            .chain(changes)
            .collect();
        let found = crate::validate::validate(&crate::validate::testing::changed(&changes), None);
        assert!(
            found
                .iter()
                .any(|it| it.message.contains("is not two ports")),
            "{range}"
        );
    }
    check_alone(
        [(RANGE, json!("9-8"))],
        expect![[r#"
        error: task-definition.container-definitions[0].port-mappings[0].extra.containerPortRange: `9-8` is not two ports from 1 to 65535, the lower one first
          hint: write it as `8000-8010`
        error: task-definition.container-definitions[0].port-mappings[0].host-port: cannot be used with `containerPortRange`, whose host ports the instance chooses
          hint: leave it out"#]],
    );
    check_alone(
        [
            (OUTSIDE, Value::Null),
            (RANGE, json!("8-9")),
            (MODE, json!("host")),
        ],
        expect![[r#"
            error: task-definition.container-definitions[0].port-mappings[0].extra.containerPortRange: cannot be used in the network mode `host`
              hint: list the ports, or use `bridge`"#]],
    );
}

#[test]
fn an_instance_keeps_a_hundred_ports() {
    let ports = |number: u32| {
        json!(
            (1..=number)
                .map(|it| json!({ "containerPort": it + 100, "hostPort": it + 100 }))
                .collect::<Vec<_>>()
        )
    };
    passes_alone([(PORTS, ports(94))]);
    check_alone(
        [(PORTS, ports(95))],
        expect![[r#"
        error: task-definition.container-definitions: 95 static host ports are more than an instance keeps (94 beside its own)
          hint: leave out host ports, or split the task definition"#]],
    );
}
