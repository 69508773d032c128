//! The rules of ECS, each with AWS's text.

use crate::rules::rules;

rules! {
    /// A second CreateService of the same name with other parameters.
    NOT_IDEMPOTENT = ("service-not-idempotent", "§4", Reported, "InvalidParameterException", 400,
        "Creation of service was not idempotent.");
}
