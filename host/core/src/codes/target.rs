//! H03xx: where it goes.

use super::{Code, Entry};

/// The target cannot hold the blueprint.
pub const TARGET: Code = Code(301);
/// No security group is named for the load balancer.
pub const NO_SECURITY_GROUP: Code = Code(302);
/// There is no subnet to go to.
pub const NO_SUBNET: Code = Code(303);
/// It is not clear which cluster is meant, or there is none.
pub const CLUSTER: Code = Code(304);
/// A step of the plan cannot be done.
pub const BLOCKED: Code = Code(305);
/// The stack has no service of that name.
pub const NO_SERVICE: Code = Code(306);
/// There is no revision to go back to.
pub const NO_REVISION: Code = Code(307);
/// Something would be lost, and nobody has agreed.
pub const NOT_CONFIRMED: Code = Code(308);
/// The cluster is in another account than the target says.
pub const ACCOUNT: Code = Code(309);
/// A dependency is not there.
pub const DEPENDENCY: Code = Code(310);
/// A deleted service still has tasks.
pub const NOT_GONE: Code = Code(311);
/// No container instance has room for the tasks.
pub const NO_ROOM: Code = Code(312);
/// A load balancer's only subnet is exchanged.
pub const ONLY_SUBNET: Code = Code(313);
/// Data is on one instance, and a task may start on another.
pub const DATA_ELSEWHERE: Code = Code(314);
/// A service of another name runs on.
pub const STRAY: Code = Code(315);

/// No region is named where one is needed without AWS being asked.
pub const NO_REGION: Code = Code(316);

/// All of this table.
pub const ALL: &[Entry] = &[
    Entry {
        code: TARGET,
        title: "the target cannot hold the blueprint",
        meaning: "Subnets, security groups and role of the target have forms and limits of their own, and some go only with certain load balancers.",
        remedy: "Correct the flag, or `[target]` in `host.toml`.",
    },
    Entry {
        code: NO_SECURITY_GROUP,
        title: "no security group is named for the load balancer",
        meaning: "Without one AWS takes the VPC's default group, which seldom lets clients in.",
        remedy: "Name one with `--security-group sg-…`.",
    },
    Entry {
        code: NO_SUBNET,
        title: "there is no subnet to go to",
        meaning: "Where no subnet is named, load balancers and tasks go to those of the cluster's container instances, and it has none.",
        remedy: "Add a container instance to the cluster, or name subnets with `--subnet`.",
    },
    Entry {
        code: CLUSTER,
        title: "it is not clear which cluster is meant",
        meaning: "Where no cluster is named, the only one of the region is taken, or the one called `default`.",
        remedy: "Name it with `--cluster`, or in `[target]` of `host.toml`.",
    },
    Entry {
        code: BLOCKED,
        title: "a step of the plan cannot be done",
        meaning: "An object of the same name belongs to somebody else, or a field cannot be changed in place. A plan with such a step is not begun.",
        remedy: "Do what the plan says under the blocked step.",
    },
    Entry {
        code: NO_SERVICE,
        title: "the stack has no service of that name",
        meaning: "Names are those of the stack, which may differ from AWS's own. Nothing is done by a command whose name is perhaps a slip.",
        remedy: "`host status` shows the names of the stack.",
    },
    Entry {
        code: NO_REVISION,
        title: "there is no revision to go back to",
        meaning: "By itself `host rollback` goes back to the last revision that was *recorded* as steady, never just one back: that one may be what failed yesterday. A revision that is named must be active and of the same family.",
        remedy: "`host status NAME` shows the history; `--to REVISION` takes any revision that is active.",
    },
    Entry {
        code: NOT_CONFIRMED,
        title: "something would be lost, and nobody has agreed",
        meaning: "Deleting, replacing, losing data and taking away a port that clients connect to ask first. Without a terminal there is nobody to ask.",
        remedy: "Read what the plan says, then give `--yes`.",
    },
    Entry {
        code: ACCOUNT,
        title: "the cluster is in another account than the target says",
        meaning: "`account` in `[target]`, and the account in a cluster's ARN, are compared with the ARN of the cluster that AWS finds before anything is changed: two accounts may have clusters of the same name.",
        remedy: "Take the credentials of the right account, or correct `account` or `cluster`.",
    },
    Entry {
        code: DEPENDENCY,
        title: "a dependency is not there",
        meaning: "A recipe needs the address of another service of the stack.",
        remedy: "Run both together, or the other one first.",
    },
    Entry {
        code: NOT_GONE,
        title: "a deleted service still has tasks",
        meaning: "The name of a service, its port and its load balancer are free only when all of its tasks have stopped. That takes as long as they take to end, and connections to drain.",
        remedy: "Run the same command again: it goes on waiting. A longer `--timeout` waits longer.",
    },
    Entry {
        code: NO_ROOM,
        title: "no container instance has room for the tasks",
        meaning: "Before tasks are started, the memory, CPU and ports that the cluster's instances have left are held against what the tasks take. It is a warning: instances may be added, and AWS places tasks as soon as it can. Where running tasks would be stopped for such as fit nowhere, the plan asks.",
        remedy: "Let the tasks take less, or fewer of them, or add an instance.",
    },
    Entry {
        code: ONLY_SUBNET,
        title: "a load balancer's only subnet is exchanged",
        meaning: "A classic load balancer has one subnet of each zone, and always at least one. So another subnet of the same zone can neither come before the old one goes nor after it. Which zone a subnet is in, AWS says only by refusing.",
        remedy: "Name a subnet of another zone as well, run, and leave it out again afterwards.",
    },
    Entry {
        code: DATA_ELSEWHERE,
        title: "data is on one instance, and a task may start on another",
        meaning: "A folder of the instance, or a volume of docker on it, is another one on each. AWS starts a task wherever there is room, so that after a deployment the service may run beside its data. Nothing is lost: the data is where it was.",
        remedy: "Keep the data on a file system that all instances see, or let a placement constraint (`memberOf`) choose the instance.",
    },
    Entry {
        code: STRAY,
        title: "a service of another name runs on",
        meaning: "A recipe decides what its service is called in AWS. When another version, or another parameter, calls it otherwise, a new service is made, and the former one stays as it is: somebody may connect to it.",
        remedy: "Delete the former one when nobody needs it any more. `host destroy` of the service finds both.",
    },
    Entry {
        code: NO_REGION,
        title: "no region is named",
        meaning: "The ARNs in a policy name a region. `host iam` asks nobody, so it takes the region of the flags, of `host.toml`, of the environment, or of a cluster that is named by its ARN; not that of a profile.",
        remedy: "Name it with `--region`, or in `[target]` of `host.toml`.",
    },
];
