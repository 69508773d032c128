//! `host build`: recipes from Rust packages, looked at before they are written.

use anyhow::{Context as _, Result};
use host_core::report::document;
use host_core::report::text::Line;
use serde_json::json;

use super::Context;
use super::prepare::shown;
use crate::author::{self, Built};
use crate::cli::BuildArgs;
use crate::component::{self, LoadOptions};
use crate::failure::{ExitStatus, Told};
use crate::settings;

pub(super) fn execute(context: &Context, arguments: &BuildArgs) -> Result<ExitStatus> {
    let shell = &context.shell;
    let toolchain = settings::toolchain(&context.environment, shell.is_quiet());
    let file = settings::StackFile::nearest(&context.environment.folder)?;
    let options = settings::load_options(&arguments.sandbox, file.as_ref(), &context.environment)?;
    let mut documents = Vec::new();
    for folder in &arguments.folders {
        let built = author::build(folder, &toolchain)?;
        let (digest, version) = look_at(context, &built, &options)?;
        built.write()?;
        let path = shown(&built.path);
        shell.note(&format!(
            "built {} {version}: {} bytes, sha256:{digest}",
            built.package,
            built.bytes.len()
        ));
        if shell.is_json() {
            documents.push(json!({"path": path, "size": built.bytes.len(), "digest": format!("sha256:{digest}"), "version": version}));
        } else {
            shell.data(&Line::plain(path).into())?;
        }
    }
    if shell.is_json() {
        shell.json(&document([("recipes", documents.into())]))?;
    }
    Ok(ExitStatus::Done)
}

/// A recipe that cannot say what it is does not replace one that can. Gives its digest and version.
fn look_at(context: &Context, built: &Built, options: &LoadOptions) -> Result<(String, String)> {
    let about = || format!("the recipe of `{}` does not work", built.package);
    let recipe = component::load(&built.bytes, options).with_context(about)?;
    let manifest = recipe.describe().with_context(about)?;
    let findings = host_core::manifest::check(&manifest);
    for finding in &findings {
        super::findings::tell(&context.shell, &built.package, finding);
    }
    if host_core::diag::has_errors(&findings) {
        let findings = findings
            .into_iter()
            .map(|it| (built.package.clone(), it))
            .collect();
        return Err(Told::new(format!(
            "the manifest of `{}` breaks the contract",
            built.package
        ))
        .findings(findings)
        .into());
    }
    Ok((recipe.digest().to_owned(), manifest.version))
}
