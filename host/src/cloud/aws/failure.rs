//! An error of the SDK as a [`Fault`].

use std::error::Error;

use aws_sdk_ecs::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{DispatchFailure, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use host_core::escape;
use host_core::fault::{Fault, FaultKind};
use host_core::request::Request;

/// What a call is, for the fault that may come of it.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub operation: &'static str,
    pub resource: String,
    /// Whether AWS would do a second time what it says.
    pub is_once: bool,
}

impl Context {
    pub(super) fn new(operation: &'static str, resource: impl Into<String>) -> Self {
        Self {
            operation,
            resource: resource.into(),
            is_once: false,
        }
    }

    /// The same of this request.
    pub(super) fn of(self, request: &Request) -> Self {
        Self {
            is_once: !request.is_repeatable(),
            ..self
        }
    }

    /// What AWS or the way there made of the call.
    pub(super) fn fault<E>(&self, error: &SdkError<E, HttpResponse>) -> Fault
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        let answer = error.raw_response();
        let metadata = error.meta();
        let code = metadata.code().map(Into::into);
        let kind = kind(error);
        let message = match (kind, answer, &code) {
            (FaultKind::Answered, Some(answer), None) => stranger(answer),
            // It becomes part of messages whose further lines are hints of ours.
            (FaultKind::Answered, _, _) => {
                escape::one_line(metadata.message().unwrap_or_default()).into_owned()
            }
            _ => causes(error),
        };
        Fault {
            kind,
            operation: self.operation.into(),
            resource: self.resource.clone(),
            code,
            message,
            status: answer.map(|answer| answer.status().as_u16()),
            request_id: metadata
                .request_id()
                .or(answer.and_then(RequestId::request_id))
                .map(Into::into),
            is_once: self.is_once,
        }
    }

    /// An answer that says less than it must.
    pub(super) fn unexpected(&self, message: &str) -> Fault {
        local(self.operation, &self.resource, message)
    }
}

/// A fault that came about before anything was sent.
pub(super) fn local(operation: &str, resource: &str, message: &str) -> Fault {
    Fault {
        kind: FaultKind::Local,
        operation: operation.into(),
        resource: resource.into(),
        code: None,
        message: message.into(),
        status: None,
        request_id: None,
        is_once: false,
    }
}

/// The run was stopped before the call had its turn.
pub(super) fn interrupted(context: &Context) -> Fault {
    Fault {
        kind: FaultKind::Interrupted,
        ..local(context.operation, &context.resource, "")
    }
}

fn kind<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> FaultKind {
    match error {
        SdkError::ServiceError(_) => FaultKind::Answered,
        SdkError::DispatchFailure(failure) => dispatch(failure),
        // With an error's status it is some answer, though not in AWS's words.
        SdkError::ResponseError(response) if response.raw().status().as_u16() >= 400 => {
            FaultKind::Answered
        }
        // With a good one the write has happened, and what AWS said of it is gone.
        SdkError::ResponseError(_) | SdkError::TimeoutError(_) => FaultKind::Lost,
        _ => FaultKind::Local,
    }
}

/// How sending failed. The SDK has no public type for these, so it goes by their words.
fn dispatch(failure: &DispatchFailure) -> FaultKind {
    let Some(error) = failure.as_connector_error() else {
        return FaultKind::Lost;
    };
    let said = chain(error);
    let says = |parts: &[&str]| parts.iter().any(|part| said.contains(part));
    // Who gives the credentials may be out of reach, too; a chain of providers says that of the last one only.
    let is_unreachable = says(&[
        "client error (Connect)",
        "HTTP connect timeout",
        "dns error",
    ]);
    if is_unreachable && !said.contains("no credentials found in chain") {
        FaultKind::Unreachable
    } else if says(&[
        "credentials",
        "credential provider",
        "SSO token",
        "failed to load token",
    ]) {
        FaultKind::Credentials
    } else if error.is_io() || error.is_timeout() || error.as_other().is_some() {
        FaultKind::Lost
    } else {
        FaultKind::Local
    }
}

/// All causes, without the SDK's own words for the kind of failure (`dispatch failure: other`).
fn causes<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> String {
    match error {
        SdkError::DispatchFailure(failure) => failure
            .as_connector_error()
            .and_then(Error::source)
            .map_or_else(|| chain(error), chain),
        _ => chain(error),
    }
}

/// An error and all its causes, each said once, in one line.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = one_line(&error.to_string());
        if !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
        next = error.source();
    }
    said.join(": ")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An error's answer that is not in AWS's protocol: what it is, and how it begins.
fn stranger(answer: &HttpResponse) -> String {
    const BEGINNING: usize = 120;
    let kind = answer
        .headers()
        .get("content-type")
        .unwrap_or("no content type");
    let body = String::from_utf8_lossy(answer.body().bytes().unwrap_or_default());
    let beginning: String = one_line(&body).chars().take(BEGINNING).collect();
    format!("the endpoint did not answer in AWS's protocol but with {kind}: `{beginning}`")
}
