//! A request to a registry, until it is answered: over TLS or not, with a token where one is wanted, again where it is
//! refused for now, and elsewhere where it is sent there.

use std::time::{Duration, Instant};

use host_core::codes::Problem;
use host_core::registry::Reference;
use host_core::registry::answer::ERROR;
use host_core::registry::login::{self, Login};
use url::{Host, Url};

use super::auth::Grant;
use super::credentials::Whose;
use super::{Registry, failure, lock};
use crate::network::exchange::{Answer, Failed, Kind, Request};

/// How often something is asked that is refused for now, or whose connection broke.
const ATTEMPTS: u32 = 4;
/// The first of the pauses between. Each is twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(250);
/// The longest of them, also where the registry asks for a longer one.
const LONGEST: Duration = Duration::from_secs(10);
/// How often one request is sent elsewhere.
const REDIRECTS: u32 = 5;

/// What a token is to open: a repository to read from.
pub(super) const READ: &str = "pull";
/// One to read from and write to.
pub(super) const WRITE: &str = "pull,push";
/// The list of all repositories.
pub(super) const LIST: &str = "*";

/// What is asked of a repository, or of a registry itself.
#[derive(Clone, Debug)]
pub(super) struct Ask<'a> {
    pub(super) registry: &'a str,
    /// Empty where it is about the registry itself.
    pub(super) repository: &'a str,
    /// What is done with the repository: [`READ`] or [`WRITE`]; with the registry, [`LIST`] or nothing.
    pub(super) actions: &'static str,
    /// In place of the login that there is.
    pub(super) login: Option<&'a Login>,
    pub(super) method: &'static str,
    /// From the root of the registry, `/v2/…`, or whole.
    pub(super) target: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl<'a> Ask<'a> {
    /// Something to read of the repository of a reference: `manifests/1.2.0`.
    pub(super) fn read(reference: &'a Reference, what: &str) -> Self {
        Self {
            registry: &reference.registry,
            repository: &reference.repository,
            actions: READ,
            login: None,
            method: "GET",
            target: format!("/v2/{}/{what}", reference.repository),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Something of a registry itself: `_catalog`, or nothing but whether it lets in whoever asks.
    pub(super) fn whole(registry: &'a str, what: &str, actions: &'static str) -> Self {
        Self {
            registry,
            repository: "",
            actions,
            login: None,
            method: "GET",
            target: format!("/v2/{what}"),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// What a token has to open, where it is anything.
    pub(super) fn scope(&self) -> Option<String> {
        match (self.repository, self.actions) {
            ("", "") => None,
            ("", actions) => Some(format!("registry:catalog:{actions}")),
            (repository, actions) => Some(format!("repository:{repository}:{actions}")),
        }
    }

    /// Whether it may be asked again, and be answered from elsewhere.
    fn only_reads(&self) -> bool {
        matches!(self.method, "GET" | "HEAD")
    }

    /// The same with a header.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Registry {
    /// The answer of the registry, whatever its status, unless it refuses for now again and again, or refuses whoever asks.
    pub(super) async fn send(&self, ask: &Ask<'_>) -> Result<Answer, Problem> {
        let mut times = 1;
        loop {
            let (status, later) = match self.once(ask).await {
                Ok(answer) => {
                    if !matches!(answer.status(), 429 | 500 | 502..=504) {
                        return Ok(answer);
                    }
                    let later = answer.header("retry-after");
                    (answer.status(), later.and_then(|it| it.parse().ok()))
                }
                // What only reads may be asked again.
                Err(Trouble::Failed(it)) if it.kind == Kind::Lost && ask.only_reads() => {
                    if times == ATTEMPTS {
                        return Err(self.failed(ask.registry, &it));
                    }
                    (0, None)
                }
                Err(Trouble::Failed(it)) => return Err(self.failed(ask.registry, &it)),
                Err(Trouble::Told(problem)) => return Err(problem),
            };
            let asked_for = later.map(Duration::from_secs);
            if times == ATTEMPTS || asked_for.is_some_and(|it| it > LONGEST) {
                return Err(failure::gave_up(ask.registry, status, times, later));
            }
            let pause = asked_for
                .unwrap_or_default()
                .max(PAUSE * (1 << (times - 1)));
            tokio::time::sleep(pause).await;
            times += 1;
        }
    }

    pub(super) fn failed(&self, registry: &str, failed: &Failed) -> Problem {
        let failed = Failed {
            kind: failed.kind,
            words: self.masked(&failed.words),
        };
        failure::failed(registry, &failed, &self.0.options.network)
    }

    /// The body of an answer that is an error, as far as it can be had, without what the registry was shown.
    pub(super) async fn error_body(&self, answer: &mut Answer) -> Vec<u8> {
        let body = answer.whole(ERROR).await;
        let body = body.ok().flatten().unwrap_or_default();
        lock(&self.0.secrets).mask_body(body)
    }

    /// Asks once, over TLS or not.
    async fn once(&self, ask: &Ask<'_>) -> Result<Answer, Trouble> {
        let is_here = is_this_machine(ask.registry);
        let known = lock(&self.0.secure).get(ask.registry).copied();
        let is_plain = self.0.options.plain_http || (is_here && known != Some(true));
        let answered = self.authorized(ask, is_plain).await;
        if !is_plain || known.is_some() {
            return answered;
        }
        // This machine is asked in plain HTTP first, and what it answers says whether it wants TLS.
        let mut wants_tls = matches!(&answered, Err(Trouble::Failed(it)) if it.kind == Kind::Lost);
        let mut answered = answered;
        if let Ok(answer) = &mut answered
            && answer.status() == 400
        {
            let body = self.error_body(answer).await;
            wants_tls = String::from_utf8_lossy(&body).contains("HTTPS");
            if !wants_tls {
                lock(&self.0.secure).insert(ask.registry.to_owned(), false);
                if ask.only_reads() {
                    // What it does not like is for whoever asks to find out.
                    return self.authorized(ask, is_plain).await;
                }
                // Where an upload goes to may open it, and is not shown.
                let what = format!("the request to write to `{}`", ask.repository);
                let told = failure::unexpected(ask.registry, &what, 400, &body);
                return Err(Trouble::Told(told));
            }
        }
        if !wants_tls {
            if answered.is_ok() {
                lock(&self.0.secure).insert(ask.registry.to_owned(), false);
            }
            return answered;
        }
        if self.0.options.plain_http {
            return answered.and_then(|_| Err(Trouble::Told(failure::speaks_tls(ask.registry))));
        }
        match self.authorized(ask, false).await {
            // It does not speak TLS either: what it said first counts.
            Err(Trouble::Failed(it)) if it.kind != Kind::Certificate && answered.is_err() => {
                answered
            }
            secured => {
                lock(&self.0.secure).insert(ask.registry.to_owned(), true);
                secured
            }
        }
    }

    /// Asks with what opens the repository, which is found out where it is not known.
    async fn authorized(&self, ask: &Ask<'_>, is_plain: bool) -> Result<Answer, Trouble> {
        let key = (
            ask.registry.to_owned(),
            ask.repository.to_owned(),
            ask.actions,
        );
        let known = lock(&self.0.granted).get(&key).cloned();
        let opens = known.as_ref().map(|it| it.authorization.as_str());
        let mut answer = self.followed(ask, is_plain, opens).await?;
        if answer.status() == 403 {
            return Err(self.refused(ask, &mut answer, known.as_ref()).await);
        }
        if answer.status() != 401 {
            return Ok(answer);
        }
        let challenges = answer.headers("www-authenticate");
        let body = self.error_body(&mut answer).await;
        let found = self.login(ask).await.map_err(Trouble::Told)?;
        let grant = self.grant(ask, is_plain, &challenges, &body, found).await;
        let mut grant = grant.map_err(Trouble::Told)?;
        let opens = Some(grant.authorization.as_str());
        let mut answer = self.followed(ask, is_plain, opens).await?;
        // A login to ECR that somebody made by hand holds for twelve hours, and then the AWS credentials are as good.
        if matches!(answer.status(), 401 | 403)
            && let Some(found) = self.anew(&grant, ask).await
        {
            let again = self.grant(ask, is_plain, &challenges, &body, found).await;
            grant = again.map_err(Trouble::Told)?;
            let opens = Some(grant.authorization.as_str());
            answer = self.followed(ask, is_plain, opens).await?;
        }
        if matches!(answer.status(), 401 | 403) {
            return Err(self.refused(ask, &mut answer, Some(&grant)).await);
        }
        lock(&self.0.granted).insert(key, grant);
        Ok(answer)
    }

    /// Whoever asks is not let in, with what there is of a login.
    async fn refused(&self, ask: &Ask<'_>, answer: &mut Answer, grant: Option<&Grant>) -> Trouble {
        let body = self.error_body(answer).await;
        let whose = match ask.login {
            Some(_) => Whose::Tried,
            None => grant.map_or(Whose::Nobody, |it| it.whose),
        };
        let trouble = grant.and_then(|it| it.trouble.as_deref());
        Trouble::Told(failure::refused(ask, &body, whose, trouble))
    }

    /// Asks, and goes where the answer sends. What opens the repository is shown to its registry alone.
    async fn followed(
        &self,
        ask: &Ask<'_>,
        is_plain: bool,
        authorization: Option<&str>,
    ) -> Result<Answer, Trouble> {
        let broken = |why: String| Trouble::Told(failure::broken(ask.registry, &why));
        let base = base(ask.registry, is_plain)
            .ok_or_else(|| broken("its name makes no URL".to_owned()))?;
        let mut url = base
            .join(&ask.target)
            .map_err(|error| broken(format!("where it leads is no URL: {error}")))?;
        for _ in 0..=REDIRECTS {
            let mut headers = ask.headers.clone();
            let is_own = url.origin() == base.origin();
            headers.extend(
                authorization
                    .filter(|_| is_own)
                    .map(|it| ("authorization", it.to_owned())),
            );
            let begun = Instant::now();
            let request = Request {
                method: ask.method,
                url: url.as_str(),
                headers,
                body: ask.body.clone(),
                is_direct: is_loopback(&url),
            };
            let answer = self.0.http.send(request).await.map_err(Trouble::Failed)?;
            self.trace(&format!(
                "{} {}: {}, {} ms",
                ask.method,
                shown(&url),
                answer.status(),
                begun.elapsed().as_millis()
            ));
            // Whatever it wants to be shown: it is not the registry, and gets nothing.
            if !is_own && matches!(answer.status(), 401 | 403) {
                let status = answer.status();
                let at = self.masked(url.host_str().unwrap_or_default());
                return Err(broken(format!(
                    "a redirect to `{at}`, which wants a login of its own (status {status})"
                )));
            }
            if !matches!(answer.status(), 301 | 302 | 303 | 307 | 308) || !ask.only_reads() {
                return Ok(answer);
            }
            let Some(location) = answer.header("location") else {
                return Err(broken("a redirect that leads nowhere".to_owned()));
            };
            let next = url
                .join(location)
                .map_err(|_| broken("a redirect to what is no URL".to_owned()))?;
            self.check_way(&url, &next).map_err(broken)?;
            url = next;
        }
        Err(broken(format!("more than {REDIRECTS} redirects")))
    }

    /// Whether what was asked at one place may be had from another.
    pub(super) fn check_way(&self, from: &Url, to: &Url) -> Result<(), String> {
        let to_plain = match to.scheme() {
            "https" => return Ok(()),
            "http" => self.masked(to.host_str().unwrap_or_default()),
            other => return Err(format!("a redirect to `{}:`", self.masked(other))),
        };
        if from.scheme() == "https" {
            return Err(format!(
                "a redirect from HTTPS to plain HTTP, at `{to_plain}`"
            ));
        }
        if self.0.options.plain_http || is_loopback(to) {
            Ok(())
        } else {
            Err(format!(
                "a redirect to plain HTTP, at `{to_plain}`, which is not this machine"
            ))
        }
    }
}

/// What came of asking once.
pub(super) enum Trouble {
    Failed(Failed),
    Told(Problem),
}

/// The root of a registry.
pub(super) fn base(registry: &str, is_plain: bool) -> Option<Url> {
    let scheme = if is_plain { "http" } else { "https" };
    Url::parse(&format!("{scheme}://{}/", login::address(registry))).ok()
}

/// Whether a registry is one of this machine, by its name.
fn is_this_machine(registry: &str) -> bool {
    base(registry, true).is_some_and(|it| is_loopback(&it))
}

/// Whether a URL leads to this machine, by its name.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // Names below it are whatever the resolver of this machine takes them for.
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A URL for people: what opens something may stand in its query.
fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    // Neither fails for a URL that has a host, and others are never asked.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_query(None);
    let query = if url.query().is_some() { "?…" } else { "" };
    format!("{shown}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_names() {
        for (registry, expected) in [
            ("127.0.0.1:5000", true),
            ("127.9.9.9", true),
            ("localhost:5000", true),
            ("registry.localhost", false),
            ("[::1]:5000", true),
            ("10.0.0.1:5000", false),
            ("localhost.example.com", false),
            ("ghcr.io", false),
        ] {
            assert_eq!(is_this_machine(registry), expected, "{registry}");
        }
        let url = base("docker.io", false).unwrap();
        assert_eq!(url.as_str(), "https://registry-1.docker.io/");
        let url = Url::parse("https://a/b?X-Amz-Signature=secret").unwrap();
        assert_eq!(shown(&url), "https://a/b?…");
    }
}
