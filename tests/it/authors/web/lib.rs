//! A recipe as someone else writes it: it needs redis, and says things that the contract has no types for.

use recipe_sdk::{
    Arguments, Blueprint, ClassicLoadBalancer, ConnectionDraining, ContainerDefinition, Dependency,
    DependencyDeclaration, Diagnostic, Endpoint, EndpointBinding, Listener, LoadBalancer,
    LoadBalancerAttributes, Manifest, PortMapping, Recipe, Service, ServiceLoadBalancer, Target,
    TaskDefinition, export,
};

struct Web;

impl Recipe for Web {
    fn describe(&self) -> Manifest {
        let redis = DependencyDeclaration {
            name: "redis".to_owned(),
            description: "keeps the sessions".to_owned(),
            optional: false,
        };
        let web = Endpoint {
            name: "web".to_owned(),
            scheme: "http".to_owned(),
            description: "pages".to_owned(),
        };
        Manifest {
            name: "web".to_owned(),
            endpoints: vec![web],
            dependencies: vec![redis],
            ..Manifest::default()
        }
    }

    fn render(
        &self,
        _: &Arguments,
        _: &Target,
        dependencies: &[Dependency],
    ) -> Result<Blueprint, Vec<Diagnostic>> {
        let Some(redis) = dependencies.iter().find(|it| it.name == "redis") else {
            return Err(vec![Diagnostic::error("dependencies.redis", "is missing")]);
        };
        let mut container = ContainerDefinition {
            memory: Some(64),
            port_mappings: vec![PortMapping::tcp(8080, 8080)],
            extra: Some(r#"{"hostname": "web"}"#.to_owned()),
            ..ContainerDefinition::new("web", "web:1")
        };
        container.set_variable(
            "REDIS_URL",
            format!("redis://{}:{}", redis.address, redis.port),
        );
        let attributes = LoadBalancerAttributes {
            connection_draining: Some(ConnectionDraining {
                enabled: true,
                timeout: Some(30),
            }),
            ..LoadBalancerAttributes::default()
        };
        Ok(Blueprint {
            task_definition: Some(TaskDefinition {
                family: "web".to_owned(),
                container_definitions: vec![container],
                extra: Some(r#"{"ipcMode": "task"}"#.to_owned()),
                ..TaskDefinition::default()
            }),
            load_balancer: LoadBalancer::Classic(ClassicLoadBalancer {
                load_balancer_name: "web-elb".to_owned(),
                listeners: vec![Listener::tcp(80, 8080)],
                attributes: Some(attributes),
                ..ClassicLoadBalancer::default()
            }),
            service: Some(Service {
                service_name: "web-service".to_owned(),
                load_balancers: vec![ServiceLoadBalancer::new("web", 8080)],
                extra: Some(
                    r#"{"placementStrategy": [{"type": "binpack", "field": "memory"}]}"#.to_owned(),
                ),
                ..Service::default()
            }),
            endpoints: vec![EndpointBinding {
                name: "web".to_owned(),
                load_balancer_port: 80,
            }],
            ..Blueprint::default()
        })
    }
}

export!(Web);
