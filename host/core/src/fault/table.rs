//! What is known about AWS's errors, as one table.
//!
//! Many causes share one code (`InvalidParameterException`, `ClientException`),
//! so the rows that match on AWS's text come first, then those by code, then
//! those by how the call failed. The first row that fits wins.

use super::{Class, Fault, FaultKind, is_repeatable};

/// One thing that can go wrong.
pub(super) struct Row {
    /// AWS's operations; empty: any.
    pub operations: &'static [&'static str],
    /// AWS's codes; empty: any.
    pub codes: &'static [&'static str],
    /// Parts of AWS's text that must all be there, in any case.
    pub text: &'static [&'static str],
    pub class: Class,
    /// The reason in our words, after `could not …: `.
    pub why: &'static str,
    /// What to do next; `{resource}` stands for the resource.
    pub hint: Option<&'static str>,
}

/// IAM and ELB need up to two minutes to show everywhere what was just made.
const PROPAGATION: Class = Class::Wait { seconds: 120 };

const fn by_text(text: &'static [&'static str], class: Class, why: &'static str) -> Row {
    Row {
        operations: &[],
        codes: &[],
        text,
        class,
        why,
        hint: None,
    }
}

const fn by_code(codes: &'static [&'static str], class: Class, why: &'static str) -> Row {
    Row {
        operations: &[],
        codes,
        text: &[],
        class,
        why,
        hint: None,
    }
}

impl Row {
    const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    const fn on(mut self, operations: &'static [&'static str]) -> Self {
        self.operations = operations;
        self
    }

    fn fits(&self, fault: &Fault) -> bool {
        let code = fault.code.as_deref().unwrap_or_default();
        let said = fault.message.to_ascii_lowercase();
        (self.operations.is_empty() || self.operations.contains(&fault.operation.as_str()))
            && (self.codes.is_empty() || self.codes.contains(&code))
            && self
                .text
                .iter()
                .all(|part| said.contains(&part.to_ascii_lowercase()))
    }
}

pub(super) fn find(fault: &Fault) -> &'static Row {
    match fault.kind {
        FaultKind::Answered => MESSAGES
            .iter()
            .chain(CODES)
            .find(|row| row.fits(fault))
            .unwrap_or_else(|| unknown(fault)),
        FaultKind::Lost => lost(fault),
        FaultKind::Unreachable => UNREACHABLE
            .iter()
            .find(|row| row.fits(fault))
            .unwrap_or(&NO_CONNECTION),
        FaultKind::Credentials if NO_PROFILE.fits(fault) => &NO_PROFILE,
        FaultKind::Credentials => &NO_CREDENTIALS,
        FaultKind::Local => LOCAL
            .iter()
            .find(|row| row.fits(fault))
            .unwrap_or(&NO_REQUEST),
    }
}

/// Every row there is.
#[cfg(test)]
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    const OTHERS: &[Row] = &[
        NO_CONNECTION,
        NO_CREDENTIALS,
        NO_PROFILE,
        NO_REQUEST,
        STRANGER,
        REFUSED,
        SERVER,
        SERVER_UNKNOWN,
        LOST,
        LOST_UNKNOWN,
    ];
    MESSAGES
        .iter()
        .chain(CODES)
        .chain(UNREACHABLE)
        .chain(OTHERS)
}

/// A server's own failure, and what the table does not know.
fn unknown(fault: &Fault) -> &'static Row {
    let server = fault.status.is_some_and(|status| status >= 500)
        || SERVER_CODES.contains(&fault.code.as_deref().unwrap_or_default());
    match (server, is_repeatable(&fault.operation)) {
        (true, true) => &SERVER,
        (true, false) => &SERVER_UNKNOWN,
        (false, _) if fault.code.is_none() => &STRANGER,
        (false, _) => &REFUSED,
    }
}

fn lost(fault: &Fault) -> &'static Row {
    if is_repeatable(&fault.operation) {
        &LOST
    } else {
        &LOST_UNKNOWN
    }
}

const SERVER_CODES: &[&str] = &[
    "ServerException",
    "InternalFailure",
    "InternalError",
    "ServiceUnavailable",
];

