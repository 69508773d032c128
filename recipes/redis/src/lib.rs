//! redis: an in-memory store behind an internal load balancer.

use recipe_sdk::parameter::{boolean, choice, integer};
use recipe_sdk::{
    Arguments, Diagnostic, Draft, Edition, MountPoint, TcpService, Volume, tcp_service,
};

/// As in the tutorial of 2015.
const TUTORIAL: Edition = Edition {
    name: "tutorial",
    image: "redis",
    cpu: 128,
    memory: 128,
    ..Edition::EMPTY
};

/// The newest of the 7.4 line in the Docker Official Images of August 2026.
/// redis needs about 10 MiB beside its data; half of the memory is kept free.
const CURRENT: Edition = Edition {
    name: "current",
    image: "redis:7.4.11-alpine",
    cpu: 128,
    memory: 256,
    memory_reservation: Some(128),
    ..Edition::EMPTY
};

/// Where the image keeps its data.
const DATA: (&str, &str) = ("redis-data", "/data");

/// What redis can do when `maxmemory` is reached; its own default comes first.
const POLICIES: [&str; 8] = [
    "noeviction",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
];

recipe_sdk::export!(recipe());

fn recipe() -> TcpService {
    tcp_service("redis", 6379)
        .scheme("redis")
        .edition(TUTORIAL)
        .edition(CURRENT)
        .optional_data_volume(DATA.0, DATA.1)
        .stateful()
        .parameter(integer("maxmemory", 1, 33_554_432).describe(
            "MiB of data, less than `memory`; without it, redis grows until it is killed",
        ))
        .parameter(
            choice("maxmemory-policy", POLICIES)
                .describe("what to evict when `maxmemory` is reached"),
        )
        .parameter(
            boolean("appendonly").describe("whether each write is logged to the data folder"),
        )
        .adjust(adjust)
}

fn adjust(arguments: &Arguments, draft: &mut Draft) -> Result<(), Diagnostic> {
    let maxmemory: Option<u32> = arguments.get("maxmemory")?;
    let policy: Option<&str> = arguments.get("maxmemory-policy")?;
    let appendonly: Option<bool> = arguments.get("appendonly")?;
    let options = [
        ("--maxmemory", maxmemory.map(|it| format!("{it}mb"))),
        ("--maxmemory-policy", policy.map(str::to_owned)),
        (
            "--appendonly",
            appendonly.map(|it| if it { "yes" } else { "no" }.to_owned()),
        ),
    ];
    draft.set_options("redis-server", options);

    if let Some(data) = maxmemory.filter(|it| *it >= draft.memory()) {
        let message = format!(
            "{data} MiB of data do not fit into `memory`, which is {} MiB",
            draft.memory()
        );
        draft.find(Diagnostic::error("parameters.maxmemory", message).hint(
            "leave a quarter of `memory` to redis itself: raise `memory` or lower `maxmemory`",
        ));
    }
    if policy.is_some_and(|it| it != POLICIES[0]) && maxmemory.is_none() {
        draft.find(
            Diagnostic::warning(
                "parameters.maxmemory-policy",
                "nothing is ever evicted without `maxmemory`",
            )
            .hint("set `maxmemory` too"),
        );
    }
    if appendonly == Some(true) && !draft.keeps_data() {
        // As a volume that is named, so that the host asks before its data goes.
        let (name, path) = DATA;
        draft.task_definition.volumes.push(Volume::task(name));
        let mount = MountPoint::new(name, path);
        draft.container.mount_points.push(mount);
        draft.find(
            Diagnostic::warning(
                "parameters.appendonly",
                "the log is kept with the task and lost with it",
            )
            .hint("set `data-path`, `data-volume` or `data-efs` too"),
        );
    }
    Ok(())
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
    fn the_default_is_the_tutorial_and_finds_nothing() {
        let redis = rendered([]);
        assert_eq!(redis.container("image"), "redis");
        assert_eq!(redis.container("command"), &json!([]));
        assert!(redis.findings().is_empty());
    }

    #[test]
    fn the_current_edition_is_pinned() {
        let redis = rendered([Argument::text("edition", "current")]);
        assert_eq!(redis.container("image"), "redis:7.4.11-alpine");
        assert_eq!(redis.container("memory"), 256);
        assert_eq!(redis.container("memory-reservation"), 128);
        assert!(redis.findings().is_empty());
    }

    #[test]
    fn options_become_the_command() {
        for (arguments, command) in [
            (
                vec![Argument::integer("maxmemory", 96)],
                json!(["redis-server", "--maxmemory", "96mb"]),
            ),
            (
                vec![
                    Argument::integer("maxmemory", 96),
                    Argument::text("maxmemory-policy", "allkeys-lru"),
                ],
                json!([
                    "redis-server",
                    "--maxmemory",
                    "96mb",
                    "--maxmemory-policy",
                    "allkeys-lru"
                ]),
            ),
            (
                vec![Argument::boolean("appendonly", false)],
                json!(["redis-server", "--appendonly", "no"]),
            ),
        ] {
            let redis = Rendered::new(super::render, arguments);
            assert_eq!(redis.container("command"), &command);
            assert!(redis.findings().is_empty(), "{command}");
        }
    }

    #[test]
    fn more_data_than_memory_is_refused() {
        assert!(!rendered([Argument::integer("maxmemory", 127)]).is_refused());
        let redis = rendered([Argument::integer("maxmemory", 128)]);
        assert!(redis.is_refused());
        assert_eq!(redis.findings(), [("error", "parameters.maxmemory")]);
        assert!(
            !rendered([
                Argument::integer("maxmemory", 128),
                Argument::integer("memory", 192)
            ])
            .is_refused()
        );
    }

    #[test]
    fn a_policy_without_a_limit_is_pointed_out() {
        let policy = |word| rendered([Argument::text("maxmemory-policy", word)]);
        assert_eq!(
            policy("allkeys-lru").findings(),
            [("warning", "parameters.maxmemory-policy")]
        );
        assert!(policy("noeviction").findings().is_empty());
    }

    #[test]
    fn a_log_that_is_not_kept_is_pointed_out() {
        let log = || Argument::boolean("appendonly", true);
        let with_the_task = rendered([log()]);
        assert_eq!(
            with_the_task.findings(),
            [("warning", "parameters.appendonly")]
        );
        let volume = with_the_task.at("/task-definition/volumes/0");
        assert_eq!(volume["name"], "redis-data");
        assert_eq!(
            with_the_task.container("mount-points")[0]["container-path"],
            "/data"
        );
        for (parameter, place, at, value) in [
            ("data-path", "/srv/redis", "host/source-path", "/srv/redis"),
            ("data-volume", "sessions", "name", "sessions"),
            (
                "data-efs",
                "fs-0123abcd",
                "efs-volume-configuration/file-system-id",
                "fs-0123abcd",
            ),
        ] {
            let redis = rendered([log(), Argument::text(parameter, place)]);
            assert!(redis.findings().is_empty(), "{parameter}");
            let volume = |it: &str| redis.at(&format!("/task-definition/volumes/0/{it}"));
            assert_eq!(volume(at), value);
            let mount = &redis.container("mount-points")[0];
            assert_eq!(mount["container-path"], "/data");
            assert_eq!(&mount["source-volume"], volume("name"));
        }
    }
}
