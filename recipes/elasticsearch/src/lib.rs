//! elasticsearch: a single search node with a data volume behind an internal
//! load balancer.

use recipe_sdk::parameter::{boolean, integer, secret, text};
use recipe_sdk::{Arguments, Diagnostic, Draft, Edition, Secret, TcpService, tcp_service};

/// As in the tutorial of 2015, when the image was elasticsearch 1.7.
const TUTORIAL: Edition = Edition {
    name: "tutorial",
    image: "elasticsearch",
    cpu: 128,
    memory: 256,
    ..Edition::EMPTY
};

/// The newest of the 8.19 line in the Docker Official Images of August 2026.
/// Half of the memory is heap, which is what Elastic advises; the rest is for
/// the JVM itself and the file cache. A start takes up to a minute, during which
/// the load balancer gets no answer.
const CURRENT: Edition = Edition {
    name: "current",
    image: "elasticsearch:8.19.20",
    cpu: 512,
    memory: 2048,
    memory_reservation: Some(1536),
    grace_period: Some(180),
};

/// MiB below which no elasticsearch since 5.0 starts with its own settings.
const LEAST_MEMORY: u32 = 1024;
/// MiB above which the JVM loses compressed pointers, and a larger heap holds less.
const MAX_HEAP: i32 = 31_744;

recipe_sdk::export!(recipe());

fn recipe() -> TcpService {
    tcp_service("elasticsearch", 9200)
        .short("es")
        .scheme("http")
        .edition(TUTORIAL)
        .edition(CURRENT)
        .data_volume("elasticsearch-data", "/usr/share/elasticsearch/data")
        .http("/_cluster/health")
        .stateful()
        .parameter(
            integer("heap", 32, MAX_HEAP).describe(
                "MiB of the JVM's heap, at most half of `memory`; current: half of `memory`",
            ),
        )
        .parameter(
            text("cluster-name")
                .pattern("[^:/ ]{1,255}")
                .describe("the name that the cluster gives itself"),
        )
        .parameter(boolean("security").describe(
            "whether clients must log in; current: false, as the load balancer is internal",
        ))
        .parameter(
            secret("password").describe("the password of the user `elastic`, with `security=true`"),
        )
        .adjust(adjust)
}

fn adjust(arguments: &Arguments, draft: &mut Draft) -> Result<(), Diagnostic> {
    let is_current = draft.edition == CURRENT.name;
    let security: Option<bool> = arguments.get("security")?.or(is_current.then_some(false));
    let password: Option<Secret<'_>> = arguments.get("password")?;
    if is_current {
        // One node needs no other to elect it, and is spared the checks of a cluster.
        draft
            .container
            .set_variable("discovery.type", "single-node");
    }
    if let Some(name) = arguments.get::<&str>("cluster-name")? {
        draft.container.set_variable("cluster.name", name);
    }
    if let Some(on) = security {
        draft
            .container
            .set_variable("xpack.security.enabled", if on { "true" } else { "false" });
    }
    set_heap(arguments.get("heap")?, draft);
    if let Some(password) = password {
        draft.container.set_secret("ELASTIC_PASSWORD", password);
    }
    draft.findings.extend(check_image(draft));
    draft.findings.extend(check_memory(draft.memory()));
    draft.findings.extend(check_security(
        security,
        password.is_some(),
        arguments.get("health-check")?,
    ));
    Ok(())
}

/// The smallest and the largest heap are the same, so that it never grows into
/// memory that the container does not have.
fn set_heap(heap: Option<u32>, draft: &mut Draft) {
    let memory = draft.memory();
    let half = memory / 2;
    let default = (draft.edition == CURRENT.name).then(|| half.min(MAX_HEAP.unsigned_abs()));
    let Some(size) = heap.or(default) else { return };
    draft
        .container
        .set_variable("ES_JAVA_OPTS", format!("-Xms{size}m -Xmx{size}m"));
    if size >= memory {
        let message =
            format!("a heap of {size} MiB does not fit into `memory`, which is {memory} MiB");
        draft.find(Diagnostic::error("parameters.heap", message).hint("take half of `memory`"));
    } else if size > half {
        let message = format!(
            "a heap of {size} MiB leaves the JVM and the file cache less than half of `memory`"
        );
        draft.find(
            Diagnostic::warning("parameters.heap", message)
                .hint(format!("take {half} MiB or less")),
        );
    }
}

