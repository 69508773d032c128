//! HTTP as bare as it goes, so that what is sent and what comes is all there is.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use host_simulator::clock::Clock;
use host_simulator::server::{Running, Simulation};
use host_simulator::{Script, Time, World};
use serde_json::Value;

pub(super) const BEGUN: Time = Time(1_444_488_166_315);
pub(super) const TARGET: &str = "AmazonEC2ContainerServiceV20141113.";
pub(super) const SIGNATURE: &str = "Authorization: AWS4-HMAC-SHA256 Credential=any\r\n";

/// An account on a clock that only calls move.
pub(super) fn simulation(script: &str) -> Simulation {
    let script = Script::parse(script).unwrap();
    let world = World::new(BEGUN, "us-east-1", &script);
    Simulation::new(world, script, Clock::stepped(BEGUN))
}

pub(super) fn start(script: &str) -> Running {
    Running::start(simulation(script)).unwrap()
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// By name, in lower case.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// `400 {"__type":…}`.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.status, self.body)
    }
}

pub(super) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(super) fn to(server: &Running) -> Self {
        let url = server.url();
        let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        Self(BufReader::new(stream))
    }

    pub(super) fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> io::Result<()> {
        let length = body.len();
        let stream = self.0.get_mut();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: here\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        )
    }

    /// The next answer; an error where the connection ends before.
    pub(super) fn read(&mut self) -> io::Result<Answer> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            headers.insert(name.to_lowercase(), value.to_owned());
        }
        let length = headers
            .get("content-length")
            .map_or(0, |it| it.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok(Answer {
            status,
            headers,
            body: String::from_utf8(body).unwrap(),
        })
    }

    pub(super) fn ecs(&mut self, operation: &str, input: &Value) -> io::Result<Answer> {
        let headers = format!(
            "{SIGNATURE}X-Amz-Target: {TARGET}{operation}\r\nContent-Type: application/x-amz-json-1.1\r\n"
        );
        self.send("POST", "/", &headers, &input.to_string())?;
        self.read()
    }

    pub(super) fn elb(&mut self, form: &str) -> io::Result<Answer> {
        let headers = format!("{SIGNATURE}Content-Type: application/x-www-form-urlencoded\r\n");
        self.send("POST", "/", &headers, &format!("Version=2012-06-01&{form}"))?;
        self.read()
    }
}

/// One call of ECS on a connection of its own.
pub(super) fn ecs(server: &Running, operation: &str, input: &Value) -> Answer {
    Connection::to(server).ecs(operation, input).unwrap()
}

/// One call of classic ELB on a connection of its own.
pub(super) fn elb(server: &Running, form: &str) -> Answer {
    Connection::to(server).elb(form).unwrap()
}
