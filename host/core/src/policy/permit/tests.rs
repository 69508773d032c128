use serde_json::json;

use super::*;
use crate::request::Operation;
use crate::spec::{Argument, Parameter, ParameterType, TextType};

const SECRET: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app-a1b2c3";

fn arguments() -> Arguments {
    let argument = |name: &str, value| Argument {
        name: name.to_owned(),
        value,
    };
    Arguments {
        list: vec![
            argument("data-path", Value::Text("/srv/redis".into())),
            argument("logs-path", Value::Text("/srv/logs".into())),
            argument("password", Value::Secret("{{secret:password}}".into())),
        ],
        secrets: [("{{secret:password}}".to_owned(), SECRET.to_owned())].into(),
    }
}

fn manifest() -> Manifest {
    let path = |name: &str| Parameter {
        name: name.to_owned(),
        accepts: ParameterType::Text(TextType {
            format: Some("path".to_owned()),
            ..TextType::default()
        }),
        ..Parameter::default()
    };
    Manifest {
        version: "1.4.0".into(),
        parameters: vec![path("data-path"), path("logs-path")],
        capabilities: vec![
            "host-path:{data-path}:rw".into(),
            "host-path:{logs-path}:rw".into(),
        ],
        ..Manifest::default()
    }
}

fn desired(paths: &[&str]) -> DesiredService {
    let volumes = paths
        .iter()
        .map(|it| json!({"name": it, "host": {"sourcePath": it}}));
    DesiredService {
        name: "redis".into(),
        digest: "sha256:new".into(),
        task_definition: Some(json!({"family": "redis", "volumes": volumes.collect::<Vec<_>>()})),
        service: Some(json!({"serviceName": "redis-service"})),
        ..DesiredService::default()
    }
}

fn with<T>(entry: Option<&Entry>, f: impl FnOnce(&Basis<'_>) -> T) -> T {
    f(&Basis {
        manifest: &manifest(),
        arguments: &arguments(),
        typed: &["data-path".to_owned()].into(),
        entry,
        file: "host.toml",
        recipe: "redis.wasm",
        taken: &[],
    })
}

fn check(paths: &[&str], entry: Option<&Entry>) -> Vec<String> {
    with(entry, |basis| {
        let desired = desired(paths);
        let permit = Permit::new(&desired, basis);
        let found = permit.check(
            &desired,
            basis,
            &DesiredTarget::default(),
            StackLimits::default(),
        );
        found.iter().map(ToString::to_string).collect()
    })
}

fn entry(grants: &[&str], granted_to: Option<&str>) -> Entry {
    Entry {
        grants: grants.iter().map(|it| (*it).to_owned()).collect(),
        granted_to: granted_to.map(str::to_owned),
    }
}

#[test]
fn what_the_user_typed_is_free_and_a_default_is_not() {
    assert_eq!(check(&["/srv/redis"], None), [""; 0]);
    assert_eq!(
        check(&["/srv/logs"], None),
        [
            "task-definition.volumes[0].host.source-path: volume `/srv/logs` asks for host path /srv/logs, which is not granted\n  \
             hint: it takes the grant `host-path:/srv/logs:rw`: a folder or file of the instance; links in it are followed"
        ]
    );
    let granted = |granted_to| {
        let entry = entry(&["host-path:/srv:rw"], granted_to);
        check(&["/srv/logs"], Some(&entry))
    };
    assert_eq!(granted(Some("sha256:new")), [""; 0]);
    // A grant that is for whatever bytes are there is told, and given.
    assert_eq!(
        granted(None),
        [
            "the grant of host path /srv/logs holds for whatever this recipe becomes\n  \
             hint: write `granted-to = \"sha256:new\"` under `[services.redis]` of `host.toml`"
        ]
    );
}

#[test]
fn what_is_granted_has_to_be_declared_all_the_same() {
    let found = check(&["/data"], Some(&entry(&["host-path:/data:rw"], None)));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("which the manifest does not declare"),
        "{found:?}"
    );
}

#[test]
fn another_digest_asks_for_no_more_than_the_one_before() {
    let before =
        |paths: &[&str]| Approval::new("sha256:old", "1.3.0", &asks(bodies(&desired(paths))));
    let found = |granted_to, former: Option<&Approval>| {
        let entry = entry(&["host-path:/:rw"], granted_to);
        with(Some(&entry), |basis| {
            let permit = Permit::new(&desired(&["/srv/redis", "/srv/logs"]), basis);
            let found = permit.check_former(&DesiredTarget::default(), former);
            found.into_iter().map(|it| it.message).collect::<Vec<_>>()
        })
    };
    let newly = ["1.4.0 newly asks for host path /srv/logs"];
    assert_eq!(
        found(None, Some(&before(&[]))),
        ["1.4.0 newly asks for host path /srv/redis", newly[0]],
        "what was typed went elsewhere before"
    );
    assert_eq!(
        found(None, Some(&before(&["/home/other"]))),
        newly,
        "what was typed is another value of the same kind"
    );
    assert_eq!(found(None, Some(&before(&["/srv/logs"]))), [""; 0]);
    assert_eq!(found(Some("sha256:new"), Some(&before(&[]))), [""; 0]);
    assert_eq!(found(Some("sha256:old"), Some(&before(&["/home"]))), newly);
    assert_eq!(found(None, None), [""; 0]);
    assert_eq!(
        found(Some("sha256:old"), None),
        ["1.4.0 asks for host path /srv/logs, and what is granted was granted to sha256:old"]
    );
}

