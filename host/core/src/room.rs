//! Whether the container instances have room for the tasks that a plan starts.
//!
//! AWS takes a service whose tasks fit nowhere, and stops what runs for tasks that never start. What the instances
//! report shows most of it before anything is sent. Constraints, attributes and what other services start meanwhile are
//! not looked at, so nothing here refuses a plan: it warns, and asks where running tasks would be stopped for nothing.

use serde_json::Value;

use crate::codes::target::{DATA_ELSEWHERE, NO_ROOM};
use crate::desired::DesiredService;
use crate::diag::Diagnostic;
use crate::observed::Observed;
use crate::plan::volumes::on_instances;
use crate::plan::{Action, Plan, ResourceKind, ServicePlan, Step, begins_deployment, starts_anew};
use crate::request::Operation;
use crate::stability::{Instance, Reservation};

/// Whether the plan starts tasks on container instances, so that these are worth reading.
#[must_use]
pub fn is_asked(plan: &Plan) -> bool {
    let mut steps = plan.steps();
    steps.any(|it| call(it).is_some_and(|body| is_on_instances(body) && starts_tasks(it, body)))
}

/// Looks for the tasks that the plan starts, by members of `containerInstances` of DescribeContainerInstances.
///
/// Gives the warnings, each with the name of its service. Steps that stop running tasks for such as fit nowhere say so
/// in [`Step::breaks`].
pub fn check(
    plan: &mut Plan,
    desired: &[DesiredService],
    observed: &Observed,
    instances: &[Value],
) -> Vec<(String, Diagnostic)> {
    let mut instances: Vec<Instance> = instances.iter().map(Instance::read).collect();
    instances.retain(|it| it.is_active && it.is_connected);
    // Where something is deleted first, what is taken now may be free then.
    let is_crowded = plan.steps().all(|it| it.action != Action::Delete);
    let cluster = plan.cluster.clone();
    let mut found = Vec::new();
    for service in &mut plan.services {
        let Some(asked) = Asked::read(service, desired, observed) else {
            continue;
        };
        let never = never(&asked, &instances, &cluster);
        let lack = never.clone().or_else(|| too_few(&asked, &instances));
        let lack = match (lack, &asked.runs) {
            (None, None) if is_crowded => place(&asked, &mut instances),
            (lack, _) => lack,
        };
        if let Some(lack) = &never
            && asked.stops()
        {
            let breaks = format!(
                "stops what runs, and nothing takes its place: {}",
                lack.told
            );
            let mut steps = service.steps.iter_mut();
            let step = steps.find(|it| it.kind == ResourceKind::Service && call(it).is_some());
            if let Some(step) = step {
                step.breaks.push(breaks);
            }
        }
        found.extend(lack.map(|it| (service.name.clone(), it.finding())));
        let elsewhere = elsewhere(&asked, &instances);
        found.extend(elsewhere.map(|it| (service.name.clone(), it)));
    }
    found
}

/// What is told where the instances could not be read.
#[must_use]
pub fn unread(why: &str) -> Diagnostic {
    let told = format!(
        "the container instances could not be read, so nobody looked whether the tasks have room: {why}"
    );
    Diagnostic::warning("target.cluster", told)
        .code(NO_ROOM)
        .hint("allow `ecs:ListContainerInstances` and `ecs:DescribeContainerInstances`")
}

/// The body of the call that makes or changes a service.
fn call(step: &Step) -> Option<&Value> {
    let calls = [Operation::CreateService, Operation::UpdateService];
    let mut requests = step.requests.iter();
    let request = requests.find(|it| calls.contains(&it.operation))?;
    let can_be = step.action != Action::Delete && step.blocked.is_none();
    can_be.then_some(&request.body)
}

/// Whether AWS places the tasks on instances that are there. A capacity provider starts others.
fn is_on_instances(service: &Value) -> bool {
    let providers = service["capacityProviderStrategy"].as_array();
    let launch_type = service["launchType"].as_str();
    providers.is_none_or(Vec::is_empty)
        && launch_type.is_none_or(|it| it == "EC2")
        && service["schedulingStrategy"] != "DAEMON"
}

fn starts_tasks(step: &Step, body: &Value) -> bool {
    begins_deployment(step) || body.get("desiredCount").is_some()
}

