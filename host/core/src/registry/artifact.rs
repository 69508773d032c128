//! A recipe as registries hold it: the Wasm OCI artifact of the CNCF, as JSON documents.
//!
//! Whatever is read of one is a stranger's, so that every document is small and every digest checked before its content is
//! used; what others put beside ours (annotations, members) is left as it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bounds::quoted;
use crate::codes::Problem;
use crate::codes::registry::{CONTENT, NO_RECIPE};
use crate::digest::sha256_hex;
use crate::registry::reference::is_digest;
use crate::registry::version::of_tag;
use crate::spec;

/// The media type of a manifest.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The media type of an index, which a registry may answer with for a name.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// The media type of the config.
pub const CONFIG: &str = "application/vnd.wasm.config.v0+json";
/// The media type of the one layer, the component itself.
pub const LAYER: &str = "application/wasm";

/// How the bytes of every component begin.
const COMPONENT: &[u8] = b"\0asm";

/// The most bytes of a manifest, an index or a config: what registries take of a manifest.
pub const DOCUMENT: u64 = 4 << 20;

/// The annotation with the manifest of the recipe, so that it can be looked at without the component.
pub const RECIPE: &str = "host.recipe.manifest";

/// The annotation with the interface that it exports, which its config says as well: `host:recipe/guest@0.1.0`.
pub const CONTRACT: &str = "host.recipe.contract";

/// What lies under a digest.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    pub media_type: String,
    /// `sha256:…`.
    pub digest: String,
    /// Bytes.
    pub size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Descriptor {
    /// That of some bytes.
    #[must_use]
    pub fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: format!("sha256:{}", sha256_hex(bytes)),
            size: bytes.len() as u64,
            annotations: BTreeMap::new(),
        }
    }
}

/// An OCI image manifest.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    pub schema_version: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub media_type: String,
    pub config: Descriptor,
    pub layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// The config of a Wasm artifact.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Config {
    /// Always the same: two pushes of one file are one artifact.
    pub created: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    pub architecture: String,
    pub os: String,
    pub layer_digests: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Component>,
}

