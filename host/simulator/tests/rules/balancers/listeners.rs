//! Listeners.

use serde_json::{Value, json};

use super::{CERTIFICATE, changing, listener, making, of_balancer};
use crate::rules::case::{Case, with};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = protocols();
    cases.extend(ports());
    cases.extend(certificates());
    cases.extend(together());
    cases.extend(missing());
    cases
}

/// A load balancer that cannot be made for its one listener.
fn listening(rule: &'static str, members: Value, says: &str) -> Case {
    let listeners = json!([with(listener(6379), members)]);
    making(rule, json!({"Listeners": listeners}), says)
}

fn protocols() -> Vec<Case> {
    vec![
        listening(
            "elb-protocol",
            json!({"Protocol": "UDP"}),
            "UnsupportedProtocol: The protocol 'UDP' is not supported. It must be one of HTTP, HTTPS, TCP, SSL.",
        ),
        listening(
            "elb-protocol",
            json!({"Protocol": null}),
            "UnsupportedProtocol: The protocol '' is not supported. It must be one of HTTP, HTTPS, TCP, SSL.",
        ),
        listening(
            "elb-protocol",
            json!({"InstanceProtocol": "TLS"}),
            "UnsupportedProtocol: The protocol 'TLS' is not supported. It must be one of HTTP, HTTPS, TCP, SSL.",
        ),
        listening(
            "elb-layers",
            json!({"InstanceProtocol": "HTTP"}),
            "InvalidConfigurationRequest: The load balancer protocol TCP and the instance protocol HTTP must be of the same layer: HTTP and HTTPS, or TCP and SSL.",
        ),
        listening(
            "elb-layers",
            json!({"Protocol": "HTTPS", "InstanceProtocol": "SSL", "SSLCertificateId": CERTIFICATE}),
            "InvalidConfigurationRequest: The load balancer protocol HTTPS and the instance protocol SSL must be of the same layer: HTTP and HTTPS, or TCP and SSL.",
        ),
    ]
}

fn ports() -> Vec<Case> {
    let port = |members| {
        listening(
            "elb-port",
            members,
            "ValidationError: Listener port must be between 1-65535, inclusive.",
        )
    };
    let instance_port = |members| {
        listening(
            "elb-instance-port",
            members,
            "ValidationError: Instance port must be between 1-65535, inclusive.",
        )
    };
    vec![
        port(json!({"LoadBalancerPort": 0})),
        port(json!({"LoadBalancerPort": 65536})),
        port(json!({"LoadBalancerPort": null})),
        instance_port(json!({"InstancePort": 0})),
        instance_port(json!({"InstancePort": 65536})),
        instance_port(json!({"InstancePort": null})),
        changing(
            "elb-port",
            "CreateLoadBalancerListeners",
            json!({"Listeners": [listener(80), listener(65536)]}),
            "ValidationError: Listener port must be between 1-65535, inclusive.",
        )
        .after(
            "CreateLoadBalancerListeners",
            of_balancer(json!({"Listeners": [listener(1), listener(65535)]})),
        ),
    ]
}

fn certificates() -> Vec<Case> {
    let secure = json!({"Protocol": "SSL", "LoadBalancerPort": 443, "InstancePort": 443, "SSLCertificateId": CERTIFICATE});
    vec![
        listening(
            "elb-certificate-missing",
            json!({"Protocol": "SSL"}),
            "ValidationError: Secure Listeners need to specify a SSLCertificateId",
        ),
        listening(
            "elb-certificate-missing",
            json!({"Protocol": "HTTPS"}),
            "ValidationError: Secure Listeners need to specify a SSLCertificateId",
        ),
        listening(
            "elb-certificate",
            json!({"Protocol": "HTTPS", "SSLCertificateId": "arn:aws:s3:::certificates"}),
            "CertificateNotFound: Server Certificate not found for the key: arn:aws:s3:::certificates",
        ),
        changing(
            "elb-certificate",
            "SetLoadBalancerListenerSSLCertificate",
            json!({"LoadBalancerPort": 443, "SSLCertificateId": "mine"}),
            "CertificateNotFound: Server Certificate not found for the key: mine",
        )
        .after(
            "CreateLoadBalancerListeners",
            of_balancer(json!({"Listeners": [secure]})),
        ),
    ]
}

