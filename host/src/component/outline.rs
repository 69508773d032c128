//! What can be known of a component before any of it is compiled.

use std::collections::BTreeMap;

use wasmparser::{
    CanonicalFunction, ComponentInstance, Encoding, Parser, Payload, ValidPayload, Validator,
    WasmFeatures,
};

use super::error::RecipeError;
use super::limits::{Limit, Limits};

/// The contract's interface, without its version.
const GUEST: &str = "host:recipe/guest@";

/// The versions of the contract that this host knows; a patch number changes nothing.
pub(super) const KNOWN: &str = "0.1";

/// What every component is made of that is compiled in this process, in bytes and in bytes times values: see [`Effort`].
const QUICK: Effort = Effort {
    size: 1 << 20,
    crossings: 2 << 20,
    adapters: 0,
};

/// Features that a recipe may use: what is finished, but for threads, which would let two renders differ.
const FEATURES: WasmFeatures = WasmFeatures::WASM3
    .union(WasmFeatures::COMPONENT_MODEL)
    .difference(WasmFeatures::THREADS)
    .difference(WasmFeatures::GC);

/// What decides how long compiling may take.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Effort {
    /// Bytes of the component.
    pub(super) size: u64,
    /// The most values that a function can carry across its branches, times its bytes: the worst that a compiler may
    /// have to write down of it. The largest of all functions.
    pub(super) crossings: u64,
    /// Functions that inner components hand to each other. Each becomes a module of its own, which grows with its types.
    pub(super) adapters: u64,
}

impl Effort {
    /// Whether compiling it takes a moment, whatever is in it.
    pub(super) fn is_small(self) -> bool {
        self.size <= QUICK.size && self.crossings <= QUICK.crossings && self.adapters == 0
    }
}

/// The names on the outside of a component.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) imports: Vec<String>,
    pub(super) exports: Vec<String>,
    pub(super) effort: Effort,
}

/// Where a recipe keeps the contract's functions.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Guest {
    /// The exported interface: `host:recipe/guest@0.1.0`.
    pub(super) export: String,
    /// Its version: `0.1.0`.
    pub(super) version: String,
}

/// Refuses what is no component by its first eight bytes, or too large to look at. `size` is that of the whole.
pub(super) fn check_header(bytes: &[u8], size: u64, limits: &Limits) -> Result<(), RecipeError> {
    if !bytes.starts_with(b"\0asm") {
        let begins = match &bytes[..bytes.len().min(8)] {
            [] => "nothing, it is empty".to_owned(),
            start => format!("`{}`", start.escape_ascii()),
        };
        return Err(RecipeError::NotWasm { begins });
    }
    if Parser::is_core_wasm(bytes) {
        return Err(RecipeError::CoreModule);
    }
    limits.check(Limit::Size, size)
}

/// Parses and validates all bytes, nested components and modules included, and counts what they hold.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Outline, RecipeError> {
    let mut validator = Validator::new_with_features(FEATURES);
    let mut walk = Walk::new(limits);
    walk.outline.effort.size = count(bytes.len());
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(invalid)?;
        // Before the validator sees it: what there is too much of is not worth its time and memory.
        walk.look(&payload)?;
        if let ValidPayload::Func(function, body) = validator.payload(&payload).map_err(invalid)? {
            function
                .into_validator(wasmparser::FuncValidatorAllocations::default())
                .validate(&body)
                .map_err(invalid)?;
        }
    }
    Ok(walk.outline)
}

