//! The tags of several repositories at once.

use anyhow::Result;
use host_core::registry::Reference;
use tokio::task::JoinSet;

use crate::registry::Registry;

/// All tags of the repository of each reference, in their order.
///
/// # Errors
/// One of them cannot be asked for, or is not there; the first in their order is told, when all have ended.
pub async fn tags(registry: &Registry, references: &[Reference]) -> Result<Vec<Vec<String>>> {
    let mut coming = JoinSet::new();
    for (index, reference) in references.iter().cloned().enumerate() {
        let registry = registry.clone();
        coming.spawn(async move { (index, registry.all_tags(&reference).await) });
    }
    let mut found = coming.join_all().await;
    found.sort_by_key(|(index, _)| *index);
    let tags = found.into_iter().map(|(_, tags)| tags);
    Ok(tags.collect::<Result<_, _>>()?)
}
