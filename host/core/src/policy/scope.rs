//! How far a grant goes: written, read and compared, each form in its own way.

use std::fmt;

use crate::policy::image::{is_registry, with_registry};
use crate::policy::kind::Form;
use crate::policy::path::{is_absolute, is_below, normal};

/// How far a grant goes.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub enum Scope {
    Nothing,
    /// Of [`Form::Name`], [`Form::Setting`], [`Form::Pattern`], [`Form::Prefix`] and [`Form::Field`].
    Text(String),
    Path {
        path: String,
        write: bool,
    },
    Device {
        path: String,
        /// Some of `rwm`, in this order.
        access: String,
    },
    Ports {
        first: u64,
        last: u64,
    },
    Number(u64),
    Image {
        repository: String,
        /// Only images that are named by digest.
        digest: bool,
    },
}

impl Scope {
    /// Reads what stands after the word and its colon.
    ///
    /// # Errors
    /// It has not the form; the text says what is expected.
    pub fn read(form: Form, text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("says nothing after the colon".to_owned());
        }
        if let Some(sign) = text.chars().find(|it| it.is_control()) {
            return Err(format!(
                "holds the control character {}",
                sign.escape_default()
            ));
        }
        let whole = || Self::Text(text.to_owned());
        match form {
            Form::Nothing => Err("takes nothing after a colon".to_owned()),
            Form::Name | Form::Field if text.contains(char::is_whitespace) => {
                Err("holds a space".to_owned())
            }
            Form::Name | Form::Field => Ok(whole()),
            Form::Setting if text == "*" || text.find('=').is_some_and(|it| it > 0) => Ok(whole()),
            Form::Setting => Err("is no KEY=VALUE".to_owned()),
            Form::Pattern | Form::Prefix if text == "*" || is_arn(text) => Ok(whole()),
            Form::Pattern | Form::Prefix => {
                Err("is no ARN, which has six parts and begins with `arn:`".to_owned())
            }
            Form::Path => read_path(text),
            Form::Device => read_device(text),
            Form::Ports => read_ports(text),
            Form::Number => text
                .parse()
                .map(Self::Number)
                .map_err(|_| "is no whole number".to_owned()),
            Form::Image => read_image(text),
        }
    }

    /// Whether everything that `asked` reaches is within it. Both are of the same kind, whose form is `form`.
    pub fn covers(&self, form: Form, asked: &Self) -> bool {
        match (self, asked) {
            (Self::Nothing, Self::Nothing) => true,
            (Self::Text(granted), Self::Text(asked)) => match form {
                Form::Prefix => matches(granted, asked) || lies_below(granted, asked, &['/', ':']),
                Form::Field => matches(granted, asked) || lies_below(granted, asked, &['.']),
                _ => matches(granted, asked),
            },
            (
                Self::Path { path, write },
                Self::Path {
                    path: asked,
                    write: writes,
                },
            ) => is_below(path, asked) && (*write || !writes),
            (
                Self::Device { path, access },
                Self::Device {
                    path: asked,
                    access: needed,
                },
            ) => is_below(path, asked) && needed.chars().all(|it| access.contains(it)),
            (
                Self::Ports { first, last },
                Self::Ports {
                    first: low,
                    last: high,
                },
            ) => first <= low && high <= last,
            (Self::Number(most), Self::Number(asked)) => asked <= most,
            (
                Self::Image { repository, digest },
                Self::Image {
                    repository: asked,
                    digest: is_pinned,
                },
            ) => {
                (!digest || *is_pinned)
                    && (matches(repository, asked) || lies_below(repository, asked, &['/']))
            }
            _ => false,
        }
    }
}

/// Whether an ask may become a scope of this form: nothing in it stands for something else.
pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains('*') && !text.chars().any(char::is_control)
}

/// Whether a text is an ARN, or a pattern of one.
pub(super) fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.split(':').count() >= 6 && !text.contains(char::is_whitespace)
}

/// Whether `text` is `pattern`, in which each `*` stands for any letters.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let middle: Vec<&str> = parts.collect();
    let Some((last, middle)) = middle.split_last() else {
        return rest.is_empty();
    };
    // The earliest place of each part leaves the most to the parts behind it.
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Whether `text` goes on after `prefix` where a part of it ends.
fn lies_below(prefix: &str, text: &str, ends: &[char]) -> bool {
    !prefix.contains('*')
        && text
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || prefix.ends_with(ends) || rest.starts_with(ends))
}

