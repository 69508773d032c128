use expect_test::expect;
use serde_json::{Value, json};

use crate::validate::testing::{check, check_alone, passes, passes_alone};

const COUNT: &str = "/service/desiredCount";
const ENTRIES: &str = "/service/loadBalancers";
const GRACE: &str = "/service/healthCheckGracePeriodSeconds";
const MAPPING: &str = "/taskDefinition/containerDefinitions/0/portMappings/0";
const DAEMON: (&str, Value) = ("/service/deploymentConfiguration", Value::Null);

fn group(index: usize) -> Value {
    json!({ "targetGroupArn": format!("arn:{index}"), "containerName": "app-redis", "containerPort": 6379 })
}

#[test]
fn desired_counts() {
    for count in [0, 1, 5000] {
        passes_alone([(COUNT, json!(count))]);
    }
    check_alone(
        [(COUNT, json!(-1))],
        expect![[r#"
        error: service.desired-count: must be 0 to 5000 tasks, but is -1
          hint: the nearest that AWS takes is 0"#]],
    );
    check_alone(
        [(COUNT, json!(5001))],
        expect![[r#"
        error: service.desired-count: must be 0 to 5000 tasks, but is 5001
          hint: the nearest that AWS takes is 5000"#]],
    );
    check_alone(
        [(COUNT, Value::Null)],
        expect![[r#"
        error: service.desired-count: is missing
          hint: set it to the number of tasks"#]],
    );
}

#[test]
fn daemons() {
    let daemon = ("/service/schedulingStrategy", json!("DAEMON"));
    passes_alone([daemon.clone(), (COUNT, Value::Null)]);
    check_alone(
        [daemon.clone(), DAEMON],
        expect![[r#"
        error: service.desired-count: cannot be set for a `DAEMON`, which runs one task on each instance
          hint: leave it out"#]],
    );
    let controller = (
        "/service/deploymentController",
        json!({ "type": "EXTERNAL" }),
    );
    check_alone(
        [daemon, (COUNT, Value::Null), controller],
        expect![[r#"
        error: service.scheduling-strategy: cannot be `DAEMON` with the deployment controller `EXTERNAL`
          hint: use `REPLICA`, or the controller `ECS`"#]],
    );
}

#[test]
fn the_target_is_made_of_instances() {
    let kinds = "/taskDefinition/requiresCompatibilities";
    passes([(kinds, json!(["EC2", "EXTERNAL"]))]);
    passes_alone([
        (kinds, json!(["FARGATE"])),
        (
            "/service/capacityProviderStrategy",
            json!([{ "capacityProvider": "FARGATE" }]),
        ),
    ]);
    passes_alone([(kinds, json!(["FARGATE"])), ("/service", Value::Null)]);
    check(
        [(kinds, json!(["FARGATE"]))],
        expect![[r#"
        error: task-definition.extra.requiresCompatibilities: has `FARGATE`, and the target's instances are `EC2`
          hint: add `EC2`, or leave it out"#]],
    );
}

#[test]
fn grace_periods() {
    passes([(GRACE, json!(i32::MAX))]);
    // Two checks of ten seconds each follow the grace period.
    passes([(GRACE, json!(40))]);
    check(
        [(GRACE, json!(39))],
        expect![[r#"
        warning: service.health-check-grace-period-seconds: leaves a task 59 seconds to answer before ECS stops it and starts another
          hint: set it to 120, or to what the slowest start takes"#]],
    );
    check(
        [(GRACE, Value::Null)],
        expect![[r#"
        warning: service.health-check-grace-period-seconds: leaves a task 20 seconds to answer before ECS stops it and starts another
          hint: set it to 120, or to what the slowest start takes"#]],
    );
    passes([(GRACE, Value::Null), ("/healthCheck/Interval", json!(30))]);
    check(
        [(GRACE, json!(-1))],
        expect![[r#"
            error: service.health-check-grace-period-seconds: must be at least 0 seconds, but is -1
              hint: the nearest that AWS takes is 0"#]],
    );
    check_alone(
        [(GRACE, json!(120))],
        expect![[r#"
        error: service.health-check-grace-period-seconds: is for services behind a load balancer
          hint: leave it out"#]],
    );
}

#[test]
fn an_entry_leads_to_one_load_balancer() {
    check(
        [("/service/loadBalancers/0/targetGroupArn", json!("arn"))],
        expect![[r#"
            error: service.load-balancers[0]: leads to a classic load balancer and to a target group at once
              hint: leave out `targetGroupArn`, or the blueprint's load balancer"#]],
    );
    check_alone(
        [(
            ENTRIES,
            json!([{ "containerName": "app-redis", "containerPort": 6379 }]),
        )],
        expect![[r#"
            error: service.load-balancers[0]: leads to no load balancer
              hint: set `load-balancer`, or leave the entry out"#]],
    );
}

#[test]
fn one_entry_for_a_classic_load_balancer() {
    check(
        [(ENTRIES, json!([]))],
        expect![[r#"
            error: service.load-balancers: has 0 entries, and a service behind a classic load balancer has exactly one
              hint: name the one container and container port that the load balancer leads to"#]],
    );
    let again = json!({ "loadBalancerName": "redis-elb", "containerName": "app-redis", "containerPort": 6379 });
    check(
        [("/service/loadBalancers/-", again)],
        expect![[r#"
        error: service.load-balancers: has 2 entries, and a service behind a classic load balancer has exactly one
          hint: name the one container and container port that the load balancer leads to"#]],
    );
}

#[test]
fn five_entries_for_target_groups() {
    let groups = |number: usize| json!((0..number).map(group).collect::<Vec<_>>());
    passes_alone([(ENTRIES, groups(5))]);
    check_alone(
        [(ENTRIES, groups(6))],
        expect![[r#"
        error: service.load-balancers: has 6 target groups, and AWS takes 5
          hint: leave some out"#]],
    );
}

#[test]
fn an_entry_leads_to_a_mapped_port_of_a_container() {
    check(
        [("/service/loadBalancers/0/containerName", json!("redis"))],
        expect![[r#"
            error: service.load-balancers[0].container-name: `redis` is not a container of the task definition, which has `app-redis`
              hint: name one that is there"#]],
    );
    check(
        [("/service/loadBalancers/0/containerName", json!(""))],
        expect![[r#"
            error: service.load-balancers[0].container-name: is missing
              hint: name a container of the task definition"#]],
    );
    check(
        [("/service/loadBalancers/0/containerPort", json!(6380))],
        expect![[r#"
            error: service.load-balancers[0].container-port: 6380 is not a container port of `app-redis`, which has `6379`
              hint: add a port mapping for 6380"#]],
    );
    check(
        [("/service/loadBalancers/0/containerPort", json!(0))],
        expect![[r#"
            error: service.load-balancers[0].container-port: must be 1 to 65535, but is 0
              hint: the nearest that AWS takes is 1"#]],
    );
    check(
        [(
            "/taskDefinition/containerDefinitions/0/portMappings",
            json!([]),
        )],
        expect![[r#"
            error: service.load-balancers[0].container-port: 6379 is not a container port of `app-redis`, which has none
              hint: add a port mapping for 6379"#]],
    );
}

#[test]
fn a_classic_load_balancer_needs_a_static_host_port() {
    check(
        [(
            "/taskDefinition/containerDefinitions/0/portMappings/0/hostPort",
            Value::Null,
        )],
        expect![[r#"
            error: task-definition.container-definitions[0].port-mappings[0].host-port: must be fixed: a classic load balancer cannot follow one that the instance chooses
              hint: set it to 6379"#]],
    );
    check(
        [(
            "/taskDefinition/containerDefinitions/0/portMappings/0/hostPort",
            json!(0),
        )],
        expect![[r#"
            error: task-definition.container-definitions[0].port-mappings[0].host-port: must be fixed: a classic load balancer cannot follow one that the instance chooses
              hint: set it to 6379"#]],
    );
    passes([
        (
            "/taskDefinition/containerDefinitions/0/portMappings/0/hostPort",
            Value::Null,
        ),
        ("/taskDefinition/networkMode", json!("host")),
    ]);
    passes_alone([
        (
            "/taskDefinition/containerDefinitions/0/portMappings/0/hostPort",
            json!(0),
        ),
        (ENTRIES, json!([group(0)])),
    ]);
}

#[test]
fn a_listener_leads_to_the_host_port() {
    check(
        [("/loadBalancer/Listeners/0/InstancePort", json!(6380))],
        expect![[r#"
            error: load-balancer.listeners: no listener leads to the host port 6379 of the service's container, but to `6380`
              hint: set `instance-port` of a listener to 6379"#]],
    );
    passes([
        ("/loadBalancer/Listeners/0/InstancePort", json!(6380)),
        (MAPPING, json!({ "containerPort": 6379, "hostPort": 6380 })),
    ]);
}

#[test]
fn a_classic_load_balancer_speaks_tcp() {
    check(
        [(
            MAPPING,
            json!({ "containerPort": 6379, "hostPort": 6379, "protocol": "udp" }),
        )],
        expect![[r#"
            error: task-definition.container-definitions[0].port-mappings[0].protocol: must be `tcp` behind a classic load balancer
              hint: lead the load balancer to another port"#]],
    );
}

#[test]
fn a_classic_load_balancer_leads_to_instances() {
    check(
        [("/taskDefinition/networkMode", json!("awsvpc"))],
        expect![[r#"
            error: task-definition.network-mode: cannot be `awsvpc` behind a classic load balancer, which leads to ports of instances
              hint: use `bridge`"#]],
    );
    passes_alone([
        ("/taskDefinition/networkMode", json!("awsvpc")),
        (ENTRIES, json!([group(0)])),
    ]);
}

#[test]
fn a_classic_load_balancer_has_no_circuit_breaker() {
    let breaker = (
        "/service/deploymentConfiguration/deploymentCircuitBreaker",
        json!({ "enable": false, "rollback": false }),
    );
    check(
        [breaker.clone()],
        expect![[r#"
        error: service.deployment-configuration.extra.deploymentCircuitBreaker: must be absent behind a classic load balancer, even if it is off
          hint: leave it out; the host watches rollouts itself"#]],
    );
    passes_alone([breaker]);
}

#[test]
fn a_classic_load_balancer_is_rolled_out_by_ecs() {
    check(
        [(
            "/service/deploymentController",
            json!({ "type": "CODE_DEPLOY" }),
        )],
        expect![[r#"
            error: service.extra.deploymentController: `CODE_DEPLOY` does not work with classic load balancers
              hint: leave it out"#]],
    );
    passes([("/service/deploymentController", json!({ "type": "ECS" }))]);
    check(
        [(
            "/service/deploymentConfiguration/strategy",
            json!("BLUE_GREEN"),
        )],
        expect![[r#"
            error: service.deployment-configuration.extra.strategy: cannot be `BLUE_GREEN` behind a classic load balancer
              hint: leave it out"#]],
    );
    passes([(
        "/service/deploymentConfiguration/strategy",
        json!("ROLLING"),
    )]);
}
