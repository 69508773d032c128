//! A server on a port of its own, for proxies: whoever connects is served on a thread, until it is dropped.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

pub(super) struct Proxy {
    address: String,
    over: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Proxy {
    /// One that serves each connection by `serve`.
    pub(super) fn new(
        serve: impl Fn(&TcpStream) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it has an address");
        let over = Arc::new(AtomicBool::new(false));
        let listening = thread::spawn({
            let (over, serve) = (Arc::clone(&over), Arc::new(serve));
            move || {
                for stream in listener.incoming() {
                    if over.load(Ordering::SeqCst) {
                        break;
                    }
                    let serve = Arc::clone(&serve);
                    // A program that was killed leaves broken connections.
                    thread::spawn(move || stream.and_then(|it| serve(&it)));
                }
            }
        });
        Self {
            address: format!("http://{address}"),
            over,
            listening: Some(listening),
        }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // One more connection, so that it looks.
        let _ = TcpStream::connect(self.address.trim_start_matches("http://"));
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}
