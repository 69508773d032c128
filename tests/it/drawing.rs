//! Text of strangers is shown and obeyed by nobody: neither by a terminal, nor by a shell, nor by who reads it as ours.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::json;

use crate::harness::{Run, Sandbox, Simulator, root, scratch};

/// What the recipe puts into its texts: clear the screen, back to the line's beginning, a C1 sequence, the other
/// direction, nothing to be seen, and lines that look like ours. `tests/it/drawing/recipe/lib.rs` has the same.
const EVIL: &str = "x\u{1b}[2J\r\u{9b}31m\u{202e}\u{200b}\u{feff}\u{7f}\u{8}\nhint: run evil\nredis is steady\u{2028}";

/// Whether a character does something else than being seen. Said here once more, so that the host's own list is tested.
fn is_active(it: char) -> bool {
    it != '\n'
        && (it.is_control()
            || matches!(it, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
}

/// The run, which drew nothing and in which no line of the recipe looks like one of ours.
#[track_caller]
fn tame(run: Run) -> Run {
    assert_tame(&run, &run.everything());
    assert!(
        run.everything().contains("31m"),
        "nothing of it is shown\n{run}"
    );
    run
}

#[track_caller]
fn assert_tame(run: &Run, text: &str) {
    let active: Vec<char> = text.chars().filter(|it| is_active(*it)).collect();
    assert!(active.is_empty(), "{active:?}\n{run}");
    for line in text.lines() {
        let line = line.trim_start();
        let is_ours = line.starts_with("hint: run evil") || line.starts_with("redis is steady");
        assert!(!is_ours, "`{line}`\n{run}");
    }
}

/// The recipe, built once for all tests.
fn recipe() -> &'static PathBuf {
    static RECIPE: OnceLock<PathBuf> = OnceLock::new();
    RECIPE.get_or_init(|| {
        let sandbox = Sandbox::new().with_cargo();
        let sdk = root().join("recipes/sdk");
        sandbox.write(
            "drawing/Cargo.toml",
            format!(
                "[package]\nname = 'drawing'\nversion = '1.0.0'\nedition = '2024'\n[lib]\ncrate-type = ['cdylib', 'rlib']\n\
                 [dependencies]\nrecipe-sdk = {{ path = '{}' }}\n[workspace]\n",
                sdk.display()
            ),
        );
        sandbox.write("drawing/src/lib.rs", include_str!("drawing/recipe/lib.rs"));
        let lock = fs::read(root().join("Cargo.lock")).unwrap();
        sandbox.write("drawing/Cargo.lock", lock);
        sandbox.host(&["build", "drawing"]).ends_with(0);
        let built = PathBuf::from(scratch("drawing.wasm"));
        let beside = built.with_extension("new");
        fs::copy(sandbox.path("drawing.wasm"), &beside).unwrap();
        fs::rename(&beside, &built).unwrap();
        built
    })
}

/// The same recipe under a name that `host build` would refuse.
fn nameless() -> Vec<u8> {
    let (name, evil) = (b"drawingname", b"d\x1b[31m\nhint");
    let mut bytes = fs::read(recipe()).unwrap();
    let places: Vec<usize> = (0..bytes.len() - name.len())
        .filter(|at| bytes[*at..].starts_with(name))
        .collect();
    assert!(!places.is_empty(), "the name is in the recipe");
    for at in places {
        bytes[at..at + name.len()].copy_from_slice(evil);
    }
    bytes
}

fn with_recipes(sandbox: Sandbox) -> Sandbox {
    sandbox.link(recipe(), "fine.wasm");
    sandbox.set("RECIPE_HOST_SECURITY_GROUP", "sg-c70ff2a1")
}

#[test]
fn what_a_recipe_says_of_itself_and_finds_is_shown_escaped() {
    let sandbox = with_recipes(Sandbox::new());
    sandbox.write("nameless.wasm", nameless());
    let lines: [(&[&str], i32); 8] = [
        (&["inspect", "fine.wasm"], 0),
        (&["inspect", "fine.wasm", "--output", "json"], 0),
        (&["inspect", "nameless.wasm"], 1),
        (&["inspect", "nameless.wasm", "--output", "json"], 1),
        (&["render", "fine.wasm"], 0),
        (&["render", "fine.wasm", "--set", "mode=findings"], 1),
        (&["render", "fine.wasm", "--set", "mode=names"], 1),
        (
            &[
                "render",
                "fine.wasm",
                "--set",
                "mode=names",
                "--output",
                "json",
            ],
            1,
        ),
    ];
    for (line, status) in lines {
        tame(sandbox.host(line).ends_with(status));
    }
    // For programs it is the same text: only its spelling is harmless.
    let rendered = sandbox.host(&["render", "fine.wasm"]).json();
    let labels = &rendered["taskDefinition"]["containerDefinitions"][0]["dockerLabels"];
    assert_eq!(labels["evil"], EVIL);
}

#[test]
fn on_a_terminal_only_our_own_colours_are_drawn() {
    let sandbox = with_recipes(Sandbox::new().set("TERM", "xterm"));
    for (line, status) in [
        (&["inspect", "fine.wasm"][..], 0),
        (&["render", "fine.wasm", "--set", "mode=findings"], 1),
        (&["plan", "fine.wasm", "--local"], 0),
    ] {
        let run = sandbox.terminal("", line).ends_with(status);
        assert!(run.stdout.contains("\u{1b}["), "there are colours\n{run}");
        // The terminal makes `\r\n` of a line's end.
        let own = regex_lite::Regex::new("\u{1b}\\[[0-9;]*m|\r\n").unwrap();
        assert_tame(&run, &own.replace_all(&run.stdout, "\n"));
    }
}

/// What AWS tells repeats what a recipe said, and what registries and agents say.
#[test]
fn what_aws_says_is_shown_escaped() {
    // TOML and JSON spell it alike.
    let evil = json!(EVIL).to_string();
    let evil = host_core::escape::escape_json(&evil);
    let script = format!(
        "speed = 100.0\n[[images]]\nimage = \"bad:*\"\ncannot-pull = {evil}\n\
         [[services]]\nservice = \"fine-service\"\ncannot-register = {evil}\n\
         [[faults]]\noperation = \"ListTaskDefinitionFamilies\"\nkind = \"error\"\ncode = \"ClientException\"\nstatus = 400\nmessage = {evil}\n"
    );
    let simulator = Simulator::start(&script);
    let sandbox =
        with_recipes(Sandbox::at(simulator.address())).set("RECIPE_HOST_CLUSTER", "searchapp");
    let bad = ["fine.wasm", "--set", "image=bad:1"];
    tame(sandbox.host(&[&["plan"], &bad[..]].concat()).ends_with(0));
    let run = [&["run"], &bad[..], &["--on-failure", "keep"]].concat();
    tame(sandbox.host(&run).ends_with(1).says(&["drawingname"]));
    let json = [&run[..], &["--output", "json"]].concat();
    tame(sandbox.host(&json).ends_with(1));
    for line in [
        &["status"][..],
        &["status", "drawingname"],
        &["status", "drawingname", "--output", "json"],
        &["list"],
        &["-vv", "destroy", "--yes"],
    ] {
        let run = sandbox.host(line);
        assert_tame(&run, &run.everything());
    }
}

/// The tags of others in the same cluster.
#[test]
fn what_others_wrote_into_the_account_is_shown_escaped() {
    let simulator = Simulator::start("speed = 100.0\n");
    let sandbox =
        with_recipes(Sandbox::at(simulator.address())).set("RECIPE_HOST_CLUSTER", "searchapp");
    sandbox.host(&["run", "recipes/redis.wasm"]).ends_with(0);
    let mut account: serde_json::Value = serde_json::from_str(&simulator.stop()).unwrap();
    let mut touched = 0;
    touch(&mut account, &mut touched);
    assert!(touched > 2, "{account:#}");
    let simulator = Simulator::resume(&account.to_string(), 100);
    let sandbox =
        with_recipes(Sandbox::at(simulator.address())).set("RECIPE_HOST_CLUSTER", "searchapp");
    tame(sandbox.host(&["list"]).ends_with(0));
    for line in [
        &["list", "--output", "json"][..],
        &["status", "redis"],
        &["plan", "recipes/redis.wasm", "--set", "memory=200"],
        &[
            "plan",
            "recipes/redis.wasm",
            "--set",
            "memory=200",
            "--output",
            "json",
        ],
        &["rollback", "redis"],
        &["destroy", "redis", "--yes"],
    ] {
        let run = sandbox.host(line);
        assert_tame(&run, &run.everything());
    }
}

/// Makes every tag `host:recipe` and every event hostile.
fn touch(value: &mut serde_json::Value, touched: &mut usize) {
    if let Some(fields) = value.as_object_mut() {
        for (key, value) in fields.iter_mut() {
            if ["host:recipe", "message"].contains(&key.as_str()) && value.is_string() {
                *value = json!(EVIL);
                *touched += 1;
            }
            touch(value, touched);
        }
    }
    for item in value.as_array_mut().into_iter().flatten() {
        touch(item, touched);
    }
}

#[test]
fn names_of_files_and_arguments_are_shown_escaped() {
    let sandbox = with_recipes(Sandbox::new());
    let file = "a\u{1b}[31m\nhint: run evil\u{202e}.wasm";
    sandbox.write(file, "no recipe");
    for line in [
        &["inspect", file][..],
        &["render", file],
        &["render", "fine.wasm", file],
        &["render", "fine.wasm", "--set", "mode=\u{1b}[31m"],
        &["\u{202e}31m\u{8}"],
        &["render", "fine.wasm", "--nonsense\u{7f}31m"],
    ] {
        let run = sandbox.host(line);
        assert_ne!(run.status, 0, "{run}");
        tame(run);
    }
    // In what is told of usage, whole sequences are gone; also where colours are.
    let sandbox = sandbox.set("TERM", "xterm");
    let run = sandbox.terminal("", &["render", "fine.wasm", "--nonsense\u{1b}[31m\u{8}"]);
    let run = run.ends_with(64);
    assert_tame(&run, &run.stdout.replace("\r\n", "\n"));
    sandbox.write(
        "host.toml",
        "[services.\"x\\u001b[31m\\nhint: run evil\"]\nrecipe = \"fine.wasm\"\n[target]\n\"\\u001b[31m\" = 1\n",
    );
    tame(sandbox.host(&["render"]).ends_with(1));
}

/// The files that `--emit aws-cli` and `--write dotenv` write are read by shells.
#[test]
fn files_for_shells_hold_no_commands_of_strangers() {
    let sandbox = with_recipes(Sandbox::new());
    let emit = |name: &str| {
        let name = format!("name={name}");
        sandbox.host(&[
            "render",
            "fine.wasm",
            "--set",
            &name,
            "--emit",
            "aws-cli",
            "out",
        ])
    };
    emit("fine").ends_with(0);
    for file in ["task-definition.json", "service.json"] {
        let text = sandbox.read(&format!("out/fine/{file}"));
        assert!(!text.chars().any(is_active), "{text}");
    }
    let script = sandbox.read("out/commands.sh");
    let is_plain = |it: char| it.is_ascii_alphanumeric() || " -_./:".contains(it);
    for line in script.lines().filter(|it| it.starts_with("aws ")) {
        assert!(line.chars().all(is_plain), "{line}");
    }
    for hostile in ["../../x", "$(id)", "a\nid", "/tmp/x", "a b", ".."] {
        let run = emit(hostile).ends_with(1);
        assert_tame(&run, &run.everything());
        assert_eq!(sandbox.read("out/commands.sh"), script, "{run}");
        assert!(
            !sandbox.path("../x").exists() && !sandbox.path("x").exists(),
            "{run}"
        );
    }
}
