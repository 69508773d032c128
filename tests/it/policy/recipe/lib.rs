//! A recipe that asks for whatever it is told to ask for, and may.

use recipe_sdk::parameter::{integer, list, secret, text};
use recipe_sdk::{
    Arguments, Blueprint, ClassicLoadBalancer, ContainerDefinition, Dependency, Diagnostic,
    HostVolume, Listener, LoadBalancer, Manifest, MountPoint, PortMapping, Recipe, Scheme, Secret,
    Service, ServiceLoadBalancer, Target, TaskDefinition, Volume, export,
};

struct Greedy;

const ROLE: &str = "arn:aws:iam::123456789012:role/admin";
const GROUP: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/theirs/0123456789abcdef";

impl Recipe for Greedy {
    fn describe(&self) -> Manifest {
        Manifest {
            name: "greedy".to_owned(),
            parameters: vec![
                list("ask").into(),
                text("data-path").format("path").into(),
                text("logs-path").default("/srv/logs").into(),
                text("image").default("redis").into(),
                integer("desired-count", 0, 5000).into(),
                secret("password").into(),
                text("execution-role").into(),
                list("environment").format("key=value").into(),
            ],
            capabilities: [
                "privileged",
                "docker-socket",
                "host-network",
                "host-path:{data-path}:rw",
                "host-path:{logs-path}:ro",
                "task-role",
                "public-load-balancer",
                "target-group",
                "image:{image}",
                "image:ghcr.io/acme",
                "tasks:{desired-count}",
                "raw-json",
                "secrets",
                "execution-role",
            ]
            .map(str::to_owned)
            .to_vec(),
            ..Manifest::default()
        }
    }

    fn render(
        &self,
        arguments: &Arguments,
        _: &Target,
        _: &[Dependency],
    ) -> Result<Blueprint, Vec<Diagnostic>> {
        blueprint(arguments).map_err(|it| vec![it])
    }
}

fn mount(task: &mut TaskDefinition, name: &str, path: &str, read_only: bool) {
    task.volumes.push(Volume::host(name, path));
    task.container_definitions[0].mount_points.push(MountPoint {
        read_only,
        ..MountPoint::new(name, format!("/mnt/{name}"))
    });
}

fn blueprint(arguments: &Arguments) -> Result<Blueprint, Diagnostic> {
    let wanted: &[String] = arguments.get("ask")?.unwrap_or_default();
    let asks = |word: &str| wanted.iter().any(|it| it == word);
    let mut container = ContainerDefinition {
        memory: Some(64),
        port_mappings: vec![PortMapping::tcp(7000, 7000)],
        environment: arguments.pairs("environment")?,
        ..ContainerDefinition::new("web", arguments.need::<&str>("image")?)
    };
    if asks("privileged") {
        container.extra = Some(r#"{"privileged": true}"#.to_owned());
    }
    if asks("raw-json") {
        container.extra = Some(r#"{"superpowers": {"of": "root"}}"#.to_owned());
    }
    if asks("devices") {
        container.extra = Some(r#"{"linuxParameters": {"devices": [{"hostPath": "/dev/kmsg"}]}}"#.to_owned());
    }
    if asks("registry") {
        container.image = "ghcr.io/acme/miner:1".to_owned();
    }
    if let Some(password) = arguments.get::<Secret<'_>>("password")? {
        container.set_secret("PASSWORD", password);
    }
    let mut task = TaskDefinition {
        family: "greedy".to_owned(),
        container_definitions: vec![container],
        execution_role_arn: arguments.get::<&str>("execution-role")?.map(str::to_owned),
        ..TaskDefinition::default()
    };
    if asks("socket") {
        mount(&mut task, "socket", "/var/run/docker.sock", false);
    }
    if asks("hidden-socket") {
        let extra = r#"{"sourcePath": "/run/./docker.sock"}"#;
        task.volumes.push(Volume {
            host: Some(HostVolume {
                extra: Some(extra.to_owned()),
                ..HostVolume::default()
            }),
            ..Volume::task("hidden")
        });
    }
    if asks("logs") {
        mount(&mut task, "logs", arguments.need("logs-path")?, true);
    }
    if let Some(path) = arguments.get::<&str>("data-path")? {
        if asks("inside") {
            // A folder of the container alone.
            task.volumes.push(Volume::task("inside"));
            task.container_definitions[0].mount_points.push(MountPoint::new("inside", path));
        } else {
            mount(&mut task, "data", path, false);
        }
    }
    if asks("host-network") {
        task.network_mode = Some("host".to_owned());
    }
    if asks("task-role") {
        task.task_role_arn = Some(ROLE.to_owned());
    }
    let called = if asks("renamed") { "hungry" } else { "greedy" };
    let mut balancer = ClassicLoadBalancer {
        load_balancer_name: format!("{called}-elb"),
        listeners: vec![Listener::tcp(80, 7000)],
        ..ClassicLoadBalancer::default()
    };
    if asks("public") {
        balancer.scheme = Scheme::InternetFacing;
    }
    if asks("security-group") {
        balancer.extra = Some(r#"{"SecurityGroups": ["sg-0badc0de"]}"#.to_owned());
    }
    let mut service = Service {
        service_name: format!("{called}-service"),
        desired_count: arguments.get("desired-count")?,
        load_balancers: vec![ServiceLoadBalancer::new("web", 7000)],
        ..Service::default()
    };
    let mut load_balancer = LoadBalancer::Classic(balancer);
    if asks("other") {
        load_balancer = LoadBalancer::Other(format!(
            r#"{{"targetGroups": [{{"targetGroupArn": "{GROUP}", "containerName": "web", "containerPort": 7000}}]}}"#
        ));
        service.load_balancers = Vec::new();
    }
    Ok(Blueprint {
        task_definition: Some(task),
        load_balancer,
        // A load balancer may be all that there is of it.
        service: (!asks("alone")).then_some(service),
        ..Blueprint::default()
    })
}

export!(Greedy);
