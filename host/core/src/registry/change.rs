//! What changed from one version of a recipe to another, and whether those who use it may go on.

use crate::codes::registry::BREAKS;
use crate::diag::Diagnostic;
use crate::params;
use crate::spec::{Manifest, Parameter, ParameterType};

/// One difference.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// In the words of the contract: `parameters.memory`, `capabilities`.
    pub path: String,
    /// In a few words: `takes 64..4096 in place of 6..4096`.
    pub words: String,
    /// Whether it may break somebody who uses the recipe as it was.
    pub breaks: bool,
}

/// Every difference that users notice, in the order of the manifest.
#[must_use]
pub fn changes(former: &Manifest, next: &Manifest) -> Vec<Change> {
    let mut found = Vec::new();
    parameters(former, next, &mut found);
    endpoints(former, next, &mut found);
    dependencies(former, next, &mut found);
    capabilities(former, next, &mut found);
    found
}

/// What may not change within a minor version, as findings about the newer one.
#[must_use]
pub fn breaks(former: &Manifest, next: &Manifest) -> Vec<Diagnostic> {
    let all = changes(former, next).into_iter().filter(|it| it.breaks);
    all.map(|it| {
        Diagnostic::error(
            it.path,
            format!("{}, which may break users of {}", it.words, former.version),
        )
        .hint("raise the major version, or before 1.0.0 the minor one")
        .code(BREAKS)
    })
    .collect()
}

fn change(path: String, words: impl Into<String>, breaks: bool) -> Change {
    Change {
        path,
        words: words.into(),
        breaks,
    }
}

fn parameters(former: &Manifest, next: &Manifest, found: &mut Vec<Change>) {
    for old in &former.parameters {
        let path = format!("parameters.{}", old.name);
        match next.parameters.iter().find(|it| it.name == old.name) {
            None => found.push(change(path, "is gone", true)),
            Some(new) => parameter(&path, old, new, found),
        }
    }
    for new in &next.parameters {
        if former.parameters.iter().all(|it| it.name != new.name) {
            let must = new.required && params::default(&new.accepts).is_none();
            let words = if must {
                "is new, and must be given"
            } else {
                "is new"
            };
            found.push(change(format!("parameters.{}", new.name), words, must));
        }
    }
}

fn parameter(path: &str, old: &Parameter, new: &Parameter, found: &mut Vec<Change>) {
    if new.required && !old.required && params::default(&new.accepts).is_none() {
        found.push(change(path.to_owned(), "must be given now", true));
    }
    if old.accepts == new.accepts {
        return;
    }
    let (before, after) = (takes(&old.accepts), takes(&new.accepts));
    if before != after {
        let words = format!("takes {after} in place of {before}");
        let breaks = is_narrower(&old.accepts, &new.accepts);
        found.push(change(path.to_owned(), words, breaks));
    }
    let (before, after) = (by_itself(&old.accepts), by_itself(&new.accepts));
    if before != after {
        let words = format!("is {after} by itself in place of {before}");
        found.push(change(path.to_owned(), words, false));
    }
}

/// What is accepted, with all that narrows it.
fn takes(accepts: &ParameterType) -> String {
    let (pattern, format, items) = match accepts {
        ParameterType::Text(it) => (&it.pattern, &it.format, 0),
        ParameterType::TextList(it) => (&it.pattern, &it.format, it.max_items),
        _ => (&None, &None, 0),
    };
    let more = [
        format.as_ref().map(|it| format!("of the format {it}")),
        pattern.as_ref().map(|it| format!("that matches {it}")),
        (items > 0).then(|| format!("{items} at most")),
    ];
    let words = [Some(params::placeholder(accepts))].into_iter().chain(more);
    words.flatten().collect::<Vec<_>>().join(" ")
}

fn by_itself(accepts: &ParameterType) -> String {
    params::default(accepts).map_or_else(|| "nothing".to_owned(), |it| params::words(&it))
}

