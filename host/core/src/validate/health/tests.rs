use expect_test::expect;
use serde_json::{Value, json};

use crate::validate::testing::{check, passes};

const TARGET: &str = "/healthCheck/Target";

#[test]
fn targets() {
    let long = format!("HTTP:80/{}", "a".repeat(1024 - "HTTP:80/".len()));
    for target in [
        "TCP:1",
        "SSL:65535",
        "HTTP:80/",
        "HTTPS:443/a?b=c:d",
        long.as_str(),
    ] {
        passes([(TARGET, json!(target))]);
    }
    check(
        [(TARGET, json!(format!("{long}a")))],
        expect![[r#"
        error: load-balancer.health-check.target: has 1025 characters, and AWS takes 1024
          hint: write it as `TCP:6379`, `SSL:443`, `HTTP:9200/_cluster/health` or `HTTPS:443/`"#]],
    );
    check(
        [(TARGET, json!("UDP:80"))],
        expect![[r#"
        error: load-balancer.health-check.target: `UDP:80` does not begin with TCP, SSL, HTTP or HTTPS
          hint: write it as `TCP:6379`, `SSL:443`, `HTTP:9200/_cluster/health` or `HTTPS:443/`"#]],
    );
    check(
        [(TARGET, json!("tcp:80"))],
        expect![[r#"
        error: load-balancer.health-check.target: `tcp:80` does not begin with TCP, SSL, HTTP or HTTPS
          hint: write it as `TCP:6379`, `SSL:443`, `HTTP:9200/_cluster/health` or `HTTPS:443/`"#]],
    );
    check(
        [(TARGET, json!("TCP"))],
        expect![[r#"
        error: load-balancer.health-check.target: `TCP` has no port from 1 to 65535 behind its protocol
          hint: write it as `TCP:6379`, `SSL:443`, `HTTP:9200/_cluster/health` or `HTTPS:443/`"#]],
    );
    check(
        [(TARGET, json!("TCP:0"))],
        expect![[r#"
        error: load-balancer.health-check.target: `TCP:0` has no port from 1 to 65535 behind its protocol
          hint: write it as `TCP:6379`, `SSL:443`, `HTTP:9200/_cluster/health` or `HTTPS:443/`"#]],
    );
    check(
        [(TARGET, json!("TCP:65536"))],
        expect![[r#"
        error: load-balancer.health-check.target: `TCP:65536` has no port from 1 to 65535 behind its protocol
          hint: write it as `TCP:6379`, `SSL:443`, `HTTP:9200/_cluster/health` or `HTTPS:443/`"#]],
    );
    check(
        [(TARGET, json!("TCP:+80"))],
        expect![[r#"
        error: load-balancer.health-check.target: `TCP:+80` has no port from 1 to 65535 behind its protocol
          hint: write it as `TCP:6379`, `SSL:443`, `HTTP:9200/_cluster/health` or `HTTPS:443/`"#]],
    );
    check(
        [(TARGET, json!("TCP:80/"))],
        expect![[r#"
        error: load-balancer.health-check.target: `TCP:80/` has a path, and TCP only opens a connection
          hint: write it as `TCP:6379`, `SSL:443`, `HTTP:9200/_cluster/health` or `HTTPS:443/`"#]],
    );
    check(
        [(TARGET, json!("HTTP:80"))],
        expect![[r#"
        error: load-balancer.health-check.target: `HTTP:80` has no path to ask for
          hint: write it as `TCP:6379`, `SSL:443`, `HTTP:9200/_cluster/health` or `HTTPS:443/`"#]],
    );
}

#[test]
fn bounds() {
    passes([
        ("/healthCheck/Interval", json!(5)),
        ("/healthCheck/Timeout", json!(2)),
        ("/healthCheck/UnhealthyThreshold", json!(2)),
        ("/healthCheck/HealthyThreshold", json!(2)),
    ]);
    passes([
        ("/healthCheck/Interval", json!(300)),
        ("/healthCheck/Timeout", json!(60)),
        ("/healthCheck/UnhealthyThreshold", json!(10)),
        ("/healthCheck/HealthyThreshold", json!(10)),
    ]);
    check(
        [
            ("/healthCheck/Interval", json!(4)),
            ("/healthCheck/Timeout", json!(1)),
            ("/healthCheck/UnhealthyThreshold", json!(1)),
            ("/healthCheck/HealthyThreshold", json!(1)),
        ],
        expect![[r#"
            error: load-balancer.health-check.interval: must be 5 to 300 seconds, but is 4
              hint: the nearest that AWS takes is 5
            error: load-balancer.health-check.timeout: must be 2 to 60 seconds, but is 1
              hint: the nearest that AWS takes is 2
            error: load-balancer.health-check.unhealthy-threshold: must be 2 to 10 failures, but is 1
              hint: the nearest that AWS takes is 2
            error: load-balancer.health-check.healthy-threshold: must be 2 to 10 successes, but is 1
              hint: the nearest that AWS takes is 2"#]],
    );
    check(
        [
            ("/healthCheck/Interval", json!(301)),
            ("/healthCheck/Timeout", json!(61)),
            ("/healthCheck/UnhealthyThreshold", json!(11)),
            ("/healthCheck/HealthyThreshold", json!(11)),
        ],
        expect![[r#"
            error: load-balancer.health-check.interval: must be 5 to 300 seconds, but is 301
              hint: the nearest that AWS takes is 300
            error: load-balancer.health-check.timeout: must be 2 to 60 seconds, but is 61
              hint: the nearest that AWS takes is 60
            error: load-balancer.health-check.unhealthy-threshold: must be 2 to 10 failures, but is 11
              hint: the nearest that AWS takes is 10
            error: load-balancer.health-check.healthy-threshold: must be 2 to 10 successes, but is 11
              hint: the nearest that AWS takes is 10"#]],
    );
}

#[test]
fn a_check_ends_before_the_next() {
    passes([
        ("/healthCheck/Interval", json!(6)),
        ("/healthCheck/Timeout", json!(5)),
    ]);
    check(
        [
            ("/healthCheck/Interval", json!(5)),
            ("/healthCheck/Timeout", json!(5)),
        ],
        expect![[r#"
            error: load-balancer.health-check.timeout: is 5 seconds, but must be less than the interval, which is 5
              hint: lower it, or raise `interval`"#]],
    );
}

#[test]
fn all_five_fields_are_there() {
    check(
        [("/healthCheck", json!({}))],
        expect![[r#"
        error: load-balancer.health-check.target: is missing
          hint: AWS wants all five fields of a health check
        error: load-balancer.health-check.interval: is missing
          hint: AWS wants all five fields of a health check
        error: load-balancer.health-check.timeout: is missing
          hint: AWS wants all five fields of a health check
        error: load-balancer.health-check.unhealthy-threshold: is missing
          hint: AWS wants all five fields of a health check
        error: load-balancer.health-check.healthy-threshold: is missing
          hint: AWS wants all five fields of a health check"#]],
    );
    check(
        [("/healthCheck/Timeout", Value::Null)],
        expect![[r#"
        error: load-balancer.health-check.timeout: is missing
          hint: AWS wants all five fields of a health check"#]],
    );
}
