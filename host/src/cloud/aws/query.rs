//! AWS's Query protocol: a request of classic ELB as a form.

use std::fmt::Write;

use host_core::request::Request;
use serde_json::Value;

/// The version of classic ELB's API.
const VERSION: &str = "2012-06-01";

/// `Action=…&Version=…&Listeners.member.1.InstancePort=6379`.
pub(super) fn form(request: &Request) -> String {
    let mut form = format!("Action={}&Version={VERSION}", request.operation);
    write(&mut form, "", &request.body);
    form
}

/// A value at its path. `null` is nothing; an empty list is its bare name.
fn write(form: &mut String, path: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => field(form, path, if *flag { "true" } else { "false" }),
        Value::Number(number) => field(form, path, &number.to_string()),
        Value::String(text) => field(form, path, text),
        Value::Array(items) if items.is_empty() => field(form, path, ""),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                write(form, &format!("{path}.member.{}", index + 1), item);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                write(form, &path, value);
            }
        }
    }
}

fn field(form: &mut String, path: &str, text: &str) {
    form.push('&');
    percent(form, path);
    form.push('=');
    percent(form, text);
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn percent(form: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            form.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(form, "%{byte:02X}");
        }
    }
}
