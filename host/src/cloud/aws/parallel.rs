//! Calls side by side.

use host_core::fault::Fault;
use tokio::task::JoinSet;

use super::failure;

/// Runs all at once and gives their results in order; the first fault ends the others.
pub(super) async fn all<T, F>(calls: impl IntoIterator<Item = F>) -> Result<Vec<T>, Fault>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Fault>> + Send + 'static,
{
    let mut running = JoinSet::new();
    for (index, call) in calls.into_iter().enumerate() {
        running.spawn(async move { (index, call.await) });
    }
    let mut results = Vec::with_capacity(running.len());
    while let Some(joined) = running.join_next().await {
        let (index, result) =
            joined.map_err(|error| failure::local("Read", "AWS", &error.to_string()))?;
        results.push((index, result?));
    }
    results.sort_unstable_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}
