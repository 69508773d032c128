//! The XML of AWS's Query protocol, as classic ELB speaks it.

use serde_json::Value;

use super::Answer;
use crate::refusal::Refusal;

const NAMESPACE: &str = "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/";

pub(super) fn answer(operation: &str, value: &Value, request_id: &str) -> Answer {
    let mut body = format!("<{operation}Response xmlns=\"{NAMESPACE}\">");
    element(&mut body, &format!("{operation}Result"), value);
    let end = format!(
        "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>\n"
    );
    body.push_str(&end);
    Answer {
        status: 200,
        content_type: "text/xml",
        body,
    }
}

pub(super) fn refuse(refusal: &Refusal, request_id: &str) -> Answer {
    let fault = if refusal.status < 500 {
        "Sender"
    } else {
        "Receiver"
    };
    let mut body = format!("<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{fault}</Type>");
    element(&mut body, "Code", &refusal.code.as_str().into());
    element(&mut body, "Message", &refusal.message.as_str().into());
    body.extend([
        "</Error><RequestId>",
        request_id,
        "</RequestId></ErrorResponse>\n",
    ]);
    Answer {
        status: refusal.status,
        content_type: "text/xml",
        body,
    }
}

/// One element and what is in it. Items of a list are `member`s; what is null is left out.
fn element(out: &mut String, name: &str, value: &Value) {
    if value.is_null() {
        return;
    }
    out.extend(["<", name, ">"]);
    match value {
        Value::Object(members) => members.iter().for_each(|(name, it)| element(out, name, it)),
        Value::Array(items) => items.iter().for_each(|it| element(out, "member", it)),
        Value::String(text) => escape(out, text),
        other => *out += &other.to_string(),
    }
    out.extend(["</", name, ">"]);
}

/// Text between tags. What XML 1.0 cannot say at all becomes `?`.
fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => *out += "&amp;",
            '<' => *out += "&lt;",
            '>' => *out += "&gt;",
            '"' => *out += "&quot;",
            '\r' => *out += "&#xD;",
            '\t' | '\n' => out.push(character),
            it if it < ' ' || it == '\u{fffe}' || it == '\u{ffff}' => out.push('?'),
            it => out.push(it),
        }
    }
}
