//! A registry of our own on loopback: what the distribution specification has for reading, writing, tokens and passwords,
//! and whatever a test lets it do wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use host_core::digest::sha256_hex;
use host_core::registry::artifact::{MANIFEST, artifact};
use host_core::registry::login::Login;
use host_core::spec::Manifest;

use super::http::Message;
use super::proxy::Proxy;

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// `GET /v2/acme/redis/manifests/1.2.0`, with the query.
    pub(crate) line: String,
    pub(crate) authorization: Option<String>,
    pub(crate) range: Option<String>,
    /// The header `X-Amz-Target`: what AWS is asked for.
    pub(crate) target: Option<String>,
    /// How often the same line came before.
    pub(crate) before: usize,
}

impl Asked {
    /// What is asked for: `manifests`, `blobs`, `tags`, `token`.
    pub(crate) fn kind(&self) -> &str {
        let path = self.path();
        ["/manifests/", "/blobs/", "/tags/", "/token"]
            .into_iter()
            .find(|it| path.contains(it))
            .map_or("", |it| it.trim_matches('/'))
    }

    fn path(&self) -> &str {
        let target = self.line.split(' ').nth(1).unwrap_or_default();
        target.split('?').next().unwrap_or_default()
    }

    fn query(&self, name: &str) -> Option<&str> {
        let target = self.line.split(' ').nth(1)?;
        let (_, query) = target.split_once('?')?;
        query
            .split('&')
            .find_map(|it| it.strip_prefix(name)?.strip_prefix('='))
    }
}

/// Answers in place of the registry, where it says so.
pub(crate) type Hook = Box<dyn Fn(&Asked, &mut TcpStream) -> io::Result<bool> + Send + Sync>;

/// Who may read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Access {
    Anyone,
    /// `me` with `sesame`.
    Password,
    /// Whoever has a token; anyone gets one.
    Token,
    /// Whoever has a token, which `me` with `sesame` gets.
    PrivateToken,
}

#[derive(Default)]
struct State {
    /// By digest.
    content: BTreeMap<String, Vec<u8>>,
    /// By repository and tag.
    tags: BTreeMap<(String, String), String>,
    asked: Vec<Asked>,
}

/// A registry for one test, ended with it.
pub(crate) struct Registry {
    server: Proxy,
    state: Arc<Mutex<State>>,
}

impl Registry {
    /// One that anybody may read, and that does nothing wrong.
    pub(crate) fn start() -> Self {
        Self::with(Access::Anyone, None)
    }

