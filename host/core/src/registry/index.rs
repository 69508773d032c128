//! The index of a place: which recipes lie there, for registries that do not list their repositories.
//!
//! It is an artifact of its own beside the recipes, `oci://ghcr.io/acme/index:latest`, whose one layer is a document:
//!
//! ```json
//! {"schema_version": 1, "recipes": [{"repository": "acme/redis", "name": "redis", "version": "1.2.0", "summary": "…"}]}
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::artifact::{Descriptor, MANIFEST, Manifest};
use super::reference::{Reference, SCHEME, Wanted, check_login, is_registry, is_repository, usual};
use super::version::of_tag;
use crate::codes::Problem;
use crate::codes::registry::{NO_RECIPE, REFERENCE};
use crate::escape::escape;

/// The media type of its config, which is `{}`, and of its layer.
pub const KIND: &str = "application/vnd.host.recipes.index.v1+json";

/// The content of the config.
pub const CONFIG: &[u8] = b"{}";

/// The tag of an index.
pub const TAG: &str = "latest";

/// The last part of its repository.
const NAME: &str = "index";

/// The most recipes of an index that are read.
const MOST: usize = 10_000;

/// The most characters of a summary that are shown.
const SUMMARY: usize = 300;

/// Where recipes are looked for: a registry, or what lies below a part of one.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Place {
    pub registry: String,
    /// Empty for the whole registry, else `acme` or `acme/stores`.
    pub namespace: String,
}

impl Place {
    /// Reads `oci://ghcr.io/acme`, `ghcr.io/acme` or `ghcr.io`.
    ///
    /// # Errors
    /// It is none.
    pub fn read(text: &str) -> Result<Self, Problem> {
        check_login(text)?;
        let bare = text.strip_prefix(SCHEME).unwrap_or(text);
        let bare = bare.trim_end_matches('/');
        let (registry, namespace) = bare.split_once('/').unwrap_or((bare, ""));
        if is_registry(registry) && (namespace.is_empty() || is_repository(namespace)) {
            return Ok(Self {
                // References have no other name of it.
                registry: usual(registry).unwrap_or(registry).to_owned(),
                namespace: namespace.to_owned(),
            });
        }
        let shown = escape(text);
        Err(Problem::new(
            REFERENCE,
            format!(
                "`{shown}` is no place to look for recipes\nhint: write `oci://ghcr.io/acme`, a registry with a part of its repositories or without"
            ),
        ))
    }

    /// The place in which a recipe lies.
    #[must_use]
    pub fn of(reference: &Reference) -> Self {
        let namespace = reference.repository.rsplit_once('/');
        Self {
            registry: reference.registry.clone(),
            namespace: namespace.map_or("", |it| it.0).to_owned(),
        }
    }

    /// Whether a repository of the registry lies in it.
    #[must_use]
    pub fn holds(&self, repository: &str) -> bool {
        let rest = repository.strip_prefix(self.namespace.as_str());
        self.namespace.is_empty() || rest.is_some_and(|it| it.starts_with('/'))
    }

    /// A repository of its registry, at its newest version.
    #[must_use]
    pub fn repository(&self, repository: &str) -> Reference {
        Reference {
            registry: self.registry.clone(),
            repository: repository.to_owned(),
            wanted: Wanted::Newest,
            digest: None,
        }
    }

    /// A repository right below it.
    #[must_use]
    pub fn below(&self, name: &str) -> Reference {
        let gap = if self.namespace.is_empty() { "" } else { "/" };
        self.repository(&format!("{}{gap}{name}", self.namespace))
    }

    /// Where its index is.
    #[must_use]
    pub fn index(&self) -> Reference {
        self.below(NAME).at_tag(TAG)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let gap = if self.namespace.is_empty() { "" } else { "/" };
        write!(
            formatter,
            "{SCHEME}{}{gap}{}",
            self.registry, self.namespace
        )
    }
}

/// A recipe as it is found, by the word of the registry or of an index.
#[derive(Clone, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Listed {
    /// `acme/redis`.
    pub repository: String,
    #[serde(default)]
    pub name: String,
    /// Its newest version.
    pub version: String,
    #[serde(default)]
    pub summary: String,
}

impl Listed {
    /// By the annotations of an artifact of a version. Words of others end where they get too long, and have no lines.
    #[must_use]
    pub fn of(repository: &str, version: &str, manifest: &Manifest) -> Self {
        let said = |name: &str| {
            let name = format!("org.opencontainers.image.{name}");
            manifest.annotations.get(&name).map(String::as_str)
        };
        Self {
            repository: repository.to_owned(),
            name: short(said("title").unwrap_or(last(repository))),
            version: version.to_owned(),
            summary: short(said("description").unwrap_or_default()),
        }
    }

    /// Whether a word stands in its name, its repository or its summary, in capitals or not.
    #[must_use]
    pub fn matches(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        [&self.name, &self.repository, &self.summary]
            .iter()
            .any(|it| it.to_lowercase().contains(&word))
    }
}

