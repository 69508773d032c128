//! Recipes in registries: what a reference names comes into the cache, checked, and is run from there; and what is made
//! here is published.
//!
//! Nothing that a registry says is believed but its digests: manifests and components are hashed while they come in, and
//! again when they come out of the cache. Where a registry is out of reach, what was seen of it last is used.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use host_core::codes::Problem;
use host_core::registry::Source;
use host_core::registry::artifact::{Descriptor, Manifest};
use host_core::registry::ecr::Ecr;
use host_core::registry::login::Login;
use host_core::registry::secrets::Secrets;
use host_core::spec;

use crate::network::Network;
use crate::network::exchange::Http;

mod auth;
mod beside;
mod bundle;
mod cache;
mod credentials;
mod download;
mod exchange;
mod failure;
mod kept;
mod layout;
mod login;
mod publish;
mod resolve;
mod save;
mod search;
mod signatures;

use auth::Grant;
pub use bundle::{Bundle, Carried, Goal, Name};
use cache::Cache;
pub use kept::Kept;
pub use login::Keeper;
pub use publish::There;
pub use save::save;
pub use search::Glance;

/// What hears of a line of detail: every request, after it.
pub type Trace = Arc<dyn Fn(&str) + Send + Sync>;

/// What hears how far a download is: the reference, bytes so far, bytes of all.
pub type Hear = Arc<dyn Fn(&str, u64, u64) + Send + Sync>;

/// What gives the login to a registry of ECR, by the AWS credentials that people have. The error says why there is none, in a
/// line, with the lines of its hint behind it.
pub type OfAws = Arc<dyn Fn(Ecr) -> Awaited + Send + Sync>;

/// A login that is asked for.
pub type Awaited = Pin<Box<dyn Future<Output = Result<Login, String>> + Send>>;

/// How registries are reached, and where what they hold is kept.
#[derive(Clone)]
pub struct Options {
    /// `$XDG_CACHE_HOME/host/registry`. Absent: there is no folder for it.
    pub cache: Option<PathBuf>,
    /// The folder of docker's `config.json`.
    pub docker: Option<PathBuf>,
    /// The way to logins of ECR.
    pub aws: Option<OfAws>,
    /// Whether plain HTTP is spoken with every registry, and not with this machine alone.
    pub plain_http: bool,
    /// The most bytes that a component may have, so that more are never fetched.
    pub most: u64,
    pub network: Network,
    pub trace: Option<Trace>,
    pub hear: Option<Hear>,
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("cache", &self.cache)
            .field("plain_http", &self.plain_http)
            .finish_non_exhaustive()
    }
}

/// The way to every registry. Clones share connections, tokens and cache.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    http: Http,
    cache: Cache,
    options: Options,
    /// Registries of this machine that speak TLS, found out by asking them.
    secure: Mutex<BTreeMap<String, bool>>,
    /// What stands in `Authorization`, by registry, repository and what is done there.
    granted: Mutex<BTreeMap<(String, String, &'static str), Grant>>,
    /// What was ever shown to a registry, to be masked where it repeats it.
    secrets: Mutex<Secrets>,
    /// What AWS answered, by registry.
    of_aws: tokio::sync::Mutex<BTreeMap<String, Result<Login, String>>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Registry")
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}

/// A recipe that lies in the cache.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// As it was asked for.
    pub source: Source,
    /// The tag that it was found at, where one was looked for.
    pub tag: Option<String>,
    /// The digest of its manifest.
    pub digest: String,
    pub manifest: Manifest,
    /// The component.
    pub component: Descriptor,
    /// The file that holds it.
    pub path: PathBuf,
    pub origin: Origin,
    /// The fingerprint of a trusted key that signed it, once that was looked at.
    pub signer: Option<String>,
}

/// A recipe that was looked at.
#[derive(Clone, Debug)]
pub enum Looked {
    /// It lies in the cache.
    Whole(Fetched),
    /// It does not, so that there is no file of it, and this is what whoever published it wrote beside it.
    Said(Fetched, spec::Manifest),
}

impl Looked {
    /// What is known of either.
    #[must_use]
    pub fn fetched(&self) -> &Fetched {
        match self {
            Self::Whole(it) | Self::Said(it, _) => it,
        }
    }
}

/// Where a recipe came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// The component was downloaded now, or copied from a layout.
    Downloaded,
    /// The registry said which one is meant, or the reference does, and it was there already.
    Kept,
    /// The registry is out of reach, for this reason, and this is what was seen last.
    Seen(String),
}

impl Fetched {
    /// The reference that means this content for ever.
    #[must_use]
    pub fn pinned(&self) -> Source {
        let named = match &self.tag {
            Some(tag) => self.source.at_tag(tag),
            None => self.source.clone(),
        };
        named.at_digest(&self.digest)
    }
}

impl Registry {
    /// Opens the cache, and nothing else.
    ///
    /// # Errors
    /// The cache cannot be used.
    pub fn open(options: Options) -> Result<Self, Problem> {
        let cache = Cache::open(options.cache.as_deref())?;
        Ok(Self(Arc::new(Inner {
            http: Http::default(),
            cache,
            options,
            secure: Mutex::default(),
            granted: Mutex::default(),
            secrets: Mutex::default(),
            of_aws: tokio::sync::Mutex::default(),
        })))
    }

    fn trace(&self, line: &str) {
        if let Some(trace) = &self.0.options.trace {
            trace(&self.masked(line));
        }
    }

    /// What a registry or a server of tokens says, without what it was shown. Everything of theirs goes through here, or through
    /// [`Self::error_body`], on its way into a message.
    fn masked(&self, said: &str) -> String {
        lock(&self.0.secrets).mask(said)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
