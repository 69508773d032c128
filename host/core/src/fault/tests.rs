use std::collections::BTreeSet;

use expect_test::expect;
use serde_json::json;

use super::*;
use Class::{Conflict, Done, Look, Retry, Tell};

fn answered(operation: &str, code: &str, message: &str) -> Fault {
    Fault {
        kind: FaultKind::Answered,
        operation: operation.into(),
        resource: "service `redis-service`".into(),
        code: Some(code.into()),
        message: message.into(),
        status: Some(400),
        request_id: Some("f3c2".into()),
        is_once: false,
    }
}

fn failed(kind: FaultKind, operation: &str, message: &str) -> Fault {
    Fault {
        kind,
        code: None,
        status: None,
        request_id: None,
        ..answered(operation, "", message)
    }
}

fn server(operation: &str, code: Option<&str>) -> Fault {
    Fault {
        code: code.map(Into::into),
        status: Some(500),
        ..answered(operation, "", "Server exception")
    }
}

fn wait(seconds: u32) -> Class {
    Class::Wait { seconds }
}

/// Operation, code, AWS's own text, and the class that must follow.
#[rustfmt::skip]
fn answers() -> Vec<(&'static str, &'static str, &'static str, Class)> {
    let (register, create, update, delete) = ("RegisterTaskDefinition", "CreateService", "UpdateService", "DeleteService");
    let (balance, unbalance) = ("CreateLoadBalancer", "DeleteLoadBalancer");
    let attach = "AttachLoadBalancerToSubnets";
    let (client, invalid) = ("ClientException", "InvalidParameterException");
    vec![
        (register, client, "Too many concurrent attempts to create a new revision of the specified family.", Retry),
        (create, client, "TaskDefinition not found.", Tell),
        (create, client, "Unable to describe task definition.", Tell),
        (update, invalid, "TaskDefinition is inactive", Conflict),
        ("DeregisterTaskDefinition", client, "TaskDefinition is inactive", Done),
        (create, invalid, "Creation of service was not idempotent.", Conflict),
        (create, invalid, "Unable to Start a service that is still Draining.", wait(300)),
        (create, invalid, "The load balancer redis-elb does not exist.", wait(60)),
        (create, invalid, "Unable to assume role and validate the listeners configured on your load balancer. Please verify the role being passed has the proper permissions.", wait(120)),
        (create, invalid, "Unable to assume role arn:aws:iam::1:role/x. Please verify that the ECS service role being passed has the proper permissions.", wait(120)),
        (create, invalid, "Unable to assume the service linked role. Please verify that the ECS service linked role exists.", wait(120)),
        (create, invalid, "You cannot specify an IAM role for services that require a service linked role.", Tell),
        (delete, invalid, "The service cannot be stopped while it is scaled above 0.", Conflict),
        (delete, invalid, "The service cannot be stopped while deployments are active.", wait(120)),
        (create, invalid, "The container redis does not exist in the task definition.", Tell),
        (create, invalid, "The container redis did not have a container port 6379 defined.", Tell),
        (create, invalid, "A host port mapping for the container port 80 is required.", Tell),
        (create, invalid, "Deployment circuit breaker feature is not supported with Classic Load Balancers. Remove the Classic Load Balancer and try again.", Tell),
        (update, invalid, "The service couldn't be updated because Availability Zone Rebalancing does not support maximumPercent <= 100 % as deployment configuration.", Tell),
        (create, invalid, "Container.image should not be null or empty", Tell),
        (register, client, "Family contains invalid characters", Tell),

        (create, "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform: ecs:CreateService", Tell),
        (create, "ClusterNotFoundException", "Cluster not found.", Tell),
        (create, "NamespaceNotFoundException", "", Tell),
        (create, "PlatformUnknownException", "", Tell),
        (create, "PlatformTaskDefinitionIncompatibilityException", "", Tell),
        (create, "UnsupportedFeatureException", "", Tell),
        (register, "LimitExceededException", "", Tell),
        (update, "ServiceNotFoundException", "Service not found.", Conflict),
        (delete, "ServiceNotFoundException", "Service not found.", Done),
        (update, "ServiceNotActiveException", "Service was not ACTIVE.", Conflict),
        ("TagResource", "ResourceNotFoundException", "", Conflict),
        ("StopServiceDeployment", "ConflictException", "", Conflict),
        ("StopServiceDeployment", "ServiceDeploymentNotFoundException", "", Conflict),
        (update, "ThrottlingException", "Rate exceeded", Retry),
        (register, "ThrottlingException", "Rate exceeded", Retry),
        (create, "ExpiredTokenException", "The security token included in the request is expired", Tell),
        (create, "UnrecognizedClientException", "The security token included in the request is invalid.", Tell),
        (create, "InvalidSignatureException", "Signature expired", Tell),
        (create, "RequestTimeout", "", Retry),

        ("DescribeLoadBalancers", "LoadBalancerNotFound", "There is no ACTIVE Load Balancer named 'x'", Conflict),
        (unbalance, "LoadBalancerNotFound", "There is no ACTIVE Load Balancer named 'x'", Done),
        (balance, "DuplicateLoadBalancerName", "Load Balancer named redis-elb already exists", Conflict),
        (balance, "TooManyLoadBalancers", "", Tell),
        (balance, "CertificateNotFound", "", Tell),
        (balance, "InvalidConfigurationRequest", "", Tell),
        (attach, "InvalidConfigurationRequest", "ELB cannot be attached to multiple subnets in the same AZ.", Tell),
        (attach, "InvalidConfigurationRequest", "All subnets must belong to the same VPC.", Tell),
        ("DetachLoadBalancerFromSubnets", "InvalidConfigurationRequest", "Load balancer must have at least one subnet attached.", Tell),
        (balance, "SubnetNotFound", "", Tell),
        (balance, "InvalidSubnet", "", Tell),
        (balance, "InvalidSecurityGroup", "", Tell),
        (balance, "InvalidScheme", "", Tell),
        (balance, "TooManyTags", "", Tell),
        (balance, "DuplicateTagKeys", "", Tell),
        (balance, "UnsupportedProtocol", "", Tell),
        (balance, "OperationNotPermitted", "", Tell),
        (balance, "DuplicateListener", "", Conflict),
        (balance, "ListenerNotFound", "", Conflict),
        ("ModifyLoadBalancerAttributes", "LoadBalancerAttributeNotFound", "", Tell),
        (balance, "PolicyNotFound", "", Tell),
        (balance, "InvalidInstance", "", Conflict),
        (balance, "DependencyThrottle", "", Retry),
        (balance, "Throttling", "Rate exceeded", Retry),
        (balance, "ValidationError", "1 validation error detected", Tell),
        (balance, "AccessDenied", "", Tell),
        (balance, "InvalidClientTokenId", "", Tell),
        (balance, "SignatureDoesNotMatch", "", Tell),
        (balance, "SomethingNew", "", Tell),
    ]
}