/// Cases that only AWS's text tells apart.
#[rustfmt::skip]
const MESSAGES: &[Row] = &[
    by_text(&["Rate exceeded"], Class::Retry, "AWS asks for fewer calls at a time"),
    by_text(&["Too many concurrent attempts to create a new revision"], Class::Retry,
        "another revision of this family is being registered at the same moment"),
    by_text(&["TaskDefinition is inactive"], Class::Done, "it is deregistered already").on(&["DeregisterTaskDefinition"]),
    by_text(&["TaskDefinition is inactive"], Class::Conflict,
        "its task definition was deregistered in the meantime")
        .hint("run the same command again: it registers a new revision"),
    by_text(&["TaskDefinition not found"], Class::Tell, "its task definition does not exist").hint(NO_REVISION),
    by_text(&["Unable to describe task definition"], Class::Tell, "its task definition does not exist").hint(NO_REVISION),
    by_text(&["Creation of service was not idempotent"], Class::Conflict,
        "a service of this name exists already, with other settings"),
    by_text(&["still Draining"], Class::Wait { seconds: 300 },
        "a deleted service of the same name is still stopping its tasks"),
    by_text(&["The load balancer", "does not exist"], Class::Wait { seconds: 60 },
        "ECS does not see its load balancer")
        .hint("a load balancer made moments ago appears within a minute; an older one was deleted: run the same command again"),
    by_text(&["Unable to assume the service linked role"], PROPAGATION,
        "ECS cannot use its service-linked role yet")
        .hint("the first service of an account makes the role; if it stays so: `aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com`"),
    by_text(&["Unable to assume role and validate the listeners"], PROPAGATION, ROLE_WHY).hint(ROLE_HINT),
    by_text(&["verify that the ECS service role being passed has the proper permissions"], PROPAGATION, ROLE_WHY).hint(ROLE_HINT),
    by_text(&["cannot specify an IAM role for services that require a service linked role"], Class::Tell,
        "this service uses ECS's service-linked role and cannot be given another")
        .hint("leave out `--service-role` (`service-role` in `host.toml`)"),
    by_text(&["cannot be stopped while it is scaled above 0"], Class::Conflict,
        "it still has a desired count above 0"),
    by_text(&["cannot be stopped while deployments are active"], PROPAGATION, "a deployment of it is still under way"),
    by_text(&["The container", "does not exist in the task definition"], Class::Tell,
        "its load balancer names a container that its task definition does not have")
        .hint("make `loadBalancers[].containerName` the name of a container of the blueprint"),
    by_text(&["did not have a container port"], Class::Tell,
        "its load balancer names a port that the container does not map")
        .hint("add the port to the container's `portMappings`"),
    by_text(&["A host port mapping for the container port"], Class::Tell,
        "a classic load balancer needs a fixed host port")
        .hint("give the port mapping a `hostPort` that is not 0"),
    by_text(&["Deployment circuit breaker feature is not supported with Classic Load Balancers"], Class::Tell,
        "the deployment circuit breaker does not work with a classic load balancer")
        .hint("leave `deploymentConfiguration.deploymentCircuitBreaker` out; `host` itself watches the deployment"),
    by_text(&["Availability Zone Rebalancing does not support maximumPercent"], Class::Tell,
        "Availability Zone rebalancing needs a maximum above 100 percent")
        .hint("set `availabilityZoneRebalancing` to `DISABLED`"),
];

const NO_REVISION: &str = "a blueprint's service takes the task definition of the same blueprint; run the same command again to register it";
const ROLE_WHY: &str = "ECS cannot use the service role with its load balancer";
const ROLE_HINT: &str = "a role made moments ago works within two minutes; otherwise it must trust `ecs.amazonaws.com` and have the \
     policy `AmazonEC2ContainerServiceRole`; without `--service-role` ECS uses its own";

