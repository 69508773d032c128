//! Which recipes of a stack there are newer versions of.

use serde_json::{Value, json};

use super::text::{Line, Text, headed};
use crate::registry::version::{newest, of_tag};
use crate::registry::{Source, Wanted};

/// One service whose recipe lies in a registry or a layout.
#[derive(Clone, Debug)]
pub struct Dated {
    pub service: String,
    /// As the stack file has it.
    pub source: Source,
    /// The version that is locked; absent where nothing is.
    pub locked: Option<String>,
    /// All tags of the repository, or of its name in the layout.
    pub tags: Vec<String>,
    /// What has become of the version that is locked; absent where nothing is, or not by a tag, or nobody could be asked.
    pub there: Option<There>,
}

/// What the registry has at the tag of a locked version.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum There {
    /// What is locked.
    Same,
    /// Something else; in words, behind "and": "names sha256:… now".
    Moved(String),
    /// Nothing any more.
    Gone,
}

impl Dated {
    /// The newest tag that the stack file takes; of one that names its content, none.
    pub fn taken(&self) -> Option<&str> {
        if self.source.is_pinned() {
            return None;
        }
        let tags = self.tags.iter().map(String::as_str);
        match self.source.wanted() {
            Wanted::Newest => newest(tags, None),
            Wanted::Range(range) => newest(tags, Some(&range)),
            Wanted::Tag(wanted) => tags.into_iter().find(|tag| *tag == wanted),
        }
    }

    /// The newest tag of all.
    pub fn newest(&self) -> Option<&str> {
        newest(self.tags.iter().map(String::as_str), None)
    }

    /// Whether the version that is locked is not there as it was.
    pub fn is_odd(&self) -> bool {
        self.there.as_ref().is_some_and(|it| *it != There::Same)
    }

    /// Whether there is a newer one than is run.
    pub fn is_outdated(&self) -> bool {
        let pinned = match self.source.wanted() {
            Wanted::Tag(tag) if self.source.is_pinned() => Some(tag),
            _ => None,
        };
        let run = self.locked.as_deref().or(pinned.as_deref());
        let run = run.or_else(|| self.taken());
        let (run, newest) = (run.and_then(of_tag), self.newest().and_then(of_tag));
        match (run, newest) {
            (Some(run), Some(newest)) => run < newest,
            // What runs has no version, so that nobody can tell: it is shown.
            (None, Some(_)) => true,
            (_, None) => false,
        }
    }
}

/// For people: those that are outdated.
pub fn text(all: &[Dated]) -> Text {
    let mut outdated = all.iter().filter(|it| it.is_outdated()).peekable();
    if outdated.peek().is_none() {
        let words = match all.len() {
            0 => "No recipe of this stack lies in a registry or a layout.",
            _ if all.iter().any(Dated::is_odd) => "No recipe has a newer version.",
            _ => "Every recipe is the newest that there is.",
        };
        return Line::plain(words).into();
    }
    let heads = ["service", "locked", "takes", "newest", "recipe"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for one in outdated {
        let or_none = |it: Option<&str>| it.unwrap_or("-").to_owned();
        rows.push(vec![
            one.service.clone(),
            or_none(one.locked.as_deref()),
            or_none(one.taken()),
            or_none(one.newest()),
            one.source.to_string(),
        ]);
    }
    headed(&rows)
}

/// For programs.
pub fn json(one: &Dated) -> Value {
    json!({
        "service": one.service,
        "recipe": one.source.to_string(),
        "locked": one.locked,
        "taken": one.taken(),
        "newest": one.newest(),
        "outdated": one.is_outdated(),
        "locked_version": one.there.as_ref().map(|it| match it {
            There::Same => "there",
            There::Moved(_) => "moved",
            There::Gone => "gone",
        }),
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn dated(service: &str, recipe: &str, locked: Option<&str>) -> Dated {
        Dated {
            service: service.into(),
            source: recipe.parse().unwrap(),
            locked: locked.map(str::to_owned),
            tags: ["1.1.0", "1.2.0", "2.0.0", "3.0.0-rc.1", "edge"]
                .map(str::to_owned)
                .to_vec(),
            there: locked.map(|_| There::Same),
        }
    }

    #[test]
    fn what_is_run_is_held_against_what_there_is() {
        let pinned = format!("oci://ghcr.io/acme/redis:2.0.0@sha256:{}", "0a".repeat(32));
        let all = [
            dated("redis", "oci://ghcr.io/acme/redis:1.x", Some("1.1.0")),
            dated("open", "oci://ghcr.io/acme/redis:1.x", None),
            dated("current", "oci://ghcr.io/acme/redis", Some("2.0.0")),
            dated("exact", "oci://ghcr.io/acme/redis:1.1.0", None),
            dated("edge", "oci://ghcr.io/acme/redis:edge", None),
            dated("gone", "oci://ghcr.io/acme/redis:1.9.9", None),
            dated("pinned", &pinned, None),
        ];
        expect![[r#"
            service  locked  takes  newest  recipe
            redis    1.1.0   1.2.0  2.0.0   oci://ghcr.io/acme/redis:1.x
            open     -       1.2.0  2.0.0   oci://ghcr.io/acme/redis:1.x
            exact    -       1.1.0  2.0.0   oci://ghcr.io/acme/redis:1.1.0
            edge     -       edge   2.0.0   oci://ghcr.io/acme/redis:edge
            gone     -       -      2.0.0   oci://ghcr.io/acme/redis:1.9.9
        "#]]
        .assert_eq(&text(&all).to_string());
        assert_eq!(
            text(&all[2..3]).to_string(),
            "Every recipe is the newest that there is.\n"
        );
        assert_eq!(
            text(&[]).to_string(),
            "No recipe of this stack lies in a registry or a layout.\n"
        );
        let value = json(&all[0]);
        assert_eq!(
            (&value["taken"], &value["outdated"]),
            (&"1.2.0".into(), &true.into())
        );
    }
}
