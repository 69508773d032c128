//! Tools for the recipes that are written in other languages than Rust.
//!
//! They exist for the tests alone: whoever writes recipes in C takes
//! `wit-bindgen c` and `wasm-tools component new`, which do the same.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for scripts, without a shell of its own"
)]

mod bindings;
mod component;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "usage:
  author-tools c-bindings WIT DIR        write the C bindings of the contract WIT to DIR
  author-tools component CORE.wasm OUT   make a component of a core module
  author-tools check WIT COMPONENT       refuse what is no recipe of the contract WIT";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    match *words {
        ["c-bindings", wit, directory] => bindings::write(Path::new(wit), Path::new(directory)),
        ["component", core, out] => component::encode(Path::new(core), Path::new(out)),
        ["check", wit, recipe] => component::check(Path::new(wit), Path::new(recipe)),
        _ => bail!("no such command\n{USAGE}"),
    }
}
