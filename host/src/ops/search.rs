//! Recipes that lie somewhere, found by a word or all of them.

use std::collections::BTreeSet;

use anyhow::Result;
use host_core::codes::Problem;
use host_core::codes::registry::{LOGIN, NOT_FOUND};
use host_core::registry::Reference;
use host_core::registry::index::{Listed, Place};

use tokio::task::JoinSet;

use super::fetch::each;
use crate::registry::{Glance, Registry};

/// So many repositories of a place are looked at: two requests each.
const MOST: usize = 2000;

/// What was found at one place.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Those that match, by repository.
    pub recipes: Vec<Listed>,
    /// Repositories that hold something else.
    pub others: usize,
    /// Repositories that whoever asks may not read.
    pub closed: usize,
    /// Why others answer what no registry may.
    pub broken: Vec<String>,
    /// Repositories that answered, whatever they hold.
    pub answered: usize,
    /// Repositories that were not looked at, because there are too many.
    pub left: usize,
    /// Whether an index was read, and not the registry's own list.
    pub is_by_index: bool,
}

/// Looks for recipes at a place. The registry's own list goes before an index, because it cannot be out of date; but some list
/// only what is theirs who ask, which may be nothing.
///
/// # Errors
/// The registry cannot be asked; or it does not list its repositories, or not to whoever asks, and there is no index.
pub async fn search(registry: &Registry, place: &Place, word: &str) -> Result<Found> {
    let (all, refused) = match registry.repositories(&place.registry).await {
        Err(problem) if problem.code == LOGIN => (None, Some(problem)),
        other => (other?, None),
    };
    let is_listed = all.is_some();
    let own = all.filter(|all| all.iter().any(|it| place.holds(it)));
    let mut found = if let Some(all) = own {
        by_list(registry, place, all).await?
    } else {
        match registry.index(place).await? {
            Some(recipes) => Found {
                answered: recipes.len(),
                recipes,
                is_by_index: true,
                ..Found::default()
            },
            None if is_listed => Found::default(),
            // Some list nothing for anybody, and say so in these words.
            None => {
                let index = place.index();
                let or = |it: Problem| {
                    it.hint(&format!(
                        "or, if it lists nothing for anybody, have whoever publishes there begin an index, `{index}`: host push --index"
                    ))
                };
                return Err(refused.map_or_else(|| nowhere(place), or).into());
            }
        }
    };
    found.recipes.retain(|it| it.matches(word));
    found.recipes.sort();
    Ok(found)
}

/// The same at several places, side by side.
///
/// # Errors
/// As with [`search`], for each place.
pub async fn search_all(registry: &Registry, places: &[Place], word: &str) -> Vec<Result<Found>> {
    let mut coming = JoinSet::new();
    for (index, place) in places.iter().cloned().enumerate() {
        let (registry, word) = (registry.clone(), word.to_owned());
        coming.spawn(async move { (index, search(&registry, &place, &word).await) });
    }
    let mut all = coming.join_all().await;
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, found)| found).collect()
}

async fn by_list(registry: &Registry, place: &Place, all: Vec<String>) -> Result<Found> {
    let index = place.index().repository;
    let mut own: BTreeSet<String> = all.into_iter().filter(|it| place.holds(it)).collect();
    own.remove(&index);
    let left = own.len().saturating_sub(MOST);
    let own = own.into_iter().take(MOST);
    let references: Vec<Reference> = own.map(|it| place.repository(&it)).collect();
    let registry = registry.clone();
    let ask = move |it: Reference| {
        let registry = registry.clone();
        async move { registry.glance(&it).await }
    };
    let mut found = Found {
        left,
        ..Found::default()
    };
    for glance in each(&references, ask).await? {
        found.answered += usize::from(!matches!(glance, Glance::Broken(_)));
        match glance {
            Glance::Recipe(listed) => found.recipes.push(listed),
            Glance::Other => found.others += 1,
            Glance::Closed => found.closed += 1,
            Glance::Broken(why) => found.broken.push(why),
        }
    }
    Ok(found)
}

fn nowhere(place: &Place) -> Problem {
    let part = if place.namespace.is_empty() {
        format!(
            "name the part of the registry that has one, as `--registry {place}/acme`, or have whoever publishes there begin one"
        )
    } else {
        "have whoever publishes there begin one".to_owned()
    };
    Problem::new(
        NOT_FOUND,
        format!(
            "the registry `{}` does not list its repositories, and there is no index of recipes at `{}`\nhint: {part}: host push --index",
            place.registry,
            place.index()
        ),
    )
}
