//! What must hold of an account.

use std::collections::{BTreeMap, BTreeSet};

use host_simulator::world::{Cluster, HealthState, Service, ServiceStatus, Task, TaskStatus, free};
use host_simulator::{Api, World};
use serde_json::{Value, json};

use super::play::Play;

pub(super) fn check(play: &mut Play) {
    check_instances(&play.world);
    check_registrations(play);
    check_kept(&play.world);
    for name in play.world.clusters["searchapp"]
        .services
        .keys()
        .cloned()
        .collect::<Vec<_>>()
    {
        check_service(play, &name);
    }
}

fn searchapp(world: &World) -> &Cluster {
    &world.clusters["searchapp"]
}

/// Nothing is reserved twice, and nothing that is not there.
fn check_instances(world: &World) {
    let cluster = searchapp(world);
    for instance in cluster.instances.values() {
        let here = cluster.tasks.values().filter(|it| {
            it.status != TaskStatus::Stopped && it.instance.as_deref() == Some(&instance.id)
        });
        let (mut cpu, mut memory, mut ports) =
            (0, 0, BTreeSet::from([22, 2375, 2376, 51678, 51679]));
        for task in here {
            let body = &world.revision(&task.revision).unwrap().body;
            for container in body["containerDefinitions"].as_array().unwrap() {
                cpu += container["cpu"].as_i64().unwrap_or(0);
                memory += container["memory"].as_i64().unwrap_or(0);
                for mapping in container["portMappings"].as_array().unwrap() {
                    let port = u16::try_from(mapping["hostPort"].as_u64().unwrap()).unwrap();
                    assert!(
                        port == 0 || ports.insert(port),
                        "port {port} is taken twice"
                    );
                }
            }
        }
        let left = free(world, cluster, instance);
        assert_eq!(
            (left.cpu, left.memory),
            (
                i64::from(instance.cpu) - cpu,
                i64::from(instance.memory) - memory
            )
        );
        assert!(left.cpu >= 0 && left.memory >= 0, "{left:?}");
        assert_eq!(left.tcp, ports);
    }
}

/// At a load balancer there are only instances that a task of its service runs on, and those registered by hand or still
/// draining.
fn check_registrations(play: &Play) {
    let cluster = searchapp(&play.world);
    for (name, balancer) in &play.world.balancers {
        for (ec2, registration) in &balancer.instances {
            let runs = cluster.tasks.values().any(|task| {
                task.status == TaskStatus::Running
                    && service_of(cluster, task).and_then(balancer_of) == Some(name)
                    && task
                        .instance
                        .as_ref()
                        .is_some_and(|it| cluster.instances[it].ec2 == *ec2)
            });
            assert!(
                runs || registration.draining_until > Some(play.world.now)
                    || play.by_hand.contains(&(name.clone(), ec2.clone())),
                "{ec2} is at {name}"
            );
        }
    }
}

/// Written down and read again it is the same.
fn check_kept(world: &World) {
    let text = serde_json::to_string(world).unwrap();
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(*world, serde_json::from_value(read).unwrap());
}

