//! A recipe with all that belongs to it, on its way between registries, layouts and the cache: its manifest, its config, its
//! component, and the signatures beside it, each byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use host_core::bounds::{list, quoted};
use host_core::codes::Problem;
use host_core::codes::registry::{CACHE, LAYOUT, NO_RECIPE};
use host_core::registry::artifact::{self, Artifact, DOCUMENT, Descriptor, check_digest};
use host_core::registry::layout::{self, Entry, Layout};
use host_core::registry::publication::{check_free, unfit};
use host_core::registry::reference::SCHEME;
use host_core::registry::signature::Found;
use host_core::registry::version::of_tag;
use host_core::registry::{Reference, Source, Wanted};

use super::beside::{Beside, Reading};
use super::layout::{Folder, shown};
use super::{Fetched, Origin, Registry};

/// The most recipes that are carried at once.
const RECIPES: usize = 1000;

/// A recipe with all that belongs to it. The component lies in the cache.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// What it is called: one name or more.
    pub names: Vec<Name>,
    /// The digest of its manifest.
    pub digest: String,
    pub(super) manifest: Vec<u8>,
    pub(super) config: (Descriptor, Vec<u8>),
    pub(super) component: Descriptor,
    path: PathBuf,
    /// The signatures for each place of a name; nothing where nobody signed.
    beside: BTreeMap<Option<String>, Beside>,
}

/// A name of a recipe.
#[derive(Clone, Debug)]
pub struct Name {
    /// Where it belongs: at its tag, else by its digest. Absent where a layout does not say.
    pub reference: Option<Reference>,
    /// The tag, where it has one.
    pub tag: Option<String>,
    /// What people are told of it.
    pub shown: String,
    /// `ghcr.io/acme/redis`, where it says that.
    place: Option<String>,
}

/// A recipe of a layout, and where in a registry it is to be.
#[derive(Clone, Debug)]
pub struct Goal<'a> {
    pub bundle: &'a Bundle,
    /// The repository.
    pub to: Reference,
    pub tags: BTreeSet<String>,
}

/// What a layout holds.
#[derive(Clone, Debug)]
pub struct Carried {
    pub bundles: Vec<Bundle>,
    /// Why others of its entries are no recipes.
    pub passed_over: Vec<Problem>,
}

impl Bundle {
    /// The signatures for a name of it, as they are checked.
    #[must_use]
    pub fn signatures(&self, name: &Name) -> Vec<Found> {
        self.beside(name).map(Beside::found).unwrap_or_default()
    }

    /// The bytes of its manifest.
    #[must_use]
    pub fn manifest(&self) -> &[u8] {
        &self.manifest
    }

    /// Whether anybody signed it.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        !self.beside.is_empty()
    }

    pub(super) fn beside(&self, name: &Name) -> Option<&Beside> {
        self.beside.get(&name.place)
    }

    /// The tags that it is to have there: that of the reference, else all its own.
    ///
    /// # Errors
    /// Neither says one.
    pub fn tags(&self, to: &Reference) -> Result<BTreeSet<String>, Problem> {
        let tags: BTreeSet<String> = match &to.wanted {
            Wanted::Tag(tag) if to.digest.is_none() => BTreeSet::from([tag.clone()]),
            Wanted::Newest if to.digest.is_none() => {
                self.names.iter().filter_map(|it| it.tag.clone()).collect()
            }
            _ => BTreeSet::new(),
        };
        if tags.is_empty() {
            let why = format!("neither that nor {} says a tag", self.shown());
            let said = artifact::read("", &self.manifest).ok();
            let said = said.as_ref().and_then(artifact::Manifest::version);
            let version = said.filter(|it| of_tag(it).is_some()).unwrap_or("1.2.0");
            let hint = format!("name one: `{SCHEME}{}:{version}`", to.place());
            return Err(unfit(to, &why, &hint));
        }
        Ok(tags)
    }

    /// It as if it had been fetched from the layout: what is run lies in the cache.
    ///
    /// # Errors
    /// Its manifest is none of a recipe.
    pub fn fetched(&self, layout: &Layout) -> Result<Fetched, Problem> {
        Ok(Fetched {
            source: Source::Layout(layout.clone()),
            // At which tag it is asked for, whoever asks knows.
            tag: None,
            digest: self.digest.clone(),
            manifest: artifact::read(&self.shown(), &self.manifest)?,
            component: self.component.clone(),
            path: self.path.clone(),
            origin: Origin::Kept,
            signer: None,
        })
    }

    /// All that people are told of it.
    fn shown(&self) -> String {
        list(self.names.iter().map(|it| &it.shown))
    }

    /// The component, which is looked at once more.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, Problem> {
        let path = shown(&self.path);
        let bytes = fs::read(&self.path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => gone(&format!("`{path}`, the component of {},", self.shown())),
            _ => Problem::new(
                CACHE,
                format!(
                    "cannot read `{path}`: {error}\nhint: mend the folder, or set `XDG_CACHE_HOME` to another"
                ),
            ),
        })?;
        check_digest(&format!("`{path}`"), &bytes, &self.component.digest)?;
        Ok(bytes)
    }
}

