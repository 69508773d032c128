//! Contract 0.1: between its values and our types, by field name.
//!
//! The guest's own function types say how to build arguments, and our types say
//! how to read results, so the two may differ in fields that are not set. A test
//! holds our types to the text of the contract.

use host_core::diag::Diagnostic;
use host_core::spec::{Argument, Blueprint, Dependency, Manifest, Target};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasmtime::component::{Type, Val, types};

use super::error::RecipeError;

#[cfg(test)]
mod mirror;
mod place;
mod reading;
#[cfg(test)]
mod tests;
mod writing;

/// The values with which `render` is called, in the order and of the types of the guest's own function.
pub(super) fn parameters(
    signature: &types::ComponentFunc,
    arguments: &[Argument],
    target: &Target,
    dependencies: &[Dependency],
) -> Result<Vec<Val>, RecipeError> {
    signature
        .params()
        .map(|(name, ty)| match name {
            "arguments" => write(arguments, &ty),
            "target" => write(target, &ty),
            "dependencies" => write(dependencies, &ty),
            _ => writing::zero(&ty),
        })
        .collect::<Result<_, _>>()
        .map_err(|reason| RecipeError::Contract {
            function: "render",
            reason,
        })
}

fn write(value: &(impl Serialize + ?Sized), ty: &Type) -> Result<Val, String> {
    let json = serde_json::to_value(value).map_err(|error| error.to_string())?;
    writing::write(&json, ty)
}

/// Reads what `describe` returned.
pub(super) fn read_manifest(
    value: Val,
    signature: &types::ComponentFunc,
) -> Result<Manifest, RecipeError> {
    read("describe", value, signature.results().next())
}

/// Reads what `render` returned. Findings are never empty: a failure without any says so.
pub(super) fn read_blueprint(
    value: Val,
    signature: &types::ComponentFunc,
) -> Result<Result<Blueprint, Vec<Diagnostic>>, RecipeError> {
    let (Val::Result(result), Some(Type::Result(ty))) = (value, signature.results().next()) else {
        return Err(RecipeError::Contract {
            function: "render",
            reason: "it does not return a result".to_owned(),
        });
    };
    match result {
        Ok(Some(blueprint)) => read("render", *blueprint, ty.ok()).map(Ok),
        Ok(None) => Ok(Ok(Blueprint::default())),
        Err(findings) => {
            let mut findings: Vec<Diagnostic> = findings.map_or(Ok(Vec::new()), |findings| {
                read("render", *findings, ty.err())
            })?;
            if findings.is_empty() {
                findings.push(
                    Diagnostic::error("", "the recipe failed without saying why")
                        .hint("it is a bug of the recipe: run its tests with the same arguments"),
                );
            }
            Ok(Err(findings))
        }
    }
}

fn read<T: DeserializeOwned>(
    function: &'static str,
    value: Val,
    ty: Option<Type>,
) -> Result<T, RecipeError> {
    let wrong = || RecipeError::Contract {
        function,
        reason: "it returns nothing".to_owned(),
    };
    let ty = ty.ok_or_else(wrong)?;
    let reader = reading::Reader {
        value,
        place: place::Place::Whole(&ty),
    };
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let path = contract_path(error.path());
        match error.into_inner() {
            reading::Mismatch::UnknownField => RecipeError::Newer { function, path },
            reading::Mismatch::UnknownCase(name) => RecipeError::Newer {
                function,
                path: join(&path, &name),
            },
            reading::Mismatch::Other(reason) => RecipeError::Value {
                function,
                path,
                reason,
            },
        }
    })
}

/// A path in the words of the contract: without the cases of variants, which its paths leave out.
fn contract_path(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;

    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => text = format!("{text}[{index}]"),
            Segment::Map { key } => text = join(&text, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    text
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
