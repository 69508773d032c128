//! Clusters, container instances, tags, settings and pages.

use crate::rules::rules;

rules! {
    /// No active cluster of that name.
    CLUSTER_NOT_FOUND = ("cluster-not-found", "§4", Reported, "ClusterNotFoundException", 400, "Cluster not found.");
    CLUSTER_NAME = ("cluster-name", "§1.1", Reported, "InvalidParameterException", 400,
        "Identifier contains invalid characters. Identifier must be 1-255 characters, and can contain upper and lower case letters, numbers, underscores, and hyphens.");
    CLUSTER_HAS_SERVICES = ("cluster-has-services", "§4", Reported, "ClusterContainsServicesException", 400,
        "The Cluster cannot be deleted while Services are active.");
    CLUSTER_HAS_INSTANCES = ("cluster-has-instances", "§4", Reported, "ClusterContainsContainerInstancesException", 400,
        "The Cluster cannot be deleted while Container Instances are active or draining.");
    CLUSTER_HAS_TASKS = ("cluster-has-tasks", "§4", Reported, "ClusterContainsTasksException", 400,
        "The Cluster cannot be deleted while Tasks are active.");
    TOO_MANY_CLUSTERS = ("clusters-too-many", "§3", Assumed, "InvalidParameterException", 400,
        "Clusters should not contain more than 100 entries.");
    INSTANCES_EMPTY = ("container-instances-empty", "§3", Reported, "InvalidParameterException", 400,
        "Container instance cannot be empty.");
    TOO_MANY_INSTANCES = ("container-instances-too-many", "§3", Reported, "InvalidParameterException", 400,
        "instanceIds can have at most 100 items.");
    TOO_MANY_AT_ONCE = ("container-instances-at-once", "§3", Reported, "InvalidParameterException", 400,
        "instanceIds can have at most 10 items.");
    INSTANCE_NOT_FOUND = ("container-instance-not-found", "§4", Reported, "InvalidParameterException", 400,
        "The referenced container instance was not found.");
    INSTANCE_HAS_TASKS = ("container-instance-has-tasks", "§4", Reported, "InvalidParameterException", 400,
        "Found running tasks on the instance.");
    INSTANCE_STATE = ("container-instance-state", "§4", Assumed, "InvalidParameterException", 400,
        "Container instance status should be one of [ACTIVE, DRAINING]");
    INSTANCE_FILTER = ("container-instance-filter", "§3", Assumed, "InvalidParameterException", 400,
        "Invalid filter: {}.");
    PAGE_TOKEN = ("next-token", "§3", Reported, "InvalidParameterException", 400, "Invalid token");
    PAGE_SIZE = ("max-results", "§3", Reported, "InvalidParameterException", 400,
        "maxResults must be between 1 and {}.");
    TAG_TARGET = ("tag-target", "§4", Reported, "ResourceNotFoundException", 400,
        "The specified resource was not found. Verify the ARN and try again.");
    TAG_INACTIVE = ("tag-inactive-cluster", "§4", Reported, "InvalidParameterException", 400,
        "The specified cluster is inactive. Specify an active cluster and try again.");
    TAG_LIST_TARGET = ("tag-list-target", "§4", Assumed, "InvalidParameterException", 400,
        "The specified resource was not found. Verify the ARN and try again.");
    TAG_ARN = ("tag-arn", "§1.1", Reported, "InvalidParameterException", 400, "Invalid ARN.");
    TAG_TOO_MANY = ("tag-too-many", "§1.1", Assumed, "InvalidParameterException", 400,
        "The number of tags cannot be more than 50.");
    TAG_KEY = ("tag-key", "§1.1", Assumed, "InvalidParameterException", 400,
        "The tag key {} is not valid. Keys have 1 to 128 letters, numbers, spaces, and _ . : / = + - @.");
    TAG_VALUE = ("tag-value", "§1.1", Assumed, "InvalidParameterException", 400,
        "The value of the tag {} is not valid. Values have up to 256 letters, numbers, spaces, and _ . : / = + - @.");
    TAG_RESERVED = ("tag-reserved", "§1.1", Assumed, "InvalidParameterException", 400,
        "The tag key {} starts with the reserved prefix aws:.");
    TAG_TWICE = ("tag-twice", "§1.1", Assumed, "InvalidParameterException", 400, "Duplicate tag keys found: {}.");
    SETTING_NAME = ("setting-name", "§4", Assumed, "InvalidParameterException", 400, "The setting name {} is not valid.");
    SETTING_VALUE = ("setting-value", "§4", Assumed, "InvalidParameterException", 400, "The value {} is not valid for the setting {}.");
    ATTRIBUTE_TARGET = ("attribute-target", "§4", Documented, "TargetNotFoundException", 400,
        "The specified target wasn't found. You can view your available container instances with ListContainerInstances.");
    ATTRIBUTE_NAME = ("attribute-name", "§1.1", Assumed, "InvalidParameterException", 400, "The attribute name {} is not valid.");
    ATTRIBUTES_MANY = ("attributes-too-many", "§1.1", Documented, "AttributeLimitExceededException", 400,
        "You can apply up to 10 custom attributes for each resource.");
    ATTRIBUTES_EMPTY = ("attributes-empty", "§1.1", Assumed, "InvalidParameterException", 400, "Attributes cannot be empty.");
}
