//! Holds the core's types to the text of the contract, field by field.
//!
//! Our types say by their own `Deserialize` what they read: a deserializer that
//! has nothing to give writes down what it is asked for. That, and the WIT, are
//! both put as text, and are equal.

use std::collections::BTreeMap;

use host_core::diag::Diagnostic;
use host_core::spec::{Argument, Blueprint, Dependency, Manifest, Target};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use wit_parser::{Resolve, Type, TypeDefKind};

mod question;

use question::{Notes, ask};

const CONTRACT: &str = include_str!("../../../../wit/v0.1/recipe.wit");

/// The definitions of types by name: a line for each field or case.
type Definitions = BTreeMap<String, Vec<String>>;

#[test]
fn our_types_are_those_of_the_contract() {
    let ours = texts(definitions_of_ours());
    let theirs = texts(definitions_of_wit());
    assert!(ours.len() > 40, "{ours:?}");
    expect_test::expect![[""]].assert_eq(&difference(&ours, &theirs));
}

#[test]
fn everything_in_the_contract_is_documented() {
    let mut resolve = Resolve::default();
    resolve.push_str("recipe.wit", CONTRACT).unwrap();
    let mut bare = Vec::new();
    let mut seen = 0;
    let mut note = |name: String, documented: bool| {
        seen += 1;
        if !documented {
            bare.push(name);
        }
    };
    for (_, definition) in &resolve.types {
        let Some(name) = &definition.name else {
            continue;
        };
        note(name.clone(), definition.docs.contents.is_some());
        let parts: Vec<(&String, bool)> = match &definition.kind {
            TypeDefKind::Record(it) => it
                .fields
                .iter()
                .map(|it| (&it.name, it.docs.contents.is_some()))
                .collect(),
            TypeDefKind::Variant(it) => it
                .cases
                .iter()
                .map(|it| (&it.name, it.docs.contents.is_some()))
                .collect(),
            TypeDefKind::Enum(it) => it
                .cases
                .iter()
                .map(|it| (&it.name, it.docs.contents.is_some()))
                .collect(),
            _ => Vec::new(),
        };
        for (part, documented) in parts {
            note(format!("{name}.{part}"), documented);
        }
    }
    assert!(seen > 200, "{seen}");
    assert_eq!(bare, Vec::<String>::new());
}

fn texts(definitions: Definitions) -> Vec<String> {
    definitions
        .into_iter()
        .map(|(name, lines)| format!("{name}: {}", lines.join(", ")))
        .collect()
}

/// What one side says and the other does not.
fn difference(ours: &[String], theirs: &[String]) -> String {
    let only = |side: &str, these: &[String], those: &[String]| -> Vec<String> {
        these
            .iter()
            .filter(|it| !those.contains(it))
            .map(|it| format!("only {side}: {it}"))
            .collect()
    };
    [
        only("in host-core", ours, theirs),
        only("in recipe.wit", theirs, ours),
    ]
    .concat()
    .join("\n")
}

// ------------------------------------------------------------------ the WIT

fn definitions_of_wit() -> Definitions {
    let mut resolve = Resolve::default();
    resolve.push_str("recipe.wit", CONTRACT).unwrap();
    let (_, guest) = resolve
        .interfaces
        .iter()
        .find(|(_, interface)| interface.name.as_deref() == Some("guest"))
        .unwrap();
    guest
        .types
        .iter()
        .filter_map(|(name, id)| {
            Some((
                name.clone(),
                definition(&resolve, &resolve.types[*id].kind)?,
            ))
        })
        .collect()
}

/// The lines of a record, an enum or a variant; an alias has none of its own.
fn definition(resolve: &Resolve, kind: &TypeDefKind) -> Option<Vec<String>> {
    Some(match kind {
        TypeDefKind::Record(record) => record
            .fields
            .iter()
            .map(|field| format!("{}: {}", field.name, word(resolve, &field.ty)))
            .collect(),
        TypeDefKind::Enum(cases) => cases.cases.iter().map(|case| case.name.clone()).collect(),
        TypeDefKind::Variant(variant) => variant
            .cases
            .iter()
            .map(|case| match &case.ty {
                Some(ty) => format!("{}({})", case.name, word(resolve, ty)),
                None => case.name.clone(),
            })
            .collect(),
        TypeDefKind::Type(_) => return None,
        other => panic!("the contract has no {}", other.as_str()),
    })
}

fn word(resolve: &Resolve, ty: &Type) -> String {
    let id = match ty {
        Type::Bool => return "bool".to_owned(),
        Type::U32 => return "u32".to_owned(),
        Type::S32 => return "s32".to_owned(),
        Type::String => return "string".to_owned(),
        Type::Id(id) => *id,
        other => panic!("the contract has no {other:?}"),
    };
    let definition = &resolve.types[id];
    match &definition.kind {
        TypeDefKind::Option(inner) => format!("option<{}>", word(resolve, inner)),
        TypeDefKind::List(inner) => format!("list<{}>", word(resolve, inner)),
        TypeDefKind::Tuple(tuple) => {
            format!(
                "tuple<{}>",
                tuple
                    .types
                    .iter()
                    .map(|ty| word(resolve, ty))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        TypeDefKind::Type(inner) => word(resolve, inner),
        _ => definition.name.clone().unwrap(),
    }
}

// ---------------------------------------------------------------- our types

fn definitions_of_ours() -> Definitions {
    let mut notes = Notes::default();
    // Every run visits one case of each variant; cases that are new send it round again.
    loop {
        notes.again = false;
        for root in [
            ask::<Manifest>,
            ask::<Blueprint>,
            ask::<Argument>,
            ask::<Target>,
            ask::<Dependency>,
            ask::<Diagnostic>,
        ] {
            root(&mut notes);
        }
        if !notes.again {
            break;
        }
    }
    let cases = notes.cases.into_iter().map(|(name, cases)| {
        (
            name,
            cases
                .into_iter()
                .map(|(case, payload)| format!("{case}{}", payload.unwrap_or_default()))
                .collect(),
        )
    });
    notes.records.into_iter().chain(cases).collect()
}

// ------------------------------------------------------------ the first case

/// Asserts that a type's default is the first case of its WIT type, which is what an unset field is.
fn check_default<T: Default + PartialEq + std::fmt::Debug + for<'de> Deserialize<'de>>(name: &str) {
    let definitions = definitions_of_wit();
    let first = definitions[name][0].as_str();
    let first: StrDeserializer<'_, Error> = first.into_deserializer();
    assert_eq!(T::deserialize(first).unwrap(), T::default(), "{name}");
}

#[test]
fn defaults_are_first_cases() {
    use host_core::spec;

    check_default::<host_core::diag::Severity>("severity");
    check_default::<spec::ParameterType>("parameter-type");
    check_default::<spec::RollbackClass>("rollback-class");
    check_default::<spec::TransportProtocol>("transport-protocol");
    check_default::<spec::Scheme>("scheme");
    check_default::<spec::ListenerProtocol>("listener-protocol");
    check_default::<spec::LoadBalancer>("load-balancer");
}
