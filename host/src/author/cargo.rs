//! What we ask of cargo.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde::Deserialize;

use super::build::BuildError;

/// What recipes are compiled for. It has no operating system, so there is nothing to import.
pub(super) const TARGET: &str = "wasm32-unknown-unknown";

/// Small code, whatever the package's own profile says: a recipe is fetched, compiled and held by every host.
const PROFILE: [(&str, &str); 6] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z"),
    ("CARGO_PROFILE_RELEASE_LTO", "true"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
    ("CARGO_PROFILE_RELEASE_STRIP", "true"),
    ("CARGO_PROFILE_RELEASE_INCREMENTAL", "false"),
];

/// The Rust toolchain, and what the environment says about it.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// The program: `cargo`, or what the variable `CARGO` says.
    pub cargo: PathBuf,
    /// The user's own flags for the compiler, one each: what `CARGO_ENCODED_RUSTFLAGS` or `RUSTFLAGS` says.
    pub rustflags: Vec<String>,
    /// Where cargo keeps the sources of dependencies: what `CARGO_HOME` says, or `.cargo` in the home folder. It is
    /// taken out of the recipe, so that a build by someone else gives the same bytes.
    pub cargo_home: Option<PathBuf>,
    /// Say nothing on stderr but errors.
    pub quiet: bool,
}

/// A package that makes a recipe.
pub(super) struct Package {
    pub(super) name: String,
    /// Its folder, absolute.
    pub(super) folder: PathBuf,
    id: String,
    workspace: PathBuf,
    target_folder: PathBuf,
}

/// Asks cargo which package lies in `folder`.
pub(super) fn find_package(folder: &Path, toolchain: &Toolchain) -> Result<Package, BuildError> {
    let manifest = folder.join("Cargo.toml");
    let manifest = fs::canonicalize(&manifest).map_err(|_| BuildError::NoManifest {
        manifest: manifest.clone(),
    })?;
    let shown = folder.display().to_string();
    let mut command = Command::new(&toolchain.cargo);
    command
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(&manifest);
    let output = run(command, toolchain)?;
    if !output.status.success() {
        return Err(BuildError::Failed { package: shown });
    }
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).map_err(|error| BuildError::Answer {
            package: shown,
            reason: error.to_string(),
        })?;
    let found = metadata
        .packages
        .into_iter()
        .find(|package| package.manifest_path == manifest);
    let found = found.ok_or_else(|| BuildError::NoPackage {
        folder: folder.to_owned(),
    })?;
    if !found.targets.iter().any(Target::is_module) {
        return Err(BuildError::NoLibrary {
            package: found.name,
        });
    }
    Ok(Package {
        name: found.name,
        folder: manifest.parent().unwrap_or(folder).to_owned(),
        id: found.id,
        workspace: metadata.workspace_root,
        target_folder: metadata.target_directory.join("recipes"),
    })
}

/// Compiles one package to a core module, and says where it is.
///
/// Each package is compiled alone: together, one recipe's choice of features would change another's bytes.
pub(super) fn compile(package: &Package, toolchain: &Toolchain) -> Result<PathBuf, BuildError> {
    let mut command = Command::new(&toolchain.cargo);
    command
        .current_dir(&package.folder)
        .args([
            "build",
            "--release",
            "--lib",
            "--target",
            TARGET,
            "--message-format=json-render-diagnostics",
        ])
        .args(["--package", &package.id])
        .arg("--target-dir")
        .arg(&package.target_folder)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(package, toolchain))
        .envs(PROFILE);
    if toolchain.quiet {
        command.arg("--quiet");
    }
    let output = run(command, toolchain)?;
    if !output.status.success() {
        return Err(match has_target(package, toolchain) {
            Some(false) => BuildError::NoTarget,
            _ => BuildError::Failed {
                package: package.name.clone(),
            },
        });
    }
    module(&output.stdout, &package.id).ok_or_else(|| BuildError::Answer {
        package: package.name.clone(),
        reason: "it names no `.wasm` file".to_owned(),
    })
}

