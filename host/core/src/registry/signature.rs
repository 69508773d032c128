//! Signatures beside a recipe, in the form of cosign: a manifest at the tag `sha256-….sig` with a layer for each signer.

use serde::Deserialize;
use serde_json::json;

use super::artifact::{Descriptor, MANIFEST, Manifest};
use super::key::{PrivateKey, PublicKey};
use super::reference::{Reference, is_digest};
use super::source::Source;
use crate::bounds::quoted;
use crate::codes::Problem;
use crate::codes::registry::{NOT_SIGNED, SIGNATURE};

/// The media type of what is signed.
pub const PAYLOAD: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// The media type of the config of such a manifest.
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// The annotation of a layer with its signature, in base64.
const SIGNATURE_OF: &str = "dev.cosignproject.cosign/signature";

/// The most bytes of one payload.
pub const SIZE: u64 = 64 << 10;

/// The most signatures that are looked at.
pub const MOST: usize = 64;

/// The tag at which the signatures of a manifest lie.
#[must_use]
pub fn tag(digest: &str) -> String {
    format!("{}.sig", digest.replacen(':', "-", 1))
}

/// Whether a tag holds signatures and the like and no version.
#[must_use]
pub fn is_beside(tag: &str) -> bool {
    tag.starts_with("sha256-")
}

/// What is signed of a recipe: its digest. The place stands beside it because cosign has it there, and is nothing that [`verify`]
/// holds it to: a signature goes with its content to every other place.
#[must_use]
pub fn payload(reference: &Reference, digest: &str) -> Vec<u8> {
    let payload = json!({
        "critical": {
            "identity": {"docker-reference": reference.place()},
            "image": {"docker-manifest-digest": digest},
            "type": "cosign container image signature",
        },
        "optional": null,
    });
    payload.to_string().into_bytes()
}

/// A layer that a signer puts beside the others.
#[must_use]
pub fn layer(payload: &[u8], key: &PrivateKey) -> Descriptor {
    let mut layer = Descriptor::of(PAYLOAD, payload);
    layer
        .annotations
        .insert(SIGNATURE_OF.to_owned(), key.sign(payload));
    layer
}

/// The manifest of signatures, with one more. Whoever signed before stays; the same signature does not stand twice.
#[must_use]
pub fn with(former: Option<Manifest>, layer: Descriptor) -> (Vec<u8>, Manifest) {
    let mut manifest = former.unwrap_or_else(|| Manifest {
        schema_version: 2,
        media_type: MANIFEST.to_owned(),
        ..Manifest::default()
    });
    if !manifest.layers.contains(&layer) {
        manifest.layers.push(layer);
    }
    let digests: Vec<&str> = manifest
        .layers
        .iter()
        .map(|it| it.digest.as_str())
        .collect();
    let config = json!({
        "architecture": "", "os": "", "config": {},
        "rootfs": {"type": "layers", "diff_ids": digests},
    });
    let config = config.to_string().into_bytes();
    manifest.config = Descriptor::of(CONFIG, &config);
    (config, manifest)
}

/// A manifest of these signatures and no others, the first ones where they are too many, with its config; nothing of none.
#[must_use]
pub fn all(layers: impl Iterator<Item = Descriptor>) -> Option<(Vec<u8>, Manifest)> {
    let add = |former: Option<(Vec<u8>, Manifest)>, layer| {
        let former = former.map(|it| it.1);
        Some(with(former, layer))
    };
    layers.take(MOST).fold(None, add)
}

/// The layers of a manifest of signatures that are some, [`MOST`] at most; of what is no such manifest, none.
#[must_use]
pub fn layers(manifest: &[u8]) -> Vec<Descriptor> {
    let manifest: Manifest = serde_json::from_slice(manifest).unwrap_or_default();
    let is_one =
        |it: &Descriptor| it.media_type == PAYLOAD && it.size <= SIZE && is_digest(&it.digest);
    let layers = manifest.layers.into_iter().filter(is_one);
    layers.take(MOST).collect()
}

/// One signature as a registry has it: its layer, and the bytes of that.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Found {
    pub layer: Descriptor,
    pub payload: Vec<u8>,
}

/// Those signatures that are of exactly this content, each by one of the keys.
#[must_use]
pub fn counting(source: &Source, digest: &str, found: &[Found], keys: &[PublicKey]) -> Vec<Found> {
    let counts = |it: &&Found| verify(source, digest, std::slice::from_ref(*it), keys).is_ok();
    found.iter().filter(counts).cloned().collect()
}

