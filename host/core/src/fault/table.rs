//! What is known about AWS's errors, as one table.
//!
//! Many causes share one code (`InvalidParameterException`, `ClientException`),
//! so the rows that match on AWS's text come first, then those by code, then
//! those by how the call failed. The first row that fits wins.

use crate::codes::Code;

use super::{Class, Fault, FaultKind, is_repeatable};

/// One thing that can go wrong.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// The number of its code; it never changes.
    pub code: Code,
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

const fn by_text(
    number: u16,
    text: &'static [&'static str],
    class: Class,
    why: &'static str,
) -> Row {
    Row {
        code: Code(number),
        operations: &[],
        codes: &[],
        text,
        class,
        why,
        hint: None,
    }
}

const fn by_code(
    number: u16,
    codes: &'static [&'static str],
    class: Class,
    why: &'static str,
) -> Row {
    Row {
        code: Code(number),
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
        FaultKind::Credentials => CREDENTIALS
            .iter()
            .find(|row| row.fits(fault))
            .unwrap_or(&NO_CREDENTIALS),
        FaultKind::Interrupted => &NOT_SENT,
        FaultKind::Local => LOCAL
            .iter()
            .find(|row| row.fits(fault))
            .unwrap_or(&NO_REQUEST),
    }
}

/// Every row there is, in the order of the codes.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    const OTHERS: &[Row] = &[
        NO_CONNECTION,
        NO_CREDENTIALS,
        NO_REQUEST,
        NOT_SENT,
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
        .chain(CREDENTIALS)
        .chain(LOCAL)
        .chain(OTHERS)
}

/// A server's own failure, and what the table does not know.
fn unknown(fault: &Fault) -> &'static Row {
    let server = fault.status.is_some_and(|status| status >= 500)
        || SERVER_CODES.contains(&fault.code.as_deref().unwrap_or_default());
    if fault.status == Some(407) {
        return &PROXY_PASSWORD;
    }
    match (server, is_repeatable(fault)) {
        (true, true) => &SERVER,
        (true, false) => &SERVER_UNKNOWN,
        (false, _) if fault.code.is_none() => &STRANGER,
        (false, _) => &REFUSED,
    }
}

