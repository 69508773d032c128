//! Reads a component's value into one of our types, by field name.
//!
//! A field that our type has and the value has not takes its default. A field that
//! only the value has is passed over while it says nothing; one that is set is
//! [`Mismatch::UnknownField`], and never ignored.

use std::fmt;
use std::iter::Enumerate;
use std::vec::IntoIter;

use serde::de::value::{StrDeserializer, StringDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use wasmtime::component::Val;

use super::place::{Place, Step, is_unset};

/// Why a value does not fit one of our types.
#[derive(Debug)]
pub(super) enum Mismatch {
    /// It has a field that our type has not, at the end of the path.
    UnknownField,
    /// It has a case of this name, which our type has not.
    UnknownCase(String),
    /// Anything else, in serde's words.
    Other(String),
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownField => formatter.write_str("the field is not known"),
            Self::UnknownCase(name) => write!(formatter, "the case `{name}` is not known"),
            Self::Other(reason) => formatter.write_str(reason),
        }
    }
}

impl std::error::Error for Mismatch {}

impl Error for Mismatch {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::Other(reason.to_string())
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::UnknownField
    }

    fn unknown_variant(variant: &str, _: &'static [&'static str]) -> Self {
        Self::UnknownCase(variant.to_owned())
    }
}

/// A value, and where it stands in the guest's own type.
pub(super) struct Reader<'a> {
    pub(super) value: Val,
    pub(super) place: Place<'a>,
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let Self { value, place } = self;
        match value {
            Val::Bool(it) => visitor.visit_bool(it),
            Val::S8(it) => visitor.visit_i8(it),
            Val::U8(it) => visitor.visit_u8(it),
            Val::S16(it) => visitor.visit_i16(it),
            Val::U16(it) => visitor.visit_u16(it),
            Val::S32(it) => visitor.visit_i32(it),
            Val::U32(it) => visitor.visit_u32(it),
            Val::S64(it) => visitor.visit_i64(it),
            Val::U64(it) => visitor.visit_u64(it),
            Val::Float32(it) => visitor.visit_f32(it),
            Val::Float64(it) => visitor.visit_f64(it),
            Val::Char(it) => visitor.visit_char(it),
            Val::String(it) | Val::Enum(it) => visitor.visit_string(it),
            Val::List(items) | Val::FixedLengthList(items) | Val::Tuple(items) => visitor
                .visit_seq(Items {
                    items: items.into_iter().enumerate(),
                    place: &place,
                }),
            Val::Record(members) => visitor.visit_map(Record::new(members, &place, None)),
            Val::Option(None) => visitor.visit_none(),
            Val::Option(Some(value)) => Reader {
                value: *value,
                place: place.within(Step::Some),
            }
            .deserialize_any(visitor),
            other => Err(Mismatch::Other(format!(
                "a {} has no place here",
                kind(&other)
            ))),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.value {
            Val::Option(None) => visitor.visit_none(),
            Val::Option(Some(value)) => visitor.visit_some(Reader {
                value: *value,
                place: self.place.within(Step::Some),
            }),
            // Optional here, and always given there.
            value => visitor.visit_some(Reader {
                value,
                place: self.place,
            }),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.value {
            Val::Record(members) => {
                visitor.visit_map(Record::new(members, &self.place, Some(fields)))
            }
            value => Reader {
                value,
                place: self.place,
            }
            .deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.value {
            Val::Enum(name) => visitor.visit_enum(Case {
                name: &name,
                payload: None,
            }),
            Val::Variant(name, payload) => {
                let place = self.place.within(Step::Case(&name));
                let payload = payload.map(|value| Reader {
                    value: *value,
                    place,
                });
                visitor.visit_enum(Case {
                    name: &name,
                    payload,
                })
            }
            other => Err(Mismatch::Other(format!(
                "a {} stands where a variant belongs",
                kind(&other)
            ))),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// The fields of a record, without those that say nothing.
struct Record<'a> {
    members: Enumerate<IntoIter<(String, Val)>>,
    /// The fields of our type; `None` where all are taken.
    known: Option<&'static [&'static str]>,
    place: &'a Place<'a>,
    /// The value whose name was given last.
    value: Option<Reader<'a>>,
}

impl<'a> Record<'a> {
    fn new(
        members: Vec<(String, Val)>,
        place: &'a Place<'a>,
        known: Option<&'static [&'static str]>,
    ) -> Self {
        Self {
            members: members.into_iter().enumerate(),
            known,
            place,
            value: None,
        }
    }

    fn is_known(&self, name: &str) -> bool {
        self.known.is_none_or(|known| known.contains(&name))
    }
}

impl<'de> MapAccess<'de> for Record<'_> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mismatch> {
        while let Some((index, (name, value))) = self.members.next() {
            let place = self.place.within(Step::Field(index));
            if matches!(value, Val::Option(None))
                || (!self.is_known(&name) && is_unset(&value, &place))
            {
                continue;
            }
            self.value = Some(Reader { value, place });
            let name: StringDeserializer<Mismatch> = name.into_deserializer();
            return seed.deserialize(name).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        let value = self
            .value
            .take()
            .ok_or_else(|| Mismatch::Other("a field without a value".to_owned()))?;
        seed.deserialize(value)
    }
}

/// The items of a list or a tuple.
struct Items<'a> {
    items: Enumerate<IntoIter<Val>>,
    place: &'a Place<'a>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Mismatch> {
        let Some((index, value)) = self.items.next() else {
            return Ok(None);
        };
        seed.deserialize(Reader {
            value,
            place: self.place.within(Step::Item(index)),
        })
        .map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// A case of a variant or an enum.
struct Case<'a> {
    name: &'a str,
    payload: Option<Reader<'a>>,
}

impl<'de, 'a> EnumAccess<'de> for Case<'a> {
    type Error = Mismatch;
    type Variant = Payload<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Payload<'a>), Mismatch> {
        let name: StrDeserializer<'_, Mismatch> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, Payload(self.payload)))
    }
}

/// What a case carries.
struct Payload<'a>(Option<Reader<'a>>);

impl<'de> VariantAccess<'de> for Payload<'_> {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        match self.0 {
            Some(reader) if !is_unset(&reader.value, &reader.place) => Err(Mismatch::Other(
                "the case carries a value, and none was expected".to_owned(),
            )),
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mismatch> {
        match self.0 {
            Some(reader) => seed.deserialize(reader),
            None => Err(Mismatch::Other(
                "the case carries no value, and one was expected".to_owned(),
            )),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Mismatch> {
        Err(Mismatch::Other(
            "no case of the contract carries several values".to_owned(),
        ))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Mismatch> {
        Err(Mismatch::Other(
            "no case of the contract carries named values".to_owned(),
        ))
    }
}

/// The component model's word for a value.
fn kind(value: &Val) -> &'static str {
    match value {
        Val::Bool(_) => "bool",
        Val::Char(_) => "char",
        Val::String(_) => "string",
        Val::List(_) | Val::FixedLengthList(_) => "list",
        Val::Map(_) => "map",
        Val::Record(_) => "record",
        Val::Tuple(_) => "tuple",
        Val::Variant(..) => "variant",
        Val::Enum(_) => "enum",
        Val::Option(_) => "option",
        Val::Result(_) => "result",
        Val::Flags(_) => "set of flags",
        Val::Resource(_) | Val::Future(_) | Val::Stream(_) | Val::ErrorContext(_) => "resource",
        _ => "number",
    }
}
