//! What happens, while it happens: a live line per service on a terminal, plain lines elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use host_core::plan::{Action, Step};
use host_core::report::text::{Line, Text, Tone};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::failure::split;
use crate::ops::Progress;
use crate::shell::{Shell, escape};

/// How often a live line turns.
const TICK: Duration = Duration::from_millis(120);

/// Tells the steps of a run through the shell.
pub struct Reporter {
    shell: Shell,
    live: Option<Live>,
    /// The steps that are being done, by service.
    active: Mutex<BTreeMap<String, BTreeSet<String>>>,
}

struct Live {
    bars: MultiProgress,
    by_service: Mutex<BTreeMap<String, ProgressBar>>,
}

impl fmt::Debug for Reporter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reporter")
            .field("live", &self.live.is_some())
            .finish_non_exhaustive()
    }
}

impl Reporter {
    /// A reporter with live lines where the shell can show them. They go when it is dropped.
    pub fn new(shell: &Shell) -> Arc<Self> {
        let live = shell.is_live().then(|| Live::new(shell));
        Arc::new(Self {
            shell: shell.clone(),
            live,
            active: Mutex::default(),
        })
    }

    fn begin(&self, step: &Step) {
        let mut active = lock(&self.active);
        active
            .entry(service(step).to_owned())
            .or_default()
            .insert(words(step, Tense::Now));
        self.show(service(step), &joined(&active, service(step)));
    }

    fn end(&self, step: &Step) {
        let mut active = lock(&self.active);
        if let Some(steps) = active.get_mut(service(step)) {
            steps.remove(&words(step, Tense::Now));
        }
        self.show(service(step), &joined(&active, service(step)));
    }

    /// Changes the live line of a service. Without a message it goes.
    fn show(&self, service: &str, message: &str) {
        if message.is_empty() {
            return self.clear(service);
        }
        let Some(live) = &self.live else { return };
        let mut bars = lock(&live.by_service);
        let bar = bars.entry(service.to_owned()).or_insert_with(|| {
            let bar = live.bars.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}: {wide_msg}") {
                bar.set_style(style);
            }
            bar.set_prefix(escape(service).into_owned());
            bar.enable_steady_tick(TICK);
            bar
        });
        // A live line does not go through the shell, which hides secrets from all others.
        bar.set_message(self.shell.masked(escape(message).into_owned()));
    }

    fn clear(&self, service: &str) {
        if let Some(bar) = self
            .live
            .as_ref()
            .and_then(|live| lock(&live.by_service).remove(service))
        {
            bar.finish_and_clear();
        }
    }
}

/// How far downloads are: a bar for each, on a terminal only. They go when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Downloads(Option<Arc<Bars>>);

struct Bars {
    shell: Shell,
    live: Live,
}

impl fmt::Debug for Bars {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Bars").finish_non_exhaustive()
    }
}

impl Downloads {
    /// None yet.
    pub fn new(shell: &Shell) -> Self {
        Self(shell.is_live().then(|| {
            let live = Live::new(shell);
            let shell = shell.clone();
            Arc::new(Bars { shell, live })
        }))
    }

    /// Of the download of this name so many bytes have come.
    pub fn show(&self, name: &str, came: u64, of: u64) {
        let Some(it) = &self.0 else { return };
        let mut bars = lock(&it.live.by_service);
        let bar = bars.entry(name.to_owned()).or_insert_with(|| {
            let bar = it.live.bars.add(ProgressBar::new(of));
            let template = "{prefix} {wide_bar} {bytes} of {total_bytes}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_prefix(escape(name).into_owned());
            bar
        });
        bar.set_position(came);
        if came >= of {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.live.clear(&self.shell);
    }
}

impl Live {
    fn new(shell: &Shell) -> Self {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        shell.set_live(Some(bars.clone()));
        Self {
            bars,
            by_service: Mutex::default(),
        }
    }

