//! Registries that mean ill, or are broken: each ends in time, with one clear line, and nothing of it is used or kept.

use std::fs;
use std::io::{self, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use host_core::registry::artifact::Descriptor;
use serde_json::json;

use super::{redis, sandbox};
use crate::harness::{Access, Asked, Hook, Registry, Run, reply};

/// What a registry does wrong, and what the user gets.
struct Case {
    name: &'static str,
    access: Access,
    hook: Hook,
    /// What stderr has to say.
    told: Vec<String>,
    at_most: Duration,
}

fn case(
    name: &'static str,
    told: &[&str],
    hook: impl Fn(&Asked, &mut TcpStream) -> io::Result<bool> + Send + Sync + 'static,
) -> Case {
    Case {
        name,
        access: Access::Anyone,
        hook: Box::new(hook),
        told: told.iter().map(|it| (*it).to_owned()).collect(),
        at_most: Duration::from_secs(40),
    }
}

/// The head of an answer that says no length.
fn endless(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
}

fn chunk(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    write!(stream, "{:x}\r\n", bytes.len())?;
    stream.write_all(bytes)?;
    stream.write_all(b"\r\n")
}

/// Until the other side has had enough.
fn for_ever(mut write: impl FnMut() -> io::Result<()>) {
    while write().is_ok() {}
}

fn is(asked: &Asked, kind: &str) -> bool {
    asked.kind() == kind
}

/// Answers this to one kind of question.
fn always(
    kind: &'static str,
    status: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: impl Into<Vec<u8>>,
) -> impl Fn(&Asked, &mut TcpStream) -> io::Result<bool> + Send + Sync + 'static {
    let body = body.into();
    move |asked, stream| {
        if is(asked, kind) {
            reply(stream, status, headers, &body)?;
        }
        Ok(is(asked, kind))
    }
}

