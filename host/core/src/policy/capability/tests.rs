use serde_json::json;

use super::*;
use crate::policy::{Body, asks};
use crate::request::Operation;
use crate::spec::Parameter;

fn manifest(capabilities: &[&str]) -> Manifest {
    Manifest {
        capabilities: capabilities.iter().map(|it| (*it).to_owned()).collect(),
        parameters: vec![Parameter {
            name: "data-path".into(),
            ..Parameter::default()
        }],
        ..Manifest::default()
    }
}

fn told(findings: &[Diagnostic]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

/// What the recipes and the contract's own documentation say.
#[test]
fn capabilities_are_grants_with_parameters_and_without_scopes() {
    let fine = [
        "host-path:{data-path}:rw",
        "docker-volume:{data-path}",
        "efs:{data-path}",
        "secrets",
        "execution-role",
        "host-path:/var/lib/redis:rw",
        "public-load-balancer",
    ];
    assert_eq!(check_capabilities(&manifest(&fine)), []);
    assert_eq!(
        told(&check_capabilities(&manifest(&[
            "secret",
            "host-path:{path}:rw",
            "host-path:/x",
            "efs:{data-path",
            "exec:{data-path}",
            "privileged:x"
        ]))),
        [
            "manifest.capabilities[0]: `secret` is no grant\n  hint: did you mean `secrets`?",
            "manifest.capabilities[1]: `host-path:{path}:rw` speaks of `path`, which is no parameter\n  hint: name a parameter of the manifest between the braces",
            "manifest.capabilities[2]: `host-path:/x` ends neither in `:ro` nor in `:rw`\n  hint: write it as `host-path:PATH:ro|rw`",
            "manifest.capabilities[3]: `{data-path` has no `}`\n  hint: write `{parameter}` for the value of a parameter",
            "manifest.capabilities[4]: `exec:{data-path}` takes nothing after a colon\n  hint: write it as `exec`",
            "manifest.capabilities[5]: `privileged:x` takes nothing after a colon\n  hint: write it as `privileged`",
        ]
    );
}

#[test]
fn what_is_asked_and_not_declared_is_an_error() {
    let body =
        json!({"family": "f", "volumes": [{"name": "data", "host": {"sourcePath": "/srv/redis"}}]});
    let asks = asks([Body {
        operation: Operation::RegisterTaskDefinition,
        at: "",
        value: &body,
    }]);
    let arguments = |path: Option<&str>| {
        path.map(|it| ("data-path".to_owned(), it.to_owned()))
            .into_iter()
            .collect()
    };
    let found =
        |capabilities: &[&str], path| undeclared(&asks, &manifest(capabilities), &arguments(path));
    for (capabilities, path) in [
        (&["host-path"] as &[_], None),
        (&["host-path:/srv:rw"], None),
        (&["host-path:{data-path}:rw"], Some("/srv/redis")),
        (&["exec", "host-path:{data-path}/redis:rw"], Some("/srv")),
    ] {
        assert_eq!(found(capabilities, path), [], "{capabilities:?}");
    }
    for (capabilities, path) in [
        (&[] as &[_], None),
        (&["host-path:{data-path}:rw"], None),
        (&["host-path:{data-path}:rw"], Some("/data")),
        (&["host-path:{data-path}:ro"], Some("/srv/redis")),
        (&["docker-socket"], None),
    ] {
        let found = found(capabilities, path);
        assert_eq!(
            told(&found),
            [
                "task-definition.volumes[0].host.source-path: volume `data` asks for host path /srv/redis, which the manifest does not declare\n  \
              hint: no grant mends this, but the author of the recipe: add `host-path:/srv/redis:rw` to `capabilities` of the manifest, with `{parameter}` where an argument decides"
            ],
            "{capabilities:?}"
        );
        assert_eq!(found[0].code, Some(codes::UNDECLARED));
    }
}

#[test]
fn how_much_is_not_declared() {
    let body = json!({"serviceName": "s", "desiredCount": 500});
    let asks = asks([Body {
        operation: Operation::CreateService,
        at: "",
        value: &body,
    }]);
    assert_eq!(asks.len(), 1);
    assert_eq!(undeclared(&asks, &manifest(&[]), &BTreeMap::new()), []);
}
