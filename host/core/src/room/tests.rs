use serde_json::json;

use super::*;
use crate::desired::DesiredTarget;
use crate::observed::ObservedService;
use crate::plan::{self, KnownTokens};

/// A service of a recipe: its name, MiB, host port (0: none), tasks.
fn desired(name: &str, memory: i64, port: u32, tasks: i64) -> DesiredService {
    let mappings = if port == 0 {
        json!([])
    } else {
        json!([{"containerPort": port, "hostPort": port}])
    };
    let container = json!({"name": name, "image": name, "cpu": 128, "memory": memory, "portMappings": mappings});
    DesiredService {
        name: name.to_owned(),
        task_definition: Some(json!({"family": name, "containerDefinitions": [container]})),
        service: Some(json!({
            "serviceName": format!("{name}-service"), "desiredCount": tasks,
            "deploymentConfiguration": {"minimumHealthyPercent": 0, "maximumPercent": 100},
        })),
        ..DesiredService::default()
    }
}

/// An instance with 1024 CPU units and 2000 MiB, of which some are left, and ports that are taken.
fn instance(id: &str, left: i64, ports: &[&str]) -> Value {
    let integer = |name: &str, value: i64| json!({"name": name, "integerValue": value});
    json!({
        "containerInstanceArn": id, "ec2InstanceId": id, "status": "ACTIVE", "agentConnected": true,
        "registeredResources": [integer("CPU", 1024), integer("MEMORY", 2000)],
        "remainingResources": [
            integer("CPU", 1024), integer("MEMORY", left), {"name": "PORTS", "stringSetValue": ports},
        ],
    })
}

fn target() -> DesiredTarget {
    DesiredTarget {
        cluster: "searchapp".into(),
        ..DesiredTarget::default()
    }
}

fn planned(desired: &[DesiredService], observed: &Observed) -> Plan {
    plan::plan(&target(), desired, observed, &KnownTokens::new())
}

/// What is told of services that are created.
fn told(desired: &[DesiredService], instances: &[Value]) -> Vec<String> {
    let observed = Observed::default();
    let mut plan = planned(desired, &observed);
    assert!(is_asked(&plan));
    let found = check(&mut plan, desired, &observed, instances);
    assert!(plan.steps().all(|it| it.breaks.is_empty()));
    found
        .into_iter()
        .map(|(name, it)| format!("{name}: {}", it.message))
        .collect()
}

fn two() -> [Value; 2] {
    [instance("i-1", 2000, &["22"]), instance("i-2", 2000, &[])]
}

#[test]
fn where_there_is_room_nothing_is_told() {
    let both = [desired("a", 900, 6379, 2), desired("b", 900, 80, 2)];
    assert_eq!(told(&both, &two()), [""; 0]);
    assert_eq!(told(&[desired("a", 64, 22, 1)], &two()), [""; 0]);
    assert_eq!(told(&[desired("a", 64, 0, 9)], &two()), [""; 0]);
    assert_eq!(told(&[desired("none", 9999, 22, 0)], &two()), [""; 0]);
}

#[test]
fn a_task_that_no_instance_could_ever_hold() {
    assert_eq!(
        told(&[desired("a", 9999, 6379, 1)], &two()),
        ["a: a task takes 9999 MiB of memory, and the largest container instance has 2000"]
    );
    assert_eq!(
        told(&[desired("a", 64, 6379, 1)], &[]),
        ["a: cluster `searchapp` has no container instance that takes tasks"]
    );
}

#[test]
fn more_tasks_than_instances_with_the_port() {
    assert_eq!(
        told(&[desired("a", 64, 6379, 3)], &two()),
        [
            "a: each of the 3 tasks needs port 6379 of an instance of its own, and 2 instances take tasks"
        ]
    );
}

#[test]
fn an_instance_that_takes_no_tasks_does_not_count() {
    let mut instances = two();
    instances[0]["status"] = "DRAINING".into();
    instances[1]["agentConnected"] = false.into();
    assert_eq!(
        told(&[desired("a", 64, 6379, 1)], &instances),
        ["a: cluster `searchapp` has no container instance that takes tasks"]
    );
}

#[test]
fn a_port_that_is_taken() {
    assert_eq!(
        told(&[desired("a", 64, 22, 2)], &two()),
        ["a: there is room for 1 of its 2 tasks now: port 22 is taken on every instance"]
    );
}

#[test]
fn memory_that_others_have() {
    let full = [instance("i-1", 100, &[]), instance("i-2", 60, &[])];
    assert_eq!(
        told(&[desired("a", 128, 6379, 1)], &full),
        [
            "a: there is no room for its task now: a task takes 128 MiB of memory, and 100 are left at most"
        ]
    );
}

#[test]
fn services_of_one_plan_take_room_from_each_other() {
    let both = [desired("a", 1500, 80, 1), desired("b", 1500, 81, 2)];
    assert_eq!(
        told(&both, &two()),
        [
            "b: there is room for 1 of its 2 tasks now: a task takes 1500 MiB of memory, and 500 are left at most"
        ]
    );
    let same_port = [desired("a", 64, 80, 2), desired("b", 64, 80, 1)];
    assert_eq!(
        told(&same_port, &two()),
        ["b: there is no room for its task now: port 80 is taken on every instance"]
    );
}

