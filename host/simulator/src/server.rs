//! The account behind a socket on loopback, speaking the AWS wire protocols.

use std::convert::Infallible;
use std::fs::{File, OpenOptions};
use std::future::Future;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::script::ScriptError;
use crate::state::StateError;
use crate::wire;

mod simulation;

use simulation::Reply;
pub use simulation::Simulation;

/// No request of ECS or classic ELB comes near this.
const LARGEST: usize = 4 << 20;

/// Why the simulator does not serve. Each says what to do in a `hint:` line where that is not plain.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error(
        "`{0}` is no address of this machine alone\nhint: listen on 127.0.0.1 or [::1]: anybody could use it elsewhere"
    )]
    NotLoopback(SocketAddr),
    #[error(
        "cannot listen on {address}: {source}\nhint: choose another with `--listen 127.0.0.1:PORT`; port 0 takes any that is free"
    )]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("cannot write `{}`: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("cannot start the simulator: {0}")]
    Start(#[from] io::Error),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Script(#[from] ScriptError),
}

/// Serves until `stop` is ready, and writes the account a last time.
///
/// `ready` hears of the address once it can be connected to.
///
/// # Errors
/// The address is not of this machine alone, or is taken.
pub async fn serve(
    simulation: Simulation,
    address: SocketAddr,
    ready: impl FnOnce(SocketAddr) -> Result<(), ServerError>,
    stop: impl Future<Output = ()>,
) -> Result<(), ServerError> {
    if !address.ip().is_loopback() {
        return Err(ServerError::NotLoopback(address));
    }
    let failed = |source| ServerError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    ready(listener.local_addr().map_err(failed)?)?;
    let shared = Arc::new(Mutex::new(simulation));
    tokio::select! {
        () = accept(async || listener.accept().await.map(|(stream, _)| stream), shared.clone()) => {}
        () = stop => {}
    }
    lock(&shared).save()?;
    Ok(())
}

fn lock(shared: &Mutex<Simulation>) -> MutexGuard<'_, Simulation> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long to wait where no connection can be had: there are no files left, and that does not change at once.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

async fn accept(next: impl AsyncFn() -> io::Result<TcpStream>, shared: Arc<Mutex<Simulation>>) {
    loop {
        let stream = match next().await {
            Ok(stream) => stream,
            // A connection that breaks while it is made is the other side's matter.
            Err(error) if is_of_other_side(&error) => continue,
            Err(_) => {
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        // Small answers must not wait for more to be sent with them.
        let _ = stream.set_nodelay(true);
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&shared, request));
            // An error is a connection that was cut, by us or by the other side.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn is_of_other_side(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    [ConnectionAborted, ConnectionRefused, ConnectionReset].contains(&error.kind())
}

/// The connection is to be cut.
#[derive(Debug, thiserror::Error)]
#[error("cut by the script")]
struct Cut;

async fn answer(
    shared: &Mutex<Simulation>,
    request: hyper::Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Cut> {
    let of = |name: &str| {
        let value = request.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let query = request.uri().query().unwrap_or_default().to_owned();
    let mut read = wire::Request {
        target: of("x-amz-target"),
        is_signed: of("authorization").is_some() || query.contains("X-Amz-Signature="),
        query,
        body: Vec::new(),
    };
    let body = Limited::new(request.into_body(), LARGEST).collect().await;
    read.body = body.map_err(|_| Cut)?.to_bytes().to_vec();
    let (reply, wait) = {
        let mut simulation = lock(shared);
        let reply = simulation.answer(&read);
        let wait = simulation.clock().wait(reply.delay);
        (reply, wait)
    };
    if let Some(wait) = wait.filter(|it| !it.is_zero()) {
        tokio::time::sleep(wait).await;
    }
    let Reply {
        answer, request_id, ..
    } = reply;
    let answer = answer.ok_or(Cut)?;
    let response = Response::builder()
        .status(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .header(header::CONTENT_TYPE, answer.content_type)
        .header("x-amzn-RequestId", &request_id)
        .body(Full::new(Bytes::from(answer.body)));
    response.map_err(|_| Cut)
}

/// A simulator that serves on a thread of its own, until it is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<Result<(), ServerError>>>,
    tell: Option<Tell>,
}

/// Hears why the account could not be written at the end.
struct Tell(Box<dyn FnOnce(ServerError) + Send + Sync>);

impl std::fmt::Debug for Tell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tell")
    }
}

impl Running {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// There is no port or no thread to be had.
    pub fn start(simulation: Simulation) -> Result<Self, ServerError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel::<Infallible>();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("simulator".into())
            .spawn(move || {
                let ready = move |address| {
                    // Nobody listens any more: the start was given up.
                    let _ = tell.send(address);
                    Ok(())
                };
                runtime.block_on(serve(
                    simulation,
                    SocketAddr::from(([127, 0, 0, 1], 0)),
                    ready,
                    async {
                        // It only ever comes to its end.
                        let _ = stopped.await;
                    },
                ))
            })?;
        let Ok(address) = told.recv() else {
            return Err(match thread.join() {
                Ok(Err(error)) => error,
                _ => ServerError::Start(io::Error::other("it ended at once")),
            });
        };
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
            tell: None,
        })
    }

    /// The same, for whoever shares it and cannot [`stop`](Self::stop) it by name: `tell` hears it where the account
    /// cannot be written when the last one drops it.
    #[must_use]
    pub fn telling(mut self, tell: impl FnOnce(ServerError) + Send + Sync + 'static) -> Self {
        self.tell = Some(Tell(Box::new(tell)));
        self
    }

    /// `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops, and writes the account.
    ///
    /// # Errors
    /// The account cannot be written.
    pub fn stop(mut self) -> Result<(), ServerError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), ServerError> {
        self.stop = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let result = self.end();
        if let (Err(error), Some(Tell(tell))) = (result, self.tell.take()) {
            tell(error);
        }
    }
}

/// Opens a file to which one line per call is added.
///
/// # Errors
/// It cannot be opened.
pub fn call_log(path: &Path) -> Result<File, ServerError> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.map_err(|source| ServerError::File {
        path: path.to_owned(),
        source,
    })
}

/// Writes the port into a file that appears with all of its content at once.
///
/// # Errors
/// It cannot be written.
pub fn write_port(path: &Path, port: u16) -> Result<(), ServerError> {
    let failed = |source| ServerError::File {
        path: path.to_owned(),
        source,
    };
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut file = File::create(&beside).map_err(failed)?;
    writeln!(file, "{port}").map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}

/// The delay of a stepped clock for every call: times of objects differ, as on AWS.
const CALL_TAKES: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests;
