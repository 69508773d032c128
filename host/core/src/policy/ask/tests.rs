use super::*;
use crate::lower::{Identity, lower};
use crate::model::{Field, fields};
use crate::policy::rules::{Rule, rules};
use crate::policy::{Granted, check};
use crate::spec::Blueprint;

mod whole;

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
                assert!(hint.contains(&format!("`{grant}`")), "{name}: {hint}");
                assert_eq!(refused[0].needs.as_deref(), Some(grant), "{name}");
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
            json!({"linuxParameters": {"devices": [{"hostPath": "/dev/fuse", "permissions": ["read", "WRITE"]}]}}),
            &["raw-json:task-definition.containerDefinitions.linuxParameters.devices.hostPath"],
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
        // The grant of what has no name would be one of all that it stands in.
        (json!({"": 1}), json!({})),
        (json!({}), json!({"": {"any": 1}})),
        (json!({"a[x]": 1}), json!({})),
        (json!({"a.": 1}), json!({})),
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
        (json!({"": 1}), "[never]"),
    ] {
        assert_eq!(
            of_task(json!({}), json!({}), task.clone()),
            [asked],
            "{task}"
        );
    }
    assert_eq!(
        needs(&of(Operation::CreateService, &json!([1]))),
        ["[never]"]
    );
    assert_eq!(
        needs(&of(
            Operation::CreateLoadBalancer,
            &json!({"Scheme": "internal", "IpAddressType": "x"})
        )),
        ["raw-json:load-balancer.IpAddressType"]
    );
}
