//! Images that are known to need memory: what they ask for by their own defaults.

/// The least that an image starts with.
pub(super) struct Known {
    pub(super) name: &'static str,
    /// MiB.
    pub(super) least: u64,
    pub(super) reason: &'static str,
}

const fn row(name: &'static str, least: u64, reason: &'static str) -> Known {
    Known {
        name,
        least,
        reason,
    }
}

/// By the last part of the image's name: mirrors and vendors keep it.
const TABLE: &[Known] = &[
    row(
        "cassandra",
        2048,
        "it gives its heap a quarter of the machine and keeps as much beside it",
    ),
    row(
        "elasticsearch",
        1024,
        "since 5.0 it is killed while it starts, because its heap alone is a gigabyte",
    ),
    row(
        "kafka",
        1024,
        "its start script asks for a heap of a gigabyte",
    ),
    row("logstash", 1024, "its heap is a gigabyte by default"),
    row("mongo", 384, "its cache takes 256 MiB at least"),
    row(
        "mysql",
        512,
        "since 8.0 it uses about 450 MiB when idle, with its own settings",
    ),
    row(
        "neo4j",
        1024,
        "its heap and its page cache begin at 512 MiB each",
    ),
    row(
        "opensearch",
        1536,
        "its heap is a gigabyte by default, and it needs half of that beside it",
    ),
    row("solr", 768, "its heap is 512 MiB by default"),
];

/// What is known of the image of this repository.
pub(super) fn known(repository: &str) -> Option<&'static Known> {
    let name = repository.rsplit('/').next()?;
    TABLE.iter().find(|it| it.name == name)
}
