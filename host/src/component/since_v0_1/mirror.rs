//! Holds the core's types to the text of the contract, field by field.
//!
//! Our types say by their own `Deserialize` what they read: a deserializer that
//! has nothing to give writes down what it is asked for. That, and the WIT, are
//! both put as text, and are equal.

use std::collections::BTreeMap;

use host_core::diag::Diagnostic;
use host_core::spec::{Argument, Blueprint, Dependency, Manifest, Target};
use serde::de::value::{Error, StrDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer,
    MapAccess, SeqAccess, VariantAccess, Visitor,
};
use wit_parser::{Resolve, Type, TypeDefKind};

const CONTRACT: &str = include_str!("../../../../wit/v0.1/recipe.wit");

/// The definitions of types by name, each one line for each field or case.
type Definitions = BTreeMap<String, String>;

#[test]
fn our_types_are_those_of_the_contract() {
    let ours: Vec<String> = definitions_of_ours()
        .into_iter()
        .map(|(name, lines)| format!("{name}\n{lines}"))
        .collect();
    let theirs: Vec<String> = definitions_of_wit()
        .into_iter()
        .map(|(name, lines)| format!("{name}\n{lines}"))
        .collect();
    assert!(ours.len() > 40, "{ours:?}");
    expect_test::expect![[""]].assert_eq(&difference(&ours, &theirs));
}

/// What one side says and the other does not.
fn difference(ours: &[String], theirs: &[String]) -> String {
    let only = |side: &str, these: &[String], those: &[String]| -> String {
        these
            .iter()
            .filter(|it| !those.contains(it))
            .map(|it| format!("only {side}: {it}\n"))
            .collect()
    };
    only("in host-core", ours, theirs) + &only("in recipe.wit", theirs, ours)
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
fn definition(resolve: &Resolve, kind: &TypeDefKind) -> Option<String> {
    Some(match kind {
        TypeDefKind::Record(record) => record
            .fields
            .iter()
            .map(|field| format!("  {}: {}\n", field.name, word(resolve, &field.ty)))
            .collect(),
        TypeDefKind::Enum(cases) => cases
            .cases
            .iter()
            .map(|case| format!("  {}\n", case.name))
            .collect(),
        TypeDefKind::Variant(variant) => variant
            .cases
            .iter()
            .map(|case| match &case.ty {
                Some(ty) => format!("  {}({})\n", case.name, word(resolve, ty)),
                None => format!("  {}\n", case.name),
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
                .map(|(case, payload)| format!("  {case}{}\n", payload.unwrap_or_default()))
                .collect(),
        )
    });
    notes.records.into_iter().chain(cases).collect()
}

/// What was asked for so far.
#[derive(Default)]
struct Notes {
    records: Definitions,
    /// The cases of each enum and variant, with what they carry once they were visited.
    cases: BTreeMap<String, Vec<(&'static str, Option<String>)>>,
    again: bool,
}

fn ask<'de, T: Deserialize<'de>>(notes: &mut Notes) {
    T::deserialize(Question {
        notes,
        word: &mut String::new(),
    })
    .map(drop)
    .unwrap();
}

/// Gives whatever is asked for, and writes down its word.
struct Question<'a> {
    notes: &'a mut Notes,
    word: &'a mut String,
}

fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

impl<'de> Deserializer<'de> for Question<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("asked for a type that the contract has not"))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        "bool".clone_into(self.word);
        visitor.visit_bool(false)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        "u32".clone_into(self.word);
        visitor.visit_u32(0)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        "s32".clone_into(self.word);
        visitor.visit_i32(0)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        "string".clone_into(self.word);
        visitor.visit_str("")
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut inner = String::new();
        let value = visitor.visit_some(Question {
            notes: self.notes,
            word: &mut inner,
        });
        *self.word = format!("option<{inner}>");
        value
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut words = Vec::new();
        let value = visitor.visit_seq(Members {
            notes: self.notes,
            words: &mut words,
            left: 1,
        });
        *self.word = format!("list<{}>", words.join(", "));
        value
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut words = Vec::new();
        let value = visitor.visit_seq(Members {
            notes: self.notes,
            words: &mut words,
            left: length,
        });
        *self.word = format!("tuple<{}>", words.join(", "));
        value
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut lines = String::new();
        let value = visitor.visit_map(Record {
            notes: self.notes,
            lines: &mut lines,
            fields: fields.iter(),
            field: "",
        });
        *self.word = kebab(name);
        self.notes.records.insert(kebab(name), lines);
        value
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        cases: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        *self.word = kebab(name);
        let known = self
            .notes
            .cases
            .entry(kebab(name))
            .or_insert_with(|| cases.iter().map(|case| (*case, None)).collect());
        // The first that was not visited yet, or any.
        let next = known.iter().position(|(_, payload)| payload.is_none());
        let case = cases[next.unwrap_or(0)];
        let mut payload = String::new();
        let value = visitor.visit_enum(Case {
            notes: self.notes,
            payload: &mut payload,
            case,
        });
        if let (Some(next), Some(known)) = (next, self.notes.cases.get_mut(&kebab(name))) {
            known[next].1 = Some(payload);
            self.notes.again = true;
        }
        value
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i64 i128 u8 u16 u64 u128 f32 f64 char str bytes byte_buf unit unit_struct newtype_struct tuple_struct
        map identifier ignored_any
    }
}

struct Members<'a> {
    notes: &'a mut Notes,
    words: &'a mut Vec<String>,
    left: usize,
}

impl<'de> SeqAccess<'de> for Members<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let mut word = String::new();
        let value = seed.deserialize(Question {
            notes: self.notes,
            word: &mut word,
        })?;
        self.words.push(word);
        Ok(Some(value))
    }
}

struct Record<'a> {
    notes: &'a mut Notes,
    lines: &'a mut String,
    fields: std::slice::Iter<'static, &'static str>,
    field: &'static str,
}

impl<'de> MapAccess<'de> for Record<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(field) = self.fields.next() else {
            return Ok(None);
        };
        self.field = field;
        let name: StrDeserializer<'_, Error> = field.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let mut word = String::new();
        let value = seed.deserialize(Question {
            notes: self.notes,
            word: &mut word,
        })?;
        self.lines.push_str(&format!("  {}: {word}\n", self.field));
        Ok(value)
    }
}

struct Case<'a> {
    notes: &'a mut Notes,
    payload: &'a mut String,
    case: &'static str,
}

impl<'de> EnumAccess<'de> for Case<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name: StrDeserializer<'_, Error> = self.case.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Case<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        let mut word = String::new();
        let value = seed.deserialize(Question {
            notes: self.notes,
            word: &mut word,
        })?;
        *self.payload = format!("({word})");
        Ok(value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("the contract has no case of several values"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        Err(Error::custom("the contract has no case of named values"))
    }
}

// ------------------------------------------------------------ the first case

/// Asserts that a type's default is the first case of its WIT type, which is what an unset field is.
fn check_default<T: Default + PartialEq + std::fmt::Debug + for<'de> Deserialize<'de>>(name: &str) {
    let definitions = definitions_of_wit();
    let first = definitions[name].lines().next().unwrap().trim();
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
