//! A load balancer moves to other subnets. AWS takes one of each zone, and keeps at least one.

use serde_json::Value;

use crate::harness::{Run, Sandbox};

const ACCOUNT: &str = "../state/host/local/us-east-1.json";

/// An account whose redis has a load balancer in `subnet-39706b4e` alone. It has two more subnets: `subnet-a2` of the
/// same zone, and `subnet-c` of another.
fn in_one_subnet() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox
        .host(&[
            "run",
            "recipes/redis.wasm",
            "--local",
            "--no-wait",
            "--subnet",
            "subnet-39706b4e",
        ])
        .ends_with(0);
    let mut account: Value = serde_json::from_str(&sandbox.read(ACCOUNT)).unwrap();
    let subnets = &mut account["world"]["network"]["subnets"];
    let mut new = subnets["subnet-39706b4e"].clone();
    subnets["subnet-a2"] = new.clone();
    new["zone"] = "us-east-1c".into();
    subnets["subnet-c"] = new;
    sandbox.write(ACCOUNT, account.to_string());
    sandbox
}

fn moved(sandbox: &Sandbox, subnets: &[&str]) -> Run {
    let named = subnets.iter().flat_map(|it| ["--subnet", it]);
    let line = ["run", "recipes/redis.wasm", "--local", "--no-wait"];
    sandbox.host(&line.into_iter().chain(named).collect::<Vec<_>>())
}

/// Where the load balancer is.
fn subnets(sandbox: &Sandbox) -> Vec<String> {
    let account: Value = serde_json::from_str(&sandbox.read(ACCOUNT)).unwrap();
    let subnets = &account["world"]["balancers"]["redis-elb"]["subnets"];
    serde_json::from_value(subnets.clone()).unwrap()
}

#[test]
fn the_only_subnet_is_exchanged_for_one_of_another_zone() {
    let sandbox = in_one_subnet();
    moved(&sandbox, &["subnet-c"])
        .ends_with(0)
        .says(&["warning[H0313]: redis: target.subnets: `subnet-39706b4e` is the only subnet"]);
    assert_eq!(subnets(&sandbox), ["subnet-c"]);
}

#[test]
fn within_its_zone_it_is_refused_as_the_warning_said_and_the_hint_is_a_way() {
    let sandbox = in_one_subnet();
    moved(&sandbox, &["subnet-a2"])
        .ends_with(1)
        .says(&["warning[H0313]", "error[H0471]"]);
    assert_eq!(subnets(&sandbox), ["subnet-39706b4e"]);
    let both = moved(&sandbox, &["subnet-a2", "subnet-c"]).ends_with(0);
    assert!(!both.everything().contains("H0313"), "{both}");
    assert_eq!(subnets(&sandbox), ["subnet-a2", "subnet-c"]);
    moved(&sandbox, &["subnet-a2"]).ends_with(0);
    assert_eq!(subnets(&sandbox), ["subnet-a2"]);
}
