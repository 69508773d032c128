//! The recipes of this repository: the component says what the native build says, and what the tutorial says.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{native_recipe, recipe};

pub(crate) mod bodies;
mod component;
mod tutorial;

use component::Component;

/// Arguments by name, each as the contract spells it: `{"memory": {"integer": 256}}`.
fn arguments(given: &Value) -> Value {
    let members = given.as_object().expect("arguments have names");
    members
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect()
}

/// What the native build says, in the contract's own spelling.
fn native(name: &str, arguments: &Value) -> Value {
    let output = Command::new(native_recipe(name))
        .arg(arguments.to_string())
        .output()
        .expect("the program can be started");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
}

/// Holds manifest and results of the component against those of the native build.
///
/// `accepted` and `refused` are sets of arguments; each set has to change the result, or it would show nothing.
fn check(name: &str, accepted: &[Value], refused: &[Value]) {
    let component = Component::load(&recipe(name));
    let stale = format!(
        "one of the two may be older than its source: target/release/host build recipes/{name}; \
         cargo build --release -p recipe-{name} --examples"
    );
    let none = native(name, &json!([]));
    assert_eq!(component.describe(), none["manifest"], "{stale}");
    let mut seen = Vec::new();
    for (set, case) in accepted
        .iter()
        .map(|it| (it, "ok"))
        .chain(refused.iter().map(|it| (it, "err")))
    {
        let arguments = arguments(set);
        let native = native(name, &arguments)["result"].take();
        assert!(
            native.get(case).is_some(),
            "{name} {set} is not `{case}`: {native}"
        );
        let rendered = component.render(&arguments);
        assert_eq!(rendered, native, "{name} {set}; {stale}");
        assert_eq!(
            component.render(&arguments),
            rendered,
            "{name} {set}: a second call gives something else"
        );
        assert!(!seen.contains(&native), "{name} {set} changes nothing");
        seen.push(native);
    }
}

fn text(it: &str) -> Value {
    json!({ "text": it })
}

fn integer(it: i32) -> Value {
    json!({ "integer": it })
}

#[test]
fn elasticsearch_is_the_same_natively() {
    check(
        "elasticsearch",
        &[
            json!({}),
            json!({"edition": text("current")}),
            json!({"edition": text("current"), "heap": integer(600), "memory": integer(2048), "cluster-name": text("search")}),
            json!({"name": text("logs"), "application": text("shop"), "port": integer(9201), "health-check": text("http")}),
            json!({"environment": {"text-list": ["A=1", "B=ü ✓"]}, "data-path": text("/srv/logs")}),
            json!({"data-volume": text("es-data"), "data-volume-driver": text("pxd")}),
            json!({"data-efs": text("fs-0123abcd"), "data-efs-root": text("/es")}),
            json!({"data-efs": text("fs-0123abcd"), "data-efs-access-point": text("fsap-0123abcd")}),
        ],
        &[
            json!({"data-path": text("/srv/es"), "data-efs": text("fs-0123abcd")}),
            json!({"data-efs": text("fs-0123abcd"), "desired-count": integer(2)}),
            json!({"heap": integer(4096)}),
            json!({"health-check": text("tcp"), "health-check-path": text("/x")}),
        ],
    );
}

#[test]
fn memcached_is_the_same_natively() {
    check(
        "memcached",
        &[
            json!({}),
            json!({"edition": text("current")}),
            json!({"cache-size": integer(48), "item-size-max": integer(2048), "connections": integer(4096)}),
            json!({"name": text("sessions"), "desired-count": integer(3), "load-balancer-port": integer(11211)}),
        ],
        &[json!({"cache-size": integer(512)})],
    );
}

#[test]
fn mysql_is_the_same_natively() {
    let with = |more: Value| {
        let mut set = json!({
            "root-password": {"secret": "{{root}}"},
            "execution-role": text("arn:aws:iam::123456789012:role/ecsTaskExecutionRole"),
        });
        let members = more.as_object().expect("arguments have names").clone();
        set.as_object_mut()
            .expect("arguments have names")
            .extend(members);
        set
    };
    check(
        "mysql",
        &[
            with(json!({})),
            with(json!({"edition": text("current"), "data-path": text("/srv/mysql")})),
            with(json!({"data-volume": text("mysql-data")})),
            with(json!({"data-efs": text("fs-0123abcd")})),
            with(
                json!({"database": text("search"), "user": text("app"), "user-password": {"secret": "{{app}}"}}),
            ),
            with(
                json!({"max-connections": integer(500), "character-set": text("latin1"), "grace-period": integer(300)}),
            ),
        ],
        &[json!({}), with(json!({"user": text("root")}))],
    );
}

#[test]
fn redis_is_the_same_natively() {
    check(
        "redis",
        &[
            json!({}),
            json!({"edition": text("current")}),
            json!({"name": text("cache"), "maxmemory": integer(96), "maxmemory-policy": text("allkeys-lru")}),
            json!({"appendonly": {"boolean": true}, "data-path": text("/srv/redis"), "memory-reservation": integer(64)}),
            json!({"appendonly": {"boolean": true}, "data-volume": text("sessions")}),
            json!({"data-efs": text("fs-0123abcd")}),
            json!({"desired-count": integer(0), "cpu": integer(0), "health-check-interval": integer(300)}),
        ],
        &[
            json!({"maxmemory": integer(4096)}),
            json!({"environment": {"text-list": ["A=1", "A=2"]}}),
        ],
    );
}
