use super::*;
use crate::lower::{Identity, lower};
use crate::model::{Field, fields};
use crate::policy::rules::{Rule, rules};
use crate::policy::{Granted, check};
use crate::spec::Blueprint;

fn of(operation: Operation, value: &Value) -> Vec<Ask> {
    asks([Body {
        operation,
        at: "",
        value,
    }])
}

/// The grants, and in brackets what is no grant.
fn needs(asks: &[Ask]) -> Vec<String> {
    let need = |ask: &Ask| match &ask.need {
        Need::Grant(grant) => grant.to_string(),
        Need::Fixed { field, .. } => format!("[{}]", field.words()),
        Need::Never(_) => "[never]".to_owned(),
    };
    asks.iter().map(need).collect()
}

/// What a task definition of one container and one volume asks for, with these members more.
fn of_task(container: Value, volume: Value, task: Value) -> Vec<String> {
    let mut body = base(Operation::RegisterTaskDefinition);
    lay(&mut body["containerDefinitions"][0], container);
    lay(&mut body["volumes"][0], volume);
    lay(&mut body, task);
    needs(&of(Operation::RegisterTaskDefinition, &body))
}

fn of_container(container: Value) -> Vec<String> {
    of_task(container, json!({}), json!({}))
}

fn base(operation: Operation) -> Value {
    match operation {
        Operation::RegisterTaskDefinition => json!({
            "family": "redis",
            "containerDefinitions": [{"name": "web", "image": "redis"}],
            "volumes": [{"name": "data"}],
        }),
        Operation::CreateService => json!({"serviceName": "redis-service"}),
        Operation::CreateLoadBalancer => {
            json!({"LoadBalancerName": "redis-elb", "Scheme": "internal"})
        }
        _ => json!({}),
    }
}

/// Lays one value over another: members and the items of lists one by one.
fn lay(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                lay(under.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(under), Value::Array(over)) => {
            for (index, value) in over.into_iter().enumerate() {
                match under.get_mut(index) {
                    Some(item) => lay(item, value),
                    None => under.push(value),
                }
            }
        }
        (under, over) => *under = over,
    }
}

/// A body in which only the leaf at a path is set.
fn only(path: &str, value: Value) -> Value {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let value = if rest.is_empty() {
        value
    } else {
        only(rest, value)
    };
    let (name, value) = match first.strip_suffix("[]") {
        Some(name) => (name, json!([value])),
        None => (first.trim_end_matches("{}"), value),
    };
    json!({ name: value })
}

const ARN: &str = "arn:aws:iam::123456789012:role/x";

/// A value of a leaf that asks, where its row says that some do.
fn sample(rule: &Rule, field: &Field) -> Value {
    let kind = match rule.verdict {
        Verdict::Grant(kind) => Some(kind),
        _ => None,
    };
    let scoped = kind.map(|it| (it, it.form()));
    match (field.kind, scoped) {
        (_, Some((Kind::HostPid | Kind::HostIpc | Kind::HostNetwork, _))) => "host".into(),
        (_, Some((Kind::Image, _))) => "evil.example/redis".into(),
        (_, Some((Kind::HostPort, _))) => 80.into(),
        (_, Some((Kind::HostPath | Kind::Device, _))) => "/srv".into(),
        (_, Some((Kind::DockerVolume, _))) => "shared".into(),
        (_, Some((Kind::PublicLoadBalancer, _))) => "internet-facing".into(),
        (_, Some((Kind::PublicIp, _))) => "ENABLED".into(),
        (_, Some((Kind::Daemon, _))) => "DAEMON".into(),
        (Json::Text, Some((_, Form::Pattern | Form::Prefix))) => ARN.into(),
        (Json::Text, Some((_, Form::Number))) => "1000000".into(),
        (Json::Integer, Some((_, Form::Number))) => 1_000_000.into(),
        (Json::Text, _) if rule.path == "deploymentController.type" => "EXTERNAL".into(),
        (Json::Text, _) => field.values.last().copied().unwrap_or("sample").into(),
        (Json::Integer, _) => 1.into(),
        (Json::Double, _) => 1.5.into(),
        (Json::Boolean, _) => true.into(),
        (Json::Map, _) => json!({"key": "value"}),
        (Json::Document, _) => json!({"any": ["thing"]}),
    }
}

