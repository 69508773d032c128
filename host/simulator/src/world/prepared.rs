//! The account that everything begins with: that of the tutorial, with its own ids.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::{
    Cluster, End, Instance, Network, Others, Role, SecurityGroup, StopCode, Subnet, World,
};
use crate::script::{InstanceScript, Script};
use crate::time::Time;

const CLUSTER: &str = "searchapp";
const VPC: &str = "vpc-2f09a348";

/// What a target names, and what must be there for it to be deployed to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    pub cluster: Option<String>,
    pub subnets: Vec<String>,
    pub security_groups: Vec<String>,
    /// Name or ARN.
    pub service_role: Option<String>,
}

impl World {
    /// Cluster `searchapp` with two container instances, a VPC with the tutorial's subnet and security group,
    /// and the role `ecsServiceRole`.
    #[must_use]
    pub fn prepared(now: Time) -> Self {
        Self::in_region(now, "us-east-1")
    }

    fn in_region(now: Time, region: &str) -> Self {
        let mut world = Self {
            now,
            account: "387705308362".into(),
            region: region.to_owned(),
            others: Others {
                began: now,
                ..Others::default()
            },
            network: network(region),
            ..Self::default()
        };
        world.add_role("ecsServiceRole");
        world.add_cluster(CLUSTER);
        world
    }

    /// A new account of a region: the prepared one, with the instances of a script where it names some.
    #[must_use]
    pub fn new(now: Time, region: &str, script: &Script) -> Self {
        let mut world = Self::in_region(now, region);
        if let Some(instances) = &script.instances {
            world.replace_instances(instances);
        }
        world
    }

    fn replace_instances(&mut self, scripts: &[InstanceScript]) {
        let mut instances = BTreeMap::new();
        for (number, script) in scripts.iter().enumerate() {
            let mut instance = self.new_instance(CLUSTER, &format!("172.31.1.{}", 132 + number));
            instance.cpu = script.cpu.unwrap_or(instance.cpu);
            instance.memory = script.memory.unwrap_or(instance.memory);
            instance.is_connected = script.connected.unwrap_or(true);
            instance.is_reachable = script.reachable.unwrap_or(true);
            instance.lacks.clone_from(&script.lacks);
            let end = |after: Option<f64>, code: StopCode| {
                let at = self.now + Duration::try_from_secs_f64(after?).ok()?;
                Some(End { at, code })
            };
            instance.ends = end(script.interrupted_after, StopCode::SpotInterruption)
                .or_else(|| end(script.terminated_after, StopCode::TerminationNotice));
            if let Some(id) = &script.subnet {
                instance.subnet.clone_from(id);
                if let Some(subnet) = self.network.subnets.get(id) {
                    instance.zone.clone_from(&subnet.zone);
                }
            }
            instances.insert(instance.id.clone(), instance);
        }
        if let Some(cluster) = self.clusters.get_mut(CLUSTER) {
            cluster.instances = instances;
        }
    }

    /// Adds what a target names and the account does not have: in an account of one's own it would be there.
    ///
    /// Says what was added, each in a word or two: ``cluster `staging` ``.
    pub fn provide(&mut self, wanted: &Wanted) -> Vec<String> {
        let mut added = Vec::new();
        let missing = |name: &str| !self.network.subnets.contains_key(name);
        for name in wanted
            .subnets
            .iter()
            .filter(|it| missing(it))
            .cloned()
            .collect::<Vec<_>>()
        {
            added.push(format!("subnet `{name}`"));
            // One of each zone is all that a load balancer takes.
            let letter = char::from(b'a' + u8::try_from(added.len() - 1).unwrap_or_default() % 6);
            let zone = format!("{}{letter}", self.region);
            self.network.subnets.insert(
                name,
                Subnet {
                    vpc: VPC.into(),
                    zone,
                },
            );
        }
        for name in &wanted.security_groups {
            if !self.network.security_groups.contains_key(name) {
                added.push(format!("security group `{name}`"));
                let group = SecurityGroup {
                    vpc: VPC.into(),
                    name: name.clone(),
                };
                self.network.security_groups.insert(name.clone(), group);
            }
        }
        if let Some(name) = wanted
            .service_role
            .as_deref()
            .and_then(|it| it.rsplit('/').next())
            && !self.roles.contains_key(name)
        {
            added.push(format!("role `{name}`"));
            self.add_role(name);
        }
        if let Some(name) = wanted
            .cluster
            .as_deref()
            .and_then(|it| it.rsplit('/').next())
            && !self.clusters.get(name).is_some_and(|it| it.is_active)
        {
            added.push(format!("cluster `{name}`"));
            self.add_cluster(name);
        }
        added
    }

    fn add_role(&mut self, name: &str) {
        let role = Role {
            arn: format!("arn:aws:iam::{}:role/{name}", self.account),
            trusts: vec!["ecs.amazonaws.com".into()],
            may_register: true,
        };
        self.roles.insert(name.to_owned(), role);
    }

    /// Two instances in one zone: the tutorial's load balancers have one subnet, and reach no other zone.
    fn add_cluster(&mut self, name: &str) {
        let mut cluster = Cluster {
            name: name.to_owned(),
            arn: self.ecs_arn(&format!("cluster/{name}")),
            is_active: true,
            body: json!({}),
            ..Cluster::default()
        };
        for last in [132, 133] {
            let instance = self.new_instance(name, &format!("172.31.1.{last}"));
            cluster.instances.insert(instance.id.clone(), instance);
        }
        self.clusters.insert(name.to_owned(), cluster);
    }

    /// An instance as the tutorial's are: a t2.medium in its subnet and security group.
    pub fn new_instance(&mut self, cluster: &str, private_ip: &str) -> Instance {
        let id = self.ids.hex32();
        Instance {
            arn: self.ecs_arn(&format!("container-instance/{cluster}/{id}")),
            id,
            ec2: format!("i-{}", self.ids.hex17()),
            kind: "t2.medium".into(),
            subnet: "subnet-39706b4e".into(),
            zone: format!("{}a", self.region),
            private_ip: private_ip.to_owned(),
            security_groups: vec!["sg-c70ff2a1".into()],
            cpu: 2048,
            memory: 3951,
            status: "ACTIVE".into(),
            is_connected: true,
            is_reachable: true,
            registered: self.now,
            ..Instance::default()
        }
    }
}

fn network(region: &str) -> Network {
    let subnet = |zone: &str| Subnet {
        vpc: VPC.into(),
        zone: zone.into(),
    };
    let group = |name: &str| SecurityGroup {
        vpc: VPC.into(),
        name: name.into(),
    };
    Network {
        subnets: [
            ("subnet-39706b4e".to_owned(), subnet(&format!("{region}a"))),
            ("subnet-5d1c8a2f".to_owned(), subnet(&format!("{region}b"))),
        ]
        .into(),
        security_groups: [
            ("sg-c70ff2a1".to_owned(), group("searchapp")),
            ("sg-0b6f3c6e".to_owned(), group("default")),
        ]
        .into(),
        gateways: vec![VPC.into()],
    }
}
