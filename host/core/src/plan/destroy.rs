//! What to delete, from the tags alone.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::volumes::{self, Kept};
use super::{Action, Blocked, Plan, ResourceKind, SCHEMA_VERSION, ServicePlan, Step};
use crate::desired::DesiredTarget;
use crate::observed::{ObservedService, is_revision, short};
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
    /// The load balancers that its services have and that stay, because they are not the service's by their tags: by
    /// name, why.
    pub spares: BTreeMap<String, String>,
    /// Who else has one of these objects: by the name of a load balancer or the ARN of a revision, an ECS service of
    /// the cluster that is not among `services`.
    ///
    /// Somebody took the tags from that service, or gave another service what is the stack's.
    pub used: BTreeMap<String, String>,
}

impl Doomed {
    /// Remembers which of the objects a service has that stays.
    pub fn find_use(&mut self, service: &str, observed: &ObservedService) {
        let runs = observed.task_definition().unwrap_or_default();
        let revisions = self.revisions.iter().filter(|it| is_revision(it, runs));
        let objects = self.load_balancers.iter().map(String::as_str);
        let balancers = observed.load_balancers();
        let balancers = balancers.filter(|it| objects.clone().any(|name| name == *it));
        let used: Vec<&str> = balancers.chain(revisions.map(String::as_str)).collect();
        let used: Vec<String> = used.into_iter().map(str::to_owned).collect();
        self.used
            .extend(used.into_iter().map(|it| (it, service.to_owned())));
    }

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
        balancers
            .map(|it| end_load_balancer(target, doomed, it))
            .collect(),
        revisions
            .map(|(family, arns)| end_revisions(target, doomed, family, &arns))
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

fn end_load_balancer(target: &DesiredTarget, doomed: &Doomed, name: &str) -> Step {
    Step {
        reason: Some("its address is gone for good".to_owned()),
        blocked: doomed.used.get(name).map(|service| {
            let what = format!("load balancer `{name}`");
            in_use(target, &what, service)
        }),
        requests: vec![load_balancer_request(name)],
        ..Step::new(&doomed.name, ResourceKind::LoadBalancer, name)
    }
}

fn end_revisions(target: &DesiredTarget, doomed: &Doomed, family: &str, arns: &[&str]) -> Step {
    let mut used = arns
        .iter()
        .filter_map(|it| Some((it, doomed.used.get(*it)?)));
    let blocked = used.next().map(|(arn, service)| {
        let what = format!("revision `{}`", short(arn));
        in_use(target, &what, service)
    });
    let deregister = |arn: &&str| Request {
        operation: Operation::DeregisterTaskDefinition,
        body: json!({"taskDefinition": arn}),
    };
    let plural = if arns.len() == 1 { "" } else { "s" };
    Step {
        reason: Some(format!("{} revision{plural}", arns.len())),
        blocked,
        requests: arns.iter().map(deregister).collect(),
        ..Step::new(&doomed.name, ResourceKind::TaskDefinition, family)
    }
}

/// What a service has that stays is not taken from under it.
fn in_use(target: &DesiredTarget, what: &str, service: &str) -> Blocked {
    let cluster = &target.cluster;
    Blocked {
        message: format!(
            "service `{service}` uses {what}, and stays: its tags do not say that it is among what is deleted"
        ),
        hint: format!(
            "take the service back with `host run … --adopt`, or delete it yourself \
             (`aws ecs delete-service --cluster {cluster} --service {service} --force`), and destroy again"
        ),
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
    fn what_a_service_has_that_stays_is_not_deleted() {
        let blocked = |body: Value| {
            let mut doomed = Doomed {
                services: Vec::new(),
                ..redis()
            };
            let observed = ObservedService {
                body,
                ..ObservedService::default()
            };
            doomed.find_use("redis-service", &observed);
            let plan = destroy(&target(), &[doomed]);
            let blocked = plan.steps().filter(|it| it.blocked.is_some());
            blocked.map(|it| it.id.clone()).collect::<Vec<_>>()
        };
        let has = |name: &str| json!([{"loadBalancerName": name}]);
        let runs = |name: &str| json!({"loadBalancers": has("redis-elb"), "taskDefinition": revision(name)});
        let both = ["redis/load-balancer", "redis/task-definition"];
        assert_eq!(blocked(runs("redis:1")), both);
        // An older revision that is not ours to deregister any more.
        assert_eq!(blocked(runs("redis:0")), both[..1]);
        assert_eq!(blocked(json!({"loadBalancers": has("other-elb")})), [""; 0]);
        assert_eq!(blocked(json!({"taskDefinition": "redis:1"})), both[1..]);
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