impl Registry {
    /// All that belongs to a recipe that was fetched.
    ///
    /// # Errors
    /// It is of a layout, or the registry has not all of it and neither has the cache.
    pub async fn bundle(&self, fetched: &Fetched) -> Result<Bundle, Problem> {
        let Some(reference) = fetched.source.registry() else {
            return Err(Problem::new(
                LAYOUT,
                format!(
                    "`{}` is in a layout already\nhint: copy the folder, or what skopeo takes of it: skopeo copy oci:DIR:NAME oci:OTHER:NAME",
                    fetched.source
                ),
            ));
        };
        let said = match &reference.wanted {
            Wanted::Tag(tag) => Some(tag.as_str()),
            Wanted::Newest | Wanted::Range(_) => None,
        };
        let tag = fetched.tag.as_deref().or(said);
        let at = match tag {
            Some(tag) => reference.at_tag(tag),
            None => Reference {
                wanted: Wanted::Newest,
                ..reference.at_digest(&fetched.digest)
            },
        };
        let Some(manifest) = self.0.cache.document(&fetched.digest) else {
            return Err(gone(&format!("the manifest of `{at}`")));
        };
        let config = &fetched.manifest.config;
        let place = Some(reference.place());
        let beside = self.beside(reference, &fetched.digest).await?;
        Ok(Bundle {
            names: vec![Name {
                shown: at.to_string(),
                tag: tag.map(str::to_owned),
                reference: Some(at),
                place: place.clone(),
            }],
            digest: fetched.digest.clone(),
            manifest,
            config: (
                config.clone(),
                self.small(reference, config, DOCUMENT).await?,
            ),
            component: fetched.component.clone(),
            path: fetched.path.clone(),
            beside: beside.map(|it| (place, it)).into_iter().collect(),
        })
    }

    /// The recipes of a layout, each with all its names, or the one that is named. Their components are in the cache then.
    ///
    /// # Errors
    /// The layout cannot be read, is too much to hold at once, something in it is not what its digest says, or what is named is
    /// no recipe.
    pub fn carried(&self, layout: &Layout) -> Result<Carried, Problem> {
        let folder = Folder::open(layout)?;
        let entries = folder.entries();
        let is_named = layout.name.is_some() || layout.digest.is_some();
        let chosen = is_named.then(|| layout::choose(layout, entries));
        let chosen = chosen.transpose()?;
        let is_wanted = |it: &&Entry| match chosen {
            None => it.may_be_recipe(),
            Some(one) if layout.name.is_some() => *it == one,
            // Of what is meant by its digest all names are.
            Some(one) => it.may_be_recipe() && it.descriptor.digest == one.descriptor.digest,
        };
        let (mut order, mut named) = (Vec::new(), BTreeMap::<&str, Vec<&Entry>>::new());
        for entry in entries.iter().filter(is_wanted) {
            let digest = entry.descriptor.digest.as_str();
            let names = named.entry(digest).or_default();
            if names.is_empty() {
                order.push(digest);
            }
            if !names.iter().any(|it| it.name == entry.name) {
                names.push(entry);
            }
        }
        if order.len() > RECIPES {
            return Err(layout::unfit(&format!(
                "`{}` holds {} recipes, and no more than {RECIPES} are carried at once",
                layout.folder,
                order.len()
            )));
        }
        let mut carried = Carried {
            bundles: Vec::new(),
            passed_over: Vec::new(),
        };
        let mut reading = Reading::of(&folder);
        let mut components = BTreeMap::new();
        for digest in order {
            let names: Vec<Name> = named[digest].iter().copied().map(Name::of).collect();
            let manifest = reading.document(digest)?;
            let name = &names[0].shown;
            let read = match artifact::read(name, &manifest) {
                Err(problem) if !is_named && problem.code == NO_RECIPE => {
                    carried.passed_over.push(problem);
                    continue;
                }
                other => other?,
            };
            let component = read.component();
            // One that several manifests name is hashed once.
            let key = (component.digest.clone(), component.size);
            let path = match components.get(&key) {
                Some(path) => PathBuf::clone(path),
                None => self.component_of(layout, name, &component)?.0,
            };
            components.insert(key, path.clone());
            let mut beside = BTreeMap::new();
            for name in &names {
                if !beside.contains_key(&name.place) {
                    let signed = reading.beside(digest, name.place.as_deref())?;
                    beside.insert(name.place.clone(), signed);
                }
            }
            let signed = beside.into_iter();
            carried.bundles.push(Bundle {
                config: (read.config.clone(), reading.document(&read.config.digest)?),
                digest: digest.to_owned(),
                names,
                manifest,
                component,
                path,
                beside: signed
                    .filter_map(|(it, signed)| Some((it, signed?)))
                    .collect(),
            });
        }
        Ok(carried)
    }

