//! H02xx: what a recipe emits, checked before the first call.

use super::{Code, Entry};

/// A name that AWS refuses.
pub const NAME: Code = Code(201);
/// The containers of a task definition do not go together.
pub const CONTAINERS: Code = Code(202);
/// The task's own size does not fit.
pub const TASK_SIZE: Code = Code(203);
/// An image that AWS refuses.
pub const IMAGE: Code = Code(204);
/// The memory of a container does not add up.
pub const MEMORY: Code = Code(205);
/// A container health check that cannot be.
pub const CONTAINER_HEALTH: Code = Code(206);
/// A limit of a container is the wrong way round.
pub const LIMITS: Code = Code(207);
/// Environment variables or secrets clash.
pub const VARIABLES: Code = Code(208);
/// A setting that the network mode does not have.
pub const CONTAINER_NETWORK: Code = Code(209);
/// A setting that Fargate does not have.
pub const FARGATE: Code = Code(210);
/// Port mappings that cannot be.
pub const PORTS: Code = Code(211);
/// Volumes and mount points do not go together.
pub const VOLUMES: Code = Code(212);
/// Tags that AWS refuses.
pub const TAGS: Code = Code(213);
/// A load balancer without a scheme.
pub const SCHEME: Code = Code(214);
/// Listeners that AWS refuses.
pub const LISTENERS: Code = Code(215);
/// A health check that AWS refuses.
pub const HEALTH_CHECK: Code = Code(216);
/// Load balancer attributes that AWS refuses.
pub const ATTRIBUTES: Code = Code(217);
/// The number of tasks does not fit.
pub const DESIRED_COUNT: Code = Code(218);
/// Launch type and task definition do not go together.
pub const LAUNCH: Code = Code(219);
/// The health check grace period does not fit.
pub const GRACE_PERIOD: Code = Code(220);
/// A service's load balancer entry is wrong.
pub const ENTRIES: Code = Code(221);
/// A load balancer does not lead to the container.
pub const ENTRY_CONTAINER: Code = Code(222);
/// A setting that a classic load balancer does not allow.
pub const CLASSIC: Code = Code(223);
/// A listener leads to a port that nothing answers.
pub const INSTANCE_PORTS: Code = Code(224);
/// A rollout that could never end, or interrupts the service.
pub const ROLLOUT: Code = Code(225);
/// Availability Zone rebalancing where it cannot be.
pub const REBALANCING: Code = Code(226);
/// A field that AWS does not know, or of another type.
pub const FIELD: Code = Code(230);
/// More than AWS or this host takes.
pub const TOO_LARGE: Code = Code(231);
/// A blueprint without what it needs.
pub const INCOMPLETE: Code = Code(232);
/// `extra` does not join the record it stands in.
pub const EXTRA: Code = Code(233);
/// An endpoint that cannot be.
pub const ENDPOINT: Code = Code(234);
/// A load balancer of another kind that cannot be used.
pub const OTHER_BALANCER: Code = Code(235);

