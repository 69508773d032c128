//! `host cache`: what is kept on this machine of recipes, and looking after it.

use std::time::{Duration, SystemTime};

use anyhow::Result;
use host_core::codes::registry::{CACHE, CONTENT};
use host_core::report::text::{Line, Text, table};
use host_core::report::{count, document};
use serde_json::json;

use super::{Context, fail_after_document, registry};
use crate::cli::{CacheArgs, CacheVerb, RegistryArgs};
use crate::component::{Compiled, LoadOptions};
use crate::failure::{ExitStatus, Told};
use crate::registry::Registry;
use crate::settings;

const DAY: u64 = 24 * 60 * 60;

pub(super) fn execute(context: &Context, arguments: &CacheArgs) -> Result<ExitStatus> {
    let registry = registry::open(
        context,
        RegistryArgs::default(),
        &LoadOptions::default(),
        None,
        None,
    )?;
    // There is one, or the registry's could not have been opened.
    let compiled = settings::cache_folder(&context.environment).unwrap_or_default();
    let compiled = Compiled::open(&compiled.join("compiled")).map_err(|why| {
        Told::new(format!("compiled recipes cannot be kept: {why}"))
            .code(CACHE)
            .hint("mend the folder, or set `XDG_CACHE_HOME` to another")
    })?;
    match &arguments.verb {
        CacheVerb::List => list(context, &registry, &compiled),
        CacheVerb::Check => check(context, &registry, &compiled),
        CacheVerb::Prune { older_than, all } => {
            let now = SystemTime::now();
            let since = if *all {
                // Whatever the clock of the file system says.
                now + Duration::from_secs(DAY)
            } else {
                now.checked_sub(*older_than)
                    .unwrap_or(SystemTime::UNIX_EPOCH)
            };
            let of_registries = registry.prune(since);
            let of_compiled = compiled.prune(since);
            let (files, bytes) = (
                of_registries.0 + of_compiled.0,
                of_registries.1 + of_compiled.1,
            );
            if context.shell.is_json() {
                context.shell.json(&document([
                    ("files", files.into()),
                    ("bytes", bytes.into()),
                ]))?;
            } else {
                let words = format!("removed {}, {bytes} bytes", files_of(files));
                context.shell.data(&Line::plain(words).into())?;
            }
            Ok(ExitStatus::Done)
        }
    }
}

fn list(context: &Context, registry: &Registry, compiled: &Compiled) -> Result<ExitStatus> {
    let (kept, files, bytes) = registry.kept();
    let compiled = compiled.count();
    if context.shell.is_json() {
        let seconds = |it: SystemTime| {
            it.duration_since(SystemTime::UNIX_EPOCH)
                .map_or(0, |it| it.as_secs())
        };
        let recipes = kept.iter().map(|it| {
            json!({"name": it.name, "digest": it.digest, "size": it.size, "used": seconds(it.used)})
        });
        let count = |(files, bytes): (u64, u64)| json!({"files": files, "bytes": bytes});
        context.shell.json(&document([
            ("recipes", recipes.collect()),
            ("content", count((files, bytes))),
            ("compiled", count(compiled)),
        ]))?;
        return Ok(ExitStatus::Done);
    }
    let mut words = Text::default();
    if !kept.is_empty() {
        let mut rows = vec![
            ["recipe", "bytes", "used", "digest"]
                .map(str::to_owned)
                .to_vec(),
        ];
        for it in &kept {
            let name = it.name.clone().unwrap_or_else(|| "-".to_owned());
            rows.push(vec![
                name,
                it.size.to_string(),
                age(it.used),
                it.digest.clone(),
            ]);
        }
        for row in table(&rows) {
            words.push(Line::plain(row));
        }
    }
    words.push(Line::plain(format!(
        "{} of registries and layouts, {bytes} bytes",
        files_of(files)
    )));
    words.push(Line::plain(format!(
        "{} of compiled recipes, {} bytes",
        files_of(compiled.0),
        compiled.1
    )));
    context.shell.data(&words)?;
    Ok(ExitStatus::Done)
}

fn check(context: &Context, registry: &Registry, compiled: &Compiled) -> Result<ExitStatus> {
    let files = registry.kept().1 + compiled.count().0;
    let mut damaged = registry.check();
    damaged.extend(compiled.check());
    if context.shell.is_json() {
        context.shell.json(&document([
            ("files", files.into()),
            ("damaged", damaged.clone().into()),
        ]))?;
    } else {
        let mut words = Text::default();
        for name in &damaged {
            words.push(Line::plain(format!("{name} was damaged, and is gone")));
        }
        words.push(Line::plain(format!(
            "{} looked at, {} damaged",
            files_of(files),
            damaged.len()
        )));
        context.shell.data(&words)?;
    }
    if damaged.is_empty() {
        return Ok(ExitStatus::Done);
    }
    let verb = if damaged.len() == 1 { "was" } else { "were" };
    let message = format!(
        "{} of the cache {verb} damaged",
        count(damaged.len(), "file")
    );
    let told = Told::new(message)
        .code(CONTENT)
        .hint("nothing of them is used any more, and recipes are fetched again when they are run; if it comes back, look after the disk");
    Ok(fail_after_document(&context.shell, &told.into()))
}

fn files_of(number: u64) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), "file")
}

/// In days: for people, and the clock of the disk may be off by a little.
fn age(used: SystemTime) -> String {
    let days = used.elapsed().unwrap_or_default().as_secs() / DAY;
    match days {
        0 => "today".to_owned(),
        1 => "1 day ago".to_owned(),
        days => format!("{days} days ago"),
    }
}
