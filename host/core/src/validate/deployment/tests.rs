use expect_test::expect;
use serde_json::{Value, json};

use crate::validate::testing::{check, check_alone, passes, passes_alone};

const COUNT: &str = "/service/desiredCount";
const DEPLOYMENT: &str = "/service/deploymentConfiguration";
const REBALANCING: &str = "/service/availabilityZoneRebalancing";
/// Without a host port of its own a task can always be started beside another.
const NO_HOST_PORT: (&str, Value) = (
    "/taskDefinition/containerDefinitions/0/portMappings/0/hostPort",
    Value::Null,
);

fn percent(minimum: i32, maximum: i32) -> (&'static str, Value) {
    (
        DEPLOYMENT,
        json!({ "minimumHealthyPercent": minimum, "maximumPercent": maximum }),
    )
}

#[test]
fn percentages_have_bounds() {
    passes_alone([percent(0, 200)]);
    passes_alone([percent(100, 200), NO_HOST_PORT]);
    check_alone(
        [percent(-1, 200)],
        expect![[r#"
            error: service.deployment-configuration.minimum-healthy-percent: must be 0 to 100 percent, but is -1
              hint: the nearest that AWS takes is 0"#]],
    );
    check_alone(
        [percent(101, 300), NO_HOST_PORT],
        expect![[r#"
        error: service.deployment-configuration.minimum-healthy-percent: must be 0 to 100 percent, but is 101
          hint: the nearest that AWS takes is 100"#]],
    );
}

#[test]
fn something_may_stop_or_start() {
    // One of two may stop: half of two is one.
    passes_alone([percent(50, 100), (COUNT, json!(2))]);
    // 51 percent of two tasks are two, because the lower limit is rounded up.
    check_alone(
        [percent(51, 100), (COUNT, json!(2))],
        expect![[r#"
            error: service.deployment-configuration.minimum-healthy-percent: no update could ever begin: 2 of 2 tasks must stay, and no more than 2 may run
              hint: set `minimum-healthy-percent` to 50, or `maximum-percent` to 200"#]],
    );
    // 149 percent of two tasks are two, because the upper limit is rounded down.
    check_alone(
        [percent(100, 149), (COUNT, json!(2)), NO_HOST_PORT],
        expect![[r#"
            error: service.deployment-configuration.minimum-healthy-percent: no update could ever begin: 2 of 2 tasks must stay, and no more than 2 may run
              hint: set `minimum-healthy-percent` to 50, or `maximum-percent` to 200"#]],
    );
    passes_alone([percent(100, 150), (COUNT, json!(2)), NO_HOST_PORT]);
    check_alone(
        [percent(100, 100)],
        expect![[r#"
            error: service.deployment-configuration.minimum-healthy-percent: no update could ever begin: 1 of 1 tasks must stay, and no more than 1 may run
              hint: set `minimum-healthy-percent` to 0, or `maximum-percent` to 200"#]],
    );
    check_alone(
        [percent(1, 199)],
        expect![[r#"
            error: service.deployment-configuration.minimum-healthy-percent: no update could ever begin: 1 of 1 tasks must stay, and no more than 1 may run
              hint: set `minimum-healthy-percent` to 0, or `maximum-percent` to 200"#]],
    );
}

#[test]
fn all_tasks_may_run() {
    check_alone(
        [percent(0, 99)],
        expect![[r#"
        error: service.deployment-configuration.maximum-percent: lets 0 tasks run, and 1 are wanted
          hint: set it to 100 or more"#]],
    );
    check_alone(
        [percent(0, 99), (COUNT, json!(200))],
        expect![[r#"
        error: service.deployment-configuration.maximum-percent: lets 198 tasks run, and 200 are wanted
          hint: set it to 100 or more"#]],
    );
}

#[test]
fn nothing_has_to_be_done_for_no_tasks() {
    passes_alone([percent(100, 100), (COUNT, json!(0))]);
}

#[test]
fn a_static_host_port_needs_room() {
    check(
        [percent(100, 200)],
        expect![[r#"
            warning: service.deployment-configuration.minimum-healthy-percent: an update must start a task before it may stop one, and its host ports (`6379`) are taken wherever one runs: it waits for ever unless an instance is free
              hint: set `minimum-healthy-percent` to 0 and `maximum-percent` to 100, or keep more instances than tasks"#]],
    );
    check(
        [(DEPLOYMENT, Value::Null), (COUNT, json!(3))],
        expect![[r#"
            warning: service.deployment-configuration.minimum-healthy-percent: an update must start a task before it may stop one, and its host ports (`6379`) are taken wherever one runs: it waits for ever unless an instance is free
              hint: set `minimum-healthy-percent` to 66 and `maximum-percent` to 100, or keep more instances than tasks"#]],
    );
    passes([percent(66, 100), (COUNT, json!(3))]);
    check(
        [percent(67, 200), (COUNT, json!(3))],
        expect![[r#"
            warning: service.deployment-configuration.minimum-healthy-percent: an update must start a task before it may stop one, and its host ports (`6379`) are taken wherever one runs: it waits for ever unless an instance is free
              hint: set `minimum-healthy-percent` to 66 and `maximum-percent` to 100, or keep more instances than tasks"#]],
    );
    check_alone(
        [
            (DEPLOYMENT, Value::Null),
            ("/taskDefinition/networkMode", json!("host")),
        ],
        expect![[r#"
            warning: service.deployment-configuration.minimum-healthy-percent: an update must start a task before it may stop one, and its host ports (`6379`) are taken wherever one runs: it waits for ever unless an instance is free
              hint: set `minimum-healthy-percent` to 0 and `maximum-percent` to 100, or keep more instances than tasks"#]],
    );
    passes_alone([
        (DEPLOYMENT, Value::Null),
        ("/taskDefinition/networkMode", json!("awsvpc")),
    ]);
    passes_alone([(DEPLOYMENT, Value::Null), NO_HOST_PORT]);
}

#[test]
fn other_rollouts_have_other_arithmetic() {
    let daemon = ("/service/schedulingStrategy", json!("DAEMON"));
    passes_alone([(DEPLOYMENT, Value::Null), daemon, (COUNT, Value::Null)]);
    passes_alone([(DEPLOYMENT, json!({ "strategy": "BLUE_GREEN" }))]);
    passes_alone([
        (DEPLOYMENT, Value::Null),
        (
            "/service/deploymentController",
            json!({ "type": "CODE_DEPLOY" }),
        ),
    ]);
}

#[test]
fn rebalancing_needs_room() {
    let enabled = (REBALANCING, json!("ENABLED"));
    passes_alone([enabled.clone(), percent(0, 101)]);
    check_alone(
        [enabled.clone(), percent(0, 100)],
        expect![[r#"
        error: service.extra.availabilityZoneRebalancing: cannot be `ENABLED` with a `maximum-percent` of 100 or less
          hint: set it to `DISABLED`"#]],
    );
    check(
        [enabled.clone(), percent(0, 101)],
        expect![[r#"
        error: service.extra.availabilityZoneRebalancing: cannot be `ENABLED` behind a classic load balancer
          hint: set it to `DISABLED`"#]],
    );
    let zone = json!([{ "type": "memberOf", "expression": "attribute:ecs.availability-zone == us-east-1a" }]);
    check_alone(
        [
            enabled.clone(),
            percent(0, 101),
            ("/service/placementConstraints", zone),
        ],
        expect![[r#"
            error: service.extra.availabilityZoneRebalancing: cannot be `ENABLED` with a placement constraint on the zone
              hint: set it to `DISABLED`"#]],
    );
    let daemon = ("/service/schedulingStrategy", json!("DAEMON"));
    check_alone(
        [
            enabled.clone(),
            percent(0, 101),
            daemon,
            (COUNT, Value::Null),
        ],
        expect![[r#"
            error: service.extra.availabilityZoneRebalancing: cannot be `ENABLED` for a `DAEMON`
              hint: set it to `DISABLED`"#]],
    );
    let external = (
        "/service/deploymentController",
        json!({ "type": "EXTERNAL" }),
    );
    check_alone(
        [enabled, percent(0, 101), external],
        expect![[r#"
        error: service.extra.availabilityZoneRebalancing: cannot be `ENABLED` with the deployment controller `EXTERNAL`
          hint: set it to `DISABLED`"#]],
    );
}