#[rustfmt::skip]
fn other_faults() -> Vec<(Fault, Class)> {
    let stranger = Fault { code: None, ..answered("ListServices", "", "the endpoint did not answer in AWS's protocol") };
    vec![
        (server("CreateService", Some("ServerException")), Retry),
        (server("DescribeServices", None), Retry),
        (server("CreateLoadBalancer", Some("ServiceUnavailable")), Look),
        (server("RegisterTaskDefinition", Some("ServerException")), Look),
        (stranger, Tell),
        (failed(FaultKind::Lost, "CreateService", "timed out"), Retry),
        (failed(FaultKind::Lost, "DescribeClusters", "timed out"), Retry),
        (failed(FaultKind::Lost, "RegisterTaskDefinition", "timed out"), Look),
        (failed(FaultKind::Lost, "CreateLoadBalancer", "timed out"), Look),
        (failed(FaultKind::Unreachable, "CreateLoadBalancer", "connection refused"), Retry),
        (failed(FaultKind::Unreachable, "ListServices", "invalid peer certificate: UnknownIssuer"), Tell),
        (failed(FaultKind::Credentials, "ListServices", "no providers"), Tell),
        (failed(FaultKind::Credentials, "ListServices", "profile `nobody`: the credential provider was not enabled"), Tell),
        (failed(FaultKind::Credentials, "ListServices", "profile `a` has `mfa_serial`, and was used without a code: AccessDenied"), Tell),
        (failed(FaultKind::Credentials, "ListServices", "profile `a`: enabled: credentials-login"), Tell),
        (failed(FaultKind::Credentials, "ListServices", "profile `a` has a session of IAM Identity Center: no token"), Tell),
        (failed(FaultKind::Credentials, "ListServices", "profile `a` is in neither `~/.aws/config` nor `~/.aws/credentials`; there is `b`"), Tell),
        (failed(FaultKind::Credentials, "ListServices", "profile `a`: could not find source profile b referenced from a"), Tell),
        (failed(FaultKind::Credentials, "ListServices", "profile `a`: the credentials provider was not properly configured"), Tell),
        (failed(FaultKind::Credentials, "ListServices", "profile `a`: Error retrieving credentials: external process exited"), Tell),
        (failed(FaultKind::Credentials, "ListServices", "profile `a`: not authorized to perform: sts:AssumeRole"), Tell),
        (failed(FaultKind::Unreachable, "ListServices", "proxy `http://p` of `HTTPS_PROXY`: tunnel error: proxy authorization required"), Tell),
        (failed(FaultKind::Unreachable, "ListServices", "proxy `http://p` of `HTTPS_PROXY`: tunnel error: unsuccessful"), Tell),
        (failed(FaultKind::Unreachable, "ListServices", "proxy `http://p` of `HTTPS_PROXY`: tunnel error: failed to create"), Retry),
        (failed(FaultKind::Unreachable, "ListServices", "invalid peer certificate: certificate not valid for name \"a\""), Tell),
        (failed(FaultKind::Unreachable, "ListServices", "invalid peer certificate: certificate expired: verification time 1"), Tell),
        (failed(FaultKind::Interrupted, "CreateService", "interrupted"), Tell),
        (failed(FaultKind::Local, "Connect", "`/a` of `AWS_CA_BUNDLE` has no certificates to trust: it is empty"), Tell),
        (failed(FaultKind::Local, "Connect", "no region is set, and this is not an EC2 instance"), Tell),
        (failed(FaultKind::Local, "ListServices", "failed to apply endpoint"), Tell),
        (failed(FaultKind::Local, "ListServices", "AWS's answer: expected value"), Tell),
    ]
}

