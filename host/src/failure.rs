//! Errors as people and programs read them: what failed, why, and what to do next.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;

use host_core::codes::{Code, Problem};
use host_core::diag::Diagnostic;
use host_core::fault::{Explanation, Fault, explain};
use serde_json::{Value, json};

use crate::author::BuildError;
use crate::component::RecipeError;

/// How the program ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum ExitStatus {
    /// Everything that was asked for is so.
    Done = 0,
    /// It is not, and a message says why.
    Failed = 1,
    /// Of `plan --detailed-exitcode` only.
    ChangesPending = 2,
    /// The command line makes no sense.
    Usage = 64,
    /// A bug of host.
    Internal = 70,
    /// Ctrl-C.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl From<ExitStatus> for std::process::ExitCode {
    fn from(status: ExitStatus) -> Self {
        (status as u8).into()
    }
}

/// An error that the user can do something about.
#[derive(Clone, Debug)]
pub struct Told {
    message: String,
    code: Option<Code>,
    causes: Vec<String>,
    hints: Vec<String>,
    findings: Vec<(String, Diagnostic)>,
    status: ExitStatus,
}

impl Told {
    /// An error with a message that begins in lower case and has no full stop.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: None,
            causes: Vec::new(),
            hints: Vec::new(),
            findings: Vec::new(),
            status: ExitStatus::Failed,
        }
    }

    /// The command line makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(message).status(ExitStatus::Usage)
    }

    /// The same error, with which the program ends like this.
    #[must_use]
    pub fn status(mut self, status: ExitStatus) -> Self {
        self.status = status;
        self
    }

    /// The same error with its stable code.
    #[must_use]
    pub fn code(mut self, code: Code) -> Self {
        self.code = Some(code);
        self
    }

    /// The same error with a line of evidence.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// The same error with a next step, which is told once.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        if !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
        self
    }

    /// The same error with a last next step; where one says already how the same command is run again, that is enough.
    #[must_use]
    pub fn again(self, hint: &str) -> Self {
        let is_said = |it: &String| it.starts_with("run the same command again");
        if self.hints.iter().any(is_said) {
            self
        } else {
            self.hint(hint)
        }
    }

    /// The same error with what calls that failed have to say: the first code, and every cause and next step.
    #[must_use]
    pub fn explained<'a>(mut self, failed: impl IntoIterator<Item = &'a Explanation>) -> Self {
        for one in failed {
            self.code = self.code.or(Some(one.code));
            self.causes.extend(one.cause.clone());
            if let Some(hint) = &one.hint {
                self = self.hint(hint.as_str());
            }
        }
        self
    }

    /// The same error, with another one as its reason.
    #[must_use]
    pub fn because(mut self, reason: &Failure) -> Self {
        self.message = format!("{}: {}", self.message, reason.message);
        self.code = self.code.or(reason.code);
        self.causes.extend(reason.causes.iter().cloned());
        let hints = reason.hints.iter().map(String::as_str);
        hints.fold(self, Self::hint)
    }

    /// The same error with the findings that it sums up, each with the service it is about.
    #[must_use]
    pub fn findings(mut self, findings: Vec<(String, Diagnostic)>) -> Self {
        self.findings = findings;
        self
    }
}

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for Told {}

/// Takes the lines that begin with `hint:`, and what is under them, out of a message.
pub fn split(text: &str) -> (String, Vec<String>) {
    let mut parts = text.split("\nhint: ");
    let message = parts.next().unwrap_or_default().trim_end().to_owned();
    (message, parts.map(|it| it.trim_end().to_owned()).collect())
}

/// An error taken apart for printing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// What `host explain` explains.
    pub code: Option<Code>,
    /// In one line: what was being done, and why it failed.
    pub message: String,
    /// What AWS said, word by word.
    pub causes: Vec<String>,
    pub hints: Vec<String>,
    pub findings: Vec<(String, Diagnostic)>,
    pub status: ExitStatus,
}

impl Failure {
    /// Takes an error apart, whatever it is made of.
    pub fn read(error: &anyhow::Error) -> Self {
        let mut failure = Self {
            code: None,
            message: String::new(),
            causes: Vec::new(),
            hints: Vec::new(),
            findings: Vec::new(),
            status: ExitStatus::Failed,
        };
        let mut messages: Vec<String> = Vec::new();
        for cause in error.chain() {
            let (message, hints) = split(&failure.absorb(cause));
            failure.hints.extend(hints);
            // Some errors say their source themselves.
            if !messages.last().is_some_and(|it| it.ends_with(&message)) {
                messages.push(message);
            }
        }
        failure.message = messages.join(": ");
        let mut told = BTreeSet::new();
        failure.hints.retain(|it| told.insert(it.clone()));
        failure
    }

