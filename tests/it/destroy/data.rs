//! What becomes of data: what is lost is told before, what stays is told after.

use serde_json::{Value, json};

use crate::harness::{Run, Sandbox};

/// Deploys a recipe in the simulated account, and gives the sandbox with that account.
fn deployed(line: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new();
    let line = [&["run"], line, &["--local"]].concat();
    sandbox.host(&line).ends_with(0);
    sandbox
}

const ELASTICSEARCH: &str = "recipes/elasticsearch.wasm";

#[test]
fn data_of_tasks_is_lost_and_told_before_it_is_asked() {
    let sandbox = deployed(&[ELASTICSEARCH]);
    let lost = "loses the data in volume elasticsearch-data: it is new for every task";
    let asked = sandbox.host(&["destroy", "--local"]).ends_with(1);
    let asked = asked.says(&[lost, "there is no terminal to ask on"]);
    assert!(!asked.stderr.contains("Data that"), "{asked}");
    let line = ["destroy", "--local", "--yes", "--output", "json"];
    let run = sandbox.host(&line).ends_with(0);
    let document = run.json();
    assert_eq!(
        document["plan"]["services"][0]["steps"][0]["loses"],
        json!(["elasticsearch-data"])
    );
    assert_eq!(document["left"], json!([]));
}

#[test]
fn data_that_stays_is_told_with_its_place() {
    for (set, volume, place) in [
        (
            "data-path=/srv/es",
            "elasticsearch-data",
            "host path /srv/es on the container instances",
        ),
        (
            "data-volume=es-data",
            "es-data",
            "docker volume es-data on the container instances",
        ),
        (
            "data-efs=fs-0123abcd",
            "elasticsearch-data",
            "EFS fs-0123abcd:/",
        ),
    ] {
        let sandbox = deployed(&[ELASTICSEARCH, "--set", set]);
        let line = format!("  elasticsearch  {volume}  {place}\n");
        let asked = sandbox.host(&["destroy", "--local"]).ends_with(1);
        let asked = asked.says(&["Data that stays:\n", &line]);
        assert!(!asked.stderr.contains("loses"), "{asked}");
        let json = ["destroy", "--local", "--yes", "--output", "json"];
        let run: Run = sandbox.host(&json).ends_with(0);
        let run = run.says(&["Data that is left:\n", &line]);
        let left: Value = json!([{"service": "elasticsearch", "volume": volume, "place": place}]);
        assert_eq!(run.json()["left"], left);
    }
}

/// Data of an earlier revision stays as well, and is told as long as that revision is known.
#[test]
fn data_that_was_left_behind_is_told_too() {
    let sandbox = deployed(&[ELASTICSEARCH, "--set", "data-path=/srv/es"]);
    let change = [
        "run",
        ELASTICSEARCH,
        "--set",
        "data-efs=fs-0123abcd",
        "--local",
    ];
    let left = "! leaves the data of elasticsearch-data at host path /srv/es on the container instances behind";
    sandbox.host(&change).ends_with(1).says(&[
        left,
        "the plan marks with `!` what this breaks or leaves behind, and there is no terminal to ask on",
    ]);
    let agreed = [&change[..], &["--yes"]].concat();
    sandbox.host(&agreed).ends_with(0).says(&[left]);
    // The way back leaves the other behind.
    let back = ["rollback", "elasticsearch", "--local", "--to", "1"];
    sandbox.host(&back).ends_with(1).says(&[
        "! leaves the data of elasticsearch-data at EFS fs-0123abcd:/ behind",
        "this leaves data behind, and there is no terminal to ask on",
    ]);
    // The list is data: it is on stdout, and nothing else of this run is.
    let gone = sandbox.host(&["destroy", "--local", "--yes", "-q"]);
    assert_eq!(
        gone.ends_with(0).stdout,
        "Data that is left:\n\
         \u{20} elasticsearch  elasticsearch-data  EFS fs-0123abcd:/\n\
         \u{20} elasticsearch  elasticsearch-data  host path /srv/es on the container instances\n"
    );
}

#[test]
fn where_data_lies_is_said_once() {
    let line = [
        "plan",
        "recipes/redis.wasm",
        "--local",
        "--set",
        "data-path=/srv/redis",
        "--set",
        "data-efs=fs-0123abcd",
    ];
    Sandbox::new().host(&line).ends_with(1).says(&[
        "parameters.data-efs: the data lies in one place, and `data-path`, `data-efs` are given",
        "hint: keep one of them",
    ]);
}
