//! Why a registry did not give what was asked for, in words.

use std::fmt::Display;

use host_core::bounds::{FINDING_TEXT, shorten};
use host_core::codes::Problem;
use host_core::codes::parameters::LIMIT;
use host_core::codes::registry::{CERTIFICATE, GAVE_UP, LOGIN, NOT_FOUND, PROTOCOL, UNREACHABLE};
use host_core::escape::escape;
use host_core::registry::Reference;
use host_core::registry::{answer, login};

use super::credentials::Whose;
use super::exchange::{Ask, WRITE};
use crate::network::Network;
use crate::network::exchange::{Failed, Kind};

/// An exchange that came to nothing.
pub(super) fn failed(registry: &str, failed: &Failed, network: &Network) -> Problem {
    let words = escape(&failed.words).into_owned();
    match failed.kind {
        Kind::Certificate => Problem::new(
            CERTIFICATE,
            format!(
                "the certificate of the registry `{registry}` is not trusted: {words}{}\nhint: where it has a private authority, name the file with the authority's certificate in `SSL_CERT_FILE`",
                trusted(network)
            ),
        ),
        Kind::Handshake => Problem::new(
            UNREACHABLE,
            format!(
                "the registry `{registry}` does not answer in TLS: {words}\nhint: if it speaks plain HTTP and everybody on the way may read along, give `--plain-http`"
            ),
        ),
        Kind::Unreachable if network.proxy().is_some() && words.contains("tunnel") => Problem::new(
            UNREACHABLE,
            format!(
                "the way to the registry `{registry}` is closed: {words}{}\nhint: look whether the proxy is right and lets you through, with a name and a password in its address where it wants them, or leave it out for this registry: NO_PROXY={}",
                proxied(network),
                login::host(registry)
            ),
        ),
        Kind::Unreachable => Problem::new(
            UNREACHABLE,
            format!(
                "the registry `{registry}` cannot be reached: {words}{}\nhint: look whether its name is right and it runs",
                proxied(network)
            ),
        ),
        Kind::Lost => Problem::new(
            UNREACHABLE,
            format!("the connection to the registry `{registry}` broke: {words}\nhint: try again"),
        ),
        Kind::Slow => Problem::new(
            UNREACHABLE,
            format!(
                "the registry `{registry}` is too slow to be waited for: {words}\nhint: try again"
            ),
        ),
    }
}

fn trusted(network: &Network) -> String {
    let why = network.trusted();
    why.map(|it| format!(" ({it})")).unwrap_or_default()
}

fn proxied(network: &Network) -> String {
    let proxy = network.proxy();
    proxy
        .map(|it| format!(" ({} is `{}`)", it.place, it.value))
        .unwrap_or_default()
}

/// Plain HTTP is spoken with a registry that does not.
pub(super) fn speaks_tls(registry: &str) -> Problem {
    Problem::new(
        UNREACHABLE,
        format!(
            "the registry `{registry}` speaks TLS, and not plain HTTP\nhint: leave `--plain-http` out"
        ),
    )
}

/// An answer that breaks the rules of the protocol.
pub(super) fn broken(registry: &str, why: &str) -> Problem {
    // It may quote what came, such as a header.
    let why = shorten(why, FINDING_TEXT);
    Problem::new(
        PROTOCOL,
        format!(
            "the registry `{registry}` answers what no registry may: {why}\nhint: nothing of it was used; try again, and ask whoever runs the registry or a proxy on the way if it stays so"
        ),
    )
}

/// A status that means nothing where it comes.
pub(super) fn unexpected(registry: &str, what: &str, status: u16, body: &[u8]) -> Problem {
    let words = answer::words(body).map(|it| format!(" ({it})"));
    broken(
        registry,
        &format!("status {status} to {what}{}", words.unwrap_or_default()),
    )
}

/// It refuses for now, and was asked often enough.
pub(super) fn gave_up(registry: &str, status: u16, times: u32, later: Option<u64>) -> Problem {
    let why = if status == 429 {
        "limits how often it is asked"
    } else {
        "does not work"
    };
    let later = later.map(|it| format!("; it says to come back in {it} s"));
    let asked = if times > 1 {
        format!(", {times} times")
    } else {
        String::new()
    };
    let hint = if status == 429 {
        "try again later; many registries allow more to those who are logged in"
    } else {
        "try again later"
    };
    Problem::new(
        GAVE_UP,
        format!(
            "the registry `{registry}` {why}: status {status}{asked}{}\nhint: {hint}",
            later.unwrap_or_default()
        ),
    )
}