/// What a plan asks of the instances for one service.
struct Asked {
    /// The name of the service in its stack.
    name: String,
    task: Reservation,
    /// How many there are to be.
    tasks: i64,
    /// Where data lies that each instance has for itself, for a sentence. Empty where constraints choose the instance.
    local_data: Vec<String>,
    /// What runs, where the service is there already.
    runs: Option<Running>,
}

struct Running {
    tasks: i64,
    /// How many of the tasks that there are to be AWS keeps running in a rollout.
    kept: i64,
    is_rollout: bool,
}

impl Asked {
    fn read(plan: &ServicePlan, desired: &[DesiredService], observed: &Observed) -> Option<Self> {
        let step = plan.step(ResourceKind::Service)?;
        let body = call(step)?;
        let desired = desired.iter().find(|it| it.name == plan.name)?;
        let now = observed.services.get(&step.name);
        let now = now.filter(|it| step.action == Action::Update && !it.is_draining());
        let now = now.map(|it| &it.body);
        if !starts_tasks(step, body) || !is_on_instances(now.unwrap_or(body)) {
            return None;
        }
        let said = |path: &str| {
            let said = body.pointer(path).and_then(Value::as_i64);
            said.or_else(|| now?.pointer(path).and_then(Value::as_i64))
        };
        let tasks = said("/desiredCount").unwrap_or(1);
        let minimum = said("/deploymentConfiguration/minimumHealthyPercent").unwrap_or(100);
        let mut fields = body.as_object()?.keys();
        let is_rollout = fields.any(|it| starts_anew(it));
        let definition = desired.task_definition.as_ref()?;
        let bodies = [Some(body), now, Some(definition)];
        let is_constrained = bodies.iter().flatten().any(|it| is_constrained(it));
        let local = on_instances(definition).into_iter();
        Some(Self {
            name: plan.name.clone(),
            task: Reservation::of(definition),
            tasks,
            local_data: local
                .filter(|_| !is_constrained)
                .map(|it| it.place)
                .collect(),
            runs: now.map(|it| Running {
                tasks: it["runningCount"].as_i64().unwrap_or_default(),
                kept: (tasks * minimum + 99) / 100,
                is_rollout,
            }),
        })
    }

    /// Whether running tasks are stopped before new ones run.
    fn stops(&self) -> bool {
        let runs = self.runs.as_ref();
        runs.is_some_and(|it| it.is_rollout && it.tasks > 0 && it.kept < it.tasks)
    }

    fn ports(&self) -> Vec<String> {
        self.task.ports.iter().map(u32::to_string).collect()
    }
}

/// Whether something says on which of the instances tasks may start.
fn is_constrained(body: &Value) -> bool {
    let mut constraints = body["placementConstraints"]
        .as_array()
        .into_iter()
        .flatten();
    constraints.any(|it| it["type"] == "memberOf")
}

/// Data that is on one instance, while its task may start on another.
fn elsewhere(asked: &Asked, instances: &[Instance]) -> Option<Diagnostic> {
    let there = instances.len();
    let is_everywhere = !asked.task.ports.is_empty()
        && usize::try_from(asked.tasks).is_ok_and(|tasks| tasks >= there);
    if asked.local_data.is_empty() || there < 2 || asked.tasks < 1 || is_everywhere {
        return None;
    }
    let told = format!(
        "the data lies at {}, and a task may start on any of {there} instances: on another one it finds other data, or none",
        asked.local_data.join(" and ")
    );
    let hint = format!(
        "keep it where all instances see it (for most recipes `--set {}.data-efs=fs-…`), or let a placement constraint of the recipe choose the instance",
        asked.name
    );
    let finding = Diagnostic::warning("task-definition.volumes", told);
    Some(finding.code(DATA_ELSEWHERE).hint(hint))
}

/// What lacks, and what to do.
#[derive(Clone)]
struct Lack {
    told: String,
    hint: String,
}

impl Lack {
    fn finding(self) -> Diagnostic {
        Diagnostic::warning("service", self.told)
            .code(NO_ROOM)
            .hint(self.hint)
    }
}

