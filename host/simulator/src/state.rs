//! The account as a file: loaded before the first call, written after each that changes it.
