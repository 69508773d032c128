//! A recipe by someone else, outside of this repository: from its source to a service that finds redis.

use std::fs;

use serde_json::json;

use crate::harness::{Sandbox, StandIn, root};

const SOURCE: &str = include_str!("web/lib.rs");

/// Writes the package `apps/web`.
fn write_package(sandbox: &Sandbox, source: &str) {
    let sdk = root().join("recipes/sdk");
    sandbox.write(
        "apps/web/Cargo.toml",
        format!(
            "[package]\nname = 'web'\nversion = '1.2.3'\nedition = '2024'\n[lib]\ncrate-type = ['cdylib', 'rlib']\n\
             [dependencies]\nrecipe-sdk = {{ path = '{}' }}\n[workspace]\n",
            sdk.display()
        ),
    );
    sandbox.write("apps/web/src/lib.rs", source);
    // The same versions as here: nothing is asked for in the network.
    let lock = fs::read(root().join("Cargo.lock")).unwrap();
    sandbox.write("apps/web/Cargo.lock", lock);
}

#[test]
fn a_recipe_is_built_finds_its_dependency_and_says_what_has_no_type() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in).with_cargo();
    write_package(&sandbox, SOURCE);
    let built = sandbox.host(&["build", "apps/web"]).ends_with(0);
    assert_eq!(built.stdout, "apps/web.wasm\n");
    let inspected = sandbox
        .host(&["inspect", "apps/web.wasm", "--output", "json"])
        .ends_with(0)
        .json();
    let manifest = &inspected["recipes"][0]["manifest"];
    assert_eq!(
        (&manifest["name"], &manifest["version"]),
        (&json!("web"), &json!("1.2.3"))
    );
    assert_eq!(manifest["dependencies"][0]["name"], "redis");

    // Nobody offers redis yet.
    let (alone, writes) = stand_in.writes_of(|| sandbox.host(&["run", "apps/web.wasm"]));
    alone.ends_with(1).says(&[
        "dependencies.redis",
        "nothing offers an endpoint of that name",
        "name its recipe in the same call",
    ]);
    assert_eq!(writes, [""; 0]);

    // In one call the address is known only when redis has its load balancer, whatever the order of the arguments.
    let both = ["apps/web.wasm", "recipes/redis.wasm"];
    let (run, writes) =
        stand_in.writes_of(|| sandbox.host(&["run", both[0], both[1]]).ends_with(0));
    assert!(
        run.stdout
            .contains("web    web-elb.us-east-1.elb.amazonaws.com:80"),
        "{run}"
    );
    let redis = writes
        .iter()
        .position(|it| it == "CreateLoadBalancer")
        .unwrap();
    let web = writes
        .iter()
        .rposition(|it| it == "RegisterTaskDefinition")
        .unwrap();
    assert!(redis < web, "{writes:?}");

    // What was sent has the address, and everything that the contract has no types for.
    let registered = stand_in.last("RegisterTaskDefinition");
    let container = &registered["containerDefinitions"][0];
    let url =
        json!([{"name": "REDIS_URL", "value": "redis://redis-elb.us-east-1.elb.amazonaws.com:80"}]);
    assert_eq!(
        (
            &container["environment"],
            &container["hostname"],
            &registered["ipcMode"]
        ),
        (&url, &json!("web"), &json!("task"))
    );
    let sent = stand_in
        .calls()
        .into_iter()
        .filter(|it| it.operation == "CreateService")
        .map(|it| it.parameters);
    let service = sent
        .into_iter()
        .find(|it| it["serviceName"] == "web-service")
        .unwrap();
    assert_eq!(
        service["placementStrategy"],
        json!([{"type": "binpack", "field": "memory"}])
    );
    assert!(
        service.get("extra").is_none() && registered.get("extra").is_none(),
        "`extra` is the contract's word, not AWS's"
    );
    let attributes = stand_in.last("ModifyLoadBalancerAttributes");
    assert_eq!(
        attributes["LoadBalancerAttributes.ConnectionDraining.Timeout"],
        "30"
    );

    // Later it finds redis by its tags, and nothing is a change.
    let (later, writes) =
        stand_in.writes_of(|| sandbox.host(&["run", "apps/web.wasm"]).ends_with(0));
    assert_eq!(
        (later.stdout.as_str(), writes),
        ("web  web-elb.us-east-1.elb.amazonaws.com:80\n", Vec::new()),
        "{later}"
    );
}

/// A recipe that would reach out of its sandbox is not even written.
#[test]
fn a_recipe_that_imports_is_refused() {
    let sandbox = Sandbox::new().with_cargo();
    write_package(
        &sandbox,
        &SOURCE.replace(
            "struct Web;",
            "#[link(wasm_import_module = \"env\")]\nunsafe extern \"C\" { fn now() -> i64; }\nstruct Web;",
        )
        .replace("let web = Endpoint", "assert!(unsafe { now() } > 0);\n        let web = Endpoint"),
    );
    let run = sandbox.host(&["build", "apps/web"]).ends_with(1);
    assert_eq!(run.stdout, "", "{run}");
    assert!(!sandbox.path("apps/web.wasm").exists());
    run.says(&["import", "env"]);
}
