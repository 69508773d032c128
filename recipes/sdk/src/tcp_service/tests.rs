use super::*;
use crate::parameter::{secret, text};
use crate::{
    Argument, ClassicHealthCheck, ClassicLoadBalancer, ContainerDefinition, LoadBalancer, Severity,
};

mod data;

fn cache() -> TcpService {
    tcp_service("cache", 4000)
        .image("cache:1")
        .memory(64)
        .stateful()
}

/// Two editions, of which the second keeps less memory free than it may use.
fn editions() -> TcpService {
    let first = Edition {
        name: "first",
        image: "cache",
        ..Edition::EMPTY
    };
    let second = Edition {
        name: "second",
        image: "cache:2",
        cpu: 512,
        memory: 1024,
        memory_reservation: Some(512),
        grace_period: Some(90),
    };
    tcp_service("cache", 4000).edition(first).edition(second)
}

fn render<const N: usize>(
    service: &TcpService,
    given: [Argument; N],
) -> Result<Blueprint, Vec<Diagnostic>> {
    let arguments = Arguments::new(given.into(), &service.describe().parameters);
    service.render(&arguments, &Target::default(), &[])
}

fn rendered<const N: usize>(service: &TcpService, given: [Argument; N]) -> Blueprint {
    render(service, given).expect("a blueprint")
}

fn container(blueprint: &Blueprint) -> &ContainerDefinition {
    &blueprint
        .task_definition
        .as_ref()
        .expect("a task definition")
        .container_definitions[0]
}

fn load_balancer(blueprint: &Blueprint) -> &ClassicLoadBalancer {
    let LoadBalancer::Classic(it) = &blueprint.load_balancer else {
        panic!("no classic load balancer")
    };
    it
}

fn findings(findings: &[Diagnostic]) -> Vec<(Severity, &str)> {
    findings
        .iter()
        .map(|it| (it.severity, it.path.as_str()))
        .collect()
}

fn parameter(service: &TcpService, name: &str) -> Parameter {
    let all = service.describe().parameters;
    all.into_iter()
        .find(|it| it.name == name)
        .expect("the parameter")
}

#[test]
fn every_name_follows_from_the_name() {
    let two = rendered(
        &cache(),
        [
            Argument::text("name", "cache-two"),
            Argument::text("application", "shop"),
        ],
    );
    let task_definition = two.task_definition.as_ref().expect("a task definition");
    let service = two.service.as_ref().expect("a service");
    assert_eq!(task_definition.family, "cache-two");
    assert_eq!(container(&two).name, "shop-cache-two");
    assert_eq!(load_balancer(&two).load_balancer_name, "cache-two-elb");
    assert_eq!(service.service_name, "cache-two-service");
    assert_eq!(service.load_balancers[0].container_name, "shop-cache-two");
    assert_eq!(two.endpoints[0].name, "cache");
}

#[test]
fn the_short_name_stands_for_the_recipe_only() {
    let service = cache().short("c");
    assert_eq!(container(&rendered(&service, [])).name, "searchapp-c");
    assert_eq!(
        container(&rendered(&service, [Argument::text("name", "other")])).name,
        "searchapp-other"
    );
}

#[test]
fn ports_are_followed_everywhere() {
    let ports = [
        Argument::integer("port", 4001),
        Argument::integer("load-balancer-port", 6000),
        Argument::integer("health-check-interval", 5),
    ];
    let blueprint = rendered(&cache(), ports);
    let mapping = &container(&blueprint).port_mappings[0];
    assert_eq!(
        (mapping.container_port, mapping.host_port),
        (4000, Some(4001))
    );
    let listener = &load_balancer(&blueprint).listeners[0];
    assert_eq!(
        (listener.load_balancer_port, listener.instance_port),
        (6000, 4001)
    );
    let service = blueprint.service.as_ref().expect("a service");
    assert_eq!(service.load_balancers[0].container_port, 4000);
    assert_eq!(blueprint.endpoints[0].load_balancer_port, 6000);
    let check = ClassicHealthCheck {
        target: "TCP:4001".to_owned(),
        interval: 5,
        timeout: 4,
        unhealthy_threshold: 2,
        healthy_threshold: 2,
    };
    assert_eq!(load_balancer(&blueprint).health_check, Some(check));
}