fn read_path(text: &str) -> Result<Scope, String> {
    let (path, mode) = text
        .rsplit_once(':')
        .filter(|(_, mode)| matches!(*mode, "ro" | "rw"))
        .ok_or("ends neither in `:ro` nor in `:rw`")?;
    Ok(Scope::Path {
        path: absolute(path)?,
        write: mode == "rw",
    })
}

fn read_device(text: &str) -> Result<Scope, String> {
    let (path, access) = text
        .rsplit_once(':')
        .filter(|(_, access)| !access.is_empty() && access.chars().all(|it| "rwm".contains(it)))
        .ok_or("does not end in `:` and some of the letters `rwm`")?;
    Ok(Scope::Device {
        path: absolute(path)?,
        access: "rwm".chars().filter(|it| access.contains(*it)).collect(),
    })
}

fn absolute(path: &str) -> Result<String, String> {
    if !is_absolute(path) {
        return Err(format!("names `{path}`, which is no absolute path"));
    }
    if path.contains('*') {
        return Err("holds a `*`; a path grants what lies below it".to_owned());
    }
    Ok(normal(path))
}

fn read_ports(text: &str) -> Result<Scope, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) if 0 < first && first <= last => Ok(Scope::Ports {
            first: first.into(),
            last: last.into(),
        }),
        _ => Err("is neither a port nor two with a `-` between, the lower one first".to_owned()),
    }
}

/// A registry stays as it is; any other name gets docker's own. A grant is for all that a repository holds, so what names
/// one image of it would match nothing.
fn read_image(text: &str) -> Result<Scope, String> {
    let (name, digest) = match text.strip_suffix(":digest") {
        Some(name) => (name, true),
        None => (text, false),
    };
    let repository = repository(name);
    if let Some((scheme, _)) = name.split_once("://") {
        return Err(format!(
            "takes no scheme, and begins with `{scheme}://`: {}",
            instead(repository, digest)
        ));
    }
    if name.contains('@') {
        return Err(format!("takes no digest: {}", instead(repository, true)));
    }
    if repository.len() < name.len() {
        return Err(format!(
            "takes no tag, and grants every one: {}",
            instead(repository, digest)
        ));
    }
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err("names no repository".to_owned());
    }
    let repository = if name.contains('*') || !name.contains('/') && is_registry(name) {
        name.to_owned()
    } else {
        with_registry(name)
    };
    Ok(Scope::Image { repository, digest })
}

/// What to write in place of a scope that says too much.
fn instead(repository: &str, digest: bool) -> String {
    let digest = if digest { ":digest" } else { "" };
    format!("write `image:{repository}{digest}`")
}

/// The name of an image without scheme, tag and digest. The port of a registry is none of these.
fn repository(name: &str) -> &str {
    let name = name.split_once("://").map_or(name, |(_, rest)| rest);
    let name = name.split('@').next().unwrap_or_default();
    let start = name.rfind('/').map_or(0, |it| it + 1);
    match name[start..].split_once(':') {
        // Alone it may be a registry: `localhost:5000`. A name without a dot is docker's own, and what follows its tag.
        Some((first, port))
            if start == 0 && port.bytes().all(|it| it.is_ascii_digit()) && is_registry(first) =>
        {
            name
        }
        Some((last, _)) => &name[..start + last.len()],
        None => name,
    }
}

/// What stands after the word and its colon.
impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Text(text) => formatter.write_str(text),
            Self::Path { path, write } => {
                write!(formatter, "{path}:{}", if *write { "rw" } else { "ro" })
            }
            Self::Device { path, access } => write!(formatter, "{path}:{access}"),
            Self::Ports { first, last } if first == last => write!(formatter, "{first}"),
            Self::Ports { first, last } => write!(formatter, "{first}-{last}"),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Image { repository, digest } => {
                write!(
                    formatter,
                    "{repository}{}",
                    if *digest { ":digest" } else { "" }
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_letters_and_nothing_else_does() {
        for (pattern, text, fits) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "abcd", false),
            ("*", "", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXcYb", false),
            ("ab*ba", "aba", false),
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("a.c", "abc", false),
            // A `*` that is asked for is a letter like others.
            ("a", "*", false),
            ("a*", "a*", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