fn together() -> Vec<Case> {
    let secured = json!({"Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "SSL", "InstancePort": 6379});
    let unused = with(
        listener(80),
        json!({"Protocol": "HTTP", "SSLCertificateId": CERTIFICATE}),
    );
    let many = |number| (1..=number).map(listener).collect::<Vec<Value>>();
    vec![
        making(
            "elb-no-listeners",
            json!({"Listeners": []}),
            "ValidationError: Listeners cannot be empty",
        ),
        changing(
            "elb-no-listeners",
            "CreateLoadBalancerListeners",
            json!({}),
            "ValidationError: Listeners cannot be empty",
        ),
        making(
            "elb-instance-port-mixed",
            json!({"Listeners": [listener(6379), secured]}),
            "InvalidConfigurationRequest: Listeners with the same instance port 6379 must be all secure or all not secure.",
        ),
        changing(
            "elb-instance-port-mixed",
            "CreateLoadBalancerListeners",
            json!({"Listeners": [listener(81), secured]}),
            "InvalidConfigurationRequest: Listeners with the same instance port 6379 must be all secure or all not secure.",
        ),
        making(
            "elb-listener-twice",
            json!({"Listeners": [listener(6379), with(listener(6379), json!({"InstancePort": 6380}))]}),
            "InvalidConfigurationRequest: The load balancer port 6379 is used by more than one listener.",
        ),
        changing(
            "elb-duplicate-listener",
            "CreateLoadBalancerListeners",
            json!({"Listeners": [listener(80), with(listener(6379), json!({"InstancePort": 6380}))]}),
            "DuplicateListener: A listener already exists for redis-elb with LoadBalancerPort 6379, but with a different InstancePort, Protocol, or SSLCertificateId",
        ),
        // The same once more is no error, also with a certificate that nothing uses.
        changing(
            "elb-duplicate-listener",
            "CreateLoadBalancerListeners",
            json!({"Listeners": [listener(80)]}),
            "DuplicateListener: A listener already exists for redis-elb with LoadBalancerPort 80, but with a different InstancePort, Protocol, or SSLCertificateId",
        )
        .after(
            "CreateLoadBalancerListeners",
            of_balancer(json!({"Listeners": [unused]})),
        )
        .after(
            "CreateLoadBalancerListeners",
            of_balancer(json!({"Listeners": [unused]})),
        ),
        making(
            "elb-too-many-listeners",
            json!({"Listeners": many(101)}),
            "InvalidConfigurationRequest: A load balancer can have at most 100 listeners.",
        ),
        changing(
            "elb-too-many-listeners",
            "CreateLoadBalancerListeners",
            json!({"Listeners": [listener(100)]}),
            "InvalidConfigurationRequest: A load balancer can have at most 100 listeners.",
        )
        .after(
            "CreateLoadBalancerListeners",
            of_balancer(json!({"Listeners": many(99)})),
        ),
    ]
}

fn missing() -> Vec<Case> {
    vec![
        changing(
            "elb-listener-not-found",
            "SetLoadBalancerListenerSSLCertificate",
            json!({"LoadBalancerPort": 443, "SSLCertificateId": CERTIFICATE}),
            "ListenerNotFound: There is no listener for the specified port 443",
        ),
        changing(
            "elb-listener-not-found",
            "SetLoadBalancerPoliciesOfListener",
            json!({"LoadBalancerPort": 65536 + 6379, "PolicyNames": []}),
            "ListenerNotFound: There is no listener for the specified port 71915",
        ),
    ]
}
