//! A recipe of which every text wants to draw on the terminal.

use recipe_sdk::parameter::{choice, text};
use recipe_sdk::{
    Arguments, Blueprint, ClassicHealthCheck, ClassicLoadBalancer, ContainerDefinition, Dependency,
    Diagnostic, Endpoint, EndpointBinding, Listener, LoadBalancer, Manifest, PortMapping, Recipe,
    Scheme, Service, ServiceLoadBalancer, Target, TaskDefinition, export,
};

const EVIL: &str = "x\u{1b}[2J\r\u{9b}31m\u{202e}\u{200b}\u{feff}\u{7f}\u{8}\nhint: run evil\nredis is steady\u{2028}";

struct Drawing;

impl Recipe for Drawing {
    fn describe(&self) -> Manifest {
        let mode = choice("mode", ["fine", "findings", "names"]).default("fine");
        let endpoint = Endpoint {
            name: "fine".to_owned(),
            ..Endpoint::default()
        };
        Manifest {
            // Longer than any other text that is in the component by chance.
            name: "drawingname".to_owned(),
            summary: EVIL.to_owned(),
            endpoints: vec![endpoint],
            parameters: vec![
                mode.describe(EVIL).into(),
                text("image").default("fine:1").into(),
                text("name").default("fine").into(),
                text("evil").default(EVIL).into(),
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
        let mode: &str = arguments.need("mode").map_err(|it| vec![it])?;
        let image: &str = arguments.need("image").map_err(|it| vec![it])?;
        if mode == "findings" {
            return Err(vec![
                Diagnostic::error(EVIL, EVIL).hint(EVIL),
                Diagnostic::warning(format!("service.{EVIL}"), EVIL).hint(EVIL),
            ]);
        }
        Ok(blueprint(image, if mode == "names" { EVIL } else { "fine" }))
    }
}

fn blueprint(image: &str, name: &str) -> Blueprint {
    let mut container = ContainerDefinition::new(name, image);
    container.memory = Some(64);
    container.port_mappings = vec![PortMapping::tcp(7000, 7000)];
    container.docker_labels = vec![("evil".to_owned(), EVIL.to_owned())];
    container.command = vec![EVIL.to_owned()];
    Blueprint {
        task_definition: Some(TaskDefinition {
            family: name.to_owned(),
            container_definitions: vec![container],
            ..TaskDefinition::default()
        }),
        load_balancer: LoadBalancer::Classic(ClassicLoadBalancer {
            load_balancer_name: format!("{name}-elb"),
            scheme: Scheme::Internal,
            listeners: vec![Listener::tcp(80, 7000)],
            health_check: Some(ClassicHealthCheck::new("TCP:7000", 5)),
            ..ClassicLoadBalancer::default()
        }),
        service: Some(Service {
            service_name: format!("{name}-service"),
            desired_count: Some(1),
            load_balancers: vec![ServiceLoadBalancer::new(name, 7000)],
            ..Service::default()
        }),
        endpoints: vec![EndpointBinding {
            name: "fine".to_owned(),
            load_balancer_port: 80,
        }],
        ..Blueprint::default()
    }
}

export!(Drawing);
