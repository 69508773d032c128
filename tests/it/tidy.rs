//! Rules of the house that no compiler holds.

mod imports;
mod source;
mod tree;
