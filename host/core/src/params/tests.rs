use serde_json::json;

use super::*;
use crate::spec::{ChoiceType, IntegerType};

fn parameters() -> Vec<Parameter> {
    let parameter = |name: &str, required, accepts| Parameter {
        name: name.into(),
        description: format!("what {name} does"),
        required,
        accepts,
    };
    let words = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    vec![
        parameter(
            "image",
            false,
            ParameterType::Text(TextType {
                format: Some("image".into()),
                default: Some("redis".into()),
                ..TextType::default()
            }),
        ),
        parameter(
            "memory",
            false,
            ParameterType::Integer(IntegerType {
                min: 6,
                max: 1024,
                default: None,
            }),
        ),
        parameter("persist", false, ParameterType::Boolean(Some(false))),
        parameter(
            "policy",
            false,
            ParameterType::Choice(ChoiceType {
                choices: words(&["noeviction", "allkeys-lru"]),
                default: None,
            }),
        ),
        parameter(
            "environment",
            false,
            ParameterType::TextList(ListType {
                max_items: 2,
                format: Some("key=value".into()),
                ..ListType::default()
            }),
        ),
        parameter("password", true, ParameterType::Secret),
        parameter(
            "tag",
            false,
            ParameterType::Text(TextType {
                pattern: Some("[a-z]+|[0-9]+".into()),
                ..TextType::default()
            }),
        ),
    ]
}

const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:root-AbCdEf";

fn check(given: &[(&str, Given)]) -> Result<Vec<Argument>, Vec<String>> {
    let mut given: BTreeMap<String, Given> = given
        .iter()
        .map(|(k, v)| ((*k).to_owned(), v.clone()))
        .collect();
    given
        .entry("password".into())
        .or_insert_with(|| Given::Text(ARN.into()));
    let (arguments, findings) = resolve(&parameters(), &given);
    if findings.is_empty() {
        Ok(arguments.list)
    } else {
        Err(findings
            .iter()
            .map(|it| format!("{}: {}", it.path, it.message))
            .collect())
    }
}

fn text(value: &str) -> Given {
    Given::Text(value.into())
}

#[test]
fn a_path_leads_where_it_looks_like() {
    let accepts = ParameterType::Text(TextType {
        format: Some("path".into()),
        ..TextType::default()
    });
    for path in ["/srv/redis", "/srv/..data", "/"] {
        assert!(read(&accepts, &text(path)).is_ok(), "{path}");
    }
    for path in ["/srv/../etc", "/srv/..", "srv", ""] {
        let refused = read(&accepts, &text(path)).unwrap_err();
        assert_eq!(
            refused.message,
            format!("is `{path}`, and an absolute path without `..` is expected")
        );
    }
}

#[test]
fn defaults_are_filled_and_the_rest_is_left_out() {
    let names: Vec<String> = check(&[]).unwrap().into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["image", "persist", "password"]);
}

