use expect_test::expect;
use serde_json::{Value, json};

use crate::validate::testing::{changed, check, check_alone, passes};
use crate::validate::validate;

const IMAGE: &str = "/taskDefinition/containerDefinitions/0/image";
const PORT_NAME: &str = "/taskDefinition/containerDefinitions/0/portMappings/0/name";

#[test]
fn ecs_names() {
    for name in ["a".to_owned(), "_-Z9".to_owned(), "a".repeat(255)] {
        passes([
            ("/taskDefinition/family", json!(name)),
            ("/service/serviceName", json!(name)),
        ]);
    }
    check_alone(
        [
            ("/taskDefinition/family", json!("my family")),
            ("/service/serviceName", json!("a".repeat(256))),
            ("/taskDefinition/volumes/-", json!({ "name": "daté" })),
            ("/taskDefinition/containerDefinitions/0/name", json!("a.b")),
        ],
        expect![[r#"
            error: task-definition.family: `my family` has other characters than letters, digits, `-` and `_`
              hint: call it `my-family`
            error: task-definition.container-definitions[0].name: `a.b` has other characters than letters, digits, `-` and `_`
              hint: call it `a-b`
            error: task-definition.volumes[1].name: `daté` has other characters than letters, digits, `-` and `_`
              hint: call it `dat`
            error: service.service-name: has 256 characters, and AWS takes 255
              hint: shorten it"#]],
    );
}

#[test]
fn missing_names() {
    check_alone(
        [
            ("/taskDefinition/family", Value::Null),
            ("/service/serviceName", json!("")),
            ("/taskDefinition/volumes/-", json!({})),
            ("/taskDefinition/containerDefinitions/0/name", json!("")),
        ],
        expect![[r#"
            error: task-definition.family: is missing
              hint: give it a name of letters, digits, `-` and `_`
            error: task-definition.container-definitions[0].name: is missing
              hint: give it a name of letters, digits, `-` and `_`
            error: task-definition.volumes[1].name: is missing
              hint: give it a name of letters, digits, `-` and `_`
            error: service.service-name: is missing
              hint: give it a name of letters, digits, `-` and `_`"#]],
    );
}

#[test]
fn load_balancer_names() {
    for name in ["a".to_owned(), "A-9".to_owned(), "a".repeat(32)] {
        passes([("/loadBalancer/LoadBalancerName", json!(name))]);
    }
    check(
        [("/loadBalancer/LoadBalancerName", json!("a".repeat(33)))],
        expect![[r#"
            error: load-balancer.load-balancer-name: has 33 characters, and AWS takes 32
              hint: shorten it"#]],
    );
    check(
        [("/loadBalancer/LoadBalancerName", json!("-a"))],
        expect![[r#"
            error: load-balancer.load-balancer-name: `-a` is not of letters, digits and `-`, with no `-` at either end
              hint: call it `a`"#]],
    );
    check(
        [("/loadBalancer/LoadBalancerName", json!("a-"))],
        expect![[r#"
            error: load-balancer.load-balancer-name: `a-` is not of letters, digits and `-`, with no `-` at either end
              hint: call it `a`"#]],
    );
    check(
        [("/loadBalancer/LoadBalancerName", json!("my_redis"))],
        expect![[r#"
            error: load-balancer.load-balancer-name: `my_redis` is not of letters, digits and `-`, with no `-` at either end
              hint: call it `my-redis`"#]],
    );
    check(
        [("/loadBalancer/LoadBalancerName", json!(""))],
        expect![[r#"
            error: load-balancer.load-balancer-name: is missing
              hint: give it a name of letters, digits and `-`"#]],
    );
}

#[test]
fn port_names() {
    for name in ["a".to_owned(), "_a-9".to_owned(), "a".repeat(64)] {
        passes([(PORT_NAME, json!(name))]);
    }
    check(
        [(PORT_NAME, json!("a".repeat(65)))],
        expect![[r#"
            error: task-definition.container-definitions[0].port-mappings[0].name: has 65 characters, and AWS takes 64
              hint: shorten it"#]],
    );
    check(
        [(PORT_NAME, json!("-Redis"))],
        expect![[r#"
            error: task-definition.container-definitions[0].port-mappings[0].name: `-Redis` is not of `a` to `z`, digits, `_` and `-`, with no `-` in front
              hint: call it `redis`"#]],
    );
    check(
        [(PORT_NAME, json!(""))],
        expect![[r#"
            error: task-definition.container-definitions[0].port-mappings[0].name: is empty
              hint: give it a name, or leave it out"#]],
    );
}

#[test]
fn images() {
    let digest = format!(
        "public.ecr.aws/docker/library/redis@sha256:{}",
        "0aF".repeat(22).get(..64).unwrap()
    );
    for image in [
        "redis".to_owned(),
        "host:5000/a_b/c-d.e:7.4#x".to_owned(),
        "a".repeat(255),
        digest,
        "Registry.Example:5000/a/b:V1".to_owned(),
        "localhost/a".to_owned(),
    ] {
        passes([(IMAGE, json!(image))]);
    }
    // AWS takes them, and docker never.
    for (image, hint) in [
        ("https://ghcr.io/a/b:1", "write it as `ghcr.io/a/b:1`"),
        ("Redis:7", "write it as `redis:7`"),
        ("ghcr.io/Acme/App:V1", "write it as `ghcr.io/acme/app:V1`"),
        ("redis:", "write it as `redis:TAG`"),
        ("a//b", "write it as `registry/repository:tag`"),
        ("a/b/", "write it as `registry/repository:tag`"),
        (
            "ghcr.io/acme/../evil/x",
            "write it as `registry/repository:tag`",
        ),
        ("ghcr.io/./x", "write it as `registry/repository:tag`"),
        ("acme/-x", "write it as `registry/repository:tag`"),
        ("redis:7:8", "write it as `redis:TAG`"),
    ] {
        let found = validate(&changed(&[(IMAGE, json!(image))]), None);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].hint.as_deref(), Some(hint), "{found:?}");
    }
    check(
        [(IMAGE, Value::Null)],
        expect![[r#"
        error: task-definition.container-definitions[0].image: is missing
          hint: name an image, such as `redis:7.4`"#]],
    );
    check(
        [(IMAGE, json!(""))],
        expect![[r#"
        error: task-definition.container-definitions[0].image: is missing
          hint: name an image, such as `redis:7.4`"#]],
    );
    check(
        [(IMAGE, json!("a".repeat(256)))],
        expect![[r#"
            error: task-definition.container-definitions[0].image: has 256 characters, and AWS takes 255
              hint: shorten it"#]],
    );
    check(
        [(IMAGE, json!("redis:7 4"))],
        expect![[r#"
        error: task-definition.container-definitions[0].image: `redis:7 4` has other characters than letters, digits and `-_:./#`
          hint: write it as `registry/repository:tag`"#]],
    );
    check(
        [(IMAGE, json!(format!("redis@sha256:{}", "a".repeat(63))))],
        expect![[r#"
            error: task-definition.container-definitions[0].image: `redis@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` does not end in `@sha256:` and 64 hexadecimal digits
              hint: copy the whole digest, or use a tag"#]],
    );
    check(
        [(IMAGE, json!(format!("redis@sha512:{}", "a".repeat(64))))],
        expect![[r#"
            error: task-definition.container-definitions[0].image: `redis@sha512:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` does not end in `@sha256:` and 64 hexadecimal digits
              hint: copy the whole digest, or use a tag"#]],
    );
    check(
        [(IMAGE, json!(format!("@sha256:{}", "a".repeat(64))))],
        expect![[r#"
            error: task-definition.container-definitions[0].image: `@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` has other characters than letters, digits and `-_:./#`
              hint: write it as `registry/repository:tag`"#]],
    );
}

#[test]
fn names_stand_once() {
    check_alone(
        [
            (
                "/taskDefinition/containerDefinitions/-",
                json!({ "name": "app-redis", "image": "redis", "memory": 6 }),
            ),
            ("/taskDefinition/volumes/-", json!({ "name": "data" })),
        ],
        expect![[r#"
            error: task-definition.container-definitions[1].name: `app-redis` is already the name of `task-definition.container-definitions[0]`
              hint: give each container a name of its own
            error: task-definition.volumes[1].name: `data` is already the name of `task-definition.volumes[0]`
              hint: give each volume a name of its own"#]],
    );
}