fn invalid(error: impl std::fmt::Display) -> RecipeError {
    RecipeError::Invalid {
        reason: error.to_string(),
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// What has been seen of a component so far.
struct Walk<'a> {
    limits: &'a Limits,
    outline: Outline,
    /// The instantiations of each component or module that is open, outermost first.
    open: Vec<u64>,
    instantiations: u64,
    used: BTreeMap<Limit, u64>,
    /// The most parameters and results that a type of the open module has.
    arity: u64,
}

impl<'a> Walk<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            outline: Outline::default(),
            open: Vec::new(),
            instantiations: 1,
            used: BTreeMap::new(),
            arity: 0,
        }
    }

    /// Counts something there may not be too much of.
    fn add(&mut self, limit: Limit, number: u64) -> Result<(), RecipeError> {
        let used = self.used.entry(limit).or_default();
        *used = used.saturating_add(number);
        self.limits.check(limit, *used)
    }

    fn look(&mut self, payload: &Payload<'_>) -> Result<(), RecipeError> {
        match payload {
            Payload::Version { encoding, .. } => self.begin(*encoding)?,
            Payload::End(_) => {
                let inside = self.open.pop().unwrap_or(0).max(1);
                self.instantiations = self.instantiations.saturating_mul(inside);
                self.limits
                    .check(Limit::Instantiations, self.instantiations)?;
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section.clone() {
                    let instance = instance.map_err(invalid)?;
                    if let (ComponentInstance::Instantiate { .. }, Some(count)) =
                        (instance, self.open.last_mut())
                    {
                        *count += 1;
                    }
                }
            }
            Payload::ComponentCanonicalSection(section) => {
                for function in section.clone() {
                    let function = function.map_err(invalid)?;
                    let lowers = matches!(function, CanonicalFunction::Lower { .. });
                    self.outline.effort.adapters += u64::from(lowers);
                }
            }
            Payload::ComponentImportSection(section) if self.open.len() == 1 => {
                for import in section.clone() {
                    let name = import.map_err(invalid)?.name.name;
                    self.outline.imports.push(name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if self.open.len() == 1 => {
                for export in section.clone() {
                    let name = export.map_err(invalid)?.name.name;
                    self.outline.exports.push(name.to_owned());
                }
            }
            Payload::TypeSection(section) => {
                for ty in section.clone().into_iter_err_on_gc_types() {
                    // What is wrong with a type, the validator says better.
                    let Ok(ty) = ty else { break };
                    let arity = count(ty.params().len() + ty.results().len());
                    self.arity = self.arity.max(arity);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section.clone() {
                    let memory = memory.map_err(invalid)?;
                    if memory.shared {
                        return Err(invalid(
                            "it has a memory for threads, and a recipe has one thread",
                        ));
                    }
                    self.add(Limit::Memories, 1)?;
                    self.add(Limit::Memory, memory.initial.saturating_mul(PAGE))?;
                }
            }
            Payload::TableSection(section) => {
                for table in section.clone() {
                    self.add(Limit::Tables, 1)?;
                    self.add(Limit::TableElements, table.map_err(invalid)?.ty.initial)?;
                }
            }
            Payload::CodeSectionStart { count, .. } => {
                self.add(Limit::Functions, u64::from(*count))?;
            }
            Payload::CodeSectionEntry(body) => {
                let size = count(body.range().len());
                self.limits.check(Limit::FunctionSize, size)?;
                let mut values = self.arity;
                for local in body.get_locals_reader().map_err(invalid)? {
                    values = values.saturating_add(u64::from(local.map_err(invalid)?.0));
                }
                let crossings = &mut self.outline.effort.crossings;
                *crossings = (*crossings).max(values.saturating_mul(size));
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, encoding: Encoding) -> Result<(), RecipeError> {
        match (encoding, self.open.is_empty()) {
            (Encoding::Component, true) => {}
            (Encoding::Module, true) => return Err(invalid("it is not a component")),
            (Encoding::Component, false) => self.add(Limit::Components, 1)?,
            (Encoding::Module, false) => {
                self.add(Limit::Modules, 1)?;
                self.arity = 0;
            }
        }
        self.open.push(0);
        Ok(())
    }
}

/// Bytes of a page of linear memory.
const PAGE: u64 = 64 << 10;

impl Outline {
    /// Refuses every import at once, by name.
    pub(super) fn refuse_imports(&self) -> Result<(), RecipeError> {
        if self.imports.is_empty() {
            return Ok(());
        }
        Err(RecipeError::Imports {
            names: self.imports.clone(),
        })
    }
}

/// Finds the contract's interface among the exports: the last one of a version that is known.
pub(super) fn guest<'a>(exports: impl IntoIterator<Item = &'a str>) -> Result<Guest, RecipeError> {
    let exports: Vec<&str> = exports.into_iter().collect();
    let versions: Vec<&str> = exports
        .iter()
        .filter_map(|name| name.strip_prefix(GUEST))
        .collect();
    if let Some(version) = versions.iter().rev().find(|version| is_known(version)) {
        return Ok(Guest {
            export: format!("{GUEST}{version}"),
            version: (*version).to_owned(),
        });
    }
    Err(match versions.last() {
        Some(version) => RecipeError::UnknownVersion {
            version: (*version).to_owned(),
        },
        None => RecipeError::NoGuest {
            exports: exports.into_iter().map(str::to_owned).collect(),
        },
    })
}

fn is_known(version: &str) -> bool {
    version
        .strip_prefix(KNOWN)
        .is_some_and(|rest| rest.starts_with('.'))
}
