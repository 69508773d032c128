//! What to delete, from the tags alone.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::volumes::{self, Kept};
use super::{Action, Plan, ResourceKind, SCHEMA_VERSION, ServicePlan, Step};
use crate::desired::DesiredTarget;
use crate::observed::{ObservedService, short};
use crate::request::{Operation, Request};

/// What was found of one service of the stack.
///
/// Mostly one object of each kind; more where a run gave the service another name and left the former objects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Doomed {
    /// The name of the service in its stack.
    pub name: String,
    /// `redis@0.1.0`, as the tags say.
    pub recipe: String,
    /// The ECS services.
    pub services: Vec<DoomedService>,
    /// The names of the load balancers.
    pub load_balancers: Vec<String>,
    /// ARNs of active revisions, of any family.
    pub revisions: Vec<String>,
    /// The data that stays where it is, of all revisions that were read, each place once.
    pub leaves: Vec<Kept>,
}

impl Doomed {
    /// Remembers the data of a revision that outlasts it.
    pub fn leave(&mut self, task_definition: &Value) {
        for kept in volumes::kept(task_definition) {
            if self.leaves.iter().all(|it| it.place != kept.place) {
                self.leaves.push(kept);
            }
        }
    }
}

/// An ECS service that is to go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DoomedService {
    /// AWS's name of it.
    pub name: String,
    /// Whether it is already being deleted.
    pub draining: bool,
    /// Whether its scheduling strategy is `DAEMON`. Such a service has no count that could be set to 0.
    pub daemon: bool,
    /// The volumes whose data goes with its tasks.
    pub loses: Vec<String>,
}

impl DoomedService {
    /// From what AWS says of a service, and of the revision that it runs where that could be read.
    pub fn read(name: String, observed: &ObservedService, revision: Option<&Value>) -> Self {
        let runs = observed.body["runningCount"] != 0;
        Self {
            name,
            draining: observed.is_draining(),
            daemon: observed.body["schedulingStrategy"] == "DAEMON",
            loses: revision
                .filter(|_| runs)
                .map_or_else(Vec::new, volumes::temporary),
        }
    }
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
    let services = doomed.services.iter();
    let balancers = doomed.load_balancers.iter();
    let revisions = families(&doomed.revisions).into_iter();
    let kinds: [Vec<Step>; 3] = [
        services.map(|it| end_service(target, doomed, it)).collect(),
        balancers.map(|it| end_load_balancer(doomed, it)).collect(),
        revisions
            .map(|(family, arns)| end_revisions(doomed, family, &arns))
            .collect(),
    ];
    let mut steps: Vec<Step> = Vec::new();
    let mut before: Vec<String> = Vec::new();
    for kind in kinds.into_iter().filter(|it| !it.is_empty()) {
        let several = kind.len() > 1;
        let kind: Vec<Step> = kind
            .into_iter()
            .map(|step| Step {
                id: if several {
                    format!("{}/{}", step.id, step.name)
                } else {
                    step.id
                },
                action: Action::Delete,
                needs: before.clone(),
                ..step
            })
            .collect();
        before = kind.iter().map(|step| step.id.clone()).collect();
        steps.extend(kind);
    }
    ServicePlan {
        name: doomed.name.clone(),
        recipe: doomed.recipe.clone(),
        steps,
        ..ServicePlan::default()
    }
}

/// The calls that end a service: its tasks stop first.
pub(super) fn service_requests(cluster: &str, service: &DoomedService) -> Vec<Request> {
    let name = &service.name;
    let scale = Request {
        operation: Operation::UpdateService,
        body: json!({"cluster": cluster, "service": name, "desiredCount": 0}),
    };
    let delete = Request {
        operation: Operation::DeleteService,
        body: json!({"cluster": cluster, "service": name, "force": true}),
    };
    match service {
        // One that is being deleted takes neither call any more; its step is to wait.
        DoomedService { draining: true, .. } => Vec::new(),
        DoomedService { daemon: true, .. } => vec![delete],
        DoomedService { .. } => vec![scale, delete],
    }
}

/// The call that ends a load balancer.
pub(super) fn load_balancer_request(name: &str) -> Request {
    Request {
        operation: Operation::DeleteLoadBalancer,
        body: json!({"LoadBalancerName": name}),
    }
}

fn end_service(target: &DesiredTarget, doomed: &Doomed, service: &DoomedService) -> Step {
    Step {
        reason: Some("its tasks stop first".to_owned()),
        loses: service.loses.clone(),
        requests: service_requests(&target.cluster, service),
        ..Step::new(&doomed.name, ResourceKind::Service, &service.name)
    }
}

fn end_load_balancer(doomed: &Doomed, name: &str) -> Step {
    Step {
        reason: Some("its address is gone for good".to_owned()),
        requests: vec![load_balancer_request(name)],
        ..Step::new(&doomed.name, ResourceKind::LoadBalancer, name)
    }
}

fn end_revisions(doomed: &Doomed, family: &str, arns: &[&str]) -> Step {
    let deregister = |arn: &&str| Request {
        operation: Operation::DeregisterTaskDefinition,
        body: json!({"taskDefinition": arn}),
    };
    let plural = if arns.len() == 1 { "" } else { "s" };
    Step {
        reason: Some(format!("{} revision{plural}", arns.len())),
        requests: arns.iter().map(deregister).collect(),
        ..Step::new(&doomed.name, ResourceKind::TaskDefinition, family)
    }
}

