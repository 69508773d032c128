//! Recipes from registries, several at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use host_core::registry::Reference;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::registry::{Fetched, Registry};

/// How many recipes come in at once.
const AT_ONCE: usize = 8;

/// Fetches what the references mean, each once, and gives it in their order.
///
/// # Errors
/// One of them cannot be had; the first in their order is told, when all have ended.
pub async fn fetch(registry: &Registry, references: &[Reference]) -> Result<Vec<Fetched>> {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut coming = JoinSet::new();
    let mut all = BTreeMap::new();
    for reference in references {
        if all.insert(reference.clone(), None).is_some() {
            continue;
        }
        let (registry, reference) = (registry.clone(), reference.clone());
        let turns = turns.clone();
        coming.spawn(async move {
            // It is never closed.
            let _turn = turns.acquire().await;
            let fetched = registry.fetch(&reference).await;
            (reference, fetched)
        });
    }
    while let Some(joined) = coming.join_next().await {
        match joined {
            Ok((reference, fetched)) => all.insert(reference, Some(fetched)),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
    }
    let found = references.iter().filter_map(|it| all.get(it).cloned()?);
    Ok(found.collect::<Result<_, _>>()?)
}