/// What a payload says.
#[derive(Deserialize)]
struct Payload {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Image {
    docker_manifest_digest: String,
}

/// Finds a signature of this digest by one of the keys, and gives that key.
///
/// # Errors
/// There is none: nobody signed, others did, or what was signed is something else.
pub fn verify<'a>(
    source: &Source,
    digest: &str,
    found: &[Found],
    keys: &'a [PublicKey],
) -> Result<&'a PublicKey, Problem> {
    let (place, hint) = match source {
        Source::Registry(it) => {
            let place = it.place();
            let hint = format!(
                "whoever publishes it signs it: host sign --key KEY oci://{place}@{digest}"
            );
            (it.to_string(), hint)
        }
        Source::Layout(it) => (
            it.to_string(),
            format!(
                "its signature is an entry `{}` of the layout, which `host save` takes along",
                tag(digest)
            ),
        ),
    };
    if found.is_empty() {
        return Err(Problem::new(
            NOT_SIGNED,
            format!("`{place}` is not signed, and has to be\nhint: {hint}"),
        ));
    }
    let mut of_another = None;
    for one in found.iter().take(MOST) {
        let signature = one.layer.annotations.get(SIGNATURE_OF);
        let signed =
            signature.and_then(|it| keys.iter().find(|key| key.has_signed(&one.payload, it)));
        let Some(key) = signed else {
            continue;
        };
        match serde_json::from_slice::<Payload>(&one.payload) {
            Ok(payload) if payload.critical.kind != "cosign container image signature" => {}
            Ok(payload) if payload.critical.image.docker_manifest_digest == digest => {
                return Ok(key);
            }
            Ok(payload) => of_another = Some(payload.critical.image.docker_manifest_digest),
            Err(_) => {}
        }
    }
    let told = of_another.map_or_else(
        || {
            let known: Vec<String> = keys.iter().map(PublicKey::fingerprint).collect();
            format!(
                "`{place}` is signed, and by none of the keys that count for it (those are {})\nhint: ask whoever publishes it for the public key; if you trust it, add it to `[trust]` of the stack file (`host verify --key FILE` tries it before)",
                known.join(", ")
            )
        },
        |other| {
            format!(
                "the signature beside `{place}` is of other content: it says {}, and this is {digest}\nhint: somebody put it there; do not run this, and tell whoever publishes it",
                quoted(&other)
            )
        },
    );
    Err(Problem::new(SIGNATURE, told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::sha256_hex;

    const KEY: &str = include_str!("key/fixtures/openssl.key");

    fn key() -> PrivateKey {
        PrivateKey::read("host.key", KEY, "").unwrap()
    }

    fn digest(of: &str) -> String {
        format!("sha256:{}", sha256_hex(of.as_bytes()))
    }

    fn signed(digest: &str) -> Found {
        let reference: Reference = "oci://ghcr.io/acme/redis:1.2.0".parse().unwrap();
        let payload = payload(&reference, digest);
        Found {
            layer: layer(&payload, &key()),
            payload,
        }
    }

    fn told(digest: &str, found: &[Found], keys: &[PublicKey]) -> String {
        let source: Source = "oci://ghcr.io/acme/redis".parse().unwrap();
        match verify(&source, digest, found, keys) {
            Ok(key) => key.fingerprint(),
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn only_a_signature_of_this_content_by_a_trusted_key_counts() {
        let (one, two) = (digest("one"), digest("two"));
        let keys = [key().public()];
        assert_eq!(told(&one, &[signed(&one)], &keys), keys[0].fingerprint());
        assert!(told(&one, &[], &keys).contains("is not signed, and has to be"));
        assert!(told(&one, &[signed(&one)], &[]).contains("by none of the keys"));
        // A signature of other content, put beside this one.
        assert!(
            told(&one, &[signed(&two)], &keys)
                .contains(&format!("is of other content: it says {two}"))
        );
        // Changed after it was signed.
        let mut changed = signed(&two);
        changed.payload = signed(&one).payload;
        assert!(told(&one, &[changed], &keys).contains("by none of the keys"));
        // The right one among others.
        let none = Found {
            layer: Descriptor::of(PAYLOAD, b"{}"),
            payload: b"{}".to_vec(),
        };
        assert_eq!(
            told(&one, &[none, signed(&two), signed(&one)], &keys),
            keys[0].fingerprint()
        );
    }

    #[test]
    fn a_signed_text_of_another_kind_is_no_signature() {
        let one = digest("one");
        let text = String::from_utf8(signed(&one).payload).unwrap();
        for payload in [
            text.replace("cosign container image", "another"),
            "{}".to_owned(),
            "x".to_owned(),
        ] {
            let payload = payload.into_bytes();
            let found = Found {
                layer: layer(&payload, &key()),
                payload,
            };
            assert!(told(&one, &[found], &[key().public()]).contains("by none of the keys"));
        }
    }

    #[test]
    fn who_signed_before_stays() {
        let (one, two) = (signed(&digest("one")).layer, signed(&digest("two")).layer);
        let (_, first) = with(None, one.clone());
        let (config, both) = with(Some(first), two.clone());
        assert_eq!(both.layers, [one.clone(), two]);
        assert_eq!(both.config, Descriptor::of(CONFIG, &config));
        let (_, again) = with(Some(both.clone()), one);
        assert_eq!(again.layers, both.layers);
        assert_eq!(tag("sha256:0a"), "sha256-0a.sig");
        assert!(is_beside("sha256-0a.sig") && !is_beside("1.2.0"));
    }
}
