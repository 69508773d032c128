//! The simulator of this repository as a server, in a sandbox of its own.

use super::{Running, Sandbox};

/// A process of its own for one test, ended with it.
pub(crate) struct Simulator {
    address: String,
    _process: Running,
    _sandbox: Sandbox,
}

impl Simulator {
    /// One with the tutorial's cluster, in which things go as the script says.
    pub(crate) fn start(script: &str) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("script.toml", script);
        let line = ["--listen", "127.0.0.1:0", "--script", "script.toml"];
        let mut process = sandbox.start(&[&["simulator"], &line[..]].concat());
        process.hears("AWS_ENDPOINT_URL=");
        let heard = process.heard();
        let address = heard.split("AWS_ENDPOINT_URL=").nth(1);
        let address = address.and_then(|it| it.split_whitespace().next());
        Self {
            address: address.expect("the simulator says its address").to_owned(),
            _process: process,
            _sandbox: sandbox,
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}
