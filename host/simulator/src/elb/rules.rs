//! The rules of classic ELB, each with AWS's text.

use crate::rules::rules;

rules! {
    DUPLICATE_NAME = ("elb-duplicate-name", "§1.5", Reported, "DuplicateLoadBalancerName", 400,
        "The specified load balancer name already exists for this account.");
    NAME = ("elb-name", "§1.1", Reported, "ValidationError", 400,
        "LoadBalancer name cannot contain characters that are not letters, or digits or the dash.");
    NAME_LONG = ("elb-name-long", "§1.1", Reported, "ValidationError", 400,
        "LoadBalancer name cannot be longer than 32 characters");
    NAME_DASH = ("elb-name-dash", "§1.1", Assumed, "ValidationError", 400,
        "LoadBalancer name cannot begin or end with a dash");
    TOO_MANY = ("elb-too-many", "§1.1", Reported, "TooManyLoadBalancers", 400,
        "The maximum number of load balancers has been reached.");
    NOT_FOUND = ("elb-not-found", "§4", Reported, "LoadBalancerNotFound", 400, "There is no ACTIVE Load Balancer named '{}'");
    NO_LISTENERS = ("elb-no-listeners", "§1.5", Reported, "ValidationError", 400, "Listeners cannot be empty");
    PROTOCOL = ("elb-protocol", "§1.5", Assumed, "UnsupportedProtocol", 400, "The protocol '{}' is not supported. It must be one of HTTP, HTTPS, TCP, SSL.");
    LAYERS = ("elb-layers", "§1.5", Assumed, "InvalidConfigurationRequest", 409,
        "The load balancer protocol {} and the instance protocol {} must be of the same layer: HTTP and HTTPS, or TCP and SSL.");
    PORT = ("elb-port", "§1.5", Assumed, "ValidationError", 400, "Listener port must be between 1-65535, inclusive.");
    INSTANCE_PORT = ("elb-instance-port", "§1.5", Assumed, "ValidationError", 400, "Instance port must be between 1-65535, inclusive.");
    INSTANCE_PORT_MIXED = ("elb-instance-port-mixed", "§1.5", Assumed, "InvalidConfigurationRequest", 409,
        "Listeners with the same instance port {} must be all secure or all not secure.");
    CERTIFICATE_MISSING = ("elb-certificate-missing", "§1.5", Reported, "ValidationError", 400, "Secure Listeners need to specify a SSLCertificateId");
    CERTIFICATE = ("elb-certificate", "§4", Reported, "CertificateNotFound", 400, "Server Certificate not found for the key: {}");
    DUPLICATE_LISTENER = ("elb-duplicate-listener", "§2", Reported, "DuplicateListener", 400,
        "A listener already exists for {} with LoadBalancerPort {}, but with a different InstancePort, Protocol, or SSLCertificateId");
    /// CreateLoadBalancer has no DuplicateListener in the model.
    LISTENER_TWICE = ("elb-listener-twice", "§1.5", Assumed, "InvalidConfigurationRequest", 409,
        "The load balancer port {} is used by more than one listener.");
    TOO_MANY_LISTENERS = ("elb-too-many-listeners", "§1.1", Assumed, "InvalidConfigurationRequest", 409,
        "A load balancer can have at most 100 listeners.");
    LISTENER_NOT_FOUND = ("elb-listener-not-found", "§4", Reported, "ListenerNotFound", 400, "There is no listener for the specified port {}");
    SUBNETS_OR_ZONES = ("elb-subnets-or-zones", "§1.5", Reported, "ValidationError", 400,
        "Only one of SubnetIds or AvailabilityZones may be specified");
    NO_PLACE = ("elb-no-place", "§1.5", Reported, "ValidationError", 400,
        "Either AvailabilityZones or SubnetIds must be specified");
    ZONE = ("elb-zone", "§1.5", Reported, "ValidationError", 400, "Invalid Availability Zone: {}");
    SUBNET_NOT_FOUND = ("elb-subnet-not-found", "§4", Reported, "SubnetNotFound", 400, "The subnet ID '{}' does not exist");
    SUBNETS_ONE_ZONE = ("elb-subnets-one-zone", "§1.5", Reported, "InvalidConfigurationRequest", 409,
        "ELB cannot be attached to multiple subnets in the same AZ.");
    SUBNETS_TWO_VPCS = ("elb-subnets-two-vpcs", "§1.5", Reported, "InvalidConfigurationRequest", 409,
        "All subnets must belong to the same VPC.");
    NO_GATEWAY = ("elb-no-gateway", "§1.5", Reported, "InvalidSubnet", 400, "VPC {} has no internet gateway");
    SCHEME = ("elb-scheme", "§4", Assumed, "InvalidScheme", 400, "The scheme '{}' is not valid. Use 'internal' or leave it out.");
    SECURITY_GROUP = ("elb-security-group", "§4", Reported, "InvalidSecurityGroup", 400,
        "One or more of the specified security groups do not exist.");
    NO_SECURITY_GROUPS = ("elb-no-security-groups", "§2", Assumed, "InvalidConfigurationRequest", 409,
        "A load balancer in a VPC must have at least one security group.");
    LAST_SUBNET = ("elb-last-subnet", "§2", Reported, "InvalidConfigurationRequest", 409,
        "Load balancer must have at least one subnet attached.");
    LAST_ZONE = ("elb-last-zone", "§2", Assumed, "InvalidConfigurationRequest", 409,
        "Load balancer must have at least one Availability Zone enabled.");
    ZONES_OF_VPC = ("elb-zones-of-vpc", "§1.5", Reported, "InvalidConfigurationRequest", 409,
        "Availability zones cannot be changed on a load balancer in a VPC. Attach or detach subnets instead.");
    PAGE_SIZE = ("elb-page-size", "§3", Reported, "ValidationError", 400, "Page size must be between 1 and 400, inclusive.");
    MARKER = ("elb-marker", "§3", Assumed, "ValidationError", 400, "Invalid marker");
    TAGS_MANY_NAMES = ("elb-tags-many-names", "§3", Reported, "ValidationError", 400,
        "1 validation error detected: Value '[{}]' at 'loadBalancerNames' failed to satisfy constraint: Member must have length less than or equal to 20");
    TAGS_ONE_NAME = ("elb-tags-one-name", "§2", Reported, "ValidationError", 400, "Exactly 1 LoadBalancerName can be specified");
    TAG_TOO_MANY = ("elb-tag-too-many", "§1.1", Documented, "TooManyTags", 400,
        "The quota for the number of tags that can be assigned to a load balancer has been reached.");
    TAG_TWICE = ("elb-tag-twice", "§1.1", Documented, "DuplicateTagKeys", 400, "A tag key was specified more than once.");
    TAG_KEY = ("elb-tag-key", "§1.1", Assumed, "ValidationError", 400, "The tag key '{}' is not valid.");
    TAG_VALUE = ("elb-tag-value", "§1.1", Assumed, "ValidationError", 400, "The value of the tag '{}' is not valid.");
    HEALTH_MISSING = ("elb-health-missing", "§1.5", Assumed, "ValidationError", 400,
        "HealthCheck {} must be specified");
    HEALTH_TARGET = ("elb-health-target", "§1.5", Reported, "ValidationError", 400,
        "HealthCheck Target must specify a port number");
    HEALTH_PROTOCOL = ("elb-health-protocol", "§1.5", Assumed, "ValidationError", 400,
        "HealthCheck Target must begin with one of HTTP, TCP, HTTPS, SSL");
    HEALTH_PATH = ("elb-health-path", "§1.5", Assumed, "ValidationError", 400,
        "HealthCheck {} Target must specify a port followed by a path that begins with a slash. e.g. {}:80/ping/this/path");
    HEALTH_LONG = ("elb-health-long", "§1.5", Assumed, "ValidationError", 400, "HealthCheck Target must not exceed 1024 characters");
    HEALTH_INTERVAL = ("elb-health-interval", "§1.5", Reported, "ValidationError", 400,
        "HealthCheck interval must be between 5 and 300 seconds");
    HEALTH_TIMEOUT = ("elb-health-timeout", "§1.5", Reported, "ValidationError", 400,
        "HealthCheck timeout must be between 2 and 60 seconds");
    HEALTH_ORDER = ("elb-health-order", "§1.5", Reported, "ValidationError", 400,
        "HealthCheck timeout must be less than interval");
    HEALTH_THRESHOLD = ("elb-health-threshold", "§1.5", Reported, "ValidationError", 400,
        "HealthCheck thresholds must be between 2 and 10");
    INSTANCE = ("elb-instance", "§4", Reported, "InvalidInstance", 400, "Could not find EC2 instance {}.");
    IDLE_TIMEOUT = ("elb-idle-timeout", "§1.5", Assumed, "InvalidConfigurationRequest", 409,
        "The idle timeout must be between 1 and 4000 seconds.");
    DRAIN_TIMEOUT = ("elb-drain-timeout", "§1.5", Assumed, "InvalidConfigurationRequest", 409,
        "The connection draining timeout must be between 1 and 3600 seconds.");
    LOG_BUCKET = ("elb-log-bucket", "§1.5", Reported, "InvalidConfigurationRequest", 409,
        "Access Denied for bucket: {}. Please check S3bucket permission");
    LOG_INTERVAL = ("elb-log-interval", "§1.5", Assumed, "InvalidConfigurationRequest", 409,
        "The access log emit interval is 5 or 60 minutes.");
    ATTRIBUTE = ("elb-attribute", "§4", Documented, "LoadBalancerAttributeNotFound", 400,
        "The specified load balancer attribute does not exist: {}");
    POLICY_TWICE = ("elb-policy-twice", "§4", Documented, "DuplicatePolicyName", 400,
        "A policy with the specified name already exists for this load balancer.");
    POLICY_NOT_FOUND = ("elb-policy-not-found", "§4", Reported, "PolicyNotFound", 400, "There is no policy with name {} for load balancer {}");
    POLICY_TYPE = ("elb-policy-type", "§4", Reported, "PolicyTypeNotFound", 400, "One or more of the specified policy types do not exist.");
    POLICY_NAME = ("elb-policy-name", "§1.1", Assumed, "ValidationError", 400, "The policy name '{}' is not valid.");
    POLICY_ATTRIBUTE = ("elb-policy-attribute", "§4", Assumed, "InvalidConfigurationRequest", 409,
        "The policy type {} does not have an attribute {}.");
    POLICY_IN_USE = ("elb-policy-in-use", "§4", Reported, "InvalidConfigurationRequest", 409,
        "You cannot delete policy {} because it is associated with a listener.");
    STICKY_PROTOCOL = ("elb-sticky-protocol", "§4", Reported, "InvalidConfigurationRequest", 409,
        "Session stickiness policies can only be associated with HTTP or HTTPS listeners.");
    STICKY_PERIOD = ("elb-sticky-period", "§4", Assumed, "ValidationError", 400, "The cookie expiration period must be greater than 0.");
    BACKEND_PORT = ("elb-backend-port", "§4", Reported, "InvalidConfigurationRequest", 409,
        "There is no listener with instance port {}.");
}