#[test]
fn every_row_of_the_table_holds() {
    for (rule, field) in rules().iter().zip(fields()) {
        let mut body = base(rule.operation);
        lay(&mut body, only(rule.path, sample(rule, field)));
        let asks = of(rule.operation, &body);
        let at = rule.path.replace("[]", "[0]").replace("{}", "");
        let found: Vec<&str> = asks.iter().map(|it| it.field.as_str()).collect();
        let name = format!("{} {}: {:?}", rule.operation, rule.path, needs(&asks));
        match rule.verdict {
            Verdict::Free | Verdict::Host => assert!(asks.is_empty(), "{name}"),
            _ => assert_eq!(found, [contract_path(rule.operation, &at)], "{name}"),
        }
        match (rule.verdict, asks.first().map(|it| &it.need)) {
            (Verdict::Free | Verdict::Host, None)
            | (Verdict::Never, Some(Need::Never(_)))
            | (Verdict::Target | Verdict::Own, Some(Need::Fixed { .. })) => {}
            (Verdict::Grant(kind), Some(Need::Grant(grant))) => {
                assert_eq!(grant.kind(), kind, "{name}");
                // The grant that the refusal tells to write is the one that lets it through.
                let refused = check(&asks, &Granted::default());
                let hint = refused[0].hint.clone().unwrap_or_default();
                assert!(
                    hint.contains(&Value::from(grant.to_string()).to_string()),
                    "{name}: {hint}"
                );
                let grants: Vec<Grant> = vec![grant.to_string().parse().expect(&name)];
                let granted = Granted {
                    grants: &grants,
                    ..Granted::default()
                };
                assert_eq!(check(&asks, &granted), [], "{name}");
            }
            _ => panic!("{name}"),
        }
    }
}

