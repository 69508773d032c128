//! The load balancers of the region: those of the stack, those it has lost, and those that no service has any more.

use std::collections::{BTreeMap, BTreeSet};

use host_core::desired::DesiredTarget;
use host_core::fault::Fault;
use host_core::observed::ObservedLoadBalancer;
use host_core::ownership::{self, Owner};
use serde::Serialize;
use serde_json::Value;

use super::{Listed, owned_service};
use crate::cloud::aws::Aws;
use crate::ops::blueprint::Live;

/// Every load balancer of the region with its tags, by its name.
#[derive(Clone, Debug, Default)]
pub struct Balancers(BTreeMap<String, ObservedLoadBalancer>);

/// Where to connect.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
pub struct EndpointAddress {
    /// The name of the service in its stack.
    pub service: String,
    pub address: String,
    pub port: u16,
}

/// A load balancer of the stack that no service of the cluster uses.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct LeftBalancer {
    /// The name in its stack of the service that it was made for.
    pub service: String,
    pub load_balancer: String,
    /// Whether that service is there all the same, and uses another one or none.
    pub service_is_there: bool,
}

/// A load balancer that a service of the stack uses and that is not among those of the stack.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LostBalancer {
    /// The name of the service in its stack.
    pub service: String,
    pub load_balancer: String,
    /// Why it is not: `is gone`, `has no tags of host`.
    pub why: String,
}

impl Balancers {
    /// Reads all of the region.
    ///
    /// # Errors
    /// AWS refuses a read.
    pub async fn read(aws: &Aws) -> Result<Self, Fault> {
        let found = aws.load_balancers().await?;
        let named: BTreeMap<String, Value> = found
            .into_iter()
            .filter_map(|it| Some((it["LoadBalancerName"].as_str()?.to_owned(), it)))
            .collect();
        if named.is_empty() {
            return Ok(Self::default());
        }
        let names: Vec<String> = named.keys().cloned().collect();
        let mut tags = aws.load_balancer_tags(&names).await?;
        let tagged = named.into_iter().map(|(name, description)| {
            let tags = tags.remove(&name).unwrap_or_default();
            let balancer = ObservedLoadBalancer {
                description,
                tags,
                attributes: None,
            };
            (name, balancer)
        });
        Ok(Self(tagged.collect()))
    }

    /// Those of the stack, each with the name of its service, in the order of those and of their own names.
    pub fn ours(&self, target: &DesiredTarget) -> Vec<(String, &ObservedLoadBalancer)> {
        let owned = |it: &ObservedLoadBalancer| owned_service(&it.tags, target);
        let ours = self.0.values().filter_map(|it| Some((owned(it)?, it)));
        let mut ours: Vec<_> = ours.collect();
        // They come by their own names, and a stable sort leaves that order within a service.
        ours.sort_by(|one, other| one.0.cmp(&other.0));
        ours
    }

    /// Where the services of the stack can be reached, one for each listener.
    pub fn endpoints(&self, target: &DesiredTarget) -> Vec<EndpointAddress> {
        let ours = self.ours(target).into_iter();
        ours.flat_map(|(service, balancer)| listeners(&service, balancer))
            .collect()
    }

    /// The first endpoint of each service of the stack.
    ///
    /// Where a service has several load balancers, because a run gave it another name, the newest is the one it uses.
    pub fn live(&self, target: &DesiredTarget) -> Live {
        let mut ours = self.ours(target);
        let made =
            |it: &ObservedLoadBalancer| it.description["CreatedTime"].as_str().map(str::to_owned);
        ours.sort_by_cached_key(|(_, balancer)| made(balancer));
        let first = |(service, it): (String, _)| listeners(&service, it).into_iter().next();
        ours.into_iter()
            .filter_map(first)
            .map(|it| (it.service, (it.address, it.port)))
            .collect()
    }

    /// Those of the stack that none of the listed services uses: they cost money for nothing.
    pub fn left(&self, listed: &[Listed], target: &DesiredTarget) -> Vec<LeftBalancer> {
        let used: BTreeSet<&str> = listed
            .iter()
            .filter_map(|it| it.load_balancer.as_deref())
            .collect();
        let is_there = |name: &str| {
            let mut ours = listed.iter().filter(|it| it.ours);
            ours.any(|it| it.name.as_deref() == Some(name))
        };
        let left = self.ours(target).into_iter().filter_map(|(service, it)| {
            let name = it.description["LoadBalancerName"].as_str()?;
            (!used.contains(name)).then(|| LeftBalancer {
                service_is_there: is_there(&service),
                service,
                load_balancer: name.to_owned(),
            })
        });
        left.collect()
    }

