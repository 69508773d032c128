//! `host render`: what would be sent, without network and credentials.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use host_core::codes::parameters::ARGUMENT;
use host_core::desired::DesiredTarget;
use host_core::escape::one_line;
use host_core::policy::mask;
use host_core::report::blueprint::{bodies, reveal};
use host_core::report::emit::{Emitted, aws_cli};
use serde_json::Value;

use super::{Context, findings, prepare};
use crate::cli::RenderArgs;
use crate::failure::{ExitStatus, Told};
use crate::files;
use crate::ops::blueprint::{Live, Rendered, render_all};

pub(super) fn execute(context: &Context, arguments: &RenderArgs) -> Result<ExitStatus> {
    if arguments.with_secret_arns {
        context.shell.reveal();
    }
    let destination = arguments.emit.as_deref().map(destination).transpose()?;
    let (loaded, target) = prepare::recipes(context, &arguments.recipes, &arguments.target)?;
    let target = target.offline();
    let rendered = render_all(&loaded, &target, &Live::new())?;
    prepare::hide(context, &rendered);
    findings::check(&context.shell, &rendered)?;
    match destination {
        Some(folder) => emit(
            context,
            &rendered,
            &target,
            folder,
            arguments.with_secret_arns,
        )?,
        None => context
            .shell
            .json(&document(&rendered, &target, arguments.with_secret_arns))?,
    }
    Ok(ExitStatus::Done)
}

/// The bodies of one recipe; a list of them for several. Unless secrets are wanted, variables that look like some are masked.
fn document(rendered: &[Rendered], target: &DesiredTarget, reveals: bool) -> Value {
    let of_one = |it: &Rendered| {
        let mut bodies = bodies(&it.desired, Some(target));
        if reveals {
            reveal(&mut bodies, &it.secrets);
        } else {
            bodies.values_mut().for_each(mask);
        }
        Value::Object(bodies)
    };
    match rendered {
        [one] => of_one(one),
        several => several.iter().map(of_one).collect(),
    }
}

/// The folder of `--emit aws-cli DIR`.
fn destination(values: &[OsString]) -> Result<&Path> {
    match values {
        [format, folder] if format == "aws-cli" => Ok(Path::new(folder)),
        [_, _, _, ..] => Err(
            Told::usage("`--emit` is given twice, and writes one folder")
                .hint("run host once for each")
                .into(),
        ),
        [format, ..] => Err(Told::usage(format!(
            "`--emit` does not know the format `{}`",
            format.display()
        ))
        .hint("`--emit aws-cli DIR`")
        .into()),
        [] => Err(Told::usage("`--emit` needs a format and a folder")
            .hint("`--emit aws-cli DIR`")
            .into()),
    }
}

/// A service gets a folder, and its name may come from a file of somebody else: none leads out of the folder of all.
fn check_name(name: &str) -> Result<()> {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
    if !name.is_empty() && name.chars().all(is_plain) {
        return Ok(());
    }
    Err(Told::new(format!(
        "`{}` cannot be the name of a folder: nothing was written",
        one_line(name)
    ))
    .code(ARGUMENT)
    .hint("name the service with letters, digits and `-`")
    .into())
}

/// Writes a file, for its owner's eyes alone where that is wanted.
fn write(path: &Path, text: &str, is_private: bool) -> io::Result<()> {
    let mut file = files::create(path, if is_private { 0o600 } else { 0o666 })?;
    if is_private {
        // One that is there already keeps its rights.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    file.write_all(text.as_bytes())
}

/// Tells what the files hold that is masked everywhere else.
fn warn_of_plain(context: &Context, folder: &Path, plain: &BTreeMap<String, BTreeSet<String>>) {
    for (file, names) in plain {
        let file = folder.join(file);
        context.shell.warn(
            &format!("`{}` holds {} in plain", file.display(), quoted(names)),
            Some(PLAIN),
        );
    }
}

/// Names of variables, and ARNs as they are shown.
pub(super) fn quoted(names: &BTreeSet<String>) -> String {
    let names: Vec<String> = names
        .iter()
        .map(|it| format!("`{}`", one_line(it)))
        .collect();
    names.join(", ")
}

/// What to do about a file that holds secrets.
pub(super) const PLAIN: &str = "only you can read it: keep it so, and out of version control";

fn emit(
    context: &Context,
    rendered: &[Rendered],
    target: &DesiredTarget,
    folder: &Path,
    reveals: bool,
) -> Result<()> {
    let services: Vec<Emitted<'_>> = rendered
        .iter()
        .map(|it| Emitted {
            desired: &it.desired,
            secrets: reveals.then_some(&it.secrets),
        })
        .collect();
    let files = aws_cli(&services, Some(target));
    let mut written: Vec<String> = Vec::new();
    for service in rendered {
        check_name(&service.desired.name)?;
    }
    for (name, text) in &files.files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot make the folder `{}`", parent.display()))?;
        write(&path, text, files.plain.contains_key(name))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        context.shell.note(&format!("wrote `{}`", path.display()));
        written.push(path.display().to_string());
    }
    warn_of_plain(context, folder, &files.plain);
    if context.shell.is_json() {
        context
            .shell
            .json(&host_core::report::document([("files", written.into())]))?;
    }
    if !files.tokens.is_empty() {
        let message = format!(
            "the files contain tokens that AWS does not understand: `{}`",
            files.tokens.join("`, `")
        );
        let hint = "`--with-secret-arns` writes the ARNs of secrets; the addresses of other services exist only when those run";
        context.shell.warn(&message, Some(hint));
    }
    Ok(())
}