/// It refuses whoever asks, with this login, and `trouble` says why there was none.
pub(super) fn refused(ask: &Ask<'_>, body: &[u8], whose: Whose, trouble: Option<&str>) -> Problem {
    let (registry, repository) = (ask.registry, ask.repository);
    let (verb, done) = if ask.actions == WRITE {
        ("write to", "written to")
    } else {
        ("read", "read")
    };
    let what = match repository {
        "" => "its list of repositories".to_owned(),
        name => format!("`{name}`"),
    };
    let words = answer::words(body).map(|it| format!(" ({it})"));
    let words = words.unwrap_or_default();
    let (how, hint) = match (whose, trouble) {
        (Whose::Tried, _) => {
            return Problem::new(
                LOGIN,
                format!(
                    "the registry `{registry}` does not take this login{words}, and nothing was kept\nhint: look whether name and password are right; many registries want a token of their own in place of the password"
                ),
            );
        }
        (Whose::Aws, Some(trouble)) => {
            let (why, hints) = trouble.split_once('\n').unwrap_or((trouble, ""));
            let gap = if hints.is_empty() { "" } else { "\n" };
            return Problem::new(
                LOGIN,
                format!(
                    "the registry `{registry}` does not let {what} be {done} without a login{words}, and AWS gives none: {why}\n{hints}{gap}hint: or log in by hand with `host login {registry}`"
                ),
            );
        }
        (Whose::Aws, None) => (
            "with the AWS credentials",
            format!(
                "look whether the name is right and those credentials may {verb} it (`ecr:BatchGetImage` and `ecr:GetDownloadUrlForLayer` to read); `AWS_PROFILE` names others"
            ),
        ),
        (_, Some(trouble)) => (
            "without a login",
            format!(
                "{trouble}: mend it, or take it out of that file, where `credsStore` and `credHelpers` name such programs, and log in with `host login {registry}`"
            ),
        ),
        (Whose::Docker, None) => (
            "with the login that docker has for it",
            format!(
                "look whether the name is right and that login may {verb} it, or log in anew with `host login {registry}`"
            ),
        ),
        (Whose::Nobody, None) => (
            "without a login",
            format!(
                "log in with `host login {registry}`; many registries answer so, too, where there is no such repository"
            ),
        ),
    };
    Problem::new(
        LOGIN,
        format!(
            "the registry `{registry}` does not let {what} be {done} {how}{words}\nhint: {hint}"
        ),
    )
}

/// It is out of reach, and nothing of what is meant is here.
pub(super) fn not_kept(reference: &Reference, problem: &Problem, was_damaged: bool) -> Problem {
    let why = if was_damaged {
        format!("what was kept of `{reference}` on this machine was damaged, and is deleted")
    } else {
        format!("nothing of `{reference}` is kept on this machine")
    };
    let text = format!("`{reference}` cannot be fetched: {}", problem.text);
    Problem::new(problem.code, text).hint(&format!(
        "{why}: what was pulled before runs without the registry, and `host load DIR` brings it from elsewhere"
    ))
}

/// There is no such thing. `tags` are those of the repository, where it has some that are known.
pub(super) fn not_found(
    reference: &Reference,
    what: &str,
    tags: Option<&[String]>,
    wanted: &str,
) -> Problem {
    let hint = match tags {
        Some(tags) => {
            answer::instead(wanted, tags).unwrap_or_else(|| "the repository has no tags".to_owned())
        }
        None => "look whether the names of the registry and the repository are right".to_owned(),
    };
    Problem::new(
        NOT_FOUND,
        format!("there is no `{reference}`: {what}\nhint: {hint}"),
    )
}

/// There is no manifest of the digest that a reference says.
pub(super) fn no_manifest(reference: &Reference) -> Problem {
    Problem::new(
        NOT_FOUND,
        format!(
            "there is no `{reference}`: the registry has no manifest of this digest\nhint: look whether the names are right, and the digest is that of the manifest, which `host inspect` of a tag shows as `pinned`, and not that of the component; where a lock says it, what was deleted there can be replaced: host lock --update NAME"
        ),
    )
}

/// It is larger than a recipe may be.
pub(super) fn too_large(source: &impl Display, size: u64, most: u64) -> Problem {
    Problem::new(
        LIMIT,
        format!(
            "`{source}` has {size} bytes, and a recipe has {most} at most\nhint: if you know what it is, `--sandbox size={size}` lets it in"
        ),
    )
}
