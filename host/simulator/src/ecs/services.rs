//! To be written.

use serde_json::{Value, json};

use crate::call::Call;
use crate::refusal::Refusal;

pub(super) fn create(_call: &mut Call<'_>) -> Result<Value, Refusal> {
    Ok(json!({}))
}

pub(super) fn describe(_call: &mut Call<'_>) -> Result<Value, Refusal> {
    Ok(json!({}))
}
