//! One render in this process, beside the least that wasmtime can do for it.
//!
//! `host` builds the arguments from the guest's own types, puts walls around the call and reads the
//! result by field name. The bare side has its arguments ready, no walls but those that the machine
//! code is compiled with, and lets the result drop. Both make an instance for each call, from the
//! same machine code.
//!
//! Compiling the recipe is measured too, by wasmtime alone: the most of what a render without a cache does.
//!
//! Prints one JSON object, times in microseconds. `tests/bench/run` runs it.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process;
use std::time::Instant;

use host::component::{self, Compilation, LoadOptions, Recipe};
use host_core::params;
use host_core::spec::{Argument, Target, Value};
use serde_json::json;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker, Val};
use wasmtime::{Config, Engine, OptLevel, Store};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Batches of each side. They alternate, so that a busy machine slows both.
const BATCHES: usize = 300;

/// Calls of one batch, so that the clock costs nothing.
const CALLS: u32 = 20;

/// Batches of each side before the first that counts.
const WARM_UP: usize = 20;

/// How often the recipe is compiled.
const COMPILATIONS: usize = 15;

/// What a compiled recipe in the cache has behind its machine code.
const CHECKSUM: usize = 32;

fn main() -> Outcome<()> {
    let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../recipes/redis.wasm");
    let bytes = fs::read(&recipe).map_err(|error| {
        format!(
            "cannot read `{}`: {error}; hint: `tests/run recipes` builds it",
            recipe.display()
        )
    })?;
    let cache = Folder::new("host-bench-render")?;
    let options = LoadOptions {
        cache: Some(cache.0.clone()),
        ..LoadOptions::default()
    };
    let whole = component::load(&bytes, &options)?;
    if *whole.compilation() != Compilation::Stored {
        return Err(format!("the cache was not used: {:?}", whole.compilation()).into());
    }
    let manifest = whole.describe()?;
    let (arguments, findings) = params::resolve(&manifest.parameters, &BTreeMap::new());
    if !findings.is_empty() {
        return Err(format!("the defaults of the recipe are wrong: {findings:?}").into());
    }
    let target = Target {
        region: "us-east-1".to_owned(),
        cluster: "searchapp".to_owned(),
        extra: None,
    };
    let bare = Bare::new(&cache.0, whole.contract_version(), &arguments.list, &target)?;

    let mut times = [Vec::with_capacity(BATCHES), Vec::with_capacity(BATCHES)];
    for batch in 0..WARM_UP + BATCHES {
        let pair = [
            time(|| render(&whole, &arguments.list, &target))?,
            time(|| bare.call())?,
        ];
        if batch >= WARM_UP {
            for (times, time) in times.iter_mut().zip(pair) {
                times.push(time);
            }
        }
    }
    let [whole, bare] = times.map(median);
    let figures = json!({
        "batches": BATCHES,
        "calls": CALLS,
        "whole": whole,
        "bare": bare,
        "compilations": COMPILATIONS,
        "compile": compile(&bytes)?,
    });
    #[expect(clippy::print_stdout, reason = "it is what a benchmark is for")]
    {
        println!("{figures}");
    }
    Ok(())
}

/// Microseconds of one call: the mean of a batch.
fn time(mut call: impl FnMut() -> Outcome<()>) -> Outcome<f64> {
    let start = Instant::now();
    for _ in 0..CALLS {
        call()?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS))
}

