//! Names and images.

use crate::diag::Diagnostic;
use crate::validate::place::{Place, repeated};

/// Task definition families, services, clusters, containers and volumes.
const ECS_NAME_LIMIT: usize = 255;
const BALANCER_NAME_LIMIT: usize = 32;
const PORT_NAME_LIMIT: usize = 64;
const IMAGE_LIMIT: usize = 255;

/// Checks a name of ECS: 1 to 255 letters, digits, `-` and `_`.
pub(super) fn check_ecs_name(place: &Place<'_>, member: &str, found: &mut Vec<Diagnostic>) {
    found.extend(place.missing(member, "give it a name of letters, digits, `-` and `_`"));
    let Some(name) = place.text(member) else {
        return;
    };
    check_length(place, member, ECS_NAME_LIMIT, found);
    if !name.chars().all(is_ecs_letter) {
        let message = format!("`{name}` has other characters than letters, digits, `-` and `_`");
        found.push(place.error(member, message, suggest(name, is_ecs_letter)));
    }
}

/// Whether it is a name of ECS, as [`check_ecs_name`] has it.
pub(super) fn is_ecs_name(name: &str) -> bool {
    (1..=ECS_NAME_LIMIT).contains(&name.len()) && name.chars().all(is_ecs_letter)
}

/// Checks the name of a classic load balancer: 1 to 32 letters, digits and `-`, not at either end.
pub(super) fn check_balancer_name(place: &Place<'_>, member: &str, found: &mut Vec<Diagnostic>) {
    found.extend(place.missing(member, "give it a name of letters, digits and `-`"));
    let Some(name) = place.text(member) else {
        return;
    };
    check_length(place, member, BALANCER_NAME_LIMIT, found);
    if !name.chars().all(is_plain) || name.starts_with('-') || name.ends_with('-') {
        let message =
            format!("`{name}` is not of letters, digits and `-`, with no `-` at either end");
        found.push(place.error(member, message, suggest(name, is_plain)));
    }
}

/// Checks the name of a port mapping: 1 to 64 of `a` to `z`, digits, `_` and `-`, not beginning with `-`.
pub(super) fn check_port_name(mapping: &Place<'_>, found: &mut Vec<Diagnostic>) {
    let Some(name) = mapping.text("name") else {
        return;
    };
    if name.is_empty() {
        found.push(mapping.error("name", "is empty", "give it a name, or leave it out"));
    }
    check_length(mapping, "name", PORT_NAME_LIMIT, found);
    let is_letter = |it: char| is_ecs_letter(it) && !it.is_ascii_uppercase();
    if !name.chars().all(is_letter) || name.starts_with('-') {
        let message =
            format!("`{name}` is not of `a` to `z`, digits, `_` and `-`, with no `-` in front");
        found.push(mapping.error(
            "name",
            message,
            suggest(&name.to_ascii_lowercase(), is_letter),
        ));
    }
}

/// Checks an image: 255 at most, and a digest has to be a whole one.
pub(super) fn check_image(container: &Place<'_>, found: &mut Vec<Diagnostic>) {
    found.extend(container.missing("image", "name an image, such as `redis:7.4`"));
    let Some(image) = container.text("image").filter(|it| !it.is_empty()) else {
        return;
    };
    check_length(container, "image", IMAGE_LIMIT, found);
    let (name, digest) = image
        .split_once('@')
        .map_or((image, None), |(name, digest)| (name, Some(digest)));
    if name.is_empty() || !name.chars().all(|it| is_plain(it) || "_:./#".contains(it)) {
        let message = format!("`{image}` has other characters than letters, digits and `-_:./#`");
        found.push(container.error("image", message, "write it as `registry/repository:tag`"));
    } else if let Some((problem, instead)) = unpullable(name) {
        found.push(container.error("image", format!("`{image}` {problem}"), instead));
    }
    if digest.is_some_and(|it| !is_digest(it)) {
        let message = format!("`{image}` does not end in `@sha256:` and 64 hexadecimal digits");
        found.push(container.error("image", message, "copy the whole digest, or use a tag"));
    }
}

/// What docker would refuse as "invalid reference format" in a name that AWS takes, so that no task ever starts; with what
/// to write.
fn unpullable(name: &str) -> Option<(&'static str, String)> {
    if let Some((_, rest)) = name.split_once("://") {
        let problem = "has the scheme of an address in front, and names of images have none";
        return Some((problem, format!("write it as `{rest}`")));
    }
    let last = name.rfind('/').map_or(0, |it| it + 1);
    let (repository, tag) = match name[last..].split_once(':') {
        Some((before, tag)) => (&name[..last + before.len()], Some(tag)),
        None => (name, None),
    };
    // A registry is a name of the network, in which case does not count.
    let path = match repository.split_once('/') {
        Some((registry, path)) if registry.contains(['.', ':']) || registry == "localhost" => path,
        _ => repository,
    };
    if path.chars().any(|it| it.is_ascii_uppercase()) {
        let lower = name.replacen(path, &path.to_ascii_lowercase(), 1);
        return Some((
            "has capital letters, which docker takes in tags only",
            format!("write it as `{lower}`"),
        ));
    }
    let is_part = |it: &str| {
        let is_end = |it: Option<char>| it.is_some_and(|it| it.is_ascii_alphanumeric());
        is_end(it.chars().next()) && is_end(it.chars().next_back()) && !it.contains("..")
    };
    if !path.split('/').all(is_part) {
        let problem =
            "has a part between its slashes that does not begin and end with a letter or a digit";
        return Some((problem, "write it as `registry/repository:tag`".to_owned()));
    }
    match tag {
        Some("") => Some((
            "ends in a colon, and no tag behind it",
            format!("write it as `{repository}:TAG`"),
        )),
        Some(tag) if tag.contains(':') || tag.starts_with(['.', '-']) => Some((
            "has a tag that docker does not take",
            format!("write it as `{repository}:TAG`"),
        )),
        _ => None,
    }
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:");
    hex.is_some_and(|it| it.len() == 64 && it.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// Finds places whose `member` is the same text as that of an earlier one.
pub(super) fn check_unique(
    places: &[Place<'_>],
    member: &str,
    what: &str,
    found: &mut Vec<Diagnostic>,
) {
    for (place, earlier) in repeated(places, |it| it.text(member).filter(|it| !it.is_empty())) {
        let name = place.text(member).unwrap_or_default();
        let message = format!(
            "`{name}` is already the name of `{}`",
            earlier.contract_path()
        );
        found.push(place.error(
            member,
            message,
            format!("give each {what} a name of its own"),
        ));
    }
}

fn check_length(place: &Place<'_>, member: &str, limit: usize, found: &mut Vec<Diagnostic>) {
    let length = place.text(member).unwrap_or_default().chars().count();
    if length > limit {
        let message = format!("has {length} characters, and AWS takes {limit}");
        found.push(place.error(member, message, "shorten it"));
    }
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-'
}

fn is_ecs_letter(letter: char) -> bool {
    is_plain(letter) || letter == '_'
}

/// A hint with the name that is nearest to `name`.
fn suggest(name: &str, is_good: impl Fn(char) -> bool) -> String {
    let better: String = name
        .chars()
        .map(|it| if is_good(it) { it } else { '-' })
        .collect();
    match better.trim_matches('-') {
        // An ARN is no name, and that of a secret is not to be read out of another spelling.
        _ if name.contains("arn:") => "choose another name".to_owned(),
        "" => "choose another name".to_owned(),
        better => format!("call it `{better}`"),
    }
}

#[cfg(test)]
mod tests;
