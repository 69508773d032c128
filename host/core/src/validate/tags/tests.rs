use expect_test::expect;
use serde_json::{Value, json};

use crate::validate::testing::{check, passes};

fn ecs(number: usize) -> Value {
    json!(
        (0..number)
            .map(|it| json!({ "key": format!("key-{it}"), "value": "" }))
            .collect::<Vec<_>>()
    )
}

fn elb(number: usize) -> Value {
    json!(
        (0..number)
            .map(|it| json!({ "Key": format!("key-{it}"), "Value": "" }))
            .collect::<Vec<_>>()
    )
}

#[test]
fn the_host_needs_six_tags() {
    passes([
        ("/taskDefinition/tags", ecs(44)),
        ("/service/tags", ecs(44)),
        ("/loadBalancer/Tags", elb(4)),
    ]);
    check(
        [
            ("/taskDefinition/tags", ecs(45)),
            ("/service/tags", ecs(45)),
            ("/loadBalancer/Tags", elb(5)),
        ],
        expect![[r#"
            error: task-definition.tags: has 45 tags, and 44 are free: AWS takes 50, and the host needs 6
              hint: leave some out
            error: load-balancer.tags: has 5 tags, and 4 are free: AWS takes 10, and the host needs 6
              hint: leave some out
            error: service.tags: has 45 tags, and 44 are free: AWS takes 50, and the host needs 6
              hint: leave some out"#]],
    );
}

#[test]
fn keys_and_values_have_lengths() {
    passes([(
        "/service/tags",
        json!([{ "key": "ü".repeat(128), "value": "ü".repeat(256) }]),
    )]);
    check(
        [(
            "/service/tags",
            json!([{ "key": "ü".repeat(129), "value": "ü".repeat(257) }]),
        )],
        expect![[r#"
            error: service.tags[0].key: has 129 characters, and AWS takes 128
              hint: shorten it
            error: service.tags[0].value: has 257 characters, and AWS takes 256
              hint: shorten it"#]],
    );
    check(
        [("/loadBalancer/Tags", json!([{ "Key": "", "Value": "a" }]))],
        expect![[r#"
            error: load-balancer.tags[0].key: is missing
              hint: give the tag a key"#]],
    );
}

#[test]
fn some_characters_are_refused() {
    passes([(
        "/service/tags",
        json!([{ "key": "Ärger und_.:/=+-@ 9", "value": "a\u{a0}b" }]),
    )]);
    check(
        [("/service/tags", json!([{ "key": "a*", "value": "a\tb" }]))],
        expect![[r#"
            error: service.tags[0].key: has the character '*'; AWS takes letters, digits, spaces and `_.:/=+-@`
              hint: leave it out
            error: service.tags[0].value: has the character '\t'; AWS takes letters, digits, spaces and `_.:/=+-@`
              hint: leave it out"#]],
    );
}

#[test]
fn some_prefixes_are_reserved() {
    passes([(
        "/service/tags",
        json!([{ "key": "hosts:a", "value": "aws:b" }, { "key": "my:aws:a", "value": "" }]),
    )]);
    check(
        [(
            "/service/tags",
            json!([{ "key": "AWS:a", "value": "" }, { "key": "host:stack", "value": "" }]),
        )],
        expect![[r#"
            error: service.tags[0].key: `AWS:a` begins with `aws:`, which is reserved
              hint: choose another key
            error: service.tags[1].key: `host:stack` begins with `host:`, which is reserved
              hint: choose another key"#]],
    );
    check(
        [(
            "/loadBalancer/Tags",
            json!([{ "Key": "Host:Stack", "Value": "" }]),
        )],
        expect![[r#"
            error: load-balancer.tags[0].key: `Host:Stack` begins with `host:`, which is reserved
              hint: choose another key"#]],
    );
}
