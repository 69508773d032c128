//! One call as bytes: our body goes out, AWS's own answer comes back.
//!
//! The SDK's types know the fields of the day they were generated. A request is
//! sent as it was validated and an answer is read as it came, so the SDK's part
//! is the envelope: endpoint, signature and errors.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

/// What one call sends instead of the SDK's body, and what it has heard. Clones are the same call.
#[derive(Clone, Debug, Default)]
pub(super) struct Exchange {
    /// Absent: the SDK's own body.
    body: Option<Arc<str>>,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Exchange {
    pub(super) fn of(body: String) -> Self {
        Self {
            body: Some(body.into()),
            ..Self::default()
        }
    }

    /// The bytes of the last answer.
    pub(super) fn answer(&self) -> Vec<u8> {
        std::mem::take(&mut *self.heard())
    }

    fn heard(&self) -> MutexGuard<'_, Vec<u8>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Exchange {
    fn name(&self) -> &'static str {
        "Exchange"
    }

    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(body) = &self.body {
            let request = context.request_mut();
            request
                .headers_mut()
                .try_insert("content-length", body.len().to_string())?;
            *request.body_mut() = SdkBody::from(&**body);
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        *self.heard() = context
            .response()
            .body()
            .bytes()
            .unwrap_or_default()
            .to_vec();
        Ok(())
    }
}
