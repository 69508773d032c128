//! The verbs. Each reads its settings, calls the use cases, and prints; nothing is decided here that they could decide.

use std::any::Any;
use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

use anyhow::Result;
use host_core::codes::target::NOT_CONFIRMED;
use host_core::policy::{masked_arn, secret_arns};
use host_core::report;

use crate::cli::{Cli, Command};
use crate::failure::{ExitStatus, Failure, Told};
use crate::settings::{self, Environment};
use crate::shell::{Shell, escape};
use stop::{block_on, block_on_changes};

mod build;
mod cache;
mod completions;
mod destroy;
mod doctor;
mod dotenv;
mod endpoints;
mod explain;
mod findings;
mod iam;
mod inspect;
mod lint;
mod list;
mod load;
mod lock;
mod locked;
mod login;
mod logout;
mod missing;
mod outdated;
mod plan;
mod prepare;
mod pull;
mod push;
mod registry;
mod remote;
mod render;
mod rollback;
mod run;
mod save;
mod saved;
mod search;
mod sign;
mod simulator;
mod so_far;
mod status;
mod stop;
mod verify;

/// What every command has.
#[derive(Debug)]
struct Context {
    shell: Shell,
    environment: Environment,
    /// The profile of AWS that somebody named for this call.
    profile: Option<String>,
}

/// Runs one command line, the program's name first, and says how it ended.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::read(arguments.clone()) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &arguments),
    };
    let environment = Environment::read();
    let shell = Shell::new(&cli.output, &environment);
    // Whatever it was meant for, the ARN of a secret is told nowhere.
    for argument in &arguments {
        shell.hide_arns(&argument.to_string_lossy());
    }
    tell_panics(shell.clone());
    let context = Context {
        shell: shell.clone(),
        environment,
        profile: cli.command.profile().map(str::to_owned),
    };
    for (name, hint) in settings::unknown_variables(&context.environment) {
        let message = format!("the variable `{name}` is none of host's, and says nothing");
        shell.warn(&message, hint.as_deref());
    }
    match panic::catch_unwind(AssertUnwindSafe(|| execute(&context, &cli.command))) {
        Ok(Ok(status)) => status,
        Ok(Err(error)) => fail(&shell, &error),
        // The hook has told it.
        Err(_) => ExitStatus::Internal,
    }
}

fn execute(context: &Context, command: &Command) -> Result<ExitStatus> {
    match command {
        Command::Run(arguments) => run::execute(context, arguments),
        Command::Plan(arguments) => plan::execute(context, arguments),
        Command::Render(arguments) => render::execute(context, arguments),
        Command::Iam(arguments) => iam::execute(context, arguments),
        Command::Status(arguments) => status::execute(context, arguments),
        Command::Endpoints(arguments) => endpoints::execute(context, arguments),
        Command::List(arguments) => list::execute(context, arguments),
        Command::Rollback(arguments) => rollback::execute(context, arguments),
        Command::Explain(arguments) => explain::execute(context, arguments),
        Command::Simulator(arguments) => simulator::execute(context, arguments),
        Command::Destroy(arguments) => destroy::execute(context, arguments),
        Command::Inspect(arguments) => inspect::execute(context, arguments),
        Command::Lint(arguments) => lint::execute(context, arguments),
        Command::Build(arguments) => build::execute(context, arguments),
        Command::Push(arguments) => push::execute(context, arguments),
        Command::Pull(arguments) => pull::execute(context, arguments),
        Command::Search(arguments) => search::execute(context, arguments),
        Command::Login(arguments) => login::execute(context, arguments),
        Command::Logout(arguments) => logout::execute(context, arguments),
        Command::Lock(arguments) => lock::execute(context, arguments),
        Command::Outdated(arguments) => outdated::execute(context, arguments),
        Command::Sign(arguments) => sign::execute(context, arguments),
        Command::Verify(arguments) => verify::execute(context, arguments),
        Command::Save(arguments) => save::execute(context, arguments),
        Command::Cache(arguments) => cache::execute(context, arguments),
        Command::Load(arguments) => load::execute(context, arguments),
        Command::Doctor(arguments) => doctor::execute(context, arguments),
        Command::Completions(arguments) => completions::execute(context, arguments),
    }
}

/// Help and version are no errors, though clap counts them as such.
///
/// Errors repeat arguments, which may be names of files that a stranger gave, or ARNs of secrets: then they are told without
/// colours.
fn usage(error: &clap::Error, arguments: &[OsString]) -> ExitStatus {
    let is_harmless = |it: &OsString| {
        let text = it.to_string_lossy();
        matches!(escape(&text), Cow::Borrowed(_)) && secret_arns(&text).is_empty()
    };
    // There is nowhere to tell that it cannot be printed.
    let _ = if arguments.iter().all(is_harmless) {
        error.print()
    } else {
        let mut plain = error.to_string();
        for argument in arguments {
            for arn in secret_arns(&argument.to_string_lossy()) {
                plain = plain.replace(arn, &masked_arn(arn));
            }
        }
        let lines: Vec<Cow<'_, str>> = plain.split('\n').map(escape).collect();
        io::stderr().write_all(lines.join("\n").as_bytes())
    };
    if error.use_stderr() {
        ExitStatus::Usage
    } else {
        ExitStatus::Done
    }
}

/// Tells an error to people, and to programs where stdout is for them.
fn fail(shell: &Shell, error: &anyhow::Error) -> ExitStatus {
    let failure = Failure::read(error);
    shell.fail(&failure);
    if shell.is_json() {
        // That stdout is broken as well changes nothing about the failure.
        let _ = shell.json(&report::document([("error", failure.to_json())]));
    }
    failure.status
}

/// Tells an error that the document on stdout says already.
fn fail_after_document(shell: &Shell, error: &anyhow::Error) -> ExitStatus {
    let failure = Failure::read(error);
    shell.fail(&failure);
    failure.status
}

fn tell_panics(shell: Shell) {
    panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        let place = info
            .location()
            .map(|it| format!(" at {}:{}", it.file(), it.line()))
            .unwrap_or_default();
        let message = format!("a bug of host{place}: {}", words(info.payload()));
        shell.error(
            &message,
            Some("please report it, with the command line and what was printed before"),
        );
    }));
}

fn words(payload: &dyn Any) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// Has somebody asked something at the terminal, and waits until a signal ends that.
///
/// # Errors
/// It was a signal.
fn asked<T: Send + 'static>(
    shell: &Shell,
    ask: impl FnOnce(&Shell) -> Option<T> + Send + 'static,
) -> Result<Option<T>> {
    let (sender, answer) = tokio::sync::oneshot::channel();
    let asking = shell.clone();
    // Reading a terminal cannot be stopped; the thread ends with the program at the latest.
    std::thread::spawn(move || sender.send(ask(&asking)));
    block_on(async { Ok(answer.await?) })
}

/// Asks before something is lost. Ctrl-C at the question is as good as anywhere.
///
/// # Errors
/// The answer is no, or there is nobody to ask.
fn confirm(shell: &Shell, question: String, what: &str) -> Result<()> {
    match asked(shell, move |shell| shell.confirm(&question))? {
        Some(true) => Ok(()),
        Some(false) => Err(Told::new("not confirmed: nothing was changed")
            .code(NOT_CONFIRMED)
            .into()),
        None => Err(
            Told::new(format!("{what}, and there is no terminal to ask on"))
                .code(NOT_CONFIRMED)
                .hint("give `--yes` to go on without being asked")
                .into(),
        ),
    }
}
