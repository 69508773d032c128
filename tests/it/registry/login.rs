//! `host login` and `host logout`: what is asked, what is refused, and how the file of logins is written.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::{Value, json};

use super::sandbox;
use crate::harness::{Access, Registry, reply};

const FILE: &str = "../home/.docker/config.json";

#[test]
fn at_a_terminal_name_and_password_are_asked_for_and_the_password_is_not_seen() {
    for access in [Access::Password, Access::PrivateToken] {
        let registry = Registry::with(access, None);
        let sandbox = sandbox();
        let line = ["login", registry.name()];
        let run = sandbox.terminal("me\nsesame", &line).ends_with(0);
        assert!(run.stdout.contains("Username: me"), "{run}");
        assert!(run.stdout.contains("Password:"), "{run}");
        assert!(!run.stdout.contains("sesame"), "{run}");
        let written: Value = serde_json::from_str(&sandbox.read(FILE)).unwrap();
        assert_eq!(
            written,
            json!({"auths": {registry.name(): {"auth": "bWU6c2VzYW1l"}}})
        );
        let mode = |path: &str| {
            fs::metadata(sandbox.path(path))
                .unwrap()
                .permissions()
                .mode()
        };
        assert_eq!(mode(FILE) & 0o777, 0o600);
        assert_eq!(mode("../home/.docker") & 0o777, 0o700);
        assert!(
            registry
                .asked()
                .iter()
                .all(|it| it.starts_with("GET /v2/") || it == "GET /token?service=here"),
            "{:?}",
            registry.asked()
        );

        let run = sandbox.terminal("wrong-one", &[&line[..], &["-u", "me"]].concat());
        let run = run.ends_with(1);
        assert!(run.stdout.contains("does not take this login"), "{run}");
        assert!(!run.stdout.contains("wrong-one"), "{run}");
        let asked = registry.asked().len();
        let run = sandbox.terminal("me\n^C", &line).ends_with(130);
        assert!(run.stdout.contains("interrupted"), "{run}");
        assert_eq!(registry.asked().len(), asked);
    }
}

#[test]
fn without_a_terminal_the_line_to_write_is_told() {
    let registry = Registry::with(Access::Password, None);
    let sandbox = sandbox();
    let name = registry.name().to_owned();
    let line = format!("host login {name} --username NAME --password-stdin");
    for more in [&[][..], &["--username", "me"], &["--password-stdin"]] {
        let run = sandbox.host(&[&["login", &name], more].concat());
        let run = run.ends_with(64).says(&["hint:", &line]);
        assert!(run.stdout.is_empty(), "{run}");
    }
    for (wrong, told) in [
        ("ghcr.io/acme", "hint: write `ghcr.io`"),
        ("GHCR.io", "lower case"),
    ] {
        let run = sandbox.host(&["login", wrong]).ends_with(1);
        run.says(&["error[H0801]", told]);
        sandbox
            .host(&["logout", wrong])
            .ends_with(1)
            .says(&["error[H0801]", told]);
    }
    sandbox
        .host(&["login", &name, "--password", "x"])
        .ends_with(64);
    assert_eq!(registry.asked(), [""; 0]);
    assert!(!sandbox.path(FILE).exists());
}

/// The file of many people is a link into a folder under version control.
#[test]
fn a_link_stays_one_and_what_is_behind_it_is_written() {
    let registry = Registry::with(Access::Password, None);
    let sandbox = sandbox();
    sandbox.write("dotfiles/docker.json", "{\"detachKeys\": \"ctrl-x\"}");
    fs::create_dir_all(sandbox.path("../home/.docker")).unwrap();
    symlink(sandbox.path("dotfiles/docker.json"), sandbox.path(FILE)).unwrap();
    let line = ["login", registry.name(), "--username", "me"];
    let run = sandbox.terminal("sesame", &line).ends_with(0);
    assert!(run.stdout.contains("is not encrypted"), "{run}");
    assert!(sandbox.path(FILE).is_symlink());
    let written = sandbox.read("dotfiles/docker.json");
    assert!(
        written.contains("ctrl-x") && written.contains("bWU6c2VzYW1l"),
        "{written}"
    );
    let logout = ["logout", registry.name(), "--output", "json"];
    let run = sandbox.host(&logout).ends_with(0);
    assert_eq!(run.json()["logout"]["registry"], registry.name());
    let written: Value = serde_json::from_str(&sandbox.read(FILE)).unwrap();
    assert_eq!(written, json!({"detachKeys": "ctrl-x", "auths": {}}));

    // One that cannot be written to.
    let folder = sandbox.path("dotfiles");
    fs::remove_file(folder.join("docker.json")).unwrap();
    fs::remove_dir(&folder).unwrap();
    sandbox.write("dotfiles", "a file");
    let run = sandbox.terminal("sesame", &line).ends_with(1);
    assert!(run.stdout.contains("H0811"), "{run}");
    assert!(run.stdout.contains("cannot be written"), "{run}");
}

/// Whoever runs the registry repeats what it is sent, and a log keeps that.
#[test]
fn a_password_that_a_registry_repeats_is_not_shown() {
    let registry = Registry::with(
        Access::Password,
        Some(Box::new(|asked, stream| {
            let Some(sent) = asked.authorization.as_ref() else {
                return Ok(false);
            };
            let said =
                json!({"errors": [{"code": "DENIED", "message": format!("{sent} sesame-street")}]});
            reply(stream, "403 Forbidden", &[], said.to_string().as_bytes())?;
            Ok(true)
        })),
    );
    let sandbox = sandbox();
    let line = ["login", registry.name(), "--username", "me", "-vv"];
    let run = sandbox.terminal("sesame-street", &line).ends_with(1);
    assert!(
        run.stdout.contains("DENIED: Basic (password) (password)"),
        "{run}"
    );
    assert!(!run.everything().contains("sesame-street"), "{run}");
}

#[test]
fn ecr_needs_no_login() {
    let name = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    let sandbox = sandbox();
    let run = sandbox.host(&["login", name]).ends_with(0);
    let run = run.says(&[name, "needs no login", "AWS credentials"]);
    assert!(run.stdout.is_empty(), "{run}");
    assert!(!sandbox.path(FILE).exists());
    sandbox
        .host(&["logout", name])
        .ends_with(0)
        .says(&["nobody was logged in"]);
}
