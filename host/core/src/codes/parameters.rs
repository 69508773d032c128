//! H01xx: what a recipe is told, and what it says of itself.

use super::{Code, Entry};

/// A parameter is missing or does not fit.
pub const ARGUMENT: Code = Code(101);
/// A recipe's manifest breaks a rule.
pub const MANIFEST: Code = Code(102);
/// A token stands where it cannot be filled in.
pub const TOKEN: Code = Code(103);
/// A file of parameters or a stack file cannot be used.
pub const FILE: Code = Code(104);
/// The recipes of a call do not go together.
pub const TOGETHER: Code = Code(105);
/// A file is no recipe that this host can run.
pub const NO_RECIPE: Code = Code(110);
/// A recipe needs more than it is given.
pub const LIMIT: Code = Code(111);
/// A recipe ends in the middle of its work.
pub const TRAP: Code = Code(112);
/// A recipe answers with what the contract does not have.
pub const CONTRACT: Code = Code(113);
/// The WebAssembly engine does not work on this machine.
pub const ENGINE: Code = Code(114);
/// The file of a recipe cannot be read.
pub const NO_FILE: Code = Code(115);
/// A recipe gives different results for the same arguments.
pub const NOT_DETERMINISTIC: Code = Code(116);
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
        code: FILE,
        title: "a file of parameters or a stack file cannot be used",
        meaning: "`host.toml` and the file of `--params` are read before anything else. A key that no table has is an error too, because it may be a slip that would go unheard.",
        remedy: "Correct the line that the message names.",
    },
    Entry {
        code: TOGETHER,
        title: "the recipes of a call do not go together",
        meaning: "Two of them would have the same name in the stack, or they need each other's addresses in a circle.",
        remedy: "Name them apart with `[services.NAME]` in `host.toml`, and leave one dependency out of a circle.",
    },
    Entry {
        code: NO_RECIPE,
        title: "a file is no recipe that this host can run",
        meaning: "A recipe is a WebAssembly component that imports nothing and exports `host:recipe/guest` of a version that this host knows. All of that is checked before any of its code runs.",
        remedy: "Build it with `host build DIR`, or take a build of it for this version of the contract.",
    },
    Entry {
        code: LIMIT,
        title: "a recipe needs more than it is given",
        meaning: "Size, compiling, time, memory, instructions, stack and results are limited, so that no recipe can hold up or exhaust the machine.",
        remedy: "`host inspect RECIPE` shows the limits; `--sandbox memory=96MiB`, `[sandbox]` in `host.toml` or the variable `RECIPE_HOST_LIMIT_MEMORY` raises one, if the recipe really needs it and you trust it.",
    },
    Entry {
        code: TRAP,
        title: "a recipe ends in the middle of its work",
        meaning: "Its code trapped: a panic, an index out of bounds, an unreachable place. What it would have said is not known, so nothing is deployed.",
        remedy: "It is a bug of the recipe: tell its author, with the arguments.",
    },
    Entry {
        code: CONTRACT,
        title: "a recipe answers with what the contract does not have",
        meaning: "Its functions or its results are not of the shapes of `wit/v0.1`, or a value is none that the contract allows.",
        remedy: "Build the recipe again with bindings for this version of the contract.",
    },
    Entry {
        code: ENGINE,
        title: "the WebAssembly engine does not work on this machine",
        meaning: "Recipes run on wasmtime, which compiles them for the processor and reserves memory for them. One of the two was refused here.",
        remedy: "See whether the machine limits address space or executable memory (`ulimit -v`, a hardened kernel).",
    },
    Entry {
        code: NO_FILE,
        title: "the file of a recipe cannot be read",
        meaning: "An argument with a `/`, or one that ends in `.wasm`, is the path of a component. It is not there, or not a file that you may read.",
        remedy: "Name the file, such as `recipes/redis.wasm`; `host build DIR` makes one.",
    },
    Entry {
        code: NOT_DETERMINISTIC,
        title: "a recipe gives different results for the same arguments",
        meaning: "Every recipe is rendered twice, with the tokens of secrets and addresses spelt differently. A recipe that looks inside a token, or keeps a state between calls, is found out, and what it emits cannot be planned.",
        remedy: "It is a bug of the recipe: tokens are to be handed on whole.",
    },
    Entry {
        code: OWN,
        title: "a recipe finds fault with its arguments",
        meaning: "The recipe itself looked at its parameters and says that they do not go together, or warns of what comes of them.",
        remedy: "Do what the recipe's hint says; `host inspect RECIPE` shows what each parameter is for.",
    },
];
