//! H08xx: recipes in registries.

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
];
