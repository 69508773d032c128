//! `host login` and `host logout`: what is asked, what is refused, and how the file of logins is written.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use host_core::registry::login::Login;
use serde_json::{Value, json};

use super::sandbox;
use crate::harness::{Access, Hook, Registry, reply};

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

/// Wherever a login comes from, and whichever verb shows it.
#[test]
fn a_login_of_docker_that_a_registry_repeats_is_not_shown() {
    for (password, odd) in [("sesame-open", "sesame"), ("p\"w\\d", "w"), ("ab", "ab")] {
        for access in [Access::Password, Access::PrivateToken, Access::Token] {
            let hook: Hook = Box::new(move |asked, stream| {
                // A token is given to whoever shows the login, and then repeated as the header that it stands in.
                let is_token = asked.kind() == "token";
                let Some(sent) = asked.authorization.as_ref() else {
                    return Ok(false);
                };
                if is_token && access == Access::Token {
                    reply(stream, "200 OK", &[], b"{\"token\": \"t0ken-of-mine\"}")?;
                    return Ok(true);
                }
                let message = format!("bad header {sent}, me:{password}");
                let said = json!({"errors": [{"code": "DENIED", "message": message}]});
                let status = "401 Unauthorized";
                reply(stream, status, &[], said.to_string().as_bytes())?;
                Ok(true)
            });
            let registry = Registry::with(access, Some(hook));
            let sandbox = sandbox();
            let login = Login::basic("me", password);
            let encoded = login.trim_start_matches("Basic ");
            let config = json!({"auths": {registry.name(): {"auth": encoded}}});
            sandbox.write(FILE, config.to_string());
            let pull = ["pull", &registry.reference("acme/redis:1.2.0"), "-vv"];
            let run = sandbox.host(&pull).ends_with(1);
            let scheme = if access == Access::Token {
                "Bearer"
            } else {
                "Basic"
            };
            let told = format!("DENIED: bad header {scheme} (password), me:(password)");
            let run = run.says(&["H0811", &told]);
            for secret in [encoded, "t0ken-of-mine", &format!("me:{odd}")] {
                assert!(!run.everything().contains(secret), "{run}");
            }
        }
    }
}

/// A short one, and one that JSON spells in another way, when they are tried.
#[test]
fn a_password_is_not_shown_however_short_or_odd_it_is() {
    let registry = Registry::with(
        Access::Password,
        Some(Box::new(|asked, stream| {
            let Some(sent) = asked.authorization.as_ref() else {
                return Ok(false);
            };
            let both = format!("{sent} x p\"w\\ord");
            let said = json!({"errors": [{"code": "DENIED", "message": both}]});
            reply(stream, "403 Forbidden", &[], said.to_string().as_bytes())?;
            Ok(true)
        })),
    );
    for (password, told) in [
        ("x", "DENIED: Basic (password) (password) p\"w\\ord"),
        ("p\"w\\ord", "DENIED: Basic (password) x (password)"),
    ] {
        let sandbox = sandbox();
        let line = ["login", registry.name(), "--username", "me", "-vv"];
        let run = sandbox.terminal(password, &line).ends_with(1);
        assert!(run.stdout.contains(told), "{run}");
    }
}

/// As it is from stdin: only the end of the line is none of it.
#[test]
fn blanks_are_part_of_a_password_that_is_typed() {
    let registry = Registry::start();
    let sandbox = sandbox();
    let line = ["login", registry.name()];
    sandbox.terminal(" me \n  sesame\t ", &line).ends_with(0);
    let written: Value = serde_json::from_str(&sandbox.read(FILE)).unwrap();
    let login = Login::basic("me", "  sesame\t ");
    let encoded = login.trim_start_matches("Basic ");
    assert_eq!(written["auths"][registry.name()]["auth"], encoded);
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

#[test]
fn a_login_in_the_name_of_a_registry_is_not_shown() {
    let sandbox = sandbox();
    let told = |line: &[&str]| {
        let run = sandbox.host(line);
        assert!(run.status != 0 && run.stdout.is_empty(), "{run}");
        let run = run.says(&["error[H0", "login", "hint:"]);
        assert!(!run.stderr.contains("qqq"), "{line:?}: {run}");
    };
    let of_recipe = [
        "oci://me:ses@qqq@127.0.0.1:1/redis",
        "oci://me:sesqqq@127.0.0.1:1",
        "https://me:sesqqq@127.0.0.1:1/redis",
        "me:sesqqq@127.0.0.1:1/redis",
    ];
    for named in of_recipe {
        for verb in ["pull", "render", "inspect", "lint"] {
            told(&[verb, named]);
        }
        if named.starts_with("oci:") {
            told(&["push", "recipes/redis.wasm", named]);
            told(&["sign", "--key", "any.key", named]);
            told(&["load", "vendor", named]);
        }
    }
    for verb in [&["login"][..], &["logout"], &["search", "--registry"]] {
        for named in ["me:ses@qqq@127.0.0.1:1", "https://me:sesqqq@127.0.0.1:1/"] {
            told(&[verb, &[named]].concat());
        }
    }
    told(&["search", "oci://me:sesqqq@127.0.0.1:1/redis"]);
    for named in [
        "oci:/me:sesqqq@127.0.0.1:1/redis",
        "oci:me:sesqqq@127.0.0.1:1/redis",
    ] {
        told(&["push", "recipes/redis.wasm", named]);
        told(&["sign", "--key", "any.key", named]);
    }
    for text in [
        "[services.a]\nrecipe = \"oci://me:ses@qqq@127.0.0.1:1/redis\"\n",
        "[services.a]\nrecipe = \"https://me:sesqqq@127.0.0.1:1/redis\"\n",
        "[services.a]\nrecipe = \"oci://me:sesqqq@127.0.0.1:1\"\n",
        "[trust]\n\"me:ses@qqq@127.0.0.1:1\" = \"anyone\"\n",
    ] {
        sandbox.write("host.toml", text);
        told(&["render"]);
        told(&["lock"]);
    }
}
