use std::sync::LazyLock;

use serde_json::{Value, json};

use super::*;
use crate::policy::{Body, asks};
use crate::request::Operation;

fn of(paths: &[&str]) -> Vec<Ask> {
    let volumes: Vec<Value> = paths
        .iter()
        .map(|it| json!({"name": "data", "host": {"sourcePath": it}}))
        .collect();
    let body = json!({ "volumes": volumes });
    asks([Body {
        operation: Operation::RegisterTaskDefinition,
        at: "",
        value: &body,
    }])
}

static PLACE: LazyLock<Place> = LazyLock::new(|| place("host.toml"));

fn place(file: &str) -> Place {
    Place {
        service: "redis".into(),
        file: file.into(),
        ..Place::default()
    }
}

fn next(granted_to: Option<&'static str>) -> Successor<'static> {
    Successor {
        place: &PLACE,
        version: "1.4.0",
        digest: "sha256:new",
        granted_to,
    }
}

#[test]
fn the_same_or_less_goes_on_and_more_stops_with_the_difference() {
    let before = Approval::new("sha256:old", "1.3.0", &of(&["/data", "/logs"]));
    for paths in [
        &["/data", "/logs"] as &[_],
        &["/data"],
        &["/data/redis"],
        &[],
    ] {
        assert_eq!(
            check_successor(&before, &next(None), &of(paths)),
            [],
            "{paths:?}"
        );
    }
    let found = check_successor(
        &before,
        &next(None),
        &of(&["/data", "/var/run/docker.sock"]),
    );
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "task-definition.volumes[1].host.source-path: 1.4.0 newly asks for host path /var/run/docker.sock\n  \
          hint: 1.3.0 did not; if 1.4.0 may, write `granted-to = \"sha256:new\"` under `[services.redis]` of `host.toml`"
        ]
    );
    assert_eq!(found[0].code, Some(codes::NEWLY_ASKS));
    assert!(found[0].is_error());
}

#[test]
fn a_digest_that_is_named_is_approved_and_another_is_not() {
    let before = Approval::new("sha256:old", "1.3.0", &[]);
    let asks = of(&["/etc"]);
    assert_eq!(
        check_successor(&before, &next(Some("sha256:new")), &asks),
        []
    );
    assert_eq!(
        check_successor(&before, &next(Some("sha256:old")), &asks).len(),
        1
    );
}

#[test]
fn the_same_bytes_may_ask_for_what_their_arguments_say() {
    let before = Approval::new("sha256:old", "1.3.0", &of(&["/data"]));
    let asks = of(&["/srv"]);
    assert!(before.beyond("sha256:old", &asks).is_empty());
    assert_eq!(before.beyond("sha256:new", &asks).len(), 1);
}

/// That they ran once, and asked for nothing, does not make other bytes those that the grants name.
#[test]
fn bytes_that_run_have_not_what_was_granted_to_others() {
    let before = Approval::new("sha256:new", "1.4.0", &of(&["/data"]));
    let granted = next(Some("sha256:old"));
    assert_eq!(check_successor(&before, &granted, &of(&["/data"])), []);
    let found = check_successor(&before, &granted, &of(&["/data", "/logs"]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0]
            .message
            .ends_with("host path /logs, and what is granted was granted to sha256:old"),
        "{}",
        found[0].message
    );
    for granted_to in [None, Some("sha256:new")] {
        let more = of(&["/data", "/logs"]);
        assert_eq!(check_successor(&before, &next(granted_to), &more), []);
    }
}

#[test]
fn a_wider_ask_is_more() {
    let before = Approval::new("sha256:old", "1.3.0", &of(&["/data/redis"]));
    assert_eq!(
        check_successor(&before, &next(None), &of(&["/data"])).len(),
        1
    );
}

#[test]
fn a_record_is_kept_as_text() {
    let before = Approval::new("sha256:old", "1.3.0", &of(&["/logs", "/data", "/data"]));
    let text = r#"{"digest":"sha256:old","version":"1.3.0","grants":["host-path:/data:rw","host-path:/logs:rw"]}"#;
    assert_eq!(serde_json::to_string(&before).expect("it is text"), text);
    assert_eq!(
        serde_json::from_str::<Approval>(text).expect("it is a record"),
        before
    );
}

#[test]
fn a_version_does_not_draw() {
    let before = Approval::new("sha256:old", "1.3.0", &[]);
    let evil = Successor {
        version: "1\u{1b}[2J",
        ..next(None)
    };
    let found = check_successor(&before, &evil, &of(&["/etc"]));
    assert_eq!(
        found[0].message,
        "1\\u{1b}[2J newly asks for host path /etc"
    );
}

/// Where the service does not run yet, `granted-to` is all that says whose the grants are.
#[test]
fn grants_that_name_other_bytes_are_not_for_these() {
    let asks = of(&["/data"]);
    assert_eq!(check_granted_to(&next(None), &asks), []);
    assert_eq!(check_granted_to(&next(Some("sha256:new")), &asks), []);
    assert_eq!(check_granted_to(&next(Some("sha256:old")), &[]), []);
    let found = check_granted_to(&next(Some("sha256:old")), &asks);
    assert_eq!(
        found.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "task-definition.volumes[0].host.source-path: 1.4.0 asks for host path /data, and what is granted was granted to sha256:old\n  \
             hint: this recipe is other bytes; if it may have the same, write `granted-to = \"sha256:new\"` under `[services.redis]` of `host.toml`, in place of the one there"
        ]
    );
}

#[test]
fn equal_versions_are_told_apart_by_their_digests() {
    let (old, new) = ("sha256:0123456789abcdef", "sha256:fedcba9876543210");
    let before = Approval::new(old, "1.4.0", &of(&["/data"]));
    let next = Successor {
        digest: new,
        place: &place("prod.toml"),
        ..next(None)
    };
    let found = check_successor(&before, &next, &of(&["/etc"]));
    assert_eq!(
        found[0].to_string(),
        "task-definition.volumes[0].host.source-path: 1.4.0 (sha256:fedcba987654…) newly asks for host path /etc\n  \
         hint: 1.4.0 (sha256:0123456789ab…) did not; if 1.4.0 (sha256:fedcba987654…) may, write `granted-to = \"sha256:fedcba9876543210\"` under `[services.redis]` of `prod.toml`"
    );
}