fn lost(fault: &Fault) -> &'static Row {
    if is_repeatable(fault) {
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
    by_text(RATE.0, &["Rate exceeded"], Class::Retry, "AWS asks for fewer calls at a time"),
    by_text(402, &["Too many concurrent attempts to create a new revision"], Class::Retry,
        "another revision of this family is being registered at the same moment"),
    by_text(403, &["TaskDefinition is inactive"], Class::Done, "it is deregistered already").on(&["DeregisterTaskDefinition"]),
    by_text(404, &["TaskDefinition is inactive"], Class::Conflict,
        "its task definition was deregistered in the meantime")
        .hint("run the same command again: it registers a new revision"),
    by_text(405, &["TaskDefinition not found"], Class::Tell, "its task definition does not exist").hint(NO_REVISION),
    by_text(406, &["Unable to describe task definition"], Class::Tell, "its task definition does not exist").hint(NO_REVISION),
    by_text(407, &["Creation of service was not idempotent"], Class::Conflict,
        "a service of this name exists already, with other settings"),
    by_text(408, &["still Draining"], Class::Wait { seconds: 300 },
        "a deleted service of the same name is still stopping its tasks"),
    by_text(409, &["The load balancer", "does not exist"], Class::Wait { seconds: 60 },
        "ECS does not see its load balancer")
        .hint("a load balancer made moments ago appears within a minute; an older one was deleted: run the same command again"),
    by_text(410, &["Unable to assume the service linked role"], PROPAGATION,
        "ECS cannot use its service-linked role yet")
        .hint("the first service of an account makes the role; if it stays so: `aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com`"),
    by_text(411, &["Unable to assume role and validate the listeners"], PROPAGATION, ROLE_WHY).hint(ROLE_HINT),
    by_text(412, &["verify that the ECS service role being passed has the proper permissions"], PROPAGATION, ROLE_WHY).hint(ROLE_HINT),
    by_text(413, &["cannot specify an IAM role for services that require a service linked role"], Class::Tell,
        "this service uses ECS's service-linked role and cannot be given another")
        .hint("leave out `--service-role` (`service-role` in `host.toml`)"),
    by_text(414, &["cannot be stopped while it is scaled above 0"], Class::Conflict,
        "it still has a desired count above 0"),
    by_text(415, &["cannot be stopped while deployments are active"], PROPAGATION, "a deployment of it is still under way"),
    by_text(416, &["The container", "does not exist in the task definition"], Class::Tell,
        "its load balancer names a container that its task definition does not have")
        .hint("make `loadBalancers[].containerName` the name of a container of the blueprint"),
    by_text(417, &["did not have a container port"], Class::Tell,
        "its load balancer names a port that the container does not map")
        .hint("add the port to the container's `portMappings`"),
    by_text(418, &["A host port mapping for the container port"], Class::Tell,
        "a classic load balancer needs a fixed host port")
        .hint("give the port mapping a `hostPort` that is not 0"),
    by_text(419, &["Deployment circuit breaker feature is not supported with Classic Load Balancers"], Class::Tell,
        "the deployment circuit breaker does not work with a classic load balancer")
        .hint("leave `deploymentConfiguration.deploymentCircuitBreaker` out; `host` itself watches the deployment"),
    by_text(420, &["Availability Zone Rebalancing does not support maximumPercent"], Class::Tell,
        "Availability Zone rebalancing needs a maximum above 100 percent")
        .hint("set `availabilityZoneRebalancing` to `DISABLED`"),
    by_text(ZONE.0, &["multiple subnets in the same AZ"], Class::Tell,
        "another of its subnets is in the same Availability Zone")
        .hint("AWS cannot swap the only subnet of a load balancer within its zone: name a subnet of another zone beside it, run, and then name the new one alone"),
    by_text(472, &["must belong to the same VPC"], Class::Tell, "a load balancer cannot leave its VPC")
        .hint("name subnets of its VPC, or destroy the service and run again: its address is another one then"),
    by_text(473, &["must have at least one subnet"], Class::Tell, "a load balancer keeps at least one subnet")
        .hint("name the subnets that it should have"),
];

/// The codes of calls that were one too many, by AWS's text and by AWS's code.
pub(super) const RATE: Code = Code(401);
pub(super) const THROTTLED: Code = Code(421);
/// The code of a subnet whose zone is taken.
pub(super) const ZONE: Code = Code(471);

const NO_REVISION: &str = "a blueprint's service takes the task definition of the same blueprint; run the same command again to register it";
const ROLE_WHY: &str = "ECS cannot use the service role with its load balancer";
const ROLE_HINT: &str = "a role made moments ago works within two minutes; otherwise it must trust `ecs.amazonaws.com` and have the \
     policy `AmazonEC2ContainerServiceRole`; without `--service-role` ECS uses its own";

