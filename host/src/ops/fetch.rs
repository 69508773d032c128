//! Recipes from registries and layouts, and the tags of their repositories, several at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use host_core::codes::Problem;
use host_core::registry::{Reference, Source, Wanted};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::registry::{Fetched, Looked, Registry};

/// How many are asked for at once.
const AT_ONCE: usize = 8;

/// Fetches what is meant, each once, and gives it in their order.
///
/// # Errors
/// One of them cannot be had; the first in their order is told, when all have ended.
pub async fn fetch(registry: &Registry, sources: &[Source]) -> Result<Vec<Fetched>> {
    let registry = registry.clone();
    let ask = move |it: Source| {
        let registry = registry.clone();
        async move { registry.fetch(&it).await }
    };
    each(sources, ask).await
}

/// The same without components that need not be downloaded to say what they are.
///
/// # Errors
/// As with [`fetch`].
pub async fn look(registry: &Registry, sources: &[Source]) -> Result<Vec<Looked>> {
    let looked = look_alone(registry, sources).await.into_iter();
    Ok(looked.collect::<Result<_, _>>()?)
}

/// The same, each by itself: what one cannot have takes nothing from the others.
pub async fn look_alone(registry: &Registry, sources: &[Source]) -> Vec<Result<Looked, Problem>> {
    let registry = registry.clone();
    let ask = move |it: Source| {
        let registry = registry.clone();
        async move { registry.look(&it).await }
    };
    each_alone(sources, ask).await
}

/// All tags of the repository of each, or of its layout, in their order. Each repository is asked once.
///
/// # Errors
/// As with [`fetch`].
pub async fn tags(registry: &Registry, sources: &[Source]) -> Result<Vec<Vec<String>>> {
    let registry = registry.clone();
    let ask = move |it: Source| {
        let registry = registry.clone();
        async move { registry.all_tags(&it).await }
    };
    let repositories: Vec<Source> = sources
        .iter()
        .map(|it| match it {
            Source::Registry(it) => Source::Registry(Reference {
                wanted: Wanted::Newest,
                digest: None,
                ..it.clone()
            }),
            Source::Layout(_) => it.clone(),
        })
        .collect();
    each(&repositories, ask).await
}

/// Asks about each of the references once, and gives the answers in their order; the first error in that, where there is one.
pub(super) async fn each<K, T, F>(sources: &[K], ask: impl Fn(K) -> F) -> Result<Vec<T>>
where
    K: Clone + Ord + Send + 'static,
    T: Clone + Send + 'static,
    F: Future<Output = Result<T, Problem>> + Send + 'static,
{
    let answers = each_alone(sources, ask).await.into_iter();
    Ok(answers.collect::<Result<_, _>>()?)
}

async fn each_alone<K, T, F>(sources: &[K], ask: impl Fn(K) -> F) -> Vec<Result<T, Problem>>
where
    K: Clone + Ord + Send + 'static,
    T: Clone + Send + 'static,
    F: Future<Output = Result<T, Problem>> + Send + 'static,
{
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut coming = JoinSet::new();
    let mut all = BTreeMap::new();
    for source in sources {
        if all.insert(source.clone(), None).is_some() {
            continue;
        }
        let (source, answer) = (source.clone(), ask(source.clone()));
        let turns = turns.clone();
        coming.spawn(async move {
            // It is never closed.
            let _turn = turns.acquire().await;
            (source, answer.await)
        });
    }
    while let Some(joined) = coming.join_next().await {
        match joined {
            Ok((source, answer)) => all.insert(source, Some(answer)),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
    }
    let found = sources.iter().filter_map(|it| all.get(it).cloned()?);
    found.collect()
}
