//! `host list`: every service of the cluster.

use anyhow::Result;
use host_core::report::document;
use host_core::report::text::{Line, Text, Tone, table};
use serde_json::json;

use super::{Context, block_on, prepare};
use crate::cli::ListArgs;
use crate::failure::ExitStatus;
use crate::ops::inventory::{self, Listed};

pub(super) fn execute(context: &Context, arguments: &ListArgs) -> Result<ExitStatus> {
    let target = prepare::target(context, &arguments.target)?;
    let (target, listed) = block_on(async {
        let (aws, target) = prepare::connect(context, &target).await?;
        let listed = inventory::list(&aws, &target).await?;
        Ok((target, listed))
    })?;
    if context.shell.is_json() {
        context.shell.json(&document([
            ("cluster", json!(target.cluster)),
            ("services", json!(listed)),
        ]))?;
    } else if listed.is_empty() {
        context
            .shell
            .note(&format!("cluster `{}` has no services", target.cluster));
    } else {
        context.shell.data(&text(&listed))?;
    }
    Ok(ExitStatus::Done)
}

/// One line each, what is not of this stack in the background.
fn text(listed: &[Listed]) -> Text {
    let mut rows = vec![
        ["NAME", "SERVICE", "STACK", "RECIPE", "REVISION", "TASKS"]
            .map(str::to_owned)
            .to_vec(),
    ];
    rows.extend(listed.iter().map(row));
    let mut lines = table(&rows).into_iter();
    let mut text = Text::default();
    lines
        .by_ref()
        .take(1)
        .for_each(|heading| text.push(Line::new(Tone::Strong, heading)));
    for (line, one) in lines.zip(listed) {
        text.push(Line::new(
            if one.ours { Tone::Plain } else { Tone::Dim },
            line,
        ));
    }
    text
}

fn row(one: &Listed) -> Vec<String> {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    vec![
        or_none(&one.name),
        one.service.clone(),
        one.stack
            .clone()
            .unwrap_or_else(|| "(not made by host)".to_owned()),
        or_none(&one.recipe),
        one.revision.clone(),
        format!("{}/{}", one.running, one.desired),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_services_are_marked() {
        let ours = Listed {
            service: "redis-service".into(),
            name: Some("redis".into()),
            stack: Some("searchapp/default".into()),
            ours: true,
            recipe: Some("redis@0.1.0".into()),
            revision: "redis:1".into(),
            desired: 1,
            running: 1,
            ..Listed::default()
        };
        let foreign = Listed {
            service: "web".into(),
            revision: "web:7".into(),
            desired: 2,
            ..Listed::default()
        };
        let text = text(&[ours, foreign]);
        expect_test::expect![[r#"
            NAME   SERVICE        STACK               RECIPE       REVISION  TASKS
            redis  redis-service  searchapp/default   redis@0.1.0  redis:1   1/1
            -      web            (not made by host)  -            web:7     0/2
        "#]]
        .assert_eq(&text.to_string());
        assert_eq!(text.lines()[2].spans()[0].0, Tone::Dim);
    }
}
