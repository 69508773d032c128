//! What AWS says when it is overloaded or broken.

use crate::rules::rules;

rules! {
    /// More calls than the budget of their category.
    ECS_THROTTLED = ("ecs-throttled", "§3", Documented, "ThrottlingException", 400, "Rate exceeded");
    /// More calls than the budget of their category.
    ELB_THROTTLED = ("elb-throttled", "§3", Documented, "Throttling", 400, "Rate exceeded");
    /// ECS fails on its own side.
    ECS_SERVER = ("ecs-server-error", "§4", Documented, "ServerException", 500, "Service Unavailable. Please try again later.");
    /// ELB fails on its own side.
    ELB_SERVER = ("elb-server-error", "§4", Documented, "InternalFailure", 500,
        "The request processing has failed because of an unknown error, exception or failure.");
}