/// Whether a value that was taken may be refused now. Where that cannot be told, as with two patterns, it may.
fn is_narrower(old: &ParameterType, new: &ParameterType) -> bool {
    use ParameterType as T;
    match (old, new) {
        (T::Secret, T::Secret) | (T::Boolean(_), T::Boolean(_)) => false,
        (T::Integer(old), T::Integer(new)) => new.min > old.min || new.max < old.max,
        (T::Choice(old), T::Choice(new)) => old.choices.iter().any(|it| !new.choices.contains(it)),
        // Any of the words is a text.
        (T::Choice(_), T::Text(new)) => new.pattern.is_some() || new.format.is_some(),
        (T::Text(old), T::Text(new)) => {
            adds(old.pattern.as_ref(), new.pattern.as_ref())
                || adds(old.format.as_ref(), new.format.as_ref())
        }
        (T::TextList(old), T::TextList(new)) => {
            adds(old.pattern.as_ref(), new.pattern.as_ref())
                || adds(old.format.as_ref(), new.format.as_ref())
                || fewer(old.max_items, new.max_items)
        }
        _ => true,
    }
}

/// 0 is no limit of its own.
fn fewer(old: u32, new: u32) -> bool {
    new > 0 && (old == 0 || new < old)
}

fn adds(old: Option<&String>, new: Option<&String>) -> bool {
    new.is_some() && old != new
}

fn endpoints(former: &Manifest, next: &Manifest, found: &mut Vec<Change>) {
    for old in &former.endpoints {
        let path = format!("endpoints.{}", old.name);
        match next.endpoints.iter().find(|it| it.name == old.name) {
            None => found.push(change(path, "is gone", true)),
            Some(new) if new.scheme != old.scheme => found.push(change(
                path,
                format!("speaks `{}` in place of `{}`", new.scheme, old.scheme),
                true,
            )),
            Some(_) => {}
        }
    }
    for new in &next.endpoints {
        if former.endpoints.iter().all(|it| it.name != new.name) {
            found.push(change(format!("endpoints.{}", new.name), "is new", false));
        }
    }
}

fn dependencies(former: &Manifest, next: &Manifest, found: &mut Vec<Change>) {
    for new in &next.dependencies {
        let path = format!("dependencies.{}", new.name);
        let old = former.dependencies.iter().find(|it| it.name == new.name);
        match old {
            None if new.optional => found.push(change(path, "is new, and optional", false)),
            None => found.push(change(path, "is new, and needed", true)),
            Some(old) if old.optional && !new.optional => {
                found.push(change(path, "is needed now", true));
            }
            Some(_) => {}
        }
    }
    for old in &former.dependencies {
        if next.dependencies.iter().all(|it| it.name != old.name) {
            found.push(change(
                format!("dependencies.{}", old.name),
                "is gone",
                false,
            ));
        }
    }
}