fn check_image(draft: &Draft) -> Option<Diagnostic> {
    (draft.container.image == TUTORIAL.image).then(|| {
        Diagnostic::warning(
            "parameters.image",
            "`elasticsearch` has no tag `latest` any more and cannot be pulled",
        )
        .hint("`--set edition=current` takes an image and sizes that start today")
    })
}

fn check_memory(memory: u32) -> Option<Diagnostic> {
    (memory < LEAST_MEMORY).then(|| {
        Diagnostic::warning(
            "parameters.memory",
            format!("{memory} MiB is too little for elasticsearch since 5.0: it is killed while it starts"),
        )
        .hint(format!("raise `memory` to {LEAST_MEMORY} or more; `--set edition=current` takes sizes that start today"))
    })
}

fn check_security(
    security: Option<bool>,
    password: bool,
    health_check: Option<&str>,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    if password && security != Some(true) {
        findings.push(
            Diagnostic::error(
                "parameters.password",
                "the password has no effect unless clients must log in",
            )
            .hint("add `--set security=true`, or leave the password out"),
        );
    }
    if security == Some(true) && !password {
        findings.push(
            Diagnostic::warning(
                "parameters.security",
                "elasticsearch makes up a password that nobody knows",
            )
            .hint("set `password` to the ARN of a secret"),
        );
    }
    if security == Some(true) && health_check == Some("http") {
        findings.push(
            Diagnostic::error(
                "parameters.health-check",
                "the load balancer cannot log in, and gets 401 for an answer",
            )
            .hint("`--set health-check=tcp`"),
        );
    }
    findings
}

#[cfg(test)]
mod tests {
    use recipe_sdk::Argument;
    use recipe_sdk::json::Rendered;
    use serde_json::{Value, json};

    const ROLE: &str = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole";

    fn tutorial(argument: Argument) -> Rendered {
        Rendered::new(super::render, [argument])
    }

    /// The current edition, with its data kept, so that it finds nothing by itself.
    fn current<const N: usize>(arguments: [Argument; N]) -> Rendered {
        let kept = [
            Argument::text("edition", "current"),
            Argument::text("data-path", "/srv/es"),
        ];
        Rendered::new(super::render, kept.into_iter().chain(arguments))
    }

    fn variable(elasticsearch: &Rendered, name: &str) -> Option<Value> {
        let pairs = elasticsearch.container("environment").as_array()?;
        pairs
            .iter()
            .find(|it| it[0] == name)
            .map(|it| it[1].clone())
    }

    #[test]
    fn the_tutorial_warns_that_it_cannot_start_today() {
        let elasticsearch = tutorial(Argument::text("edition", "tutorial"));
        let warnings = [
            "parameters.data-path",
            "parameters.image",
            "parameters.memory",
        ];
        assert_eq!(
            elasticsearch.findings(),
            warnings.map(|path| ("warning", path))
        );
    }

    #[test]
    fn what_is_mended_is_not_warned_of() {
        let elasticsearch = tutorial(Argument::text("image", "elasticsearch:7.17.28"));
        assert_eq!(
            elasticsearch.findings(),
            ["data-path", "memory"]
                .map(|it| ("warning", format!("parameters.{it}")))
                .each_ref()
                .map(|(severity, path)| (*severity, path.as_str()))
        );
    }

