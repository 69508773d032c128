//! The rules of the wire protocols themselves.

use crate::rules::rules;

rules! {
    /// ECS has no such operation.
    UNKNOWN_ECS = ("ecs-unknown-operation", "§7", Documented, "UnknownOperationException", 400, "");
    /// Classic ELB has no such action.
    UNKNOWN_ELB = ("elb-unknown-action", "§7", Reported, "InvalidAction", 400,
        "Could not find operation {} for version {}");
    /// The body is no JSON.
    NO_JSON = ("ecs-no-json", "§7", Documented, "SerializationException", 400, "");
    /// A number or boolean where the model has text.
    NUMBER_AS_TEXT = ("ecs-number-as-text", "§7", Reported, "SerializationException", 400,
        "NUMBER_VALUE can not be converted to a String");
    /// Text where the model has a number.
    TEXT_AS_NUMBER = ("ecs-text-as-number", "§7", Reported, "SerializationException", 400,
        "STRING_VALUE can not be converted to an Integer");
    /// Text where the model has a boolean.
    TEXT_AS_BOOLEAN = ("ecs-text-as-boolean", "§7", Assumed, "SerializationException", 400,
        "STRING_VALUE can not be converted to a Boolean");
    /// An object where the model has none.
    NOT_A_STRUCTURE = ("ecs-not-a-structure", "§7", Reported, "SerializationException", 400,
        "Start of structure or map found where not expected.");
    /// Any other mixture of types.
    WRONG_TYPE = ("ecs-wrong-type", "§7", Reported, "SerializationException", 400, "Unexpected field type");
    /// A word that is none of the enum that the model has. Rules about a word of its own go before.
    WORD = ("ecs-word", "§1.3", Assumed, "InvalidParameterException", 400, "{} should be one of [{}]");
    /// The same in a task definition.
    DEFINITION_WORD = ("definition-word", "§1.2", Assumed, "ClientException", 400, "{} should be one of [{}]");
    /// A value that is not of the type that the model has.
    ELB_MALFORMED = ("elb-malformed-input", "§7", Assumed, "MalformedInput", 400, "Unexpected value type in input");
    /// No credentials at all.
    ECS_NO_TOKEN = ("ecs-no-credentials", "§4", Reported, "MissingAuthenticationTokenException", 400,
        "Missing Authentication Token");
    /// No credentials at all.
    ELB_NO_TOKEN = ("elb-no-credentials", "§4", Reported, "MissingAuthenticationToken", 403,
        "Request is missing Authentication Token");
}
