//! AWS JSON 1.1, as ECS speaks it.

use serde_json::{Value, json};

use super::{Answer, Asked, Request};
use crate::call::Api;
use crate::model::rules;
use crate::refusal::Refusal;

const PREFIX: &str = "AmazonEC2ContainerServiceV20141113.";

pub(super) fn read(request: &Request) -> Result<Asked, Refusal> {
    let target = request.target.as_deref().unwrap_or_default();
    let operation = target
        .strip_prefix(PREFIX)
        .ok_or_else(|| rules::UNKNOWN_ECS.refusal())?;
    let input = if request.body.is_empty() {
        json!({})
    } else {
        serde_json::from_slice(&request.body).map_err(|_| rules::NO_JSON.refusal())?
    };
    Ok(Asked {
        api: Api::Ecs,
        operation: operation.to_owned(),
        input,
    })
}

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

pub(super) fn answer(value: &Value) -> Answer {
    Answer {
        status: 200,
        content_type: CONTENT_TYPE,
        body: value.to_string(),
    }
}

/// Without a text there is no member `message`, as where ECS does not know an operation.
pub(super) fn refuse(refusal: &Refusal) -> Answer {
    let mut body = json!({"__type": refusal.code});
    if !refusal.message.is_empty() {
        body["message"] = refusal.message.as_str().into();
    }
    Answer {
        status: refusal.status,
        content_type: CONTENT_TYPE,
        body: body.to_string(),
    }
}
