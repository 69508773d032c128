//! Why a recipe could not be loaded or called.

use host_core::codes::{Code, parameters};

use super::limits::{Limit, Limits};
use super::sandbox::DEEP;

/// Why a recipe could not be loaded or called. The caller names the recipe before it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RecipeError {
    /// The bytes are something else altogether.
    #[error("is not WebAssembly: it begins with {begins}")]
    NotWasm {
        /// The first bytes, readable.
        begins: String,
    },
    /// A module as compilers write it, before it becomes a component.
    #[error("is a core WebAssembly module, and a recipe is a component")]
    CoreModule,
    /// Damaged, cut short, or of a feature that this host does not run.
    #[error("is not a component that this host can run: {reason}")]
    Invalid {
        /// What the parser or the compiler said.
        reason: String,
    },
    /// It asks for something from outside.
    #[error("imports {}, and a recipe imports nothing", quoted(.names))]
    Imports {
        /// Every import, in the order of the component.
        names: Vec<String>,
    },
    /// A component of another kind.
    #[error("does not export `host:recipe/guest`: it exports {}", quoted(.exports))]
    NoGuest {
        /// What it exports instead.
        exports: Vec<String>,
    },
    /// Of a contract that is not known here.
    #[error(
        "is built for host:recipe@{version}, and this host knows {}",
        super::outline::KNOWN
    )]
    UnknownVersion {
        /// The version of its contract.
        version: String,
    },
    /// The contract's interface is there, but not as the contract says.
    #[error("breaks the contract at `{function}`: {reason}")]
    Contract {
        /// `describe` or `render`.
        function: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// It used more than it may.
    #[error("was stopped in `{function}`: it needs more than {value} {}", .limit.unit())]
    Limit {
        /// `load`, `describe` or `render`.
        function: &'static str,
        /// The limit that was hit.
        limit: Limit,
        /// Its value.
        value: u64,
    },
    /// It ran into a trap: a panic, an exception that nobody caught, or a bug.
    #[error("failed in `{function}`: {reason}{}", within(.frames))]
    Trap {
        /// `describe` or `render`.
        function: &'static str,
        /// What WebAssembly calls it.
        reason: String,
        /// The innermost functions, where the component names them.
        frames: Vec<String>,
    },
    /// It returned a value that breaks the rules of the component model.
    #[error("returned from `{function}` what cannot be read: {reason}")]
    Unreadable {
        /// `describe` or `render`.
        function: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// It returned a value that this host does not understand.
    #[error("returned from `{function}`{}: {reason}", at(.path))]
    Value {
        /// `describe` or `render`.
        function: &'static str,
        /// Where, in the words of the contract.
        path: String,
        /// What is wrong there.
        reason: String,
    },
    /// It sets something that this host does not know, so that it cannot be left out either.
    #[error("sets `{path}` in `{function}`, which this host does not know")]
    Newer {
        /// `describe` or `render`.
        function: &'static str,
        /// What it sets, in the words of its contract.
        path: String,
    },
    /// The WebAssembly engine does not work on this machine.
    #[error("cannot be run on this machine: {reason}")]
    Engine {
        /// What the engine said.
        reason: String,
    },
}

impl RecipeError {
    pub(super) fn invalid(error: &wasmtime::Error) -> Self {
        Self::Invalid {
            reason: chain(error),
        }
    }

    /// What `host explain` explains.
    pub fn code(&self) -> Code {
        match self {
            Self::NotWasm { .. }
            | Self::CoreModule
            | Self::Invalid { .. }
            | Self::Imports { .. }
            | Self::NoGuest { .. }
            | Self::UnknownVersion { .. } => parameters::NO_RECIPE,
            Self::Limit { .. } => parameters::LIMIT,
            Self::Trap { .. } => parameters::TRAP,
            Self::Contract { .. }
            | Self::Unreadable { .. }
            | Self::Value { .. }
            | Self::Newer { .. } => parameters::CONTRACT,
            Self::Engine { .. } => parameters::ENGINE,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NotWasm { .. } => {
                "`host build DIR` makes a recipe from a Rust package".to_owned()
            }
            Self::CoreModule => {
                "build the package with `host build DIR`, or turn the module into a component with \
                                 `wasm-tools component new`"
                    .to_owned()
            }
            Self::Invalid { .. } => "build or download it again".to_owned(),
            Self::Imports { names } => import_hint(names),
            Self::NoGuest { .. } => "export the world `recipe` of `wit/v0.1/recipe.wit`".to_owned(),
            Self::UnknownVersion { .. } => {
                "update host, or take a build of the recipe for a version it knows".to_owned()
            }
            Self::Limit { limit, value, .. } => format!(
                "if the recipe really needs it, and you trust it, raise the limit: `--sandbox {}={}`; otherwise it is \
                 a bug of the recipe",
                limit.name(),
                // Somebody may have lowered it.
                limit.shown(value.saturating_mul(2).max(Limits::default().get(*limit)))
            ),
            Self::Contract { .. } | Self::Unreadable { .. } | Self::Value { .. } => {
                "build the recipe again with bindings for `wit/v0.1`".to_owned()
            }
            Self::Trap { reason, .. } if reason == DEEP => {
                "it is most likely a recursion without end, which is a bug of the recipe; if it really needs it, and \
                 you trust it: `--sandbox stack=1MiB`"
                    .to_owned()
            }
            Self::Trap { .. } => {
                "it is a bug of the recipe: run its tests with the same arguments, natively"
                    .to_owned()
            }
            Self::Newer { .. } => "it is built for a newer contract: update host".to_owned(),
            Self::Engine { .. } => return None,
        })
    }
}

/// The whole chain of an engine's error, in one line.
pub(super) fn chain(error: &wasmtime::Error) -> String {
    let mut parts: Vec<String> = error
        .chain()
        .map(|cause| cause.to_string().trim().replace('\n', " "))
        .collect();
    parts.dedup();
    parts.join(": ")
}

fn import_hint(names: &[String]) -> String {
    if names.iter().any(|name| name.starts_with("wasi:")) {
        "build it without WASI: Rust for `wasm32-unknown-unknown` (`host build DIR`), JavaScript and Python with \
         `--stub-wasi`"
            .to_owned()
    } else {
        "remove them from the recipe's world: clocks, files, randomness and the network are not there; what a recipe \
         needs comes as arguments"
            .to_owned()
    }
}

fn quoted(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn within(names: &[String]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        format!(" (in {})", quoted(names))
    }
}

fn at(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!(" at `{path}`")
    }
}
