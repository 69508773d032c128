//! One HTTP exchange at a time, for doors without an SDK: a request, the head of its answer, and its body in parts.
//!
//! No part of it is waited for without end, and nothing is followed, repeated or decoded here: that is for whoever knows
//! what the answer means.

use std::error::Error;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::tls::TlsContext;
use aws_smithy_runtime_api::client::http::{
    HttpConnector as _, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::http;

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(5);

/// How long the head of an answer may take, when the request has no body worth speaking of.
const ANSWER: Duration = Duration::from_secs(20);

/// A body that brings less than [`LEAST`] bytes in this time is given up.
const WINDOW: Duration = Duration::from_secs(10);

/// 800 bytes in a second: less than the slowest line that people have.
const LEAST: u64 = 8 << 10;

/// How long a body may take as a whole, however it comes.
const WHOLE: Duration = Duration::from_mins(1);

/// What has to come in each second beyond that, on the average: what only drips comes to an end, too.
const EACH_SECOND: u64 = 16 << 10;

/// Pools of connections, each made when it is first used: the system's certificates are read for it, which takes longer
/// than a small recipe.
#[derive(Clone, Debug, Default)]
pub(crate) struct Http {
    /// Whose certificates count: the system's, where nobody says otherwise.
    trusted: TlsContext,
    /// By the way that the environment says.
    usual: OnceLock<SharedHttpConnector>,
    /// Straight to this machine, over TLS.
    direct: OnceLock<SharedHttpConnector>,
    /// Straight to this machine without it, which takes no certificates.
    plain: OnceLock<SharedHttpConnector>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'static str,
    pub(crate) url: &'a str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// Past every proxy.
    pub(crate) is_direct: bool,
}

/// The head of an answer, and the rest of it as far as it was not taken yet.
pub(crate) struct Answer {
    status: u16,
    head: HttpResponse,
    body: ByteStream,
    /// Since when how much has come.
    window: (Instant, u64),
    /// The same for the whole.
    whole: (Instant, u64),
}

/// Something that comes in several answers, one after the other, and has one time for all of them: that of a body of as
/// many bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Several {
    begun: std::time::Instant,
    came: u64,
    answers: usize,
}

impl Several {
    /// From now on.
    pub(crate) fn new() -> Self {
        Self {
            begun: std::time::Instant::now(),
            came: 0,
            answers: 0,
        }
    }

    /// Waits for the next answer, or the head of one, as long as there is time.
    ///
    /// # Errors
    /// There is none left.
    pub(crate) async fn within<T>(&self, next: impl Future<Output = T>) -> Result<T, Failed> {
        let last = Instant::from(self.begun) + patience(self.came);
        let slow = |_| Failed {
            kind: Kind::Slow,
            words: format!(
                "{} answers of several, {} bytes, in {} s",
                self.answers,
                self.came,
                self.begun.elapsed().as_secs()
            ),
        };
        timeout_at(last, next).await.map_err(slow)
    }

    /// Has the body of an answer be a part of it.
    pub(crate) fn holds(&self, answer: &mut Answer) {
        answer.counts_since(self.begun, self.came);
    }

    /// One more answer has come, with so many bytes.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.came += bytes as u64;
        self.answers += 1;
    }
}

/// What became of an exchange that got no answer, or not all of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// Nobody is there: no such name, no way, nobody listens.
    Unreachable,
    /// The other side's certificate is not trusted, or is for another name.
    Certificate,
    /// TLS did not come about for another reason: the other side may not speak it.
    Handshake,
    /// The connection broke.
    Lost,
    /// It took too long.
    Slow,
}

/// An exchange that failed, and how.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Failed {
    pub(crate) kind: Kind,
    /// In a few words, from the system or the other side: to be escaped.
    pub(crate) words: String,
}

impl Http {
    /// Trusts these certificates. Opens nothing yet.
    pub(crate) fn trusting(trusted: TlsContext) -> Self {
        Self {
            trusted,
            ..Self::default()
        }
    }