/// Cases that AWS's code tells apart.
#[rustfmt::skip]
const CODES: &[Row] = &[
    // Throttling, in all its spellings; `DependencyThrottle` is ELB's own.
    by_code(&["ThrottlingException", "Throttling", "ThrottledException", "RequestThrottled",
              "RequestThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
              "SlowDown", "DependencyThrottle"], Class::Retry, "AWS asks for fewer calls at a time"),
    by_code(&["RequestTimeout", "RequestTimeoutException"], Class::Retry, "AWS waited too long for the request"),

    // Credentials and permissions.
    by_code(&["ExpiredToken", "ExpiredTokenException", "RequestExpired"], Class::Tell,
        "the credentials have expired").hint("renew them (`aws sso login`, or your usual way) and run the same command again"),
    by_code(&["UnrecognizedClientException", "InvalidClientTokenId", "MissingAuthenticationToken",
              "MissingAuthenticationTokenException", "OptInRequired", "AuthFailure"], Class::Tell,
        "AWS does not know the credentials").hint("check `--profile`, `AWS_ACCESS_KEY_ID` and `--region`: `aws sts get-caller-identity`"),
    by_code(&["InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature"], Class::Tell,
        "AWS does not accept the signature").hint("check the secret access key and this machine's clock"),
    by_code(&["AccessDeniedException", "AccessDenied", "UnauthorizedOperation"], Class::Tell,
        "the credentials may not do this").hint("allow the action that AWS names below the message in IAM, or use another `--profile`"),

    // ECS.
    by_code(&["ClusterNotFoundException"], Class::Tell, "the cluster does not exist or is not active")
        .hint("check `--cluster` and `--region`, or make it: `aws ecs create-cluster --cluster-name NAME`"),
    by_code(&["ServiceNotFoundException"], Class::Done, "it does not exist any more").on(&["DeleteService"]),
    by_code(&["ServiceNotFoundException"], Class::Conflict, "it does not exist any more"),
    by_code(&["ServiceNotActiveException"], Class::Conflict, "it is being deleted, or is deleted"),
    by_code(&["NamespaceNotFoundException"], Class::Tell, "its Service Connect namespace does not exist")
        .hint("make the namespace first, or correct `serviceConnectConfiguration.namespace`"),
    by_code(&["PlatformUnknownException"], Class::Tell, "AWS does not know its platform version")
        .hint("leave `platformVersion` out: it is for Fargate only"),
    by_code(&["PlatformTaskDefinitionIncompatibilityException"], Class::Tell,
        "its platform version cannot run its task definition").hint("leave `platformVersion` out: it is for Fargate only"),
    by_code(&["UnsupportedFeatureException"], Class::Tell, "this region does not offer a feature that it uses")
        .hint("leave out the field that AWS names, or use another `--region`"),
    by_code(&["LimitExceededException"], Class::Tell, "a quota of the account is used up")
        .hint("delete what is no longer used, or ask for more in AWS's Service Quotas"),
    by_code(&["ResourceNotFoundException", "ConflictException", "ServiceDeploymentNotFoundException",
              "TargetNotFoundException"], Class::Conflict, "it has changed in the meantime"),

    // Classic ELB.
    by_code(&["LoadBalancerNotFound", "AccessPointNotFound"], Class::Done, "it does not exist any more").on(&["DeleteLoadBalancer"]),
    by_code(&["LoadBalancerNotFound", "AccessPointNotFound"], Class::Conflict, "it does not exist any more"),
    by_code(&["DuplicateLoadBalancerName"], Class::Conflict, "a load balancer of this name exists already"),
    by_code(&["TooManyLoadBalancers"], Class::Tell, "the account has as many classic load balancers as it may in this region")
        .hint("delete one that is no longer used, or ask for more in AWS's Service Quotas (the default is 20)"),
    by_code(&["CertificateNotFound"], Class::Tell, "its certificate does not exist")
        .hint("check `SSLCertificateId`; a certificate uploaded moments ago appears within a minute: run the same command again"),
    by_code(&["InvalidConfigurationRequest"], Class::Tell, "ELB does not accept this configuration"),
    by_code(&["SubnetNotFound", "InvalidSubnetID.NotFound"], Class::Tell, "a subnet does not exist")
        .hint("check `--subnet` and `--region`: `aws ec2 describe-subnets`"),
    by_code(&["InvalidSubnet"], Class::Tell, "a subnet cannot hold this load balancer")
        .hint("all subnets must be of one VPC, one per Availability Zone; an internet-facing one needs an internet gateway"),
    by_code(&["InvalidSecurityGroup"], Class::Tell, "a security group does not exist in the VPC of its subnets")
        .hint("check `--security-group`: `aws ec2 describe-security-groups`"),
    by_code(&["InvalidScheme"], Class::Tell, "ELB does not know its scheme").hint("use `internal` or `internet-facing`, with subnets"),
    by_code(&["TooManyTags"], Class::Tell, "it would have more than ten tags").hint("leave out some of the recipe's `tags`; `host` itself uses six"),
    by_code(&["DuplicateTagKeys"], Class::Tell, "a tag key is given twice").hint("leave one of them out"),
    by_code(&["UnsupportedProtocol"], Class::Tell, "ELB does not know a listener's protocol").hint("use TCP, SSL, HTTP or HTTPS"),
    by_code(&["OperationNotPermitted"], Class::Tell, "ELB does not allow this")
        .hint("the credentials may lack `iam:CreateServiceLinkedRole` for `elasticloadbalancing.amazonaws.com`"),
    by_code(&["DuplicateListener"], Class::Conflict, "a port has another listener already"),
    by_code(&["ListenerNotFound"], Class::Conflict, "a listener does not exist any more"),
    by_code(&["LoadBalancerAttributeNotFound"], Class::Tell, "ELB does not know one of its attributes")
        .hint("leave out the attribute that AWS names"),
    by_code(&["PolicyNotFound"], Class::Tell, "ELB does not know one of its policies"),
    by_code(&["InvalidInstance", "InvalidEndPoint"], Class::Conflict, "an instance does not exist any more"),
    by_code(&["ValidationError"], Class::Tell, "ELB does not accept a value").hint("correct the field that AWS names"),

    // What AWS says of nearly everything else.
    by_code(&["InvalidParameterException", "ClientException"], Class::Tell, "AWS does not accept the request"),
];

