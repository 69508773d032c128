//! What the standard parameters say, before the recipe's own change it.

use super::{Edition, TcpService, data};
use crate::{
    Arguments, ClassicHealthCheck, ClassicLoadBalancer, ContainerDefinition, Diagnostic, Listener,
    PortMapping, Scheme, Service, ServiceLoadBalancer, TaskDefinition,
};

/// Seconds between two checks where only their kind is given: the host's own default.
const CHECK_INTERVAL: u32 = 10;

/// A blueprint in the making. Whatever is in it can be changed; `findings` are
/// shown, and an error among them refuses the arguments.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The edition that was chosen.
    pub edition: &'static str,
    /// Without its container.
    pub task_definition: TaskDefinition,
    /// The only container.
    pub container: ContainerDefinition,
    /// In front of it.
    pub load_balancer: ClassicLoadBalancer,
    /// That runs it.
    pub service: Service,
    /// Errors and warnings, in the order in which they were found.
    pub findings: Vec<Diagnostic>,
}

impl Draft {
    /// MiB that the container may use.
    #[must_use]
    pub fn memory(&self) -> u32 {
        self.container.memory.unwrap_or_default()
    }

    /// Whether data outlasts the task: a volume lies elsewhere than in the task.
    #[must_use]
    pub fn keeps_data(&self) -> bool {
        self.task_definition.volumes.iter().any(|it| {
            let on_host = it.host.as_ref().is_some_and(|it| it.source_path.is_some());
            let by_docker = it.docker_volume_configuration.as_ref();
            on_host
                || by_docker.is_some_and(|it| it.scope.as_deref() == Some("shared"))
                || it.efs_volume_configuration.is_some()
        })
    }

    /// Runs `program` with the options that have a value, each followed by it.
    /// Where none has one, the image's own command stays.
    pub fn set_options<const N: usize>(
        &mut self,
        program: &str,
        options: [(&str, Option<String>); N],
    ) {
        for (option, value) in options {
            let Some(value) = value else { continue };
            let command = &mut self.container.command;
            if command.is_empty() {
                command.push(program.to_owned());
            }
            command.extend([option.to_owned(), value]);
        }
    }

    /// Adds a finding.
    pub fn find(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }
}

/// Draws what the standard parameters ask for.
pub(super) fn draw(service: &TcpService, arguments: &Arguments) -> Result<Draft, Diagnostic> {
    let edition = edition(service, arguments)?;
    let name: &str = arguments.need("name")?;
    let port: u32 = arguments.need("port")?;
    let mut container = container(service, edition, arguments)?;
    container
        .port_mappings
        .push(PortMapping::tcp(service.port, port));
    let mut draft = Draft {
        edition: edition.name,
        task_definition: TaskDefinition {
            family: name.to_owned(),
            ..TaskDefinition::default()
        },
        load_balancer: ClassicLoadBalancer {
            load_balancer_name: format!("{name}-elb"),
            scheme: Scheme::Internal,
            listeners: vec![Listener::tcp(arguments.need("load-balancer-port")?, port)],
            health_check: health_check(service, arguments, port)?,
            ..ClassicLoadBalancer::default()
        },
        service: Service {
            service_name: format!("{name}-service"),
            desired_count: arguments.get("desired-count")?,
            load_balancers: vec![ServiceLoadBalancer::new(
                container.name.as_str(),
                service.port,
            )],
            health_check_grace_period_seconds: arguments
                .get("grace-period")?
                .or(edition.grace_period),
            ..Service::default()
        },
        container,
        findings: Vec::new(),
    };
    if let Some(data) = service.data {
        data::mount(data, arguments, &mut draft)?;
    }
    if service.has_secrets() {
        draft.task_definition.execution_role_arn =
            arguments.get("execution-role")?.map(str::to_owned);
    }
    Ok(draft)
}

fn edition<'a>(service: &'a TcpService, arguments: &Arguments) -> Result<&'a Edition, Diagnostic> {
    let name: Option<&str> = arguments.get("edition")?;
    service
        .editions
        .iter()
        .find(|it| name.is_none_or(|name| it.name == name))
        .ok_or_else(|| match name {
            Some(name) => Diagnostic::error(
                "parameters.edition",
                format!("there is no edition `{name}`"),
            ),
            None => Diagnostic::error("", format!("the recipe `{}` names no image", service.name))
                .hint("the recipe is at fault: call `image`, or add an edition"),
        })
}

fn container(
    service: &TcpService,
    edition: &Edition,
    arguments: &Arguments,
) -> Result<ContainerDefinition, Diagnostic> {
    let memory: Option<u32> = arguments.get("memory")?;
    // The edition's reservation belongs to the edition's memory.
    let reservation = edition
        .memory_reservation
        .filter(|_| memory.is_none_or(|it| it == edition.memory));
    Ok(ContainerDefinition {
        cpu: Some(arguments.get("cpu")?.unwrap_or(edition.cpu)),
        memory: Some(memory.unwrap_or(edition.memory)),
        memory_reservation: arguments.get("memory-reservation")?.or(reservation),
        ..ContainerDefinition::new(
            container_name(
                service,
                arguments.need("application")?,
                arguments.need("name")?,
            ),
            arguments.get::<&str>("image")?.unwrap_or(edition.image),
        )
    })
}

/// APPLICATION-SHORT, and with a name of its own APPLICATION-NAME.
fn container_name(service: &TcpService, application: &str, name: &str) -> String {
    let last = if name == service.name {
        service.short
    } else {
        name
    };
    format!("{application}-{last}")
}

/// Nothing where no argument asks for it: the host has a default of its own.
fn health_check(
    service: &TcpService,
    arguments: &Arguments,
    port: u32,
) -> Result<Option<ClassicHealthCheck>, Diagnostic> {
    let kind: Option<&str> = arguments.get("health-check")?;
    let path: Option<&str> = arguments.get("health-check-path")?;
    let interval: Option<u32> = arguments.get("health-check-interval")?;
    let target = match (kind, path) {
        (Some("http"), _) => {
            format!("HTTP:{port}{}", path.or(service.http_path).unwrap_or("/"))
        }
        (_, Some(_)) => {
            return Err(Diagnostic::error(
                "parameters.health-check-path",
                "a path is asked for only over HTTP",
            )
            .hint("add `--set health-check=http`"));
        }
        (None, None) if interval.is_none() => return Ok(None),
        _ => format!("TCP:{port}"),
    };
    Ok(Some(ClassicHealthCheck::new(
        target,
        interval.unwrap_or(CHECK_INTERVAL),
    )))
}