#[test]
fn what_no_argument_asks_for_is_left_to_the_host() {
    let blueprint = rendered(&cache(), []);
    let service = blueprint.service.as_ref().expect("a service");
    assert_eq!(load_balancer(&blueprint).health_check, None);
    assert_eq!(service.deployment_configuration, None);
    assert_eq!(service.health_check_grace_period_seconds, None);
    assert_eq!(container(&blueprint).memory_reservation, None);
}

#[test]
fn one_edition_is_a_plain_default() {
    assert!(
        cache()
            .describe()
            .parameters
            .iter()
            .all(|it| it.name != "edition")
    );
    let ParameterType::Integer(memory) = parameter(&cache(), "memory").accepts else {
        panic!("no integer")
    };
    assert_eq!(memory.default, Some(64));
}

#[test]
fn several_editions_are_a_choice_and_named_in_the_help() {
    let ParameterType::Choice(edition) = parameter(&editions(), "edition").accepts else {
        panic!("no choice")
    };
    assert_eq!(edition.choices, ["first", "second"]);
    assert_eq!(edition.default.as_deref(), Some("first"));
    let memory = parameter(&editions(), "memory");
    assert_eq!(
        memory.description,
        "MiB at most, then it is killed; first: 128, second: 1024"
    );
    let ParameterType::Integer(bounds) = memory.accepts else {
        panic!("no integer")
    };
    assert_eq!(bounds.default, None);
}

#[test]
fn an_edition_gives_what_is_not_set() {
    let blueprint = rendered(
        &editions(),
        [
            Argument::text("edition", "second"),
            Argument::integer("cpu", 0),
        ],
    );
    let second = container(&blueprint);
    assert_eq!(second.image, "cache:2");
    assert_eq!(
        (second.cpu, second.memory, second.memory_reservation),
        (Some(0), Some(1024), Some(512))
    );
    let service = blueprint.service.as_ref().expect("a service");
    assert_eq!(service.health_check_grace_period_seconds, Some(90));
}

#[test]
fn the_reservation_of_an_edition_goes_with_its_memory() {
    let smaller = [
        Argument::text("edition", "second"),
        Argument::integer("memory", 256),
    ];
    assert_eq!(
        container(&rendered(&editions(), smaller)).memory_reservation,
        None
    );
}

#[test]
fn the_reservation_is_less_than_the_memory() {
    let reserve = |size| render(&cache(), [Argument::integer("memory-reservation", size)]);
    assert_eq!(
        container(&reserve(63).expect("a blueprint")).memory_reservation,
        Some(63)
    );
    let refused = reserve(64).expect_err("as much as the memory");
    assert_eq!(
        findings(&refused),
        [(Severity::Error, "parameters.memory-reservation")]
    );
}

#[test]
fn more_than_one_task_with_data_of_its_own_is_pointed_out() {
    let two = || [Argument::integer("desired-count", 2)];
    let blueprint = rendered(&cache(), two());
    assert_eq!(
        findings(&blueprint.warnings),
        [(Severity::Warning, "parameters.desired-count")]
    );
    let stateless = tcp_service("proxy", 4000).image("proxy:1");
    assert_eq!(rendered(&stateless, two()).warnings, []);
}

#[test]
fn variables_of_the_operator_replace_those_of_the_recipe() {
    let service = cache().adjust(|_, draft| {
        draft.container.set_variable("MODE", "fast");
        draft.container.set_variable("LEVEL", "1");
        Ok(())
    });
    let blueprint = rendered(
        &service,
        [Argument::list(
            "environment",
            ["MODE=slow", "LEVEL=1", "NEW=x"],
        )],
    );
    let pairs = [("MODE", "slow"), ("LEVEL", "1"), ("NEW", "x")]
        .map(|(name, value)| (name.into(), value.into()));
    assert_eq!(container(&blueprint).environment, pairs);
    assert_eq!(
        findings(&blueprint.warnings),
        [(Severity::Warning, "parameters.environment")]
    );
}

