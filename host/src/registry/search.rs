//! What lies at a place: by the registry's own list of its repositories, or by the index that is published there.

use std::time::Instant;

use host_core::codes::Problem;
use host_core::codes::registry::{CONTENT, LOGIN, NOT_FOUND, PROTOCOL};
use host_core::registry::artifact::{self, DOCUMENT, Manifest, check_digest};
use host_core::registry::index::{self, CONFIG, Index, Listed, Place, TAG};
use host_core::registry::{Reference, answer};

use super::exchange::{Ask, LIST, READ, WRITE};
use super::publish::{ATTEMPTS, others_are_done};
use super::{Registry, failure};

/// What a repository is to somebody who looks for recipes.
#[derive(Clone, Debug)]
pub enum Glance {
    /// Its newest version is a recipe.
    Recipe(Listed),
    /// It holds something else, or no version.
    Other,
    /// Whoever asks may not read it.
    Closed,
    /// What it answers no registry may, for this reason.
    Broken(String),
}

impl Registry {
    /// The repositories of a registry. Nothing where it does not list them.
    ///
    /// # Errors
    /// It cannot be asked, or answers what no registry may.
    pub async fn repositories(&self, registry: &str) -> Result<Option<Vec<String>>, Problem> {
        let ask = |pages: &str| {
            let ask = Ask::whole(registry, &format!("_catalog{pages}"), LIST);
            self.pages(ask, "list of its repositories", answer::repositories)
        };
        let mut listed = ask("?n=1000").await;
        // So many at once are too many for some.
        if let Ok(Err((400, _))) = listed {
            listed = ask("").await;
        }
        match listed {
            Ok(Ok(all)) => Ok(Some(all.into_iter().collect())),
            // There are as many ways to say that there is none as there are registries.
            Ok(Err((400..=499 | 501, _))) => Ok(None),
            Ok(Err((status, body))) => {
                let what = "the question for the list of its repositories";
                Err(failure::unexpected(registry, what, status, &body))
            }
            Err(problem) => Err(problem),
        }
    }

    /// What the newest version of a repository is.
    ///
    /// # Errors
    /// The registry cannot be asked.
    pub async fn glance(&self, reference: &Reference) -> Result<Glance, Problem> {
        let found = match self.ask_tag(reference).await {
            Ok(found) => found,
            Err(problem) if problem.code == NOT_FOUND => return Ok(Glance::Other),
            Err(problem) if problem.code == LOGIN => return Ok(Glance::Closed),
            // Whoever may write to one repository takes nothing of the others.
            Err(problem) if [PROTOCOL, CONTENT].contains(&problem.code) => {
                let why = problem.text.lines().next().unwrap_or_default();
                return Ok(Glance::Broken(why.to_owned()));
            }
            Err(problem) => return Err(problem),
        };
        let (place, tag) = (reference.to_string(), found.tag.unwrap_or_default());
        Ok(match artifact::read(&place, &found.bytes) {
            Ok(it) => Glance::Recipe(Listed::of(&reference.repository, &tag, &it)),
            Err(_) => Glance::Other,
        })
    }

    /// What the index of a place lists. Nothing where there is none, or whoever asks may not read it.
    ///
    /// # Errors
    /// The registry cannot be asked, or what lies there is something else.
    pub async fn index(&self, place: &Place) -> Result<Option<Vec<Listed>>, Problem> {
        match self.index_for(place, READ).await {
            Err(problem) if problem.code == LOGIN => Ok(None),
            other => Ok(other?.map(|it| it.recipes)),
        }
    }

    async fn index_for(
        &self,
        place: &Place,
        actions: &'static str,
    ) -> Result<Option<Index>, Problem> {
        let at = place.index();
        let Some(bytes) = self.manifest_for(&at, TAG, actions).await? else {
            return Ok(None);
        };
        let layer = index::layer(place, &bytes)?;
        let (registry, what) = (&at.registry, format!("the index `{at}`"));
        let mut ask = Ask::read(&at, &format!("blobs/{}", layer.digest));
        ask.actions = actions;
        let mut answer = self.send(&ask).await?;
        if answer.status() != 200 {
            let body = self.error_body(&mut answer).await;
            return Err(failure::unexpected(registry, &what, answer.status(), &body));
        }
        let whole = answer.whole(DOCUMENT).await;
        let whole = whole.map_err(|it| self.failed(registry, &it))?;
        let too_large = || failure::broken(registry, &format!("{what} is larger than 4 MiB"));
        let bytes = whole.ok_or_else(too_large)?;
        check_digest(&what, &bytes, &layer.digest)?;
        let read = index::read(place, &bytes)?;
        read.map(Some)
            .ok_or_else(|| failure::broken(registry, &format!("{what} is none")))
    }

    /// Lists a recipe that was published in the index of its place, which is made where it is missing. Gives what it lists in its
    /// place where nothing was to be written: that version, or a newer one.
    ///
    /// # Errors
    /// The registry cannot be asked or does not take it, something else lies there, or others write there all the time.
    pub async fn list(&self, place: &Place, listed: &Listed) -> Result<Option<Listed>, Problem> {
        let at = place.index();
        let (mut is_new, mut written) = (false, None);
        for attempt in 1..=ATTEMPTS {
            let begun = Instant::now();
            let former = self.index_for(place, WRITE).await?.unwrap_or_default();
            let Some((manifest, layer)) = index::with(&former, listed) else {
                let Some(took) = written.take().filter(|_| attempt < ATTEMPTS) else {
                    let there = former.of(&listed.repository).cloned();
                    return Ok(there.filter(|_| !is_new));
                };
                others_are_done(took).await;
                continue;
            };
            is_new = true;
            let parts: Manifest = serde_json::from_slice(&manifest).unwrap_or_default();
            self.put(&at, &parts.component(), &layer).await?;
            self.put(&at, &parts.config, CONFIG).await?;
            self.name(&at, TAG, &manifest).await?;
            written = Some(begun.elapsed());
        }
        let why = "an index that was written is another one again: others write there, too";
        Err(failure::broken(&at.registry, why))
    }
}
