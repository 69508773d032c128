//! The quotas of the account.

use serde_json::{Value, json};

use crate::call::Call;
use crate::refusal::Refusal;

#[expect(clippy::unnecessary_wraps, reason = "an operation like any other")]
pub(super) fn describe(_call: &mut Call<'_>) -> Result<Value, Refusal> {
    Ok(json!({"Limits": [
        {"Name": "classic-load-balancers", "Max": "20"},
        {"Name": "classic-listeners", "Max": "100"},
        {"Name": "classic-registered-instances", "Max": "1000"},
    ]}))
}
