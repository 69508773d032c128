//! The first case of each enum and variant, which the contract makes the safe
//! one, as its default; and equality of the variants, for tests.

use crate::bindings::exports::host::recipe::guest::{
    Argument, ListenerProtocol, LoadBalancer, ParameterType, RollbackClass, Scheme, Severity,
    TransportProtocol, Value,
};

/// Says which case a type takes when nothing is said.
macro_rules! defaults {
    ($($type:ident => $case:ident;)*) => { $(
        impl Default for $type {
            fn default() -> Self {
                Self::$case
            }
        }
    )* };
}

defaults! {
    ListenerProtocol => Tcp;
    LoadBalancer => Absent;
    ParameterType => Secret;
    RollbackClass => Manual;
    Scheme => Internal;
    Severity => Error;
    TransportProtocol => Tcp;
}

impl PartialEq for LoadBalancer {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Absent, Self::Absent) => true,
            (Self::Classic(left), Self::Classic(right)) => left == right,
            (Self::Other(left), Self::Other(right)) => left == right,
            _ => false,
        }
    }
}

impl PartialEq for ParameterType {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Secret, Self::Secret) => true,
            (Self::Text(left), Self::Text(right)) => left == right,
            (Self::Integer(left), Self::Integer(right)) => left == right,
            (Self::Boolean(left), Self::Boolean(right)) => left == right,
            (Self::Choice(left), Self::Choice(right)) => left == right,
            (Self::TextList(left), Self::TextList(right)) => left == right,
            _ => false,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Secret(left), Self::Secret(right)) | (Self::Text(left), Self::Text(right)) => {
                left == right
            }
            (Self::Integer(left), Self::Integer(right)) => left == right,
            (Self::Boolean(left), Self::Boolean(right)) => left == right,
            (Self::TextList(left), Self::TextList(right)) => left == right,
            _ => false,
        }
    }
}

impl PartialEq for Argument {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.value == other.value
    }
}
