//! Tasks.

use crate::rules::rules;

rules! {
    NONE = ("tasks-empty", "§3", Reported, "InvalidParameterException", 400, "Tasks cannot be empty.");
    MANY = ("tasks-too-many", "§3", Reported, "InvalidParameterException", 400,
        "taskIds can have at most 100 items.");
    COUNT = ("task-count", "§3", Reported, "InvalidParameterException", 400,
        "Count must be an integer value between 1 and 10.");
    NO_INSTANCES = ("run-task-no-instances", "§5", Reported, "InvalidParameterException", 400,
        "No Container Instances were found in your cluster.");
    /// CreateService and UpdateService say it with another code.
    DEFINITION_INACTIVE = ("task-definition-inactive", "§4", Reported, "InvalidParameterException", 400, "TaskDefinition is inactive");
    NOT_FOUND = ("task-not-found", "§4", Reported, "InvalidParameterException", 400, "The referenced task was not found.");
    STARTED_BY = ("tasks-started-by", "§3", Reported, "InvalidParameterException", 400,
        "startedBy must be the only filter in the request.");
    STATUS = ("tasks-status", "§3", Assumed, "InvalidParameterException", 400, "Invalid desired status: {}.");
    START_EMPTY = ("start-task-instances", "§3", Reported, "InvalidParameterException", 400,
        "Container instances cannot be empty.");
}
