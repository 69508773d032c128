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
                    observed.services.clear();
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
