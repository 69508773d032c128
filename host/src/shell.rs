//! The only printer: data on stdout, everything for people on stderr.
//!
//! Text from outside (recipes, AWS, files) passes through here on its way to a
//! terminal, and what could command the terminal is made visible instead. Colour
//! is for terminals, and never with `NO_COLOR`. A reader that has gone is no error.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, BufRead, IsTerminal, Read as _, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use host_core::codes::Code;
use host_core::diag::Severity;
use host_core::policy::{masked_arn, secret_arns};
use host_core::report::text::{Line, Text, Tone};
use host_core::tokens::Known;
use indicatif::MultiProgress;
use serde_json::Value;

use crate::cli::{OutputArgs, OutputFormat};
use crate::failure::{Failure, split};
use crate::settings::Environment;

use host_core::escape::one_line;
pub use host_core::escape::{escape, escape_json};
pub use unseen::Unseen;

mod unseen;

/// The most bytes of a secret that is given on stdin.
const SECRET: u64 = 64 << 10;

/// What stands before an ARN in the grant of a secret.
const GRANT: &str = "secrets:";

/// The printer. Clones print to the same place.
#[derive(Clone)]
pub struct Shell(Arc<Inner>);

struct Inner {
    format: OutputFormat,
    /// -1 quiet, 0 normal, 1 verbose, 2 with every call.
    verbosity: i8,
    color: Colors,
    terminal: Terminal,
    out: Mutex<Box<dyn Write + Send>>,
    err: Mutex<Box<dyn Write + Send>>,
    /// What must not be seen, and what is shown in its place.
    hidden: Mutex<BTreeMap<String, Hidden>>,
    /// Whether it may be seen all the same.
    reveals: AtomicBool,
    /// The next steps that were told on stderr: each is told once.
    hinted: Mutex<BTreeSet<String>>,
    /// The live lines at the bottom of the terminal, while there are some.
    live: Mutex<Option<MultiProgress>>,
}

/// What stands in the place of something.
#[derive(Clone, Debug)]
struct Hidden {
    shown: String,
    /// Whether it is seen in a grant, where nothing else would say what to write.
    in_grants: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Colors {
    out: bool,
    err: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Terminal {
    input: bool,
    err: bool,
}

impl fmt::Debug for Shell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Shell")
            .field("verbosity", &self.0.verbosity)
            .finish_non_exhaustive()
    }
}

impl Shell {
    /// A shell for the real stdout and stderr.
    pub fn new(arguments: &OutputArgs, environment: &Environment) -> Self {
        let plain =
            environment.get("NO_COLOR").is_some() || environment.get("TERM") == Some("dumb");
        let color = Colors {
            out: !plain && io::stdout().is_terminal(),
            err: !plain && io::stderr().is_terminal(),
        };
        let terminal = Terminal {
            input: io::stdin().is_terminal(),
            err: io::stderr().is_terminal(),
        };
        let verbosity = if arguments.quiet {
            -1
        } else {
            i8::try_from(arguments.verbose.min(2)).unwrap_or(2)
        };
        Self::with(
            arguments.output,
            verbosity,
            color,
            terminal,
            Box::new(io::stdout()),
            Box::new(io::stderr()),
        )
    }