    fn pool(&self, is_direct: bool, is_plain: bool) -> &SharedHttpConnector {
        let make = |trusted| {
            let settings = HttpConnectorSettings::builder()
                .connect_timeout(CONNECT)
                .build();
            let sleep = SharedAsyncSleep::new(TokioSleep::new());
            http::connector(&settings, Some(sleep), is_direct, trusted)
        };
        let trusting = || make(self.trusted.clone());
        match (is_direct, is_plain) {
            // The way may lead over TLS to a proxy.
            (false, _) => self.usual.get_or_init(trusting),
            (true, false) => self.direct.get_or_init(trusting),
            (true, true) => self.plain.get_or_init(|| make(http::trusting_nobody())),
        }
    }

    /// Sends a request, and waits for the head of the answer.
    pub(crate) async fn send(&self, request: Request<'_>) -> Result<Answer, Failed> {
        let size = request.body.len() as u64;
        let patience = ANSWER + Duration::from_secs(size * WINDOW.as_secs() / LEAST);
        let is_plain = request.url.starts_with("http://");
        let connector = self.pool(request.is_direct, is_plain);
        let mut sent = HttpRequest::new(SdkBody::from(request.body));
        let unfit = |words: String| Failed {
            kind: Kind::Unreachable,
            words,
        };
        sent.set_method(request.method)
            .map_err(|it| unfit(it.to_string()))?;
        sent.set_uri(request.url)
            .map_err(|it| unfit(it.to_string()))?;
        let mut headers = request.headers;
        headers.push((
            "user-agent",
            concat!("host/", env!("CARGO_PKG_VERSION")).to_owned(),
        ));
        if size > 0 || matches!(request.method, "POST" | "PUT" | "PATCH") {
            headers.push(("content-length", size.to_string()));
        }
        for (name, value) in headers {
            sent.headers_mut()
                .try_insert(name, value)
                .map_err(|it| unfit(it.to_string()))?;
        }
        let answered = timeout(patience, connector.call(sent)).await;
        let slow = |_| Failed {
            kind: Kind::Slow,
            words: format!("no answer in {} s", patience.as_secs()),
        };
        let mut head = answered.map_err(slow)?.map_err(|error| Failed {
            kind: kind(&chain(&error)),
            words: innermost(&error),
        })?;
        let body = std::mem::replace(head.body_mut(), SdkBody::taken());
        Ok(Answer {
            status: head.status().as_u16(),
            head,
            body: ByteStream::new(body),
            window: (Instant::now(), 0),
            whole: (Instant::now(), 0),
        })
    }
}

