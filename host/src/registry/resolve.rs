//! From a reference to what it means: a tag of a range, the manifest of a tag, the component of a manifest.

use std::collections::BTreeSet;
use std::path::PathBuf;

use host_core::codes::Problem;
use host_core::codes::registry::{GAVE_UP, UNREACHABLE};
use host_core::digest::sha256_hex;
use host_core::escape::escape;
use host_core::manifest::check_extent;
use host_core::registry::artifact::{self, DOCUMENT, INDEX, MANIFEST, Manifest, check_digest};
use host_core::registry::version::{newest, of_tag};
use host_core::registry::{Reference, Source, Wanted, answer};

use super::exchange::{Ask, READ, base};
use super::layout::Folder;
use super::{Fetched, Looked, Origin, Registry, failure};
use crate::network::exchange::Several;

/// What may lie under a name. Only the first is a recipe; the others are asked for so that it can be told what they are.
const KINDS: [&str; 4] = [
    MANIFEST,
    INDEX,
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

/// The most pages of a list of tags or of repositories, and the most of those.
const PAGES: usize = 200;
const ENTRIES: usize = 100_000;

/// A manifest, and how it was found.
pub(super) struct Found {
    pub(super) tag: Option<String>,
    digest: String,
    pub(super) bytes: Vec<u8>,
    /// Why the registry could not be asked.
    offline: Option<String>,
}

impl Registry {
    /// What a reference means, in the cache, checked.
    ///
    /// # Errors
    /// It is not there or no recipe, the registry cannot be reached or trusted, or the cache cannot be written to. Where it
    /// cannot be reached, what was seen of it last is no error.
    pub async fn fetch(&self, source: &Source) -> Result<Fetched, Problem> {
        let reference = match source {
            Source::Registry(reference) => reference,
            Source::Layout(layout) => return self.fetch_from(layout),
        };
        let fetched = async {
            let (found, manifest) = self.found(reference).await?;
            let component = manifest.component();
            let (path, is_new) = self.component(reference, &component).await?;
            self.fetched(source, found, manifest, path, is_new)
        };
        fetched.await.map_err(|it| self.not_here(reference, it))
    }

    /// What is out of reach is told by its name, with what is kept, or was.
    fn not_here(&self, reference: &Reference, problem: Problem) -> Problem {
        if [UNREACHABLE, GAVE_UP].contains(&problem.code) {
            failure::not_kept(reference, &problem, self.0.cache.was_damaged())
        } else {
            problem
        }
    }

    /// The same without the component, where its publisher wrote beside it what it is. One that is kept is given all the same,
    /// and one of a layout, which costs no download.
    ///
    /// # Errors
    /// As with [`Self::fetch`].
    pub async fn look(&self, source: &Source) -> Result<Looked, Problem> {
        let reference = match source {
            Source::Registry(reference) => reference,
            Source::Layout(layout) => return self.fetch_from(layout).map(Looked::Whole),
        };
        let looked = self.look_at(source, reference).await;
        looked.map_err(|it| self.not_here(reference, it))
    }

    async fn look_at(&self, source: &Source, reference: &Reference) -> Result<Looked, Problem> {
        let (found, manifest) = self.found(reference).await?;
        let component = manifest.component();
        if self.0.cache.component(&component).is_none()
            && let Some(recipe) = manifest.recipe().filter(|it| check_extent(it).is_empty())
            && !found
                .tag
                .as_ref()
                .is_some_and(|it| manifest.is_at_another(it))
        {
            let fetched = self.fetched(source, found, manifest, PathBuf::new(), false)?;
            return Ok(Looked::Said(fetched, recipe));
        }
        let (path, is_new) = self.component(reference, &component).await?;
        let fetched = self.fetched(source, found, manifest, path, is_new);
        fetched.map(Looked::Whole)
    }

    /// The manifest that a reference means.
    async fn found(&self, reference: &Reference) -> Result<(Found, Manifest), Problem> {
        let found = match &reference.digest {
            Some(digest) => Found {
                tag: None,
                bytes: self.by_digest(reference, digest).await?,
                digest: digest.clone(),
                offline: None,
            },
            None => self.by_tag(reference).await?,
        };
        let manifest = artifact::read(&reference.to_string(), &found.bytes)?;
        Ok((found, manifest))
    }

    /// What was found, once its manifest is kept.
    fn fetched(
        &self,
        source: &Source,
        found: Found,
        manifest: Manifest,
        path: PathBuf,
        is_new: bool,
    ) -> Result<Fetched, Problem> {
        let component = manifest.component();
        if self.0.cache.document(&found.digest).is_none() {
            self.0.cache.keep_document(&found.bytes, &found.digest)?;
        }
        let origin = match found.offline {
            Some(reason) => Origin::Seen(reason),
            None if is_new => Origin::Downloaded,
            None => Origin::Kept,
        };
        Ok(Fetched {
            source: source.clone(),
            tag: found.tag,
            digest: found.digest,
            manifest,
            component,
            path,
            origin,
            signer: None,
        })
    }

    /// Remembers what the tag of a recipe names, for when its registry is out of reach. What nobody trusted would take the
    /// place of what was, so this comes after its signatures were looked at.
    ///
    /// # Errors
    /// The cache cannot be written to.
    pub fn remember(&self, fetched: &Fetched) -> Result<(), Problem> {
        match (&fetched.source, &fetched.tag) {
            (Source::Registry(reference), Some(tag)) => {
                self.0.cache.see(reference, tag, &fetched.digest)
            }
            _ => Ok(()),
        }
    }

    async fn by_digest(&self, reference: &Reference, digest: &str) -> Result<Vec<u8>, Problem> {
        if let Some(bytes) = self.0.cache.document(digest) {
            return Ok(bytes);
        }
        let Some(bytes) = self.manifest(reference, digest).await? else {
            return Err(failure::no_manifest(reference));
        };
        check_digest(&format!("the manifest of `{reference}`"), &bytes, digest)?;
        Ok(bytes)
    }

    async fn by_tag(&self, reference: &Reference) -> Result<Found, Problem> {
        let asked = self.ask_tag(reference).await;
        let problem = match asked {
            Err(it) if [UNREACHABLE, GAVE_UP].contains(&it.code) => it,
            other => return other,
        };
        let known = self.0.cache.seen_tags(reference);
        let known = known.iter().map(String::as_str);
        let tag = match &reference.wanted {
            Wanted::Tag(tag) => Some(tag.as_str()),
            Wanted::Range(range) => newest(known, Some(range)),
            Wanted::Newest => newest(known, None),
        };
        let seen = tag.and_then(|tag| {
            let digest = self.0.cache.seen(reference, tag)?;
            let bytes = self.0.cache.document(&digest)?;
            Some(Found {
                tag: Some(tag.to_owned()),
                digest,
                bytes,
                offline: problem.text.lines().next().map(str::to_owned),
            })
        });
        seen.ok_or(problem)
    }

    pub(super) async fn ask_tag(&self, reference: &Reference) -> Result<Found, Problem> {
        let tag = match &reference.wanted {
            Wanted::Tag(tag) => tag.clone(),
            Wanted::Newest => self.newest(reference, "").await?,
            Wanted::Range(range) => self.newest(reference, &range.to_string()).await?,
        };
        let Some(bytes) = self.manifest(reference, &tag).await? else {
            let (what, tags) = match self.tags(reference).await {
                Ok(Some(tags)) => ("the repository has no such tag", Some(tags)),
                Ok(None) => ("the registry has no such repository", None),
                // What there is instead would be good to know, and no more.
                Err(_) => ("the registry has no such tag", None),
            };
            return Err(failure::not_found(reference, what, tags.as_deref(), &tag));
        };
        let digest = format!("sha256:{}", sha256_hex(&bytes));
        Ok(Found {
            tag: Some(tag),
            digest,
            bytes,
            offline: None,
        })
    }

    /// The tag of the newest version, of a range where one is given.
    async fn newest(&self, reference: &Reference, wanted: &str) -> Result<String, Problem> {
        let Some(tags) = self.tags(reference).await? else {
            let what = "the registry has no such repository";
            return Err(failure::not_found(reference, what, None, wanted));
        };
        let range = match &reference.wanted {
            Wanted::Range(range) => Some(range),
            Wanted::Newest | Wanted::Tag(_) => None,
        };
        newest(tags.iter().map(String::as_str), range)
            .map(str::to_owned)
            .ok_or_else(|| {
                let what = match range {
                    Some(range) => format!("the repository has no version {range}"),
                    None if tags.iter().any(|it| of_tag(it).is_some()) => {
                        "no tag of the repository is a version, but for pre-releases".to_owned()
                    }
                    None => "no tag of the repository is a version".to_owned(),
                };
                failure::not_found(reference, &what, Some(&tags), wanted)
            })
    }

    /// The manifest of a tag or a digest, where there is one.
    pub(super) async fn manifest(
        &self,
        reference: &Reference,
        name: &str,
    ) -> Result<Option<Vec<u8>>, Problem> {
        self.manifest_for(reference, name, READ).await
    }

    /// The same, to do more with the repository than read.
    pub(super) async fn manifest_for(
        &self,
        reference: &Reference,
        name: &str,
        actions: &'static str,
    ) -> Result<Option<Vec<u8>>, Problem> {
        let registry = &reference.registry;
        let mut ask = Ask::read(reference, &format!("manifests/{name}"));
        ask.actions = actions;
        let mut answer = self.send(&ask.with("accept", KINDS.join(", "))).await?;
        match answer.status() {
            200 => {}
            404 => return Ok(None),
            status => {
                let body = self.error_body(&mut answer).await;
                let what = format!("the question for the manifest of `{reference}`");
                return Err(failure::unexpected(registry, &what, status, &body));
            }
        }
        let said = answer.header("docker-content-digest").map(str::to_owned);
        let whole = answer.whole(DOCUMENT).await;
        let bytes = whole.map_err(|it| self.failed(registry, &it))?;
        let Some(bytes) = bytes else {
            let why = format!("the manifest of `{reference}` is larger than 4 MiB");
            return Err(failure::broken(registry, &why));
        };
        if let Some(said) = said.filter(|it| it.starts_with("sha256:")) {
            let what = format!("the manifest of `{reference}`");
            check_digest(&what, &bytes, &said)
                .or_else(|_| check_digest(&what, &bytes, &self.masked(&said)))?;
        }
        Ok(Some(bytes))
    }

    /// All tags of a repository, or of a name of a layout.
    ///
    /// # Errors
    /// The registry cannot be asked, or has no such repository; the layout cannot be read.
    pub async fn all_tags(&self, source: &Source) -> Result<Vec<String>, Problem> {
        let reference = match source {
            Source::Registry(reference) => reference,
            Source::Layout(layout) => return Ok(Folder::open(layout)?.tags()),
        };
        self.tags(reference).await?.ok_or_else(|| {
            let what = "the registry has no such repository";
            failure::not_found(reference, what, None, "")
        })
    }

    /// All tags of a repository, without those that hold signatures. Nothing where there is no such repository.
    async fn tags(&self, reference: &Reference) -> Result<Option<Vec<String>>, Problem> {
        self.tags_for(reference, READ).await
    }

    /// The same, to do more with the repository than read.
    pub(super) async fn tags_for(
        &self,
        reference: &Reference,
        actions: &'static str,
    ) -> Result<Option<Vec<String>>, Problem> {
        let mut ask = Ask::read(reference, "tags/list?n=1000");
        ask.actions = actions;
        let what = format!("list of the tags of `{}`", reference.place());
        match self.pages(ask, &what, answer::tags).await? {
            Ok(all) => Ok(Some(all.into_iter().collect())),
            Err((404, _)) => Ok(None),
            Err((status, body)) => {
                let what = format!("the question for the tags of `{}`", reference.place());
                let registry = &reference.registry;
                Err(failure::unexpected(registry, &what, status, &body))
            }
        }
    }

    /// All that a list holds which comes in pages. The inner error is the status and the body of an answer that is none.
    pub(super) async fn pages(
        &self,
        mut ask: Ask<'_>,
        what: &str,
        read: impl Fn(&[u8]) -> Option<Vec<String>>,
    ) -> Result<Result<BTreeSet<String>, (u16, Vec<u8>)>, Problem> {
        let registry = ask.registry;
        let broken = |why: &str| failure::broken(registry, &format!("its {what} {why}"));
        let (mut all, mut asked) = (BTreeSet::new(), BTreeSet::new());
        let mut several = Several::new();
        for _ in 0..PAGES {
            if !asked.insert(ask.target.clone()) {
                return Err(broken("leads round in a circle"));
            }
            let head = several.within(self.send(&ask)).await;
            let mut answer = head.map_err(|it| self.failed(registry, &it))??;
            several.holds(&mut answer);
            if answer.status() != 200 {
                let body = self.error_body(&mut answer).await;
                return Ok(Err((answer.status(), body)));
            }
            let next = answer.header("link").and_then(answer::next_page);
            let next = next.map(str::to_owned);
            let whole = answer.whole(DOCUMENT).await;
            let body = whole.map_err(|it| self.failed(registry, &it))?;
            let body = body.ok_or_else(|| broken("has a page of more than 4 MiB"))?;
            several.add(body.len());
            all.extend(read(&body).ok_or_else(|| broken("is none"))?);
            if all.len() > ENTRIES {
                return Err(broken("has no end"));
            }
            let Some(next) = next else {
                return Ok(Ok(all));
            };
            ask.target = page(registry, &ask.target, &next).ok_or_else(|| {
                broken(&format!(
                    "goes on elsewhere, at `{}`",
                    escape(&self.masked(&next))
                ))
            })?;
        }
        Err(broken("has no end"))
    }
}

/// The target of a further page, which is of the same registry.
fn page(registry: &str, target: &str, next: &str) -> Option<String> {
    // Whether it is TLS or not makes no difference here: some registries behind a proxy do not know themselves.
    let root = base(registry, false)?;
    let next = root.join(target).ok()?.join(next).ok()?;
    let is_own = next.host() == root.host() && !next.path().contains("//");
    let query = next.query().unwrap_or_default();
    is_own.then(|| format!("{}?{query}", next.path()))
}