/// What is told of a service that runs, and what its step breaks. `change` is about AWS's description of it.
fn rolled(desired: DesiredService, change: impl FnOnce(&mut Value)) -> (Vec<String>, Vec<String>) {
    let mut body = json!({
        "serviceName": "a-service", "status": "ACTIVE", "taskDefinition": "a:1", "desiredCount": 2, "runningCount": 2,
        "deploymentConfiguration": {"minimumHealthyPercent": 0, "maximumPercent": 100},
    });
    change(&mut body);
    let (name, service) = ObservedService::read(body).unwrap();
    let mut observed = Observed::default();
    observed.services.insert(name, service);
    let target = DesiredTarget {
        adopt: true,
        ..target()
    };
    let desired = [desired];
    let mut plan = plan::plan(&target, &desired, &observed, &KnownTokens::new());
    // Both ports are taken by the very tasks that are replaced.
    let instances = [
        instance("i-1", 100, &["6379"]),
        instance("i-2", 100, &["6379"]),
    ];
    let found = check(&mut plan, &desired, &observed, &instances);
    let step = plan.services[0].step(ResourceKind::Service).unwrap();
    let told = found.into_iter().map(|(_, it)| it.message).collect();
    (told, step.breaks.clone())
}

#[test]
fn what_replaced_tasks_hold_is_free_for_their_successors() {
    let (told, breaks) = rolled(desired("a", 1500, 6379, 2), |_| ());
    assert_eq!((told.len(), breaks.len()), (0, 0));
}

#[test]
fn tasks_are_not_stopped_for_such_as_fit_nowhere_without_asking() {
    let (told, breaks) = rolled(desired("a", 9999, 6379, 2), |_| ());
    let lack = "a task takes 9999 MiB of memory, and the largest container instance has 2000";
    assert_eq!(told, [lack]);
    assert_eq!(
        breaks,
        [format!(
            "stops what runs, and nothing takes its place: {lack}"
        )]
    );
}

#[test]
fn tasks_that_stay_until_others_run_are_not_lost() {
    let mut kept = desired("a", 9999, 6379, 2);
    kept.service.as_mut().unwrap()["deploymentConfiguration"]["minimumHealthyPercent"] = 100.into();
    let (told, breaks) = rolled(kept, |_| ());
    assert_eq!((told.len(), breaks.len()), (1, 0));
    let (told, breaks) = rolled(desired("a", 9999, 6379, 2), |it| {
        it["runningCount"] = 0.into();
    });
    assert_eq!((told.len(), breaks.len()), (1, 0));
}

#[test]
fn more_tasks_of_a_service_that_runs() {
    let (told, breaks) = rolled(desired("a", 64, 6379, 3), |_| ());
    assert_eq!(
        told,
        [
            "each of the 3 tasks needs port 6379 of an instance of its own, and 2 instances take tasks"
        ]
    );
    assert_eq!(breaks, [""; 0]);
}

#[test]
fn only_what_starts_tasks_on_instances_is_looked_at() {
    let mut fargate = desired("a", 9999, 0, 1);
    fargate.service.as_mut().unwrap()["launchType"] = "FARGATE".into();
    let mut provided = desired("a", 9999, 0, 1);
    provided.service.as_mut().unwrap()["capacityProviderStrategy"] =
        json!([{"capacityProvider": "more"}]);
    for one in [fargate, provided] {
        assert!(!is_asked(&planned(&[one], &Observed::default())));
    }
    let nothing = DesiredService {
        service: None,
        ..desired("a", 64, 0, 1)
    };
    assert!(!is_asked(&planned(&[nothing], &Observed::default())));
}

#[test]
fn data_on_one_instance_and_a_task_that_may_start_on_another() {
    let with_data = |volume: Value, tasks: i64| {
        let mut desired = desired("a", 64, 6379, tasks);
        let body = desired.task_definition.as_mut().unwrap();
        body["containerDefinitions"][0]["mountPoints"] = json!([{"sourceVolume": "data"}]);
        body["volumes"] = json!([volume]);
        desired
    };
    let on_host = json!({"name": "data", "host": {"sourcePath": "/srv/a"}});
    let by_docker = json!({"name": "data", "dockerVolumeConfiguration": {"scope": "shared"}});
    let [one, other] = two();
    let both = [one.clone(), other];
    for (volume, place) in [
        (on_host.clone(), "host path /srv/a"),
        (by_docker, "docker volume data"),
    ] {
        assert_eq!(
            told(&[with_data(volume, 1)], &both),
            [format!(
                "a: the data lies at {place} on the container instances, and a task may start on any of 2 instances: on another one it finds other data, or none"
            )]
        );
    }
    // Each instance has a task; there is only one; everybody sees it; somebody chose the instance.
    assert_eq!(told(&[with_data(on_host.clone(), 2)], &both), [""; 0]);
    assert_eq!(told(&[with_data(on_host.clone(), 1)], &[one]), [""; 0]);
    let efs = json!({"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}});
    assert_eq!(told(&[with_data(efs, 1)], &both), [""; 0]);
    let mut chosen = with_data(on_host, 1);
    chosen.task_definition.as_mut().unwrap()["placementConstraints"] =
        json!([{"type": "memberOf", "expression": "attribute:data == a"}]);
    assert_eq!(told(&[chosen], &both), [""; 0]);
}