#[test]
fn capabilities_are_what_the_parameters_can_ask_for() {
    let capabilities = |service: TcpService| service.describe().capabilities;
    let standard = [
        "image:{image}",
        "host-port:{port}",
        "tasks:{desired-count}",
        "cpu:{cpu}",
        "memory:{memory}",
    ];
    assert_eq!(capabilities(cache()), standard);
    assert_eq!(
        capabilities(cache().data_volume("cache-data", "/data"))[5..],
        [
            "host-path:{data-path}:rw",
            "docker-volume:{data-volume}",
            "docker-driver:{data-volume-driver}",
            "efs:{data-efs}"
        ]
    );
    assert_eq!(
        capabilities(cache().parameter(secret("key")))[5..],
        ["secrets", "execution-role"]
    );
    assert_eq!(capabilities(cache().capability("exec"))[5..], ["exec"]);
    for (image, capability) in [
        ("ghcr.io/acme/cache:1", "image:ghcr.io/acme/cache"),
        ("localhost:5000/cache", "image:localhost:5000/cache"),
        ("acme/cache@sha256:ab", "image:acme/cache"),
    ] {
        assert_eq!(capabilities(cache().image(image))[0], capability);
    }
}

/// What the contract says that a capability can be, as its authors in other languages read it.
#[test]
fn every_capability_stands_in_the_contract() {
    let contract = include_str!("../../../../wit/v0.1/recipe.wit");
    let all = cache()
        .data_volume("cache-data", "/data")
        .parameter(secret("key"))
        .describe()
        .capabilities;
    for capability in all {
        let word = capability.split(':').next().unwrap();
        let described = [":", "`"].map(|end| format!("/// - `{word}{end}"));
        assert!(
            described.iter().any(|it| contract.contains(it)),
            "`{word}` is not described"
        );
    }
}

#[test]
fn a_secret_brings_the_role_that_reads_it() {
    let optional = cache().parameter(secret("key"));
    assert!(!parameter(&optional, "execution-role").required);
    assert!(
        parameter(
            &cache().parameter(secret("key").required()),
            "execution-role"
        )
        .required
    );
    let service = optional.adjust(|arguments, draft| {
        draft.container.set_secret("KEY", arguments.need("key")?);
        Ok(())
    });
    let key = || Argument::secret("key", "token");
    let refused = render(&service, [key()]).expect_err("no role");
    assert_eq!(
        findings(&refused),
        [(Severity::Error, "parameters.execution-role")]
    );
    let blueprint = rendered(
        &service,
        [key(), Argument::text("execution-role", "arn:role")],
    );
    let task_definition = blueprint
        .task_definition
        .as_ref()
        .expect("a task definition");
    assert_eq!(
        task_definition.execution_role_arn.as_deref(),
        Some("arn:role")
    );
    assert_eq!(
        container(&blueprint).secrets,
        [("KEY".to_owned(), "token".to_owned())]
    );
}

#[test]
fn errors_come_together_with_warnings_and_with_each_other() {
    let service = cache().parameter(text("word")).adjust(|_, draft| {
        draft.find(Diagnostic::error("parameters.word", "no such word"));
        Ok(())
    });
    let given = [
        Argument::integer("desired-count", 2),
        Argument::integer("memory-reservation", 100),
        Argument::list("environment", ["nothing"]),
    ];
    let refused = render(&service, given).expect_err("three errors");
    let paths: Vec<_> = refused.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "parameters.word",
            "parameters.environment[0]",
            "parameters.memory-reservation",
            "parameters.desired-count",
        ]
    );
}

#[test]
fn a_recipe_without_an_image_is_told_so() {
    let refused = render(&tcp_service("cache", 4000), []).expect_err("no image");
    assert_eq!(refused[0].message, "the recipe `cache` names no image");
    let unknown =
        render(&cache(), [Argument::text("edition", "third")]).expect_err("no such edition");
    assert_eq!(
        findings(&unknown),
        [(Severity::Error, "parameters.edition")]
    );
}

#[test]
fn parameters_are_named_once_and_described() {
    let service = editions()
        .http("/")
        .data_volume("cache-data", "/data")
        .parameter(secret("key").describe("a key"));
    let parameters = service.describe().parameters;
    for (index, parameter) in parameters.iter().enumerate() {
        let name = &parameter.name;
        assert!(
            parameters[..index].iter().all(|it| it.name != *name),
            "`{name}` is there twice"
        );
        assert!(
            name.len() <= 63 && name.starts_with(|it: char| it.is_ascii_lowercase()),
            "{name}"
        );
        assert!(
            name.chars()
                .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-'),
            "{name}"
        );
        assert!(
            !parameter.description.is_empty(),
            "`{name}` is not described"
        );
    }
}