fn check_service(play: &mut Play, name: &str) {
    let input = json!({"cluster": "searchapp", "services": [name]});
    let described = play.call(Api::Ecs, "DescribeServices", &input).unwrap();
    let service = described["services"][0].clone();
    if service.is_null() {
        // It was deleted long ago.
        assert_eq!(
            searchapp(&play.world).services[name].status,
            ServiceStatus::Inactive
        );
        return;
    }
    let cluster = searchapp(&play.world);
    let ours = || {
        cluster
            .tasks
            .values()
            .filter(|it| it.service.as_deref() == Some(name))
    };
    let running = ours().filter(|it| it.status == TaskStatus::Running).count();
    let pending = ours()
        .filter(|it| it.status < TaskStatus::Running && !it.is_stopping)
        .count();
    assert_eq!(
        (&service["runningCount"], &service["pendingCount"]),
        (&json!(running), &json!(pending))
    );
    if service["schedulingStrategy"] == "DAEMON" {
        let here = ours().filter(|it| it.status != TaskStatus::Stopped);
        let mut places = BTreeSet::new();
        for task in here {
            let place = (&task.instance, &task.revision);
            assert!(places.insert(place), "two of a daemon are at {place:?}");
        }
    }
    let deployments = service["deployments"].as_array().unwrap();
    let with = |status: &str| {
        deployments
            .iter()
            .filter(|it| it["status"] == status)
            .count()
    };
    let is_inactive = service["status"] == "INACTIVE";
    assert_eq!(
        with("PRIMARY"),
        usize::from(!is_inactive),
        "{deployments:?}"
    );
    assert_eq!(with("PRIMARY") + with("ACTIVE"), deployments.len());
    let sum = |count: &str| {
        deployments
            .iter()
            .map(|it| it[count].as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!(sum("runningCount"), running as u64, "{deployments:?}");
    assert_eq!(sum("pendingCount"), pending as u64, "{deployments:?}");
    let events: Vec<f64> = service["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["createdAt"].as_f64().unwrap())
        .collect();
    assert!(
        events.len() <= 100 && events.is_sorted_by(|newer, older| newer >= older),
        "{events:?}"
    );
}

fn service_of<'a>(cluster: &'a Cluster, task: &Task) -> Option<&'a Service> {
    cluster.services.get(task.service.as_ref()?)
}

fn balancer_of(service: &Service) -> Option<&str> {
    service.body["loadBalancers"][0]["loadBalancerName"].as_str()
}

/// How many tasks a service should have, and how many it has at least and at most.
fn bounds(cluster: &Cluster, service: &Service) -> (u64, u64) {
    let desired = if service.body["schedulingStrategy"] == "DAEMON"
        && service.status == ServiceStatus::Active
    {
        cluster
            .instances
            .values()
            .filter(|it| it.status == "ACTIVE")
            .count() as u64
    } else {
        service.desired.into()
    };
    let percent = |name: &str| {
        service.body["deploymentConfiguration"][name]
            .as_u64()
            .unwrap()
    };
    let least = (desired * percent("minimumHealthyPercent")).div_ceil(100);
    (least, desired * percent("maximumPercent") / 100)
}

fn live(cluster: &Cluster) -> BTreeMap<String, u64> {
    let mut count = BTreeMap::new();
    for task in cluster
        .tasks
        .values()
        .filter(|it| it.status <= TaskStatus::Running && !it.is_stopping)
    {
        if let Some(service) = &task.service {
            *count.entry(service.clone()).or_default() += 1;
        }
    }
    count
}

/// Tasks are started only up to the most that there may be. There were more: then there are no more than those.
pub(super) fn check_bounds(before: &World, play: &Play) {
    let (was, cluster) = (live(searchapp(before)), searchapp(&play.world));
    for (name, now) in live(cluster) {
        let (_, most) = bounds(cluster, &cluster.services[&name]);
        let was = was.get(&name).copied().unwrap_or(0);
        assert!(
            now <= most.max(was),
            "{name}: {now} tasks, at most {most}, before {was}"
        );
    }
}

fn healthy(world: &World, service: &str) -> BTreeSet<String> {
    let cluster = searchapp(world);
    let ours = cluster
        .tasks
        .values()
        .filter(|it| it.service.as_deref() == Some(service));
    let is_in_service = |it: &Task| {
        let Some(name) = balancer_of(&cluster.services[service]) else {
            return true;
        };
        let ec2 = &cluster.instances[it.instance.as_ref().unwrap()].ec2;
        let at = world
            .balancers
            .get(name)
            .and_then(|it| it.instances.get(ec2));
        at.is_some_and(|it| it.health == HealthState::InService && it.draining_until.is_none())
    };
    let is_healthy =
        |it: &&Task| it.status == TaskStatus::Running && !it.is_stopping && is_in_service(it);
    ours.filter(is_healthy).map(|it| it.id.clone()).collect()
}

/// What the scheduler stops by itself leaves as many healthy tasks as there must be, but for those that are lost
/// at the same time.
pub(super) fn check_stops(before: &World, play: &Play) {
    let cluster = searchapp(&play.world);
    for (name, service) in &cluster.services {
        let was = healthy(before, name);
        let is = healthy(&play.world, name);
        let is_stopped_by_choice = |id: &&String| {
            let stop = cluster.tasks.get(*id).and_then(|it| it.stop.as_ref());
            stop.is_some_and(|it| it.reason.starts_with("Scaling activity"))
        };
        let gone: Vec<&String> = was.difference(&is).collect();
        let chosen = gone.iter().filter(|it| is_stopped_by_choice(it)).count();
        let lost = gone.len() - chosen;
        let (least, _) = bounds(cluster, service);
        assert!(
            chosen == 0 || (is.len() + lost) as u64 >= least,
            "{name}: stopped {chosen} and has {} healthy tasks of {least}",
            is.len()
        );
    }
}
