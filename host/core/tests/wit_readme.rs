//! `wit/README.md` has the table of all AWS fields, and it is the one that this host works by.

use std::path::Path;

const BEGIN: &str = "<!-- fields: begin -->\n";
const END: &str = "<!-- fields: end -->";

#[test]
fn the_table_of_fields_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text
        .split_once(BEGIN)
        .expect("the file has the line that begins the table");
    let (table, after) = rest
        .split_once(END)
        .expect("the file has the line that ends the table");
    let wanted = format!("\n{}\n", host_core::model::field_table());
    if std::env::var_os("BLESS").is_some_and(|it| it == "1") {
        std::fs::write(&path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
        return;
    }
    let different = table
        .lines()
        .zip(wanted.lines())
        .find(|(has, wants)| has != wants);
    assert!(
        table == wanted,
        "the table of fields in wit/README.md is out of date (first difference, old and new: {different:?})\n\
         hint: run `BLESS=1 cargo test --release -p host-core --test wit_readme`, and read what changed"
    );
}
