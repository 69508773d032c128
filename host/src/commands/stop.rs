//! Waiting for what takes time, and the signals that end it: Ctrl-C, and SIGTERM of a CI system or a container runtime.

use std::future::Future;
use std::io;

use anyhow::{Context as _, Result};
use tokio::signal::unix::{self, SignalKind};

use crate::failure::{ExitStatus, Told};
use crate::ops::{Interrupt, Signal};
use crate::shell::Shell;

/// The command was stopped by a signal. `rest` follows on what stopped it.
pub(super) fn stopped(by: Signal, rest: &str) -> Told {
    let (what, status) = match by {
        Signal::Interrupt => ("interrupted", ExitStatus::Interrupted),
        Signal::Terminate => ("interrupted by SIGTERM", ExitStatus::Terminated),
    };
    Told::new(format!("{what}{rest}")).status(status)
}

/// Runs what needs the network, on this thread. A signal ends it at once: nothing is being changed.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    block_on_until(async {
        let mut signals = Signals::listen()?;
        tokio::select! {
            result = work => result,
            by = signals.next() => Err(stopped(by, "").into()),
        }
    })
}

/// Runs what changes something. The first signal lets calls in flight come to an end, the second does not.
pub(super) fn block_on_changes<T>(
    shell: &Shell,
    interrupt: &Interrupt,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    block_on_until(async {
        let mut signals = Signals::listen()?;
        let mut work = std::pin::pin!(work);
        let by = tokio::select! {
            result = &mut work => return result,
            by = signals.next() => by,
        };
        interrupt.raise(by);
        let again = match by {
            Signal::Interrupt => "Ctrl-C again stops at once",
            Signal::Terminate => "a second signal stops at once",
        };
        let what = stopped(by, ": finishing the calls in flight");
        shell.warn(&format!("{what}; {again}"), None);
        tokio::select! {
            result = work => result,
            by = signals.next() => Err(stopped(by, ": what was sent last may still happen")
                .hint("run the same command again: it looks first")
                .into()),
        }
    })
}

/// Runs something to its end, on this thread.
pub(super) fn block_on_until<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .context("cannot begin to wait for the network")?
        .block_on(work)
}

/// The signals that ask to stop. None that comes while this is there is lost.
pub(super) struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
}

impl Signals {
    /// Takes the place of what the system does at these signals, which is to end the program.
    ///
    /// # Errors
    /// The system refuses it.
    pub(super) fn listen() -> Result<Self> {
        let listen = || {
            Ok::<_, io::Error>(Self {
                interrupt: unix::signal(SignalKind::interrupt())?,
                terminate: unix::signal(SignalKind::terminate())?,
            })
        };
        listen().context("cannot listen for Ctrl-C and SIGTERM")
    }

    /// Comes back at the next of them.
    pub(super) async fn next(&mut self) -> Signal {
        // Neither ends: the runtime that tells of them goes on as long as whoever waits here.
        tokio::select! {
            Some(()) = self.interrupt.recv() => Signal::Interrupt,
            Some(()) = self.terminate.recv() => Signal::Terminate,
            else => std::future::pending().await,
        }
    }
}