/// How many tasks there are is the user's own to say, whatever the recipe did with it before.
#[test]
fn more_of_the_same_that_was_typed_is_no_new_asking() {
    let manifest = Manifest {
        version: "1.4.0".into(),
        parameters: vec![Parameter {
            name: "desired-count".into(),
            ..Parameter::default()
        }],
        capabilities: vec!["tasks:{desired-count}".into()],
        ..Manifest::default()
    };
    let arguments = Arguments {
        list: vec![Argument {
            name: "desired-count".into(),
            value: Value::Integer(40),
        }],
        ..Arguments::default()
    };
    let mut desired = desired(&[]);
    desired.service = Some(json!({"serviceName": "redis-service", "desiredCount": 40}));
    let found = |typed: &[&str]| {
        let permit = Permit::new(
            &desired,
            &Basis {
                manifest: &manifest,
                arguments: &arguments,
                typed: &typed.iter().map(|it| (*it).to_owned()).collect(),
                entry: Some(&entry(&["tasks:100"], None)),
                file: "host.toml",
                recipe: "redis.wasm",
                taken: &[],
            },
        );
        let former = Approval::new("sha256:old", "1.3.0", &[]);
        permit
            .check_former(&DesiredTarget::default(), Some(&former))
            .len()
    };
    assert_eq!(found(&["desired-count"]), 0);
    assert_eq!(found(&[]), 1);
}

/// What a plan adds is the target's, and what the user gave; anything else stops the call.
#[test]
fn what_is_sent_is_checked_with_all_that_the_plan_added() {
    let target = DesiredTarget {
        cluster: "searchapp".into(),
        subnets: vec!["subnet-1".into()],
        service_role: Some("ecsServiceRole".into()),
        ..DesiredTarget::default()
    };
    let sent = |operation, body| {
        let request = Request { operation, body };
        with(None, |basis| {
            let permit = Permit::new(&desired(&[]), basis);
            let found = permit.check_sent(&target, &request);
            found.into_iter().map(|it| it.message).collect::<Vec<_>>()
        })
    };
    let container = |arn: &str| json!({"family": "redis", "containerDefinitions": [{"name": "web", "image": "redis", "secrets": [{"name": "P", "valueFrom": arn}]}]});
    let task = Operation::RegisterTaskDefinition;
    assert_eq!(sent(task, container(SECRET)), [""; 0]);
    assert_eq!(sent(task, container(&format!("{SECRET}x"))).len(), 1);
    let balancer = |subnet: &str| json!({"LoadBalancerName": "redis-elb", "Scheme": "internal", "Subnets": [subnet]});
    assert_eq!(
        sent(Operation::CreateLoadBalancer, balancer("subnet-1")),
        [""; 0]
    );
    assert_eq!(
        sent(Operation::CreateLoadBalancer, balancer("subnet-2")),
        ["load balancer `redis-elb` asks for the subnet subnet-2, which is not the target's"]
    );
    let service = |role: &str| json!({"cluster": "searchapp", "role": role, "serviceName": "s", "desiredCount": 12, "clientToken": "1"});
    assert_eq!(
        sent(Operation::CreateService, service("ecsServiceRole")),
        [""; 0],
        "12 is how many run"
    );
    assert_eq!(sent(Operation::CreateService, service("admin")).len(), 1);
    assert_eq!(
        sent(
            Operation::DeleteService,
            json!({"service": "s", "force": true})
        ),
        [""; 0]
    );
}

#[test]
fn a_listener_that_is_sent_leads_to_the_recipes_own_containers() {
    let mut desired = desired(&[]);
    let task = json!({"family": "redis", "containerDefinitions": [
        {"name": "web", "image": "redis", "portMappings": [{"containerPort": 6379, "hostPort": 6379}]},
    ]});
    desired.task_definition = Some(task);
    let told = |port: u16| {
        with(None, |basis| {
            let request = Request {
                operation: Operation::CreateLoadBalancerListeners,
                body: json!({"LoadBalancerName": "redis-elb", "Listeners": [{"InstancePort": port}]}),
            };
            let found =
                Permit::new(&desired, basis).check_sent(&DesiredTarget::default(), &request);
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        })
    };
    assert_eq!(told(6379), [""; 0]);
    let other = told(22);
    assert_eq!(other.len(), 1, "{other:?}");
    assert!(other[0].contains("the host port 22"), "{other:?}");
}
