//! Builds a value of a guest's own type, by field name.
//!
//! A field that only the guest's type has is filled with the value that says
//! nothing; one that only ours has is left out.

use serde_json::Value;
use wasmtime::component::{Type, Val};

/// The value of type `ty` that `json` says, in the spelling of our types: records are objects, cases are their names
/// or objects of one member.
pub(super) fn write(json: &Value, ty: &Type) -> Result<Val, String> {
    let mismatch = || format!("it takes a {} where this host gives {json}", name(ty));
    Ok(match ty {
        Type::Bool => Val::Bool(json.as_bool().ok_or_else(mismatch)?),
        Type::S32 => Val::S32(number(json).ok_or_else(mismatch)?),
        Type::U32 => Val::U32(number(json).ok_or_else(mismatch)?),
        Type::S64 => Val::S64(number(json).ok_or_else(mismatch)?),
        Type::U64 => Val::U64(number(json).ok_or_else(mismatch)?),
        Type::S16 => Val::S16(number(json).ok_or_else(mismatch)?),
        Type::U16 => Val::U16(number(json).ok_or_else(mismatch)?),
        Type::String => Val::String(json.as_str().ok_or_else(mismatch)?.to_owned()),
        Type::Option(option) => Val::Option(match json {
            Value::Null => None,
            some => Some(Box::new(write(some, &option.ty())?)),
        }),
        Type::List(list) => {
            let items = json.as_array().ok_or_else(mismatch)?;
            let ty = list.ty();
            Val::List(
                items
                    .iter()
                    .map(|item| write(item, &ty))
                    .collect::<Result<_, _>>()?,
            )
        }
        Type::Tuple(tuple) => {
            let items = json
                .as_array()
                .filter(|items| items.len() == tuple.types().len())
                .ok_or_else(mismatch)?;
            Val::Tuple(
                items
                    .iter()
                    .zip(tuple.types())
                    .map(|(item, ty)| write(item, &ty))
                    .collect::<Result<_, _>>()?,
            )
        }
        Type::Record(record) => {
            let members = json.as_object().ok_or_else(mismatch)?;
            let field = |field: wasmtime::component::types::Field<'_>| {
                let value = members
                    .get(field.name)
                    .map_or_else(|| zero(&field.ty), |json| write(json, &field.ty));
                Ok((field.name.to_owned(), value?))
            };
            Val::Record(record.fields().map(field).collect::<Result<_, String>>()?)
        }
        Type::Enum(cases) => {
            let case = json.as_str().ok_or_else(mismatch)?;
            if !cases.names().any(|name| name == case) {
                return Err(format!("its enum has no case `{case}`"));
            }
            Val::Enum(case.to_owned())
        }
        Type::Variant(variant) => {
            let (name, payload) = tagged(json).ok_or_else(mismatch)?;
            let case = variant.cases().find(|case| case.name == name);
            let case = case.ok_or_else(|| format!("its variant has no case `{name}`"))?;
            let payload = match (case.ty, payload) {
                (Some(ty), Some(payload)) => Some(Box::new(write(payload, &ty)?)),
                (Some(ty), None) => Some(Box::new(zero(&ty)?)),
                (None, _) => None,
            };
            Val::Variant(name.to_owned(), payload)
        }
        other => zero(other)?,
    })
}

/// The value that says nothing: zero, empty, absent, the first case.
pub(super) fn zero(ty: &Type) -> Result<Val, String> {
    Ok(match ty {
        Type::Bool => Val::Bool(false),
        Type::S8 => Val::S8(0),
        Type::U8 => Val::U8(0),
        Type::S16 => Val::S16(0),
        Type::U16 => Val::U16(0),
        Type::S32 => Val::S32(0),
        Type::U32 => Val::U32(0),
        Type::S64 => Val::S64(0),
        Type::U64 => Val::U64(0),
        Type::Float32 => Val::Float32(0.0),
        Type::Float64 => Val::Float64(0.0),
        Type::Char => Val::Char('\0'),
        Type::String => Val::String(String::new()),
        Type::List(_) => Val::List(Vec::new()),
        Type::Map(_) => Val::Map(Vec::new()),
        Type::Flags(_) => Val::Flags(Vec::new()),
        Type::Option(_) => Val::Option(None),
        Type::Record(record) => Val::Record(
            record
                .fields()
                .map(|field| Ok((field.name.to_owned(), zero(&field.ty)?)))
                .collect::<Result<_, String>>()?,
        ),
        Type::Tuple(tuple) => Val::Tuple(
            tuple
                .types()
                .map(|ty| zero(&ty))
                .collect::<Result<_, _>>()?,
        ),
        Type::Enum(cases) => Val::Enum(cases.names().next().unwrap_or_default().to_owned()),
        Type::Variant(variant) => {
            let first = variant.cases().next().ok_or("its variant has no case")?;
            Val::Variant(
                first.name.to_owned(),
                first.ty.map(|ty| zero(&ty).map(Box::new)).transpose()?,
            )
        }
        other => {
            return Err(format!(
                "it takes a {}, which this host cannot make",
                name(other)
            ));
        }
    })
}

fn number<T: TryFrom<i64>>(json: &Value) -> Option<T> {
    json.as_i64().and_then(|number| T::try_from(number).ok())
}

/// The name and the payload of a case: `"absent"`, or `{"text": "…"}`.
fn tagged(json: &Value) -> Option<(&str, Option<&Value>)> {
    match json {
        Value::String(name) => Some((name, None)),
        Value::Object(members) if members.len() == 1 => members
            .iter()
            .next()
            .map(|(name, payload)| (name.as_str(), Some(payload))),
        _ => None,
    }
}

/// The component model's word for a type.
fn name(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::S8
        | Type::U8
        | Type::S16
        | Type::U16
        | Type::S32
        | Type::U32
        | Type::S64
        | Type::U64 => "number",
        Type::Float32 | Type::Float64 => "float",
        Type::Char => "char",
        Type::String => "string",
        Type::List(_) => "list",
        Type::Map(_) => "map",
        Type::Record(_) => "record",
        Type::Tuple(_) => "tuple",
        Type::Variant(_) => "variant",
        Type::Enum(_) => "enum",
        Type::Option(_) => "option",
        Type::Result(_) => "result",
        Type::Flags(_) => "set of flags",
        Type::Own(_) | Type::Borrow(_) => "resource",
        Type::Future(_) => "future",
        Type::Stream(_) => "stream",
        Type::ErrorContext => "error context",
        Type::FixedLengthList(_) => "list of fixed length",
    }
}
