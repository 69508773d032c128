//! Every hostile guest under the real binary: the one line that the user gets, and what it took.
//!
//! `tests/guests/README.md` has them all. `BLESS=1 cargo test --release -p host --test it hostile::table` writes the
//! table anew, with what was measured; without it the lines are compared, and times and memory held against the promise.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use super::guests::{self, guest};
use crate::harness::{Run, Sandbox, root};

/// What a hostile recipe may cost, in MiB above what a quiet one does.
const MOST_MEMORY: u64 = 64;

struct Row {
    name: &'static str,
    what: &'static str,
    bytes: Vec<u8>,
    /// Flags of the call, to reach a limit sooner than by its default.
    flags: &'static [&'static str],
    /// The limit of time that stops it, in milliseconds.
    limit: u64,
    /// MiB that its compiler may have, where there is one.
    compiler: u64,
}

/// What ends by itself, or by a limit that is reached long before that of time, which is five seconds.
const TIME: u64 = 5_000;

fn row(name: &'static str, what: &'static str, bytes: Vec<u8>) -> Row {
    Row {
        name,
        what,
        bytes,
        flags: &[],
        limit: TIME,
        compiler: 0,
    }
}

fn rows() -> Vec<Row> {
    let of = |name: &'static str, what: &'static str| row(name, what, guest(name));
    // Where instructions are what stops it, a busy machine may take longer for them than they have.
    let patient = |name: &'static str, what: &'static str| Row {
        flags: &["--sandbox", "time=1m"],
        ..of(name, what)
    };
    vec![
        patient("endless-loop", "never answers what it is"),
        patient("loop-in-render", "says what it is, and never renders"),
        Row {
            flags: &["--sandbox", "fuel=1000000000000", "--sandbox", "time=1s"],
            limit: 1_000,
            ..row(
                "endless-loop-by-time",
                "the same, with instructions without end",
                guest("endless-loop"),
            )
        },
        patient(
            "fill-for-ever",
            "few instructions, each of which works for long",
        ),
        of("deep-recursion", "calls itself for ever"),
        of("memory-bomb", "takes memory until there is none"),
        of("large-memory", "has 125 MiB from the start"),
        of("table-bomb", "makes its table larger for ever"),
        of("giant-output", "has a name of 40 MiB"),
        of("giant-list", "has thirty thousand capabilities"),
        of("million-findings", "finds a million errors"),
        of("many-findings", "finds five thousand errors"),
        of("many-parameters", "has ten thousand parameters"),
        of("many-volumes", "has six thousand volumes"),
        of("slow-pattern", "a megabyte to be matched"),
        of(
            "growing-pattern",
            "a pattern of 21 bytes that grows to megabytes",
        ),
        of("panic", "traps"),
        patient("start-loop", "never gets so far as to be asked"),
        of("start-trap", "traps before it is asked"),
        of("start-grow", "takes all memory before it is asked"),
        of("import-wasi", "asks for files, network and time"),
        of("import-invented", "asks for what no world has"),
        of("other-world", "is a component of another world"),
        row(
            "other-version",
            "is built for a contract that is not known",
            guests::of_another_version(),
        ),
        of("threads", "has memory that threads would share"),
        of("nested", "forty levels, each twice the one below"),
        of("core-module", "is no component"),
        row("truncated", "ends in the middle", {
            let all = guest("quiet");
            all[..all.len() / 2].to_vec()
        }),
        row(
            "random",
            "a header, and 64 KiB by chance",
            guests::random(64 << 10),
        ),
        row(
            "mutated",
            "a recipe with some bytes exchanged",
            guests::mutated(),
        ),
        row("text", "a shell script", b"#!/bin/sh\nrm -rf /\n".to_vec()),
        row(
            "huge",
            "a header, and a gigabyte of nothing",
            b"\0asm\x0d\0\x01\0".to_vec(),
        ),
        Row {
            flags: &["--sandbox", "compile-time=3s"],
            limit: 3_000,
            compiler: 1024,
            ..row(
                "slow-to-compile",
                "sixty thousand functions",
                guests::large(60_000),
            )
        },
        Row {
            limit: 60_000,
            compiler: 1024,
            ..row(
                "hungry-to-compile",
                "a function of 5000 locals in 5000 loops",
                guests::hungry_to_compile(5_000, 5_000),
            )
        },
        Row {
            flags: &["--sandbox", "code=1MiB"],
            limit: 60_000,
            compiler: 1024,
            ..row(
                "much-code",
                "six thousand functions, for a megabyte of machine code",
                guests::large(6_000),
            )
        },
    ]
}

