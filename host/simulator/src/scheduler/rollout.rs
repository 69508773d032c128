//! Services on their way from what they are to what they should be.

use std::time::Duration;

use serde_json::Value;

use super::placement::{NoPlace, place};
use super::tasks::{Order, start};
use super::{events, registration};
use crate::script::Script;
use crate::time::Time;
use crate::world::{
    Cluster, HealthState, Service, ServiceStatus, Stop, StopCode, Task, TaskStatus, World,
};

/// How long nothing must be possible before it is said so.
const DEADLOCK_AFTER: Duration = Duration::from_mins(1);
/// A steady service says so again.
const STEADY_AGAIN: Duration = Duration::from_hours(6);
/// Until a task that ran and ended is replaced.
const REPLACED_AFTER: Duration = Duration::from_secs(5);
/// Until a task that could not start is tried again; twice as long each time, up to a limit.
const RETRY_AFTER: Duration = Duration::from_secs(10);
const RETRY_MOST: Duration = Duration::from_mins(15);
/// So many tasks that could not start are not by chance.
const INCONSISTENT: u32 = 3;

/// When services change by themselves.
pub(super) fn due(world: &World) -> Vec<Time> {
    let mut times = Vec::new();
    for cluster in world.clusters.values() {
        for service in cluster
            .services
            .values()
            .filter(|it| it.status != ServiceStatus::Inactive)
        {
            times.extend(service.memory.not_before);
            times.extend(service.memory.steady.map(|it| it + STEADY_AGAIN));
            times.extend(service.memory.told.values().map(|it| *it + events::QUIET));
            let primary = service.deployments.first();
            times.extend(primary.map(|it| it.created + DEADLOCK_AFTER));
            let ours = cluster
                .tasks
                .values()
                .filter(|it| it.service.as_deref() == Some(&service.name));
            times.extend(ours.filter_map(|it| Some(it.started? + grace(service))));
        }
    }
    times
}

fn grace(service: &Service) -> Duration {
    Duration::from_secs(
        service.body["healthCheckGracePeriodSeconds"]
            .as_u64()
            .unwrap_or(0),
    )
}

/// Leads every service on by what is possible now. Says whether anything has changed.
pub(super) fn play(world: &mut World, script: &Script) -> bool {
    let names: Vec<(String, String)> = world
        .clusters
        .iter()
        .flat_map(|(cluster, it)| {
            it.services
                .values()
                .map(|it| (cluster.clone(), it.name.clone()))
        })
        .collect();
    let mut is_changed = false;
    for (cluster, name) in names {
        is_changed |= Rollout::new(world, script, cluster, &name).is_some_and(|mut it| it.lead());
    }
    is_changed
}

/// A task of a deployment has ended of itself.
pub(super) fn note_failure(
    world: &mut World,
    cluster: &str,
    service: &str,
    deployment: &str,
    never_ran: bool,
) {
    let World {
        clusters, ids, now, ..
    } = world;
    let Some(found) = clusters
        .get_mut(cluster)
        .and_then(|it| it.services.get_mut(service))
    else {
        return;
    };
    let mut deployments = found.deployments.iter_mut().enumerate();
    let Some((index, of)) = deployments.find(|(_, it)| it.id == deployment) else {
        return;
    };
    of.failed_tasks += 1;
    if index > 0 {
        // What an older deployment comes to does not hold up the newest.
        return;
    }
    let failed = of.failed_tasks;
    let breaker = &found.body["deploymentConfiguration"]["deploymentCircuitBreaker"];
    let threshold = found.desired.div_ceil(2).clamp(3, 200);
    if breaker["enable"] == true && !of.is_completed && failed >= threshold && of.failure.is_none()
    {
        of.failure = Some("ECS deployment circuit breaker: tasks failed to start.".to_owned());
    }
    if !never_ran {
        // AWS does not slow down for tasks that ran: they are just replaced.
        found.memory.not_before = Some(*now + REPLACED_AFTER);
        return;
    }
    found.memory.failures += 1;
    let doubled = RETRY_AFTER * 2_u32.pow((found.memory.failures - 1).min(10));
    found.memory.not_before = Some(*now + doubled.min(RETRY_MOST));
    if found.memory.failures >= INCONSISTENT {
        events::complain(found, ids, *now, &events::inconsistent());
    }
}

