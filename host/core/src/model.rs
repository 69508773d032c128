//! Our copy of the AWS model: what the five operations take, and who says it.
//!
//! The fields are those of `botocore` 1.43.11; `wit/fields.py` writes them. What
//! the contract types is read off [`crate::spec`] itself, so that there is no
//! second list to keep.

mod check;
mod coverage;
mod path;
mod sample;
mod shape;
mod table;

pub use check::check;
pub use coverage::{Coverage, HOST_OWNED, coverage};
pub use path::{contract_path, normalise_path};
pub use shape::{Field, Kind, fields};
pub(crate) use shape::{OPERATIONS, Shape, find};
pub use table::field_table;

/// What the copy was made from, as findings name it.
pub const SOURCE: &str = "botocore 1.43.11";
