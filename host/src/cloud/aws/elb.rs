//! Classic ELB: requests as forms of our own making, answers from the SDK's types.

use std::collections::BTreeMap;

use host_core::fault::Fault;
use host_core::request::{Operation, Request};
use serde_json::Value;

use super::attempts::{self, category};
use super::exchange::Exchange;
use super::failure::Context;
use super::{Aws, convert, parallel, query};

/// The most load balancers on one page.
const PAGE: i32 = 400;
/// The most load balancers that `DescribeTags` takes.
const TAGGED: usize = 20;

/// The tags of one object.
type Tags = BTreeMap<String, String>;

/// Sends an operation of the SDK when its turn comes, and makes a fault of what fails.
macro_rules! call {
    ($aws:expr, $operation:expr, $category:expr, $exchange:expr, $context:expr) => {{
        let (operation, exchange, context): (_, Exchange, Context) =
            ($operation, $exchange, $context);
        let told = attempts::Call {
            service: "elb",
            category: $category,
            context: &context,
        };
        let context = &context;
        $aws.attempts(&told, || {
            let sent = operation.clone().customize().interceptor(exchange.clone());
            // On the heap: the SDK's futures are large.
            let sent = Box::pin(sent.send());
            async move { sent.await.map_err(|error| context.fault(&error)) }
        })
        .await
    }};
}

/// Reads: the SDK's own body.
macro_rules! read {
    ($aws:expr, $operation:expr, $name:literal, $about:expr) => {
        call!(
            $aws,
            $operation,
            category!($name),
            Exchange::default(),
            Context::new($name, $about)
        )
    };
}

/// Writes: the request's body in the operation's envelope.
macro_rules! write {
    ($aws:expr, $operation:expr, $name:ident, $request:expr, $about:expr) => {
        call!(
            $aws,
            $operation,
            category!(stringify!($name)),
            Exchange::of(query::form($request)),
            Context::new($request.operation.name(), $about)
        )
    };
}

