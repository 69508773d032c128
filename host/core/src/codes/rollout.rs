//! H05xx: a service that does not come up.

use super::Entry;

/// All of this table.
pub const ALL: &[Entry] = &[];
