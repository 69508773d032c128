//! How many calls AWS takes: the budgets that it publishes, and how to stay within them.
//!
//! AWS counts the calls of an account and region by category. Each category has a bucket: so many calls at once, refilled
//! by so many a second. What goes beyond is refused, and a caller that asks again at once is refused again. So calls wait
//! for their turn before they are sent.
//!
//! Sources: *Request throttling for the Amazon ECS API* and *Request throttling for the Elastic Load Balancing API*.

use std::time::Duration;

/// Calls that AWS counts together.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Category {
    ClusterRead,
    DefinitionRead,
    DefinitionModify,
    ServiceRead,
    ServiceModify,
    /// Tasks and container instances.
    ResourceRead,
    TagModify,
    BalancerRead,
    BalancerModify,
    /// What AWS calls resource-intensive: what gives a load balancer network interfaces.
    BalancerIntensive,
}

/// What AWS allows in a category.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// So many calls at once, after a while without any.
    pub burst: f64,
    /// So many calls in each second, for ever.
    pub per_second: f64,
    /// One such call, and several, in a message: `new load balancer`.
    pub one: &'static str,
    pub many: &'static str,
}

impl Category {
    /// Every one of them, in the order of their declaration.
    pub const ALL: [Self; 10] = [
        Self::ClusterRead,
        Self::DefinitionRead,
        Self::DefinitionModify,
        Self::ServiceRead,
        Self::ServiceModify,
        Self::ResourceRead,
        Self::TagModify,
        Self::BalancerRead,
        Self::BalancerModify,
        Self::BalancerIntensive,
    ];

    /// The category of an operation, by AWS's own name of it; nothing for one that the host does not send.
    #[must_use]
    pub const fn of(operation: &str) -> Option<Self> {
        // Byte strings, because a constant function cannot compare text.
        Some(match operation.as_bytes() {
            b"ListClusters" | b"DescribeClusters" => Self::ClusterRead,
            b"ListTaskDefinitions" | b"ListTaskDefinitionFamilies" | b"DescribeTaskDefinition" => {
                Self::DefinitionRead
            }
            b"RegisterTaskDefinition" | b"DeregisterTaskDefinition" => Self::DefinitionModify,
            b"ListServices" | b"DescribeServices" => Self::ServiceRead,
            b"CreateService" | b"UpdateService" | b"DeleteService" => Self::ServiceModify,
            b"ListTasks"
            | b"DescribeTasks"
            | b"ListContainerInstances"
            | b"DescribeContainerInstances" => Self::ResourceRead,
            b"TagResource" | b"UntagResource" => Self::TagModify,
            b"DescribeLoadBalancers"
            | b"DescribeTags"
            | b"DescribeLoadBalancerAttributes"
            | b"DescribeInstanceHealth" => Self::BalancerRead,
            b"ConfigureHealthCheck"
            | b"ModifyLoadBalancerAttributes"
            | b"CreateLoadBalancerListeners"
            | b"DeleteLoadBalancerListeners"
            | b"SetLoadBalancerListenerSSLCertificate"
            | b"ApplySecurityGroupsToLoadBalancer"
            | b"AddTags"
            | b"RemoveTags"
            | b"DeleteLoadBalancer" => Self::BalancerModify,
            b"CreateLoadBalancer"
            | b"AttachLoadBalancerToSubnets"
            | b"DetachLoadBalancerFromSubnets" => Self::BalancerIntensive,
            _ => return None,
        })
    }

    /// What AWS publishes.
    #[must_use]
    #[rustfmt::skip]
    pub const fn budget(self) -> Budget {
        let (burst, per_second, one, many) = match self {
            Self::ClusterRead => (50.0, 20.0, "look at clusters", "looks at clusters"),
            Self::DefinitionRead => (50.0, 20.0, "look at a task definition", "looks at task definitions"),
            Self::DefinitionModify => (20.0, 1.0, "task definition", "task definitions"),
            Self::ServiceRead => (100.0, 20.0, "look at services", "looks at services"),
            Self::ServiceModify => (50.0, 5.0, "change of services", "changes of services"),
            Self::ResourceRead => (100.0, 20.0, "look at tasks and instances", "looks at tasks and instances"),
            Self::TagModify => (20.0, 10.0, "change of tags", "changes of tags"),
            Self::BalancerRead => (40.0, 10.0, "look at load balancers", "looks at load balancers"),
            Self::BalancerModify => (20.0, 3.0, "change of load balancers", "changes of load balancers"),
            Self::BalancerIntensive => (10.0, 0.2, "new load balancer or subnet", "new load balancers or subnets"),
        };
        Budget { burst, per_second, one, many }
    }