/// What the world of a component is.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
pub struct Component {
    pub exports: Vec<String>,
    pub imports: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// What is uploaded for one version of a recipe, in this order.
#[derive(Clone, Debug, PartialEq)]
pub struct Artifact {
    pub layer: Descriptor,
    pub config: Vec<u8>,
    pub manifest: Vec<u8>,
}

/// The artifact of a recipe: the same for the same bytes, whoever makes it and whenever. `contract` is the interface that it
/// exports: `host:recipe/guest@0.1.0`.
#[must_use]
pub fn artifact(component: &[u8], recipe: &spec::Manifest, contract: &str) -> Artifact {
    let mut layer = Descriptor::of(LAYER, component);
    let title = format!("{}.wasm", recipe.name);
    layer
        .annotations
        .insert("org.opencontainers.image.title".to_owned(), title);
    let config = Config {
        created: "1970-01-01T00:00:00Z".to_owned(),
        author: None,
        architecture: "wasm".to_owned(),
        os: "wasip2".to_owned(),
        layer_digests: vec![layer.digest.clone()],
        component: Some(Component {
            exports: vec![contract.to_owned()],
            ..Component::default()
        }),
    };
    let config = bytes(&config);
    let manifest = Manifest {
        schema_version: 2,
        media_type: MANIFEST.to_owned(),
        config: Descriptor::of(CONFIG, &config),
        layers: vec![layer.clone()],
        annotations: annotations(recipe, contract),
    };
    Artifact {
        layer,
        config,
        manifest: bytes(&manifest),
    }
}

fn annotations(recipe: &spec::Manifest, contract: &str) -> BTreeMap<String, String> {
    let standard = |name: &str| format!("org.opencontainers.image.{name}");
    let said = [
        ("title", Some(recipe.name.clone())),
        ("version", Some(recipe.version.clone())),
        (
            "description",
            Some(recipe.summary.clone()).filter(|it| !it.is_empty()),
        ),
    ];
    let mut all: BTreeMap<String, String> = said
        .into_iter()
        .filter_map(|(name, value)| Some((standard(name), value?)))
        .collect();
    if !contract.is_empty() {
        all.insert(CONTRACT.to_owned(), contract.to_owned());
    }
    let whole = bytes(recipe);
    all.insert(
        RECIPE.to_owned(),
        String::from_utf8_lossy(&whole).into_owned(),
    );
    all
}

/// A document as it is sent and digested. Ours hold nothing that JSON cannot.
fn bytes(document: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(document).unwrap_or_default()
}

/// Checks that bytes are what their digest says.
///
/// # Errors
/// They are others. `what` names them.
pub fn check_digest(what: &str, bytes: &[u8], digest: &str) -> Result<(), Problem> {
    let found = format!("sha256:{}", sha256_hex(bytes));
    if found == digest {
        return Ok(());
    }
    Err(Problem::new(
        CONTENT,
        format!(
            "{what} has another content than its digest says: {found} in place of {}\nhint: nothing of it was used; try again, and ask whoever runs the registry if it stays so",
            quoted(digest)
        ),
    ))
}

/// Reads the manifest of a recipe, whose digest was checked.
///
/// # Errors
/// It is no document, or of something that is no recipe.
pub fn read(place: &str, bytes: &[u8]) -> Result<Manifest, Problem> {
    let wrong = |why: String| {
        Problem::new(
            NO_RECIPE,
            format!(
                "`{place}` is no recipe: {why}\nhint: look whether the name is right: images, charts and recipes have names of the same form"
            ),
        )
    };
    if bytes.starts_with(COMPONENT) {
        return Err(Problem::new(
            NO_RECIPE,
            format!(
                "`{place}` is no recipe: this is the digest of a component\nhint: a recipe is named by the digest of its manifest, which `host inspect` of its tag shows as `pinned`"
            ),
        ));
    }
    let kind: Value = serde_json::from_slice(bytes)
        .map_err(|error| wrong(format!("its manifest is no JSON ({error})")))?;
    if let Some(kind) = kind["mediaType"].as_str().filter(|it| *it != MANIFEST) {
        return Err(wrong(format!(
            "it is of the type `{}`, as container images are",
            quoted(kind)
        )));
    }
    let manifest: Manifest = serde_json::from_value(kind).map_err(|error| {
        // It repeats what it found in place of what it looked for.
        let why = quoted(&error.to_string());
        wrong(format!("its manifest cannot be read ({why})"))
    })?;
    if manifest.config.media_type != CONFIG {
        return Err(wrong(format!(
            "its config is of the type `{}` and not `{CONFIG}`",
            quoted(&manifest.config.media_type)
        )));
    }
    match manifest.layers.as_slice() {
        [layer] if layer.media_type == LAYER => {}
        [layer] => {
            return Err(wrong(format!(
                "its layer is of the type `{}` and not `{LAYER}`",
                quoted(&layer.media_type)
            )));
        }
        layers => return Err(wrong(format!("it has {} layers and not one", layers.len()))),
    }
    let all = manifest.layers.iter().chain([&manifest.config]);
    if let Some(other) = all.map(|it| &it.digest).find(|it| !is_digest(it)) {
        return Err(wrong(format!(
            "it names the digest `{}`, and only `sha256:…` is taken",
            quoted(other)
        )));
    }
    Ok(manifest)
}

impl Manifest {
    /// The component itself. [`read`] has seen that it is the only layer.
    #[must_use]
    pub fn component(&self) -> Descriptor {
        self.layers.first().cloned().unwrap_or_default()
    }

    /// What the recipe said of itself when it was pushed, where `host push` did that. Not to be trusted: `describe` is asked before
    /// anything is done with it.
    #[must_use]
    pub fn recipe(&self) -> Option<spec::Manifest> {
        serde_json::from_str(self.annotations.get(RECIPE)?).ok()
    }

    /// The version of the contract that it was built for, by its annotation: `0.1.0`.
    #[must_use]
    pub fn contract(&self) -> Option<&str> {
        let interface = self.annotations.get(CONTRACT)?;
        let version = interface.strip_prefix("host:recipe/guest@")?;
        version.parse::<semver::Version>().ok().map(|_| version)
    }

    /// Whether its annotation has another version than the tag at which it lies. That is a reason to ask the recipe itself, and
    /// no more: others put the version of whatever they build there. Tags and annotations that are no versions say nothing.
    #[must_use]
    pub fn is_at_another(&self, tag: &str) -> bool {
        let said = self.version().and_then(of_tag);
        said.is_some_and(|said| of_tag(tag).is_some_and(|tag| tag != said))
    }

