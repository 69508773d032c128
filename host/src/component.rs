//! Recipes as WebAssembly components: bytes in, manifest and blueprint out.
//!
//! This is the only place that says `wasmtime`. Bytes are parsed whole before
//! anything is compiled, a component that imports anything is refused, and every
//! call gets a fresh instance within [`Limits`], so that a recipe is a function of
//! its arguments and can neither hang nor fill the machine.
//!
//! Results are read by field name and arguments are built from the guest's own
//! types: a recipe of another patch of the same contract, with more fields or
//! fewer, still works.

use std::fmt;
use std::path::PathBuf;

use host_core::diag::Diagnostic;
use host_core::spec::{Argument, Blueprint, Dependency, Manifest, Target};
use wasmtime::Store;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker, Val, types};

mod cache;
mod compile;
mod engine;
mod error;
mod limits;
mod outline;
mod sandbox;
mod since_v0_1;
#[cfg(test)]
mod tests;

pub use cache::{Compilation, Compiled};
pub use compile::serve;
pub use error::RecipeError;
pub use limits::{Limit, Limits};

/// How to load a recipe.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The folder that keeps compiled recipes, for this user alone. It is made when it is missing; without one,
    /// every load compiles.
    pub cache: Option<PathBuf>,
    /// This program, which compiles in a process of its own what is large; without it, that is done here as well.
    pub program: Option<PathBuf>,
    /// What the recipe may use.
    pub limits: Limits,
}

/// A recipe that can be asked what it is and what to deploy.
pub struct Recipe {
    digest: String,
    contract_version: String,
    compilation: Compilation,
    limits: Limits,
    instance: InstancePre<sandbox::Usage>,
    describe: Function,
    render: Function,
}

/// An exported function of the guest: where it is, and what it takes and gives.
struct Function {
    name: &'static str,
    index: ComponentExportIndex,
    signature: types::ComponentFunc,
}

/// Reads a component and makes it ready to run, from the cache where it can.
///
/// # Errors
/// The bytes are no recipe that this host can run; see [`RecipeError`].
pub fn load(bytes: &[u8], options: &LoadOptions) -> Result<Recipe, RecipeError> {
    let limits = &options.limits;
    check_size(bytes, bytes.len() as u64, limits)?;
    let engine = &engine::with_stack(limits.get(Limit::Stack))?;
    let digest = host_core::digest::sha256_hex(bytes);
    let key = cache::key(&digest, limits, engine);
    let folder = options.cache.as_deref().map(cache::Folder::open);
    let work = compile::Work {
        bytes,
        engine,
        limits,
        program: options.program.as_deref(),
    };
    let (component, compilation) = match folder {
        None => work.compile(None, &key)?,
        Some(Err(reason)) => {
            let (component, _) = work.compile(None, &key)?;
            (component, Compilation::CacheRefused(reason))
        }
        // Only bytes that passed the outline, by these limits, were ever compiled into the cache.
        Some(Ok(folder)) => match folder.read(&key, engine, limits) {
            Some(component) => (component, Compilation::Cached),
            None => work.compile(Some(&folder), &key)?,
        },
    };
    let outside = component.component_type();
    let guest = outline::guest(outside.exports(engine).map(|(name, _)| name))?;
    let instance = Linker::new(engine)
        .instantiate_pre(&component)
        .map_err(|error| RecipeError::invalid(&error))?;
    Ok(Recipe {
        digest,
        describe: Function::find(&component, &guest.export, "describe")?,
        render: Function::find(&component, &guest.export, "render")?,
        contract_version: guest.version,
        compilation,
        limits: options.limits.clone(),
        instance,
    })
}

/// Refuses by its first bytes what is no component, and by its size what is too large to be read at all.
///
/// # Errors
/// It is one of these.
pub fn check_size(beginning: &[u8], size: u64, limits: &Limits) -> Result<(), RecipeError> {
    outline::check_header(beginning, size, limits)
}

impl Recipe {
    /// SHA-256 of the component, in 64 lower-case hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The version of the contract it was built for: `0.1.0`.
    pub fn contract_version(&self) -> &str {
        &self.contract_version
    }

    /// Where its machine code came from.
    pub fn compilation(&self) -> &Compilation {
        &self.compilation
    }

    /// What the recipe says about itself.
    ///
    /// # Errors
    /// It trapped, went over a limit, or returned what this host cannot read.
    pub fn describe(&self) -> Result<Manifest, RecipeError> {
        let result = self.call(&self.describe, &[])?;
        since_v0_1::read_manifest(result, &self.describe.signature)
    }

    /// What to deploy for these arguments, or the recipe's findings about them, of which there is at least one.
    ///
    /// # Errors
    /// It trapped, went over a limit, or returned what this host cannot read.
    pub fn render(
        &self,
        arguments: &[Argument],
        target: &Target,
        dependencies: &[Dependency],
    ) -> Result<Result<Blueprint, Vec<Diagnostic>>, RecipeError> {
        let parameters =
            since_v0_1::parameters(&self.render.signature, arguments, target, dependencies)?;
        let result = self.call(&self.render, &parameters)?;
        since_v0_1::read_blueprint(result, &self.render.signature)
    }

    /// Calls a function in an instance of its own: nothing is left from one call to the next.
    fn call(&self, function: &Function, parameters: &[Val]) -> Result<Val, RecipeError> {
        let mut store = sandbox::store(self.instance.engine(), &self.limits)?;
        let result = self
            .call_within(&mut store, function, parameters)
            .map_err(|error| sandbox::explain(&error, store.data(), function.name))?;
        sandbox::check_result(&result, &self.limits, function.name)?;
        Ok(result)
    }

    fn call_within(
        &self,
        store: &mut Store<sandbox::Usage>,
        function: &Function,
        parameters: &[Val],
    ) -> wasmtime::Result<Val> {
        let instance = self.instance.instantiate(&mut *store)?;
        let callee = instance
            .get_func(&mut *store, function.index)
            .ok_or_else(|| wasmtime::Error::msg("the export is not a function"))?;
        let mut results = [Val::Bool(false)];
        callee.call(&mut *store, parameters, &mut results)?;
        let [result] = results;
        Ok(result)
    }
}

impl fmt::Debug for Recipe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Recipe")
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

impl Function {
    fn find(
        component: &Component,
        interface: &str,
        name: &'static str,
    ) -> Result<Self, RecipeError> {
        let wrong = |reason: &str| RecipeError::Contract {
            function: name,
            reason: reason.to_owned(),
        };
        let interface = component
            .get_export_index(None, interface)
            .ok_or_else(|| wrong("its interface is not an instance"))?;
        let (item, index) = component
            .get_export(Some(&interface), name)
            .ok_or_else(|| wrong("the recipe does not export it"))?;
        let types::ComponentItem::ComponentFunc(signature) = item else {
            return Err(wrong("the recipe exports something else by that name"));
        };
        if signature.async_() {
            return Err(wrong("it is asynchronous"));
        }
        if signature.results().len() != 1 {
            return Err(wrong("it does not return one value"));
        }
        Ok(Self {
            name,
            index,
            signature,
        })
    }
}
