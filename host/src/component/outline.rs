//! What can be known of a component before any of it is compiled.

use wasmparser::{
    ComponentInstance, Encoding, Parser, Payload, ValidPayload, Validator, WasmFeatures,
};

use super::error::RecipeError;
use super::limits::Limit;

/// The contract's interface, without its version.
const GUEST: &str = "host:recipe/guest@";

/// The versions of the contract that this host knows; a patch number changes nothing.
pub(super) const KNOWN: &str = "0.1";

/// How many instances nested components may multiply into. Each level of nesting can double what the level below
/// holds, so that a few hundred bytes could otherwise say more than memory can hold.
const INSTANTIATIONS: u64 = 10_000;

/// The names on the outside of a component.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) imports: Vec<String>,
    pub(super) exports: Vec<String>,
}

/// Where a recipe keeps the contract's functions.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Guest {
    /// The exported interface: `host:recipe/guest@0.1.0`.
    pub(super) export: String,
    /// Its version: `0.1.0`.
    pub(super) version: String,
}

/// Refuses what is no component by its first eight bytes, or too large to look at.
pub(super) fn check_header(bytes: &[u8], limit: u64) -> Result<(), RecipeError> {
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
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(RecipeError::Limit {
            function: "load",
            limit: Limit::Size,
            value: limit,
        });
    }
    Ok(())
}

/// Parses and validates all bytes, nested components and modules included.
pub(super) fn read(bytes: &[u8]) -> Result<Outline, RecipeError> {
    walk(bytes).map_err(|reason| RecipeError::Invalid { reason })
}

fn walk(bytes: &[u8]) -> Result<Outline, String> {
    let mut validator = Validator::new_with_features(WasmFeatures::default());
    let mut outline = Outline::default();
    // The instantiations of each component or module that is open, outermost first.
    let mut open: Vec<u64> = Vec::new();
    let mut product: u64 = 1;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(|error| error.to_string())?;
        if let ValidPayload::Func(function, body) = validator
            .payload(&payload)
            .map_err(|error| error.to_string())?
        {
            function
                .into_validator(wasmparser::FuncValidatorAllocations::default())
                .validate(&body)
                .map_err(|error| error.to_string())?;
        }
        match payload {
            Payload::Version { encoding, .. } => {
                if open.is_empty() && encoding != Encoding::Component {
                    return Err("it is not a component".to_owned());
                }
                open.push(0);
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section {
                    let instance = instance.map_err(|error| error.to_string())?;
                    if let (ComponentInstance::Instantiate { .. }, Some(count)) =
                        (instance, open.last_mut())
                    {
                        *count += 1;
                    }
                }
            }
            Payload::End(_) => {
                product = product.saturating_mul(open.pop().unwrap_or(0).max(1));
                if product > INSTANTIATIONS {
                    return Err(format!(
                        "its nested components make more than {INSTANTIATIONS} instances"
                    ));
                }
            }
            Payload::ComponentImportSection(section) if open.len() == 1 => {
                for import in section {
                    outline.imports.push(
                        import
                            .map_err(|error| error.to_string())?
                            .name
                            .name
                            .to_owned(),
                    );
                }
            }
            Payload::ComponentExportSection(section) if open.len() == 1 => {
                for export in section {
                    outline.exports.push(
                        export
                            .map_err(|error| error.to_string())?
                            .name
                            .name
                            .to_owned(),
                    );
                }
            }
            _ => {}
        }
    }
    Ok(outline)
}

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
