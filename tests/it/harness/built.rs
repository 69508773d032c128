//! What was built before: where it lies, and the command that makes it when it is missing.

use std::path::{Path, PathBuf};

/// The folder of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("package `host` lies in the repository")
}

/// The program under test.
pub(super) fn host() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_host"))
}

/// The folder of everything that is built.
fn target() -> &'static Path {
    host()
        .ancestors()
        .nth(2)
        .expect("the program lies in `target/release`")
}

/// A recipe of this repository, as a component.
pub(crate) fn recipe(name: &str) -> PathBuf {
    needed(
        root().join(format!("recipes/{name}.wasm")),
        &format!("target/release/host build recipes/{name}"),
    )
}

/// A recipe by an author in another language: `c-redis`, `ts-memcached`.
pub(crate) fn author_recipe(name: &str) -> PathBuf {
    needed(
        target().join(format!("authors/{name}.wasm")),
        "tests/authors/build",
    )
}

/// The program that prints what a recipe's native build says.
pub(crate) fn native_recipe(name: &str) -> PathBuf {
    let program = host().with_file_name(format!("examples/render-{name}"));
    needed(
        program,
        &format!("cargo build --release -p recipe-{name} --examples"),
    )
}

/// The Python of the environment that `tests/setup` makes.
pub(super) fn python() -> PathBuf {
    let environment =
        std::env::var_os("HOST_TEST_VENV").map_or_else(|| target().join("venv"), PathBuf::from);
    needed(environment.join("bin/python"), "tests/run setup")
}

/// A folder that stays from one run of the tests to the next.
pub(crate) fn scratch(name: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    folder
        .into_os_string()
        .into_string()
        .expect("the path is UTF-8")
}

fn needed(path: PathBuf, command: &str) -> PathBuf {
    assert!(
        path.exists(),
        "`{}` is missing; make it with: {command}",
        path.display()
    );
    path
}
