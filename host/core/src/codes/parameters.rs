//! H01xx: what a recipe is told, and what it says of itself.

use super::{Code, Entry};

/// A parameter is missing or does not fit.
pub const ARGUMENT: Code = Code(101);
/// A recipe's manifest breaks a rule.
pub const MANIFEST: Code = Code(102);
/// A token stands where it cannot be filled in.
pub const TOKEN: Code = Code(103);
/// A recipe finds fault with its arguments.
pub const OWN: Code = Code(150);

/// All of this table.
pub const ALL: &[Entry] = &[
    Entry {
        code: ARGUMENT,
        title: "a parameter is missing or does not fit",
        meaning: "Recipes declare their parameters with types and bounds. What is given by `--set`, `--params` or `host.toml` is checked before the recipe is asked for anything.",
        remedy: "`host inspect RECIPE` shows every parameter with its type, its bounds and what it is for.",
    },
    Entry {
        code: MANIFEST,
        title: "a recipe's manifest breaks a rule",
        meaning: "The manifest is what a recipe says of itself: name, version, parameters, endpoints. A name that is no name, a default outside of its own bounds or a parameter that comes twice would make every run ambiguous.",
        remedy: "This is for the author of the recipe to mend: the path says which part of the manifest is wrong.",
    },
    Entry {
        code: TOKEN,
        title: "a token stands where it cannot be filled in",
        meaning: "Secrets and addresses reach a recipe as opaque tokens. The host puts the real value in where AWS takes one, and only a whole value can be replaced there.",
        remedy: "Use the token as the whole value of a field that takes it: a secret in `secrets[].valueFrom`, an address in an environment variable.",
    },
    Entry {
        code: OWN,
        title: "a recipe finds fault with its arguments",
        meaning: "The recipe itself looked at its parameters and says that they do not go together, or warns of what comes of them.",
        remedy: "Do what the recipe's hint says; `host inspect RECIPE` shows what each parameter is for.",
    },
];
