use super::*;
use crate::spec::{ChoiceType, DependencyDeclaration, Endpoint, ListType, TextType};

/// What is found in a manifest that is all right but for what `spoil` does.
fn check(spoil: impl FnOnce(&mut Manifest)) -> Vec<String> {
    let mut manifest = Manifest {
        name: "redis".into(),
        version: "0.1.0".into(),
        ..Manifest::default()
    };
    spoil(&mut manifest);
    let found = crate::manifest::check(&manifest);
    assert!(found.iter().all(|it| it.is_error() && it.hint.is_some()));
    found
        .into_iter()
        .map(|it| format!("{}: {}", it.path, it.message))
        .collect()
}

fn parameters(number: usize, accepts: &ParameterType) -> Vec<Parameter> {
    let one = |index| Parameter {
        name: format!("p{index}"),
        accepts: accepts.clone(),
        ..Parameter::default()
    };
    (0..number).map(one).collect()
}

fn text(pattern: &str, default: &str) -> ParameterType {
    ParameterType::Text(TextType {
        pattern: Some(pattern.into()),
        default: Some(default.into()),
        ..TextType::default()
    })
}

#[test]
fn what_is_within_the_bounds_passes() {
    let found = check(|it| {
        it.parameters = parameters(PARAMETERS, &text("[a-z]{1,500}", "abc"));
        it.summary = "a".repeat(TEXT);
        it.endpoints = (0..DECLARATIONS)
            .map(|index| Endpoint {
                name: format!("e{index}"),
                ..Endpoint::default()
            })
            .collect();
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn too_many_of_anything_is_one_finding() {
    let secret = ParameterType::Secret;
    let found = check(|it| it.parameters = parameters(PARAMETERS + 1, &secret));
    assert_eq!(
        found,
        ["manifest.parameters: has 101 entries, and 100 are allowed"]
    );
    let found = check(|it| it.endpoints = vec![Endpoint::default(); 65]);
    assert_eq!(
        found,
        ["manifest.endpoints: has 65 entries, and 64 are allowed"]
    );
    let found = check(|it| it.dependencies = vec![DependencyDeclaration::default(); 70_000]);
    assert_eq!(
        found,
        ["manifest.dependencies: has 70000 entries, and 64 are allowed"]
    );
    let found = check(|it| it.capabilities = vec![String::new(); 65]);
    assert_eq!(
        found,
        ["manifest.capabilities: has 65 entries, and 64 are allowed"]
    );
    let choices = ParameterType::Choice(ChoiceType {
        choices: vec![String::new(); 101],
        default: None,
    });
    let items = ParameterType::TextList(ListType {
        default: vec![String::new(); 101],
        ..ListType::default()
    });
    let found = check(|it| {
        it.parameters = parameters(1, &choices);
        it.parameters.extend(parameters(1, &items));
    });
    assert_eq!(
        found,
        [
            "manifest.parameters[0].accepts.choices: has 101 entries, and 100 are allowed",
            "manifest.parameters[1].accepts.default: has 101 entries, and 100 are allowed"
        ]
    );
}

#[test]
fn texts_are_bounded_and_not_repeated() {
    let long = "a".repeat(TEXT + 1);
    let limit = "has 4097 bytes, and 4096 are allowed";
    let found = check(|it| {
        it.name.clone_from(&long);
        it.summary.clone_from(&long);
        it.parameters = parameters(1, &text("a*", &long));
    });
    assert_eq!(
        found,
        [
            format!("manifest.name: {limit}"),
            format!("manifest.summary: {limit}"),
            format!("manifest.parameters[0].accepts.default: {limit}"),
        ]
    );
    let found = check(|it| it.extra = Some("1".repeat(EXTRA_LIMIT + 1)));
    assert_eq!(
        found,
        ["manifest.extra: has 65537 bytes, and 65536 are allowed"]
    );
    let found = check(|it| it.parameters = parameters(1, &text(&"a".repeat(513), "")));
    assert_eq!(
        found,
        ["manifest.parameters[0].accepts.pattern: has 513 bytes, and 512 are allowed"]
    );
    let found = check(|it| {
        let list = ParameterType::TextList(ListType {
            default: vec!["a".repeat(3000)],
            ..ListType::default()
        });
        it.parameters = parameters(100, &list);
    });
    assert!(
        found.len() == 1 && found[0].contains("bytes together"),
        "{found:?}"
    );
}

/// What a manifest may have all patterns do is done at once, and what it may not is not begun.
#[test]
fn no_pattern_is_matched_for_long() {
    let hostile = "((([a-z]?){20000}))*b";
    let found = check(|it| it.parameters = parameters(1, &text(hostile, &"a".repeat(TEXT))));
    assert!(
        found.len() == 1 && found[0].ends_with("compiled regex exceeded size limit"),
        "{found:?}"
    );
    let slow = "((([a-z]?){250}))*b";
    let found = check(|it| it.parameters = parameters(5, &text(slow, &"a".repeat(TEXT))));
    assert_eq!(
        found,
        [
            "manifest.parameters: the defaults that patterns have to match have 20480 bytes together, and 16384 are allowed"
        ]
    );
    let found = check(|it| it.parameters = parameters(4, &text(slow, &"a".repeat(TEXT))));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found[0].len() < 3000, "{}", found[0].len());
}
