//! What to write so that a service may have all that it asks for: one line, which takes the place of the one that is there.

use serde_json::Value;

use crate::bounds::{FINDINGS, list};
use crate::diag::Diagnostic;
use crate::policy::grant::Grant;
use crate::policy::place::Place;

/// The most bytes of such a line. What does not fit is offered once the rest is granted.
const LINE: usize = 16 * 1024;

/// What to do about the findings of a service that a grant would mend; nothing where there are none.
///
/// Beside errors that no grant mends none is offered: whoever writes it is refused all the same.
pub fn offer(findings: &[Diagnostic], place: &Place) -> Option<String> {
    let mut needed: Vec<&Grant> = Vec::new();
    for grant in findings.iter().filter_map(|it| it.needs.as_deref()) {
        if !needed.iter().any(|it| it.covers(grant)) {
            needed.retain(|it| !grant.covers(it));
            needed.push(grant);
        }
    }
    if needed.is_empty() {
        return None;
    }
    let others = findings
        .iter()
        .filter(|it| it.is_error() && it.needs.is_none());
    let mut others: Vec<String> = others
        .map(|it| {
            it.code
                .map_or("the other errors".to_owned(), |it| it.to_string())
        })
        .collect();
    others.sort();
    others.dedup();
    if !others.is_empty() {
        let service = &place.service;
        return Some(format!(
            "no grant mends {} of `{service}`: mend that first",
            list(others)
        ));
    }
    line(&needed, place)
}

fn line(needed: &[&Grant], place: &Place) -> Option<String> {
    let stays = |it: &&String| {
        let read = it.parse::<Grant>();
        read.is_ok_and(|it| !needed.iter().any(|needed| needed.covers(&it)))
    };
    // A text of JSON is one of TOML too.
    let quoted = |it: &str| Value::from(it).to_string();
    let kept = place.written.iter().filter(stays);
    let mut grants: Vec<String> = kept.map(|it| quoted(it)).collect();
    let mut length = 0;
    let new = needed.iter().map(|it| quoted(&it.to_string()));
    let new = new.take(FINDINGS).take_while(|it| {
        length += it.len();
        length <= LINE
    });
    let before = grants.len();
    grants.extend(new);
    if grants.len() == before {
        return None;
    }
    let meant = match needed.len() {
        1 => "if it is meant to",
        _ => "if all of it is meant",
    };
    let mut line = format!("grants = [{}]", grants.join(", "));
    if let Some(digest) = &place.digest {
        line = format!("{line}` and `{}", Place::granted_to(digest));
    }
    Some(format!(
        "{meant}, {}",
        place.to_write(&line, !place.written.is_empty())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needing(grant: &str) -> Diagnostic {
        Diagnostic::error("a.b", "is not granted").needs(grant.parse().expect("a grant"))
    }

    fn place(written: &[&str]) -> Place {
        Place {
            service: "web".into(),
            file: "prod.toml".into(),
            recipe: None,
            taken: Vec::new(),
            written: written.iter().map(|it| (*it).to_owned()).collect(),
            digest: None,
        }
    }

    #[test]
    fn one_line_has_all_that_is_needed_and_all_that_is_there() {
        let needed = [
            needing("host-path:/data:ro"),
            needing("exec"),
            needing("host-path:/data:rw"),
            needing("exec"),
            needing("tasks:30"),
        ];
        assert_eq!(
            offer(&needed, &place(&["privileged", "tasks:20"])).as_deref(),
            Some(
                "if all of it is meant, write `grants = [\"privileged\", \"exec\", \"host-path:/data:rw\", \"tasks:30\"]` \
                 under `[services.web]` of `prod.toml`, in place of the one there"
            )
        );
        let new = Place {
            recipe: Some("../web.wasm".into()),
            digest: Some("sha256:0".into()),
            ..place(&[])
        };
        assert_eq!(
            offer(&needed[1..2], &new).as_deref(),
            Some(
                "if it is meant to, write `grants = [\"exec\"]` and `granted-to = \"sha256:0\"` under `[services.web]` of `prod.toml`, beside `recipe = \"../web.wasm\"`"
            )
        );
        assert_eq!(offer(&[], &place(&[])), None);
        assert_eq!(offer(&[Diagnostic::warning("", "x")], &place(&[])), None);
    }

    #[test]
    fn beside_what_no_grant_mends_none_is_offered() {
        let undeclared = Diagnostic::error("a.b", "x").code(crate::codes::policy::UNDECLARED);
        let found = [
            needing("exec"),
            undeclared.clone(),
            Diagnostic::warning("", "x"),
        ];
        assert_eq!(
            offer(&found, &place(&[])).as_deref(),
            Some("no grant mends `H0605` of `web`: mend that first")
        );
        assert_eq!(offer(&[undeclared], &place(&[])), None);
    }

    #[test]
    fn a_line_is_not_longer_than_anybody_can_paste() {
        let many: Vec<Diagnostic> = (0..500)
            .map(|it| needing(&format!("host-path:/{it}{}:ro", "a".repeat(300))))
            .collect();
        let told = offer(&many, &place(&[])).expect("an offer");
        assert!(told.len() < LINE + 200, "{}", told.len());
        let long = [needing(&format!("host-path:/{}:ro", "a".repeat(LINE)))];
        assert_eq!(offer(&long, &place(&[])), None);
    }
}