    fn with(
        format: OutputFormat,
        verbosity: i8,
        color: Colors,
        terminal: Terminal,
        out: Box<dyn Write + Send>,
        err: Box<dyn Write + Send>,
    ) -> Self {
        let (out, err, live) = (Mutex::new(out), Mutex::new(err), Mutex::new(None));
        let (hidden, hinted) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner {
            format,
            verbosity,
            color,
            terminal,
            out,
            err,
            hidden,
            reveals: AtomicBool::new(false),
            hinted,
            live,
        }))
    }

    /// From now on prints tokens in place of what they stand for, also where AWS repeats it.
    pub fn hide(&self, secrets: &Known) {
        let each = secrets.iter().map(|(token, secret)| {
            let hidden = Hidden {
                shown: token.clone(),
                in_grants: false,
            };
            (secret.clone(), hidden)
        });
        lock(&self.0.hidden).extend(each);
    }

    /// From now on masks the ARNs of secrets that stand in a text that somebody typed, wherever they are repeated. What is
    /// known to be a secret already stays so.
    pub fn hide_arns(&self, typed: &str) {
        let mut hidden = lock(&self.0.hidden);
        for arn in secret_arns(typed) {
            hidden.entry(arn.to_owned()).or_insert_with(|| Hidden {
                shown: masked_arn(arn),
                in_grants: true,
            });
        }
    }

    /// From now on hides nothing, because somebody asked for that.
    pub fn reveal(&self) {
        self.0.reveals.store(true, Ordering::Relaxed);
    }

    /// The text as it may be seen.
    pub(crate) fn masked(&self, text: String) -> String {
        if self.0.reveals.load(Ordering::Relaxed) {
            return text;
        }
        let hidden = lock(&self.0.hidden);
        // What begins with another one comes before it, or its end would be left.
        hidden.iter().rev().fold(text, |text, (secret, hidden)| {
            if !hidden.in_grants {
                return text.replace(secret, &hidden.shown);
            }
            let mut masked = String::new();
            let mut parts = text.split(secret.as_str());
            masked += parts.next().unwrap_or_default();
            for part in parts {
                let is_grant = masked.ends_with(GRANT);
                masked += if is_grant { secret } else { &hidden.shown };
                masked += part;
            }
            masked
        })
    }

    /// Whether stdout is one JSON document.
    pub fn is_json(&self) -> bool {
        self.0.format == OutputFormat::Json
    }

    /// Whether there is a terminal to show live lines on, and anyone who wants to see them.
    pub fn is_live(&self) -> bool {
        self.0.terminal.err && self.0.verbosity >= 0
    }

    /// Whether there is somebody to ask.
    pub fn can_ask(&self) -> bool {
        self.0.terminal.input && self.0.terminal.err
    }

    /// Whether only errors are told.
    pub fn is_quiet(&self) -> bool {
        self.0.verbosity < 0
    }

    /// Whether every call to AWS is told.
    pub fn traces(&self) -> bool {
        self.0.verbosity >= 2
    }

    /// Prints a result on stdout.
    ///
    /// # Errors
    /// stdout cannot be written to; a reader that has gone is not an error.
    pub fn data(&self, text: &Text) -> Result<()> {
        self.write_out(&paint(text, self.0.color.out))
    }

    /// Prints the one document of `--output json`.
    ///
    /// # Errors
    /// As with [`Self::data`].
    pub fn json(&self, document: &Value) -> Result<()> {
        self.write_out(&format!("{}\n", escape_json(&format!("{document:#}"))))
    }

    /// Prints text that was made for another program, such as a completion script, byte by byte.
    ///
    /// # Errors
    /// As with [`Self::data`].
    pub fn raw(&self, text: &str) -> Result<()> {
        self.write_out(text)
    }

    /// Tells people something.
    pub fn say(&self, text: &Text) {
        if self.0.verbosity >= 0 {
            self.write_err(text);
            lock(&self.0.hinted).extend(text.hints());
        }
    }

    /// Tells people something in one line.
    pub fn note(&self, line: &str) {
        self.say(&Text::from(Line::plain(line)));
    }

    /// Tells those who asked for more.
    pub fn verbose(&self, line: &str) {
        if self.0.verbosity >= 1 {
            self.write_err(&Text::from(Line::new(Tone::Dim, line)));
        }
    }

    /// Warns.
    pub fn warn(&self, message: &str, hint: Option<&str>) {
        self.labelled(Tone::Warning, "warning", message, hint);
    }

    /// Tells of an error, quiet or not.
    pub fn error(&self, message: &str, hint: Option<&str>) {
        self.labelled(Tone::Error, "error", message, hint);
    }

    /// Tells of a finding, by its code where it has one: an error quiet or not.
    pub fn finding(
        &self,
        severity: Severity,
        code: Option<Code>,
        message: &str,
        hint: Option<&str>,
    ) {
        let (tone, word) = match severity {
            Severity::Error => (Tone::Error, "error"),
            Severity::Warning => (Tone::Warning, "warning"),
        };
        let label = code.map_or(word.to_owned(), |it| format!("{word}[{it}]"));
        // It quotes what recipes and files say: no line of theirs is to look like one of ours.
        self.labelled(tone, &label, &one_line(message), hint);
    }

    /// Tells why the program fails, quiet or not.
    pub fn fail(&self, failure: &Failure) {
        let mut message = failure.message.clone();
        for cause in &failure.causes {
            message = format!("{message}\n{cause}");
        }
        for hint in &failure.hints {
            message = format!("{message}\nhint: {hint}");
        }
        let label = failure
            .code
            .map_or("error".to_owned(), |it| format!("error[{it}]"));
        self.labelled(Tone::Error, &label, &message, None);
    }

    /// Tells something by its label, with those of its hints that were not told yet. Errors are told quiet or not.
    fn labelled(&self, tone: Tone, label: &str, message: &str, hint: Option<&str>) {
        if tone != Tone::Error && self.is_quiet() {
            return;
        }
        let (message, mut hints) = split(message);
        hints.extend(hint.map(ToOwned::to_owned));
        hints.retain(|it| lock(&self.0.hinted).insert(it.clone()));
        self.write_err(&labelled(tone, label, &message, &hints));
    }

    /// Asks a question that `y` answers. Absent: there is nobody to ask.
    pub fn confirm(&self, question: &str) -> Option<bool> {
        let answer = self.ask(&format!("{question} [y/N]"))?;
        Some(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
    }

    /// Asks for a line of text, whose blanks at either end mean nothing. Absent: there is nobody to ask.
    pub fn ask(&self, question: &str) -> Option<String> {
        self.line(question).map(|it| it.trim().to_owned())
    }

    /// Asks for a line of text, and takes it as it was typed, without its end. Absent: there is nobody to ask.
    pub fn line(&self, question: &str) -> Option<String> {
        if !self.can_ask() {
            return None;
        }
        // Whoever stops waiting for the answer must be able to print, so the lock is not held.
        let ask =
            |err: &mut dyn Write| write!(err, "{} ", escape(question)).and_then(|()| err.flush());
        ask(&mut *lock(&self.0.err)).ok()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).ok()?;
        let line = answer.strip_suffix('\n').unwrap_or(&answer);
        Some(line.strip_suffix('\r').unwrap_or(line).to_owned())
    }

    /// Has the terminal show nothing of what is typed, but for the end of the line, as long as the value lives. Absent: there is
    /// no terminal.
    pub fn unseen(&self) -> Option<Unseen> {
        Unseen::begin()
    }

    /// Reads all of stdin, which another program writes.
    ///
    /// # Errors
    /// It cannot be read, is no text, or has more bytes than a secret has.
    pub fn given(&self) -> Result<String> {
        let mut text = String::new();
        let most = io::stdin().lock().take(SECRET + 1);
        { most }
            .read_to_string(&mut text)
            .context("cannot read stdin")?;
        anyhow::ensure!(text.len() as u64 <= SECRET, "stdin has more than 64 KiB");
        Ok(text)
    }

    /// Keeps live lines at the bottom while others are printed above; `None` ends that.
    pub(crate) fn set_live(&self, live: Option<MultiProgress>) {
        *lock(&self.0.live) = live;
    }

    fn write_out(&self, text: &str) -> Result<()> {
        let live = lock(&self.0.live).clone();
        let text = self.masked(text.to_owned());
        let mut out = lock(&self.0.out);
        let write = || out.write_all(text.as_bytes()).and_then(|()| out.flush());
        let written = suspended(live.as_ref(), write);
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.context("cannot write to stdout"),
        }
    }

    /// There is nowhere to tell that stderr cannot be written to.
    fn write_err(&self, text: &Text) {
        let live = lock(&self.0.live).clone();
        let mut err = lock(&self.0.err);
        let painted = self.masked(paint(text, self.0.color.err));
        let _ = suspended(live.as_ref(), || {
            err.write_all(painted.as_bytes()).and_then(|()| err.flush())
        });
    }
}

