//! The quotas of the account.

use serde_json::{Value, json};

use crate::call::Call;
use crate::refusal::Refusal;
use crate::script::Script;

/// The quota of a region, for whoever never asked for more (aws-facts §1.1).
const LOAD_BALANCERS: usize = 20;

/// How many classic load balancers there may be.
pub(super) fn load_balancers(script: &Script) -> usize {
    script.load_balancers.unwrap_or(LOAD_BALANCERS)
}

#[expect(clippy::unnecessary_wraps, reason = "an operation like any other")]
pub(super) fn describe(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let balancers = load_balancers(call.script).to_string();
    Ok(json!({"Limits": [
        {"Name": "classic-load-balancers", "Max": balancers},
        {"Name": "classic-listeners", "Max": "100"},
        {"Name": "classic-registered-instances", "Max": "1000"},
    ]}))
}
