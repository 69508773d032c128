//! Data that stays when everything else of a service is deleted.

use serde_json::{Value, json};

use super::text::{Line, Text, Tone, table};
use crate::plan::Doomed;

/// A heading, and a line for each place; nothing where no data stays.
pub fn text(heading: &str, doomed: &[Doomed]) -> Text {
    let rows: Vec<Vec<String>> = doomed
        .iter()
        .flat_map(|it| it.leaves.iter().map(|kept| (&it.name, kept)))
        .map(|(name, kept)| vec![format!("  {name}"), kept.volume.clone(), kept.place.clone()])
        .collect();
    if rows.is_empty() {
        return Text::default();
    }
    let mut text = Text::from(Line::new(Tone::Strong, heading));
    for line in table(&rows) {
        text.push(Line::plain(line));
    }
    text
}

/// `[{"service", "volume", "place"}]`, for programs.
pub fn json(doomed: &[Doomed]) -> Value {
    doomed
        .iter()
        .flat_map(|it| it.leaves.iter().map(|kept| (&it.name, kept)))
        .map(|(name, kept)| json!({"service": name, "volume": kept.volume, "place": kept.place}))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::volumes::Kept;

    #[test]
    fn every_place_has_a_line() {
        let kept = |volume: &str, place: &str| Kept {
            volume: volume.into(),
            place: place.into(),
        };
        let mysql = Doomed {
            name: "mysql".into(),
            leaves: vec![
                kept(
                    "mysql-data",
                    "host path /srv/mysql on the container instances",
                ),
                kept("mysql-data", "EFS fs-1234:/"),
            ],
            ..Doomed::default()
        };
        let elasticsearch = Doomed {
            name: "elasticsearch".into(),
            leaves: vec![kept(
                "es-data",
                "docker volume es-data on the container instances",
            )],
            ..Doomed::default()
        };
        let doomed = [elasticsearch, mysql, Doomed::default()];
        expect_test::expect![[r"
            Data that is left:
              elasticsearch  es-data     docker volume es-data on the container instances
              mysql          mysql-data  host path /srv/mysql on the container instances
              mysql          mysql-data  EFS fs-1234:/
        "]]
        .assert_eq(&text("Data that is left:", &doomed).to_string());
        assert_eq!(
            json(&doomed)[2],
            json!({"service": "mysql", "volume": "mysql-data", "place": "EFS fs-1234:/"})
        );
        assert!(text("Data that is left:", &[Doomed::default()]).is_empty());
        assert_eq!(json(&[Doomed::default()]), json!([]));
    }
}