/// One service and its tasks, at one moment.
struct Rollout<'a> {
    world: &'a mut World,
    script: &'a Script,
    cluster: String,
    service: Service,
    /// Its tasks that have not stopped, the oldest first.
    tasks: Vec<Task>,
}

impl<'a> Rollout<'a> {
    fn new(world: &'a mut World, script: &'a Script, cluster: String, name: &str) -> Option<Self> {
        let found = world.clusters.get(&cluster)?;
        let service = found
            .services
            .get(name)
            .filter(|it| it.status != ServiceStatus::Inactive)?
            .clone();
        let ours = found
            .tasks
            .values()
            .filter(|it| it.service.as_deref() == Some(name));
        let mut tasks: Vec<Task> = ours
            .filter(|it| it.status != TaskStatus::Stopped)
            .cloned()
            .collect();
        tasks.sort_by(|one, other| (one.created, &one.id).cmp(&(other.created, &other.id)));
        Some(Self {
            world,
            script,
            cluster,
            service,
            tasks,
        })
    }

    fn lead(&mut self) -> bool {
        let before = self.service.clone();
        self.count_daemons();
        let mut is_changed = self.stop_unhealthy();
        is_changed |= self.stop_surplus();
        is_changed |= self.start_missing();
        self.drop_finished();
        self.tell_deadlock();
        self.tell_steady();
        is_changed |= self.service != before;
        if let Some(found) = self.world.clusters.get_mut(&self.cluster) {
            found
                .services
                .insert(self.service.name.clone(), self.service.clone());
        }
        is_changed
    }

    fn cluster(&self) -> &Cluster {
        &self.world.clusters[&self.cluster]
    }

    fn tell(&mut self, what: &str) {
        events::tell(&mut self.service, &mut self.world.ids, self.world.now, what);
    }

    fn complain(&mut self, what: &str) {
        events::complain(&mut self.service, &mut self.world.ids, self.world.now, what);
    }

    /// How many tasks there should be: one on each instance for a daemon.
    fn desired(&self) -> u32 {
        let is_daemon = self.service.body["schedulingStrategy"] == "DAEMON";
        if !is_daemon || self.service.status != ServiceStatus::Active {
            return self.service.desired;
        }
        let active = self
            .cluster()
            .instances
            .values()
            .filter(|it| it.status == "ACTIVE");
        u32::try_from(active.count()).unwrap_or(u32::MAX)
    }

    /// A daemon's number follows the instances, and is told as any other.
    fn count_daemons(&mut self) {
        let desired = self.desired();
        self.service.desired = desired;
        if let Some(primary) = self.service.deployments.first_mut() {
            primary.desired = desired;
        }
    }

    fn percent(&self, name: &str, usual: u64) -> u64 {
        let of = |it: &Value| it["deploymentConfiguration"][name].as_u64();
        of(&self.service.body).unwrap_or(usual)
    }

    /// The state of a task's instance at the load balancer of its service; absent without one.
    fn health(&self, task: &Task) -> Option<HealthState> {
        let cluster = self.cluster();
        let balancer = self
            .world
            .balancers
            .get(&registration::balancer(cluster, task)?)?;
        balancer
            .instances
            .get(&registration::ec2(cluster, task)?)
            .filter(|it| it.draining_until.is_none())
            .map(|it| it.health)
    }

    /// Whether a task counts as healthy: it runs, and its load balancer agrees.
    fn is_healthy(&self, task: &Task) -> bool {
        let is_classic = registration::balancer(self.cluster(), task).is_some();
        let is_running = task.status == TaskStatus::Running && !task.is_stopping;
        is_running && (!is_classic || self.health(task) == Some(HealthState::InService))
    }

    fn mark_stopping(&mut self, id: &str, reason: &str) {
        let now = self.world.now;
        let stop = Stop {
            code: StopCode::ServiceSchedulerInitiated,
            reason: reason.to_owned(),
        };
        for task in self.tasks.iter_mut().filter(|it| it.id == id) {
            task.is_stopping = true;
            task.stopping = Some(now);
            task.stop = Some(stop.clone());
        }
        let found = self
            .world
            .clusters
            .get_mut(&self.cluster)
            .and_then(|it| it.tasks.get_mut(id));
        if let Some(task) = found {
            task.is_stopping = true;
            task.stopping = Some(now);
            task.stop = Some(stop);
        }
    }