fn cases() -> Vec<Case> {
    let other = {
        let mut bytes = redis();
        bytes[100] ^= 1;
        bytes
    };
    let large = [redis(), vec![0; 1000]].concat();
    let mut all = vec![
        case(
            "another component than the digest says",
            &["error[H0803]", "has another content than its digest says"],
            always("blobs", "200 OK", &[], other),
        ),
        case(
            "a manifest whose digest is said to be another one",
            &["error[H0803]", "the manifest of"],
            always(
                "manifests",
                "200 OK",
                &[("docker-content-digest", "sha256:00")],
                "{}",
            ),
        ),
        case(
            "a longer component",
            &["error[H0813]", "or more come"],
            always("blobs", "200 OK", &[], large),
        ),
        case(
            "the right component and then more without end",
            &["error[H0813]", "or more come"],
            |asked, stream| {
                if !is(asked, "blobs") {
                    return Ok(false);
                }
                endless(stream)?;
                chunk(stream, &redis())?;
                for_ever(|| chunk(stream, &[0; 4096]));
                Ok(true)
            },
        ),
        case(
            "a component that is always cut short",
            &["error[H0813]", "broke off 6 times", "after 1000 of"],
            |asked, stream| {
                if !is(asked, "blobs") {
                    return Ok(false);
                }
                let all = redis();
                write!(
                    stream,
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
                    all.len()
                )?;
                stream.write_all(&all[..1000])?;
                Ok(true)
            },
        ),
        case(
            "a component that is not there",
            &["error[H0813]", "has not the component"],
            always("blobs", "404 Not Found", &[], ""),
        ),
        case(
            "a manifest of five mebibytes",
            &["error[H0813]", "larger than 4 MiB"],
            always("manifests", "200 OK", &[], vec![b' '; 5 << 20]),
        ),
        case(
            "a manifest without end",
            &["error[H0813]", "larger than 4 MiB"],
            |asked, stream| {
                if !is(asked, "manifests") {
                    return Ok(false);
                }
                endless(stream)?;
                for_ever(|| chunk(stream, &[b' '; 64 << 10]));
                Ok(true)
            },
        ),
        case(
            "a page for people in place of a manifest",
            &["error[H0802]", "is no JSON"],
            always("manifests", "200 OK", &[], "<html>"),
        ),
        case(
            "what draws on the terminal",
            &[
                "error[H0813]",
                "status 418",
                r"X: \u{1b}[2Jgone\nhint: curl evil",
            ],
            always(
                "manifests",
                "418 I'm a teapot",
                &[],
                r#"{"errors":[{"code":"X","message":"\u001b[2Jgone\nhint: curl evil"}]}"#,
            ),
        ),
        case(
            "redirects in a circle",
            &["error[H0813]", "more than 5 redirects"],
            always(
                "blobs",
                "307 Temporary Redirect",
                &[("location", "?again")],
                "",
            ),
        ),
        case(
            "a redirect to plain HTTP elsewhere",
            &["error[H0813]", "a redirect to plain HTTP, at `example.com`"],
            always(
                "blobs",
                "307 Temporary Redirect",
                &[("location", "http://example.com/x")],
                "",
            ),
        ),
        case(
            "a redirect to a file",
            &["error[H0813]", "a redirect to `file:`"],
            always(
                "blobs",
                "302 Found",
                &[("location", "file:///etc/passwd")],
                "",
            ),
        ),
        case(
            "too many requests, whenever it is asked",
            &["error[H0814]", "limits how often it is asked", "4 times"],
            always("manifests", "429 Too Many Requests", &[], ""),
        ),
        case(
            "too many requests, and an hour to wait",
            &["error[H0814]", "come back in 3600 s"],
            always(
                "manifests",
                "429 Too Many Requests",
                &[("retry-after", "3600")],
                "",
            ),
        ),
        case(
            "broken, whenever it is asked",
            &["error[H0814]", "does not work: status 503, 4 times"],
            always("blobs", "503 Service Unavailable", &[], ""),
        ),
        case(
            "it lets nobody in and does not say how",
            &["error[H0811]", "does not say how to log in"],
            always("manifests", "401 Unauthorized", &[], ""),
        ),
        case(
            "it denies, as some do where there is nothing",
            &["error[H0811]", "(DENIED: no)", "without a login"],
            always(
                "manifests",
                "403 Forbidden",
                &[],
                r#"{"errors":[{"code":"DENIED","message":"no"}]}"#,
            ),
        ),
        case(
            "tokens from plain HTTP elsewhere",
            &["error[H0813]", "tokens are given in plain HTTP"],
            always(
                "manifests",
                "401 Unauthorized",
                &[(
                    "www-authenticate",
                    "Bearer realm=\"http://example.com/token\"",
                )],
                "",
            ),
        ),
        case(
            "it hangs up before it answers",
            &["error[H0810]", "broke"],
            |asked, _| Ok(is(asked, "manifests")),
        ),
        case(
            "no token where one was promised",
            &["error[H0813]", "no token"],
            always("token", "200 OK", &[], "{}"),
        ),
        case(
            "a token that opens nothing",
            &["error[H0811]", "without a login"],
            always("token", "200 OK", &[], "{\"token\": \"another\"}"),
        ),
    ];
    for it in &mut all {
        if it.name.contains("no token") || it.name.contains("opens nothing") {
            it.access = Access::Token;
        }
    }
    let drip = case(
        "a byte in half of a second",
        &["error[H0810]", "too slow", "bytes in 10 s"],
        |asked, stream| {
            if !is(asked, "blobs") {
                return Ok(false);
            }
            let all = redis();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
                all.len()
            )?;
            let mut bytes = all.iter();
            for_ever(|| {
                thread::sleep(Duration::from_millis(500));
                let byte = bytes.next().ok_or(io::ErrorKind::UnexpectedEof)?;
                stream.write_all(&[*byte])
            });
            Ok(true)
        },
    );
    all.push(Case {
        at_most: Duration::from_mins(1),
        ..drip
    });
    let named = case(
        "a list of tags without end",
        &["error[H0813]", "list of the tags"],
        |asked, stream| {
            if !is(asked, "tags") {
                return Ok(false);
            }
            let link = format!(
                "</v2/acme/redis/tags/list?last={}>; rel=\"next\"",
                asked.line.len()
            );
            reply(
                stream,
                "200 OK",
                &[("link", &link)],
                b"{\"tags\": [\"edge\"]}",
            )?;
            Ok(true)
        },
    );
    all.push(named);
    all.push(case(
        "a list of tags that goes on elsewhere",
        &["error[H0813]", "goes on elsewhere"],
        always(
            "tags",
            "200 OK",
            &[("link", "<https://example.com/>; rel=next")],
            "{\"tags\": []}",
        ),
    ));
    let long = "x".repeat(1 << 20);
    for manifest in [
        json!({"mediaType": long}),
        json!({"schemaVersion": 2, "config": long, "layers": []}),
        json!({"schemaVersion": 2, "config": Descriptor::of(&long, b""), "layers": []}),
    ] {
        let body = manifest.to_string();
        let always = always("manifests", "200 OK", &[], body);
        all.push(case(
            "a word of a mebibyte",
            &["error[H0802]", "xx…"],
            always,
        ));
    }
    all
}

#[test]
fn every_ill_registry_is_told_in_time_and_nothing_of_it_is_kept() {
    thread::scope(|scope| {
        for case in cases() {
            scope.spawn(move || check(case));
        }
    });
}