/// Microseconds that wasmtime needs to make machine code of the recipe, on all cores.
fn compile(bytes: &[u8]) -> Outcome<f64> {
    let engine = engine()?;
    let mut times = Vec::with_capacity(COMPILATIONS);
    for _ in 0..COMPILATIONS {
        let start = Instant::now();
        black_box(Component::from_binary(&engine, bytes)?);
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    Ok(median(times))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The host's side.
fn render(recipe: &Recipe, arguments: &[Argument], target: &Target) -> Outcome<()> {
    let blueprint = recipe.render(black_box(arguments), target, &[])?;
    let blueprint = blueprint.map_err(|findings| format!("the recipe refused: {findings:?}"))?;
    black_box(blueprint);
    Ok(())
}

/// The other side: the same component, and nothing of ours around it.
struct Bare {
    instance: InstancePre<()>,
    function: ComponentExportIndex,
    parameters: [Val; 3],
}

impl Bare {
    /// Takes the machine code that the host has put into its cache.
    fn new(cache: &Path, version: &str, arguments: &[Argument], target: &Target) -> Outcome<Self> {
        let engine = engine()?;
        let mut files = fs::read_dir(cache)?.collect::<Result<Vec<_>, _>>()?;
        let file = files
            .pop()
            .filter(|_| files.is_empty())
            .ok_or("the cache has not one file")?;
        let code = fs::read(file.path())?;
        let code = code
            .len()
            .checked_sub(CHECKSUM)
            .and_then(|end| code.get(..end))
            .ok_or("the cache is damaged")?;
        #[expect(unsafe_code, reason = "machine code must be trusted: see below")]
        // SAFETY: this process wrote it a moment ago, into a folder of its own.
        let component = unsafe { Component::deserialize(&engine, code) }.map_err(|error| {
            format!("this benchmark sets its engine up otherwise than the host: {error:#}")
        })?;
        let interface = component
            .get_export_index(None, format!("host:recipe/guest@{version}"))
            .ok_or("no guest")?;
        let function = component
            .get_export_index(Some(&interface), "render")
            .ok_or("no render")?;
        let instance = Linker::new(&engine).instantiate_pre(&component)?;
        let parameters = [
            Val::List(arguments.iter().map(argument).collect()),
            record([
                ("region", text(&target.region)),
                ("cluster", text(&target.cluster)),
                ("extra", Val::Option(None)),
            ]),
            Val::List(Vec::new()),
        ];
        Ok(Self {
            instance,
            function,
            parameters,
        })
    }

    fn call(&self) -> Outcome<()> {
        let mut store = Store::new(self.instance.engine(), ());
        // The machine code counts and looks at the clock: without these it stops at once.
        store.set_fuel(u64::MAX)?;
        store.set_epoch_deadline(u64::MAX / 2);
        let instance = self.instance.instantiate(&mut store)?;
        let render = instance
            .get_func(&mut store, self.function)
            .ok_or("render is not a function")?;
        let mut results = [Val::Bool(false)];
        render.call(&mut store, black_box(&self.parameters), &mut results)?;
        if !matches!(results, [Val::Result(Ok(Some(_)))]) {
            return Err(format!("the recipe refused: {results:?}").into());
        }
        black_box(results);
        Ok(())
    }
}

/// An engine like the host's. Where a setting that machine code depends on differs, it refuses the host's.
fn engine() -> Outcome<Engine> {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .cranelift_opt_level(OptLevel::None)
        .concurrency_support(false)
        .native_unwind_info(false)
        .generate_address_map(false);
    Ok(Engine::new(&config)?)
}

fn argument(argument: &Argument) -> Val {
    let (case, payload) = match &argument.value {
        Value::Secret(token) => ("secret", text(token)),
        Value::Text(it) => ("text", text(it)),
        Value::Integer(it) => ("integer", Val::S32(*it)),
        Value::Boolean(it) => ("boolean", Val::Bool(*it)),
        Value::TextList(items) => (
            "text-list",
            Val::List(items.iter().map(|it| text(it)).collect()),
        ),
    };
    record([
        ("name", text(&argument.name)),
        (
            "value",
            Val::Variant(case.to_owned(), Some(Box::new(payload))),
        ),
    ])
}

fn text(text: &str) -> Val {
    Val::String(text.to_owned())
}

fn record<const N: usize>(fields: [(&str, Val); N]) -> Val {
    Val::Record(fields.map(|(name, value)| (name.to_owned(), value)).into())
}

/// A folder of this process, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Outcome<Self> {
        let path = std::env::temp_dir().join(format!("{name}-{}", process::id()));
        // The host makes it, for this user alone; one that is there already is not ours.
        if path.exists() {
            return Err(format!("`{}` is in the way", path.display()).into());
        }
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing is lost if it stays.
        let _ = fs::remove_dir_all(&self.0);
    }
}
