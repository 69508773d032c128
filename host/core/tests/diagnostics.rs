//! The page of all codes is the catalogue.

use std::fs;
use std::path::Path;

#[test]
fn the_page_is_made_from_the_catalogue() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../DIAGNOSTICS.md");
    let page = host_core::codes::page();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "`host/DIAGNOSTICS.md` is out of date; hint: BLESS=1 cargo test --release -p host-core --test diagnostics"
    );
}