/// What no task of it would ever get from these instances, however empty they were.
fn never(asked: &Asked, instances: &[Instance], cluster: &str) -> Option<Lack> {
    if asked.tasks == 0 {
        return None;
    }
    if instances.is_empty() {
        return Some(Lack {
            told: format!("cluster `{cluster}` has no container instance that takes tasks"),
            hint: format!(
                "add one: an EC2 instance with the ECS agent and `ECS_CLUSTER={cluster}`"
            ),
        });
    }
    let name = &asked.name;
    let kinds = [
        (
            asked.task.memory,
            most(instances, |it| it.memory.1),
            "MiB of memory",
            "memory",
        ),
        (
            asked.task.cpu,
            most(instances, |it| it.cpu.1),
            "CPU units",
            "cpu",
        ),
    ];
    kinds.into_iter().find_map(|(takes, largest, unit, parameter)| {
        let takes = takes.filter(|it| *it > largest && largest > 0)?;
        Some(Lack {
            told: format!("a task takes {takes} {unit}, and the largest container instance has {largest}"),
            hint: format!(
                "let it take less (for most recipes `--set {name}.{parameter}={largest}` or below), or add a larger instance"
            ),
        })
    })
}

fn most(instances: &[Instance], amount: fn(&Instance) -> i64) -> i64 {
    instances.iter().map(amount).max().unwrap_or_default()
}

/// Tasks with a port of the instance need an instance each.
fn too_few(asked: &Asked, instances: &[Instance]) -> Option<Lack> {
    let there = i64::try_from(instances.len()).unwrap_or(i64::MAX);
    let port = asked.ports().into_iter().next()?;
    (asked.tasks > there).then(|| Lack {
        told: format!(
            "each of the {} tasks needs port {port} of an instance of its own, and {}",
            asked.tasks,
            match there {
                1 => "1 instance takes tasks".to_owned(),
                there => format!("{there} instances take tasks"),
            }
        ),
        hint: format!(
            "add instances, or keep to {there} (for most recipes `--set {}.desired-count={there}`)",
            asked.name
        ),
    })
}

/// Takes the room of its tasks from the instances, and says what lacks where some get none.
fn place(asked: &Asked, instances: &mut [Instance]) -> Option<Lack> {
    for placed in 0..asked.tasks {
        // The emptiest first, as AWS spreads them.
        let fitting = instances.iter_mut().filter(|it| it.fits(&asked.task));
        let Some(instance) = fitting.max_by_key(|it| it.memory.0) else {
            return Some(no_room(asked, placed, instances));
        };
        instance.take(&asked.task);
    }
    None
}

fn no_room(asked: &Asked, placed: i64, instances: &[Instance]) -> Lack {
    let room = match (placed, asked.tasks) {
        (0, 1) => "there is no room for its task now".to_owned(),
        (0, tasks) => format!("there is no room for any of its {tasks} tasks now"),
        (placed, tasks) => format!("there is room for {placed} of its {tasks} tasks now"),
    };
    let name = &asked.name;
    let ports: Vec<String> = asked.ports();
    let is_free = |it: &&Instance| it.ports.is_disjoint(&asked.task.ports);
    let free: Vec<&Instance> = instances.iter().filter(is_free).collect();
    if free.is_empty() {
        return Lack {
            told: format!(
                "{room}: port {} is taken on every instance",
                ports.join(" or ")
            ),
            hint: format!(
                "take another port (for most recipes `--set {name}.port=PORT`), or add an instance"
            ),
        };
    }
    let left = |amount: fn(&Instance) -> i64| free.iter().map(|it| amount(it)).max();
    let (memory, cpu) = (left(|it| it.memory.0), left(|it| it.cpu.0));
    let (memory, cpu) = (memory.unwrap_or_default(), cpu.unwrap_or_default());
    let takes = (
        asked.task.memory.unwrap_or_default(),
        asked.task.cpu.unwrap_or_default(),
    );
    let told = if takes.0 > memory {
        format!(
            "a task takes {} MiB of memory, and {memory} are left at most",
            takes.0
        )
    } else if takes.1 > cpu {
        format!(
            "a task takes {} CPU units, and {cpu} are left at most",
            takes.1
        )
    } else {
        format!(
            "no instance has both {} MiB of memory and {} CPU units left",
            takes.0, takes.1
        )
    };
    Lack {
        told: format!("{room}: {told}"),
        hint: format!(
            "add an instance, or let it take less (for most recipes `--set {name}.memory=MIB` and `--set {name}.cpu=UNITS`)"
        ),
    }
}

#[cfg(test)]
mod tests;
