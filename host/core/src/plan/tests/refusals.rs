//! What is shown and refused.

use super::*;

#[test]
fn foreign_objects_are_never_touched() {
    for foreign in [
        ownership::Tags::new(),
        ownership::Tags::from([(ownership::STACK.into(), "other/default".into())]),
    ] {
        for (kind, step) in [("service", 0), ("load-balancer", 0), ("task-definition", 0)] {
            let steps = check(|desired, observed| match kind {
                "service" => {
                    observed.services.get_mut("redis-service").unwrap().tags = foreign.clone();
                }
                "load-balancer" => {
                    observed.load_balancers.get_mut("redis-elb").unwrap().tags = foreign.clone();
                }
                _ => {
                    observed.latest.get_mut("redis").unwrap().tags = foreign.clone();
                    desired.task_definition.as_mut().unwrap()["containerDefinitions"][0]["memory"] =
                        256.into();
                }
            });
            assert!(steps[step].contains("BLOCKED"), "{kind}: {steps:?}");
            if kind != "task-definition" {
                assert!(
                    steps[step].ends_with("[] "),
                    "a blocked step sends nothing: {steps:?}"
                );
            }
        }
    }
}

#[test]
fn what_cannot_change_in_place_is_blocked() {
    let scheme = |it: &mut DesiredService, _: &mut Observed| {
        it.load_balancer.as_mut().unwrap().create["Scheme"] = "internet-facing".into();
    };
    assert_eq!(
        check(scheme),
        ["redis/load-balancer Update BLOCKED [Scheme] "]
    );
    let listener = |it: &mut DesiredService, _: &mut Observed| {
        it.load_balancer.as_mut().unwrap().create["Listeners"][0]["InstancePort"] = 6380.into();
    };
    assert_eq!(
        check(listener),
        ["redis/load-balancer Update BLOCKED [Listeners[80].InstancePort] "]
    );
    let role = |_: &mut DesiredService, observed: &mut Observed| {
        observed.services.get_mut("redis-service").unwrap().body["roleArn"] =
            "arn:aws:iam::1:role/other".into();
    };
    assert_eq!(
        check(role),
        ["redis/service Update BLOCKED [role] TagResource"]
    );
}