    fn clear(&self, shell: &Shell) {
        lock(&self.by_service)
            .values()
            .for_each(ProgressBar::finish_and_clear);
        // A terminal that cannot be cleared keeps the last lines.
        let _ = self.bars.clear();
        shell.set_live(None);
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        if let Some(live) = &self.live {
            live.clear(&self.shell);
        }
    }
}

impl Progress for Reporter {
    fn step_started(&self, step: &Step) {
        self.shell
            .verbose(&format!("  {}", words(step, Tense::Now)));
        self.begin(step);
    }

    fn step_done(&self, step: &Step, note: &str) {
        self.end(step);
        let (sign, tone) = match step.action {
            Action::NoOp => ("=", Tone::Dim),
            Action::Create => ("+", Tone::Create),
            Action::Update => ("~", Tone::Update),
            Action::Delete => ("-", Tone::Delete),
        };
        let note = if note.is_empty() {
            String::new()
        } else {
            format!(" ({note})")
        };
        let line = Line::new(tone, format!("  {sign} "))
            .and(Tone::Plain, words(step, Tense::Past))
            .and(Tone::Dim, note);
        self.shell.say(&line.into());
    }

    fn step_failed(&self, step: &Step, reason: &str) {
        self.end(step);
        // What to do next is said once, where the run ends.
        let (reason, _) = split(reason);
        let mut lines = reason.lines();
        let what = format!(
            "{} {}: {}",
            step.kind.words(),
            step.name,
            lines.next().unwrap_or_default()
        );
        let mut text = Text::from(Line::new(Tone::Error, "  ! ").and(Tone::Plain, what));
        for line in lines {
            text.push(Line::plain(format!("    {}", line.trim_start())));
        }
        self.shell.say(&text);
    }

    fn step_stopped(&self, step: &Step) {
        self.end(step);
    }

    fn waiting(&self, service: &str, reason: &str) {
        if self.live.is_some() {
            self.show(service, &format!("waiting: {reason}"));
        } else {
            self.shell
                .say(&Line::plain(format!("  {service}: waiting: {reason}")).into());
        }
    }

    fn event(&self, service: &str, message: &str) {
        // Which service it is, is said already.
        let message = message
            .strip_prefix("(service ")
            .and_then(|it| it.split_once(") "))
            .map_or(message, |(_, rest)| rest);
        self.shell
            .say(&Line::new(Tone::Dim, format!("  {service}: {message}")).into());
    }

    fn warning(&self, service: &str, message: &str) {
        self.shell.warn(&format!("{service}: {message}"), None);
    }

    fn turning_back(&self, service: &str, what: &str) {
        self.clear(service);
        let line = Line::new(Tone::Warning, format!("  {service}: {what}"));
        self.shell.say(&line.into());
    }

    fn steady(&self, service: &str, after: Duration) {
        self.clear(service);
        let line = Line::new(Tone::Good, format!("  {service} is steady"));
        self.shell.say(
            &line
                .and(Tone::Dim, format!(" (after {} s)", after.as_secs()))
                .into(),
        );
    }
}

#[derive(Clone, Copy)]
enum Tense {
    Now,
    Past,
}

/// `creating load balancer redis-elb`, `created load balancer redis-elb`.
fn words(step: &Step, tense: Tense) -> String {
    let (now, past) = match step.action {
        Action::NoOp => ("keeping", "kept"),
        Action::Create => ("creating", "created"),
        Action::Update => ("updating", "updated"),
        Action::Delete => ("deleting", "deleted"),
    };
    let verb = match tense {
        Tense::Now => now,
        Tense::Past => past,
    };
    format!("{verb} {} {}", step.kind.words(), step.name)
}

/// The name of the service in a step's id.
fn service(step: &Step) -> &str {
    step.id.split('/').next().unwrap_or_default()
}

fn joined(active: &BTreeMap<String, BTreeSet<String>>, service: &str) -> String {
    active
        .get(service)
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

/// What a panicking thread left behind is still good enough to show.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
