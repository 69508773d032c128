//! Blueprint → extent → lower → validate → policy → plan → its words.

use std::collections::BTreeMap;

use fastrand::Rng;
use host_core::bounds::FINDINGS;
use host_core::desired::{DesiredService, DesiredTarget};
use host_core::diag::has_errors;
use host_core::lower::{Identity, lower};
use host_core::observed::Observed;
use host_core::plan::{Plan, plan};
use host_core::policy::{self, Body, Granted};
use host_core::report;
use host_core::spec::{Blueprint, Endpoint, Manifest};
use host_core::validate::{check_extent, validate};
use serde_json::Value;

use super::mutate;
use super::target::{Target, corpus};

/// What no blueprint may say in any place unless it was granted: nothing is, here.
const NEVER_FREE: [&str; 17] = [
    "\"privileged\":true",
    "\"sourcePath\":\"",
    "\"pidMode\":\"host\"",
    "\"ipcMode\":\"host\"",
    "\"networkMode\":\"host\"",
    "\"Scheme\":\"internet-facing\"",
    "\"taskRoleArn\":\"arn:",
    "\"executionRoleArn\":\"arn:",
    "\"roleArn\":\"arn:",
    "\"valueFrom\":\"arn:",
    "\"enableExecuteCommand\":true",
    "\"environmentFiles\":[{",
    "\"devices\":[{",
    "\"add\":[\"",
    "\"driverOpts\":{\"",
    "\"targetGroupArn\":\"",
    "\"assignPublicIp\":\"ENABLED\"",
];

/// A case is a blueprint as JSON.
pub(crate) struct Blueprints {
    seeds: Vec<Vec<u8>>,
    target: DesiredTarget,
}

impl Blueprints {
    pub(crate) fn new() -> Self {
        let seeds = corpus(Self::NAME);
        Self {
            seeds: seeds.into_iter().map(|(_, it)| it).collect(),
            target: DesiredTarget {
                region: "us-east-1".to_owned(),
                cluster: "searchapp".to_owned(),
                stack: "default".to_owned(),
                subnets: vec!["subnet-39706b4e".to_owned()],
                security_groups: vec!["sg-c70ff2a1".to_owned()],
                ..DesiredTarget::default()
            },
        }
    }
}

impl Target for Blueprints {
    const NAME: &'static str = "blueprint";

    fn seeds(&self) -> &[Vec<u8>] {
        &self.seeds
    }

    fn change(&self, chance: &mut Rng, case: &[u8]) -> Vec<u8> {
        let read = |it: &[u8]| serde_json::from_slice::<Value>(it).ok();
        let seed: &Vec<u8> = mutate::one_of(chance, &self.seeds);
        let other = read(seed).expect("a seed is JSON");
        let mut case = read(case).unwrap_or_else(|| other.clone());
        mutate::document(chance, &mut case, &other);
        case.to_string().into_bytes()
    }

    fn run(&self, case: &[u8]) -> bool {
        let Ok(blueprint) = serde_json::from_slice::<Blueprint>(case) else {
            return false;
        };
        if !check_extent(&blueprint).is_empty() {
            return false;
        }
        let identity = Identity {
            source: None,
            name: "redis".to_owned(),
            recipe: "redis@0.1.0".to_owned(),
            digest: format!("sha256:{}", "0".repeat(64)),
            endpoints: vec![Endpoint {
                name: "redis".to_owned(),
                ..Endpoint::default()
            }],
            has_fixed_name: false,
        };
        let (desired, findings) = lower(&blueprint, &identity);
        let is_sound = !has_errors(&findings);
        // What stops a deployment is asked on all the same: nothing that follows may rely on it.
        let findings = validate(&desired, Some(&self.target));
        assert!(findings.len() <= FINDINGS, "{} findings", findings.len());
        let refused = self.refused(&desired, policy::bodies(&desired));
        if is_sound && !has_errors(&findings) {
            let plan = self.plan(&desired);
            self.check_sent(&desired, &plan, refused.is_empty());
        }
        true
    }
}

impl Blueprints {
    fn refused<'a>(
        &self,
        desired: &DesiredService,
        bodies: impl IntoIterator<Item = Body<'a>>,
    ) -> Vec<String> {
        let asks = policy::asks(bodies);
        let _ = policy::undeclared(&asks, &Manifest::default(), &BTreeMap::new());
        let balancer = desired.load_balancer.as_ref();
        let granted = Granted {
            service: "redis",
            target: Some(&self.target),
            balancer: balancer.and_then(|it| it.create["LoadBalancerName"].as_str()),
            ..Granted::default()
        };
        let refused = policy::check(&asks, &granted);
        refused.iter().map(ToString::to_string).collect()
    }

    fn plan(&self, desired: &DesiredService) -> Plan {
        let make = || {
            plan(
                &self.target,
                std::slice::from_ref(desired),
                &Observed::default(),
                &BTreeMap::new(),
            )
        };
        let made = make();
        let json = report::plan::json(&made);
        assert_eq!(
            json,
            report::plan::json(&make()),
            "a plan is a function of what it is made from"
        );
        let _ = report::plan::text(&made, report::plan::Detail::Full).to_string();
        made
    }

    /// What is let through as bodies is let through as requests, and holds nothing that is never free.
    fn check_sent(&self, desired: &DesiredService, plan: &Plan, is_free: bool) {
        if !is_free {
            return;
        }
        let requests: Vec<_> = plan.steps().flat_map(|it| &it.requests).collect();
        let refused = self.refused(desired, requests.iter().map(|it| Body::from(*it)));
        assert_eq!(
            refused,
            Vec::<String>::new(),
            "more is sent than was looked at"
        );
        for request in requests {
            let text = request.body.to_string();
            for word in NEVER_FREE {
                assert!(
                    !text.contains(word),
                    "{word} is sent and nobody granted it: {text}"
                );
            }
        }
    }
}
