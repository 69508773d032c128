//! `host push`: a recipe into a registry.

use anyhow::Result;
use host_core::diag::{Diagnostic, has_errors};
use host_core::registry::Reference;
use host_core::registry::artifact::check_digest;
use host_core::registry::index::Place;
use host_core::registry::layout::Layout;
use host_core::registry::reference::check_login;
use host_core::registry::version;
use host_core::report::text::Line;
use host_core::report::{count, document};
use serde_json::json;

use super::prepare::tell_compilation;
use super::{Context, block_on, findings, registry};
use crate::cli::PushArgs;
use crate::component::LoadOptions;
use crate::failure::{ExitStatus, Failure, Told};
use crate::ops::blueprint::{Input, Loaded, bytes};
use crate::ops::lint;
use crate::ops::publish::{self, Listing, Published};
use crate::settings;

pub(super) fn execute(context: &Context, arguments: &PushArgs) -> Result<ExitStatus> {
    let shell = &context.shell;
    let file = settings::StackFile::nearest(&context.environment.folder)?;
    let options = settings::load_options(&arguments.sandbox, file.as_ref(), &context.environment)?;
    let chosen = settings::of_recipe(&arguments.file)?;
    if chosen.source.is_some() {
        let message = format!("`{}` is no file, and a file is published", arguments.file);
        return Err(Told::usage(message)
            .hint("`host push FILE REFERENCE`; `host pull` says in which file a recipe is kept")
            .into());
    }
    if Layout::is_meant(&arguments.reference) {
        check_login(&arguments.reference)?;
        let message = format!(
            "`{}` is a layout, and recipes are published in registries",
            arguments.reference
        );
        let layout: Option<Layout> = arguments.reference.parse().ok();
        let hint = match layout.and_then(|it| it.with_slashes()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "publish it, also in a registry on this machine, and copy it from there: `host save REFERENCE -o DIR`".to_owned(),
        };
        return Err(Told::usage(message).hint(hint).into());
    }
    let reference: Reference = arguments.reference.parse()?;
    let input = Input {
        path: chosen.path,
        ..Input::default()
    };
    let (loaded, component, warnings) = sound(context, &input, &arguments.file, &options)?;
    let publication = publish::prepare(&loaded, &component, &reference)?;
    let registry = registry::open(context, arguments.registry, &options, file.as_ref(), None)?;
    let (published, listed) = block_on(async {
        let published =
            publish::publish(&registry, &loaded, &component, &publication, &options).await?;
        let listed = if matches!(published, Published::Breaks(_)) {
            Ok(Listing::No)
        } else {
            let (at, manifest) = (&publication.reference, &publication.artifact.manifest);
            publish::list(&registry, at, manifest, arguments.index).await
        };
        anyhow::Ok((published, listed))
    })?;
    let (digest, sent, former, unknown, begins) = match published {
        Published::Now {
            digest,
            sent,
            former,
            unknown,
            begins,
        } => (digest, sent, former, unknown, begins),
        Published::Before { digest } => (digest, 0, None, None, None),
        Published::Breaks(found) => return Err(refuse(context, &arguments.file, &found)),
    };
    let at = &publication.reference;
    let pinned = at.at_digest(&digest);
    shell.note(&match (sent, &former) {
        (0, _) => format!("{at} is published already, the very same: nothing was sent"),
        (_, None) => format!("published {at}: {sent} bytes sent"),
        (_, Some(former)) => format!("moved {at}, which was {former}: {sent} bytes sent"),
    });
    if warnings > 0 && sent > 0 {
        let warnings = count(warnings, "warning");
        shell.note(&format!(
            "{warnings} of lint: `host lint {}` shows what",
            arguments.file
        ));
    }
    if let Some(why) = unknown {
        shell.warn(
            &why,
            Some("look at both with `host inspect`, before anybody takes it for one that fits"),
        );
    }
    if let Some(name) = begins {
        tell_other_name(context, at, &name);
    }
    if let Some(version) = version::meant(&publication.tag) {
        let tag = &publication.tag;
        shell.warn(
            &format!(
                "the tag `{tag}` is no version: ranges, `outdated` and `search` do not see it"
            ),
            Some(&format!(
                "versions are written `{version}`: host push {} {}",
                arguments.file,
                at.at_tag(&version)
            )),
        );
    }
    let index = Place::of(at).index();
    match listed {
        Ok(Listing::New) => shell.note(&format!("listed in the index `{index}`")),
        // What stays as it is was asked for only with the flag.
        Ok(before) => {
            let why = match &before {
                Listing::Newer(version) => {
                    format!("not listed in the index `{index}`: it has a newer version, {version}")
                }
                Listing::No => format!(
                    "not listed in the index `{index}`: only versions are, and no pre-releases"
                ),
                _ => format!("the index `{index}` lists it already"),
            };
            if arguments.index {
                shell.note(&why);
            } else if before != Listing::No {
                shell.verbose(&why);
            }
        }
        Err(error) => {
            let failure = Failure::read(&error);
            let told = Told::new(format!("{at} is published, and not listed in `{index}`"));
            // Whoever asked for it is to know; an index that others keep stops nobody.
            if arguments.index {
                return Err(told.because(&failure).into());
            }
            shell.warn(&format!("{told}: {}", failure.message), None);
        }
    }
    if shell.is_json() {
        let published = json!({
            "reference": at.to_string(),
            "pinned": pinned.to_string(),
            "digest": digest,
            "sent": sent,
            "former": former,
        });
        shell.json(&document([("published", published)]))?;
    } else {
        shell.data(&Line::plain(pinned.to_string()).into())?;
    }
    Ok(ExitStatus::Done)
}

/// A repository has got a recipe of another name, and no other one from then on.
pub(super) fn tell_other_name(context: &Context, at: &Reference, name: &str) {
    let place = at.place();
    context.shell.warn(
        &format!("the repository `{place}` is called otherwise than its recipe, `{name}`"),
        Some("it takes versions of that recipe alone from now on; if that was a slip, have the registry delete it and publish elsewhere"),
    );
}

/// The recipe and its bytes, where its author has nothing to mend that stops its users, and how many warnings there are.
fn sound(
    context: &Context,
    input: &Input,
    file: &str,
    options: &LoadOptions,
) -> Result<(Loaded, Vec<u8>, usize)> {
    let component = bytes::read(input, &options.limits)?;
    let mut loaded = match lint::load(input.clone(), options)? {
        Ok(loaded) => loaded,
        Err(finding) => return Err(refuse(context, file, &[finding])),
    };
    tell_compilation(context, std::slice::from_ref(&loaded));
    // It may have been built anew in between.
    let digest = format!("sha256:{}", loaded.recipe.digest());
    check_digest(&format!("`{file}`"), &component, &digest)?;
    let found = lint::check(&mut loaded)?;
    if has_errors(&found) {
        return Err(refuse(context, file, &found));
    }
    Ok((loaded, component, found.len()))
}

/// Tells what was found, and refuses.
fn refuse(context: &Context, file: &str, found: &[Diagnostic]) -> anyhow::Error {
    for finding in found {
        findings::tell(&context.shell, file, finding);
    }
    let errors = found.iter().filter(|it| it.is_error()).count();
    let all = found.iter().map(|it| (file.to_owned(), it.clone()));
    let verb = if errors == 1 { "is" } else { "are" };
    let message = format!(
        "`{file}` is not published: there {verb} {}",
        count(errors, "error")
    );
    Told::new(message)
        .hint("mend what is said above; `host lint` says more about a recipe alone")
        .findings(all.collect())
        .into()
}
