//! The wire protocols of AWS: JSON 1.1 for ECS, Query and XML for classic ELB. Pure: bytes in, bytes out.

use serde_json::Value;

use crate::call::Api;
use crate::model::{self, rules};
use crate::refusal::Refusal;

mod json;
mod xml;

/// A request, as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// Of the header `X-Amz-Target`.
    pub(crate) target: Option<String>,
    /// Whether there is a header `Authorization`, or a signature in the address.
    pub(crate) is_signed: bool,
    /// What stands behind the `?` of the address.
    pub(crate) query: String,
    pub(crate) body: Vec<u8>,
}

/// What a request asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) api: Api,
    pub(crate) operation: String,
    pub(crate) input: Value,
}

/// An answer, ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

/// The service that a request is for, by its form.
pub(crate) fn api(request: &Request) -> Api {
    if request.target.is_some() {
        Api::Ecs
    } else {
        Api::Elb
    }
}

/// Reads a request.
///
/// # Errors
/// It is not signed, not well formed, or asks for what AWS does not have.
pub(crate) fn read(request: &Request) -> Result<Asked, Refusal> {
    let api = api(request);
    if !request.is_signed {
        return Err(match api {
            Api::Ecs => rules::ECS_NO_TOKEN.refusal(),
            Api::Elb => rules::ELB_NO_TOKEN.refusal(),
        });
    }
    match api {
        Api::Ecs => json::read(request),
        Api::Elb => read_query(request),
    }
}

/// What AWS calls a version that is not said.
const NO_VERSION: &str = "NO_VERSION_SPECIFIED";

fn read_query(request: &Request) -> Result<Asked, Refusal> {
    let body = if request.body.is_empty() {
        request.query.as_bytes()
    } else {
        &request.body
    };
    let form: Vec<_> = form_urlencoded::parse(body).collect();
    let of = |name: &str| {
        form.iter()
            .find(|(it, _)| it == name)
            .map_or("", |(_, it)| it)
    };
    let (operation, version) = (of("Action"), of("Version"));
    let shape = Some(version)
        .filter(|it| *it == model::ELB_VERSION)
        .and_then(|_| model::input(Api::Elb, operation))
        .ok_or_else(|| {
            let said = if version.is_empty() {
                NO_VERSION
            } else {
                version
            };
            rules::UNKNOWN_ELB.with(&[&operation, &said])
        })?;
    let pairs = form
        .iter()
        .map(|(name, value)| (name.as_ref(), value.as_ref()));
    Ok(Asked {
        api: Api::Elb,
        operation: operation.to_owned(),
        input: model::read_form(shape, pairs),
    })
}

/// Writes what came of a call.
pub(crate) fn write(
    api: Api,
    operation: &str,
    result: &Result<Value, Refusal>,
    request_id: &str,
) -> Answer {
    match (api, result) {
        (Api::Ecs, Ok(value)) => json::answer(value),
        (Api::Ecs, Err(refusal)) => json::refuse(refusal),
        (Api::Elb, Ok(value)) => xml::answer(operation, value, request_id),
        (Api::Elb, Err(refusal)) => xml::refuse(refusal, request_id),
    }
}

#[cfg(test)]
mod tests;