    /// Keeps a recipe as if it had been fetched from where these of its names say. Beside each stand the signatures that count
    /// there, where anybody asks for some.
    ///
    /// # Errors
    /// The cache cannot be written to.
    pub fn keep(
        &self,
        bundle: &Bundle,
        names: &[(&Name, &Reference, Vec<Found>)],
    ) -> Result<(), Problem> {
        let cache = &self.0.cache;
        cache.keep_document(&bundle.config.1, &bundle.config.0.digest)?;
        cache.keep_document(&bundle.manifest, &bundle.digest)?;
        let mut places = BTreeSet::new();
        for (name, reference, counting) in names {
            if let Some(beside) = bundle.beside(name)
                && places.insert(&name.place)
            {
                self.see_beside(reference, &bundle.digest, counting, beside)?;
            }
            if let Some(tag) = &name.tag {
                cache.see(reference, tag, &bundle.digest)?;
            }
        }
        Ok(())
    }

    /// At which of its tags a recipe is not there yet.
    ///
    /// # Errors
    /// A version is there with another content, or the registry cannot be asked.
    pub async fn missing<'a>(&self, goal: &'a Goal<'_>) -> Result<Vec<&'a String>, Problem> {
        let mut missing = Vec::new();
        for tag in &goal.tags {
            let at = goal.to.at_tag(tag);
            let there = self.there(&at, tag).await?.map(|it| it.digest);
            if !check_free(&at, tag, &goal.bundle.digest, there.as_deref())? {
                missing.push(tag);
            }
        }
        Ok(missing)
    }

    /// Publishes a recipe as it is at the tags that are missing, with the signatures beside it. Gives where it is now, and how
    /// many bytes were sent.
    ///
    /// # Errors
    /// The registry cannot be reached or does not take it.
    pub async fn give(
        &self,
        goal: &Goal<'_>,
        missing: &[&String],
    ) -> Result<Vec<(Reference, u64)>, Problem> {
        let Goal { bundle, to, tags } = goal;
        let artifact = Artifact {
            layer: bundle.component.clone(),
            config: bundle.config.1.clone(),
            manifest: bundle.manifest.clone(),
        };
        let component = match missing {
            [] => Vec::new(),
            _ => bundle.bytes()?,
        };
        let mut given = Vec::new();
        for tag in tags {
            let at = to.at_tag(tag);
            let sent = if missing.contains(&tag) {
                self.publish(&at, tag, &component, &artifact).await?.1
            } else {
                0
            };
            given.push((at.at_digest(&bundle.digest), sent));
        }
        if let Some(beside) = bundle.names.iter().find_map(|it| bundle.beside(it)) {
            self.give_beside(to, &bundle.digest, beside).await?;
        }
        Ok(given)
    }
}

impl Name {
    fn of(entry: &Entry) -> Self {
        let shown = entry.name.as_deref().unwrap_or(&entry.descriptor.digest);
        Self {
            reference: entry.reference(),
            tag: entry.tagged().map(str::to_owned),
            shown: quoted(shown),
            place: entry.place().map(str::to_owned),
        }
    }
}

/// What was there a moment ago, and was pruned since.
fn gone(what: &str) -> Problem {
    Problem::new(
        CACHE,
        format!(
            "{what} is gone from the cache: something deleted it meanwhile\nhint: run the same again, when no `host cache prune` is under way"
        ),
    )
}