    /// Stops tasks whose instance failed its health checks, once their grace period is over.
    fn stop_unhealthy(&mut self) -> bool {
        let now = self.world.now;
        let grace = grace(&self.service);
        let is_over = |it: &Task| it.started.is_some_and(|at| at + grace <= now);
        let failed: Vec<Task> = self
            .tasks
            .iter()
            .filter(|it| it.status == TaskStatus::Running && !it.is_stopping && is_over(it))
            .filter(|it| self.health(it) == Some(HealthState::Failed))
            .cloned()
            .collect();
        for task in &failed {
            let (Some(balancer), Some(ec2)) = (
                registration::balancer(self.cluster(), task),
                registration::ec2(self.cluster(), task),
            ) else {
                continue;
            };
            self.tell(&events::unhealthy(&ec2, &balancer));
            self.mark_stopping(
                &task.id,
                &format!("Task failed ELB health checks in (elb {balancer})"),
            );
        }
        !failed.is_empty()
    }

    /// Whether a task is of the newest deployment and may stay where it is.
    fn is_current(&self, task: &Task) -> bool {
        let primary = self.service.deployments.first().map(|it| &it.id);
        let instances = &self.cluster().instances;
        let is_leaving = task
            .instance
            .as_ref()
            .and_then(|it| instances.get(it))
            .is_some_and(|it| it.status == "DRAINING");
        primary.is_some() && task.started_by.as_ref() == primary && !is_leaving
    }

    /// Stops what is too much: of older deployments and on draining instances as many as may be missing, of the
    /// newest what is beyond its number, what is not healthy first.
    fn stop_surplus(&mut self) -> bool {
        let desired = self.desired();
        let primary = self.service.deployments.first().map(|it| it.id.clone());
        let live: Vec<Task> = self
            .tasks
            .iter()
            .filter(|it| !it.is_stopping)
            .cloned()
            .collect();
        let healthy = live.iter().filter(|it| self.is_healthy(it)).count() as u64;
        let least = (u64::from(desired) * self.percent("minimumHealthyPercent", 100)).div_ceil(100);
        let mut may_stop = healthy.saturating_sub(least);
        let mut stopped = Vec::new();
        // A task that is not healthy counts for nothing: an older one goes at once, where the newest has its own or may have it.
        for task in live.iter().filter(|it| !self.is_current(it)) {
            let is_healthy = self.is_healthy(task);
            if is_healthy && may_stop == 0 {
                continue;
            }
            may_stop -= u64::from(is_healthy);
            stopped.push(task.id.clone());
        }
        let mut ours: Vec<&Task> = live.iter().filter(|it| self.is_current(it)).collect();
        let surplus = ours.len().saturating_sub(desired as usize);
        ours.reverse();
        ours.sort_by_key(|it| self.is_healthy(it));
        stopped.extend(ours.iter().take(surplus).map(|it| it.id.clone()));
        if stopped.is_empty() {
            return false;
        }
        let deployment = primary.unwrap_or_default();
        for id in &stopped {
            self.mark_stopping(
                id,
                &format!("Scaling activity initiated by (deployment {deployment})"),
            );
        }
        self.tell(&events::stopped(&stopped));
        true
    }

