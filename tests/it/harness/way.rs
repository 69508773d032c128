//! What lies between the program and AWS: `way.py`, with a private authority's TLS and three proxies.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{Folder, StandIn, built};

/// A process of its own for one test, ended with it.
pub(crate) struct Way {
    process: Child,
    ports: Value,
    folder: Folder,
}

impl Way {
    /// One that leads to a stand-in.
    pub(crate) fn to(stand_in: &StandIn) -> Self {
        Self::to_address(stand_in.address())
    }

    /// One that leads to a server of this machine, `http://127.0.0.1:5000`.
    pub(crate) fn to_address(address: &str) -> Self {
        let folder = Folder::new();
        let mut process = Command::new(built::python())
            .arg(built::root().join("tests/it/harness/way.py"))
            .arg(folder.path())
            .arg(address.trim_start_matches("http://"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the way can be started");
        let mut ports = String::new();
        BufReader::new(process.stdout.take().expect("stdout is a pipe"))
            .read_line(&mut ports)
            .expect("the way says its ports");
        let ports = serde_json::from_str(&ports).expect("the ports are JSON");
        Self {
            process,
            ports,
            folder,
        }
    }

    /// The endpoint of AWS, whose certificate is of the private authority.
    pub(crate) fn endpoint(&self) -> String {
        format!("https://127.0.0.1:{}", self.ports["tls"])
    }

    /// The address of a proxy: `open`, `locked` (it wants `open:sesame`), or `closed` (it refuses).
    pub(crate) fn proxy(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}", self.ports[name])
    }

    /// The file with the private authority's certificate.
    pub(crate) fn authority(&self) -> String {
        self.folder.path().join("ca.pem").display().to_string()
    }

    /// How many tunnels were asked for so far.
    pub(crate) fn tunnels(&self) -> usize {
        let log = fs::read_to_string(self.folder.path().join("connects"))
            .expect("the way writes down its tunnels");
        log.lines().filter(|it| it.starts_with("CONNECT ")).count()
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
