//! A deserializer that gives whatever is asked for, and writes down what that was.

use std::collections::BTreeMap;

use serde::de::value::{Error, StrDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer,
    MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::Definitions;

/// What was asked for so far.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) records: Definitions,
    /// The cases of each enum and variant, with what they carry once they were visited.
    pub(super) cases: BTreeMap<String, Vec<(&'static str, Option<String>)>>,
    pub(super) again: bool,
}

pub(super) fn ask<'de, T: Deserialize<'de>>(notes: &mut Notes) {
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
        let mut lines = Vec::new();
        let value = visitor.visit_map(Record {
            notes: self.notes,
            lines: &mut lines,
            fields: fields.iter(),
            name: "",
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
            name: case,
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
    lines: &'a mut Vec<String>,
    fields: std::slice::Iter<'static, &'static str>,
    /// The field that was given last.
    name: &'static str,
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
        self.name = field;
        let name: StrDeserializer<'_, Error> = field.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let mut word = String::new();
        let value = seed.deserialize(Question {
            notes: self.notes,
            word: &mut word,
        })?;
        self.lines.push(format!("{}: {word}", self.name));
        Ok(value)
    }
}

struct Case<'a> {
    notes: &'a mut Notes,
    payload: &'a mut String,
    name: &'static str,
}

impl<'de> EnumAccess<'de> for Case<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name: StrDeserializer<'_, Error> = self.name.into_deserializer();
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