    #[test]
    fn the_current_edition_starts_as_one_node() {
        let elasticsearch = current([]);
        assert!(elasticsearch.findings().is_empty());
        assert_eq!(elasticsearch.container("image"), "elasticsearch:8.19.20");
        let environment = json!([
            ["discovery.type", "single-node"],
            ["xpack.security.enabled", "false"],
            ["ES_JAVA_OPTS", "-Xms1024m -Xmx1024m"],
        ]);
        assert_eq!(elasticsearch.container("environment"), &environment);
        assert_eq!(
            elasticsearch.at("/service/health-check-grace-period-seconds"),
            180
        );
        assert_eq!(
            elasticsearch.at("/task-definition/volumes/0/host/source-path"),
            "/srv/es"
        );
    }

    #[test]
    fn the_heap_follows_the_memory_of_the_current_edition() {
        for (memory, heap) in [(1024, 512), (3000, 1500), (131_072, 31_744)] {
            let options = variable(
                &current([Argument::integer("memory", memory)]),
                "ES_JAVA_OPTS",
            );
            assert_eq!(options, Some(json!(format!("-Xms{heap}m -Xmx{heap}m"))));
        }
    }

    #[test]
    fn a_heap_needs_memory_beside_it() {
        let heap = |size| current([Argument::integer("heap", size)]);
        assert!(heap(1024).findings().is_empty());
        assert_eq!(heap(1025).findings(), [("warning", "parameters.heap")]);
        assert_eq!(heap(2048).findings(), [("error", "parameters.heap")]);
        assert_eq!(
            variable(&tutorial(Argument::integer("heap", 64)), "ES_JAVA_OPTS"),
            Some(json!("-Xms64m -Xmx64m"))
        );
    }

    #[test]
    fn the_cluster_has_a_name() {
        let elasticsearch = current([Argument::text("cluster-name", "search")]);
        assert_eq!(
            variable(&elasticsearch, "cluster.name"),
            Some(json!("search"))
        );
    }

    #[test]
    fn security_and_its_password_go_together() {
        let on = || Argument::boolean("security", true);
        let password = || Argument::secret("password", "token");
        let role = || Argument::text("execution-role", ROLE);
        let whole = current([on(), password(), role()]);
        assert!(whole.findings().is_empty());
        assert_eq!(
            variable(&whole, "xpack.security.enabled"),
            Some(json!("true"))
        );
        assert_eq!(
            whole.container("secrets"),
            &json!([["ELASTIC_PASSWORD", "token"]])
        );
        assert_eq!(
            current([on()]).findings(),
            [("warning", "parameters.security")]
        );
        assert_eq!(
            current([password(), role()]).findings(),
            [("error", "parameters.password")]
        );
        assert_eq!(
            current([on(), password()]).findings(),
            [("error", "parameters.execution-role")]
        );
    }

    #[test]
    fn the_load_balancer_cannot_log_in() {
        let arguments = || {
            [
                Argument::boolean("security", true),
                Argument::secret("password", "token"),
                Argument::text("execution-role", ROLE),
            ]
        };
        let [a, b, c] = arguments();
        let check = Argument::text("health-check", "http");
        assert_eq!(
            current([a, b, c, check]).findings(),
            [("error", "parameters.health-check")]
        );
    }

    #[test]
    fn the_load_balancer_may_ask_for_the_health_of_the_cluster() {
        let check = |elasticsearch: &Rendered| {
            elasticsearch
                .at("/load-balancer/classic/health-check")
                .clone()
        };
        assert_eq!(check(&current([])), Value::Null);
        let http = current([Argument::text("health-check", "http")]);
        assert_eq!(check(&http)["target"], "HTTP:9200/_cluster/health");
        let path = current([
            Argument::text("health-check", "http"),
            Argument::text("health-check-path", "/"),
        ]);
        assert_eq!(check(&path)["target"], "HTTP:9200/");
        let alone = current([Argument::text("health-check-path", "/")]);
        assert_eq!(
            alone.findings(),
            [("error", "parameters.health-check-path")]
        );
    }
}