/// The last part of a repository.
fn last(repository: &str) -> &str {
    repository.rsplit('/').next().unwrap_or_default()
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(SUMMARY).collect()
}

/// The form of the document that is read and written.
const FORM: u64 = 1;

/// An index as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    /// Those that lie in its place and have a version.
    pub recipes: Vec<Listed>,
    /// The whole document, with what is not known here.
    document: Map<String, Value>,
}

/// Reads the layer of an index; nothing of what is none. What does not lie in its place, or has no version, is passed over.
///
/// # Errors
/// It is of another form.
pub fn read(place: &Place, layer: &[u8]) -> Result<Option<Index>, Problem> {
    let document: Map<String, Value> = serde_json::from_slice(layer).unwrap_or_default();
    let form = document.get("schema_version").and_then(Value::as_u64);
    if let Some(other) = form.filter(|it| *it != FORM) {
        return Err(Problem::new(
            NO_RECIPE,
            format!(
                "the index `{}` is of the form {other}, and this host reads {FORM}\nhint: whoever publishes there has another `host`: take that one, too",
                place.index()
            ),
        ));
    }
    let entries = document.get("recipes").and_then(Value::as_array);
    let Some((entries, _)) = entries.zip(form) else {
        return Ok(None);
    };
    let listed = entries.iter().filter_map(|it| Listed::deserialize(it).ok());
    let own = listed.filter(|it| {
        is_repository(&it.repository)
            && place.holds(&it.repository)
            && of_tag(&it.version).is_some()
    });
    let short = own.take(MOST).map(|it| Listed {
        name: match it.name.as_str() {
            "" => last(&it.repository).to_owned(),
            name => short(name),
        },
        summary: short(&it.summary),
        ..it
    });
    let recipes = short.collect();
    Ok(Some(Index { recipes, document }))
}

/// The layer of the manifest of an index.
///
/// # Errors
/// It is the manifest of something else, which lies where an index would.
pub fn layer(place: &Place, manifest: &[u8]) -> Result<Descriptor, Problem> {
    let manifest: Manifest = serde_json::from_slice(manifest).unwrap_or_default();
    match manifest.layers.as_slice() {
        [layer] if manifest.config.media_type == KIND => Ok(layer.clone()),
        _ => Err(Problem::new(
            NO_RECIPE,
            format!(
                "what lies at `{}` is no index of recipes\nhint: an index has this name; what has it now needs another one",
                place.index()
            ),
        )),
    }
}

impl Index {
    /// What it lists of a repository.
    #[must_use]
    pub fn of(&self, repository: &str) -> Option<&Listed> {
        self.recipes.iter().rfind(|it| it.repository == repository)
    }
}

