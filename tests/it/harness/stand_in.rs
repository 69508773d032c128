//! The stand-in for AWS: `tests/moto/stand_in.py`, with the tutorial's cluster in it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use serde_json::Value;

use super::{Folder, built, http};

/// A process of its own for one test, ended with it.
pub(crate) struct StandIn {
    process: Child,
    address: String,
    folder: Folder,
}

/// A call that it answered.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Call {
    pub(crate) operation: String,
    /// Whether it may have changed something.
    pub(crate) write: bool,
    pub(crate) status: u16,
    pub(crate) parameters: Value,
}

impl StandIn {
    /// One in which a service's tasks run as soon as it is created.
    pub(crate) fn start() -> Self {
        Self::with(&[], &[])
    }

    /// One without a cluster.
    pub(crate) fn bare() -> Self {
        Self::with(&["--bare"], &[])
    }

    /// One in which no task ever runs.
    pub(crate) fn stuck() -> Self {
        Self::with(&[], &[("MOTO_ECS_SERVICE_RUNNING", "0")])
    }

    fn with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = Folder::new();
        let mut command = Command::new(built::python());
        command
            .arg(built::root().join("tests/moto/stand_in.py"))
            .arg("--calls")
            .arg(folder.path().join("calls"))
            .args(["--task-start", "0.05"])
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut process = command.spawn().expect("the stand-in can be started");
        let mut address = String::new();
        let mut lines = BufReader::new(process.stdout.take().expect("stdout is a pipe"));
        lines
            .read_line(&mut address)
            .expect("the stand-in says its address");
        let stand_in = Self {
            process,
            address: address.trim().to_owned(),
            folder,
        };
        assert!(
            stand_in.address.starts_with("http://127.0.0.1:"),
            "the stand-in ended before it served"
        );
        stand_in
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The file in which it writes down every call that it answered.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("calls")
    }

    /// Every call that was answered so far, oldest first.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let log = fs::read_to_string(self.log()).expect("the stand-in writes down its calls");
        log.lines()
            .map(|line| serde_json::from_str(line).expect("a call is a line of JSON"))
            .collect()
    }

    /// What a piece of work called.
    pub(crate) fn calls_of<T>(&self, work: impl FnOnce() -> T) -> (T, Vec<Call>) {
        let before = self.calls().len();
        let done = work();
        (done, self.calls().split_off(before))
    }

    /// The names of the calls of a piece of work that may have changed something.
    pub(crate) fn writes_of<T>(&self, work: impl FnOnce() -> T) -> (T, Vec<String>) {
        let (done, calls) = self.calls_of(work);
        (
            done,
            calls
                .into_iter()
                .filter(|it| it.write)
                .map(|it| it.operation)
                .collect(),
        )
    }

    /// The parameters of the last successful call of an operation.
    #[track_caller]
    pub(crate) fn last(&self, operation: &str) -> Value {
        let found = self
            .calls()
            .into_iter()
            .rfind(|it| it.operation == operation && it.status < 300);
        found
            .unwrap_or_else(|| panic!("`{operation}` was never called with success"))
            .parameters
    }

    /// Calls ECS without the program under test, and gives the answer.
    #[track_caller]
    pub(crate) fn ecs(&self, operation: &str, parameters: &Value) -> Value {
        let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
        let text = self.post(
            "ecs",
            &[
                ("x-amz-target", &target),
                ("content-type", "application/x-amz-json-1.1"),
            ],
            parameters.to_string(),
        );
        serde_json::from_str(&text).expect("ECS answers JSON")
    }

    /// Calls classic ELB without the program under test, and gives the answer's XML.
    #[track_caller]
    pub(crate) fn elb(&self, operation: &str, form: &[(&str, &str)]) -> String {
        let fields: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("&{name}={value}"))
            .collect();
        let fields = fields.concat();
        let body = format!("Action={operation}&Version=2012-06-01{fields}");
        self.post(
            "elasticloadbalancing",
            &[("content-type", "application/x-www-form-urlencoded")],
            body,
        )
    }

    #[track_caller]
    fn post(&self, service: &str, headers: &[(&str, &str)], body: String) -> String {
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        );
        let host = self.address.trim_start_matches("http://").to_owned();
        let mut request = http::Message {
            first_line: "POST / HTTP/1.1".to_owned(),
            body: body.into_bytes(),
            ..Default::default()
        };
        request.headers = vec![
            ("host".to_owned(), host),
            ("authorization".to_owned(), scope),
        ];
        request.headers.extend(
            headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let answer = http::exchange(&self.address, &request).expect("the stand-in answers");
        assert_eq!(answer.status(), 200, "{}", answer.text());
        answer.text()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // It may have ended by itself, at its time limit.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
