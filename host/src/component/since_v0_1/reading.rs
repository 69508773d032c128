//! Reads a component's value into one of our types, by field name.
//!
//! A field that our type has and the value has not takes its default. A field that
//! only the value has is passed over while it says nothing; one that is set is
//! [`Mismatch::Unknown`], and never ignored.

use std::fmt;
use std::vec::IntoIter;

use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use wasmtime::component::{Type, Val};

/// Why a value does not fit one of our types.
#[derive(Debug)]
pub(super) enum Mismatch {
    /// It has a field or a case of this name, which our type has not.
    Unknown(String),
    /// Anything else, in serde's words.
    Other(String),
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(formatter, "`{name}` is not known"),
            Self::Other(reason) => formatter.write_str(reason),
        }
    }
}

impl std::error::Error for Mismatch {}

impl Error for Mismatch {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::Other(reason.to_string())
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::Unknown(field.to_owned())
    }

    fn unknown_variant(variant: &str, _: &'static [&'static str]) -> Self {
        Self::Unknown(variant.to_owned())
    }
}

/// A value, and the guest's own type of it.
pub(super) struct Reader {
    pub(super) value: Val,
    pub(super) ty: Type,
}

impl<'de> Deserializer<'de> for Reader {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.value {
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
            Val::List(items) | Val::FixedLengthList(items) => visitor.visit_seq(Items::of_list(items, &self.ty)),
            Val::Tuple(items) => visitor.visit_seq(Items::of_tuple(items, &self.ty)),
            Val::Record(fields) => visitor.visit_map(Fields::new(fields, &self.ty, None)),
            Val::Option(None) => visitor.visit_none(),
            Val::Option(Some(value)) => Reader { value: *value, ty: inner(&self.ty) }.deserialize_any(visitor),
            other => Err(Mismatch::Other(format!("a {} has no place here", kind(&other)))),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.value {
            Val::Option(None) => visitor.visit_none(),
            Val::Option(Some(value)) => visitor.visit_some(Reader { value: *value, ty: inner(&self.ty) }),
            value => visitor.visit_some(Reader { value, ty: self.ty }),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.value {
            Val::Record(values) => visitor.visit_map(Fields::new(values, &self.ty, Some(fields))),
            value => Reader { value, ty: self.ty }.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.value {
            Val::Enum(name) => visitor.visit_enum(Case { name, payload: None }),
            Val::Variant(name, payload) => {
                let payload = payload.map(|value| Reader { ty: case_type(&self.ty, &name), value: *value });
                visitor.visit_enum(Case { name, payload })
            }
            other => Err(Mismatch::Other(format!("a {} stands where a variant belongs", kind(&other)))),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Mismatch> for Reader {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The fields of a record, without those that say nothing.
struct Fields {
    fields: std::iter::Zip<IntoIter<(String, Val)>, IntoIter<Type>>,
    known: Option<&'static [&'static str]>,
    value: Option<Reader>,
}

impl Fields {
    fn new(fields: Vec<(String, Val)>, ty: &Type, known: Option<&'static [&'static str]>) -> Self {
        let types: Vec<Type> = match ty {
            Type::Record(record) => record.fields().map(|field| field.ty).collect(),
            _ => vec![Type::Bool; fields.len()],
        };
        Self { fields: fields.into_iter().zip(types), known, value: None }
    }

    fn is_known(&self, name: &str) -> bool {
        self.known.is_none_or(|known| known.contains(&name))
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        while let Some(((name, value), ty)) = self.fields.next() {
            if matches!(value, Val::Option(None)) || (!self.is_known(&name) && is_unset(&value, &ty)) {
                continue;
            }
            self.value = Some(Reader { value, ty });
            let name: StringDeserializer<Mismatch> = name.into_deserializer();
            return seed.deserialize(name).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        let value = self.value.take().ok_or_else(|| Mismatch::Other("a field without a value".to_owned()))?;
        seed.deserialize(value)
    }
}

/// The items of a list or a tuple.
struct Items {
    items: IntoIter<Val>,
    types: Types,
}

enum Types {
    Same(Type),
    Each(IntoIter<Type>),
}

impl Items {
    fn of_list(items: Vec<Val>, ty: &Type) -> Self {
        let types = match ty {
            Type::List(list) => list.ty(),
            Type::FixedLengthList(list) => list.ty(),
            _ => Type::Bool,
        };
        Self { items: items.into_iter(), types: Types::Same(types) }
    }

    fn of_tuple(items: Vec<Val>, ty: &Type) -> Self {
        let types = match ty {
            Type::Tuple(tuple) => Types::Each(tuple.types().collect::<Vec<_>>().into_iter()),
            _ => Types::Same(Type::Bool),
        };
        Self { items: items.into_iter(), types }
    }
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        let Some(value) = self.items.next() else { return Ok(None) };
        let ty = match &mut self.types {
            Types::Same(ty) => ty.clone(),
            Types::Each(types) => types.next().unwrap_or(Type::Bool),
        };
        seed.deserialize(Reader { value, ty }).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// A case of a variant or an enum.
struct Case {
    name: String,
    payload: Option<Reader>,
}

impl<'de> EnumAccess<'de> for Case {
    type Error = Mismatch;
    type Variant = Payload;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Payload), Mismatch> {
        let name: StringDeserializer<Mismatch> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, Payload(self.payload)))
    }
}

/// What a case carries.
struct Payload(Option<Reader>);

impl<'de> VariantAccess<'de> for Payload {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        match self.0 {
            Some(reader) if !is_unset(&reader.value, &reader.ty) => {
                Err(Mismatch::Other("the case carries a value, and none was expected".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mismatch> {
        match self.0 {
            Some(reader) => seed.deserialize(reader),
            None => Err(Mismatch::Other("the case carries no value, and one was expected".to_owned())),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        self.newtype_variant_seed(std::marker::PhantomData::<()>)?;
        visitor.visit_unit()
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Mismatch> {
        self.newtype_variant_seed(std::marker::PhantomData::<()>)?;
        visitor.visit_unit()
    }
}

/// Whether a value says nothing: what a recipe must write into a field that it does not use.
fn is_unset(value: &Val, ty: &Type) -> bool {
    match (value, ty) {
        (Val::Bool(it), _) => !it,
        (Val::S8(it), _) => *it == 0,
        (Val::U8(it), _) => *it == 0,
        (Val::S16(it), _) => *it == 0,
        (Val::U16(it), _) => *it == 0,
        (Val::S32(it), _) => *it == 0,
        (Val::U32(it), _) => *it == 0,
        (Val::S64(it), _) => *it == 0,
        (Val::U64(it), _) => *it == 0,
        (Val::Float32(it), _) => *it == 0.0,
        (Val::Float64(it), _) => *it == 0.0,
        (Val::Char(it), _) => *it == '\0',
        (Val::String(it), _) => it.is_empty(),
        (Val::Flags(it), _) => it.is_empty(),
        (Val::List(it), _) => it.is_empty(),
        (Val::Map(it), _) => it.is_empty(),
        (Val::Option(it), _) => it.is_none(),
        (Val::Record(fields), Type::Record(record)) => {
            fields.iter().zip(record.fields()).all(|((_, value), field)| is_unset(value, &field.ty))
        }
        (Val::Tuple(items), Type::Tuple(tuple)) => {
            items.iter().zip(tuple.types()).all(|(value, ty)| is_unset(value, &ty))
        }
        (Val::Enum(name), Type::Enum(cases)) => cases.names().next() == Some(name),
        (Val::Variant(name, payload), Type::Variant(variant)) => variant.cases().next().is_some_and(|first| {
            first.name == name
                && match (payload, first.ty) {
                    (Some(value), Some(ty)) => is_unset(value, &ty),
                    _ => true,
                }
        }),
        _ => false,
    }
}

fn inner(ty: &Type) -> Type {
    match ty {
        Type::Option(option) => option.ty(),
        _ => Type::Bool,
    }
}

fn case_type(ty: &Type, name: &str) -> Type {
    match ty {
        Type::Variant(variant) => {
            variant.cases().find(|case| case.name == name).and_then(|case| case.ty).unwrap_or(Type::Bool)
        }
        _ => Type::Bool,
    }
}

/// The component model's word for a value.
fn kind(value: &Val) -> &'static str {
    match value {
        Val::Bool(_) => "bool",
        Val::S8(_) | Val::U8(_) | Val::S16(_) | Val::U16(_) => "number",
        Val::S32(_) | Val::U32(_) | Val::S64(_) | Val::U64(_) | Val::Float32(_) | Val::Float64(_) => "number",
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
        Val::Flags(_) => "flags",
        Val::Resource(_) | Val::Future(_) | Val::Stream(_) | Val::ErrorContext(_) => "resource",
    }
}