    /// One that is read like this, and answers like that.
    pub(crate) fn with(access: Access, hook: Option<Hook>) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let server = Proxy::new({
            let state = Arc::clone(&state);
            move |stream| {
                let Some(message) = Message::read(stream)? else {
                    return Ok(());
                };
                // To a proxy a request names the other side, too.
                let line = message.first_line.replace(" HTTP/1.1", "");
                let line = match (line.split_once(" http://"), message.header("host")) {
                    (Some((method, rest)), Some(host)) => {
                        format!("{method} {}", rest.trim_start_matches(host))
                    }
                    _ => line,
                };
                let mut asked = Asked {
                    line,
                    authorization: message.header("authorization").map(str::to_owned),
                    range: message.header("range").map(str::to_owned),
                    target: message.header("x-amz-target").map(str::to_owned),
                    before: 0,
                };
                {
                    let mut state = lock(&state);
                    let same = state.asked.iter().filter(|it| it.line == asked.line);
                    asked.before = same.count();
                    state.asked.push(asked.clone());
                }
                let mut stream = stream.try_clone()?;
                if let Some(hook) = &hook
                    && hook(&asked, &mut stream)?
                {
                    return Ok(());
                }
                answer(&mut lock(&state), access, &asked, &message, &stream)
            }
        });
        Self { server, state }
    }

    /// `127.0.0.1:5000`.
    pub(crate) fn name(&self) -> &str {
        self.server.address().trim_start_matches("http://")
    }

    /// `oci://127.0.0.1:5000/acme/redis` and what stands behind.
    pub(crate) fn reference(&self, rest: &str) -> String {
        format!("oci://{}/{rest}", self.name())
    }

    /// Puts a recipe there, as `host` publishes it. Gives the digests of its manifest and of the component.
    pub(crate) fn publish(
        &self,
        repository: &str,
        version: &str,
        component: &[u8],
    ) -> (String, String) {
        let recipe = Manifest {
            name: repository.rsplit('/').next().unwrap_or_default().to_owned(),
            version: version.to_owned(),
            ..Manifest::default()
        };
        self.publish_as(repository, version, component, &recipe)
    }

    /// The same, of a recipe that says this of itself.
    pub(crate) fn publish_as(
        &self,
        repository: &str,
        version: &str,
        component: &[u8],
        recipe: &Manifest,
    ) -> (String, String) {
        let made = artifact(component, recipe, "");
        self.hold(component);
        self.hold(&made.config);
        let digest = self.tag(repository, version, &made.manifest);
        (digest, made.layer.digest)
    }

    /// Holds bytes under their digest.
    pub(crate) fn hold(&self, bytes: &[u8]) -> String {
        let digest = format!("sha256:{}", sha256_hex(bytes));
        let mut state = lock(&self.state);
        state.content.insert(digest.clone(), bytes.to_owned());
        digest
    }

    /// Puts a manifest at a tag. Gives its digest.
    pub(crate) fn tag(&self, repository: &str, tag: &str, manifest: &[u8]) -> String {
        let digest = self.hold(manifest);
        let at = (repository.to_owned(), tag.to_owned());
        lock(&self.state).tags.insert(at, digest.clone());
        digest
    }

    /// The manifest at a tag.
    pub(crate) fn manifest(&self, repository: &str, tag: &str) -> Vec<u8> {
        let state = lock(&self.state);
        let digest = &state.tags[&(repository.to_owned(), tag.to_owned())];
        state.content[digest].clone()
    }

    /// The content of a digest.
    pub(crate) fn blob(&self, digest: &str) -> Vec<u8> {
        lock(&self.state).content[digest].clone()
    }

    /// Takes a tag away.
    pub(crate) fn untag(&self, repository: &str, tag: &str) {
        let at = (repository.to_owned(), tag.to_owned());
        lock(&self.state).tags.remove(&at);
    }

    /// The requests so far, each as its line.
    pub(crate) fn asked(&self) -> Vec<String> {
        let state = lock(&self.state);
        state.asked.iter().map(|it| it.line.clone()).collect()
    }

    /// The headers `Authorization` so far.
    pub(crate) fn authorizations(&self) -> Vec<Option<String>> {
        let state = lock(&self.state);
        state
            .asked
            .iter()
            .map(|it| it.authorization.clone())
            .collect()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An answer with a body.
pub(crate) fn reply(
    mut stream: &TcpStream,
    status: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<()> {
    let mut head = format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.extend([*name, ": ", *value, "\r\n"]);
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    stream.write_all(body)
}

fn refusal(
    stream: &TcpStream,
    status: &str,
    headers: &[(&str, &str)],
    code: &str,
) -> io::Result<()> {
    let words = code.to_lowercase().replace('_', " ");
    let body = serde_json::json!({"errors": [{"code": code, "message": words}]});
    reply(stream, status, headers, body.to_string().as_bytes())
}

const TOKEN: &str = "the-token";

fn answer(
    state: &mut State,
    access: Access,
    asked: &Asked,
    message: &Message,
    stream: &TcpStream,
) -> io::Result<()> {
    let password = Login::basic("me", "sesame");
    let is_me = asked.authorization.as_deref() == Some(&password);
    let address = message.header("host").unwrap_or_default();
    if asked.kind() == "token" {
        if access == Access::PrivateToken && !is_me {
            return refusal(stream, "401 Unauthorized", &[], "UNAUTHORIZED");
        }
        let body = format!("{{\"token\": \"{TOKEN}\"}}");
        return reply(stream, "200 OK", &[], body.as_bytes());
    }
    let bearer = format!("Bearer {TOKEN}");
    let (is_let_in, challenge) = match access {
        Access::Anyone => (true, String::new()),
        Access::Password => (is_me, "Basic realm=\"here\"".to_owned()),
        Access::Token | Access::PrivateToken => (
            asked.authorization.as_deref() == Some(&bearer),
            format!("Bearer realm=\"http://{address}/token\",service=\"here\""),
        ),
    };
    if !is_let_in {
        let challenge = [("www-authenticate", challenge.as_str())];
        return refusal(stream, "401 Unauthorized", &challenge, "UNAUTHORIZED");
    }
    if asked.line.starts_with('P') {
        return take(state, asked, &message.body, stream);
    }
    if asked.line.starts_with("HEAD") {
        let digest = asked.path().rsplit('/').next().unwrap_or_default();
        let is_there = state.content.contains_key(digest);
        let status = if is_there { "200 OK" } else { "404 Not Found" };
        return reply(stream, status, &[], b"");
    }
    let path = asked.path().trim_start_matches("/v2/");
    let unknown = |code: &str| refusal(stream, "404 Not Found", &[], code);
    if let Some((repository, name)) = path.split_once("/manifests/") {
        if !state.tags.keys().any(|(it, _)| it == repository) {
            return unknown("NAME_UNKNOWN");
        }
        let at = (repository.to_owned(), name.to_owned());
        let digest = state.tags.get(&at).map_or(name, String::as_str);
        return match state.content.get(digest) {
            Some(bytes) => {
                let headers = [
                    ("content-type", MANIFEST),
                    ("docker-content-digest", digest),
                ];
                reply(stream, "200 OK", &headers, bytes)
            }
            None => unknown("MANIFEST_UNKNOWN"),
        };
    }
    if let Some((_, digest)) = path.split_once("/blobs/") {
        return match state.content.get(digest) {
            Some(bytes) => blob(stream, bytes, asked.range.as_deref()),
            None => unknown("BLOB_UNKNOWN"),
        };
    }
    if let Some(repository) = path.strip_suffix("/tags/list") {
        let of_it = state.tags.keys().filter(|(it, _)| it == repository);
        let all: Vec<&str> = of_it.map(|(_, tag)| tag.as_str()).collect();
        if all.is_empty() {
            return unknown("NAME_UNKNOWN");
        }
        return page(stream, asked, "tags", all);
    }
    if path.is_empty() {
        return reply(stream, "200 OK", &[], b"{}");
    }
    if path == "_catalog" {
        let all: BTreeSet<&str> = state.tags.keys().map(|(it, _)| it.as_str()).collect();
        return page(stream, asked, "repositories", all);
    }
    unknown("UNSUPPORTED")
}

/// A page of a list: never more than three at once, as a registry may.
fn page<'a>(
    stream: &TcpStream,
    asked: &Asked,
    name: &str,
    all: impl IntoIterator<Item = &'a str>,
) -> io::Result<()> {
    let last = asked.query("last").unwrap_or_default().replace("%2F", "/");
    let rest: Vec<&str> = all.into_iter().filter(|it| *it > last.as_str()).collect();
    let page = &rest[..rest.len().min(3)];
    let body = serde_json::json!({name: page}).to_string();
    let next = page.last().filter(|_| rest.len() > 3);
    let path = asked.path();
    let link = next.map(|it| format!("<{path}?last={it}&n=3>; rel=\"next\""));
    let headers: Vec<(&str, &str)> = link.iter().map(|it| ("link", it.as_str())).collect();
    reply(stream, "200 OK", &headers, body.as_bytes())
}

/// What is written: a blob in two requests, and a manifest whose blobs are there.
fn take(state: &mut State, asked: &Asked, body: &[u8], stream: &TcpStream) -> io::Result<()> {
    let path = asked.path().trim_start_matches("/v2/");
    let found = format!("sha256:{}", sha256_hex(body));
    let created = [("docker-content-digest", found.as_str())];
    if asked.line.starts_with("POST") {
        let to = format!("/v2/{path}1?state=x");
        return reply(stream, "202 Accepted", &[("location", &to)], b"");
    }
    if path.contains("/blobs/uploads/") {
        let said = asked
            .query("digest")
            .unwrap_or_default()
            .replace("%3A", ":");
        if said != found || asked.query("state") != Some("x") {
            return refusal(stream, "400 Bad Request", &[], "DIGEST_INVALID");
        }
        state.content.insert(found.clone(), body.to_owned());
        return reply(stream, "201 Created", &created, b"");
    }
    let Some((repository, tag)) = path.split_once("/manifests/") else {
        return refusal(stream, "404 Not Found", &[], "UNSUPPORTED");
    };
    let manifest = serde_json::from_slice::<host_core::registry::artifact::Manifest>(body);
    let is_whole = manifest.is_ok_and(|it| {
        let mut all = it.layers.iter().chain([&it.config]);
        all.all(|it| state.content.contains_key(&it.digest))
    });
    if !is_whole {
        return refusal(stream, "400 Bad Request", &[], "MANIFEST_BLOB_UNKNOWN");
    }
    state.content.insert(found.clone(), body.to_owned());
    let at = (repository.to_owned(), tag.to_owned());
    state.tags.insert(at, found.clone());
    reply(stream, "201 Created", &created, b"")
}

fn blob(stream: &TcpStream, bytes: &[u8], range: Option<&str>) -> io::Result<()> {
    let from = range.and_then(|it| it.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    match from {
        None => reply(stream, "200 OK", &[], bytes),
        Some(from) => {
            let of: usize = bytes.len();
            let range = format!("bytes {from}-{}/{of}", of - 1);
            let headers = [("content-range", range.as_str())];
            reply(stream, "206 Partial Content", &headers, &bytes[from..])
        }
    }
}
