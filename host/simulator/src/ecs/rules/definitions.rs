//! Task definitions.

use crate::rules::rules;

rules! {
    FAMILY_EMPTY = ("family-empty", "§1.1", Reported, "ClientException", 400, "Family should not be null or empty.");
    FAMILY_NAME = ("family-name", "§1.1", Reported, "ClientException", 400, "Family contains invalid characters.");
    FAMILY_LONG = ("family-long", "§1.1", Reported, "ClientException", 400, "Family must be less than 256 characters.");
    NO_CONTAINERS = ("containers-empty", "§1.2", Reported, "ClientException", 400, "Container list cannot be empty.");
    TOO_MANY_CONTAINERS = ("containers-too-many", "§1.1", Reported, "ClientException", 400, "Too many containers.");
    NAME_EMPTY = ("container-name-empty", "§1.2", Reported, "ClientException", 400, "Container.name should not be null or empty.");
    NAME_INVALID = ("container-name", "§1.1", Reported, "ClientException", 400, "Container.name contains invalid characters.");
    NAME_TWICE = ("container-name-twice", "§1.2", Assumed, "ClientException", 400, "Container.name must be unique: {}.");
    IMAGE_EMPTY = ("image-empty", "§1.2", Reported, "ClientException", 400, "Container.image should not be null or empty.");
    IMAGE_INVALID = ("image", "§1.1", Reported, "ClientException", 400, "Container.image contains invalid characters.");
    NO_ESSENTIAL = ("no-essential", "§1.2", Reported, "ClientException", 400,
        "Task definition doesn't have any essential container.");
    NO_MEMORY = ("memory-missing", "§1.2", Reported, "ClientException", 400,
        "Invalid setting for container '{}'. At least one of 'memory' or 'memoryReservation' must be specified.");
    MEMORY_SMALL = ("memory-small", "§1.2", Reported, "ClientException", 400,
        "Invalid setting for container '{}'. Memory must be at least 6 MB.");
    MEMORY_BELOW_RESERVATION = ("memory-below-reservation", "§1.2", Reported, "ClientException", 400,
        "Invalid setting for container '{}'. The 'memory' value must be greater than the 'memoryReservation' value.");
    MEMORY_ABOVE_TASK = ("memory-above-task", "§1.2", Reported, "ClientException", 400,
        "The 'memory' setting for container '{}' is greater than for the task.");
    MEMORY_SUM = ("memory-sum", "§1.2", Assumed, "ClientException", 400,
        "The memory of all containers together, {} MiB, is greater than for the task.");
    CPU_NEGATIVE = ("cpu-negative", "§1.2", Assumed, "ClientException", 400,
        "Invalid setting for container '{}'. 'cpu' must not be negative.");
    TASK_CPU = ("task-cpu", "§1.2", Reported, "ClientException", 400, "Invalid 'cpu' setting for task.");
    TASK_MEMORY = ("task-memory", "§1.2", Reported, "ClientException", 400, "Invalid 'memory' setting for task.");
    PORT_RANGE = ("port-range", "§1.2", Reported, "ClientException", 400,
        "Invalid 'containerPort' setting for container '{}'.");
    HOST_PORT_WITH_RANGE = ("host-port-with-range", "§1.2", Assumed, "ClientException", 400,
        "Invalid 'hostPort' setting for container '{}': it cannot be specified with 'containerPortRange'.");
    HOST_PORT_RANGE = ("host-port-range", "§1.2", Assumed, "ClientException", 400,
        "Invalid 'hostPort' setting for container '{}'.");
    HOST_PORT_RESERVED = ("host-port-reserved", "§1.2", Assumed, "ClientException", 400,
        "The host port {} is reserved for the Amazon ECS container agent, docker or ssh.");
    HOST_PORT_TWICE = ("host-port-twice", "§1.2", Reported, "ClientException", 400,
        "{} host port '{}' is mapped multiple times in task.");
    PORT_TWO_PROTOCOLS = ("port-two-protocols", "§1.2", Assumed, "ClientException", 400,
        "The container port {} can't be exposed for multiple protocols.");
    PROTOCOL = ("port-protocol", "§1.2", Assumed, "ClientException", 400,
        "Invalid 'protocol' setting for container '{}'. It is tcp or udp.");
    PORT_NAME = ("port-name", "§1.1", Assumed, "ClientException", 400,
        "Invalid 'name' setting of a port mapping of container '{}'.");
    HOST_PORT_DIFFERS = ("host-port-differs", "§1.2", Reported, "ClientException", 400,
        "When networkMode={}, the host ports and container ports in port mappings must match.");
    PORTS_WITHOUT_NETWORK = ("ports-without-network", "§1.2", Reported, "ClientException", 400,
        "Port mappings are not allowed when networkMode=none.");
    NETWORK_MODE = ("network-mode", "§1.2", Assumed, "ClientException", 400, "Invalid networkMode: {}.");
    LINKS_NOT_BRIDGE = ("links-not-bridge", "§1.2", Reported, "ClientException", 400,
        "Links are not supported when networkMode={}.");
    LINK_UNKNOWN = ("link-unknown", "§1.2", Assumed, "ClientException", 400, "Container '{}' links to '{}', which does not exist.");
    NOT_WITH_AWSVPC = ("not-with-awsvpc", "§1.2", Reported, "ClientException", 400,
        "{} not supported on container when networkMode=awsvpc.");
    VOLUME_NAME = ("volume-name", "§1.1", Reported, "ClientException", 400, "Volume.name contains invalid characters.");
    VOLUME_TWICE = ("volume-twice", "§1.2", Assumed, "ClientException", 400, "Volume.name must be unique: {}.");
    VOLUME_KINDS = ("volume-kinds", "§1.2", Reported, "ClientException", 400,
        "Only one type of volume configuration may be specified: {}.");
    VOLUME_UNKNOWN = ("volume-unknown", "§1.2", Reported, "ClientException", 400, "Unknown volume '{}'.");
    VOLUMES_FROM_UNKNOWN = ("volumes-from-unknown", "§1.2", Assumed, "ClientException", 400,
        "Container '{}' mounts volumes from '{}', which does not exist.");
    LOG_DRIVER = ("log-driver", "§1.2", Reported, "ClientException", 400,
        "{} is not a valid log driver. Must be one of [{}]");
    ULIMIT_NAME = ("ulimit-name", "§1.2", Reported, "ClientException", 400, "Unrecognized ulimit name {}");
    ULIMIT_ORDER = ("ulimit-order", "§1.2", Assumed, "ClientException", 400,
        "Invalid 'ulimits' setting for container '{}': the soft limit of {} is greater than its hard limit.");
    LINKS_CYCLE = ("links-cycle", "§1.2", Reported, "ClientException", 400, "Container links should not have a cycle");
    DEPENDENCY_UNKNOWN = ("dependency-unknown", "§1.2", Assumed, "ClientException", 400,
        "Container '{}' depends on '{}', which does not exist.");
    DEPENDENCY_ESSENTIAL = ("dependency-essential", "§1.2", Reported, "ClientException", 400,
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container");
    DEPENDENCY_CYCLE = ("dependency-cycle", "§1.2", Assumed, "ClientException", 400,
        "Container dependencies should not have a cycle");
    HEALTH_RANGE = ("container-health-range", "§1.2", Assumed, "ClientException", 400,
        "Invalid 'healthCheck' setting for container '{}': {} is from {} to {}.");
    HEALTH_COMMAND = ("container-health-command", "§1.2", Assumed, "ClientException", 400,
        "Invalid 'healthCheck' setting for container '{}': command should not be null or empty.");
    COMPATIBILITY = ("compatibility", "§1.2", Assumed, "ClientException", 400, "Invalid requiresCompatibilities: {}.");
    FARGATE_NETWORK = ("fargate-network", "§1.2", Reported, "ClientException", 400,
        "Fargate only supports network mode ‘awsvpc’.");
    FARGATE_NO_SIZE = ("fargate-size-missing", "§9", Reported, "ClientException", 400,
        "Fargate requires that '{}' be defined at the task level.");
    FARGATE_SIZE = ("fargate-size", "§9", Reported, "ClientException", 400,
        "No Fargate configuration exists for given values.");
    FARGATE_UNSUPPORTED = ("fargate-unsupported", "§1.2", Reported, "ClientException", 400,
        "Fargate compatible task definitions do not support {}.");
    TOO_LARGE = ("definition-too-large", "§1.1", Reported, "ClientException", 400,
        "Actual length: '{}'. Max allowed length is '65536' bytes.");
    NOT_DESCRIBABLE = ("definition-unknown", "§0", Reported, "ClientException", 400, "Unable to describe task definition.");
    REFERENCE_EMPTY = ("definition-reference-empty", "§4", Reported, "ClientException", 400,
        "Task definition should not be null or empty.");
    NO_REVISION = ("definition-without-revision", "§4", Reported, "ClientException", 400, "Revision is missing.");
    BAD_REVISION = ("definition-revision", "§4", Reported, "InvalidParameterException", 400,
        "Invalid revision number. Number: {}");
    DELETE_TOO_MANY = ("definition-delete-too-many", "§2", Assumed, "InvalidParameterException", 400,
        "taskDefinitions should not contain more than 10 entries.");
    LIST_STATUS = ("definition-list-status", "§3", Assumed, "InvalidParameterException", 400, "Invalid status: {}.");
}