/// Whoever granted what a recipe may ask for would be asked again.
fn capabilities(former: &Manifest, next: &Manifest, found: &mut Vec<Change>) {
    for new in &next.capabilities {
        if !former.capabilities.contains(new) {
            let words = format!("newly asks for `{new}`");
            found.push(change("capabilities".to_owned(), words, true));
        }
    }
    for old in &former.capabilities {
        if !next.capabilities.contains(old) {
            let words = format!("asks no more for `{old}`");
            found.push(change("capabilities".to_owned(), words, false));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{ChoiceType, DependencyDeclaration, Endpoint, IntegerType, TextType};

    fn parameter(name: &str, accepts: ParameterType) -> Parameter {
        Parameter {
            name: name.into(),
            accepts,
            ..Parameter::default()
        }
    }

    fn integer(min: i32, max: i32, default: Option<i32>) -> ParameterType {
        ParameterType::Integer(IntegerType { min, max, default })
    }

    fn choice(choices: &[&str]) -> ParameterType {
        ParameterType::Choice(ChoiceType {
            choices: choices.iter().map(|it| (*it).to_owned()).collect(),
            default: None,
        })
    }

    fn text(pattern: Option<&str>) -> ParameterType {
        ParameterType::Text(TextType {
            pattern: pattern.map(str::to_owned),
            ..TextType::default()
        })
    }

    fn with(parameters: Vec<Parameter>) -> Manifest {
        Manifest {
            version: "1.0.0".into(),
            parameters,
            ..Manifest::default()
        }
    }

    /// The one change between two types of a parameter.
    fn of_types(old: ParameterType, new: ParameterType) -> Vec<(String, bool)> {
        let of = |accepts| with(vec![parameter("p", accepts)]);
        let all = changes(&of(old), &of(new));
        all.into_iter().map(|it| (it.words, it.breaks)).collect()
    }

    #[test]
    fn what_a_parameter_takes_may_grow_and_not_shrink() {
        for (old, new, words, breaks) in [
            (
                integer(6, 64, None),
                integer(1, 64, None),
                "takes 1..64 in place of 6..64",
                false,
            ),
            (
                integer(6, 64, None),
                integer(6, 32, None),
                "takes 6..32 in place of 6..64",
                true,
            ),
            (
                integer(1, 9, Some(1)),
                integer(1, 9, Some(2)),
                "is 2 by itself in place of 1",
                false,
            ),
            (
                choice(&["a"]),
                choice(&["a", "b"]),
                "takes a|b in place of a",
                false,
            ),
            (
                choice(&["a", "b"]),
                choice(&["a"]),
                "takes a in place of a|b",
                true,
            ),
            (
                choice(&["a"]),
                text(None),
                "takes TEXT in place of a",
                false,
            ),
            (
                text(None),
                text(Some("a+")),
                "takes TEXT that matches a+ in place of TEXT",
                true,
            ),
            (
                text(Some("a+")),
                text(None),
                "takes TEXT in place of TEXT that matches a+",
                false,
            ),
            (
                text(None),
                ParameterType::Secret,
                "takes ARN in place of TEXT",
                true,
            ),
        ] {
            assert_eq!(of_types(old, new), [(words.to_owned(), breaks)]);
        }
        assert_eq!(of_types(text(None), text(None)), []);
    }

    #[test]
    fn what_users_rely_on_stays_within_a_minor_version() {
        let former = Manifest {
            endpoints: vec![
                Endpoint {
                    name: "redis".into(),
                    scheme: "redis".into(),
                    ..Endpoint::default()
                },
                Endpoint {
                    name: "metrics".into(),
                    ..Endpoint::default()
                },
            ],
            capabilities: vec!["efs".into(), "host-port:{port}".into()],
            ..with(vec![
                parameter("gone", text(None)),
                parameter("memory", integer(6, 64, None)),
            ])
        };
        let needed = DependencyDeclaration {
            name: "mysql".into(),
            ..DependencyDeclaration::default()
        };
        let required = Parameter {
            required: true,
            ..parameter("password", ParameterType::Secret)
        };
        let next = Manifest {
            version: "1.1.0".into(),
            endpoints: vec![Endpoint {
                name: "redis".into(),
                scheme: "rediss".into(),
                ..Endpoint::default()
            }],
            dependencies: vec![needed],
            capabilities: vec!["host-port:{port}".into(), "privileged".into()],
            ..with(vec![
                parameter("memory", integer(6, 64, None)),
                required,
                parameter("free", text(None)),
            ])
        };
        let told: Vec<String> = changes(&former, &next)
            .iter()
            .map(|it| {
                format!(
                    "{} {}{}",
                    it.path,
                    it.words,
                    if it.breaks { " !" } else { "" }
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "parameters.gone is gone !",
                "parameters.password is new, and must be given !",
                "parameters.free is new",
                "endpoints.redis speaks `rediss` in place of `redis` !",
                "endpoints.metrics is gone !",
                "dependencies.mysql is new, and needed !",
                "capabilities newly asks for `privileged` !",
                "capabilities asks no more for `efs`",
            ]
        );
        let broken = breaks(&former, &next);
        assert_eq!(broken.len(), 6);
        assert!(
            broken[0]
                .message
                .ends_with("which may break users of 1.0.0")
        );
        assert_eq!(breaks(&former, &former), []);
    }
}
