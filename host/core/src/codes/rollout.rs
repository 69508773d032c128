//! H05xx: a service that does not come up.
//!
//! 50x tasks end · 51x tasks find no place · 52x the load balancer · 53x the deployment as a whole · 54x nobody's fault.

use super::{Code, Entry};

pub const NOT_STEADY: Code = Code(500);
pub const OUT_OF_MEMORY: Code = Code(501);
pub const IMAGE_PULL: Code = Code(502);
pub const CANNOT_START: Code = Code(503);
pub const CRASH_LOOP: Code = Code(504);
pub const START_IMPAIRED: Code = Code(505);
pub const NO_INSTANCES: Code = Code(510);
pub const PORT_TAKEN: Code = Code(511);
pub const PORT_DEADLOCK: Code = Code(512);
pub const MEMORY_LACKING: Code = Code(513);
pub const CPU_LACKING: Code = Code(514);
pub const AGENT_DISCONNECTED: Code = Code(515);
pub const ATTRIBUTE_MISSING: Code = Code(516);
pub const COUNT_DEADLOCK: Code = Code(517);
pub const NOT_PLACED: Code = Code(518);
pub const UNHEALTHY: Code = Code(520);
pub const FAILED_HEALTH_CHECKS: Code = Code(521);
pub const NOT_REGISTERED: Code = Code(522);
pub const BALANCER_GONE: Code = Code(523);
pub const NEVER_REGISTERED: Code = Code(524);
pub const HEALTH_UNREADABLE: Code = Code(525);
pub const ZONE_NOT_SERVED: Code = Code(526);
pub const DELETED: Code = Code(530);
pub const REPLACED: Code = Code(531);
pub const ROLLED_BACK: Code = Code(532);
pub const ROLLOUT_FAILED: Code = Code(533);
pub const COUNT_CHANGED: Code = Code(534);
pub const THROTTLED: Code = Code(540);
pub const INTERRUPTED: Code = Code(541);

/// Whether a service that failed so is to be turned back: what it runs is what fails, and nobody else is at work on it.
#[must_use]
pub fn is_of_the_revision(code: Code) -> bool {
    // What is only unread says nothing about the service, and what others do is theirs.
    let others = [
        HEALTH_UNREADABLE,
        DELETED,
        REPLACED,
        ROLLED_BACK,
        COUNT_CHANGED,
        THROTTLED,
        INTERRUPTED,
    ];
    !others.contains(&code)
}