impl Aws {
    /// All classic load balancers of the region.
    ///
    /// # Errors
    /// Whatever AWS or the way there makes of it, as for every read here.
    pub async fn load_balancers(&self) -> Result<Vec<Value>, Fault> {
        let about = format!("the load balancers of `{}`", self.region);
        let (mut all, mut marker) = (Vec::new(), None);
        loop {
            let operation = self
                .elb
                .describe_load_balancers()
                .page_size(PAGE)
                .set_marker(marker);
            let page = read!(self, operation, "DescribeLoadBalancers", about.clone())?;
            all.extend(
                page.load_balancer_descriptions()
                    .iter()
                    .map(convert::load_balancer),
            );
            marker = page.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(all);
            }
        }
    }

    /// The tags of the named load balancers, twenty to a call, side by side. Those that do not exist are left out.
    ///
    /// # Errors
    /// As for every read.
    pub async fn load_balancer_tags(
        &self,
        names: &[String],
    ) -> Result<BTreeMap<String, Tags>, Fault> {
        let batches = names.chunks(TAGGED).map(|batch| {
            let (aws, batch) = (self.clone(), batch.to_vec());
            async move { aws.tags_of_existing(batch).await }
        });
        Ok(parallel::all(batches)
            .await?
            .into_iter()
            .flatten()
            .collect())
    }

    /// One missing load balancer fails the whole call, so then each is asked for alone.
    async fn tags_of_existing(&self, names: Vec<String>) -> Result<Vec<(String, Tags)>, Fault> {
        match self.tags(&names).await {
            Err(fault) if is_missing(&fault) && names.len() > 1 => {}
            Err(fault) if is_missing(&fault) => return Ok(Vec::new()),
            answer => return answer,
        }
        let alone = names.into_iter().map(|name| {
            let aws = self.clone();
            async move {
                match aws.tags(&[name]).await {
                    Err(fault) if is_missing(&fault) => Ok(Vec::new()),
                    answer => answer,
                }
            }
        });
        Ok(parallel::all(alone).await?.into_iter().flatten().collect())
    }

    async fn tags(&self, names: &[String]) -> Result<Vec<(String, Tags)>, Fault> {
        let about = match names {
            [name] => format!("the tags of load balancer `{name}`"),
            _ => format!("the tags of {} load balancers", names.len()),
        };
        let operation = self
            .elb
            .describe_tags()
            .set_load_balancer_names(Some(names.to_vec()));
        let answer = read!(self, operation, "DescribeTags", about)?;
        Ok(answer
            .tag_descriptions()
            .iter()
            .filter_map(convert::tags)
            .collect())
    }

    /// The `LoadBalancerAttributes` of one load balancer.
    ///
    /// # Errors
    /// As for every read.
    pub async fn load_balancer_attributes(&self, name: &str) -> Result<Value, Fault> {
        let about = format!("the attributes of load balancer `{name}`");
        let operation = self
            .elb
            .describe_load_balancer_attributes()
            .load_balancer_name(name);
        let answer = read!(self, operation, "DescribeLoadBalancerAttributes", about)?;
        Ok(answer
            .load_balancer_attributes()
            .map(convert::attributes)
            .unwrap_or_default())
    }

    /// The state of each instance of a load balancer: `{"InstanceId", "State", "ReasonCode", "Description"}`.
    ///
    /// # Errors
    /// As for every read.
    pub async fn instance_health(&self, name: &str) -> Result<Vec<Value>, Fault> {
        let about = format!("the instances of load balancer `{name}`");
        let operation = self.elb.describe_instance_health().load_balancer_name(name);
        let answer = read!(self, operation, "DescribeInstanceHealth", about)?;
        Ok(answer
            .instance_states()
            .iter()
            .map(convert::instance_state)
            .collect())
    }

    pub(super) async fn create_load_balancer(
        &self,
        request: &Request,
        about: String,
    ) -> Result<Value, Fault> {
        let answer = write!(
            self,
            self.elb.create_load_balancer(),
            CreateLoadBalancer, request, about
        )?;
        Ok(convert::created(&answer))
    }

    pub(super) async fn configure_health_check(
        &self,
        request: &Request,
        about: String,
    ) -> Result<Value, Fault> {
        let answer = write!(
            self,
            self.elb.configure_health_check(),
            ConfigureHealthCheck, request, about
        )?;
        Ok(convert::configured(&answer))
    }

    pub(super) async fn modify_attributes(
        &self,
        request: &Request,
        about: String,
    ) -> Result<Value, Fault> {
        let answer = write!(
            self,
            self.elb.modify_load_balancer_attributes(),
            ModifyLoadBalancerAttributes, request, about
        )?;
        Ok(convert::modified(&answer))
    }

    /// Sends an action whose answer says nothing that a plan does not say.
    pub(super) async fn change(&self, request: &Request, about: String) -> Result<Value, Fault> {
        macro_rules! change {
            ($($operation:ident => $method:ident),+ $(,)?) => {
                match request.operation {
                    $(Operation::$operation => {
                        write!(self, self.elb.$method(), $operation, request, about)?;
                    })+
                    other => {
                        let context = Context::new(other.name(), about);
                        return Err(context.unexpected("it is no action of classic ELB"));
                    }
                }
            };
        }
        change! {
            CreateLoadBalancerListeners => create_load_balancer_listeners,
            DeleteLoadBalancerListeners => delete_load_balancer_listeners,
            SetLoadBalancerListenerSSLCertificate => set_load_balancer_listener_ssl_certificate,
            ApplySecurityGroupsToLoadBalancer => apply_security_groups_to_load_balancer,
            AttachLoadBalancerToSubnets => attach_load_balancer_to_subnets,
            DetachLoadBalancerFromSubnets => detach_load_balancer_from_subnets,
            AddTags => add_tags,
            RemoveTags => remove_tags,
            DeleteLoadBalancer => delete_load_balancer,
        }
        Ok(Value::Object(serde_json::Map::new()))
    }
}

fn is_missing(fault: &Fault) -> bool {
    fault.code.as_deref() == Some("LoadBalancerNotFound")
}
