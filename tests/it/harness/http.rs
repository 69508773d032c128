//! As much HTTP as a test needs: one request for each connection, bodies with a length.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;

/// A request or an answer, as it goes over the wire.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    /// `POST / HTTP/1.1` or `HTTP/1.1 200 OK`.
    pub(super) first_line: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Message {
    /// Reads one. Absent: the other side has gone.
    pub(super) fn read(stream: &TcpStream) -> io::Result<Option<Self>> {
        Self::parse(BufReader::new(stream))
    }

    /// Reads one from bytes that are there already.
    pub(super) fn parse(mut reader: impl BufRead) -> io::Result<Option<Self>> {
        let mut message = Self::default();
        if reader.read_line(&mut message.first_line)? == 0 {
            return Ok(None);
        }
        message
            .first_line
            .truncate(message.first_line.trim_end().len());
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            message
                .headers
                .push((name.to_lowercase(), value.trim().to_owned()));
        }
        let length = message
            .header("content-length")
            .and_then(|it| it.parse().ok())
            .unwrap_or(0);
        message.body.resize(length, 0);
        reader.read_exact(&mut message.body)?;
        Ok(Some(message))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.as_str())
    }

    /// Writes it, and says that nothing follows on this connection.
    pub(super) fn write(&self, mut stream: &TcpStream) -> io::Result<()> {
        let mut bytes = format!("{}\r\n", self.first_line).into_bytes();
        for (name, value) in self
            .headers
            .iter()
            .filter(|(name, _)| name != "connection" && name != "content-length")
        {
            bytes.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        bytes.extend(
            format!(
                "content-length: {}\r\nconnection: close\r\n\r\n",
                self.body.len()
            )
            .into_bytes(),
        );
        bytes.extend(&self.body);
        stream.write_all(&bytes)
    }

    /// The status of an answer.
    pub(super) fn status(&self) -> u16 {
        self.first_line
            .split(' ')
            .nth(1)
            .and_then(|it| it.parse().ok())
            .unwrap_or(0)
    }

    /// The body as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The operation of AWS that a request is: ECS names it in a header, ELB in its form.
    pub(super) fn operation(&self) -> String {
        if let Some(target) = self.header("x-amz-target") {
            return target.rsplit('.').next().unwrap_or_default().to_owned();
        }
        let form = self.text();
        let action = form.split('&').find_map(|it| it.strip_prefix("Action="));
        action.unwrap_or_default().to_owned()
    }
}

/// Sends a request to `address`, `http://127.0.0.1:5000`, and gives the answer.
pub(super) fn exchange(address: &str, request: &Message) -> io::Result<Message> {
    let stream = TcpStream::connect(address.trim_start_matches("http://"))?;
    request.write(&stream)?;
    Message::read(&stream)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}