    /// What services of the stack use and is not the stack's: somebody deleted it, or took its tags.
    pub fn lost(&self, listed: &[Listed], target: &DesiredTarget) -> Vec<LostBalancer> {
        let ours = listed.iter().filter(|it| it.ours);
        let lost = ours.filter_map(|it| {
            let (service, name) = (it.name.clone()?, it.load_balancer.clone()?);
            let why = if self.0.contains_key(&name) {
                self.stranger(&name, &service, target)?
            } else {
                "is gone".to_owned()
            };
            Some(LostBalancer {
                service,
                load_balancer: name,
                why,
            })
        });
        lost.collect()
    }

    /// Why one that is there does not count as the service's: `has no tags of host`.
    pub fn stranger(&self, name: &str, service: &str, target: &DesiredTarget) -> Option<String> {
        match ownership::owner(&self.0.get(name)?.tags, target, service) {
            Owner::Ours => None,
            Owner::Nobody => Some("has no tags of host".to_owned()),
            Owner::Other(whose) => Some(format!("has the tags of {whose}")),
        }
    }
}

fn listeners(service: &str, balancer: &ObservedLoadBalancer) -> Vec<EndpointAddress> {
    let address = balancer.address().unwrap_or_default();
    let ports = balancer.ports().into_iter();
    ports
        .map(|port| EndpointAddress {
            service: service.to_owned(),
            address: address.to_owned(),
            port,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn target() -> DesiredTarget {
        DesiredTarget {
            cluster: "searchapp".into(),
            stack: "default".into(),
            ..DesiredTarget::default()
        }
    }

    /// Load balancers, each with its name and the stack and service of its tags.
    fn balancers(all: &[(&str, &str, &str)]) -> Balancers {
        let one = |(name, stack, service): &(&str, &str, &str)| {
            let tags = [(ownership::STACK, *stack), (ownership::SERVICE, *service)];
            let tags = tags.into_iter().filter(|(_, it)| !it.is_empty());
            let balancer = ObservedLoadBalancer {
                description: json!({"LoadBalancerName": name}),
                tags: tags.map(|(key, it)| (key.into(), it.into())).collect(),
                attributes: None,
            };
            ((*name).to_owned(), balancer)
        };
        Balancers(all.iter().map(one).collect())
    }

    fn listed(name: &str, ours: bool, balancer: &str) -> Listed {
        Listed {
            name: Some(name.into()),
            ours,
            load_balancer: Some(balancer.into()),
            ..Listed::default()
        }
    }

    const OURS: &str = "searchapp/default";

    #[test]
    fn what_no_service_uses_is_left() {
        let all = balancers(&[
            ("a-elb", OURS, "a"),
            ("b-elb", OURS, "b"),
            ("b-old-elb", OURS, "b"),
            ("c-elb", OURS, "c"),
            ("other-elb", "searchapp/other", "d"),
            ("foreign-elb", "", ""),
        ]);
        // What somebody else's service uses is in use, too.
        let services = [listed("b", true, "b-elb"), listed("x", false, "c-elb")];
        let left = all.left(&services, &target());
        let left: Vec<_> = left
            .iter()
            .map(|it| (it.load_balancer.as_str(), it.service_is_there))
            .collect();
        assert_eq!(left, [("a-elb", false), ("b-old-elb", true)]);
    }

    #[test]
    fn what_is_gone_or_has_other_tags_is_lost() {
        let all = balancers(&[
            ("a-elb", OURS, "a"),
            ("b-elb", "", ""),
            ("c-elb", "searchapp/other", "d"),
        ]);
        let services = ["a-elb", "b-elb", "c-elb", "gone-elb"];
        let services = services.map(|it| listed(&it[..1], true, it));
        let foreign = [listed("f", false, "gone-elb")];
        let lost = all.lost(&[&services[..], &foreign].concat(), &target());
        let lost: Vec<_> = lost
            .iter()
            .map(|it| format!("{} {} {}", it.service, it.load_balancer, it.why))
            .collect();
        assert_eq!(
            lost,
            [
                "b b-elb has no tags of host",
                "c c-elb has the tags of searchapp/other, service d",
                "g gone-elb is gone",
            ]
        );
    }
}
