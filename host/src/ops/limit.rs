//! How many load balancers a stack may have: those of the services that a call does not name count, too.

use std::collections::BTreeSet;

use host_core::desired::DesiredTarget;
use host_core::diag::Diagnostic;
use host_core::fault::Fault;
use host_core::plan::Plan;
use host_core::policy::check_load_balancers;
use host_core::request::Operation;
use serde_json::Value;

use super::blueprint::Rendered;
use super::inventory::Balancers;
use crate::cloud::aws::Aws;

/// Finds that the stack has more than it may once a plan is done. A plan that makes none is as good as before.
///
/// # Errors
/// AWS refuses a read.
pub(super) async fn load_balancers(
    aws: &Aws,
    target: &DesiredTarget,
    rendered: &[Rendered],
    plan: &Plan,
    in_region: usize,
) -> Result<Option<Diagnostic>, Fault> {
    let most = rendered.iter().map(|it| it.limits.load_balancers).max();
    let most = most.unwrap_or_default();
    let made = named(plan, Operation::CreateLoadBalancer);
    // The stack has no more than the region, so that mostly there is nothing to ask.
    if made.is_empty() || in_region + made.len() <= most {
        return Ok(None);
    }
    let all = Balancers::read(aws).await?;
    let ours = all.ours(target).into_iter();
    let ours = ours.filter_map(|(_, it)| name(&it.description)).collect();
    let file = rendered.first().map_or("", |it| it.permit.file());
    Ok(check_load_balancers(number(ours, plan), most, file))
}

/// How many the stack has when a plan is done, of those that it has before. One that is made anew under its name counts once.
fn number(ours: BTreeSet<String>, plan: &Plan) -> usize {
    let gone = named(plan, Operation::DeleteLoadBalancer);
    let stay = ours.into_iter().filter(|it| !gone.contains(it));
    let made = named(plan, Operation::CreateLoadBalancer);
    stay.chain(made).collect::<BTreeSet<_>>().len()
}

/// The load balancers that the calls of one operation name.
fn named(plan: &Plan, operation: Operation) -> BTreeSet<String> {
    let requests = plan.steps().flat_map(|it| &it.requests);
    let of_it = requests.filter(|it| it.operation == operation);
    of_it.filter_map(|it| name(&it.body)).collect()
}

fn name(body: &Value) -> Option<String> {
    Some(body["LoadBalancerName"].as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use host_core::plan::{Action, ResourceKind, ServicePlan, Step};
    use host_core::request::Request;
    use serde_json::json;

    use super::*;

    fn plan(calls: &[(Operation, &str)]) -> Plan {
        let request = |(operation, name): &(Operation, &str)| Request {
            operation: *operation,
            body: json!({"LoadBalancerName": name}),
        };
        let step = Step {
            action: Action::Create,
            requests: calls.iter().map(request).collect(),
            ..Step::new("web", ResourceKind::LoadBalancer, "web-elb")
        };
        Plan {
            services: vec![ServicePlan {
                steps: vec![step],
                ..ServicePlan::default()
            }],
            ..Plan::default()
        }
    }

    #[test]
    fn those_that_stay_and_those_that_come_count_once_each() {
        use Operation::{CreateLoadBalancer as Create, DeleteLoadBalancer as Delete};
        let ours = || BTreeSet::from(["a-elb".to_owned(), "b-elb".to_owned()]);
        for (calls, expected) in [
            (&[][..], 2),
            (&[(Create, "c-elb")], 3),
            (&[(Delete, "a-elb"), (Create, "a-elb")], 2),
            (&[(Delete, "a-elb"), (Create, "c-elb")], 2),
            (&[(Delete, "a-elb")], 1),
        ] {
            assert_eq!(number(ours(), &plan(calls)), expected, "{calls:?}");
        }
    }
}