#[rustfmt::skip]
const UNREACHABLE: &[Row] = &[
    by_text(&["certificate"], Class::Tell, "the certificate of AWS's endpoint is not trusted")
        .hint("behind a proxy that opens TLS, name its authority's file in `SSL_CERT_FILE`"),
];

#[rustfmt::skip]
const LOCAL: &[Row] = &[
    by_text(&["no region is set"], Class::Tell, "no region is known")
        .hint("set `--region`, `AWS_REGION`, or `region` of the profile or of `[target]` in `host.toml`"),
    by_text(&["endpoint"], Class::Tell, "the endpoint cannot be used")
        .hint("`--endpoint-url` and `AWS_ENDPOINT_URL` take an URL such as `http://127.0.0.1:5000`"),
];

const NO_CONNECTION: Row = by_text(
    &[],
    Class::Retry,
    "there is no connection to AWS; nothing was sent",
)
.hint("check `--endpoint-url`, `--region`, the network and `HTTPS_PROXY`");
const NO_CREDENTIALS: Row = by_text(&[], Class::Tell, "there are no valid AWS credentials")
    .hint("run `aws sso login` or `aws configure`, or set `--profile` or `AWS_ACCESS_KEY_ID`");
const NO_PROFILE: Row = by_text(
    &["profile `", "not enabled"],
    Class::Tell,
    "the named profile is not there or has no credentials",
)
.hint(
    "`aws configure list-profiles` shows which there are; `aws configure --profile NAME` makes one",
);
const NO_REQUEST: Row = by_text(&[], Class::Tell, "the request could not be made");
const STRANGER: Row = by_text(&[], Class::Tell, "what answered is not AWS")
    .hint("check `--endpoint-url` and `HTTPS_PROXY`");
const REFUSED: Row = by_text(&[], Class::Tell, "AWS refused it");
const SERVER: Row = by_text(&[], Class::Retry, "AWS failed on its own side");
const SERVER_UNKNOWN: Row = by_text(
    &[],
    Class::Tell,
    "AWS failed on its own side, and it is not known whether it happened",
)
.hint(LOOK_FIRST);
const LOST: Row = by_text(&[], Class::Retry, "no answer came");
const LOST_UNKNOWN: Row = by_text(
    &[],
    Class::Tell,
    "no answer came, and it is not known whether it happened",
)
.hint(LOOK_FIRST);
const LOOK_FIRST: &str = "run the same command again: it looks for {resource} first";
