use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::params::{Given, resolve};
use crate::spec::{
    ChoiceType, DependencyDeclaration, Endpoint, IntegerType, ListType, Parameter, TextType,
};

fn told(findings: &[Diagnostic]) -> String {
    let line = |it: &Diagnostic| {
        format!(
            "{}: {it}\n",
            it.code.map(|it| it.to_string()).unwrap_or_default()
        )
    };
    findings.iter().map(line).collect()
}

fn check(findings: &[Diagnostic], expected: &Expect) {
    assert!(
        findings.iter().all(|it| !it.is_error()),
        "they are warnings"
    );
    expected.assert_eq(&told(findings));
}

fn parameter(name: &str, accepts: ParameterType) -> Parameter {
    Parameter {
        name: name.into(),
        description: "what it is for".into(),
        required: true,
        accepts,
    }
}

#[test]
fn what_nobody_explained_is_told() {
    let manifest = Manifest {
        parameters: vec![
            parameter("memory", ParameterType::Integer(IntegerType::default())),
            Parameter {
                description: " ".into(),
                ..parameter("size", ParameterType::Integer(IntegerType::default()))
            },
            parameter("db-password", ParameterType::Text(TextType::default())),
            parameter("api-token", ParameterType::Secret),
        ],
        endpoints: vec![Endpoint {
            name: "redis".into(),
            ..Endpoint::default()
        }],
        dependencies: vec![DependencyDeclaration {
            name: "mysql".into(),
            ..DependencyDeclaration::default()
        }],
        ..Manifest::default()
    };
    check(
        &of_manifest(&manifest),
        &expect![[r#"
            H0701: manifest.summary: is empty
              hint: say in one line what the recipe runs: `host inspect` shows it first
            H0701: manifest.parameters[1].description: is empty: nobody learns what `size` is for
              hint: say what it does, and in which unit
            H0701: manifest.endpoints[0].description: is empty: nobody learns who connects to `redis`
              hint: say what listens there
            H0701: manifest.dependencies[0].description: is empty: nobody learns what `mysql` is needed for
              hint: say what the recipe does with it
            H0704: manifest.parameters[2].accepts: `db-password` looks like a secret, and is taken as a plain text
              hint: take a `secret`: the ARN of one, which the recipe sees as a token
        "#]],
    );
}

fn with(image: &str, memory: u32) -> DesiredService {
    DesiredService {
        task_definition: Some(
            json!({"containerDefinitions": [{"image": image, "memory": memory}]}),
        ),
        ..DesiredService::default()
    }
}

#[test]
fn images_that_move_and_memory_that_is_too_little_are_told() {
    check(
        &of_blueprint(&with("mysql", 256)),
        &expect![[r#"
            H0702: task-definition.container-definitions[0].image: `mysql` names no version: what runs changes from one start to the next
              hint: name one, such as `mysql:1.2.3`, or a digest, `mysql@sha256:…`
            H0703: task-definition.container-definitions[0].memory: is 256 MiB, and mysql needs 512 or more: since 8.0 it uses about 450 MiB when idle, with its own settings
              hint: make the default 512 or more
        "#]],
    );
    check(
        &of_blueprint(&with("localhost:5000/redis:latest", 6)),
        &expect![[r#"
            H0702: task-definition.container-definitions[0].image: `localhost:5000/redis:latest` is another image from one day to the next
              hint: name a version, or a digest
        "#]],
    );
    let digest = "a".repeat(64);
    for image in [
        "redis:7.4",
        "localhost:5000/redis:7",
        &format!("mysql@sha256:{digest}"),
    ] {
        assert_eq!(of_blueprint(&with(image, 512)), [], "{image}");
    }
    let of_task = DesiredService {
        task_definition: Some(
            json!({"memory": "256", "containerDefinitions": [{"image": "docker.elastic.co/elasticsearch/elasticsearch:8.1"}]}),
        ),
        ..DesiredService::default()
    };
    assert!(told(&of_blueprint(&of_task)).contains("is 256 MiB, and elasticsearch needs 1024"));
    assert_eq!(of_blueprint(&DesiredService::default()), []);
}

#[test]
fn there_is_an_example_of_most_parameters() {
    let text = |pattern: Option<&str>, format: Option<&str>| {
        ParameterType::Text(TextType {
            pattern: pattern.map(Into::into),
            format: format.map(Into::into),
            default: None,
        })
    };
    for accepts in [
        ParameterType::Secret,
        ParameterType::Boolean(None),
        ParameterType::Integer(IntegerType {
            min: 6,
            max: 9,
            default: None,
        }),
        ParameterType::Integer(IntegerType {
            min: -9,
            max: -6,
            default: None,
        }),
        ParameterType::Choice(ChoiceType {
            choices: vec!["one".into()],
            default: None,
        }),
        text(None, None),
        text(Some("[a-z]+"), Some("name")),
        text(Some("/.+"), Some("path")),
        text(Some("[0-9]+"), None),
        text(Some("[A-Z]+=.*"), Some("key=value")),
        ParameterType::TextList(ListType::default()),
    ] {
        let parameter = parameter("it", accepts);
        let given = example(&parameter).unwrap_or_else(|| panic!("{parameter:?}"));
        let given = BTreeMap::from([("it".to_owned(), given)]);
        let (arguments, findings) = resolve(&[parameter], &given);
        assert_eq!((arguments.list.len(), findings), (1, vec![]));
    }
    assert_eq!(example(&parameter("it", text(Some("zq{7}x"), None))), None);
    // Bounds that hold nothing are told by the manifest's own check.
    let empty = ParameterType::Integer(IntegerType {
        min: 9,
        max: 6,
        default: None,
    });
    assert_eq!(example(&parameter("it", empty)), None::<Given>);
}
