use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::*;
use crate::failure::Failure;

fn taker(names: &[&str], declared: &[&str]) -> Taker {
    Taker {
        names: names.iter().map(|it| (*it).to_owned()).collect(),
        declared: declared.iter().map(|it| (*it).to_owned()).collect(),
        given: BTreeMap::new(),
    }
}

fn takers() -> [Taker; 2] {
    [
        taker(&["cache", "redis"], &["memory", "maxmemory-policy"]),
        taker(&["memcached"], &["memory", "item-size"]),
    ]
}

fn set(assignments: &[&str]) -> Parameters {
    Parameters {
        files: Vec::new(),
        assignments: assignments.iter().map(|it| it.parse().unwrap()).collect(),
    }
}

fn file(text: &Value) -> Parameters {
    Parameters {
        files: vec![("params.json".into(), text.as_object().unwrap().clone())],
        assignments: Vec::new(),
    }
}

fn text(value: &str) -> Given {
    Given::Text(value.to_owned())
}

fn refused(parameters: &Parameters) -> (String, Vec<String>) {
    let failure = Failure::read(&assign(parameters, &takers()).unwrap_err());
    (failure.message, failure.hints)
}

#[test]
fn a_parameter_goes_to_every_recipe_that_has_it_and_one_of_them_may_differ() {
    let given = assign(
        &set(&["redis.memory=512", "memory=256", "item-size=2m"]),
        &takers(),
    )
    .unwrap()
    .given;
    assert_eq!(given[0]["memory"], text("512"));
    assert_eq!(given[1]["memory"], text("256"));
    assert_eq!(given[1]["item-size"], text("2m"));
    assert_eq!(given[0].len(), 1);
    // By the name of the service as well as by that of the recipe; the last one counts.
    let given = assign(&set(&["redis.memory=1", "cache.memory=2"]), &takers())
        .unwrap()
        .given;
    assert_eq!(given[0]["memory"], text("2"));
}

#[test]
fn the_command_line_goes_before_files_and_files_before_the_stack() {
    let mut takers = takers();
    takers[0]
        .given
        .insert("memory".into(), Given::Typed(json!(1)));
    takers[1]
        .given
        .insert("memory".into(), Given::Typed(json!(1)));
    let mut parameters = file(&json!({"memory": 2, "redis": {"memory": 3}}));
    let given = assign(&parameters, &takers).unwrap().given;
    assert_eq!(given[0]["memory"], Given::Typed(json!(3)));
    assert_eq!(given[1]["memory"], Given::Typed(json!(2)));
    parameters.assignments = set(&["memory=4"]).assignments;
    let given = assign(&parameters, &takers).unwrap().given;
    assert_eq!(given[0]["memory"], text("4"));
}

#[test]
fn what_nobody_has_is_refused_with_what_is_near() {
    let (message, hints) = refused(&set(&["memry=512", "redis.item-size=1"]));
    assert_eq!(
        message,
        "`--set` sets `memry`, and none of the recipes has such a parameter; \
         `--set` sets `item-size`, and `redis` has no such parameter"
    );
    assert_eq!(
        hints,
        [
            "did you mean `memory`?",
            "it takes `maxmemory-policy`, `memory`"
        ]
    );
    let (message, hints) = refused(&set(&["rdis.memory=1"]));
    assert_eq!(
        message,
        "`--set` is for `rdis`, and no recipe of this call is called so"
    );
    assert_eq!(hints, ["did you mean `redis`?"]);
    let (message, _) = refused(&file(&json!({"colour": "red"})));
    assert_eq!(
        message,
        "`params.json` sets `colour`, and none of the recipes has such a parameter"
    );
}

#[test]
fn the_stack_file_is_held_to_the_same() {
    let mut takers = takers();
    takers[0]
        .given
        .insert("memroy".into(), Given::Typed(json!(1)));
    let failure = Failure::read(&assign(&Parameters::default(), &takers).unwrap_err());
    assert_eq!(
        failure.message,
        "the stack file sets `memroy`, and `cache` has no such parameter"
    );
    assert_eq!(failure.hints, ["did you mean `memory`?"]);
}

#[test]
fn a_file_may_serve_other_calls_too() {
    let assigned = assign(
        &file(&json!({"memory": 1, "mysql": {"memory": 2}})),
        &takers(),
    )
    .unwrap();
    assert_eq!(assigned.unused, ["`params.json` has a table for `mysql`"]);
    assert_eq!(assigned.given[0].len(), 1);
}

#[test]
fn files_are_toml_or_json_by_their_ending_and_the_variable_has_lines() {
    let folder = std::env::temp_dir().join(format!("host-parameters-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let paths = [
        write("a.toml", "memory = 1\n[redis]\nmemory = 2\n"),
        write("b.json", r#"{"memory": 3}"#),
    ];
    let environment = Environment::of(
        &[(VARIABLE, "memory=4\n\n  redis.environment=A=1,B=2  \n")],
        &folder,
    );
    let read = Parameters::read(
        &ParameterArgs {
            set: Vec::new(),
            files: paths.to_vec(),
        },
        &environment,
    )
    .unwrap();
    assert_eq!(
        Value::from(read.files[0].1.clone()),
        json!({"memory": 1, "redis": {"memory": 2}})
    );
    assert_eq!(Value::from(read.files[1].1.clone()), json!({"memory": 3}));
    assert_eq!(read.assignments.len(), 2);
    assert_eq!(read.assignments[1].value, "A=1,B=2");
    for wrong in [write("c.json", "[1]"), write("d.toml", "a b")] {
        assert!(
            Parameters::read(
                &ParameterArgs {
                    set: Vec::new(),
                    files: vec![wrong]
                },
                &environment
            )
            .is_err()
        );
    }
    fs::remove_dir_all(&folder).unwrap();
}
