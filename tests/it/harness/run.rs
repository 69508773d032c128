//! The program while it runs, and what came of it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// No run of a test takes this long. One that does hangs.
pub(super) const LIMIT: Duration = Duration::from_mins(3);

/// What a finished run said.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// The command line, for messages.
    pub(crate) line: String,
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Run {
    /// The same run, whose status has to be this one.
    #[track_caller]
    pub(crate) fn ends_with(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// stdout as the one JSON document that it has to be.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is no JSON document: {error}\n{self}"))
    }

    /// The same run, whose stderr has to contain each of these.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(
                self.stderr.contains(part),
                "stderr does not say `{part}`\n{self}"
            );
        }
        self
    }

    /// Both streams together, to look for what must be in neither.
    pub(crate) fn everything(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            line,
            status,
            stdout,
            stderr,
            took,
        } = self;
        write!(
            formatter,
            "$ {line}\nended with {status} after {took:?}\n-- stdout\n{stdout}\n-- stderr\n{stderr}"
        )
    }
}

/// A run that goes on.
pub(crate) struct Running {
    line: String,
    child: Child,
    begun: Instant,
    stdout: Option<JoinHandle<String>>,
    /// Lines of stderr as they come.
    lines: Receiver<String>,
    heard: String,
}

impl Running {
    /// Listens to a program whose stdout and stderr are pipes.
    pub(super) fn new(line: String, mut child: Child) -> Self {
        let mut out = child.stdout.take().expect("stdout is a pipe");
        let err = child.stderr.take().expect("stderr is a pipe");
        let stdout = thread::spawn(move || {
            let mut bytes = Vec::new();
            out.read_to_end(&mut bytes).expect("stdout can be read");
            String::from_utf8(bytes).expect("stdout is UTF-8")
        });
        let (sender, lines) = channel();
        thread::spawn(move || {
            let mut reader = BufReader::new(err);
            let mut bytes = Vec::new();
            while reader
                .read_until(b'\n', &mut bytes)
                .is_ok_and(|read| read > 0)
            {
                // Nobody listens any more: the test is over.
                if sender
                    .send(String::from_utf8_lossy(&bytes).into_owned())
                    .is_err()
                {
                    break;
                }
                bytes.clear();
            }
        });
        Self {
            line,
            child,
            begun: Instant::now(),
            stdout: Some(stdout),
            lines,
            heard: String::new(),
        }
    }

    /// Waits until stderr has said this.
    #[track_caller]
    pub(crate) fn hears(&mut self, part: &str) {
        while !self.heard.contains(part) {
            let left = LIMIT.saturating_sub(self.begun.elapsed());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!(
                    "$ {}\nnever said `{part}` on stderr:\n{}",
                    self.line, self.heard
                );
            };
            self.heard += &line;
        }
    }

    /// What Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// What `kill` does, and whoever ends programs by machine.
    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("the program runs");
    }

    /// Whether it has come to its end by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        let ended = self.child.try_wait();
        ended.expect("the program can be waited for").is_some()
    }

    /// What `kill -9` does. It is gone when this comes back.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the program runs");
        self.child.wait().expect("the program can be waited for");
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn finish(mut self) -> Run {
        let status = self.status();
        // Both streams end with the program.
        self.heard.extend(self.lines.iter());
        let stdout = self
            .stdout
            .take()
            .expect("a run finishes once")
            .join()
            .expect("stdout was read");
        Run {
            line: self.line.clone(),
            status: status.code().expect("the program ends by itself"),
            stdout,
            stderr: std::mem::take(&mut self.heard),
            took: self.begun.elapsed(),
        }
    }

    #[track_caller]
    fn status(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self
                .child
                .try_wait()
                .expect("the program can be waited for")
            {
                return status;
            }
            if self.begun.elapsed() > LIMIT {
                self.heard.extend(self.lines.try_iter());
                panic!(
                    "$ {}\nhas not ended after {LIMIT:?}:\n{}",
                    self.line, self.heard
                );
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, or the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
