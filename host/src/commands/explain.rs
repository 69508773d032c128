//! `host explain`: what a code means.

use anyhow::Result;
use host_core::codes::{self, Code, Entry};
use host_core::report::document;
use host_core::report::text::{Line, Text, Tone};
use serde_json::{Value, json};

use super::Context;
use crate::cli::ExplainArgs;
use crate::failure::{ExitStatus, Told};

pub(super) fn execute(context: &Context, arguments: &ExplainArgs) -> Result<ExitStatus> {
    let entries: Vec<Entry> = if arguments.codes.is_empty() {
        codes::all().collect()
    } else {
        arguments
            .codes
            .iter()
            .map(|it| read(it))
            .collect::<Result<_>>()?
    };
    if context.shell.is_json() {
        let each: Vec<Value> = entries
            .iter()
            .map(|it| json!({"code": it.code, "title": it.title, "meaning": it.meaning, "remedy": it.remedy}))
            .collect();
        context.shell.json(&document([("codes", json!(each))]))?;
        return Ok(ExitStatus::Done);
    }
    let is_list = arguments.codes.is_empty();
    let mut text = Text::default();
    for (index, entry) in entries.iter().enumerate() {
        if is_list {
            text.push(
                Line::new(Tone::Strong, entry.code.to_string())
                    .and(Tone::Plain, format!("  {}", entry.title)),
            );
            continue;
        }
        if index > 0 {
            text.gap();
        }
        text.push(
            Line::new(Tone::Strong, format!("{}: ", entry.code)).and(Tone::Plain, entry.title),
        );
        text.push(Line::plain(format!("  {}", entry.meaning)));
        text.push(Line::new(Tone::Hint, "  hint: ").and(Tone::Plain, entry.remedy));
    }
    context.shell.data(&text)?;
    Ok(ExitStatus::Done)
}

/// `H0501`, `h0501` or `501`.
fn read(text: &str) -> Result<Entry> {
    let digits = text.trim_start_matches(['H', 'h']);
    let found = digits
        .parse()
        .ok()
        .and_then(|number| codes::find(Code(number)));
    found.ok_or_else(|| {
        Told::new(format!("there is no code `{text}`"))
            .hint("`host explain` lists all of them")
            .into()
    })
}
