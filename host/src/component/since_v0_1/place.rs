//! Where a value stands in the guest's own type, and whether it says nothing there.
//!
//! Values carry the names of their fields and cases, but not which case is the
//! first. The type knows; it is only looked up for fields that our types have not,
//! which are few.

use wasmtime::component::{Type, Val};

/// Where a value stands: the whole of a type, or a part of another place.
pub(super) enum Place<'a> {
    Whole(&'a Type),
    Part(&'a Self, Step<'a>),
}

/// From a place to one inside it.
pub(super) enum Step<'a> {
    Field(usize),
    Item(usize),
    Some,
    Case(&'a str),
}

impl<'a> Place<'a> {
    /// The place one step further inside.
    pub(super) fn within(&'a self, step: Step<'a>) -> Self {
        Self::Part(self, step)
    }

    /// The type at this place.
    fn ty(&self) -> Option<Type> {
        let (outer, step) = match self {
            Self::Whole(ty) => return Some((*ty).clone()),
            Self::Part(outer, step) => (outer.ty()?, step),
        };
        match (outer, step) {
            (Type::Record(record), Step::Field(index)) => {
                record.fields().nth(*index).map(|field| field.ty)
            }
            (Type::List(list), Step::Item(_)) => Some(list.ty()),
            (Type::FixedLengthList(list), Step::Item(_)) => Some(list.ty()),
            (Type::Tuple(tuple), Step::Item(index)) => tuple.types().nth(*index),
            (Type::Option(option), Step::Some) => Some(option.ty()),
            (Type::Variant(variant), Step::Case(name)) => variant
                .cases()
                .find(|case| case.name == *name)
                .and_then(|case| case.ty),
            _ => None,
        }
    }
}

/// Whether a value says nothing: what a recipe must write into a field that it does not use.
pub(super) fn is_unset(value: &Val, place: &Place) -> bool {
    place.ty().is_some_and(|ty| is_zero(value, &ty))
}

fn is_zero(value: &Val, ty: &Type) -> bool {
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
        (Val::Record(fields), Type::Record(record)) => fields
            .iter()
            .zip(record.fields())
            .all(|((_, value), field)| is_zero(value, &field.ty)),
        (Val::Tuple(items), Type::Tuple(tuple)) => items
            .iter()
            .zip(tuple.types())
            .all(|(value, ty)| is_zero(value, &ty)),
        (Val::Enum(name), Type::Enum(cases)) => cases.names().next() == Some(name),
        (Val::Variant(name, payload), Type::Variant(variant)) => {
            variant.cases().next().is_some_and(|first| {
                first.name == name
                    && match (payload, first.ty) {
                        (Some(value), Some(ty)) => is_zero(value, &ty),
                        _ => true,
                    }
            })
        }
        _ => false,
    }
}
