//! Bodies of AWS's operations as flat tables, to be compared field by field.

use std::collections::BTreeMap;

use serde_json::Value;

/// Path → value; `portMappings[0].hostPort` → 6379.
pub(crate) type Table = BTreeMap<String, Value>;

/// Flattens a body. AWS takes an absent field, `null`, an empty list and an empty object alike, so none is in the table.
pub(crate) fn flatten(body: &Value) -> Table {
    let mut table = Table::new();
    descend(body, String::new(), &mut table);
    table
}

fn descend(value: &Value, path: String, table: &mut Table) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            let dot = if path.is_empty() { "" } else { "." };
            members
                .iter()
                .for_each(|(name, it)| descend(it, format!("{path}{dot}{name}"), table));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, it)| descend(it, format!("{path}[{index}]"), table));
        }
        leaf => drop(table.insert(path, leaf.clone())),
    }
}

/// `path: before -> after` for whatever is not the same on both sides.
pub(crate) fn differences(before: &Value, after: &Value) -> Vec<String> {
    let (before, after) = (flatten(before), flatten(after));
    let mut paths: Vec<&String> = before.keys().chain(after.keys()).collect();
    paths.sort();
    paths.dedup();
    let shown = |it: Option<&Value>| it.map_or_else(|| "-".to_owned(), Value::to_string);
    let different = paths
        .into_iter()
        .filter(|path| before.get(*path) != after.get(*path));
    different
        .map(|path| {
            format!(
                "{path}: {} -> {}",
                shown(before.get(path)),
                shown(after.get(path))
            )
        })
        .collect()
}

#[test]
fn differences_are_leaves() {
    use serde_json::json;
    let before = json!({"a": [{"b": 1}], "c": [], "d": null, "e": "x"});
    let after = json!({"a": [{"b": 2}, {"b": 3}], "e": "x", "f": {}});
    assert_eq!(
        differences(&before, &after),
        ["a[0].b: 1 -> 2", "a[1].b: - -> 3"]
    );
}