/// Cases that AWS's code tells apart.
#[rustfmt::skip]
const CODES: &[Row] = &[
    // Throttling, in all its spellings; `DependencyThrottle` is ELB's own.
    by_code(THROTTLED.0, &["ThrottlingException", "Throttling", "ThrottledException", "RequestThrottled",
              "RequestThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
              "SlowDown", "DependencyThrottle"], Class::Retry, "AWS asks for fewer calls at a time"),
    by_code(422, &["RequestTimeout", "RequestTimeoutException"], Class::Retry, "AWS waited too long for the request"),

    // Credentials and permissions.
    by_code(423, &["ExpiredToken", "ExpiredTokenException", "RequestExpired"], Class::Tell,
        "the credentials have expired").hint("renew them (`aws sso login`, or your usual way) and run the same command again: nothing is lost, it goes on from what is there"),
    by_code(424, &["UnrecognizedClientException", "InvalidClientTokenId", "MissingAuthenticationToken",
              "MissingAuthenticationTokenException", "OptInRequired", "AuthFailure"], Class::Tell,
        "AWS does not know the credentials").hint("check `--profile`, `AWS_ACCESS_KEY_ID` and `--region`: `aws sts get-caller-identity`"),
    by_code(425, &["InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature"], Class::Tell,
        "AWS does not accept the signature").hint("check the secret access key and this machine's clock"),
    by_code(426, &["AccessDeniedException", "AccessDenied", "UnauthorizedOperation"], Class::Tell,
        "the credentials may not do this").hint("allow the action that AWS names below the message in IAM, or use another `--profile`"),

    // ECS.
    by_code(427, &["ClusterNotFoundException"], Class::Tell, "the cluster does not exist or is not active")
        .hint("check `--cluster` and `--region`, or make it: `aws ecs create-cluster --cluster-name NAME`"),
    by_code(428, &["ServiceNotFoundException"], Class::Done, "it does not exist any more").on(&["DeleteService"]),
    by_code(429, &["ServiceNotFoundException"], Class::Conflict, "it does not exist any more"),
    by_code(430, &["ServiceNotActiveException"], Class::Conflict, "it is being deleted, or is deleted"),
    by_code(431, &["NamespaceNotFoundException"], Class::Tell, "its Service Connect namespace does not exist")
        .hint("make the namespace first, or correct `serviceConnectConfiguration.namespace`"),
    by_code(432, &["PlatformUnknownException"], Class::Tell, "AWS does not know its platform version")
        .hint("leave `platformVersion` out: it is for Fargate only"),
    by_code(433, &["PlatformTaskDefinitionIncompatibilityException"], Class::Tell,
        "its platform version cannot run its task definition").hint("leave `platformVersion` out: it is for Fargate only"),
    by_code(434, &["UnsupportedFeatureException"], Class::Tell, "this region does not offer a feature that it uses")
        .hint("leave out the field that AWS names, or use another `--region`"),
    by_code(435, &["LimitExceededException"], Class::Tell, "a quota of the account is used up")
        .hint("delete what is no longer used, or ask for more in AWS's Service Quotas"),
    by_code(436, &["ResourceNotFoundException", "ConflictException", "ServiceDeploymentNotFoundException",
              "TargetNotFoundException"], Class::Conflict, "it has changed in the meantime"),

    // Classic ELB.
    by_code(437, &["LoadBalancerNotFound", "AccessPointNotFound"], Class::Done, "it does not exist any more").on(&["DeleteLoadBalancer"]),
    by_code(438, &["LoadBalancerNotFound", "AccessPointNotFound"], Class::Conflict, "it does not exist any more"),
    by_code(439, &["DuplicateLoadBalancerName"], Class::Conflict, "a load balancer of this name exists already"),
    by_code(440, &["TooManyLoadBalancers"], Class::Tell, "the account has as many classic load balancers as it may in this region")
        .hint("delete one that is no longer used, or ask for more in AWS's Service Quotas (the default is 20)"),
    by_code(441, &["CertificateNotFound"], Class::Tell, "its certificate does not exist")
        .hint("check `SSLCertificateId`; a certificate uploaded moments ago appears within a minute: run the same command again"),
    by_code(442, &["InvalidConfigurationRequest"], Class::Tell, "ELB does not accept this configuration"),
    by_code(443, &["SubnetNotFound", "InvalidSubnetID.NotFound"], Class::Tell, "a subnet does not exist")
        .hint("check `--subnet` and `--region`: `aws ec2 describe-subnets`"),
    by_code(444, &["InvalidSubnet"], Class::Tell, "a subnet cannot hold this load balancer")
        .hint("all subnets must be of one VPC, one per Availability Zone; an internet-facing one needs an internet gateway"),
    by_code(445, &["InvalidSecurityGroup"], Class::Tell, "a security group does not exist in the VPC of its subnets")
        .hint("check `--security-group`: `aws ec2 describe-security-groups`"),
    by_code(446, &["InvalidScheme"], Class::Tell, "ELB does not know its scheme").hint("use `internal` or `internet-facing`, with subnets"),
    by_code(447, &["TooManyTags"], Class::Tell, "it would have more than ten tags").hint("leave out some of the recipe's `tags`; `host` itself uses six"),
    by_code(448, &["DuplicateTagKeys"], Class::Tell, "a tag key is given twice").hint("leave one of them out"),
    by_code(449, &["UnsupportedProtocol"], Class::Tell, "ELB does not know a listener's protocol").hint("use TCP, SSL, HTTP or HTTPS"),
    by_code(450, &["OperationNotPermitted"], Class::Tell, "ELB does not allow this")
        .hint("the credentials may lack `iam:CreateServiceLinkedRole` for `elasticloadbalancing.amazonaws.com`"),
    by_code(451, &["DuplicateListener"], Class::Conflict, "a port has another listener already"),
    by_code(452, &["ListenerNotFound"], Class::Conflict, "a listener does not exist any more"),
    by_code(453, &["LoadBalancerAttributeNotFound"], Class::Tell, "ELB does not know one of its attributes")
        .hint("leave out the attribute that AWS names"),
    by_code(454, &["PolicyNotFound"], Class::Tell, "ELB does not know one of its policies"),
    by_code(455, &["InvalidInstance", "InvalidEndPoint"], Class::Conflict, "an instance does not exist any more"),
    by_code(456, &["ValidationError"], Class::Tell, "ELB does not accept a value").hint("correct the field that AWS names"),

    // What AWS says of nearly everything else.
    by_code(457, &["InvalidParameterException", "ClientException"], Class::Tell, "AWS does not accept the request"),
];

