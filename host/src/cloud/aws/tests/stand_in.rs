//! A stand-in on loopback that hears requests and says what the test tells it to.

use std::sync::{Arc, Mutex};

use aws_sdk_ecs::config::{Credentials, SharedCredentialsProvider};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::cloud::aws::{Aws, Connection, Profile, clients, load};

/// One request as it came.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    /// Lower case.
    pub(super) head: String,
    pub(super) body: String,
}

impl Heard {
    /// `CreateService`, of either protocol.
    pub(super) fn operation(&self) -> String {
        let target = self
            .head
            .lines()
            .find_map(|line| line.strip_prefix("x-amz-target: "));
        let form = self
            .body
            .strip_prefix("Action=")
            .and_then(|rest| rest.split('&').next());
        match (target, form) {
            (Some(target), _) => target.rsplit('.').next().unwrap_or_default().to_owned(),
            (None, form) => form.unwrap_or_default().to_owned(),
        }
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a body in JSON")
    }
}

pub(super) enum Reply {
    Json(u16, Value),
    Xml(u16, String),
    Html(u16),
    /// Closes the connection after the request has come.
    Nothing,
}

/// What was heard so far; also the door that talks to the stand-in.
pub(super) struct StandIn {
    pub(super) aws: Aws,
    pub(super) traced: Arc<Mutex<Vec<String>>>,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl StandIn {
    pub(super) async fn start(reply: impl Fn(&Heard) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (ears, reply) = (Arc::clone(&heard), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (ears, reply) = (Arc::clone(&ears), Arc::clone(&reply));
                tokio::spawn(async move { serve(stream, &ears, &*reply).await });
            }
        });
        let traced = Arc::new(Mutex::new(Vec::new()));
        let aws = door(&url, &traced).await;
        Self { aws, traced, heard }
    }

    pub(super) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("no panic while heard").clone()
    }

    pub(super) fn operations(&self) -> Vec<String> {
        self.heard().iter().map(Heard::operation).collect()
    }
}

/// The door as `connect` makes it, but for the credentials.
pub(super) async fn door(url: &str, traced: &Arc<Mutex<Vec<String>>>) -> Aws {
    let lines = Arc::clone(traced);
    let connection = Connection {
        region: Some("eu-west-1".into()),
        endpoint_url: Some(url.into()),
        trace: Some(Arc::new(move |line: &str| {
            lines
                .lock()
                .expect("no panic while traced")
                .push(line.into());
        })),
        ..Connection::default()
    };
    let credentials = Credentials::new("AKID", "secret", None, None, "test");
    let config = load(&connection, None)
        .await
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    clients(&config, "eu-west-1".into(), Profile::default(), &connection)
}

async fn serve(
    mut stream: TcpStream,
    ears: &Mutex<Vec<Heard>>,
    reply: &(impl Fn(&Heard) -> Reply + Sync),
) {
    let Some(heard) = read(&mut stream).await else {
        return;
    };
    ears.lock()
        .expect("no panic while heard")
        .push(heard.clone());
    let (status, kind, body) = match reply(&heard) {
        Reply::Json(status, body) => (status, "application/x-amz-json-1.1", body.to_string()),
        Reply::Xml(status, body) => (status, "text/xml", body),
        Reply::Html(status) => (
            status,
            "text/html",
            "<!doctype html>\n<title>Oh no</title>".to_owned(),
        ),
        Reply::Nothing => return,
    };
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} Said\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
         x-amzn-requestid: id-1\r\nconnection: close\r\n\r\n{body}"
    );
    // A door that has gone away meanwhile is the test's own business.
    let _ = stream.write_all(answer.as_bytes()).await;
}

async fn read(stream: &mut TcpStream) -> Option<Heard> {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream
            .read(&mut part)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_ascii_lowercase();
        let target = text
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with("x-amz-target"));
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))?
            .parse::<usize>()
            .ok()?;
        if body.len() >= length {
            // Operations are spelt in upper and lower case.
            let target = target
                .and_then(|line| line.split_once(": "))
                .map_or("", |(_, value)| value);
            let head = head.replace(&target.to_ascii_lowercase(), target);
            return Some(Heard {
                head,
                body: body.to_owned(),
            });
        }
    }
}
