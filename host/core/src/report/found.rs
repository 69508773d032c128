//! Recipes that were found in registries.

use serde_json::{Value, json};

use super::text::{Text, headed};
use crate::registry::index::{Listed, Place};

/// For people: a row for each, with a reference that can be pasted.
pub fn text(all: &[(Place, Listed)]) -> Text {
    if all.is_empty() {
        return Text::default();
    }
    let heads = ["name", "version", "recipe", "summary"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for (place, it) in all {
        rows.push(vec![
            it.name.clone(),
            it.version.clone(),
            place.repository(&it.repository).to_string(),
            it.summary.clone(),
        ]);
    }
    headed(&rows)
}

/// For programs.
pub fn json(place: &Place, it: &Listed) -> Value {
    json!({
        "name": it.name,
        "version": it.version,
        "reference": place.repository(&it.repository).to_string(),
        "summary": it.summary,
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_row_has_what_a_recipe_is_and_where() {
        let place = Place::read("ghcr.io/acme").unwrap();
        let listed = |name: &str, summary: &str| Listed {
            repository: format!("acme/{name}"),
            name: name.into(),
            version: "1.2.0".into(),
            summary: summary.into(),
        };
        let all = [
            (place.clone(), listed("redis", "a store")),
            (place.clone(), listed("elasticsearch", "")),
        ];
        expect![[r#"
            name           version  recipe                            summary
            redis          1.2.0    oci://ghcr.io/acme/redis          a store
            elasticsearch  1.2.0    oci://ghcr.io/acme/elasticsearch
        "#]]
        .assert_eq(&text(&all).to_string());
        assert!(text(&[]).is_empty());
        assert_eq!(
            json(&place, &all[0].1)["reference"],
            "oci://ghcr.io/acme/redis"
        );
    }
}
