//! A gate on the way to AWS: the test says of single calls when they go through, and what comes of their answers.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use super::http::{self, Message};
use super::proxy::Proxy;

/// What happens to one call.
#[derive(Debug)]
pub(crate) enum Turn {
    /// The test hears of it before it goes on.
    Before(Post),
    /// The test hears of it when it was carried out, before it is answered.
    After(Post),
    /// The connection is reset, and the call never gets there.
    ResetBefore,
    /// The call is carried out, and the connection is reset.
    ResetAfter,
    /// The call is carried out, and the answer is that AWS failed on its own side.
    FailedAfter,
    /// The call is carried out, and no answer comes for as long as anybody waits for one.
    Silent,
}

/// The gate's side of a call that is held.
#[derive(Debug)]
pub(crate) struct Post {
    tell: Sender<()>,
    go: Receiver<()>,
}

/// The test's side of a call that is held. Dropped, it breaks the connection.
#[derive(Debug)]
pub(crate) struct Held {
    told: Receiver<()>,
    go: Sender<()>,
}

/// Both sides of a call that is to be held.
pub(crate) fn hold() -> (Post, Held) {
    let (tell, told) = channel();
    let (go, gone) = channel();
    (Post { tell, go: gone }, Held { told, go })
}

impl Post {
    /// Tells, and waits for the word. Says whether the call goes on.
    fn wait(self) -> bool {
        // Nobody listens any more where the test has ended the program.
        let _ = self.tell.send(());
        self.go.recv().is_ok()
    }
}

impl Held {
    /// Waits until the call has come to the gate. False: the program ended first, as `ended` says.
    pub(crate) fn arrives(&self, mut ended: impl FnMut() -> bool) -> bool {
        loop {
            match self.told.recv_timeout(std::time::Duration::from_millis(2)) {
                Ok(()) => return true,
                Err(_) if ended() => return self.told.try_recv().is_ok(),
                Err(_) => {}
            }
        }
    }

    /// Lets it go on.
    pub(crate) fn release(self) {
        // Who held the other side is gone where the program was.
        let _ = self.go.send(());
    }
}

/// What happens to the `nth` call of an operation, counted from 1.
#[derive(Debug)]
pub(crate) struct Point {
    pub(crate) operation: String,
    pub(crate) nth: usize,
    pub(crate) turn: Turn,
}

/// A call that came by.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) operation: String,
    /// What was sent.
    pub(crate) body: String,
    /// What AWS answered; absent where the call never got there.
    pub(crate) status: Option<u16>,
}

/// A proxy that lets everything through but for what is said of single calls.
pub(crate) struct Gate {
    proxy: Proxy,
    inner: Arc<Inner>,
}

struct Inner {
    behind: String,
    points: Mutex<Vec<Point>>,
    counts: Mutex<BTreeMap<String, usize>>,
    seen: Mutex<Vec<Seen>>,
}

impl Gate {
    /// In front of `behind`.
    pub(crate) fn new(behind: &str, points: Vec<Point>) -> Self {
        let inner = Arc::new(Inner {
            behind: behind.to_owned(),
            points: Mutex::new(points),
            counts: Mutex::default(),
            seen: Mutex::default(),
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

    /// The calls so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.inner.seen.lock().unwrap().clone()
    }
}

impl Inner {
    fn serve(&self, mut stream: &TcpStream) -> io::Result<()> {
        let Some(mut bytes) = whole(stream)? else {
            return Ok(());
        };
        let Some(request) = Message::parse(&bytes[..])? else {
            return Ok(());
        };
        let turn = self.turn(&request.operation());
        let forward = || {
            let answer = http::exchange(&self.behind, &request)?;
            self.saw(&request, Some(answer.status()));
            Ok::<_, io::Error>(answer)
        };
        // What is left unread when a connection is closed makes the system reset it.
        match &turn {
            Some(Turn::ResetBefore) => {
                self.saw(&request, None);
                return Ok(());
            }
            Some(Turn::ResetAfter) => return forward().map(drop),
            _ => stream.read_exact(&mut bytes)?,
        }
        match turn {
            Some(Turn::Before(post)) => {
                if !post.wait() {
                    self.saw(&request, None);
                    return stream.shutdown(Shutdown::Both);
                }
                forward()?.write(stream)
            }
            Some(Turn::After(post)) => {
                let answer = forward()?;
                if post.wait() {
                    answer.write(stream)
                } else {
                    stream.shutdown(Shutdown::Both)
                }
            }
            Some(Turn::FailedAfter) => {
                let mut answer = forward()?;
                answer.first_line = "HTTP/1.1 500 Internal Server Error".to_owned();
                answer.headers.clear();
                answer.body = b"<html><body>gateway trouble</body></html>".to_vec();
                answer.write(stream)
            }
            Some(Turn::Silent) => {
                forward()?;
                // It ends when the client gives up.
                stream.read(&mut [0]).map(drop)
            }
            _ => forward()?.write(stream),
        }
    }

    /// Counts the call, and takes what was said of it off the list.
    fn turn(&self, operation: &str) -> Option<Turn> {
        let mut counts = self.counts.lock().unwrap();
        let count = counts.entry(operation.to_owned()).or_default();
        *count += 1;
        let mut points = self.points.lock().unwrap();
        let place = points
            .iter()
            .position(|it| it.operation == operation && it.nth == *count)?;
        Some(points.remove(place).turn)
    }

    fn saw(&self, request: &Message, status: Option<u16>) {
        self.seen.lock().unwrap().push(Seen {
            operation: request.operation(),
            body: request.text(),
            status,
        });
    }
}

/// A request as it lies there, without taking it. Absent: the other side has gone.
fn whole(stream: &TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = stream.peek(&mut buffer)?;
        if read == 0 {
            return Ok(None);
        }
        if let Some(length) = length(&buffer[..read]) {
            buffer.truncate(length);
            return Ok(Some(buffer));
        }
        thread::yield_now();
    }
}

/// How long the request is, if all of it is there.
fn length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?;
    let body = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let value = value.trim().parse::<usize>().ok()?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    let length = head + body.unwrap_or(0);
    (bytes.len() >= length).then_some(length)
}
