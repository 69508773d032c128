//! What follows from several fields, from all requests, and from `extra`.

use super::*;

#[test]
fn saying_nothing_about_the_scheme_is_public() {
    for body in [
        json!({}),
        json!({"Scheme": null}),
        json!({"Scheme": ""}),
        json!({"Scheme": "internet-facing"}),
    ] {
        assert_eq!(
            needs(&of(Operation::CreateLoadBalancer, &body)),
            ["public-load-balancer"],
            "{body}"
        );
    }
    assert_eq!(
        needs(&of(
            Operation::CreateLoadBalancer,
            &json!({"Scheme": "Internal"})
        )),
        ["raw-json:load-balancer.Scheme"]
    );
}

#[test]
fn a_load_balancer_leads_to_the_recipes_own_containers() {
    let listeners = |ports: &[u64]| {
        let each = ports.iter().map(|it| json!({"InstancePort": it}));
        json!({"Scheme": "internal", "Listeners": each.collect::<Vec<_>>()})
    };
    let with = |task: &Value, ports: &[u64]| {
        let balancer = listeners(ports);
        let bodies = [
            (Operation::RegisterTaskDefinition, task),
            (Operation::CreateLoadBalancer, &balancer),
        ];
        let found = asks(bodies.map(|(operation, value)| Body {
            operation,
            at: "",
            value,
        }));
        found
            .iter()
            .map(|it| format!("{}: {}", it.field, it.words()))
            .collect::<Vec<_>>()
    };
    let task = |more: Value| {
        let mut task = json!({"family": "f", "containerDefinitions": [
            {"name": "a", "image": "redis", "portMappings": [{"containerPort": 80, "hostPort": 7000}, {"containerPort": 81}]},
        ]});
        task.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        task
    };
    let bridge = task(json!({}));
    assert_eq!(with(&bridge, &[7000]), [""; 0]);
    assert_eq!(
        with(&bridge, &[7000, 22, 81, 9200]),
        [
            "load-balancer.listeners[1].instance-port: the host port 22",
            "load-balancer.listeners[2].instance-port: the host port 81",
            "load-balancer.listeners[3].instance-port: the host port 9200",
        ]
    );
    let host = with(&task(json!({"networkMode": "host"})), &[7000, 81]);
    assert!(
        !host.iter().any(|it| it.contains("instance-port")),
        "{host:?}"
    );
    // Alone it leads to others whatever it says.
    let alone = of(Operation::CreateLoadBalancer, &listeners(&[7000]));
    assert_eq!(needs(&alone), ["host-port:7000"]);
}

#[test]
fn sizes_are_counted_over_all_tasks() {
    let task = json!({"family": "f", "containerDefinitions": [
        {"name": "a", "image": "redis", "cpu": 1024, "memory": 4096},
        {"name": "b", "image": "redis", "cpu": 1024, "memoryReservation": 4096},
    ]});
    let both = |task: &Value, count: u64| {
        let service = json!({"serviceName": "s", "desiredCount": count});
        let bodies = [
            (Operation::RegisterTaskDefinition, task),
            (Operation::CreateService, &service),
        ];
        asks(bodies.map(|(operation, value)| Body {
            operation,
            at: "",
            value,
        }))
    };
    assert_eq!(both(&task, 4), []);
    let found = both(&task, 12);
    assert_eq!(needs(&found), ["tasks:12", "cpu:24576", "memory:98304"]);
    let words: Vec<String> = found.iter().map(Ask::words).collect();
    assert_eq!(
        words,
        [
            "12 tasks",
            "24576 CPU units (12 tasks of 2048)",
            "98304 MiB of memory (12 tasks of 8192)"
        ]
    );
    let mut whole = task.clone();
    whole["memory"] = "64 GB".into();
    assert_eq!(needs(&both(&whole, 1)), ["memory:65536"]);
    whole["memory"] = "lots".into();
    assert_eq!(needs(&both(&whole, 1)), ["raw-json:task-definition.memory"]);
    // An update that only scales is seen too.
    let update = json!({"service": "s", "cluster": "c", "desiredCount": 5000});
    let found = of(Operation::UpdateService, &update);
    assert_eq!(needs(&found), ["[the cluster]", "tasks:5000"]);
    assert_eq!(found[1].asker, "service `s`");
}

