use super::*;

fn read(arguments: &[&str]) -> Result<Cli, clap::Error> {
    Cli::read(
        std::iter::once("host")
            .chain(arguments.iter().copied())
            .map(OsString::from),
    )
}

#[test]
fn the_command_line_is_sound() {
    command().debug_assert();
}

#[test]
fn every_flag_with_a_variable_has_the_one_of_its_name() {
    // What is not here has a reason in its help or is of one command or of the simulator alone.
    let without = [
        "help",
        "version",
        "set",
        "emit",
        "script",
        "port-file",
        "calls",
        "stop-after",
        // Of `sign` the private one, of `verify` public ones.
        "key",
    ];
    for verb in command().get_subcommands() {
        for argument in verb.get_arguments().chain(command().get_arguments()) {
            let Some(flag) = argument.get_long() else {
                continue;
            };
            let expected = format!("RECIPE_HOST_{}", flag.replace('-', "_").to_uppercase());
            match argument.get_env() {
                Some(variable) => assert_eq!(variable.to_string_lossy(), expected),
                None => assert!(
                    without.contains(&flag),
                    "{} --{flag} has no variable",
                    verb.get_name()
                ),
            }
        }
    }
}

#[test]
fn assignments() {
    let parse = |text: &str| text.parse::<Assignment>();
    let assignment = |recipe: Option<&str>, name: &str, value: &str| {
        Ok(Assignment {
            recipe: recipe.map(str::to_owned),
            name: name.to_owned(),
            value: value.to_owned(),
        })
    };
    assert_eq!(parse("memory=512"), assignment(None, "memory", "512"));
    assert_eq!(
        parse("redis.memory=512"),
        assignment(Some("redis"), "memory", "512")
    );
    assert_eq!(
        parse("redis-7.4.memory=512"),
        assignment(Some("redis-7.4"), "memory", "512")
    );
    assert_eq!(
        parse("environment=A=1,B=x.y"),
        assignment(None, "environment", "A=1,B=x.y")
    );
    assert_eq!(parse("image="), assignment(None, "image", ""));
    for wrong in ["memory", "=512", "redis.=512", ".memory=512", ""] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn times() {
    assert_eq!(parse::duration("40s"), Ok(Duration::from_secs(40)));
    assert_eq!(parse::duration("10m"), Ok(Duration::from_mins(10)));
    assert_eq!(parse::duration("1h30m"), Ok(Duration::from_mins(90)));
    for wrong in [
        "",
        "0s",
        "10",
        "m",
        "5w",
        "-1s",
        "1.5m",
        "99999999999999999999s",
        "9999999999999999h",
        "1ä",
    ] {
        assert!(parse::duration(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn aliases_lists_and_repetitions() {
    let Command::Run(run) = read(&[
        "up",
        "a.wasm",
        "b.wasm",
        "--subnet",
        "s-1,s-2",
        "--subnet=s-3",
        "--set",
        "k=v",
    ])
    .unwrap()
    .command
    else {
        panic!("`up` is `run`")
    };
    assert_eq!(run.recipes.recipes, ["a.wasm", "b.wasm"]);
    assert_eq!(run.target.subnets, ["s-1", "s-2", "s-3"]);
    assert_eq!(run.recipes.parameters.set.len(), 1);
    assert_eq!(run.wait.timeout, Duration::from_mins(10));
    assert!(!run.yes && !run.wait.no_wait);
}

#[test]
fn what_is_typed_empty_is_told() {
    for (given, flag) in [
        (&["--cluster", ""][..], "--cluster"),
        (&["--subnet="], "--subnet"),
        (&["--subnet", "s-1,,s-2"], "--subnet"),
        (
            &["--security-group", "sg-1", "--security-group", ""],
            "--security-group",
        ),
        (&["--account", ""], "--account"),
    ] {
        for verb in [&["plan", "a.wasm"][..], &["destroy", "a"], &["doctor"]] {
            let error = read(&[verb, given].concat()).unwrap_err().to_string();
            let expect =
                format!("error: `{flag}` is given an empty text: name one, or leave the flag out");
            assert!(error.starts_with(&expect), "{error}");
        }
    }
    assert!(read(&["plan", "a.wasm", "--set", "name="]).is_ok());
}

#[test]
fn an_account_has_twelve_digits() {
    assert!(read(&["list", "--account", "123456789012"]).is_ok());
    for wrong in [
        "12345678901",
        "1234567890123",
        "12345678901x",
        "١٢٣٤٥٦٧٨٩٠١٢",
    ] {
        let error = read(&["list", "--account", wrong]).unwrap_err().to_string();
        assert!(error.contains("an account id has 12 digits"), "{error}");
    }
}

#[test]
fn wrong_usage() {
    for wrong in [
        &["run", "--timeout", "soon"][..],
        &["run", "--write", ".env"],
        &["destroy", "--no-wait"],
        &["inspect"],
        &["fly"],
    ] {
        assert!(read(wrong).unwrap_err().use_stderr(), "{wrong:?}");
    }
    assert!(!read(&["--help"]).unwrap_err().use_stderr());
    assert!(!read(&["--version"]).unwrap_err().use_stderr());
}
