use expect_test::expect;
use serde_json::{Value, json};

use super::testing::{check, check_alone, passes, passes_alone};

#[test]
fn a_good_blueprint_has_no_findings() {
    passes([]);
    passes_alone([]);
}

#[test]
fn parts_may_stand_alone() {
    passes([("/service", Value::Null)]);
    passes([("/service", Value::Null), ("/taskDefinition", Value::Null)]);
    passes_alone([("/service", Value::Null)]);
}

#[test]
fn a_blueprint_has_something_in_it() {
    check_alone(
        [("/service", Value::Null), ("/taskDefinition", Value::Null)],
        expect![[r#"
            error: the blueprint is empty
              hint: set `task-definition`, `load-balancer` or `service`"#]],
    );
}

#[test]
fn a_service_needs_a_task_definition() {
    check_alone(
        [("/taskDefinition", Value::Null)],
        expect![[r#"
        error: task-definition: is missing, and a service runs the blueprint's own task definition
          hint: set `task-definition`, or leave out `service`"#]],
    );
}

#[test]
fn the_model_is_asked_about_every_body() {
    check(
        [
            ("/taskDefinition/containerDefinitions/0/hostnam", json!("a")),
            ("/service/desiredCount", json!("1")),
            ("/loadBalancer/Listeners/0/InstancePort", json!("6379")),
            ("/healthCheck/Interval", json!("10")),
            ("/attributes/CrossZoneLoadBalancing/Enabled", json!("true")),
        ],
        expect![[r#"
            warning: task-definition.container-definitions[0].extra.hostnam: `hostnam` is not in this host's copy of the AWS model (botocore 1.43.11); it is sent as it is
              hint: check the spelling, unless AWS has added it since
            error: service.desired-count: must be a whole number, but is text
              hint: write it as a whole number
            error: load-balancer.listeners[0].instance-port: must be a whole number, but is text
              hint: write it as a whole number
            error: load-balancer.health-check.interval: must be a whole number, but is text
              hint: write it as a whole number
            error: load-balancer.attributes.cross-zone-load-balancing.enabled: must be true or false, but is text
              hint: write it as true or false"#]],
    );
}

#[test]
fn a_number_of_a_wrong_type_is_one_finding() {
    check(
        [(
            "/taskDefinition/containerDefinitions/0/portMappings/0/hostPort",
            json!(4_294_967_295_u32),
        )],
        expect![[r#"
            error: task-definition.container-definitions[0].port-mappings[0].host-port: is 4294967295, but AWS takes whole numbers of 32 bits, 2147483647 at most
              hint: give a smaller number; -1 in the recipe arrives like this"#]],
    );
}

#[test]
fn all_findings_come_at_once() {
    check(
        [
            ("/taskDefinition/family", json!("a b")),
            ("/taskDefinition/containerDefinitions/0/memory", json!(5)),
            ("/loadBalancer/LoadBalancerName", json!("a_b")),
            ("/service/serviceName", json!("")),
        ],
        expect![[r#"
            error: task-definition.family: `a b` has other characters than letters, digits, `-` and `_`
              hint: call it `a-b`
            error: task-definition.container-definitions[0].memory: must be at least 6 MiB, but is 5
              hint: the nearest that AWS takes is 6
            error: load-balancer.load-balancer-name: `a_b` is not of letters, digits and `-`, with no `-` at either end
              hint: call it `a-b`
            error: service.service-name: is missing
              hint: give it a name of letters, digits, `-` and `_`"#]],
    );
}