/// The SDK's words for a proxy begin with `tunnel error`; the door names the proxy before them.
#[rustfmt::skip]
const UNREACHABLE: &[Row] = &[
    by_text(491, &["certificate", "not valid for name"], Class::Tell, "the certificate of AWS's endpoint is for another name")
        .hint("check `--endpoint-url`: its host is what the certificate has to be for"),
    by_text(492, &["certificate", "expired"], Class::Tell, "the certificate of AWS's endpoint has expired")
        .hint("check this machine's clock; if it is right, whoever runs the endpoint or the proxy before it has to renew it"),
    by_text(458, &["certificate"], Class::Tell, "the certificate of AWS's endpoint is not trusted")
        .hint("behind a proxy that opens TLS, or with a private endpoint, name the file with its authority's certificate in `AWS_CA_BUNDLE` (or `ca_bundle` of the profile)"),
    PROXY_PASSWORD,
    by_text(488, &["tunnel error", "unsuccessful"], Class::Tell, "the proxy does not let it through")
        .hint("allow AWS's endpoint in the proxy, or put its host into `NO_PROXY` to go past the proxy"),
    by_text(489, &["tunnel error"], Class::Retry, "the proxy cannot be reached; nothing was sent")
        .hint("correct the proxy's address in the variable that is named, or put AWS's host into `NO_PROXY` to go past the proxy"),
];

const PROXY_PASSWORD: Row = by_text(
    487,
    &["tunnel error", "proxy authorization required"],
    Class::Tell,
    "the proxy wants a name and a password",
)
.hint("put them into the proxy's variable: `HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT`");