fn suspended<T>(live: Option<&MultiProgress>, print: impl FnOnce() -> T) -> T {
    match live {
        Some(live) => live.suspend(print),
        None => print(),
    }
}

/// What a panicking thread left behind is still a place to print to.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `error: message`, and `hint:` lines. Further lines of either are indented.
fn labelled(tone: Tone, label: &str, message: &str, hints: &[String]) -> Text {
    let mut text = Text::default();
    let mut lines = message.lines();
    text.push(Line::new(tone, format!("{label}:")).and(
        Tone::Plain,
        format!(" {}", lines.next().unwrap_or_default()),
    ));
    for line in lines {
        text.push(Line::plain(format!("  {}", line.trim_start())));
    }
    for hint in hints {
        let mut lines = hint.lines();
        text.push(Line::new(Tone::Hint, "  hint:").and(
            Tone::Plain,
            format!(" {}", lines.next().unwrap_or_default()),
        ));
        for line in lines {
            text.push(Line::plain(if line.is_empty() {
                String::new()
            } else {
                format!("    {line}")
            }));
        }
    }
    text
}

/// Makes text for a terminal: harmless, and coloured if that is wanted.
fn paint(text: &Text, color: bool) -> String {
    let mut painted = String::new();
    for line in text.lines() {
        for (tone, words) in line.spans() {
            let code = if color { code(*tone) } else { "" };
            painted += code;
            painted += &escape(words);
            if !code.is_empty() {
                painted += "\u{1b}[0m";
            }
        }
        painted.push('\n');
    }
    painted
}

fn code(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Strong => "\u{1b}[1m",
        Tone::Dim => "\u{1b}[2m",
        Tone::Create | Tone::Good => "\u{1b}[32m",
        Tone::Update | Tone::Warning => "\u{1b}[33m",
        Tone::Delete => "\u{1b}[31m",
        Tone::Blocked | Tone::Error => "\u{1b}[1;31m",
        Tone::Hint => "\u{1b}[36m",
    }
}

#[cfg(test)]
mod tests;
