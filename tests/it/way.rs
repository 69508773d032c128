//! The way to AWS: certificates of a private authority, and proxies.

use crate::harness::{Sandbox, StandIn, Way};

const LIST: [&str; 1] = ["list"];

#[test]
fn a_private_authority_is_trusted_where_it_is_named() {
    let stand_in = StandIn::start();
    let way = Way::to(&stand_in);
    let sandbox = || Sandbox::at(&way.endpoint());
    sandbox().host(&LIST).ends_with(1).says(&[
        "error[H0458]",
        "the certificate of AWS's endpoint is not trusted",
        "UnknownIssuer",
        "name the file with its authority's certificate in `AWS_CA_BUNDLE`",
    ]);
    for variable in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
        let run = sandbox().set(variable, &way.authority()).host(&LIST);
        run.ends_with(0);
    }
    // A whole run, and what the doctor says of it.
    let trusting = sandbox().set("AWS_CA_BUNDLE", &way.authority());
    trusting.host(&["run", "recipes/redis.wasm"]).ends_with(0);
    let doctor = trusting.host(&["doctor"]).ends_with(0);
    let line = format!(
        "ok   way          trusts the certificates in `{}` of `AWS_CA_BUNDLE`",
        way.authority()
    );
    assert!(doctor.stdout.contains(&line), "{doctor}");

    // The profile's own setting, of which the SDK knows nothing.
    let sandbox = sandbox();
    let config = format!("[default]\nca_bundle = {}\n", way.authority());
    sandbox.write("../aws-config", config);
    sandbox.host(&LIST).ends_with(0);
}

#[test]
fn certificates_that_cannot_be_trusted_are_told_apart() {
    let stand_in = StandIn::start();
    let way = Way::to(&stand_in);
    let trusting = |name: &str, file: &str| Sandbox::at(&way.endpoint()).set(name, file);
    for (file, why) in [
        ("/no/such/file", "No such file or directory"),
        ("/dev/null", "it has no PEM block `CERTIFICATE`"),
    ] {
        trusting("AWS_CA_BUNDLE", file)
            .host(&LIST)
            .ends_with(1)
            .says(&["error[H0490]", file, "`AWS_CA_BUNDLE`", why, "hint:"]);
    }
    let broken = trusting("AWS_CA_BUNDLE", "broken.pem");
    broken.write(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n",
    );
    broken
        .host(&LIST)
        .ends_with(1)
        .says(&["error[H0490]", "`broken.pem` of `AWS_CA_BUNDLE`"]);
    // The SDK reads this one, and says nothing when it cannot.
    trusting("SSL_CERT_FILE", "/no/such/file")
        .host(&LIST)
        .ends_with(1)
        .says(&[
            "error[H0458]",
            "`/no/such/file` of `SSL_CERT_FILE` has no certificates to trust",
        ]);
    // The certificate is for `localhost` and 127.0.0.1; the proxy leads there from every name.
    let elsewhere = way.endpoint().replace("127.0.0.1", "elsewhere.test");
    Sandbox::at(&elsewhere)
        .set("AWS_CA_BUNDLE", &way.authority())
        .set("HTTPS_PROXY", &way.proxy("open"))
        .host(&LIST)
        .ends_with(1)
        .says(&[
            "error[H0491]",
            "the certificate of AWS's endpoint is for another name",
            "elsewhere.test",
        ]);
}

#[test]
fn a_proxy_is_used_and_what_it_does_wrong_is_told() {
    let stand_in = StandIn::start();
    let way = Way::to(&stand_in);
    let behind = |variable: &str, proxy: &str| {
        Sandbox::at(&way.endpoint())
            .set("AWS_CA_BUNDLE", &way.authority())
            .set(variable, proxy)
    };
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let before = way.tunnels();
        behind(variable, &way.proxy("open"))
            .host(&LIST)
            .ends_with(0);
        assert!(way.tunnels() > before, "{variable} was not used");
    }
    let with_password = way.proxy("locked").replace("//", "//open:sesame@");
    behind("HTTPS_PROXY", &with_password)
        .host(&LIST)
        .ends_with(0);

    let before = way.tunnels();
    let past = behind("HTTPS_PROXY", &way.proxy("closed")).set("NO_PROXY", "127.0.0.1");
    past.host(&LIST).ends_with(0);
    assert_eq!(way.tunnels(), before, "NO_PROXY leads past the proxy");

    let wrong_password = way.proxy("locked").replace("//", "//open:barley@");
    for (proxy, code, why) in [
        (
            way.proxy("locked"),
            "H0487",
            "the proxy wants a name and a password",
        ),
        (
            wrong_password,
            "H0487",
            "the proxy wants a name and a password",
        ),
        (
            way.proxy("closed"),
            "H0488",
            "the proxy does not let it through",
        ),
        (
            "http://127.0.0.1:1".to_owned(),
            "H0489",
            "the proxy cannot be reached",
        ),
    ] {
        let run = behind("HTTPS_PROXY", &proxy).host(&LIST).ends_with(1);
        let host = proxy.replace("open:barley@", "");
        let named = format!("proxy `{host}` of `HTTPS_PROXY`");
        let run = run.says(&[code, why, &named, "hint:"]);
        assert!(!run.everything().contains("barley"), "{run}");
    }
    let doctor = behind("HTTPS_PROXY", &way.proxy("closed")).host(&["doctor"]);
    let doctor = doctor.ends_with(1);
    assert!(
        doctor.stdout.contains("fail network") && doctor.stdout.contains("ok   way"),
        "{doctor}"
    );
}
