//! Downloads that one call began and another one ends.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::{redis, sandbox};
use crate::harness::{Access, Asked, Registry, Sandbox};

/// The headers `Range` of all questions for components.
type Ranges = Arc<Mutex<Vec<Option<String>>>>;

/// A registry that does something else with the questions for components, which it counts from 0.
fn registry(
    wrong: impl Fn(usize, u64, &mut TcpStream) -> io::Result<bool> + Send + Sync + 'static,
) -> (Registry, Ranges) {
    let ranges = Ranges::default();
    let heard = Arc::clone(&ranges);
    let hook = move |asked: &Asked, stream: &mut TcpStream| {
        if asked.kind() != "blobs" {
            return Ok(false);
        }
        let range = asked.range.clone();
        let from = range
            .as_deref()
            .and_then(|it| it[6..it.len() - 1].parse().ok());
        heard.lock().unwrap().push(range);
        wrong(asked.before, from.unwrap_or_default(), stream)
    };
    let registry = Registry::with(Access::Anyone, Some(Box::new(hook)));
    registry.publish("acme/redis", "1.2.0", &redis());
    (registry, ranges)
}

/// Sends so many bytes of the component from there on, and says that all of it comes.
fn send(stream: &mut TcpStream, from: u64, number: usize) -> io::Result<()> {
    let all = redis();
    let begin = usize::try_from(from).unwrap();
    let status = if from == 0 {
        "200 OK"
    } else {
        "206 Partial Content"
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-range: bytes {from}-{}/{}\r\ncontent-length: {}\r\n\r\n",
        all.len() - 1,
        all.len(),
        all.len() - begin
    )?;
    stream.write_all(&all[begin..begin + number])
}

fn parts(sandbox: &Sandbox) -> Vec<PathBuf> {
    let folder = sandbox.path("../cache/host/registry/sha256");
    let all = fs::read_dir(folder).into_iter().flatten();
    let all = all.map(|it| it.unwrap().path());
    all.filter(|it| it.extension().is_some_and(|it| it == "part"))
        .collect()
}

fn asked(ranges: &Ranges) -> Vec<Option<String>> {
    ranges.lock().unwrap().clone()
}

/// A call that gets six times 1000 bytes and gives up.
fn given_up(sandbox: &Sandbox, registry: &Registry) {
    let reference = registry.reference("acme/redis:1.2.0");
    let run = sandbox.host(&["pull", &reference]).ends_with(1);
    run.says(&[
        "error[H0813]",
        "broke off 6 times, at last after 6000 of",
        "hint:",
    ]);
    let left = parts(sandbox);
    assert!(
        left.len() == 1 && fs::metadata(&left[0]).unwrap().len() == 6000,
        "{left:?}"
    );
}

fn thousands(before: usize, from: u64, stream: &mut TcpStream) -> io::Result<bool> {
    if before < 6 {
        send(stream, from, 1000)?;
    }
    Ok(before < 6)
}

#[test]
fn the_next_call_asks_for_the_rest_alone() {
    let (registry, ranges) = registry(thousands);
    let sandbox = sandbox();
    given_up(&sandbox, &registry);
    let reference = registry.reference("acme/redis:1.2.0");
    let run = sandbox.host(&["pull", &reference, "-vv"]).ends_with(0);
    run.says(&["6000 of", "are here from an earlier call"]);
    assert_eq!(asked(&ranges)[6..], [Some("bytes=6000-".to_owned())]);
    assert_eq!(parts(&sandbox), Vec::<PathBuf>::new());
    sandbox.host(&["render", &reference]).ends_with(0);
    // What has been whole for long, and was never given its name.
    let (whole, _) = self::registry(thousands);
    let other = super::sandbox();
    given_up(&other, &whole);
    fs::write(&parts(&other)[0], redis()).unwrap();
    let before = whole.asked().len();
    other
        .host(&["pull", &whole.reference("acme/redis:1.2.0")])
        .ends_with(0);
    assert_eq!(whole.asked().len(), before + 1, "{:?}", whole.asked());
}

#[test]
fn what_is_damaged_of_it_comes_anew() {
    let long = [redis(), redis()].concat();
    for (left, expected) in [
        (vec![0; 6000], vec![Some("bytes=6000-".to_owned()), None]),
        (vec![0; redis().len()], vec![None]),
        (long, vec![None]),
    ] {
        let (registry, ranges) = registry(thousands);
        let sandbox = sandbox();
        given_up(&sandbox, &registry);
        fs::write(&parts(&sandbox)[0], left).unwrap();
        let reference = registry.reference("acme/redis:1.2.0");
        sandbox.host(&["render", &reference]).ends_with(0);
        assert_eq!(asked(&ranges)[6..], expected);
        assert_eq!(parts(&sandbox), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_killed_call_leaves_what_came_and_one_that_runs_is_not_disturbed() {
    let (registry, ranges) = registry(|before, from, stream| {
        if before == 0 {
            send(stream, from, 5000)?;
            // Until the other side is gone.
            let _ = stream.read(&mut [0]);
        }
        Ok(before == 0)
    });
    let sandbox = sandbox();
    let reference = registry.reference("acme/redis:1.2.0");
    let came = || {
        let begun = Instant::now();
        while parts(&sandbox)
            .iter()
            .all(|it| fs::metadata(it).map_or(0, |it| it.len()) < 5000)
        {
            assert!(begun.elapsed() < Duration::from_secs(20), "nothing comes");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let running = sandbox.start(&["pull", &reference]);
    came();
    sandbox.host(&["cache", "prune", "--all"]).ends_with(0);
    sandbox.host(&["pull", &reference]).ends_with(0);
    assert_eq!(
        asked(&ranges),
        [None, None],
        "it went on with what another one writes"
    );
    assert_eq!(parts(&sandbox).len(), 1);
    running.kill();
    // Now nobody writes it any more.
    let content = sandbox.path("../cache/host/registry/sha256");
    for entry in fs::read_dir(content).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none() {
            fs::remove_file(path).unwrap();
        }
    }
    sandbox.host(&["render", &reference]).ends_with(0);
    assert_eq!(asked(&ranges)[2..], [Some("bytes=5000-".to_owned())]);
    assert_eq!(parts(&sandbox), Vec::<PathBuf>::new());
}
