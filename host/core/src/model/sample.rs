//! A value of any record of the contract with every field set.
//!
//! It is made by answering what `serde` asks for: so it knows each field that
//! the types have, and no other, without anybody listing them.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};

/// Makes a `T` with every field set and one element in every list, and notes in
/// `open` the path of every record that has an `extra`.
pub(super) fn fill<'de, T: Deserialize<'de>>(
    path: &str,
    open: &RefCell<BTreeSet<String>>,
) -> Result<T, Error> {
    T::deserialize(Filler {
        path: path.to_owned(),
        open,
    })
}

struct Filler<'a> {
    /// `task-definition.container-definitions[]`.
    path: String,
    open: &'a RefCell<BTreeSet<String>>,
}

impl<'de> Deserializer<'de> for Filler<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom(format!(
            "`{}` is of a type that has no sample",
            self.path
        )))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(true)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_u32(1)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str("sample")
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_tuple(1, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(Elements {
            path: format!("{}[]", self.path),
            open: self.open,
            left: length,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if fields.contains(&"extra") {
            self.open.borrow_mut().insert(self.path.clone());
        }
        visitor.visit_map(Members {
            path: self.path,
            open: self.open,
            fields: fields.iter(),
            value: None,
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let first = variants
            .first()
            .ok_or_else(|| Error::custom(format!("`{name}` has no cases")))?;
        visitor.visit_enum(IntoDeserializer::<Error>::into_deserializer(*first))
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u64 u128 f32 f64 char str bytes byte_buf unit unit_struct
        newtype_struct tuple_struct map identifier ignored_any
    }
}

struct Elements<'a> {
    path: String,
    open: &'a RefCell<BTreeSet<String>>,
    left: usize,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        seed.deserialize(Filler {
            path: self.path.clone(),
            open: self.open,
        })
        .map(Some)
    }
}

struct Members<'a> {
    path: String,
    open: &'a RefCell<BTreeSet<String>>,
    fields: std::slice::Iter<'static, &'static str>,
    value: Option<&'static str>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.value = self.fields.next().copied();
        self.value
            .map(|field| seed.deserialize(StrDeserializer::new(field)))
            .transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let field = self
            .value
            .take()
            .ok_or_else(|| Error::custom("a value was asked for before its key"))?;
        seed.deserialize(Filler {
            path: format!("{}.{field}", self.path),
            open: self.open,
        })
    }
}
