//! What goes wrong on the way to AWS: a proxy that answers some calls itself, or loses the answer.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use super::http::{self, Message};
use super::proxy::Proxy;
use super::run::LIMIT;

/// What becomes of a call.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// It never gets there, and this is the answer: status, content type, body.
    Instead(u16, &'static str, String),
    /// It gets there, and the answer is lost.
    Lost,
    /// It gets there, and the answer comes so much later.
    Late(Duration),
}

impl Answer {
    /// An error in the words of ECS.
    pub(crate) fn ecs(code: &str, message: &str) -> Self {
        let body = serde_json::json!({"__type": code, "message": message});
        Self::Instead(400, "application/x-amz-json-1.1", body.to_string())
    }

    /// An error in the words of classic ELB.
    pub(crate) fn elb(code: &str, message: &str) -> Self {
        let body = format!(
            "<ErrorResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/\"><Error><Type>Sender</Type>\
             <Code>{code}</Code><Message>{message}</Message></Error><RequestId>request-1</RequestId></ErrorResponse>"
        );
        Self::Instead(400, "text/xml", body)
    }

    /// What a gateway in between says.
    pub(crate) fn html(status: u16) -> Self {
        Self::Instead(
            status,
            "text/html",
            format!("<html><body><h1>{status}</h1>gateway trouble</body></html>"),
        )
    }
}

/// The next so many calls of an operation go wrong.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) operation: &'static str,
    pub(crate) times: usize,
    pub(crate) answer: Answer,
}

impl Fault {
    pub(crate) fn new(operation: &'static str, times: usize, answer: Answer) -> Self {
        Self {
            operation,
            times,
            answer,
        }
    }
}

/// A proxy in front of AWS. Where there is nothing behind it, every call has to have a fault.
pub(crate) struct Faulty {
    proxy: Proxy,
    inner: Arc<Inner>,
}

struct Inner {
    behind: Option<String>,
    faults: Mutex<Vec<Fault>>,
    seen: Mutex<Vec<String>>,
    called: Condvar,
}

impl Faulty {
    /// In front of `address`, or of nothing.
    pub(crate) fn new(behind: Option<&str>, faults: Vec<Fault>) -> Self {
        let inner = Arc::new(Inner {
            behind: behind.map(str::to_owned),
            faults: Mutex::new(faults),
            seen: Mutex::default(),
            called: Condvar::new(),
        });
        let proxy = Proxy::new({
            let inner = Arc::clone(&inner);
            move |stream| inner.serve(stream)
        });
        Self { proxy, inner }
    }

    pub(crate) fn address(&self) -> &str {
        self.proxy.address()
    }

    /// How often an operation was called, faults included.
    pub(crate) fn count(&self, operation: &str) -> usize {
        self.inner
            .seen
            .lock()
            .unwrap()
            .iter()
            .filter(|it| *it == operation)
            .count()
    }
}

impl Faulty {
    /// Waits until an operation is called so often.
    #[track_caller]
    pub(crate) fn awaits(&self, operation: &str, times: usize) {
        let called = |seen: &Vec<String>| seen.iter().filter(|it| *it == operation).count();
        let seen = self.inner.seen.lock().unwrap();
        let (seen, waited) = self
            .inner
            .called
            .wait_timeout_while(seen, LIMIT, |seen| called(seen) < times)
            .unwrap();
        assert!(
            !waited.timed_out(),
            "`{operation}` was not called: {seen:?}"
        );
    }
}

impl Inner {
    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        let Some(request) = Message::read(stream)? else {
            return Ok(());
        };
        let operation = request.operation();
        self.seen.lock().unwrap().push(operation.clone());
        self.called.notify_all();
        match (self.fault(&operation), &self.behind) {
            (Some(Answer::Instead(status, kind, body)), _) => {
                answer(status, kind, body).write(stream)
            }
            (Some(Answer::Lost), Some(behind)) => {
                http::exchange(behind, &request)?;
                stream.shutdown(Shutdown::Both)
            }
            (Some(Answer::Late(time)), Some(behind)) => {
                let answer = http::exchange(behind, &request)?;
                thread::sleep(time);
                answer.write(stream)
            }
            (None, Some(behind)) => http::exchange(behind, &request)?.write(stream),
            // Nobody said what comes of it: the connection breaks, and the test sees that.
            (_, None) => stream.shutdown(Shutdown::Both),
        }
    }

    /// Takes the fault of this call off the list.
    fn fault(&self, operation: &str) -> Option<Answer> {
        let mut faults = self.faults.lock().unwrap();
        let fault = faults
            .iter_mut()
            .find(|it| it.operation == operation && it.times > 0)?;
        fault.times -= 1;
        Some(fault.answer.clone())
    }
}

fn answer(status: u16, kind: &str, body: String) -> Message {
    Message {
        first_line: format!("HTTP/1.1 {status} Said"),
        headers: vec![
            ("content-type".to_owned(), kind.to_owned()),
            ("x-amzn-requestid".to_owned(), "request-1".to_owned()),
        ],
        body: body.into_bytes(),
    }
}
