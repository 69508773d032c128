//! Waiting for what takes time, and the signals that end it: Ctrl-C, and SIGTERM of a CI system or a container runtime.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};

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

/// Work of any kind. The runtime is in the program once, and not once for each kind.
type Work<'a> = Pin<&'a mut dyn Future<Output = Result<()>>>;

/// Runs what needs the network, on this thread. A signal ends it at once: nothing is being changed.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    whole(work, &mut |work| run(pin!(until_stopped(work))))
}

async fn until_stopped(work: Work<'_>) -> Result<()> {
    let mut signals = Signals::listen()?;
    tokio::select! {
        result = work => result,
        by = signals.next() => Err(stopped(by, "").into()),
    }
}

/// Runs what changes something. The first signal lets calls in flight come to an end, the second does not.
pub(super) fn block_on_changes<T>(
    shell: &Shell,
    interrupt: &Interrupt,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    whole(work, &mut |work| {
        run(pin!(changing(shell, interrupt, work)))
    })
}

async fn changing(shell: &Shell, interrupt: &Interrupt, mut work: Work<'_>) -> Result<()> {
    let mut signals = Signals::listen()?;
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
}

/// Runs something to its end, on this thread.
pub(super) fn block_on_until<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    whole(work, &mut |work| run(work))
}

/// Has work of one kind done by what takes any, and gives what came of it.
fn whole<T>(
    work: impl Future<Output = Result<T>>,
    run: &mut dyn FnMut(Work<'_>) -> Result<()>,
) -> Result<T> {
    let mut done = None;
    {
        let mut work = pin!(async {
            done = Some(work.await?);
            Ok(())
        });
        run(work.as_mut())?;
    }
    done.context("what was waited for did not end")
}

fn run(work: Work<'_>) -> Result<()> {
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