/// Revisions by their family, in the order in which they were found.
fn families(revisions: &[String]) -> BTreeMap<&str, Vec<&str>> {
    let mut families: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for arn in revisions {
        let family = short(arn).split(':').next().unwrap_or_default();
        families.entry(family).or_default().push(arn);
    }
    families
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> DesiredTarget {
        DesiredTarget {
            cluster: "searchapp".into(),
            ..DesiredTarget::default()
        }
    }

    fn service(name: &str) -> DoomedService {
        DoomedService {
            name: name.into(),
            ..DoomedService::default()
        }
    }

    fn revision(name: &str) -> String {
        format!("arn:aws:ecs:us-east-1:1:task-definition/{name}")
    }

    /// The steps, each with what it needs and what it calls.
    fn check(doomed: Doomed, expect: &[&str]) {
        let plan = destroy(&target(), &[doomed]);
        let line = |step: &Step| {
            let calls: Vec<_> = step.requests.iter().map(|it| it.operation.name()).collect();
            format!("{} <{}> {}", step.id, step.needs.join(" "), calls.join(" "))
        };
        assert_eq!(plan.steps().map(line).collect::<Vec<_>>(), expect);
        assert!(plan.steps().all(|it| it.action == Action::Delete));
    }

    fn redis() -> Doomed {
        Doomed {
            name: "redis".into(),
            services: vec![service("redis-service")],
            load_balancers: vec!["redis-elb".into()],
            revisions: vec![revision("redis:1")],
            ..Doomed::default()
        }
    }

    #[test]
    fn everything_goes_in_order() {
        check(
            redis(),
            &[
                "redis/service <> UpdateService DeleteService",
                "redis/load-balancer <redis/service> DeleteLoadBalancer",
                "redis/task-definition <redis/load-balancer> DeregisterTaskDefinition",
            ],
        );
    }

    #[test]
    fn what_is_gone_is_left_out_and_what_is_going_is_waited_for() {
        let draining = DoomedService {
            draining: true,
            ..service("redis-service")
        };
        check(
            Doomed {
                services: vec![draining],
                load_balancers: Vec::new(),
                ..redis()
            },
            &[
                "redis/service <> ",
                "redis/task-definition <redis/service> DeregisterTaskDefinition",
            ],
        );
    }

    #[test]
    fn a_daemon_has_no_count() {
        let daemon = DoomedService {
            daemon: true,
            ..service("agent")
        };
        let agent = Doomed {
            name: "agent".into(),
            services: vec![daemon],
            ..Doomed::default()
        };
        check(agent, &["agent/service <> DeleteService"]);
    }

    #[test]
    fn of_a_service_that_had_two_names_everything_goes() {
        let renamed = Doomed {
            name: "cache".into(),
            services: vec![service("a1-service"), service("b1-service")],
            load_balancers: vec!["a1-elb".into(), "b1-elb".into()],
            revisions: vec![revision("a1:1"), revision("b1:1"), revision("b1:2")],
            ..Doomed::default()
        };
        let services = "cache/service/a1-service cache/service/b1-service";
        let balancers = "cache/load-balancer/a1-elb cache/load-balancer/b1-elb";
        check(
            renamed,
            &[
                "cache/service/a1-service <> UpdateService DeleteService",
                "cache/service/b1-service <> UpdateService DeleteService",
                &format!("cache/load-balancer/a1-elb <{services}> DeleteLoadBalancer"),
                &format!("cache/load-balancer/b1-elb <{services}> DeleteLoadBalancer"),
                &format!("cache/task-definition/a1 <{balancers}> DeregisterTaskDefinition"),
                &format!(
                    "cache/task-definition/b1 <{balancers}> DeregisterTaskDefinition DeregisterTaskDefinition"
                ),
            ],
        );
    }
    #[test]
    fn data_goes_with_the_tasks_that_run() {
        let body = json!({"volumes": [{"name": "data"}]});
        let loses = |status: &str, running: u32, revision: Option<&Value>| {
            let observed = ObservedService {
                body: json!({"status": status, "runningCount": running}),
                ..ObservedService::default()
            };
            let service = DoomedService::read("redis-service".into(), &observed, revision);
            let doomed = Doomed {
                services: vec![service],
                ..redis()
            };
            let plan = destroy(&target(), &[doomed]);
            let service = plan.steps().find(|it| it.kind == ResourceKind::Service);
            service.unwrap().loses.clone()
        };
        assert_eq!(loses("ACTIVE", 1, Some(&body)), ["data"]);
        assert_eq!(loses("DRAINING", 1, Some(&body)), ["data"]);
        assert_eq!(loses("ACTIVE", 0, Some(&body)), [""; 0]);
        assert_eq!(loses("ACTIVE", 1, None), [""; 0]);
    }

    #[test]
    fn data_that_stays_is_told_once() {
        let body = |volume: Value| {
            json!({
                "volumes": [volume],
                "containerDefinitions": [{"mountPoints": [{"sourceVolume": volume["name"], "containerPath": "/data"}]}],
            })
        };
        let mut doomed = redis();
        for volume in [
            json!({"name": "data", "host": {"sourcePath": "/srv/es"}}),
            json!({"name": "renamed", "host": {"sourcePath": "/srv/es/"}}),
            json!({"name": "data"}),
            json!({"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1234"}}),
            json!({"name": "es-data", "dockerVolumeConfiguration": {"scope": "shared"}}),
        ] {
            doomed.leave(&body(volume));
        }
        let places: Vec<&str> = doomed.leaves.iter().map(|it| it.place.as_str()).collect();
        assert_eq!(
            places,
            [
                "host path /srv/es on the container instances",
                "EFS fs-1234:/",
                "docker volume es-data on the container instances",
            ]
        );
    }
}