    /// The version by its annotation.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        let version = self.annotations.get("org.opencontainers.image.version");
        version.map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made() -> Artifact {
        let recipe = spec::Manifest {
            name: "redis".into(),
            version: "1.2.0".into(),
            summary: "redis, a store".into(),
            ..spec::Manifest::default()
        };
        artifact(b"\0asm", &recipe, "host:recipe/guest@0.1.0")
    }

    #[test]
    fn it_is_the_artifact_that_other_tools_know_and_always_the_same() {
        let made = made();
        assert_eq!(made, self::made());
        let manifest: Value = serde_json::from_slice(&made.manifest).unwrap();
        assert_eq!(manifest["mediaType"], MANIFEST);
        assert_eq!(manifest["schemaVersion"], 2);
        assert_eq!(manifest["config"]["mediaType"], CONFIG);
        assert_eq!(
            manifest["config"]["digest"],
            format!("sha256:{}", sha256_hex(&made.config))
        );
        let layer = &manifest["layers"][0];
        assert_eq!(layer["size"], 4);
        assert_eq!(
            layer["annotations"]["org.opencontainers.image.title"],
            "redis.wasm"
        );
        let said = &manifest["annotations"];
        assert_eq!(said["org.opencontainers.image.version"], "1.2.0");
        assert_eq!(
            said["org.opencontainers.image.description"],
            "redis, a store"
        );
        assert_eq!(said["host.recipe.contract"], "host:recipe/guest@0.1.0");
        let config: Value = serde_json::from_slice(&made.config).unwrap();
        assert_eq!(
            config,
            json!({
                "created": "1970-01-01T00:00:00Z", "architecture": "wasm", "os": "wasip2",
                "layerDigests": [layer["digest"]],
                "component": {"exports": ["host:recipe/guest@0.1.0"], "imports": []},
            })
        );
    }

    #[test]
    fn what_was_made_is_read_again() {
        let made = made();
        let read = read("a/b", &made.manifest).unwrap();
        assert_eq!(read.component(), made.layer);
        assert_eq!(read.version(), Some("1.2.0"));
        assert_eq!(read.contract(), Some("0.1.0"));
        assert_eq!(read.recipe().unwrap().summary, "redis, a store");
    }

    #[test]
    fn what_is_no_recipe_is_told_by_what_it_is() {
        let of = |change: &dyn Fn(&mut Value)| {
            let mut manifest: Value = serde_json::from_slice(&made().manifest).unwrap();
            change(&mut manifest);
            let text = manifest.to_string();
            read("ghcr.io/acme/x:1", text.as_bytes()).unwrap_err().text
        };
        for (said, told) in [
            (
                of(&|it| it["mediaType"] = json!(INDEX)),
                "as container images are",
            ),
            (
                of(&|it| {
                    it["config"]["mediaType"] = json!("application/vnd.oci.image.config.v1+json");
                }),
                "its config is of the type `application/vnd.oci.image.config.v1+json`",
            ),
            (of(&|it| it["layers"] = json!([])), "it has 0 layers"),
            (
                of(&|it| it["layers"][0]["mediaType"] = json!("text/\u{1b}plain")),
                "its layer is of the type `text/\\u{1b}plain`",
            ),
            (
                of(&|it| it["layers"][0]["digest"] = json!("md5:00")),
                "the digest `md5:00`",
            ),
            (of(&|it| it["config"] = json!(5)), "cannot be read"),
            (
                read("ghcr.io/acme/x:1", b"<html>").unwrap_err().text,
                "is no JSON",
            ),
            (
                read("ghcr.io/acme/x:1", b"\0asm\x0d").unwrap_err().text,
                "this is the digest of a component\nhint: a recipe is named by the digest of its manifest",
            ),
        ] {
            assert!(said.contains(told), "{said}");
            assert!(
                said.starts_with("`ghcr.io/acme/x:1` is no recipe"),
                "{said}"
            );
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let digest = format!("sha256:{}", sha256_hex(b"a"));
        assert_eq!(check_digest("it", b"a", &digest), Ok(()));
        let told = check_digest("the layer", b"b", &digest).unwrap_err().text;
        assert!(told.contains("the layer has another content") && told.contains(&digest));
    }
}
