//! A recipe of which everything can be changed that one call to AWS changes.

use recipe_sdk::parameter::{choice, integer, text};
use recipe_sdk::{
    Arguments, Blueprint, ClassicHealthCheck, ClassicLoadBalancer, ConnectionSettings,
    ContainerDefinition, Dependency, Diagnostic, Endpoint, Listener, ListenerProtocol,
    LoadBalancer, LoadBalancerAttributes, Manifest, PortMapping, Recipe, Scheme, Service,
    ServiceLoadBalancer, Target, TaskDefinition, export,
};

struct Cache;

impl Recipe for Cache {
    fn describe(&self) -> Manifest {
        let endpoint = Endpoint {
            name: "cache".to_owned(),
            ..Endpoint::default()
        };
        Manifest {
            name: "cache".to_owned(),
            endpoints: vec![endpoint],
            capabilities: vec!["certificate".to_owned(), "public-load-balancer".to_owned()],
            parameters: vec![
                integer("memory", 6, 1024).default(64).into(),
                integer("desired-count", 0, 9).into(),
                integer("port", 1, 65535).default(80).into(),
                integer("interval", 5, 300).default(5).into(),
                integer("idle", 1, 3600).default(90).into(),
                integer("certificate", 1, 9).default(1).into(),
                text("team").default("one").into(),
                text("owner").default("").into(),
                choice("scheme", ["internal", "internet-facing"]).default("internal").into(),
            ],
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

fn blueprint(arguments: &Arguments) -> Result<Blueprint, Diagnostic> {
    let mut tags = vec![("team".to_owned(), arguments.need::<&str>("team")?.to_owned())];
    let owner: &str = arguments.need("owner")?;
    if !owner.is_empty() {
        tags.push(("owner".to_owned(), owner.to_owned()));
    }
    let secure = Listener {
        protocol: ListenerProtocol::Ssl,
        ssl_certificate_id: Some(format!(
            "arn:aws:acm:us-east-1:387705308362:certificate/{}",
            arguments.need::<u32>("certificate")?
        )),
        ..Listener::tcp(443, 7000)
    };
    let attributes = LoadBalancerAttributes {
        connection_settings: Some(ConnectionSettings {
            idle_timeout: arguments.need("idle")?,
        }),
        ..LoadBalancerAttributes::default()
    };
    let port = arguments.need("port")?;
    let container = ContainerDefinition {
        memory: Some(arguments.need("memory")?),
        port_mappings: vec![PortMapping::tcp(7000, 7000)],
        ..ContainerDefinition::new("cache", "cache:1")
    };
    Ok(Blueprint {
        task_definition: Some(TaskDefinition {
            family: "cache".to_owned(),
            container_definitions: vec![container],
            tags: tags.clone(),
            ..TaskDefinition::default()
        }),
        load_balancer: LoadBalancer::Classic(ClassicLoadBalancer {
            load_balancer_name: "cache-elb".to_owned(),
            scheme: match arguments.need("scheme")? {
                "internal" => Scheme::Internal,
                _ => Scheme::InternetFacing,
            },
            listeners: vec![Listener::tcp(port, 7000), secure],
            health_check: Some(ClassicHealthCheck::new("TCP:7000", arguments.need("interval")?)),
            attributes: Some(attributes),
            tags: tags.clone(),
            ..ClassicLoadBalancer::default()
        }),
        service: Some(Service {
            service_name: "cache-service".to_owned(),
            desired_count: arguments.get("desired-count")?,
            load_balancers: vec![ServiceLoadBalancer::new("cache", 7000)],
            tags,
            ..Service::default()
        }),
        endpoints: vec![recipe_sdk::EndpointBinding {
            name: "cache".to_owned(),
            load_balancer_port: port,
        }],
        ..Blueprint::default()
    })
}

export!(Cache);
