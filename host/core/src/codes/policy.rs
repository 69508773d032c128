//! H06xx: what a recipe may ask for.

use super::{Code, Entry};

/// A recipe asks for what is not granted.
pub const NOT_GRANTED: Code = Code(601);
/// A recipe asks for what no grant gives.
pub const NEVER: Code = Code(602);
/// A service is larger than is free, or a stack has too many load balancers.
pub const LIMIT: Code = Code(603);
/// A changed recipe asks for more than the one before.
pub const NEWLY_ASKS: Code = Code(604);
/// A recipe asks for what its manifest does not declare.
pub const UNDECLARED: Code = Code(605);
/// A grant cannot be read.
pub const GRANT: Code = Code(606);
/// A capability of a manifest cannot be read.
pub const CAPABILITY: Code = Code(607);
/// A variable in the open looks like a secret.
pub const OPEN_SECRET: Code = Code(608);
/// An image is not named by digest, and the stack wants all to be.
pub const UNPINNED: Code = Code(609);
/// A call would ask for what is not granted, just before it is sent.
pub const NOT_SENT: Code = Code(610);
/// Grants say not for which bytes they are.
pub const OPEN_GRANTS: Code = Code(611);

/// All of this table.
pub const ALL: &[Entry] = &[
    Entry {
        code: NOT_GRANTED,
        title: "a recipe asks for what is not granted",
        meaning: "What a recipe emits can reach further than a plain container on the target's network: the instance, roles, secrets, the internet. Each of these has a grant of its own, and none is given unless `host.toml` says so. `host/PERMISSIONS.md` lists them, and what each field of AWS asks for.",
        remedy: "If the recipe is meant to have it, write the line that the last hint names under `[services.NAME]`: `grants = [\"…\"]`, with all that is missing and all that is there. Otherwise do not run the recipe.",
    },
    Entry {
        code: NEVER,
        title: "a recipe asks for what no grant gives",
        meaning: "Some fields are the host's own (cluster, role, zones), some would take the service out of its hands (another deployment controller), and some values cannot be told apart from others (a secret that is no ARN, a name with `*`).",
        remedy: "Where the hint names a parameter, give it another value. Otherwise this is for the author of the recipe to mend.",
    },
    Entry {
        code: LIMIT,
        title: "a service is larger than is free, or a stack has too many load balancers",
        meaning: "Tasks, CPU and memory of a service cost money, and so do load balancers. Up to a limit they are free.",
        remedy: "Ask for less, or write the grant that the hint names: `tasks:N`, `cpu:N` or `memory:N` of the service; for load balancers the number in `[limits]` of `host.toml`.",
    },
    Entry {
        code: NEWLY_ASKS,
        title: "a changed recipe asks for more than the one before",
        meaning: "Grants hold for the bytes of a recipe. Another version that asks for the same or less goes on; one that asks for more stops, also where a wide grant would cover it, or an argument that meant something else before.",
        remedy: "Look at the new version: `host inspect` lists what it may ask for, `host render` shows all of it. If it may have what it newly asks for, name its digest with `granted-to` under `[services.NAME]`.",
    },
    Entry {
        code: UNDECLARED,
        title: "a recipe asks for what its manifest does not declare",
        meaning: "`capabilities` of the manifest say what a recipe may ask for, so that whoever thinks of using it knows before. What it emits went further.",
        remedy: "This is for the author of the recipe to mend: add the capability that the hint names to `capabilities`, or emit less.",
    },
    Entry {
        code: GRANT,
        title: "a grant cannot be read",
        meaning: "A grant is a word of `host/PERMISSIONS.md` and, for most, a colon and how far it goes.",
        remedy: "Correct it in `grants` of `host.toml`, as the hint says.",
    },
    Entry {
        code: CAPABILITY,
        title: "a capability of a manifest cannot be read",
        meaning: "Capabilities are written as grants are, but may be the word alone, for any scope, and may hold `{parameter}` for the value of a parameter.",
        remedy: "This is for the author of the recipe to mend.",
    },
    Entry {
        code: OPEN_SECRET,
        title: "a variable in the open looks like a secret",
        meaning: "Values of `environment` can be read by everyone who may describe the task definition, for as long as its revision is kept. The host masks them in what it prints; AWS does not.",
        remedy: "Keep the value in Secrets Manager or the Parameter Store, and give the recipe its ARN by a secret parameter. Where the value is no secret, nothing has to be done.",
    },
    Entry {
        code: UNPINNED,
        title: "an image is not named by digest",
        meaning: "The stack takes only images whose digest is part of their name, so that what was looked at is what runs. A tag can be moved.",
        remedy: "Name the image as `NAME@sha256:…`, or take `digest-only` out of `[limits]` of `host.toml`.",
    },
    Entry {
        code: NOT_SENT,
        title: "a call asks for what is not granted, and was not sent",
        meaning: "What a recipe emits is checked before it is planned, and every call once more just before it is sent, with all that the plan added. The second check found something that the first did not: that is an error of this program, and the call was not sent.",
        remedy: "Please report it, with the command and what it said. Nothing was changed by this call; `host plan` shows what is left to do.",
    },
    Entry {
        code: OPEN_GRANTS,
        title: "grants hold for whatever a recipe becomes",
        meaning: "A grant is for the bytes of a recipe, and the stack file does not say which: without `granted-to` any bytes that lie at `recipe` may have all of it, as soon as they run. Bytes that follow others are stopped where they ask for more than those did at once, and not where they do so later.",
        remedy: "Write the line that the hint names. Another version then goes on for as long as it asks for no more, and otherwise stops with the difference.",
    },
];