    /// Why calls wait: `AWS takes 3 changes of load balancers a second: 12 are waiting`.
    #[must_use]
    pub fn told(self, waiting: usize) -> String {
        let budget = self.budget();
        let Budget { one, many, .. } = budget;
        let pace = if budget.per_second > 1.0 {
            format!("{} {many} a second", budget.per_second)
        } else if budget.per_second < 1.0 {
            format!("one {one} in {} s", (1.0 / budget.per_second).round())
        } else {
            format!("one {one} a second")
        };
        let are = if waiting == 1 { "is" } else { "are" };
        format!("AWS takes {pace}: {waiting} {are} waiting")
    }
}

/// Calls do not arrive as evenly as they were sent: one may be longer on its way than another by so much.
///
/// What AWS refills in that time is never used, or a slow call and a fast one after it would be one too many.
const UNEVEN: Duration = Duration::from_millis(500);
/// After a refusal calls stop for at least, and after many in a row at most, so long.
const SHORTEST_STOP: Duration = Duration::from_millis(250);
const LONGEST_STOP: Duration = Duration::from_secs(20);

/// What we believe to be left of a budget. Moments are times since one fixed moment.
#[derive(Clone, Debug)]
pub struct Bucket {
    per_second: f64,
    capacity: f64,
    /// Calls left when it was counted last; below 0 after refusals.
    left: f64,
    counted: Duration,
    refused: Option<Refused>,
}

/// AWS refuses calls, and has taken none since.
#[derive(Clone, Copy, Debug)]
struct Refused {
    since: Duration,
    last: Duration,
    in_a_row: u32,
}

impl Bucket {
    /// A full one.
    #[must_use]
    pub fn full(budget: Budget) -> Self {
        let Budget {
            burst, per_second, ..
        } = budget;
        let capacity = (burst - per_second * UNEVEN.as_secs_f64()).max(1.0);
        Self {
            per_second,
            capacity,
            left: capacity,
            counted: Duration::ZERO,
            refused: None,
        }
    }

    /// Takes one call from it.
    ///
    /// # Errors
    /// There is none left: how long until there is, if nobody takes it before. It is longer than nothing.
    pub fn take(&mut self, now: Duration) -> Result<(), Duration> {
        self.count(now);
        // Sums of fractions are a little off.
        if self.left >= 1.0 - 1e-6 {
            self.left -= 1.0;
            return Ok(());
        }
        let wait = Duration::from_secs_f64((1.0 - self.left) / self.per_second);
        // Clocks may count in milliseconds: one more, so that the call is there then.
        Err(wait + Duration::from_millis(1))
    }

    /// Whether all of it is there: for a while nobody has called.
    pub fn is_full(&mut self, now: Duration) -> bool {
        self.count(now);
        self.left >= self.capacity - 1e-6
    }

    /// AWS took a call.
    pub fn taken(&mut self) {
        self.refused = None;
    }

    /// AWS refused a call that was sent at that time: others use the budget too, and nothing is left of it.
    ///
    /// All callers stop until one call was refilled, and twice as long after each further refusal. Calls that were on
    /// their way together are refused together: that counts once.
    pub fn refused(&mut self, sent: Duration, now: Duration) {
        self.count(now);
        let before = self.refused;
        if before.is_some_and(|it| sent < it.last) {
            return;
        }
        let in_a_row = before.map_or(0, |it| it.in_a_row.saturating_add(1));
        self.refused = Some(Refused {
            since: before.map_or(now, |it| it.since),
            last: now,
            in_a_row,
        });
        let first = Duration::from_secs_f64(1.0 / self.per_second).max(SHORTEST_STOP);
        let stop = first
            .saturating_mul(2_u32.saturating_pow(in_a_row))
            .min(LONGEST_STOP);
        self.left = (1.0 - stop.as_secs_f64() * self.per_second).min(self.left);
    }

    /// For how long AWS has refused every call; nothing where it took the last.
    #[must_use]
    pub fn refused_for(&self, now: Duration) -> Duration {
        self.refused
            .map_or(Duration::ZERO, |it| now.saturating_sub(it.since))
    }

    /// Adds what was refilled since it was counted last.
    fn count(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.counted);
        self.left = (self.left + passed.as_secs_f64() * self.per_second).min(self.capacity);
        self.counted = self.counted.max(now);
    }
}

#[cfg(test)]
mod tests;
