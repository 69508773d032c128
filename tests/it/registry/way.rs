//! The way to a registry: TLS with a private authority, proxies, plain HTTP.

use super::{redis, sandbox};
use crate::harness::{Registry, Way};

#[test]
fn tls_is_spoken_where_the_registry_wants_it_and_its_certificate_has_to_be_trusted() {
    let registry = Registry::start();
    let (digest, _) = registry.publish("acme/redis", "1.2.0", &redis());
    let way = Way::to_address(&format!("http://{}", registry.name()));
    let name = way.endpoint().replace("https://", "");
    let reference = format!("oci://{name}/acme/redis:1.2.0");
    let run = sandbox().host(&["pull", &reference]).ends_with(1);
    let run = run.says(&[
        "error[H0817]",
        &format!("the certificate of the registry `{name}` is not trusted"),
        "UnknownIssuer",
        "hint:",
        "`SSL_CERT_FILE`",
    ]);
    assert_eq!(run.stdout, "");
    let trusting = sandbox().set("SSL_CERT_FILE", &way.authority());
    let run = trusting.host(&["pull", &reference]).ends_with(0);
    assert_eq!(run.stdout, format!("{reference}@{digest}\n"));
    // Somebody may be between: what was seen is not taken in its place.
    let trusting = trusting.set("SSL_CERT_FILE", "/dev/null");
    trusting
        .host(&["pull", &reference])
        .ends_with(1)
        .says(&["error[H0817]", "`/dev/null` of `SSL_CERT_FILE`"]);
    // Whoever asks for plain HTTP gets it.
    let run = sandbox().host(&["pull", &reference, "--plain-http"]);
    run.ends_with(1).says(&["error[H0810]", "hint:"]);
}

#[test]
fn other_machines_are_spoken_with_in_tls_and_through_a_proxy() {
    let registry = Registry::start();
    registry.publish("acme/redis", "1.2.0", &redis());
    let way = Way::to_address(&format!("http://{}", registry.name()));
    // The proxy leads to the registry from every name; the certificate is for 127.0.0.1.
    let behind = |proxy: &str| {
        sandbox()
            .set("SSL_CERT_FILE", &way.authority())
            .set("HTTPS_PROXY", proxy)
    };
    let elsewhere = way.endpoint().replace("https://127.0.0.1", "registry.test");
    let elsewhere = &format!("oci://{elsewhere}/acme/redis:1.2.0");
    let run = behind(&way.proxy("open")).host(&["pull", elsewhere]);
    run.ends_with(1)
        .says(&["error[H0817]", "`registry.test:", "not valid for name"]);
    assert_eq!(way.tunnels(), 1);
    let closed = way.proxy("closed").replace("//", "//open:barley@");
    let run = behind(&closed).host(&["pull", elsewhere]).ends_with(1);
    let run = run.says(&["error[H0810]", "`HTTPS_PROXY`", "hint:"]);
    assert!(!run.stderr.contains("barley"), "{run}");
    // This machine is not behind a proxy.
    let run = behind(&closed).host(&["pull", &registry.reference("acme/redis")]);
    run.ends_with(0);
}
