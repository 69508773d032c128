//! Services.

use crate::rules::rules;

rules! {
    NAME_EMPTY = ("service-name-empty", "§1.1", Reported, "InvalidParameterException", 400, "Service name cannot be empty.");
    NAME = ("service-name", "§1.1", Reported, "InvalidParameterException", 400,
        "Invalid identifier: Identifier is for {}. It must be 1-255 characters: letters, numbers, underscores, and hyphens.");
    /// The slip of the tutorial.
    DEFINITION_NOT_FOUND = ("service-definition-not-found", "§0", Reported, "ClientException", 400, "TaskDefinition not found.");
    DEFINITION_INACTIVE = ("service-definition-inactive", "§4", Reported, "ClientException", 400, "TaskDefinition is inactive");
    DEFINITION_EMPTY = ("service-definition-empty", "§1.3", Reported, "InvalidParameterException", 400, "TaskDefinition can not be blank.");
    NOT_IDEMPOTENT = ("service-not-idempotent", "§4", Reported, "InvalidParameterException", 400,
        "Creation of service was not idempotent.");
    DRAINING = ("service-draining", "§4", Reported, "InvalidParameterException", 400,
        "Unable to Start a service that is still Draining.");
    TOKEN = ("service-client-token", "§1.1", Documented, "InvalidParameterException", 400,
        "Client token must be at most 36 ASCII characters in the range of 33-126 (inclusive).");
    DESIRED_MISSING = ("service-desired-missing", "§1.3", Reported, "InvalidParameterException", 400,
        "Desired count must be specified and non-negative.");
    DESIRED_LARGE = ("service-desired-large", "§1.1", Assumed, "InvalidParameterException", 400,
        "Desired count cannot exceed 5000.");
    DESIRED_DAEMON = ("service-desired-daemon", "§1.3", Assumed, "InvalidParameterException", 400,
        "The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again.");
    BALANCER_NOT_FOUND = ("service-balancer-not-found", "§4", Reported, "InvalidParameterException", 400,
        "The load balancer {} does not exist.");
    BALANCER_TWO = ("service-balancer-two", "§1.3", Reported, "InvalidParameterException", 400,
        "load balancers can have at most 1 items.");
    BALANCER_EITHER = ("service-balancer-either", "§1.3", Reported, "InvalidParameterException", 400,
        "loadBalancerName and targetGroupArn cannot both be specified. You must specify either a loadBalancerName or a targetGroupArn.");
    TARGET_GROUP = ("service-target-group", "§9", Reported, "InvalidParameterException", 400,
        "The target group with targetGroupArn {} does not have an associated load balancer.");
    BALANCER_CONTAINER_BLANK = ("service-balancer-container-blank", "§1.3", Reported, "InvalidParameterException", 400,
        "Container Name can not be blank.");
    BALANCER_CONTAINER = ("service-balancer-container", "§4", Reported, "InvalidParameterException", 400,
        "The container {} does not exist in the task definition.");
    BALANCER_PORT = ("service-balancer-port", "§4", Reported, "InvalidParameterException", 400,
        "The container {} did not have a container port {} defined.");
    HOST_PORT = ("service-host-port", "§1.3", Reported, "InvalidParameterException", 400,
        "A host port mapping for the container port {} is required.");
    LISTENER = ("service-listener", "§1.3", Reported, "InvalidParameterException", 400,
        "The load balancer {} doesn't have a listener it expects for the instance port {}.");
    CLASSIC_AWSVPC = ("service-classic-awsvpc", "§1.3", Reported, "InvalidParameterException", 400,
        "Classic Load Balancers are not supported with services that use the awsvpc network mode.");
    CLASSIC_FARGATE = ("service-classic-fargate", "§1.3", Assumed, "InvalidParameterException", 400,
        "Classic Load Balancers are not supported with the launch type {}.");
    /// AWS's model of `HealthCheck` says so; with which words it refuses is not known.
    CLASSIC_HEALTH_CHECK = ("service-classic-health-check", "§1.2", Assumed, "InvalidParameterException", 400,
        "Container health checks aren't supported for tasks that are part of a service that's configured to use a Classic Load Balancer.");
    ROLE_WITHOUT_BALANCER = ("service-role-without-balancer", "§1.3", Reported, "InvalidParameterException", 400,
        "A role was passed, but no load balancers were present.");
    ROLE_NEEDS_LINKED = ("service-role-linked", "§1.3", Reported, "InvalidParameterException", 400,
        "You cannot specify an IAM role for services that require a service linked role.");
    ROLE_UNUSABLE = ("service-role-unusable", "§4", Reported, "InvalidParameterException", 400,
        "Unable to assume role and validate the listeners configured on your load balancer. Please verify that the ECS service role being passed has the proper permissions.");
    BREAKER_CLASSIC = ("service-breaker-classic", "§1.3", Reported, "InvalidParameterException", 400,
        "Deployment circuit breaker feature is not supported with Classic Load Balancers. Remove the Classic Load Balancer and try again.");
    REBALANCING_UPDATE = ("service-rebalancing-update", "§1.3", Reported, "InvalidParameterException", 400,
        "The service couldn't be updated because Availability Zone Rebalancing does not support maximumPercent <= 100 % as deployment configuration.");
    PERCENTS = ("service-percents", "§1.4", Reported, "InvalidParameterException", 400,
        "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.");
    PERCENT_RANGE = ("service-percent-range", "§1.4", Assumed, "InvalidParameterException", 400,
        "Invalid deployment configuration: {} must be from {} to {}.");
    GRACE_RANGE = ("service-grace-range", "§1.3", Documented, "InvalidParameterException", 400,
        "Health check grace period must be from 0 to 2147483647 seconds.");
    GRACE_WITHOUT_BALANCER = ("service-grace-without-balancer", "§1.3", Reported, "InvalidParameterException", 400,
        "Health check grace period is only valid for services configured to use load balancers");
    PLACEMENT_STRATEGIES = ("service-placement-strategies", "§1.3", Documented, "InvalidParameterException", 400,
        "placement strategies can have at most 5 items.");
    PLACEMENT_CONSTRAINTS = ("service-placement-constraints", "§1.3", Documented, "InvalidParameterException", 400,
        "placement constraints can have at most 10 items.");
    LAUNCH_TYPE = ("service-launch-type", "§1.3", Assumed, "InvalidParameterException", 400, "Invalid launch type: {}.");
    LAUNCH_AND_PROVIDER = ("service-launch-and-provider", "§2", Reported, "InvalidParameterException", 400,
        "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.");
    LAUNCH_UNSUPPORTED = ("launch-unsupported", "§1.3", Reported, "InvalidParameterException", 400,
        "Task definition does not support launch_type {}.");
    LAUNCH_PLATFORM = ("launch-platform", "§1.3", Reported, "InvalidParameterException", 400,
        "The platform version must be null when specifying an EC2 launch type.");
    PLACEMENT_FIELD = ("placement-field", "§1.3", Assumed, "InvalidParameterException", 400,
        "The field of the placement strategy binpack should be one of [cpu,memory]");
    PLACEMENT_EXPRESSION = ("placement-expression", "§1.3", Assumed, "InvalidParameterException", 400,
        "The placement constraint distinctInstance cannot have an expression.");
    NETWORK_MISSING = ("service-network-missing", "§1.2", Reported, "InvalidParameterException", 400,
        "Network Configuration must be provided when networkMode 'awsvpc' is specified.");
    NETWORK_UNUSED = ("service-network-unused", "§1.2", Reported, "InvalidParameterException", 400,
        "Network Configuration is not valid for the given networkMode of this task definition.");
    SUBNET = ("service-subnet", "§1.3", Reported, "InvalidParameterException", 400,
        "Error retrieving subnet information for [{}]: The subnet ID '{}' does not exist (ErrorCode: InvalidSubnetID.NotFound)");
    SUBNETS_EMPTY = ("service-subnets-empty", "§1.1", Reported, "InvalidParameterException", 400, "subnets can not be empty.");
    SUBNETS_MANY = ("service-subnets-too-many", "§1.1", Reported, "InvalidParameterException", 400,
        "subnets can have at most 16 items.");
    GROUPS_MANY = ("service-security-groups-too-many", "§1.1", Assumed, "InvalidParameterException", 400,
        "security groups can have at most 5 items.");
    GROUP = ("service-security-group", "§1.3", Reported, "InvalidParameterException", 400,
        "Error retrieving security group information for [{}]: The security group '{}' does not exist (ErrorCode: InvalidGroup.NotFound)");
    STRATEGY = ("service-scheduling-strategy", "§1.3", Assumed, "InvalidParameterException", 400, "Invalid scheduling strategy: {}.");
    NOT_FOUND = ("service-not-found", "§4", Reported, "ServiceNotFoundException", 400, "Service not found.");
    NOT_ACTIVE = ("service-not-active", "§4", Reported, "ServiceNotActiveException", 400, "Service was not ACTIVE.");
    BALANCER_FIXED = ("service-balancer-fixed", "§2", Assumed, "InvalidParameterException", 400,
        "The load balancer configuration of a service that uses a Classic Load Balancer cannot be changed.");
    SCALED = ("service-scaled", "§4", Reported, "InvalidParameterException", 400,
        "The service cannot be stopped while it is scaled above 0.");
    DESCRIBE_EMPTY = ("services-empty", "§3", Reported, "InvalidParameterException", 400, "Services cannot be empty.");
    DESCRIBE_MANY = ("services-too-many", "§3", Reported, "InvalidParameterException", 400,
        "service names can have at most 10 items.");
}
