//! `host simulator`: the strict stand-in for AWS, as a server of its own.

use std::fs;

use serde_json::Value;

use super::{Running, Sandbox};

/// A server for one test, with the account in a file.
pub(crate) struct Simulator {
    sandbox: Sandbox,
    address: String,
    running: Running,
}

impl Simulator {
    /// One with the tutorial's cluster, in which things go as the script says.
    pub(crate) fn start(script: &str) -> Self {
        Self::serve(Sandbox::new().set("AWS_REGION", "us-east-1"), script)
    }

    /// One whose account is as `state` says, with so many seconds in one.
    pub(crate) fn resume(state: &str, speed: u32) -> Self {
        Self::resume_with(state, &format!("speed = {speed}.0\n"))
    }

    /// One whose account is as `state` says, and in which things go as the script says.
    pub(crate) fn resume_with(state: &str, script: &str) -> Self {
        let sandbox = Sandbox::new().set("AWS_REGION", "us-east-1");
        sandbox.write("account.json", state);
        Self::serve(sandbox, script)
    }

    fn serve(sandbox: Sandbox, script: &str) -> Self {
        sandbox.write("script.toml", script);
        let mut running = sandbox.start(&[
            "simulator",
            "--listen",
            "127.0.0.1:0",
            "--port-file",
            "port",
            "--state",
            "account.json",
            "--script",
            "script.toml",
            "--calls",
            "calls",
        ]);
        running.hears("lead programs here");
        let port = sandbox.read("port");
        Self {
            address: format!("http://127.0.0.1:{}", port.trim()),
            sandbox,
            running,
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The calls so far, each as its line of JSON.
    pub(crate) fn calls(&self) -> Vec<Value> {
        let log = fs::read_to_string(self.sandbox.path("calls")).unwrap_or_default();
        log.lines()
            .map(|line| serde_json::from_str(line).expect("a call is a line of JSON"))
            .collect()
    }

    /// Ends it, and gives the account as it left it.
    pub(crate) fn stop(self) -> String {
        self.running.interrupt();
        self.running.finish().ends_with(0);
        self.sandbox.read("account.json")
    }
}