#[test]
fn every_request_that_brings_something_is_looked_at() {
    for (operation, body, asked) in [
        (
            Operation::UpdateService,
            json!({"service": "s", "forceNewDeployment": true, "enableExecuteCommand": true}),
            &["exec"] as &[_],
        ),
        (
            Operation::UpdateService,
            json!({"service": "s", "nextYear": 1}),
            &["raw-json:service.nextYear"],
        ),
        (
            Operation::CreateLoadBalancerListeners,
            json!({"LoadBalancerName": "b", "Listeners": [{"LoadBalancerPort": 443, "SSLCertificateId": ARN}]}),
            &["certificate:arn:aws:iam::123456789012:role/x"],
        ),
        (
            Operation::SetLoadBalancerListenerSSLCertificate,
            json!({"LoadBalancerName": "b", "LoadBalancerPort": 443, "SSLCertificateId": ARN}),
            &["certificate:arn:aws:iam::123456789012:role/x"],
        ),
        (
            Operation::ApplySecurityGroupsToLoadBalancer,
            json!({"LoadBalancerName": "b", "SecurityGroups": ["sg-1"]}),
            &["security-group:sg-1"],
        ),
        (
            Operation::AttachLoadBalancerToSubnets,
            json!({"LoadBalancerName": "b", "Subnets": ["subnet-1"]}),
            &["subnet:subnet-1"],
        ),
        (
            Operation::DetachLoadBalancerFromSubnets,
            json!({"LoadBalancerName": "b", "Subnets": ["subnet-1"]}),
            &[],
        ),
        (
            Operation::AddTags,
            json!({"LoadBalancerNames": ["b"], "Tags": []}),
            &[],
        ),
        (
            Operation::DeleteService,
            json!({"cluster": "c", "service": "s", "force": true}),
            &[],
        ),
    ] {
        assert_eq!(needs(&of(operation, &body)), asked, "{operation} {body}");
    }
}

/// Typed or in `extra`: what is asked for is the same, and stands where the recipe said it.
#[test]
fn extra_smuggles_nothing() {
    let blueprint = |container: Value, task: Value| -> Vec<(String, Vec<String>)> {
        let mut text = json!({
            "task-definition": {"family": "f", "container-definitions": [{"name": "web", "image": "redis"}]},
            "service": {"service-name": "s"},
        });
        lay(
            &mut text["task-definition"]["container-definitions"][0],
            container,
        );
        lay(&mut text["task-definition"], task);
        let blueprint: Blueprint = serde_json::from_value(text).expect("it is a blueprint");
        let (desired, findings) = lower(&blueprint, &Identity::default());
        assert_eq!(findings, []);
        let found = asks(bodies(&desired));
        found
            .iter()
            .map(|it| (it.field.clone(), needs(std::slice::from_ref(it))))
            .collect()
    };
    for (container, task, field, need) in [
        (
            json!({"extra": r#"{"privileged": true}"#}),
            json!({}),
            "task-definition.container-definitions[0].extra.privileged",
            "privileged",
        ),
        (
            json!({}),
            json!({"extra": r#"{"pidMode": "host"}"#}),
            "task-definition.extra.pidMode",
            "host-pid",
        ),
        (
            json!({}),
            json!({"task-role-arn": ARN}),
            "task-definition.task-role-arn",
            "task-role:arn:aws:iam::123456789012:role/x",
        ),
        (
            json!({}),
            json!({"volumes": [{"name": "v", "host": {"source-path": "/etc"}}]}),
            "task-definition.volumes[0].host.source-path",
            "host-path:/etc:rw",
        ),
        (
            json!({}),
            json!({"extra": r#"{"nextYear": 1}"#}),
            "task-definition.extra.nextYear",
            "raw-json:task-definition.nextYear",
        ),
    ] {
        assert_eq!(
            blueprint(container, task),
            [(field.to_owned(), vec![need.to_owned()])]
        );
    }
}

#[test]
fn an_ask_says_who_asks_and_shows_nothing_that_draws() {
    let body = json!({"family": "f\u{1b}[2J", "pidMode": "host", "containerDefinitions": [
        {"name": "web\u{202e}", "image": "evil.example/\u{1b}[2J", "privileged": true},
    ], "volumes": [{"name": "data", "host": {"sourcePath": "/etc"}}]});
    let found = of(Operation::RegisterTaskDefinition, &body);
    let askers: Vec<&str> = found.iter().map(|it| it.asker.as_str()).collect();
    assert_eq!(
        askers,
        [
            "task definition `f\\u{1b}[2J`",
            "container `web\\u{202e}`",
            "container `web\\u{202e}`",
            "volume `data`"
        ]
    );
    assert_eq!(found[1].value, "evil.example/\\u{1b}[2J");
    assert_eq!(found[3].words(), "host path /etc");
    assert_eq!(found[2].words(), "privileged mode");
}

#[test]
fn the_same_is_asked_once_by_each() {
    let body = json!({"containerDefinitions": [
        {"name": "a", "image": "redis", "dnsServers": ["10.0.0.2", "10.0.0.2"]},
        {"name": "b", "image": "redis", "dnsServers": ["10.0.0.2"]},
    ]});
    assert_eq!(
        needs(&of(Operation::RegisterTaskDefinition, &body)),
        ["dns:10.0.0.2"; 2]
    );
}
