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
/// A file is no key, or a password does not open it.
pub const KEY: Code = Code(806);
/// A recipe has to be signed and is not.
pub const NOT_SIGNED: Code = Code(807);
/// A recipe is signed by somebody else, or something else is signed.
pub const SIGNATURE: Code = Code(808);
/// Nobody said whose signatures count for a place.
pub const NOT_TRUSTED: Code = Code(809);
/// A registry cannot be reached, or sends too slowly.
pub const UNREACHABLE: Code = Code(810);
/// A registry refuses a login or wants one, or one cannot be kept.
pub const LOGIN: Code = Code(811);
/// A registry has not what was asked for.
pub const NOT_FOUND: Code = Code(812);
/// A registry answers what no registry may.
pub const PROTOCOL: Code = Code(813);
/// A registry refuses for now, again and again.
pub const GAVE_UP: Code = Code(814);
/// A registry does not take what is published.
pub const NOT_TAKEN: Code = Code(815);
/// The folder of recipes from registries cannot be used.
pub const CACHE: Code = Code(816);
/// The certificate of a registry is not trusted.
pub const CERTIFICATE: Code = Code(817);
/// A version is published already, with another content.
pub const EXISTS: Code = Code(818);
/// What lies at a version says that it is another one.
pub const OTHER_VERSION: Code = Code(819);
/// A repository holds another recipe than the one that is published to it.
pub const OTHER_NAME: Code = Code(820);
/// A folder is no layout of recipes, or does not say which one is meant.
pub const LAYOUT: Code = Code(825);

/// What verbs give.
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
        remedy: "Look whether the name is right, and on the page of the repository what kind of artifact it holds.",
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
        meaning: "Signatures are those of cosign's key pairs: ECDSA over P-256. A public key is PEM; a private key is PEM of PKCS#8 or SEC1, as OpenSSL writes it, or cosign's own encrypted form, which is opened with the password in `COSIGN_PASSWORD`.",
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
    Entry {
        code: UNREACHABLE,
        title: "a registry cannot be reached",
        meaning: "There is no such name, nobody listens there, the connection breaks, or so little comes that it is not waited for (less than 8 KiB in 10 seconds, or after the first minute less than 16 KiB in each second). What was fetched before is kept by its digest: with that, a recipe whose registry is out of reach runs as it was seen last, which is said.",
        remedy: "Look whether the name is right and the registry runs, and whether there is a proxy on the way (`HTTPS_PROXY`, `NO_PROXY`). Plain HTTP is spoken with this machine by itself, and with others only with `--plain-http`.",
    },
    Entry {
        code: LOGIN,
        title: "a registry refuses a login or wants one, or one cannot be kept",
        meaning: "Logins are those of docker: `config.json` below `$DOCKER_CONFIG`, else below `~/.docker`, and the credential helpers that it names. A registry of ECR for which there is none there takes the AWS credentials (`ecr:GetAuthorizationToken`, and the rights to read or write). Where there is none at all, it is asked without. Many registries answer a repository that does not exist in the same way, so as not to tell which ones do.",
        remedy: "Log in with `host login REGISTRY` (`docker login` writes to the same place), and look whether the name of the repository is right and you may read it.",
    },
    Entry {
        code: NOT_FOUND,
        title: "a registry has not what was asked for",
        meaning: "There is no such repository, no such tag in it, no version of the range, or no manifest of the digest. Without a tag, and with a range, only tags that are whole versions count (`1.2.0`), and no pre-releases.",
        remedy: "The hint names the tags that there are. Name one of them, or a range that holds one.",
    },
    Entry {
        code: PROTOCOL,
        title: "a registry answers what no registry may",
        meaning: "A body that ends too early again and again or is longer than its manifest says, a manifest of more than 4 MiB, redirects without end or from HTTPS to HTTP, lists of tags without end, a status that means nothing here. Nothing of it was used. Where a component broke off, what came of it is kept for the next call to go on with, and hashed as a whole then.",
        remedy: "Try again. If it stays so, ask whoever runs the registry or the proxy on the way.",
    },
    Entry {
        code: GAVE_UP,
        title: "a registry refuses for now, again and again",
        meaning: "It limits how often it is asked (status 429) or does not work (5xx). It was asked again a few times, as late as it says, and not longer than half a minute.",
        remedy: "Try again later. Where it limits those who are not logged in, log in.",
    },
    Entry {
        code: NOT_TAKEN,
        title: "a registry does not take what is published",
        meaning: "It was asked to keep the component, its config or its manifest, and said no: the login may read and not write, tags are immutable there, there is no room, or it wants the repository to be made first, as ECR does.",
        remedy: "Do what the registry says in the message, and look whether the login is the right one.",
    },
    Entry {
        code: CACHE,
        title: "the folder of recipes from registries cannot be used",
        meaning: "Everything from a registry is kept below `$XDG_CACHE_HOME/host/registry` (else `~/.cache/host/registry`), in a folder that only you can enter, and run from there. The folder is open to others, is a link, cannot be written to, or the disk is full.",
        remedy: "Do what the message says about the folder, or set `XDG_CACHE_HOME` to one of your own.",
    },
    Entry {
        code: CERTIFICATE,
        title: "the certificate of a registry is not trusted",
        meaning: "Its TLS certificate is signed by nobody whom this machine trusts, has run out, or is for another name. What was seen before is not used in its place: somebody may be between.",
        remedy: "Where the registry has a private authority, name the file with the authority's certificate in `SSL_CERT_FILE`.",
    },
    Entry {
        code: EXISTS,
        title: "a version is published already, with another content",
        meaning: "A version is a promise: whoever names it gets the same for ever, and whoever locked its digest finds it there. So a tag that is a version is never moved. Other tags (`:edge`) are.",
        remedy: "Raise the version of the recipe and publish that. Publishing the very same once more is no error, and sends nothing.",
    },
    Entry {
        code: OTHER_VERSION,
        title: "what lies at a version says that it is another one",
        meaning: "A recipe says itself which version it is, and lies at the tag of that. Here it lies at the tag of another: an older one was put in the place of a newer, whose faults it has, or somebody published it with other tools under a wrong name. It was asked what it is, as `inspect` asks, and nothing more.",
        remedy: "Ask whoever publishes it, or name another version. Where it is meant, name it by its digest: `@sha256:…`.",
    },
    Entry {
        code: OTHER_NAME,
        title: "a repository holds another recipe than the one that is published to it",
        meaning: "A repository is one recipe in all its versions: whoever takes its newest version, searches it or looks for newer ones would get something else from then on, and nobody can take a version back. So the name that a recipe says of itself is that of the version before it, else of the newest. A repository itself may be called as you like.",
        remedy: "Publish it to a repository of its own. A recipe that gets another name begins a new one as well. Where what lies there came by a slip, have it deleted in the registry.",
    },
    Entry {
        code: LAYOUT,
        title: "a folder is no layout of recipes, or does not say which one is meant",
        meaning: "`oci:DIR:NAME` is a recipe in a folder: an OCI image layout, with `oci-layout`, `index.json` and `blobs/sha256`, as `skopeo copy docker://… oci:DIR:NAME` and `host save` make it. A file of it is missing, cannot be read or is of another version, or the name fits several recipes of it.",
        remedy: "Do what the message says about the file, or name the recipe as `index.json` has it. Where a copy broke off, copy it anew.",
    },
];