#[test]
fn values_that_the_notes_call_free_are() {
    let task = Operation::RegisterTaskDefinition;
    for container in [
        json!({"privileged": false, "image": "redis:7.2"}),
        json!({"portMappings": [{"containerPort": 80, "hostPort": 0}, {"containerPort": 81, "hostPort": 1024}]}),
        json!({"logConfiguration": {"logDriver": "json-file", "options": {"max-size": "10m", "max-file": "3"}}}),
        json!({"dockerSecurityOptions": ["no-new-privileges"]}),
        json!({"secrets": [{"name": "P", "valueFrom": "{{secret:root-password}}"}]}),
        json!({"repositoryCredentials": {"credentialsParameter": "{{secret:registry}}"}}),
        json!({"privileged": null}),
        json!({"linuxParameters": {"capabilities": {"drop": ["ALL"]}}}),
    ] {
        assert_eq!(of_container(container.clone()), [""; 0], "{container}");
    }
    let local = json!({"dockerVolumeConfiguration": {"scope": "task", "driver": "local"}});
    assert_eq!(
        of_task(
            json!({}),
            local,
            json!({"networkMode": "bridge", "pidMode": "task", "taskRoleArn": ""})
        ),
        [""; 0]
    );
    let service = json!({
        "desiredCount": 10, "schedulingStrategy": "REPLICA", "enableExecuteCommand": false,
        "deploymentController": {"type": "ECS"}, "serviceConnectConfiguration": {"enabled": false, "namespace": "x"},
        "networkConfiguration": {"awsvpcConfiguration": {"assignPublicIp": "DISABLED"}},
    });
    assert_eq!(of(Operation::CreateService, &service), []);
    let attributes = json!({"LoadBalancerAttributes": {"AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "strictest"}]}});
    assert_eq!(of(Operation::ModifyLoadBalancerAttributes, &attributes), []);
    assert_eq!(of(task, &json!({})), []);
}

#[test]
fn a_path_asks_for_what_its_mounts_do_and_for_sockets_in_it() {
    let mount = |only: Value| json!({"mountPoints": [{"sourceVolume": "data", "containerPath": "/x", "readOnly": only}]});
    let host = |path: &str| json!({"host": {"sourcePath": path}});
    for (container, path, asked) in [
        (
            mount(json!(true)),
            "/srv/a",
            &["host-path:/srv/a:ro"] as &[_],
        ),
        (mount(json!(false)), "/srv/a/", &["host-path:/srv/a:rw"]),
        (
            mount(json!("true")),
            "/srv",
            &[
                "raw-json:task-definition.containerDefinitions.mountPoints.readOnly",
                "host-path:/srv:rw",
            ],
        ),
        (json!({}), "/srv", &["host-path:/srv:rw"]),
        (mount(json!(true)), "/data/../etc", &["host-path:/etc:ro"]),
        (
            mount(json!(true)),
            "/var/run/docker.sock",
            &["docker-socket"],
        ),
        (
            mount(json!(true)),
            "/srv/../run//docker.sock",
            &["docker-socket"],
        ),
        (
            mount(json!(true)),
            "/var/run",
            &["host-path:/var/run:ro", "docker-socket"],
        ),
        (
            mount(json!(true)),
            "/",
            &["host-path:/:ro", "docker-socket"],
        ),
        (mount(json!(true)), "relative", &["[never]"]),
        (mount(json!(true)), "/srv/*", &["[never]"]),
        (mount(json!(true)), "/srv\u{1b}[2J", &["[never]"]),
    ] {
        assert_eq!(of_task(container, host(path), json!({})), asked, "{path}");
    }
}

#[test]
fn options_of_a_docker_volume_are_no_way_around_host_paths() {
    let volume = json!({"dockerVolumeConfiguration": {
        "scope": "shared", "driver": "local", "driverOpts": {"type": "none", "o": "bind", "device": "/etc"}
    }});
    assert_eq!(
        of_task(json!({}), volume, json!({})),
        [
            "docker-volume:data",
            "docker-volume-option:type=none",
            "docker-volume-option:o=bind",
            "docker-volume-option:device=/etc",
            "host-path:/etc:rw",
        ]
    );
    let socket =
        json!({"dockerVolumeConfiguration": {"driverOpts": {"device": "/run/docker.sock"}}});
    assert_eq!(
        of_task(json!({}), socket, json!({})),
        [
            "docker-volume-option:device=/run/docker.sock",
            "docker-socket"
        ]
    );
}

#[test]
fn what_a_value_stands_beside_is_part_of_what_is_asked() {
    for (container, asked) in [
        (
            json!({"linuxParameters": {"devices": [{"hostPath": "/dev/fuse", "permissions": ["read"]}]}}),
            &["device:/dev/fuse:r"] as &[_],
        ),
        (
            json!({"linuxParameters": {"devices": [{"hostPath": "/dev/fuse"}]}}),
            &["device:/dev/fuse:rwm"],
        ),
        (
            json!({"extraHosts": [{"hostname": "db", "ipAddress": "10.0.0.1"}]}),
            &["dns:db=10.0.0.1"],
        ),
        (
            json!({"systemControls": [{"namespace": "net.core.somaxconn", "value": "9"}]}),
            &["sysctl:net.core.somaxconn=9"],
        ),
        (
            json!({"logConfiguration": {"logDriver": "gelf", "options": {"gelf-address": "udp://a:1", "tag": "x"}}}),
            &["log-driver:gelf", "log-option:gelf-address=udp://a:1"],
        ),
    ] {
        assert_eq!(of_container(container), asked);
    }
    let connect = |body: Value| {
        needs(&of(
            Operation::CreateService,
            &json!({ "serviceConnectConfiguration": body }),
        ))
    };
    assert_eq!(
        connect(json!({"enabled": true})),
        ["service-connect:default"]
    );
    assert_eq!(
        connect(json!({"enabled": true, "namespace": "prod"})),
        ["service-connect:prod"]
    );
}

#[test]
fn names_that_could_mean_anything_are_never_granted() {
    for (container, task) in [
        (
            json!({"secrets": [{"name": "P", "valueFrom": "db-password"}]}),
            json!({}),
        ),
        (
            json!({"secrets": [{"name": "P", "valueFrom": "{{secret:a}}x"}]}),
            json!({}),
        ),
        (
            json!({"secrets": [{"name": "P", "valueFrom": "arn:aws:secretsmanager:us-east-1:1:secret:*"}]}),
            json!({}),
        ),
        (json!({}), json!({"taskRoleArn": "admin"})),
        (
            json!({}),
            json!({"executionRoleArn": "arn:aws:iam::1:role/*"}),
        ),
        (json!({"image": "*"}), json!({})),
        (
            json!({"linuxParameters": {"capabilities": {"add": ["*"]}}}),
            json!({}),
        ),
    ] {
        assert_eq!(
            of_task(container.clone(), json!({}), task.clone()),
            ["[never]"],
            "{container} {task}"
        );
    }
}

#[test]
fn what_the_model_does_not_know_needs_a_grant_of_its_own() {
    for (container, asked) in [
        (
            json!({"nextYear": {"privileged": true}}),
            "raw-json:task-definition.containerDefinitions.nextYear",
        ),
        (
            json!({"Privileged": true}),
            "raw-json:task-definition.containerDefinitions.Privileged",
        ),
        (
            json!({"privileged": "true"}),
            "raw-json:task-definition.containerDefinitions.privileged",
        ),
        (
            json!({"image": {"a": 1}}),
            "raw-json:task-definition.containerDefinitions.image",
        ),
        (
            json!({"dockerLabels": ["x"]}),
            "raw-json:task-definition.containerDefinitions.dockerLabels",
        ),
        (
            json!({"linuxParameters": [{"capabilities": {"add": ["ALL"]}}]}),
            "raw-json:task-definition.containerDefinitions.linuxParameters",
        ),
        (
            json!({"user": 0}),
            "raw-json:task-definition.containerDefinitions.user",
        ),
    ] {
        assert_eq!(of_container(container.clone()), [asked], "{container}");
    }
    for (task, asked) in [
        (
            json!({"networkMode": "hostish"}),
            "raw-json:task-definition.networkMode",
        ),
        (
            json!({"pidMode": "HOST"}),
            "raw-json:task-definition.pidMode",
        ),
        (json!({"a*": 1}), "[never]"),
        (json!({"": 1}), "raw-json:task-definition"),
    ] {
        assert_eq!(
            of_task(json!({}), json!({}), task.clone()),
            [asked],
            "{task}"
        );
    }
    assert_eq!(
        needs(&of(Operation::CreateService, &json!([1]))),
        ["raw-json:service"]
    );
    assert_eq!(
        needs(&of(
            Operation::CreateLoadBalancer,
            &json!({"Scheme": "internal", "IpAddressType": "x"})
        )),
        ["raw-json:load-balancer.IpAddressType"]
    );
}

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
