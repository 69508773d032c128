//! H08xx: recipes in registries. Not in the catalogue of [`super::all`] before a verb gives them.

use super::{Code, Entry};

/// A text is no reference to a recipe in a registry.
pub const REFERENCE: Code = Code(801);
/// What lies in a registry is no recipe.
pub const NO_RECIPE: Code = Code(802);
/// Content is not what its digest says.
pub const CONTENT: Code = Code(803);
/// A lock file cannot be read, or is not of what is run.
pub const LOCK: Code = Code(804);
/// A version changes what users of the one before rely on.
pub const BREAKS: Code = Code(805);
/// A file is no key, or a password does not open it.
pub const KEY: Code = Code(806);
/// A recipe has to be signed and is not.
pub const NOT_SIGNED: Code = Code(807);
/// A recipe is signed by somebody else, or something else is signed.
pub const SIGNATURE: Code = Code(808);
/// Nobody said whose signatures count for a place.
pub const NOT_TRUSTED: Code = Code(809);

/// All of this table.
pub const ALL: &[Entry] = &[
    Entry {
        code: REFERENCE,
        title: "a text is no reference to a recipe in a registry",
        meaning: "A recipe in a registry is named by its registry, its repository, and a version: `oci://ghcr.io/acme/redis:1.2.0`. Without a version the newest is meant that is no pre-release; `1.x` and `1.2.x` mean the newest of a range; `@sha256:…` means one content for ever.",
        remedy: "Write the reference in one of these forms. Names of registries and repositories are in lower case.",
    },
    Entry {
        code: NO_RECIPE,
        title: "what lies in a registry is no recipe",
        meaning: "Registries hold container images, charts and much else under the same kind of name. A recipe is the Wasm OCI artifact of the CNCF: a config of the type `application/vnd.wasm.config.v0+json`, and one layer of the type `application/wasm`.",
        remedy: "Look for the right name with `host search`, or publish the recipe with `host push`.",
    },
    Entry {
        code: CONTENT,
        title: "content is not what its digest says",
        meaning: "Everything from a registry is asked for by the SHA-256 of its bytes, and hashed while it comes in. It was something else: a broken transfer, a broken disk, or somebody who changed it. Nothing of it was used, and nothing of it is kept.",
        remedy: "Try again. If it stays so, ask whoever runs the registry or the proxy on the way.",
    },
    Entry {
        code: LOCK,
        title: "a lock file cannot be read, or is not of what is run",
        meaning: "`host.lock` says by digest which content each recipe of the stack is. With it, only that is run; so what it does not hold, or holds for another reference than `host.toml` has, is not run.",
        remedy: "`host lock` locks what is missing, `host lock --update NAME` moves one recipe and shows what changes.",
    },
    Entry {
        code: BREAKS,
        title: "a version changes what users of the one before rely on",
        meaning: "Whoever says `1.x` gets each newer version without being asked. Within it no parameter goes away or takes less, nothing new must be given, no endpoint goes away or changes its scheme, and nothing more is asked for that has to be granted. Before 1.0.0 the same holds within a minor version.",
        remedy: "Raise the major version (before 1.0.0 the minor one), or keep the old form beside the new one.",
    },
    Entry {
        code: KEY,
        title: "a file is no key, or a password does not open it",
        meaning: "Signatures are those of cosign's key pairs: ECDSA over P-256. A public key is PEM; a private key is PEM of PKCS#8, or cosign's own encrypted form, which is opened with the password in `COSIGN_PASSWORD`.",
        remedy: "Make a pair with `cosign generate-key-pair` or with OpenSSL, as the hint has it, and keep the private one to yourself.",
    },
    Entry {
        code: NOT_SIGNED,
        title: "a recipe has to be signed and is not",
        meaning: "`[trust]` of `host.toml` names keys for the place where the recipe lies, and no signature lies beside it (at the tag `sha256-….sig`, as cosign puts it). Nothing of the recipe was run.",
        remedy: "Ask whoever publishes it to sign it, `host sign --key KEY REFERENCE`; copying with other tools may have left the signature behind.",
    },
    Entry {
        code: SIGNATURE,
        title: "a recipe is signed by somebody else, or something else is signed",
        meaning: "There are signatures beside the recipe, and none of them is of exactly this content by a key that `[trust]` has for its place. That is so when keys were changed, and also when somebody put other content, an older version or another recipe's signature there.",
        remedy: "Do not run it before you know which it is. Add the new key to `[trust]` if whoever publishes it has changed it.",
    },
    Entry {
        code: NOT_TRUSTED,
        title: "nobody said whose signatures count for a place",
        meaning: "`host.toml` has a table `[trust]`, so recipes come only from places that are named in it: a registry, or a part of one. The longest that fits decides.",
        remedy: "Add a line for the place: `\"ghcr.io/acme\" = [\"acme.pub\"]`, or `\"ghcr.io/acme\" = \"anyone\"` where nobody has to sign.",
    },
];
