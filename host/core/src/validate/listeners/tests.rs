use expect_test::expect;
use serde_json::{Value, json};

use crate::validate::testing::{check, passes};

const LISTENERS: &str = "/loadBalancer/Listeners";
const PORTS: &str = "/taskDefinition/containerDefinitions/0/portMappings";

fn listener(front: &str, port: u32, back: &str) -> Value {
    let mut listener = json!({ "Protocol": front, "LoadBalancerPort": port, "InstanceProtocol": back, "InstancePort": 6379 });
    if ["HTTPS", "SSL"].contains(&front.to_ascii_uppercase().as_str()) {
        listener["SSLCertificateId"] = "arn".into();
    }
    listener
}

#[test]
fn one_to_a_hundred() {
    let many = |number: u32| {
        json!(
            (1..=number)
                .map(|it| listener("TCP", it, "TCP"))
                .collect::<Vec<_>>()
        )
    };
    passes([(LISTENERS, many(100))]);
    check(
        [(LISTENERS, many(101))],
        expect![[r#"
        error: load-balancer.listeners: has 101 listeners, and AWS takes 100
          hint: leave some out"#]],
    );
    check(
        [(LISTENERS, json!([])), ("/service", Value::Null)],
        expect![[r#"
            error: load-balancer.listeners: is empty
              hint: a load balancer has at least one listener"#]],
    );
}

#[test]
fn ports_have_16_bits_and_are_not_0() {
    let ports = |port: u32| {
        [
            ("/loadBalancer/Listeners/0/LoadBalancerPort", json!(port)),
            ("/loadBalancer/Listeners/0/InstancePort", json!(port)),
            ("/service", Value::Null),
        ]
    };
    passes(ports(1));
    passes(ports(65_535));
    check(
        ports(0),
        expect![[r#"
        error: load-balancer.listeners[0].load-balancer-port: must be 1 to 65535, but is 0
          hint: the nearest that AWS takes is 1
        error: load-balancer.listeners[0].instance-port: must be 1 to 65535, but is 0
          hint: the nearest that AWS takes is 1"#]],
    );
    check(
        ports(65_536),
        expect![[r#"
        error: load-balancer.listeners[0].load-balancer-port: must be 1 to 65535, but is 65536
          hint: the nearest that AWS takes is 65535
        error: load-balancer.listeners[0].instance-port: must be 1 to 65535, but is 65536
          hint: the nearest that AWS takes is 65535"#]],
    );
    check(
        [(LISTENERS, json!([{}])), ("/service", Value::Null)],
        expect![[r#"
            error: load-balancer.listeners[0].load-balancer-port: is missing
              hint: set it to a port from 1 to 65535
            error: load-balancer.listeners[0].instance-port: is missing
              hint: set it to a port from 1 to 65535
            error: load-balancer.listeners[0].protocol: is missing
              hint: set it to TCP, SSL, HTTP or HTTPS"#]],
    );
}

#[test]
fn protocols() {
    for (front, back) in [
        ("TCP", "TCP"),
        ("tcp", "ssl"),
        ("SSL", "TCP"),
        ("HTTP", "HTTPS"),
        ("HTTPS", "HTTP"),
    ] {
        passes([(LISTENERS, json!([listener(front, 80, back)]))]);
    }
    check(
        [(LISTENERS, json!([listener("UDP", 80, "FOO")]))],
        expect![[r#"
            error: load-balancer.listeners[0].protocol: `UDP` is not a protocol of classic load balancers
              hint: set it to TCP, SSL, HTTP or HTTPS
            error: load-balancer.listeners[0].instance-protocol: `FOO` is not a protocol of classic load balancers
              hint: set it to TCP, SSL, HTTP or HTTPS"#]],
    );
    check(
        [(LISTENERS, json!([listener("TCP", 80, "HTTP")]))],
        expect![[r#"
            error: load-balancer.listeners[0].instance-protocol: must be TCP or SSL, because `protocol` is of the layer of TCP
              hint: set it to TCP or SSL, or leave it out"#]],
    );
    check(
        [(LISTENERS, json!([listener("HTTPS", 80, "SSL")]))],
        expect![[r#"
            error: load-balancer.listeners[0].instance-protocol: must be HTTP or HTTPS, because `protocol` is of the layer of HTTP
              hint: set it to HTTP or HTTPS, or leave it out"#]],
    );
}

/// AWS forgets it, so every plan would set it again.
#[test]
fn a_certificate_that_nothing_uses_is_refused() {
    let plain = |front: &str| json!([{ "Protocol": front, "LoadBalancerPort": 80, "InstancePort": 6379, "SSLCertificateId": "arn" }]);
    passes([(LISTENERS, plain("SSL"))]);
    check(
        [(LISTENERS, plain("TCP"))],
        expect![[r#"
        error: load-balancer.listeners[0].ssl-certificate-id: is for the protocols HTTPS and SSL only: AWS drops it without a word
          hint: leave it out, or set `protocol` to HTTPS or SSL"#]],
    );
}

#[test]
fn certificates() {
    let plain = |front: &str, back: &str| json!([{ "Protocol": front, "LoadBalancerPort": 80, "InstanceProtocol": back, "InstancePort": 6379 }]);
    passes([(LISTENERS, plain("TCP", "SSL"))]);
    check(
        [(LISTENERS, plain("SSL", "TCP"))],
        expect![[r#"
        error: load-balancer.listeners[0].ssl-certificate-id: is missing
          hint: name a certificate of ACM or IAM by its ARN"#]],
    );
    check(
        [(LISTENERS, plain("HTTPS", "HTTP"))],
        expect![[r#"
        error: load-balancer.listeners[0].ssl-certificate-id: is missing
          hint: name a certificate of ACM or IAM by its ARN"#]],
    );
}

#[test]
fn ports_are_listened_on_once() {
    passes([(
        LISTENERS,
        json!([listener("TCP", 80, "TCP"), listener("TCP", 81, "TCP")]),
    )]);
    check(
        [(
            LISTENERS,
            json!([listener("TCP", 80, "TCP"), listener("SSL", 80, "TCP")]),
        )],
        expect![[r#"
            error: load-balancer.listeners[1].load-balancer-port: 80 is already the port of `load-balancer.listeners[0]`
              hint: give each listener a port of its own"#]],
    );
}

#[test]
fn instance_ports_are_secure_or_not() {
    passes([(
        LISTENERS,
        json!([listener("TCP", 80, "SSL"), listener("HTTP", 81, "HTTPS")]),
    )]);
    check(
        [(
            LISTENERS,
            json!([listener("TCP", 80, "TCP"), listener("TCP", 81, "SSL")]),
        )],
        expect![[r#"
            error: load-balancer.listeners[1].instance-protocol: is secure, but `load-balancer.listeners[0]` is not, and both lead to port 6379
              hint: make both secure or none"#]],
    );
    // Where the instance's protocol is not said, the listener's counts.
    let short = json!({ "Protocol": "TCP", "LoadBalancerPort": 81, "InstancePort": 6379 });
    check(
        [(LISTENERS, json!([listener("TCP", 80, "SSL"), short]))],
        expect![[r#"
            error: load-balancer.listeners[1].instance-protocol: is not secure, but `load-balancer.listeners[0]` is, and both lead to port 6379
              hint: make both secure or none"#]],
    );
}

#[test]
fn listeners_lead_to_host_ports() {
    let mut second = listener("TCP", 81, "TCP");
    second["InstancePort"] = json!(6380);
    let two = json!([{ "containerPort": 6379, "hostPort": 6379 }, { "containerPort": 6380, "hostPort": 6380 }]);
    passes([
        (
            LISTENERS,
            json!([listener("TCP", 80, "TCP"), second.clone()]),
        ),
        (PORTS, two),
    ]);
    check(
        [(LISTENERS, json!([listener("TCP", 80, "TCP"), second]))],
        expect![[r#"
            warning: load-balancer.listeners[1].instance-port: 6380 is not a host port of the task definition, which has `6379`
              hint: add a port mapping, or leave the listener out"#]],
    );
}