#[test]
fn text_and_typed_values_read_alike() {
    let typed = [
        ("memory", Given::Typed(json!(256))),
        ("persist", Given::Typed(json!(true))),
        ("environment", Given::Typed(json!(["A=1", "B=2"]))),
    ];
    let texts = [
        ("memory", text("256")),
        ("persist", text("true")),
        ("environment", text("A=1,B=2")),
    ];
    assert_eq!(check(&typed).unwrap(), check(&texts).unwrap());
    let json = [
        ("memory", text("256")),
        ("persist", text("true")),
        ("environment", text(r#"["A=1","B=2"]"#)),
    ];
    assert_eq!(check(&json).unwrap(), check(&texts).unwrap());
}

#[test]
fn what_does_not_fit_is_said() {
    for (name, given, expect) in [
        ("memory", text("5"), "is 5, and 6 to 1024 are allowed"),
        (
            "memory",
            text("9999999999"),
            "is 9999999999, and 6 to 1024 are allowed",
        ),
        (
            "memory",
            text("lots"),
            "is `lots`, and a whole number is expected",
        ),
        (
            "memory",
            Given::Typed(json!(1.5)),
            "is `1.5`, and a whole number is expected",
        ),
        (
            "persist",
            text("yes"),
            "is `yes`, and `true` or `false` is expected",
        ),
        (
            "policy",
            text("lru"),
            "is `lru`, and one of `noeviction`, `allkeys-lru` is expected",
        ),
        (
            "environment",
            text("A=1,B=2,C=3"),
            "has 3 items, and 2 are allowed",
        ),
        (
            "environment",
            text("A"),
            "is `A`, and `KEY=VALUE` is expected",
        ),
        (
            "environment",
            text("[1]"),
            "is `[1]`, and a list of texts is expected",
        ),
        (
            "image",
            Given::Typed(json!(7)),
            "is `7`, and a text is expected",
        ),
        (
            "image",
            text("re dis"),
            "is `re dis`, and an image such as `redis:7.4` is expected",
        ),
        // The alternatives of a pattern are anchored together.
        (
            "tag",
            text("a1"),
            "is `a1`, which does not match `[a-z]+|[0-9]+`",
        ),
    ] {
        assert_eq!(
            check(&[(name, given)]).unwrap_err(),
            [format!("parameters.{name}: {expect}")]
        );
    }
}

#[test]
fn all_findings_come_at_once() {
    let findings = check(&[("memory", text("5")), ("policy", text("lru"))]).unwrap_err();
    assert_eq!(findings.len(), 2);
}

#[test]
fn a_secret_is_an_arn_and_is_never_repeated() {
    let (arguments, _) = resolve(
        &parameters(),
        &BTreeMap::from([("password".into(), text(ARN))]),
    );
    assert_eq!(
        arguments.secrets,
        BTreeMap::from([("{{secret:password}}".to_owned(), ARN.to_owned())])
    );
    let secret = arguments
        .list
        .iter()
        .find(|it| it.name == "password")
        .unwrap();
    assert_eq!(secret.value, Value::Secret("{{secret:password}}".into()));
    for plain in [
        "hunter2",
        "arn:aws:s3:::bucket",
        "arn:aws:ssm:::parameter/x",
        "arn:aws:ssm:us-east-1:123456789012:document/x",
        "arn:aws:secretsmanager:us-east-1:123456789012:db",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:db hunter2",
    ] {
        let (_, findings) = resolve(
            &parameters(),
            &BTreeMap::from([("password".into(), text(plain))]),
        );
        assert_eq!(findings.len(), 1);
        assert!(!findings[0].to_string().contains(plain), "{}", findings[0]);
    }
}

#[test]
fn a_required_parameter_says_what_to_type() {
    let (_, findings) = resolve(&parameters(), &BTreeMap::new());
    assert_eq!(
        findings[0].to_string(),
        "parameters.password: must be given: what password does\n  hint: --set password=ARN"
    );
}

/// Both the pattern and the number of parameters are a recipe's.
#[test]
fn a_recipe_cannot_make_much_work_of_what_was_given() {
    let accepts = ParameterType::Text(TextType {
        pattern: Some("[a-z]*".into()),
        ..TextType::default()
    });
    let parameter = |index: usize| Parameter {
        name: format!("p{index}"),
        required: true,
        accepts: accepts.clone(),
        ..Parameter::default()
    };
    let (_, findings) = resolve(
        &[parameter(0)],
        &BTreeMap::from([("p0".to_owned(), text(&"a".repeat(4097)))]),
    );
    assert_eq!(findings.len(), 1);
    assert_eq!(
        findings[0].message,
        "has 4097 bytes, and 4096 are allowed where a pattern has to match"
    );
    let many: Vec<Parameter> = (0..5000).map(parameter).collect();
    let (_, findings) = resolve(&many, &BTreeMap::new());
    assert_eq!(findings.len(), bounds::PARAMETERS);
}

#[test]
fn patterns_are_small() {
    assert!(whole("[a-zA-Z0-9_.:/=+@-]{1,255}").is_ok());
    assert_eq!(
        whole(&"a".repeat(513)).unwrap_err(),
        "it has 513 bytes, and 512 are allowed"
    );
    for pattern in ["((([a-z]?){20000}))*b", "((){999999999}){999999999}"] {
        assert!(whole(pattern).is_err(), "{pattern}");
    }
}
