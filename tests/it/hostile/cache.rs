//! Several hosts and one cache.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::harness::{Folder, Sandbox};

/// As many as that begin at once, on a machine of any size.
const HOSTS: usize = 8;

fn all_render(sandbox: &Sandbox, expected: Option<&str>) -> String {
    let running: Vec<_> = (0..HOSTS)
        .map(|_| sandbox.start(&["render", "recipes/redis.wasm", "recipes/memcached.wasm"]))
        .collect();
    let mut said: Vec<String> = Vec::new();
    for one in running {
        let run = one.finish().ends_with(0);
        assert!(!run.stderr.contains("cannot be kept"), "{run}");
        said.push(run.stdout);
    }
    let first = expected.map_or_else(|| said[0].clone(), str::to_owned);
    assert!(said.iter().all(|it| *it == first));
    first
}

/// Hosts that begin at once compile the same recipes into an empty cache, and then into one that is damaged: each has the
/// right answer, and what is there in the end is whole.
#[test]
fn hosts_that_run_at_once_share_a_cache() {
    let folder = Folder::new();
    let cache = folder.path().join("cache");
    let sandbox = Sandbox::new().set("XDG_CACHE_HOME", cache.to_str().unwrap());
    let right = all_render(&sandbox, None);
    let compiled = cache.join("host/compiled");
    assert_eq!(
        fs::metadata(&compiled).unwrap().permissions().mode() & 0o777,
        0o700
    );
    let files = || -> Vec<_> {
        let entries = fs::read_dir(&compiled).unwrap();
        entries.map(|it| it.unwrap().path()).collect()
    };
    let whole: Vec<(_, Vec<u8>)> = files()
        .into_iter()
        .map(|it| (it.clone(), fs::read(it).unwrap()))
        .collect();
    assert_eq!(whole.len(), 2, "{:?}", files());
    for round in 0..3 {
        for (index, (path, bytes)) in whole.iter().enumerate() {
            let mut damaged = bytes.clone();
            let at = damaged.len() / (index + round + 2);
            damaged[at] ^= 0xff;
            fs::write(path, damaged).unwrap();
        }
        all_render(&sandbox, Some(&right));
        for (path, bytes) in &whole {
            assert!(fs::read(path).unwrap() == *bytes, "it was compiled anew");
        }
        assert_eq!(files().len(), 2, "{:?}", files());
    }
}
