//! From a Rust package to a recipe: compiled, made a component, not yet written.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

use super::cargo::{self, Toolchain};
use crate::files;

/// A recipe that was built and waits to be looked at and written.
#[derive(Clone, Debug)]
pub struct Built {
    /// The name of the package.
    pub package: String,
    /// Where it belongs: `recipes/redis.wasm` for `recipes/redis`.
    pub path: PathBuf,
    /// The component.
    pub bytes: Vec<u8>,
}

/// Why a recipe could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is nothing to build.
    #[error("`{}` is not there", .manifest.display())]
    NoManifest {
        /// The `Cargo.toml` that was looked for.
        manifest: PathBuf,
    },
    /// The folder is the root of a workspace, and no package of its own.
    #[error("`{}` is a workspace and not a package", .folder.display())]
    NoPackage {
        /// The folder.
        folder: PathBuf,
    },
    /// The package does not make a WebAssembly module.
    #[error("the package `{package}` has no library of the type `cdylib`")]
    NoLibrary {
        /// The name of the package.
        package: String,
    },
    /// The compiler is not installed.
    #[error("`{}` cannot be started: {source}", .program.display())]
    NoCargo {
        /// What was to be started.
        program: PathBuf,
        /// Why it was not.
        source: io::Error,
    },
    /// The compiler cannot build for WebAssembly.
    #[error("the Rust target `{}` is not installed", cargo::TARGET)]
    NoTarget,
    /// The compiler has said why on stderr.
    #[error("cargo could not build `{package}`")]
    Failed {
        /// The package, or the folder where that is not known yet.
        package: String,
    },
    /// Cargo answers something that is not understood.
    #[error("cargo's answer about `{package}` cannot be read: {reason}")]
    Answer {
        /// The package, or its folder.
        package: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The module asks for something from outside.
    #[error("`{package}` imports {}, and a recipe imports nothing", .names.join(", "))]
    Imports {
        /// The name of the package.
        package: String,
        /// Every import, as `module.name`, quoted.
        names: Vec<String>,
    },
    /// The module cannot become a component.
    #[error("`{package}` cannot be made a component: {reason}")]
    Encode {
        /// The name of the package.
        package: String,
        /// What the encoder said.
        reason: String,
    },
    /// A file that cannot be read or written.
    #[error("cannot use `{}`: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl BuildError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoManifest { .. } => "name the folder of a recipe, the one with its `Cargo.toml`".to_owned(),
            Self::NoPackage { .. } => "name the folders of its recipes: `host build recipes/*/`".to_owned(),
            Self::NoLibrary { .. } => "add `[lib]` with `crate-type = [\"cdylib\", \"rlib\"]` to its `Cargo.toml`".to_owned(),
            Self::NoCargo { .. } => "install Rust: https://rustup.rs".to_owned(),
            Self::NoTarget => format!("`rustup target add {}`", cargo::TARGET),
            Self::Imports { .. } => "use no crate that needs JavaScript, WASI or a system: clocks, files, randomness and \
                                     the network are not there"
                .to_owned(),
            Self::Encode { .. } => "export the recipe with the macro of `recipe-sdk`, or with bindings for \
                                    `wit/v0.1`"
                .to_owned(),
            Self::Failed { .. } | Self::Answer { .. } | Self::File { .. } => return None,
        })
    }
}

/// Builds the recipe in `folder` without writing it, so that it can be looked at before it replaces another.
///
/// The bytes depend on the source and the compiler alone, and not on where it lies or what else is built.
///
/// # Errors
/// See [`BuildError`]; what the compiler says goes to stderr.
pub fn build(folder: &Path, toolchain: &Toolchain) -> Result<Built, BuildError> {
    let package = cargo::find_package(folder, toolchain)?;
    let module = cargo::compile(&package, toolchain)?;
    let core = fs::read(&module).map_err(|source| BuildError::File {
        path: module,
        source,
    })?;
    let bytes = encode(&package.name, &core)?;
    Ok(Built {
        path: destination(folder, &package.folder),
        package: package.name,
        bytes,
    })
}

impl Built {
    /// Writes the recipe where it belongs, in one step: a reader sees the old one or the new one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self) -> Result<(), BuildError> {
        files::replace(&self.path, &self.bytes, 0o666).map_err(|source| BuildError::File {
            path: self.path.clone(),
            source,
        })
    }
}

/// Makes a component of a core module that carries its WIT, as bindings for Rust and C put it there.
fn encode(package: &str, core: &[u8]) -> Result<Vec<u8>, BuildError> {
    let failed = |reason: String| BuildError::Encode {
        package: package.to_owned(),
        reason,
    };
    let names = imports(core).map_err(|error| failed(error.to_string()))?;
    if !names.is_empty() {
        return Err(BuildError::Imports {
            package: package.to_owned(),
            names,
        });
    }
    ComponentEncoder::default()
        .validate(true)
        .module(core)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| failed(format!("{error:#}")))
}

/// The imports of a core module, each as `module.name`, quoted.
fn imports(core: &[u8]) -> Result<Vec<String>, wasmparser::BinaryReaderError> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(core) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                let import = import?;
                names.push(format!("`{}.{}`", import.module, import.name));
            }
        }
    }
    Ok(names)
}

/// `recipes/redis.wasm` for `recipes/redis`; `./redis.wasm` for `.` in a folder called redis.
fn destination(given: &Path, absolute: &Path) -> PathBuf {
    match given.components().next_back() {
        Some(Component::Normal(_)) => with_ending(given),
        _ => given.join(with_ending(Path::new(
            absolute.file_name().unwrap_or("recipe".as_ref()),
        ))),
    }
}

/// Appends `.wasm`, to a name with a dot in it as well.
fn with_ending(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".wasm");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_is_written_beside_its_folder() {
        let destination = |given| destination(Path::new(given), Path::new("/home/me/redis"));
        assert_eq!(
            destination("recipes/redis"),
            Path::new("recipes/redis.wasm")
        );
        assert_eq!(
            destination("recipes/redis/"),
            Path::new("recipes/redis.wasm")
        );
        assert_eq!(destination("redis-7.4"), Path::new("redis-7.4.wasm"));
        assert_eq!(destination("."), Path::new("./redis.wasm"));
        assert_eq!(destination(""), Path::new("redis.wasm"));
        assert_eq!(destination(".."), Path::new("../redis.wasm"));
    }

    #[test]
    fn every_import_of_a_module_is_named() {
        let core = wat::parse_str(
            r#"(module
                (import "env" "now" (func))
                (import "wasi_snapshot_preview1" "fd_write" (func)))"#,
        )
        .unwrap();
        let error = encode("redis", &core).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`redis` imports `env.now`, `wasi_snapshot_preview1.fd_write`, and a recipe imports nothing"
        );
        assert!(error.hint().is_some());
    }

    #[test]
    fn what_is_no_module_is_an_error() {
        assert!(matches!(
            encode("redis", b"\0asm\x01\0\0\0\x01"),
            Err(BuildError::Encode { .. })
        ));
    }
}