#[test]
fn every_answer_has_its_class() {
    for (operation, code, text, class) in answers() {
        let explanation = explain(&answered(operation, code, text));
        assert_eq!(explanation.class, class, "{operation} {code} {text}");
    }
}

#[test]
fn only_what_was_one_too_many_is_throttled() {
    for (code, text, expected) in [
        ("ThrottlingException", "", true),
        ("Throttling", "Rate exceeded", true),
        ("ClientException", "Rate exceeded", true),
        (
            "ClientException",
            "Too many concurrent attempts to create a new revision of the specified family.",
            false,
        ),
        ("ServerException", "", false),
    ] {
        let fault = answered("RegisterTaskDefinition", code, text);
        assert_eq!(is_throttled(&fault), expected, "{code} {text}");
    }
}

#[test]
fn every_other_fault_has_its_class() {
    for (fault, class) in other_faults() {
        assert_eq!(explain(&fault).class, class, "{fault:?}");
    }
}

#[test]
fn a_proxy_that_answers_for_aws_is_told_from_a_stranger() {
    let asks = Fault {
        code: None,
        status: Some(407),
        ..answered(
            "ListServices",
            "",
            "the endpoint did not answer in AWS's protocol",
        )
    };
    assert!(
        asks.to_string()
            .contains("the proxy wants a name and a password"),
        "{asks}"
    );
}

/// No row is dead: each is what some case above is told by.
#[test]
fn every_row_has_a_case() {
    let faults = answers()
        .into_iter()
        .map(|(operation, code, text, _)| answered(operation, code, text))
        .chain(other_faults().into_iter().map(|(fault, _)| fault));
    let met: BTreeSet<String> = faults.map(|fault| name(table::find(&fault))).collect();
    let dead: Vec<String> = table::rows()
        .map(name)
        .filter(|row| !met.contains(row))
        .collect();
    assert!(dead.is_empty(), "no case for {dead:#?}");
}