/// The user's flags, and those that take folders of this machine out of the bytes.
fn flags(package: &Package, toolchain: &Toolchain) -> OsString {
    let mut flags: Vec<OsString> = toolchain.rustflags.iter().map(OsString::from).collect();
    let mut replace = |folder: &Path, name: &str| {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(folder);
        flag.push("=");
        flag.push(name);
        flags.push(flag);
    };
    if let Some(home) = &toolchain.cargo_home {
        replace(home, "cargo");
    }
    replace(&package.workspace, "recipe");
    flags.join(std::ffi::OsStr::new("\u{1f}"))
}

/// Whether the compiler has the target's standard library; `None` where it does not say.
fn has_target(package: &Package, toolchain: &Toolchain) -> Option<bool> {
    // The compiler lies beside cargo, or is found in the same way.
    let mut command = Command::new(toolchain.cargo.with_file_name("rustc"));
    command
        .current_dir(&package.folder)
        .args(["--print", "target-libdir", "--target", TARGET]);
    let output = command
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(Path::new(String::from_utf8(output.stdout).ok()?.trim()).is_dir())
}

fn run(mut command: Command, toolchain: &Toolchain) -> Result<Output, BuildError> {
    let started = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .output();
    started.map_err(|source: io::Error| BuildError::NoCargo {
        program: toolchain.cargo.clone(),
        source,
    })
}

/// The module among cargo's messages.
fn module(messages: &[u8], id: &str) -> Option<PathBuf> {
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Artifact>(line).ok())
        .filter(|artifact| artifact.reason == "compiler-artifact" && artifact.package_id == id)
        .filter(|artifact| artifact.target.is_module())
        .flat_map(|artifact| artifact.filenames)
        .find(|file| {
            file.extension()
                .is_some_and(|extension| extension == "wasm")
        })
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Member>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Member {
    name: String,
    id: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    crate_types: Vec<String>,
}

impl Target {
    fn is_module(&self) -> bool {
        self.crate_types.iter().any(|kind| kind == "cdylib")
    }
}

#[derive(Deserialize)]
struct Artifact {
    reason: String,
    package_id: String,
    target: Target,
    filenames: Vec<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_found_among_the_messages() {
        let messages = br#"{"reason":"compiler-artifact","package_id":"path+file:///sdk#1","target":{"crate_types":["lib"]},"filenames":["/t/libsdk.rlib"]}
{"reason":"compiler-artifact","package_id":"path+file:///redis#1","target":{"crate_types":["cdylib","rlib"]},"filenames":["/t/libredis.rlib","/t/redis.wasm"]}
{"reason":"build-finished","success":true}
"#;
        assert_eq!(
            module(messages, "path+file:///redis#1"),
            Some(PathBuf::from("/t/redis.wasm"))
        );
        assert_eq!(module(messages, "path+file:///sdk#1"), None);
    }

    #[test]
    fn a_folder_without_a_manifest_names_the_file() {
        let toolchain = Toolchain {
            cargo: "cargo".into(),
            rustflags: Vec::new(),
            cargo_home: None,
            quiet: true,
        };
        let error = find_package(Path::new("/no/such/recipe"), &toolchain)
            .err()
            .unwrap();
        assert_eq!(
            error.to_string(),
            "`/no/such/recipe/Cargo.toml` is not there"
        );
    }

    #[test]
    fn a_missing_cargo_says_so() {
        let toolchain = Toolchain {
            cargo: "/no/such/cargo".into(),
            rustflags: Vec::new(),
            cargo_home: None,
            quiet: true,
        };
        let error = find_package(Path::new(env!("CARGO_MANIFEST_DIR")), &toolchain)
            .err()
            .unwrap();
        assert!(
            error
                .to_string()
                .starts_with("`/no/such/cargo` cannot be started: "),
            "{error}"
        );
        assert!(error.hint().unwrap().contains("rustup"));
    }
}
