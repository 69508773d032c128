//! Digests of values, so that sameness can be kept in a tag.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 in 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The digest of a JSON value that does not depend on the order of its members.
pub fn of_value(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    sha256_hex(text.as_bytes())
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort();
            text.push('{');
            for key in keys {
                let _ = write!(text, "{}:", Value::from(key.as_str()));
                write_canonical(&members[key], text);
                text.push(',');
            }
            text.push('}');
        }
        scalar => {
            let _ = write!(text, "{scalar}");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_of_members_does_not_matter_and_everything_else_does() {
        let one = json!({"a": 1, "b": ["x", "y"]});
        assert_eq!(of_value(&one), of_value(&json!({"b": ["x", "y"], "a": 1})));
        for other in [
            json!({"a": 1, "b": ["y", "x"]}),
            json!({"a": "1", "b": ["x", "y"]}),
            json!({"a": 1}),
        ] {
            assert_ne!(of_value(&one), of_value(&other));
        }
    }
}
