//! What comes in many answers, each of them in time: there is a time for all of them, too.

use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use host_core::digest::sha256_hex;
use host_core::registry::artifact::{Descriptor, MANIFEST, Manifest};
use host_core::registry::signature::{PAYLOAD, tag};

use super::{redis, sandbox};
use crate::harness::{Access, Asked, Registry, reply};

const PUBLIC: &str = include_str!("../../../host/core/src/registry/key/fixtures/openssl.pub");

/// Somewhat less than one answer may take, and so many of them that it is far more than all may.
const LATE: Duration = Duration::from_secs(18);
const MANY: usize = 5;

#[test]
fn what_comes_slowly_in_many_answers_is_not_waited_for_without_end() {
    thread::scope(|scope| {
        scope.spawn(pages);
        scope.spawn(signatures);
    });
}

fn check(registry: &Registry, line: &[&str]) {
    registry.publish("acme/redis", "1.2.0", &redis());
    let sandbox = sandbox();
    sandbox.write("host.pub", PUBLIC);
    let run = sandbox.host(line).ends_with(1);
    let told = ["error[H0810]", "is too slow to be waited for: 3 answers"];
    let run = run.says(&told).says(&["hint:"]);
    assert!(run.stdout.is_empty(), "{run}");
    assert!(run.took < Duration::from_secs(75), "{run}");
}

fn pages() {
    let hook = |asked: &Asked, stream: &mut TcpStream| {
        let is_list = asked.kind() == "tags";
        if is_list {
            thread::sleep(LATE);
            let page = asked.line.rsplit("last=").next().unwrap_or_default();
            let next = page.parse::<usize>().unwrap_or_default() + 1;
            let link = format!("</v2/acme/redis/tags/list?last={next}>; rel=\"next\"");
            let headers = [("link", link.as_str())];
            let headers = if next < MANY { &headers[..] } else { &[] };
            reply(stream, "200 OK", headers, b"{\"tags\": [\"1.2.0\"]}")?;
        }
        Ok(is_list)
    };
    let registry = Registry::with(Access::Anyone, Some(Box::new(hook)));
    check(&registry, &["pull", &registry.reference("acme/redis:1.x")]);
}

fn signatures() {
    let component = sha256_hex(&redis());
    let hook = move |asked: &Asked, _: &mut TcpStream| {
        if asked.kind() == "blobs" && !asked.line.ends_with(&component) {
            thread::sleep(LATE);
        }
        Ok(false)
    };
    let registry = Registry::with(Access::Anyone, Some(Box::new(hook)));
    let (digest, _) = registry.publish("acme/redis", "1.2.0", &redis());
    let layer = |number: usize| {
        let payload = number.to_string();
        registry.hold(payload.as_bytes());
        Descriptor::of(PAYLOAD, payload.as_bytes())
    };
    let manifest = Manifest {
        schema_version: 2,
        media_type: MANIFEST.to_owned(),
        layers: (0..MANY).map(layer).collect(),
        ..Manifest::default()
    };
    let manifest = serde_json::to_vec(&manifest).unwrap();
    registry.tag("acme/redis", &tag(&digest), &manifest);
    let reference = registry.reference("acme/redis:1.2.0");
    check(&registry, &["verify", "--key", "host.pub", &reference]);
}
