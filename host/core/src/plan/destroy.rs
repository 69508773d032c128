//! What to delete, from the tags alone.

use serde_json::json;

use super::{Action, Plan, ResourceKind, SCHEMA_VERSION, ServicePlan, Step};
use crate::desired::DesiredTarget;
use crate::observed::short;
use crate::request::{Operation, Request};

/// What was found of one service of the stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Doomed {
    /// The name of the service in its stack.
    pub name: String,
    /// `redis@0.1.0`, as the tags say.
    pub recipe: String,
    /// The ECS service, and whether it is already being deleted.
    pub service: Option<(String, bool)>,
    /// The load balancer.
    pub load_balancer: Option<String>,
    /// ARNs of active revisions.
    pub revisions: Vec<String>,
}

/// Plans the end of services: the tasks stop, then the service, its load balancer and its revisions go.
pub fn destroy(target: &DesiredTarget, doomed: &[Doomed]) -> Plan {
    Plan {
        schema_version: SCHEMA_VERSION,
        stack: target.stack.clone(),
        cluster: target.cluster.clone(),
        region: target.region.clone(),
        services: doomed.iter().map(|it| end(target, it)).collect(),
    }
}

fn end(target: &DesiredTarget, doomed: &Doomed) -> ServicePlan {
    let mut steps: Vec<Step> = Vec::new();
    let mut add = |step: Step| {
        let needs = steps
            .last()
            .map(|before| before.id.clone())
            .into_iter()
            .collect();
        steps.push(Step {
            action: Action::Delete,
            needs,
            ..step
        });
    };
    if let Some((service, draining)) = &doomed.service {
        let step = Step::new(&doomed.name, ResourceKind::Service, service);
        let scale = json!({"cluster": target.cluster, "service": service, "desiredCount": 0});
        let delete = json!({"cluster": target.cluster, "service": service, "force": true});
        // A service that is being deleted takes neither call any more; its step is to wait.
        let requests = if *draining {
            Vec::new()
        } else {
            vec![
                Request {
                    operation: Operation::UpdateService,
                    body: scale,
                },
                Request {
                    operation: Operation::DeleteService,
                    body: delete,
                },
            ]
        };
        let reason = Some("its tasks stop first".to_owned());
        add(Step {
            reason,
            requests,
            ..step
        });
    }
    if let Some(name) = &doomed.load_balancer {
        let body = json!({"LoadBalancerName": name});
        let requests = vec![Request {
            operation: Operation::DeleteLoadBalancer,
            body,
        }];
        let reason = Some("its address is gone for good".to_owned());
        add(Step {
            reason,
            requests,
            ..Step::new(&doomed.name, ResourceKind::LoadBalancer, name)
        });
    }
    if let Some(last) = doomed.revisions.last() {
        let requests = doomed.revisions.iter().map(|arn| Request {
            operation: Operation::DeregisterTaskDefinition,
            body: json!({"taskDefinition": arn}),
        });
        let family = short(last).split(':').next().unwrap_or_default();
        let count = doomed.revisions.len();
        let reason = Some(format!(
            "{count} revision{}",
            if count == 1 { "" } else { "s" }
        ));
        let step = Step::new(&doomed.name, ResourceKind::TaskDefinition, family);
        add(Step {
            requests: requests.collect(),
            reason,
            ..step
        });
    }
    ServicePlan {
        name: doomed.name.clone(),
        recipe: doomed.recipe.clone(),
        steps,
        ..ServicePlan::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_goes_in_order_and_only_what_is_there() {
        let target = DesiredTarget {
            cluster: "searchapp".into(),
            ..DesiredTarget::default()
        };
        let whole = Doomed {
            name: "redis".into(),
            service: Some(("redis-service".into(), false)),
            load_balancer: Some("redis-elb".into()),
            revisions: vec!["arn:aws:ecs:us-east-1:1:task-definition/redis:1".into()],
            ..Doomed::default()
        };
        let plan = destroy(&target, std::slice::from_ref(&whole));
        let steps: Vec<_> = plan
            .steps()
            .map(|it| (it.id.as_str(), it.needs.clone(), it.requests.len()))
            .collect();
        assert_eq!(
            steps,
            [
                ("redis/service", vec![], 2),
                ("redis/load-balancer", vec!["redis/service".to_owned()], 1),
                (
                    "redis/task-definition",
                    vec!["redis/load-balancer".to_owned()],
                    1
                ),
            ]
        );
        let draining = Doomed {
            service: Some(("redis-service".into(), true)),
            load_balancer: None,
            ..whole
        };
        let plan = destroy(&target, &[draining]);
        assert_eq!(
            plan.steps().map(|it| it.requests.len()).collect::<Vec<_>>(),
            [0, 1]
        );
    }
}
