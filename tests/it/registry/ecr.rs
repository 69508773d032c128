//! Registries of ECR: the AWS credentials open them, by one signed call in a process.
//!
//! A name of AWS leads to the registry of the test through a proxy, which is the registry itself.

use serde_json::json;

use super::{redis, sandbox};
use crate::harness::{Access, Registry, Sandbox, reply};

const NAME: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

/// What AWS answers: `me` with `sesame`.
const TOKEN: &str =
    r#"{"authorizationData": [{"authorizationToken": "bWU6c2VzYW1l", "expiresAt": 1.7e9}]}"#;

/// A registry with a password, which answers as AWS does where that is asked.
fn registry(status: &'static str, answer: &'static str) -> Registry {
    let registry = Registry::with(
        Access::Password,
        Some(Box::new(move |asked, stream| {
            if asked.target.is_none() {
                return Ok(false);
            }
            reply(stream, status, &[], answer.as_bytes())?;
            Ok(true)
        })),
    );
    registry.publish("acme/redis", "1.2.0", &redis());
    registry.publish("acme/redis", "1.3.0", &redis());
    registry
}

/// Where names of AWS lead to the registry.
fn behind(registry: &Registry) -> Sandbox {
    let address = format!("http://{}", registry.name());
    sandbox()
        .set("HTTP_PROXY", &address)
        .set("NO_PROXY", "127.0.0.1")
        .set("AWS_ENDPOINT_URL_ECR", &address)
        .set("RECIPE_HOST_PLAIN_HTTP", "1")
}

fn with_credentials(registry: &Registry) -> Sandbox {
    behind(registry)
        .set("AWS_ACCESS_KEY_ID", "AKIDTEST")
        .set("AWS_SECRET_ACCESS_KEY", "never-to-be-seen")
}

#[test]
fn one_signed_call_opens_a_registry_for_a_whole_process() {
    let registry = registry("200 OK", TOKEN);
    let sandbox = with_credentials(&registry).set("AWS_REGION", "us-east-1");
    let references = [":1.2.0", ":1.3.0"].map(|it| format!("oci://{NAME}/acme/redis{it}"));
    let run = sandbox.host(&["pull", &references[0], &references[1], "-vv"]);
    let run = run.ends_with(0).says(&["ecr GetAuthorizationToken"]);
    for secret in ["sesame", "bWU6", "never-to-be-seen", "AWS4-HMAC"] {
        assert!(!run.everything().contains(secret), "{run}");
    }
    let calls: Vec<String> = registry
        .asked()
        .into_iter()
        .zip(registry.authorizations())
        .filter(|(line, _)| line.starts_with("POST"))
        .map(|(line, authorization)| format!("{line} {}", authorization.unwrap_or_default()))
        .collect();
    let [call] = &calls[..] else {
        panic!("one call: {calls:?}")
    };
    // The region is that of the registry, whatever else is set.
    let form = regex_lite::Regex::new(
        "^POST / AWS4-HMAC-SHA256 Credential=AKIDTEST/[0-9]{8}/eu-west-1/ecr/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=[0-9a-f]{64}$",
    );
    assert!(form.unwrap().is_match(call), "{call}");
    assert!(!sandbox.path("../home/.docker").exists());
}

#[test]
fn a_login_of_docker_goes_before_and_one_that_ran_out_does_not_stop_anybody() {
    let registry = registry("200 OK", TOKEN);
    let sandbox = with_credentials(&registry);
    let reference = format!("oci://{NAME}/acme/redis:1.2.0");
    for (auth, calls) in [("bWU6c2VzYW1l", 0), ("bWU6eA==", 1)] {
        let login = json!({"auths": {NAME: {"auth": auth}}});
        sandbox.write("../home/.docker/config.json", login.to_string());
        sandbox.host(&["pull", &reference]).ends_with(0);
        let asked = registry.asked();
        let found = asked.iter().filter(|it| it.starts_with("POST")).count();
        assert_eq!(found, calls, "{asked:?}");
    }
}

#[test]
fn without_credentials_both_ways_are_named() {
    let registry = registry("200 OK", TOKEN);
    let reference = format!("oci://{NAME}/acme/redis:1.2.0");
    let run = behind(&registry).host(&["pull", &reference]).ends_with(1);
    let run = run.says(&[
        "error[H0811]",
        "there are no valid AWS credentials",
        "hint: ",
        "`aws configure`",
        &format!("`host login {NAME}`"),
    ]);
    assert!(run.stdout.is_empty(), "{run}");
    let sandbox = behind(&registry).set("RECIPE_HOST_PROFILE", "nobody");
    let run = sandbox.host(&["pull", &reference]).ends_with(1);
    run.says(&["error[H0811]", "profile `nobody` is in neither", "hint:"]);
    // The profile of the stack file, too.
    let sandbox = behind(&registry);
    sandbox.write("host.toml", "[target]\nprofile = \"somebody\"\n");
    let run = sandbox.host(&["pull", &reference]).ends_with(1);
    run.says(&["error[H0811]", "profile `somebody` is in neither"]);
    assert!(registry.asked().iter().all(|it| it.starts_with("GET")));
}

#[test]
fn what_aws_refuses_is_told_in_its_words_and_no_other_registry_is_shown_its_login() {
    let denied = r#"{"__type": "AccessDeniedException", "Message": "User is not authorized to perform: ecr:GetAuthorizationToken"}"#;
    let refusing = registry("400 Bad Request", denied);
    let reference = format!("oci://{NAME}/acme/redis:1.2.0");
    let run = with_credentials(&refusing).host(&["pull", &reference]);
    let run = run.ends_with(1).says(&[
        "error[H0811]",
        "AccessDeniedException",
        "ecr:GetAuthorizationToken",
        "hint:",
    ]);
    assert!(run.stdout.is_empty(), "{run}");
    let broken = registry(
        "200 OK",
        r#"{"authorizationData": [{"secret": "never-told"}]}"#,
    );
    let run = with_credentials(&broken).host(&["pull", &reference]);
    let run = run.ends_with(1).says(&["error[H0811]", "has no token"]);
    assert!(!run.everything().contains("never-told"), "{run}");

    let others = registry("200 OK", TOKEN);
    let sandbox = with_credentials(&others);
    for name in [
        "public.ecr.aws",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.io",
    ] {
        let run = sandbox.host(&["pull", &format!("oci://{name}/acme/redis:1.2.0")]);
        run.ends_with(1).says(&["error[H0811]", "without a login"]);
    }
    assert_eq!(others.authorizations().into_iter().flatten().count(), 0);
}