    /// Takes hints and causes from one link of the chain, and gives its message.
    fn absorb(&mut self, cause: &(dyn Error + 'static)) -> String {
        if let Some(told) = cause.downcast_ref::<Told>() {
            self.code = self.code.or(told.code);
            self.causes.extend(told.causes.iter().cloned());
            self.hints.extend(told.hints.iter().cloned());
            self.findings.extend(told.findings.iter().cloned());
            self.status = told.status;
        } else if let Some(fault) = cause.downcast_ref::<Fault>() {
            let explanation = explain(fault);
            self.code = self.code.or(Some(explanation.code));
            self.hints.extend(explanation.hint);
            self.causes.extend(explanation.cause);
            return explanation.message;
        } else if let Some(problem) = cause.downcast_ref::<Problem>() {
            self.code = self.code.or(Some(problem.code));
        } else if let Some(error) = cause.downcast_ref::<RecipeError>() {
            self.code = self.code.or(Some(error.code()));
            self.hints.extend(error.hint());
        } else if let Some(error) = cause.downcast_ref::<BuildError>() {
            self.hints.extend(error.hint());
        }
        cause.to_string()
    }

    /// As the `error` of the document on stdout.
    pub fn to_json(&self) -> Value {
        let findings = self
            .findings
            .iter()
            .map(|(service, it)| host_core::report::finding(service, it));
        let mut error = json!({
            "message": self.message,
            "causes": self.causes,
            "hints": self.hints,
            "findings": findings.collect::<Vec<_>>(),
        });
        if let Some(code) = self.code {
            error["code"] = json!(code);
        }
        error
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;
    use host_core::fault::FaultKind;

    use super::*;

    #[test]
    fn hints_are_found_at_any_depth() {
        let error = anyhow::Error::from(Told::usage("no recipe is named").hint("name one"))
            .context("cannot plan");
        let failure = Failure::read(&error);
        assert_eq!(failure.message, "cannot plan: no recipe is named");
        assert_eq!(failure.hints, ["name one"]);
        assert_eq!(failure.status, ExitStatus::Usage);
    }

    #[test]
    fn to_run_it_again_is_said_once() {
        const AGAIN: &str = "run the same command again: it goes on";
        let hints = |told: Told| Failure::read(&told.again(AGAIN).into()).hints;
        let told = || Told::new("failed");
        assert_eq!(hints(told().hint("look")), ["look", AGAIN]);
        let conflict = "run the same command again: it looks first";
        assert_eq!(hints(told().hint(conflict)), [conflict]);
    }

    #[test]
    fn hints_within_a_message_are_hints_too() {
        let error = anyhow::anyhow!(
            "there is no cluster\nhint: make one\nhint: or write:\n\n    [target]\n"
        );
        let failure = Failure::read(&error);
        assert_eq!(failure.message, "there is no cluster");
        assert_eq!(failure.hints, ["make one", "or write:\n\n    [target]"]);
    }

    #[test]
    fn what_aws_said_stands_apart_from_the_message() {
        let fault = Fault {
            kind: FaultKind::Answered,
            operation: "CreateService".into(),
            resource: "service `redis-service`".into(),
            code: Some("SomethingNew".into()),
            message: "No idea.".into(),
            status: Some(400),
            request_id: None,
            is_once: false,
        };
        let error = Err::<(), _>(fault).context("cannot apply").unwrap_err();
        let failure = Failure::read(&error);
        assert!(
            failure
                .message
                .starts_with("cannot apply: could not create service `redis-service`"),
            "{}",
            failure.message
        );
        assert_eq!(failure.causes, ["AWS: SomethingNew: No idea. (HTTP 400)"]);
        assert!(!failure.message.contains("No idea."));
    }

    #[test]
    fn a_source_that_was_said_already_is_not_repeated() {
        let source = std::io::Error::other("broken");
        let error = BuildError::File {
            path: "redis.wasm".into(),
            source,
        };
        assert_eq!(
            Failure::read(&error.into()).message,
            "cannot use `redis.wasm`: broken"
        );
    }
}