struct Measured {
    run: Run,
    /// MiB.
    peak: u64,
}

fn measure(row: &Row) -> Measured {
    // No cache: compiling is part of what it takes.
    let sandbox = Sandbox::new().set("XDG_CACHE_HOME", "").set("HOME", "");
    sandbox.write("guest.wasm", &row.bytes);
    if row.name == "huge" {
        let file = fs::File::options()
            .write(true)
            .open(sandbox.path("guest.wasm"));
        file.unwrap().set_len(1 << 30).unwrap();
    }
    let mut line = vec!["render", "guest.wasm"];
    line.extend(row.flags);
    let (run, kibibytes) = sandbox.measured(&line);
    Measured {
        run,
        peak: kibibytes / 1024,
    }
}

/// The first error, which is what a user reads.
fn line(run: &Run) -> &str {
    let mut lines = run.stderr.lines();
    lines.find(|it| it.starts_with("error")).unwrap_or_default()
}

#[test]
fn every_guest_gets_one_line_in_time_and_within_memory() {
    let idle = measure(&row("quiet", "", guest("quiet"))).peak;
    let mut table = format!(
        "| guest | what it does | the line | seconds | MiB above {idle} |\n| --- | --- | --- | --- | --- |\n"
    );
    let mut lines = Vec::new();
    for row in rows() {
        let Measured { run, peak } = measure(&row);
        let run = run.ends_with(1);
        assert_eq!(run.stdout, "", "{run}");
        let line = line(&run);
        assert!(line.contains("guest"), "{}: {run}", row.name);
        // One error, and findings where a recipe that answers has several.
        let errors = run.stderr.lines().filter(|it| {
            // The last line only counts those before it.
            it.starts_with("error") && !it.contains("nothing was sent")
        });
        let errors = errors.count();
        assert!(errors == 1 || row.name.starts_with("many-"), "{run}");
        let most = if row.name == "many-findings" {
            20_000
        } else {
            2_000
        };
        assert!(run.stderr.len() < most, "{run}");
        assert!(
            run.took < Duration::from_millis(2 * row.limit),
            "{}: {:?}",
            row.name,
            run.took
        );
        let above = peak.saturating_sub(idle);
        assert!(
            above < MOST_MEMORY.max(row.compiler),
            "{}: {above} MiB above {idle}",
            row.name
        );
        let told = format!(
            "| `{}` | {} | `` {} `` |",
            row.name,
            row.what,
            line.replace('|', "\\|")
        );
        let _ = writeln!(table, "{told} {:.2} | {above} |", run.took.as_secs_f64());
        lines.push(told);
    }
    check_page(&table, &lines);
}

/// The page has every line. With `BLESS` it is written anew.
fn check_page(table: &str, lines: &[String]) {
    const MARK: &str = "<!-- measured -->\n";
    let path = root().join("tests/guests/README.md");
    let page = fs::read_to_string(&path).unwrap();
    if std::env::var_os("BLESS").is_some() {
        let (before, _) = page.split_once(MARK).unwrap();
        fs::write(&path, format!("{before}{MARK}\n{table}")).unwrap();
        return;
    }
    for line in lines {
        assert!(
            page.contains(line.as_str()),
            "`tests/guests/README.md` does not have it: {line}; hint: BLESS=1 cargo test --release -p host --test it hostile::table"
        );
    }
}

/// Each text is a row, so that no guest is forgotten.
#[test]
fn every_text_is_a_row() {
    let named: Vec<&str> = rows().iter().map(|it| it.name).collect();
    for entry in fs::read_dir(root().join("tests/guests")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if path.extension().is_some_and(|it| it == "wat")
            && name != "quiet"
            && !name.starts_with("lint-")
        {
            assert!(named.contains(&name), "`{name}` is in no row");
        }
    }
}