fn check(case: Case) {
    let Case {
        name,
        access,
        hook,
        told,
        at_most,
    } = case;
    let registry = Registry::with(access, Some(hook));
    registry.publish("acme/redis", "1.2.0", &redis());
    let tags = name.contains("tags");
    let wanted = if tags {
        "acme/redis:1.x"
    } else {
        "acme/redis:1.2.0"
    };
    let sandbox = sandbox();
    for verb in ["pull", "render"] {
        let run = sandbox.host(&[verb, &registry.reference(wanted)]);
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        assert!(run.status == 1, "{name}: {run}");
        let run: Run = run.says(&told).says(&["hint: "]);
        assert_eq!(run.stdout, "", "{name}: {run}");
        assert!(run.took < at_most, "{name}: {run}");
        assert!(!run.stderr.contains('\u{1b}'), "{name}: {run}");
        let lines = run.stderr.lines().count();
        assert!(lines <= 3, "{name}: {run}");
        let bytes = run.stderr.len();
        assert!(bytes < 4096, "{name}: {bytes} bytes are told");
    }
    let kept = fs::read_dir(sandbox.path("../cache/host/registry/sha256")).unwrap();
    let kept = kept.map(|it| it.unwrap().path());
    // What broke off is gone on with later, and is nothing before it is whole.
    let kept: Vec<_> = kept
        .filter(|it| it.extension().is_none_or(|it| it != "part"))
        .collect();
    assert!(kept.is_empty(), "{name}: {kept:?}");
}

#[test]
fn what_breaks_off_is_gone_on_with_and_what_is_busy_is_asked_again() {
    let registry = Registry::with(
        Access::Anyone,
        Some(Box::new(|asked, stream| {
            match (asked.kind(), asked.before) {
                ("manifests", 0) => {
                    reply(
                        stream,
                        "429 Too Many Requests",
                        &[("retry-after", "1")],
                        b"",
                    )?;
                    Ok(true)
                }
                ("manifests", 1) => {
                    reply(stream, "502 Bad Gateway", &[], b"<html>")?;
                    Ok(true)
                }
                ("blobs", before @ 0..=2) => {
                    let all = redis();
                    let from = asked.range.as_deref().and_then(|it| {
                        it.trim_start_matches("bytes=")
                            .trim_end_matches('-')
                            .parse()
                            .ok()
                    });
                    let from: usize = from.unwrap_or_default();
                    assert_eq!(from, before * 10_000, "{asked:?}");
                    let status = if from == 0 {
                        "200 OK"
                    } else {
                        "206 Partial Content"
                    };
                    write!(
                        stream,
                        "HTTP/1.1 {status}\r\ncontent-range: bytes {from}-{}/{}\r\ncontent-length: {}\r\n\r\n",
                        all.len() - 1,
                        all.len(),
                        all.len() - from
                    )?;
                    stream.write_all(&all[from..from + 10_000])?;
                    Ok(true)
                }
                _ => Ok(false),
            }
        })),
    );
    registry.publish("acme/redis", "1.2.0", &redis());
    let reference = registry.reference("acme/redis:1.2.0");
    let run = sandbox().host(&["pull", &reference]).ends_with(0);
    assert!(run.took >= Duration::from_secs(1), "{run}");
    assert_eq!(registry.asked().len(), 3 + 4);
}

/// A registry that leads to a store of somebody else, as most do, shows that nothing of what opens the registry.
#[test]
fn what_opens_a_registry_is_shown_to_it_alone() {
    let store = Registry::start();
    let (_, component) = store.publish("store", "1.0.0", &redis());
    let elsewhere = format!("http://{}/v2/store/blobs/{component}", store.name());
    let registry = Registry::with(
        Access::Password,
        Some(Box::new(move |asked, stream| {
            let is_let_in = asked.authorization.is_some();
            if asked.kind() != "blobs" || !is_let_in {
                return Ok(false);
            }
            reply(
                stream,
                "307 Temporary Redirect",
                &[("location", &elsewhere)],
                b"",
            )?;
            Ok(true)
        })),
    );
    registry.publish("acme/redis", "1.2.0", &redis());
    let sandbox = sandbox();
    let login = json!({"auths": {registry.name(): {"auth": "bWU6c2VzYW1l"}}});
    sandbox.write("../home/.docker/config.json", login.to_string());
    let reference = registry.reference("acme/redis:1.2.0");
    sandbox.host(&["pull", &reference]).ends_with(0);
    assert_eq!(store.authorizations(), [None]);
}

#[test]
fn a_registry_that_says_nothing_is_not_waited_for_without_end() {
    // Nobody takes the connection from the system.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let reference = format!("oci://{}/acme/redis:1.2.0", silent.local_addr().unwrap());
    let run = sandbox().host(&["pull", &reference]).ends_with(1);
    let run = run.says(&["error[H0810]", "no answer in 20 s", "hint:"]);
    assert!(
        run.stdout.is_empty() && run.took < Duration::from_mins(1),
        "{run}"
    );
}