    /// Starts what is missing of the newest deployment, as far as there may be more and there is room.
    fn start_missing(&mut self) -> bool {
        let now = self.world.now;
        let desired = self.desired();
        let Some(primary) = self.service.deployments.first().cloned() else {
            return false;
        };
        let is_held = self.service.memory.not_before.is_some_and(|it| it > now);
        let scripted = self.script.service(&self.service.name);
        if scripted.is_some_and(|it| it.throttled) && self.tasks.len() < desired as usize {
            self.complain(events::THROTTLED);
            return false;
        }
        if self.service.status != ServiceStatus::Active || is_held || primary.failure.is_some() {
            return false;
        }
        let ours = self
            .tasks
            .iter()
            .filter(|it| self.is_current(it) && !it.is_stopping);
        let missing = (desired as usize).saturating_sub(ours.count());
        let most = u64::from(desired) * self.percent("maximumPercent", 200) / 100;
        let room = usize::try_from(most)
            .unwrap_or(usize::MAX)
            .saturating_sub(self.tasks.len());
        let mut started = Vec::new();
        let mut lack = None;
        for _ in 0..missing.min(room) {
            let name = self.service.name.clone();
            match place(self.world, &self.cluster, &primary.revision, Some(&name)) {
                Ok(instance) => {
                    let order = Order {
                        cluster: &self.cluster,
                        revision: &primary.revision,
                        instance: &instance,
                        service: Some((&name, &primary.id)),
                    };
                    started.push(start(self.world, self.script, &order));
                }
                Err(failures) => {
                    lack = Some(unplaced(&failures));
                    break;
                }
            }
        }
        if !started.is_empty() {
            self.tell(&events::started(&started));
        }
        if let Some(lack) = lack {
            self.complain(&lack);
        }
        if started.is_empty() {
            return false;
        }
        let tasks = &self.world.clusters[&self.cluster].tasks;
        self.tasks
            .extend(started.iter().filter_map(|id| tasks.get(id).cloned()));
        true
    }

    /// Older deployments without tasks are over; a deleted service without tasks is gone.
    fn drop_finished(&mut self) {
        let tasks = &self.tasks;
        let has_tasks = |id: &str| tasks.iter().any(|it| it.started_by.as_deref() == Some(id));
        let mut index = 0;
        self.service.deployments.retain(|it| {
            index += 1;
            index == 1 || has_tasks(&it.id)
        });
        if self.service.status == ServiceStatus::Draining && tasks.is_empty() {
            self.service.status = ServiceStatus::Inactive;
            self.service.gone = Some(self.world.now);
            // AWS still tells which task definition it had.
            self.service.last_revision = self
                .service
                .deployments
                .first()
                .map(|it| it.revision.clone());
            self.service.deployments.clear();
        }
        for older in self.service.deployments.iter_mut().skip(1) {
            older.desired = 0;
        }
    }

    fn tell_deadlock(&mut self) {
        let now = self.world.now;
        let desired = u64::from(self.desired());
        let Some(primary) = self.service.deployments.first() else {
            return;
        };
        let least = (desired * self.percent("minimumHealthyPercent", 100)).div_ceil(100);
        let most = desired * self.percent("maximumPercent", 200) / 100;
        let ours = self
            .tasks
            .iter()
            .filter(|it| it.started_by.as_ref() == Some(&primary.id))
            .count() as u64;
        let is_late = primary.created + DEADLOCK_AFTER <= now;
        if is_late
            && ours < desired
            && least >= desired
            && most <= desired
            && self.tasks.len() as u64 >= most
        {
            self.complain(events::DEADLOCK);
        }
    }

    fn tell_steady(&mut self) {
        let now = self.world.now;
        let desired = self.desired() as usize;
        let is_alone =
            self.service.deployments.len() == 1 && self.service.status == ServiceStatus::Active;
        let all_healthy = self
            .tasks
            .iter()
            .all(|it| self.is_healthy(it) && self.is_current(it));
        if !is_alone || self.tasks.len() != desired || !all_healthy {
            self.service.memory.steady = None;
            return;
        }
        if self
            .service
            .memory
            .steady
            .is_none_or(|it| it + STEADY_AGAIN <= now)
        {
            self.tell(events::STEADY);
            self.service.memory.steady = Some(now);
            self.service.memory.told.clear();
            self.service.memory.failures = 0;
            self.service.memory.not_before = None;
        }
        if let Some(primary) = self.service.deployments.first_mut() {
            primary.is_completed = true;
        }
    }
}

/// The event of a task that fits nowhere, by the instance that comes closest.
fn unplaced(failures: &[NoPlace]) -> String {
    let closest = failures.first().and_then(|it| {
        let id = it.instance.as_ref()?.rsplit('/').next()?;
        Some((id, it.why.words()))
    });
    events::unplaced(closest)
}
