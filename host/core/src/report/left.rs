//! What stays when everything else of a service is deleted: data, and load balancers that are not the host's.

use serde_json::{Value, json};

use super::text::{Line, Text, Tone, table};
use crate::plan::Doomed;

/// When it is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    /// Before anything is deleted.
    Before,
    /// When everything else is gone.
    After,
}

/// Whether data stays.
pub fn has_data(doomed: &[Doomed]) -> bool {
    doomed.iter().any(|it| !it.leaves.is_empty())
}

/// A heading for each kind, and a line for each place; nothing where nothing stays.
pub fn text(when: When, doomed: &[Doomed]) -> Text {
    let data = doomed
        .iter()
        .flat_map(|it| it.leaves.iter().map(|kept| (&it.name, kept)))
        .map(|(name, kept)| vec![format!("  {name}"), kept.volume.clone(), kept.place.clone()]);
    let balancers = doomed
        .iter()
        .flat_map(|it| &it.spares)
        .map(|(name, why)| vec![format!("  load balancer {name}: it {why}")]);
    let (of_data, of_balancers) = match when {
        When::Before => ("Data that stays:", "What stays, because it is not host's:"),
        When::After => (
            "Data that is left:",
            "What is left, because it is not host's:",
        ),
    };
    let mut text = under(of_data, &data.collect::<Vec<_>>());
    text.append(under(of_balancers, &balancers.collect::<Vec<_>>()));
    text
}

fn under(heading: &str, rows: &[Vec<String>]) -> Text {
    if rows.is_empty() {
        return Text::default();
    }
    let mut text = Text::from(Line::new(Tone::Strong, heading));
    for line in table(rows) {
        text.push(Line::plain(line));
    }
    text
}

/// `[{"service", "volume", "place"}, …, {"service", "load_balancer", "why"}, …]`, for programs.
pub fn json(doomed: &[Doomed]) -> Value {
    let data = doomed
        .iter()
        .flat_map(|it| it.leaves.iter().map(|kept| (&it.name, kept)))
        .map(|(name, kept)| json!({"service": name, "volume": kept.volume, "place": kept.place}));
    let balancers = doomed
        .iter()
        .flat_map(|it| it.spares.iter().map(|stays| (&it.name, stays)))
        .map(|(name, (balancer, why))| {
            json!({"service": name, "load_balancer": balancer, "why": format!("it {why}")})
        });
    data.chain(balancers).collect()
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
            spares: [("es-elb".into(), "has no tags of host".into())].into(),
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
            What is left, because it is not host's:
              load balancer es-elb: it has no tags of host
        "]]
        .assert_eq(&text(When::After, &doomed).to_string());
        assert_eq!(
            json(&doomed)[2],
            json!({"service": "mysql", "volume": "mysql-data", "place": "EFS fs-1234:/"})
        );
        assert_eq!(
            json(&doomed)[3],
            json!({"service": "elasticsearch", "load_balancer": "es-elb", "why": "it has no tags of host"})
        );
        let before = text(When::Before, &doomed[..1]).to_string();
        assert!(before.contains("Data that stays:\n") && before.contains("What stays, because"));
        assert!(has_data(&doomed) && !has_data(&doomed[2..]));
        assert!(text(When::After, &[Doomed::default()]).is_empty());
        assert_eq!(json(&[Doomed::default()]), json!([]));
    }
}
