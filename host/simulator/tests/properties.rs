//! What holds in every account, whatever was called and however time went by.
//!
//! Each seed makes a script, and calls and lets time pass by chance; after each step everything is looked at.

#[cfg(test)]
mod properties {
    mod invariants;
    mod play;
    mod random;
}
