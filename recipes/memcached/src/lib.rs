//! memcached: a cache in memory behind an internal load balancer.

use recipe_sdk::parameter::integer;
use recipe_sdk::{Arguments, Diagnostic, Draft, Edition, TcpService, Ulimit, tcp_service};

/// As in the tutorial of 2015.
const TUTORIAL: Edition = Edition {
    name: "tutorial",
    image: "memcached",
    cpu: 128,
    memory: 128,
    ..Edition::EMPTY
};

/// The newest of the 1.6 line in the Docker Official Images of August 2026. Its
/// cache of 64 MiB and the buffers of its connections fit into 128 MiB.
const CURRENT: Edition = Edition {
    name: "current",
    image: "memcached:1.6.45-alpine",
    cpu: 128,
    memory: 128,
    ..Edition::EMPTY
};

/// MiB that memcached caches when it is not told (`-m`).
const DEFAULT_CACHE: u32 = 64;
/// Files that memcached opens beside its connections: listeners, pipes, epoll.
const OTHER_FILES: u32 = 64;

recipe_sdk::export!(recipe());

fn recipe() -> TcpService {
    tcp_service("memcached", 11211)
        .scheme("memcached")
        .edition(TUTORIAL)
        .edition(CURRENT)
        .stateful()
        .rollback_automatically()
        .parameter(
            integer("cache-size", 1, 33_554_432)
                .describe("MiB of items, less than `memory`; otherwise 64"),
        )
        .parameter(
            integer("item-size-max", 1, 1_048_576)
                .describe("KiB of the largest item, at most half of the cache; otherwise 1024"),
        )
        .parameter(integer("connections", 1, 1_000_000).describe("clients at once; otherwise 1024"))
        .adjust(adjust)
}

fn adjust(arguments: &Arguments, draft: &mut Draft) -> Result<(), Diagnostic> {
    let cache: Option<u32> = arguments.get("cache-size")?;
    let item: Option<u32> = arguments.get("item-size-max")?;
    let connections: Option<u32> = arguments.get("connections")?;
    let options = [
        ("-m", cache.map(|it| it.to_string())),
        ("-I", item.map(|it| format!("{it}k"))),
        ("-c", connections.map(|it| it.to_string())),
    ];
    draft.set_options("memcached", options);
    if let Some(clients) = connections {
        // memcached does not start when it may not open that many files.
        let files = clients + OTHER_FILES;
        draft.container.ulimits.push(Ulimit {
            name: "nofile".to_owned(),
            soft_limit: files,
            hard_limit: files,
            extra: None,
        });
    }
    draft.findings.extend(check_cache(cache, draft.memory()));
    draft
        .findings
        .extend(item.and_then(|it| check_item(it, cache.unwrap_or(DEFAULT_CACHE))));
    Ok(())
}

/// The cache fills up in time: a container with less memory is killed then.
fn check_cache(cache: Option<u32>, memory: u32) -> Option<Diagnostic> {
    let size = cache.unwrap_or(DEFAULT_CACHE);
    if size < memory {
        return None;
    }
    let message =
        format!("a cache of {size} MiB does not fit into `memory`, which is {memory} MiB");
    let finding = match cache {
        Some(_) => Diagnostic::error("parameters.cache-size", message),
        None => Diagnostic::warning("parameters.memory", message),
    };
    Some(finding.hint("leave memcached 32 MiB for itself: raise `memory` or lower `cache-size`"))
}

/// memcached does not start when one item could take more than half of the cache.
fn check_item(item: u32, cache: u32) -> Option<Diagnostic> {
    let largest = cache.saturating_mul(1024 / 2);
    (item > largest).then(|| {
        Diagnostic::error(
            "parameters.item-size-max",
            format!("{item} KiB is more than half of the cache, {largest} KiB, and memcached refuses to start"),
        )
        .hint("raise `cache-size` or lower `item-size-max`")
    })
}

#[cfg(test)]
mod tests {
    use recipe_sdk::Argument;
    use recipe_sdk::json::Rendered;
    use serde_json::json;

    fn rendered<const N: usize>(arguments: [Argument; N]) -> Rendered {
        Rendered::new(super::render, arguments)
    }

    #[test]
    fn both_editions_find_nothing() {
        for (edition, image) in [
            ("tutorial", "memcached"),
            ("current", "memcached:1.6.45-alpine"),
        ] {
            let memcached = rendered([Argument::text("edition", edition)]);
            assert_eq!(memcached.container("image"), image);
            assert_eq!(memcached.container("memory"), 128);
            assert_eq!(memcached.container("command"), &json!([]));
            assert!(memcached.findings().is_empty());
        }
    }

    #[test]
    fn options_become_the_command() {
        let memcached = rendered([
            Argument::integer("connections", 4096),
            Argument::integer("item-size-max", 2048),
            Argument::integer("cache-size", 96),
        ]);
        assert_eq!(
            memcached.container("command"),
            &json!(["memcached", "-m", "96", "-I", "2048k", "-c", "4096"])
        );
        let nofile =
            json!({"name": "nofile", "soft-limit": 4160, "hard-limit": 4160, "extra": null});
        assert_eq!(memcached.container("ulimits"), &json!([nofile]));
        assert!(memcached.findings().is_empty());
    }

    #[test]
    fn a_cache_that_does_not_fit_is_found() {
        let cache = |size| rendered([Argument::integer("cache-size", size)]);
        assert!(cache(127).findings().is_empty());
        assert_eq!(cache(128).findings(), [("error", "parameters.cache-size")]);
        let memory = |size| rendered([Argument::integer("memory", size)]);
        assert!(memory(65).findings().is_empty());
        assert_eq!(memory(64).findings(), [("warning", "parameters.memory")]);
    }

    #[test]
    fn an_item_is_at_most_half_of_the_cache() {
        let item = |size| rendered([Argument::integer("item-size-max", size)]);
        assert!(item(32 * 1024).findings().is_empty());
        assert_eq!(
            item(32 * 1024 + 1).findings(),
            [("error", "parameters.item-size-max")]
        );
        let larger = [
            Argument::integer("item-size-max", 48 * 1024),
            Argument::integer("cache-size", 96),
        ];
        assert!(rendered(larger).findings().is_empty());
    }
}