impl Answer {
    /// The status: 200, 404.
    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// A header, by its name in lower case. One that is no text is as good as absent.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let value = self.head.headers().try_get(name)?;
        value.ok()
    }

    /// All headers of a name.
    pub(crate) fn headers(&self, name: &str) -> Vec<String> {
        let all = self.head.headers().get_all_bytes(name);
        all.map(|it| String::from_utf8_lossy(it).into_owned())
            .collect()
    }

    /// How many bytes the body has, where the other side says so.
    pub(crate) fn length(&self) -> Option<u64> {
        self.header("content-length")?.parse().ok()
    }

    /// The next part of the body; nothing at its end.
    ///
    /// # Errors
    /// The connection broke before the end, or the body comes too slowly to be waited for.
    pub(crate) async fn part(&mut self) -> Result<Option<Vec<u8>>, Failed> {
        loop {
            let (since, came) = self.window;
            let (begun, all) = self.whole;
            let last = begun + patience(all);
            match timeout_at(last.min(since + WINDOW), self.body.next()).await {
                Ok(None) => return Ok(None),
                Ok(Some(Ok(part))) => {
                    self.window.1 += part.len() as u64;
                    self.whole.1 += part.len() as u64;
                    return Ok(Some(part.to_vec()));
                }
                Ok(Some(Err(error))) => {
                    return Err(Failed {
                        kind: Kind::Lost,
                        words: innermost(&error),
                    });
                }
                Err(_) if last <= Instant::now() => {
                    return Err(Failed {
                        kind: Kind::Slow,
                        words: format!("{all} bytes in {} s", begun.elapsed().as_secs()),
                    });
                }
                Err(_) if came >= LEAST => self.window = (Instant::now(), 0),
                Err(_) => {
                    return Err(Failed {
                        kind: Kind::Slow,
                        words: format!("{came} bytes in {} s", WINDOW.as_secs()),
                    });
                }
            }
        }
    }

    /// Has this be the rest of something of which so many bytes came since then.
    pub(crate) fn counts_since(&mut self, begun: std::time::Instant, came: u64) {
        self.whole = (begun.into(), came);
    }

    /// The whole body. Of one that is longer than `most` nothing: then it is not read to its end.
    ///
    /// # Errors
    /// As with [`Self::part`].
    pub(crate) async fn whole(&mut self, most: u64) -> Result<Option<Vec<u8>>, Failed> {
        if self.length().is_some_and(|it| it > most) {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        while let Some(part) = self.part().await? {
            if (bytes.len() + part.len()) as u64 > most {
                return Ok(None);
            }
            bytes.extend(part);
        }
        Ok(Some(bytes))
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Answer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// How long may have passed when so many bytes have come: a minute, and a second for each 16 KiB.
fn patience(came: u64) -> Duration {
    WHOLE + Duration::from_millis(came.saturating_mul(1000) / EACH_SECOND)
}

/// How sending failed. The client has no public type for these, so it goes by their words.
fn kind(said: &str) -> Kind {
    let says = |parts: &[&str]| parts.iter().any(|part| said.contains(part));
    if says(&["certificate"]) {
        Kind::Certificate
    } else if says(&["TLS handshake", "corrupt message", "InvalidContentType"]) {
        Kind::Handshake
    } else if says(&[
        "client error (Connect)",
        "HTTP connect timeout",
        "dns error",
        "tunnel error",
    ]) {
        Kind::Unreachable
    } else {
        Kind::Lost
    }
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        words.extend([": ", &error.to_string()]);
        next = error.source();
    }
    words
}

/// The last of the causes: the words of the system or of the TLS library, without those of the layers above.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    let said = last.to_string();
    // The number says no more than the words before it.
    match said.rsplit_once(" (os error ") {
        Some((words, _)) => words.to_owned(),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    #[test]
    fn what_only_drips_comes_to_an_end() {
        assert_eq!(patience(0), Duration::from_mins(1));
        assert_eq!(patience(16 << 10), Duration::from_secs(61));
        assert_eq!(patience(60 << 20), Duration::from_mins(65));
        assert!(patience(u64::MAX) > Duration::from_hours(1));
        // As slowly as a window lets through, and nothing but that: it ends soon after the first minute.
        let came = |seconds: u64| LEAST * seconds / WINDOW.as_secs();
        let ends = (1..3600).find(|it| patience(came(*it)) < Duration::from_secs(*it));
        assert_eq!(ends, Some(64));
        // A line of 128 kbit/s and a large recipe.
        let came = |seconds: u64| seconds * 16_000;
        assert!((1..1800).all(|it| patience(came(it)) >= Duration::from_secs(it)));
    }

    #[test]
    fn a_body_whose_time_is_over_is_given_up_whatever_comes() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let drips = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\ndrop";
            stream.write_all(head).unwrap();
            // Until the other side has had enough.
            while stream.read(&mut [0; 64]).is_ok_and(|it| it > 0) {}
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let failed = runtime.unwrap().block_on(async {
            let request = Request {
                method: "GET",
                url: &url,
                headers: Vec::new(),
                body: Vec::new(),
                is_direct: true,
            };
            let mut answer = Http::default().send(request).await.unwrap();
            let long_ago = std::time::Instant::now().checked_sub(Duration::from_secs(70));
            answer.counts_since(long_ago.unwrap(), 100 << 10);
            loop {
                if let Err(failed) = answer.part().await {
                    break failed;
                }
            }
        });
        assert_eq!(failed.kind, Kind::Slow);
        assert!(failed.words.ends_with("bytes in 70 s"), "{failed:?}");
        drips.join().unwrap();
    }

    #[test]
    fn how_it_failed_is_read_from_the_words() {
        for (said, expected) in [
            (
                "io error: client error (Connect): tcp connect error: Connection refused (os error 111)",
                Kind::Unreachable,
            ),
            (
                "client error (Connect): TLS handshake failed: invalid peer certificate: UnknownIssuer",
                Kind::Certificate,
            ),
            (
                "client error (Connect): TLS handshake failed: received corrupt message of type InvalidContentType",
                Kind::Handshake,
            ),
            (
                "client error (SendRequest): connection closed before message completed",
                Kind::Lost,
            ),
        ] {
            assert_eq!(kind(said), expected, "{said}");
        }
    }
}