/// All of this table.
pub const ALL: &[Entry] = &[
    Entry {
        code: NOT_STEADY,
        title: "the service did not become steady in time",
        meaning: "The time to wait was over before every desired task ran, older tasks were gone and an instance was in service. Nothing that was seen names a cause: what it still waited for is in the message.",
        remedy: "Give it more time with `--timeout` if it starts slowly. Else look at `host status`, the events of the service and the logs of its containers.",
    },
    Entry {
        code: OUT_OF_MEMORY,
        title: "a container was killed for memory",
        meaning: "A container used more than its hard limit `memory`, and the kernel killed it: AWS says `OutOfMemoryError`, or only exit code 137. Every new task meets the same limit.",
        remedy: "Raise `memory` of the container, or make the program use less: a heap or cache limit of its own belongs below the limit of the container.",
    },
    Entry {
        code: IMAGE_PULL,
        title: "the image cannot be pulled",
        meaning: "The instance did not get the image: the name or tag is wrong, the registry wants a login, limits anonymous pulls, or is not reached from the instance (`CannotPullContainerError`). The evidence has the words of the registry.",
        remedy: "Check the name and tag, the login (`repositoryCredentials`, `executionRoleArn`, or the instance role for ECR), the way from the instance to the registry, and the space on its disk.",
    },
    Entry {
        code: CANNOT_START,
        title: "a container cannot be created or started",
        meaning: "Docker on the instance refused or did not answer: a command that is not in the image, a volume, a log driver, a secret that cannot be read, a port that something outside of ECS holds (`CannotStartContainerError`, `CannotCreateContainerError`, `DockerTimeoutError`, `ResourceInitializationError`).",
        remedy: "Go by the words in the evidence: correct what the revision asks of Docker, or the instance.",
    },
    Entry {
        code: CRASH_LOOP,
        title: "tasks start and end again and again",
        meaning: "Several tasks of the deployment ended by themselves. AWS replaces such tasks for ever and, behind a classic load balancer, never calls the deployment failed; so host does.",
        remedy: "Read the log of the container. Exit code 0 means that the program does not stay in the foreground, 127 that the command is not in the image, 139 that the program crashed.",
    },
    Entry {
        code: START_IMPAIRED,
        title: "AWS cannot start tasks consistently",
        meaning: "The scheduler tried repeatedly, says so in an event, and waits longer and longer between its attempts (up to 15 minutes). Why the tasks stopped could not be read.",
        remedy: "Look at the stopped tasks of the service; AWS keeps them for about an hour.",
    },
    Entry {
        code: NO_INSTANCES,
        title: "the cluster has no container instance",
        meaning: "A task on EC2 needs an instance that is registered in the cluster, and there is none, or none that takes tasks.",
        remedy: "Start an EC2 instance with the ECS agent that names this cluster (`ECS_CLUSTER`), or run in another cluster.",
    },
    Entry {
        code: PORT_TAKEN,
        title: "the host port is taken on every instance",
        meaning: "A fixed host port can be used by one task of an instance. Another task holds it, of this service or of a foreign one.",
        remedy: "Add an instance, stop who holds the port, or choose another host port. For an update with a single instance the older task must stop first: `minimumHealthyPercent` 0.",
    },
    Entry {
        code: PORT_DEADLOCK,
        title: "the older task holds the port and may not stop",
        meaning: "The deployment must keep the older task running until the new one runs, and the new one cannot start while the older one holds the host port. AWS waits for ever.",
        remedy: "Set `minimumHealthyPercent` 0 and `maximumPercent` 100 (a short outage with every update), or have one more instance than desired tasks.",
    },
    Entry {
        code: MEMORY_LACKING,
        title: "no instance has enough memory left",
        meaning: "ECS places a task by what it reserves (`memoryReservation`, else `memory`), not by what is in use. No instance has that much unreserved.",
        remedy: "Reserve less, add an instance or a larger one, or stop other tasks.",
    },
    Entry {
        code: CPU_LACKING,
        title: "no instance has enough CPU units left",
        meaning: "ECS places a task by the CPU units that it reserves, 1024 for each vCPU. No instance has that many unreserved.",
        remedy: "Reserve less, add an instance or a larger one, or stop other tasks.",
    },
    Entry {
        code: AGENT_DISCONNECTED,
        title: "the ECS agent of the instance is disconnected",
        meaning: "The instance that would fit the task does not talk to AWS. A short break is normal; this one lasted.",
        remedy: "Restart the agent on the instance, and see that it reaches AWS on port 443 and has its role; or replace the instance.",
    },
    Entry {
        code: ATTRIBUTE_MISSING,
        title: "no instance has an attribute that the task requires",
        meaning: "What the revision uses (a log driver, a role for tasks, a volume type) asks for an ability that the agent of the instance does not report.",
        remedy: "Update the agent or the image of the instances, or leave out what needs the attribute.",
    },
    Entry {
        code: COUNT_DEADLOCK,
        title: "the deployment may neither stop nor start a task",
        meaning: "With the desired count, `minimumHealthyPercent` rounded up keeps all tasks and `maximumPercent` rounded down allows no more.",
        remedy: "Run the recipe again: where it leaves both open, the host sets them for the tasks that there are. Otherwise lower `minimumHealthyPercent` or raise `maximumPercent`.",
    },
    Entry {
        code: NOT_PLACED,
        title: "AWS finds no place for the task",
        meaning: "AWS gives a reason that host does not know: it is in the evidence, as AWS words it.",
        remedy: "Go by the words of AWS.",
    },
    Entry {
        code: UNHEALTHY,
        title: "the task runs, but the load balancer does not reach it",
        meaning: "The health check of the load balancer did not pass for as long as it takes to start and to be checked. Mostly a security group is closed, the program listens elsewhere, or it starts slowly.",
        remedy: "Let the instance's security group admit the load balancer on the host port, and the load balancer's security group admit the clients on the listener's port. See that the program listens on the port of the health check and on all addresses. Raise `healthCheckGracePeriodSeconds` if it starts slowly.",
    },
    Entry {
        code: FAILED_HEALTH_CHECKS,
        title: "tasks are stopped because they fail the health checks",
        meaning: "After the grace period ECS stops a task whose instance the load balancer calls unhealthy, and starts another, again and again.",
        remedy: "As for H0520; and a longer `healthCheckGracePeriodSeconds` where the program is stopped before it has started.",
    },
    Entry {
        code: NOT_REGISTERED,
        title: "AWS may not register the instance at the load balancer",
        meaning: "The role of the service lacks rights on load balancers, or ECS may not assume it. The task runs and gets no traffic.",
        remedy: "Give the role the rights of AWS's policy `AmazonEC2ContainerServiceRole` and let `ecs.amazonaws.com` assume it, or leave the role out and use the service-linked one.",
    },
    Entry {
        code: BALANCER_GONE,
        title: "the load balancer is gone",
        meaning: "The load balancer of the service was deleted beside host. A service keeps the name and cannot be given another.",
        remedy: "Run again: the load balancer is made anew. Then start the tasks anew, because AWS registers an instance only when a task starts.",
    },
    Entry {
        code: NEVER_REGISTERED,
        title: "the instance of a running task was never registered",
        meaning: "Everything runs, and the load balancer is empty. That happens when a load balancer was deleted and made again under a running service: AWS registers an instance only when a task starts.",
        remedy: "Start the tasks anew: `aws ecs update-service --force-new-deployment`.",
    },
    Entry {
        code: HEALTH_UNREADABLE,
        title: "the health of the instances cannot be read",
        meaning: "AWS refuses `DescribeInstanceHealth`, and not because it is busy. Without it nobody can tell whether the service is reached.",
        remedy: "Allow yourself `elasticloadbalancing:DescribeInstanceHealth`.",
    },
    Entry {
        code: ZONE_NOT_SERVED,
        title: "the load balancer does not serve the zone of the instance",
        meaning: "The task runs on an instance in an availability zone in which the load balancer has no subnet.",
        remedy: "Give the load balancer a subnet in that zone, or the cluster an instance in a zone that it serves.",
    },
    Entry {
        code: DELETED,
        title: "someone deleted the service",
        meaning: "While host waited, the service became DRAINING or INACTIVE.",
        remedy: "Run again to make it anew, or ask who deleted it.",
    },
    Entry {
        code: REPLACED,
        title: "another deployment took the place of ours",
        meaning: "The primary deployment is not the one that this run began. Whatever becomes steady now is not what was asked for, so it is not called success.",
        remedy: "Find out who deploys to the service beside you, and run again.",
    },
    Entry {
        code: ROLLED_BACK,
        title: "AWS gave our deployment up and went back",
        meaning: "AWS's own circuit breaker failed our deployment and made an older one primary. The service may run well, but not with the new revision.",
        remedy: "Correct what the evidence names, and run again.",
    },
    Entry {
        code: ROLLOUT_FAILED,
        title: "AWS gave the rollout up",
        meaning: "AWS's own circuit breaker, which exists without a classic load balancer, calls the deployment FAILED. No task shows why.",
        remedy: "Look at the events and the stopped tasks of the service.",
    },
    Entry {
        code: COUNT_CHANGED,
        title: "somebody took tasks away",
        meaning: "The service is asked for fewer tasks than this run asked for: somebody, or something that scales it, changed the desired count while it was waited for. A service without tasks looks steady and serves nobody.",
        remedy: "Find out who changed the count, then run again.",
    },
    Entry {
        code: THROTTLED,
        title: "AWS throttles its own operations",
        meaning: "ECS does too much for this service or account at once and puts its work off. Nothing is wrong with the service, but the time was over.",
        remedy: "Run again in some minutes, with a longer `--timeout`.",
    },
    Entry {
        code: INTERRUPTED,
        title: "AWS took the instance of a task away",
        meaning: "A spot interruption or a termination ended the task, and no other was ready in time.",
        remedy: "See that the cluster has another container instance, and run again.",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_one_of_ours_and_is_told_of_once() {
        let codes: Vec<u16> = ALL.iter().map(|it| it.code.0).collect();
        let distinct: BTreeSet<u16> = codes.iter().copied().collect();
        assert_eq!(codes, distinct.into_iter().collect::<Vec<_>>());
        for entry in ALL {
            assert!((500..600).contains(&entry.code.0), "{}", entry.code);
            assert!(!entry.title.ends_with('.') && !entry.title.is_empty());
            assert!(entry.meaning.ends_with('.') && entry.remedy.ends_with('.'));
        }
    }
}