/// All of this table.
pub const ALL: &[Entry] = &[
    Entry {
        code: NAME,
        title: "a name that AWS refuses",
        meaning: "Families, services and containers have 1 to 255 letters, digits, `-` and `_`; classic load balancers have at most 32 letters, digits and `-`, and no `-` at either end.",
        remedy: "Choose another name, for most recipes with `--set NAME.name=…`.",
    },
    Entry {
        code: CONTAINERS,
        title: "the containers of a task definition do not go together",
        meaning: "A task definition has one to ten containers of different names, and at least one of them is essential: the task ends when that one does.",
        remedy: "Mend the container that the path names.",
    },
    Entry {
        code: TASK_SIZE,
        title: "the task's own size does not fit",
        meaning: "A task's own CPU and memory must be in AWS's bounds, and hold what its containers ask for.",
        remedy: "Raise the size of the task, or lower that of its containers.",
    },
    Entry {
        code: IMAGE,
        title: "an image that AWS refuses, or docker never pulls",
        meaning: "An image is a name with an optional registry, tag or digest, of at most 255 characters. Only the tag has capital letters, and no `https://` stands in front: AWS would take it, and no task would ever start.",
        remedy: "Write it as `name:tag` or `registry/name@sha256:…`.",
    },
    Entry {
        code: MEMORY,
        title: "the memory of a container does not add up",
        meaning: "A container needs `memory` or `memoryReservation`, of at least 6 MiB; the limit lies above the reservation. What goes beyond the limit is killed.",
        remedy: "Set `memory` in MiB, for most recipes with `--set NAME.memory=…`.",
    },
    Entry {
        code: CONTAINER_HEALTH,
        title: "a container health check that cannot be",
        meaning: "Its numbers have bounds, it needs a command, and ECS runs none for tasks behind a classic load balancer.",
        remedy: "Leave `healthCheck` out: the load balancer checks the port.",
    },
    Entry {
        code: LIMITS,
        title: "a limit of a container is the wrong way round",
        meaning: "The soft limit is at most the hard limit, and each limit is set once.",
        remedy: "Mend `ulimits` at the path.",
    },
    Entry {
        code: VARIABLES,
        title: "environment variables or secrets clash",
        meaning: "Each variable has one name, and is either plain or a secret.",
        remedy: "Keep one of the two.",
    },
    Entry {
        code: CONTAINER_NETWORK,
        title: "a setting that the network mode does not have",
        meaning: "`links`, host names and extra hosts depend on the network mode of the task.",
        remedy: "Leave it out, or use the network mode `bridge`.",
    },
    Entry {
        code: FARGATE,
        title: "a setting that Fargate does not have",
        meaning: "Fargate has no privileged containers, no host volumes and fixed sizes.",
        remedy: "Leave it out, or run on container instances.",
    },
    Entry {
        code: PORTS,
        title: "port mappings that cannot be",
        meaning: "Ports have bounds, some belong to the instance itself, and two containers cannot have the same port on one instance.",
        remedy: "Choose another host port.",
    },
    Entry {
        code: VOLUMES,
        title: "volumes and mount points do not go together",
        meaning: "Every mount point names a volume that is declared, and a volume is of one kind. A place that two services of a call write to is warned of: neither program knows of the other's files.",
        remedy: "Declare the volume, or correct the name; give each service a place of its own.",
    },
    Entry {
        code: TAGS,
        title: "tags that AWS refuses",
        meaning: "Keys and values have bounds and letters, `aws:` is reserved, `host:` belongs to the host, and a classic load balancer has at most ten tags, of which the host uses six.",
        remedy: "Rename or leave out some tags.",
    },
    Entry {
        code: SCHEME,
        title: "a load balancer without a scheme",
        meaning: "Without one AWS makes a load balancer that the whole internet can reach. That must be said in words.",
        remedy: "Say `internal` or `internet-facing`.",
    },
    Entry {
        code: LISTENERS,
        title: "listeners that AWS refuses",
        meaning: "A listener has two ports and two protocols of one layer, and each port is listened on once. Secure ones need a certificate.",
        remedy: "Mend the listener at the path.",
    },
    Entry {
        code: HEALTH_CHECK,
        title: "a health check that AWS refuses",
        meaning: "The target is `TCP:PORT`, `SSL:PORT` or `HTTP[S]:PORT/PATH`; the interval is 5 to 300 seconds, the timeout 2 to 60 and below the interval, the thresholds 2 to 10.",
        remedy: "Mend the number or the target at the path.",
    },
    Entry {
        code: ATTRIBUTES,
        title: "load balancer attributes that AWS refuses",
        meaning: "Timeouts have bounds, and an access log needs a bucket.",
        remedy: "Mend the attribute at the path.",
    },
    Entry {
        code: DESIRED_COUNT,
        title: "the number of tasks does not fit",
        meaning: "A service of replicas needs `desiredCount`, at most 5000. Tasks with a static port are one to an instance.",
        remedy: "Set `desiredCount`, for most recipes with `--set NAME.desired-count=…`.",
    },
    Entry {
        code: LAUNCH,
        title: "launch type and task definition do not go together",
        meaning: "A launch type and a capacity provider strategy exclude each other, and Fargate wants a task definition made for it.",
        remedy: "Leave one of them out.",
    },
    Entry {
        code: GRACE_PERIOD,
        title: "the health check grace period does not fit",
        meaning: "It is only for services with a load balancer. Below the time that the program needs to start, ECS stops tasks that are about to come up.",
        remedy: "Raise `healthCheckGracePeriodSeconds`, or leave it out without a load balancer.",
    },
    Entry {
        code: ENTRIES,
        title: "a service's load balancer entry is wrong",
        meaning: "An entry names one load balancer, a container and its port; a service has at most one classic load balancer.",
        remedy: "Mend the entry at the path.",
    },
    Entry {
        code: ENTRY_CONTAINER,
        title: "a load balancer does not lead to the container",
        meaning: "The container of the entry must exist and map the port to a static host port, and a listener must lead there.",
        remedy: "Make listener, host port and container port agree.",
    },
    Entry {
        code: CLASSIC,
        title: "a setting that a classic load balancer does not allow",
        meaning: "Behind a classic load balancer there is no awsvpc, no Fargate, no deployment circuit breaker and no other deployment controller. The host itself watches the rollout.",
        remedy: "Leave the setting out.",
    },
    Entry {
        code: INSTANCE_PORTS,
        title: "a listener leads to a port that nothing answers",
        meaning: "An instance port of a listener is no host port of the task definition.",
        remedy: "Correct the instance port of the listener, or map the port.",
    },
    Entry {
        code: ROLLOUT,
        title: "a rollout that could never end, or interrupts the service",
        meaning: "With a static port and as many tasks as instances, an old task must stop before a new one starts. `minimumHealthyPercent` and `maximumPercent` decide whether that is allowed.",
        remedy: "Use 0 and 100 and expect a brief downtime, or add an instance.",
    },
    Entry {
        code: REBALANCING,
        title: "Availability Zone rebalancing where it cannot be",
        meaning: "It does not work with a classic load balancer or a maximum of 100 percent, and has been AWS's default since 2025.",
        remedy: "Set `availabilityZoneRebalancing` to `DISABLED`.",
    },
    Entry {
        code: FIELD,
        title: "a field that AWS does not know, or of another type",
        meaning: "Everything that is sent is held against AWS's own model: 250 fields with their types and values. A field of next year's AWS is only warned of.",
        remedy: "Correct the spelling or the type at the path.",
    },
    Entry {
        code: TOO_LARGE,
        title: "more than AWS or this host takes",
        meaning: "Texts, lists and the whole task definition have limits.",
        remedy: "Leave some out, or split what the recipe deploys.",
    },
    Entry {
        code: INCOMPLETE,
        title: "a blueprint without what it needs",
        meaning: "A blueprint has a task definition, a load balancer or a service, and a service runs the blueprint's own task definition.",
        remedy: "This is for the author of the recipe to mend.",
    },
    Entry {
        code: EXTRA,
        title: "`extra` does not join the record it stands in",
        meaning: "`extra` is JSON in AWS's own names that is added to a record. It must be an object and cannot say what the record says already, nor what belongs to the host.",
        remedy: "Set the typed field, or leave the key out.",
    },
    Entry {
        code: ENDPOINT,
        title: "an endpoint that cannot be",
        meaning: "Each endpoint of a blueprint has a name of its own, and names the port of a listener.",
        remedy: "Mend the endpoint at the path.",
    },
    Entry {
        code: OTHER_BALANCER,
        title: "a load balancer of another kind that cannot be used",
        meaning: "`load-balancer: other` takes target groups that exist: `{\"targetGroups\": […]}`.",
        remedy: "Mend the JSON, or use a classic load balancer.",
    },
];
