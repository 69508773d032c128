//! The page of permissions is made from the tables that are enforced.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

#[test]
fn the_page_is_made_from_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../PERMISSIONS.md");
    let page = host_core::policy::page();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "`host/PERMISSIONS.md` is out of date; hint: BLESS=1 cargo test --release -p host-core --test permissions"
    );
}
