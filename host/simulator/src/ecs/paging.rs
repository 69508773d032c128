//! Lists in pages: `maxResults` and `nextToken`.

use serde_json::{Value, json};

use super::rules::clusters as rules;
use crate::refusal::Refusal;

/// One page of a list, as the answer that has it under `member`.
///
/// A token is the place at which the next page begins, in a form that nobody takes for a number.
///
/// # Errors
/// `maxResults` is out of bounds, or `nextToken` is not one of ours.
pub(super) fn page(
    input: &Value,
    member: &str,
    all: &[String],
    usual: usize,
    most: usize,
) -> Result<Value, Refusal> {
    let size = match input["maxResults"].as_i64() {
        None => usual,
        Some(size) => usize::try_from(size)
            .ok()
            .filter(|it| (1..=most).contains(it))
            .ok_or_else(|| rules::PAGE_SIZE.with(&[&most]))?,
    };
    let begin = match input["nextToken"].as_str() {
        None => 0,
        Some(token) => token
            .strip_prefix("page-")
            .and_then(|it| usize::from_str_radix(it, 16).ok())
            .filter(|it| (1..=all.len()).contains(it))
            .ok_or_else(|| rules::PAGE_TOKEN.refusal())?,
    };
    let end = (begin + size).min(all.len());
    let mut answer = json!({member: all[begin..end]});
    if end < all.len() {
        answer["nextToken"] = format!("page-{end:08x}").into();
    }
    Ok(answer)
}
