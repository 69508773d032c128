//! Whether a recipe is signed by one of those whose signatures count.

use anyhow::Result;
use host_core::registry::key::PublicKey;
use host_core::registry::signature::verify;

use crate::registry::{Fetched, Registry};

/// The fingerprint of a key that signed what was fetched.
///
/// What was seen of its signatures before counts for ever, because what is signed is the content itself; only where none of
/// that is by one of the keys, the registry is asked.
///
/// # Errors
/// None of the keys signed it, something else was signed, or the registry cannot be asked.
pub async fn signer(registry: &Registry, fetched: &Fetched, keys: &[PublicKey]) -> Result<String> {
    let Fetched { source, digest, .. } = fetched;
    let kept = registry.kept_signatures(source, digest);
    if let Ok(key) = verify(source, digest, &kept, keys) {
        return Ok(key.fingerprint());
    }
    let found = registry.signatures(source, digest).await?;
    let key = verify(source, digest, &found, keys)?;
    // Only now: what anybody put there must not take the room of what counts.
    registry.keep_signatures(source, digest, &found)?;
    Ok(key.fingerprint())
}
