//! Whether recipes are signed by one of those whose signatures count.

use host_core::bounds::list;
use host_core::codes::Problem;
use host_core::codes::registry::{NOT_SIGNED, SIGNATURE};
use host_core::registry::key::PublicKey;
use host_core::registry::signature::{counting, verify};

use crate::registry::{Fetched, Registry};

/// Writes down who signed each of those for which keys are given, of the same place in their order.
///
/// # Errors
/// None of the keys signed the first of these, something else was signed, or the registry cannot be asked; others that nobody
/// signed whose signature counts are named with it.
pub async fn check(
    registry: &Registry,
    fetched: &mut [Fetched],
    keys: &[Option<Vec<PublicKey>>],
) -> Result<(), Problem> {
    let mut problem = None;
    let mut others = Vec::new();
    for (one, keys) in fetched.iter_mut().zip(keys) {
        let Some(keys) = keys else { continue };
        match signer(registry, one, keys).await {
            Ok(signer) => one.signer = Some(signer),
            Err(it) if ![NOT_SIGNED, SIGNATURE].contains(&it.code) => return Err(it),
            Err(it) if problem.is_none() => problem = Some(it),
            Err(_) => others.push(one.source.to_string()),
        }
    }
    let Some(problem) = problem else {
        return Ok(());
    };
    if others.is_empty() {
        return Err(problem);
    }
    let others = list(&others);
    Err(problem.hint(&format!(
        "it is not the only one that was refused: {others}; `host verify` of one says why"
    )))
}

/// The fingerprint of a key that signed what was fetched.
///
/// What was seen of its signatures before counts for ever, because what is signed is the content itself; only where none of
/// that is by one of the keys, the registry is asked.
///
/// # Errors
/// None of the keys signed it, something else was signed, or the registry cannot be asked.
async fn signer(
    registry: &Registry,
    fetched: &Fetched,
    keys: &[PublicKey],
) -> Result<String, Problem> {
    let Fetched { source, digest, .. } = fetched;
    let kept = registry.kept_signatures(source, digest);
    if let Ok(key) = verify(source, digest, &kept, keys) {
        return Ok(key.fingerprint());
    }
    let found = registry.signatures(source, digest).await?;
    let key = verify(source, digest, &found, keys)?;
    // Only now: what anybody put there must not take the room of what counts.
    let counting = counting(source, digest, &found, keys);
    registry.keep_signatures(source, digest, &counting, &found)?;
    Ok(key.fingerprint())
}