/// What an index is after a recipe was published: its manifest and its layer. Nothing where it says that, or of a newer version,
/// already. What others wrote into it and is not known here stays.
#[must_use]
pub fn with(former: &Index, listed: &Listed) -> Option<(Vec<u8>, Vec<u8>)> {
    if let Some(there) = former.of(&listed.repository)
        && (there == listed || of_tag(&there.version) > of_tag(&listed.version))
    {
        return None;
    }
    let mut document = former.document.clone();
    let mut entries = match document.remove("recipes") {
        Some(Value::Array(it)) => it,
        _ => Vec::new(),
    };
    let is_it = |it: &Value| it["repository"] == listed.repository;
    let before = entries
        .iter()
        .rfind(|it| is_it(it))
        .and_then(Value::as_object);
    let mut entry = before.cloned().unwrap_or_default();
    if let Ok(Value::Object(known)) = serde_json::to_value(listed) {
        entry.extend(known);
    }
    entries.retain(|it| !is_it(it));
    entries.push(entry.into());
    entries.sort_by(|one, two| one["repository"].as_str().cmp(&two["repository"].as_str()));
    document.insert("schema_version".to_owned(), FORM.into());
    document.insert("recipes".to_owned(), entries.into());
    let layer = serde_json::to_vec(&document).unwrap_or_default();
    let manifest = Manifest {
        schema_version: 2,
        media_type: MANIFEST.to_owned(),
        config: Descriptor::of(KIND, CONFIG),
        layers: vec![Descriptor::of(KIND, &layer)],
        annotations: BTreeMap::new(),
    };
    Some((serde_json::to_vec(&manifest).unwrap_or_default(), layer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        Place::read(text).unwrap()
    }

    fn listed(repository: &str, version: &str) -> Listed {
        Listed {
            repository: repository.into(),
            name: "redis".into(),
            version: version.into(),
            summary: "A Store".into(),
        }
    }

    #[test]
    fn places_are_registries_and_parts_of_them() {
        for (text, index) in [
            ("oci://ghcr.io/acme", "oci://ghcr.io/acme/index:latest"),
            ("ghcr.io/acme/", "oci://ghcr.io/acme/index:latest"),
            ("127.0.0.1:5000", "oci://127.0.0.1:5000/index:latest"),
        ] {
            assert_eq!(place(text).index().to_string(), index);
        }
        for wrong in [
            "",
            "oci://",
            "GHCR.io",
            "ghcr.io/Acme",
            "ghcr.io/acme:1.0.0",
            "*",
        ] {
            let told = Place::read(wrong).unwrap_err().text;
            assert!(told.contains("hint: write"), "{wrong}: {told}");
        }
        let acme = place("ghcr.io/acme");
        assert!(acme.holds("acme/redis") && acme.holds("acme/a/b"));
        assert!(!acme.holds("acme") && !acme.holds("acme-b/redis") && !acme.holds("x/acme/y"));
        assert!(place("ghcr.io").holds("redis"));
        let reference: Reference = "oci://ghcr.io/acme/a/redis:1.x".parse().unwrap();
        assert_eq!(Place::of(&reference).to_string(), "oci://ghcr.io/acme/a");
        let reference: Reference = "oci://localhost/redis".parse().unwrap();
        assert_eq!(Place::of(&reference).to_string(), "oci://localhost");
    }

    #[test]
    fn words_are_found_in_names_and_summaries() {
        let redis = listed("acme/cache", "1.0.0");
        for word in ["", "RED", "store", "Cache", "a s"] {
            assert!(redis.matches(word), "{word}");
        }
        assert!(!redis.matches("mysql"));
        let mut manifest = Manifest::default();
        let said = format!("one\ntwo {}", "x".repeat(1000));
        let name = "org.opencontainers.image.description".to_owned();
        manifest.annotations.insert(name, said);
        let of = Listed::of("acme/cache", "1.0.0", &manifest);
        assert_eq!(of.name, "cache");
        assert!(of.summary.starts_with("one two x") && of.summary.len() == SUMMARY);
    }

    #[test]
    fn an_index_takes_what_is_published_and_keeps_the_newest() {
        let acme = place("ghcr.io/acme");
        let read = |layer: &[u8]| read(&acme, layer).unwrap();
        let (_, layer) = with(&Index::default(), &listed("acme/redis", "1.10.0")).unwrap();
        let known = read(&layer).unwrap();
        assert_eq!(known.recipes, [listed("acme/redis", "1.10.0")]);
        assert_eq!(with(&known, &known.recipes[0]), None);
        assert_eq!(with(&known, &listed("acme/redis", "1.9.0")), None);
        let (manifest, layer) = with(&known, &listed("acme/mysql", "0.1.0")).unwrap();
        let known = read(&layer).unwrap();
        assert_eq!(known.recipes.len(), 2);
        assert_eq!(
            super::layer(&acme, &manifest).unwrap(),
            Descriptor::of(KIND, &layer)
        );
        let (_, layer) = with(&known, &listed("acme/redis", "2.0.0")).unwrap();
        let known = read(&layer).unwrap().recipes;
        assert_eq!((known.len(), &known[1].version[..]), (2, "2.0.0"));
        // What others write into one leads nowhere else.
        let foreign = br#"{"schema_version": 1, "recipes": [{"repository": "evil/redis", "version": "9.0.0"},
            {"repository": "acme/../x", "version": "9.0.0"}, {"repository": "acme/x", "version": "latest"},
            {"repository": "acme/y", "version": "1.0.0", "more": true}]}"#;
        let found = read(foreign).unwrap().recipes;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].name, "y");
        for none in [
            &b"<html>"[..],
            b"[]",
            b"{}",
            br#"{"schema_version": 1}"#,
            br#"{"recipes": []}"#,
        ] {
            assert_eq!(read(none), None);
        }
        for other in [&b"{}"[..], br#"{"config": {}}"#, b"<html>"] {
            assert!(super::layer(&acme, other).is_err());
        }
    }

    #[test]
    fn what_a_later_host_wrote_is_kept_or_not_touched() {
        let acme = place("ghcr.io/acme");
        let layer = br#"{"schema_version": 1, "owner": "us", "recipes": [
            {"repository": "acme/redis", "version": "1.0.0", "home": "https://a"},
            {"repository": "acme/mysql", "version": "1.0.0", "home": "https://b"}, 5]}"#;
        let known = read(&acme, layer).unwrap().unwrap();
        assert_eq!(known.recipes.len(), 2);
        let (_, layer) = with(&known, &listed("acme/redis", "1.1.0")).unwrap();
        let document: Value = serde_json::from_slice(&layer).unwrap();
        assert_eq!(
            document,
            serde_json::json!({"schema_version": 1, "owner": "us", "recipes": [
                5,
                {"repository": "acme/mysql", "version": "1.0.0", "home": "https://b"},
                {"repository": "acme/redis", "version": "1.1.0", "home": "https://a", "name": "redis", "summary": "A Store"},
            ]})
        );
        let told = read(&acme, br#"{"schema_version": 2, "recipes": {}}"#).unwrap_err();
        let told = told.to_string();
        assert!(
            told.contains(
                "`oci://ghcr.io/acme/index:latest` is of the form 2, and this host reads 1"
            ),
            "{told}"
        );
    }
}
