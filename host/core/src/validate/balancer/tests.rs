use expect_test::expect;
use serde_json::{Value, json};

use crate::validate::testing::{check, passes};

#[test]
fn the_scheme_is_said() {
    passes([("/loadBalancer/Scheme", json!("internet-facing"))]);
    check(
        [("/loadBalancer/Scheme", Value::Null)],
        expect![[r#"
        error: load-balancer.scheme: is missing, and AWS would open it to the internet
          hint: set it to `internal` or `internet-facing`"#]],
    );
    check(
        [("/loadBalancer/Scheme", json!("public"))],
        expect![[r#"
            error: load-balancer.scheme: `public` is not a scheme
              hint: set it to `internal` or `internet-facing`"#]],
    );
}

#[test]
fn attributes_have_bounds() {
    let attributes = |seconds: u32, minutes: u32| {
        json!({
            "ConnectionDraining": { "Enabled": true, "Timeout": seconds },
            "ConnectionSettings": { "IdleTimeout": seconds },
            "AccessLog": { "Enabled": false, "EmitInterval": minutes },
        })
    };
    passes([("/attributes", attributes(1, 5))]);
    passes([("/attributes", attributes(3600, 60))]);
    check(
        [("/attributes", attributes(0, 6))],
        expect![[r#"
        error: load-balancer.attributes.connection-draining.timeout: must be 1 to 3600 seconds, but is 0
          hint: the nearest that AWS takes is 1
        error: load-balancer.attributes.connection-settings.idle-timeout: must be 1 to 3600 seconds, but is 0
          hint: the nearest that AWS takes is 1
        error: load-balancer.attributes.extra.AccessLog.EmitInterval: must be 5 or 60 minutes, but is 6
          hint: set it to 5 or 60"#]],
    );
    check(
        [("/attributes", attributes(3601, 61))],
        expect![[r#"
        error: load-balancer.attributes.connection-draining.timeout: must be 1 to 3600 seconds, but is 3601
          hint: the nearest that AWS takes is 3600
        error: load-balancer.attributes.connection-settings.idle-timeout: must be 1 to 3600 seconds, but is 3601
          hint: the nearest that AWS takes is 3600
        error: load-balancer.attributes.extra.AccessLog.EmitInterval: must be 5 or 60 minutes, but is 61
          hint: set it to 5 or 60"#]],
    );
}

#[test]
fn access_logs_go_somewhere() {
    passes([(
        "/attributes",
        json!({ "AccessLog": { "Enabled": true, "S3BucketName": "logs" } }),
    )]);
    check(
        [("/attributes", json!({ "AccessLog": { "Enabled": true } }))],
        expect![[r#"
            error: load-balancer.attributes.extra.AccessLog.S3BucketName: is missing
              hint: name the bucket, or set `Enabled` to false"#]],
    );
}

#[test]
fn additional_attributes() {
    let attribute = |key: &str, value: &str| json!({ "AdditionalAttributes": [{ "Key": key, "Value": value }] });
    for mode in ["monitor", "defensive", "strictest"] {
        passes([(
            "/attributes",
            attribute("elb.http.desyncmitigationmode", mode),
        )]);
    }
    passes([("/attributes", attribute("elb.next.year", "any"))]);
    check(
        [(
            "/attributes",
            attribute("elb.http.desyncmitigationmode", "off"),
        )],
        expect![[r#"
            error: load-balancer.attributes.extra.AdditionalAttributes[0].Value: `off` is not a value of `elb.http.desyncmitigationmode`
              hint: set it to `monitor`, `defensive` or `strictest`"#]],
    );
    check(
        [("/attributes", attribute("", "off"))],
        expect![[r#"
        error: load-balancer.attributes.extra.AdditionalAttributes[0].Key: is missing
          hint: name the attribute"#]],
    );
}