/// What the SDK says of a profile, after what the door says of it.
#[rustfmt::skip]
const CREDENTIALS: &[Row] = &[
    by_text(480, &["has `mfa_serial`"], Class::Tell, "the profile needs MFA, and the AWS SDK for Rust cannot ask for a code")
        .hint("let the `aws` command ask for it: `eval \"$(aws configure export-credentials --profile {profile} --format env)\"`, and run the same command \
             again without `--profile`; or have a profile with `credential_process = aws configure export-credentials --profile {profile} --format process`"),
    by_text(481, &["credentials-login"], Class::Tell, "the profile has a session of `aws login`, which this program cannot use by itself")
        .hint("let the `aws` command use it: `eval \"$(aws configure export-credentials --profile {profile} --format env)\"`, and run the same command \
             again without `--profile`; or have a profile with `credential_process = aws configure export-credentials --profile {profile} --format process`"),
    by_text(482, &["has a session of IAM Identity Center"], Class::Tell, "the SSO session of the profile has expired or was never begun")
        .hint("`aws sso login --profile {profile}`, and run the same command again"),
    by_text(483, &["is in neither"], Class::Tell, "there is no such profile")
        .hint("`aws configure list-profiles` shows which there are; `aws configure --profile {profile}` makes this one"),
    by_text(493, &["could not find source profile"], Class::Tell, "the `source_profile` of the profile is not there")
        .hint("correct `source_profile` of profile `{profile}`, or make the profile that it names; `aws configure list-profiles` shows which there are"),
    by_text(484, &["not properly configured"], Class::Tell, "the profile cannot be used as it is written")
        .hint("correct profile `{profile}` in `~/.aws/config`; `aws configure export-credentials --profile {profile}` tells whether the `aws` command can use it"),
    by_text(485, &["external process"], Class::Tell, "the `credential_process` of the profile gave no credentials")
        .hint("run the command of `credential_process` by hand: it has to end with 0 and print a JSON document with `\"Version\": 1`"),
    by_text(486, &["sts:AssumeRole"], Class::Tell, "the role of the profile may not be assumed")
        .hint("the role's trust policy has to allow whom AWS names below the message, and their own policy `sts:AssumeRole`"),
    by_text(463, &["profile `", "not enabled"], Class::Tell, "the profile is not there or has no credentials")
        .hint("`aws configure --profile {profile}` sets them; `aws configure list-profiles` shows which profiles there are"),
];

#[rustfmt::skip]
const LOCAL: &[Row] = &[
    by_text(490, &["has no certificates to trust"], Class::Tell, "the certificates that it should trust cannot be read")
        .hint("name a file of PEM certificates, or unset it to trust those of the system"),
    by_text(459, &["no region is set"], Class::Tell, "no region is known")
        .hint("set `--region`, `AWS_REGION`, or `region` of the profile or of `[target]` in `host.toml`"),
    by_text(460, &["endpoint"], Class::Tell, "the endpoint cannot be used")
        .hint("`--endpoint-url` and `AWS_ENDPOINT_URL` take an URL such as `http://127.0.0.1:5000`"),
];

const NO_CONNECTION: Row = by_text(
    461,
    &[],
    Class::Retry,
    "there is no connection to AWS; nothing was sent",
)
.hint("check `--endpoint-url`, `--region`, the network and `HTTPS_PROXY`");
const NO_CREDENTIALS: Row = by_text(462, &[], Class::Tell, "there are no valid AWS credentials")
    .hint("run `aws sso login` or `aws configure`, or set `--profile` or `AWS_ACCESS_KEY_ID`");
const NO_REQUEST: Row = by_text(464, &[], Class::Tell, "the request could not be made");
const NOT_SENT: Row = by_text(479, &[], Class::Tell, "interrupted before it was sent")
    .hint("run the same command again: it goes on from what is there");
const STRANGER: Row = by_text(465, &[], Class::Tell, "what answered is not AWS")
    .hint("check `--endpoint-url` and `HTTPS_PROXY`");
const REFUSED: Row = by_text(466, &[], Class::Tell, "AWS refused it");
const SERVER: Row = by_text(467, &[], Class::Retry, "AWS failed on its own side");
const SERVER_UNKNOWN: Row = by_text(
    468,
    &[],
    Class::Look,
    "AWS failed on its own side, and it is not known whether it happened",
)
.hint(LOOK_FIRST);
const LOST: Row = by_text(469, &[], Class::Retry, "no answer came");
const LOST_UNKNOWN: Row = by_text(
    470,
    &[],
    Class::Look,
    "no answer came, and it is not known whether it happened",
)
.hint(LOOK_FIRST);
const LOOK_FIRST: &str = "run the same command again: it looks for {resource} first";