fn name(row: &table::Row) -> String {
    format!(
        "{:?} {:?} {:?} {}",
        row.operations, row.codes, row.text, row.why
    )
}

/// Every message can be read, and what the user can act on says how.
#[test]
fn words_are_in_the_house_style() {
    for row in table::rows() {
        assert!(!row.why.ends_with('.'), "{}", row.why);
        assert!(
            row.hint.is_none_or(|hint| !hint.ends_with('.')),
            "{:?}",
            row.hint
        );
        assert!(
            row.text.iter().all(|part| part.len() > 6),
            "too short to tell apart: {:?}",
            row.text
        );
    }
}

#[test]
fn an_explanation_reads_well() {
    let not_idempotent = answered(
        "CreateService",
        "InvalidParameterException",
        "Creation of service was not idempotent.",
    );
    expect![[r"
        could not create service `redis-service`: a service of this name exists already, with other settings
          AWS: InvalidParameterException: Creation of service was not idempotent. (HTTP 400, request f3c2)
        hint: run the same command again: it looks at service `redis-service` first
    "]]
    .assert_eq(&format!("{not_idempotent}\n"));

    let lost = failed(
        FaultKind::Lost,
        "CreateLoadBalancer",
        "HTTP read timeout after 30s",
    );
    expect![[r"
        could not create service `redis-service`: no answer came, and it is not known whether it happened
          cause: HTTP read timeout after 30s
        hint: run the same command again: it looks for service `redis-service` first
    "]]
    .assert_eq(&format!("{lost}\n"));

    let mfa = failed(
        FaultKind::Credentials,
        "ListClusters",
        "profile `admin` has `mfa_serial`, and was used without a code: AccessDenied",
    );
    expect![[r#"
        could not read service `redis-service`: the profile needs MFA, and the AWS SDK for Rust cannot ask for a code
          cause: profile `admin` has `mfa_serial`, and was used without a code: AccessDenied
        hint: let the `aws` command ask for it: `eval "$(aws configure export-credentials --profile admin --format env)"`, and run the same command again without `--profile`; or have a profile with `credential_process = aws configure export-credentials --profile admin --format process`
    "#]]
    .assert_eq(&format!("{mfa}\n"));

    let bare = Fault {
        request_id: None,
        ..answered("CreateService", "SomethingNew", "")
    };
    expect![[r"
        could not create service `redis-service`: AWS refused it
          AWS: SomethingNew (HTTP 400)
    "]]
    .assert_eq(&format!("{bare}\n"));
}

#[test]
fn an_explanation_is_flat_json() {
    let explanation = explain(&answered(
        "CreateService",
        "InvalidParameterException",
        "still Draining",
    ));
    let json = serde_json::to_value(explanation).expect("plain data");
    assert_eq!(
        (&json["class"], &json["seconds"]),
        (&json!("wait"), &json!(300))
    );
}

#[test]
fn a_request_knows_its_subject() {
    let about = |operation, body| subject(&Request { operation, body });
    assert_eq!(
        about(
            Operation::CreateService,
            json!({"serviceName": "redis-service"})
        ),
        "service `redis-service`"
    );
    assert_eq!(
        about(Operation::DeleteService, json!({"service": "a"})),
        "service `a`"
    );
    assert_eq!(
        about(
            Operation::RegisterTaskDefinition,
            json!({"family": "redis"})
        ),
        "task definition `redis`"
    );
    assert_eq!(
        about(
            Operation::ConfigureHealthCheck,
            json!({"LoadBalancerName": "e"})
        ),
        "load balancer `e`"
    );
    assert_eq!(
        about(Operation::UpdateService, json!({})),
        "a service without `service`"
    );
}

/// Whether a lost call may be sent again depends on what it says, too.
#[test]
fn a_call_that_is_done_once_is_looked_for() {
    let mut lost = failed(FaultKind::Lost, "UpdateService", "");
    assert_eq!(explain(&lost).class, Retry);
    lost.is_once = true;
    assert_eq!(explain(&lost).class, Look);
    let mut server = server("UpdateService", Some("ServerException"));
    assert_eq!(explain(&server).class, Retry);
    server.is_once = true;
    assert_eq!(explain(&server).class, Look);
}
