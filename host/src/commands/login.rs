//! `host login`: a login to a registry, tried and kept where docker keeps it.

use anyhow::Result;
use host_core::codes::registry::LOGIN;
use host_core::registry::ecr::Ecr;
use host_core::registry::login::stored;
use host_core::report::document;
use serde_json::json;

use super::prepare::shown;
use super::{Context, asked, block_on, registry};
use crate::cli::LoginArgs;
use crate::component::LoadOptions;
use crate::failure::{ExitStatus, Told};
use crate::registry::Keeper;
use crate::shell::Shell;

pub(super) fn execute(context: &Context, arguments: &LoginArgs) -> Result<ExitStatus> {
    let shell = &context.shell;
    let name = stored::registry(&arguments.name)?;
    let is_asked_for = arguments.username.is_some() || arguments.password_stdin;
    // Whoever brings a login all the same, such as that of `aws ecr get-login-password`, means it.
    if Ecr::read(&name).is_some() && !is_asked_for {
        shell.note(&format!(
            "`{name}` is a registry of ECR and needs no login: it is asked with the AWS credentials, as the `aws` command has them"
        ));
        return said(shell, &name, None, None);
    }
    let registry = registry::open(
        context,
        arguments.registry,
        &LoadOptions::default(),
        None,
        None,
    )?;
    registry.check_docker(&name)?;
    let (user, password) = credentials(shell, arguments, &name)?;
    let keeper = block_on(async {
        let is_wanted = registry.try_login(&name, &user, &password).await?;
        if !is_wanted {
            shell.warn(
                &format!("`{name}` lets anybody in, so whether this login is right cannot be told"),
                None,
            );
        }
        Ok(registry.keep_login(&name, &user, &password).await?)
    })?;
    match &keeper {
        Keeper::Program(program) => {
            shell.note(&format!("logged in to `{name}`: `{program}` keeps it"));
        }
        Keeper::File(path) => {
            shell.note(&format!("logged in to `{name}`"));
            shell.warn(
                &format!(
                    "the password lies in `{}`, and is not encrypted",
                    shown(path)
                ),
                Some(
                    "a credential helper keeps it better: name one in `credsStore` of that file, see https://docs.docker.com/go/credential-store/",
                ),
            );
        }
    }
    said(shell, &name, Some(&user), Some(&keeper))
}

/// What programs are told.
fn said(
    shell: &Shell,
    registry: &str,
    user: Option<&str>,
    keeper: Option<&Keeper>,
) -> Result<ExitStatus> {
    if shell.is_json() {
        let login = json!({"registry": registry, "username": user, "keeper": keeper.map(word)});
        shell.json(&document([("login", login)]))?;
    }
    Ok(ExitStatus::Done)
}

/// The program, or the file.
pub(super) fn word(keeper: &Keeper) -> String {
    match keeper {
        Keeper::Program(program) => program.clone(),
        Keeper::File(path) => shown(path),
    }
}

/// The name and the password: given, else asked for at the terminal.
fn credentials(shell: &Shell, arguments: &LoginArgs, name: &str) -> Result<(String, String)> {
    let line = format!("`echo \"$PASSWORD\" | host login {name} --username NAME --password-stdin`");
    let usage = |message: &str| Told::usage(message).hint(line.clone());
    let none = || usage("a login needs a name and a password, and there is no terminal to ask on");
    if !arguments.password_stdin && !shell.can_ask() {
        return Err(none().into());
    }
    let named = arguments.username.clone().filter(|it| !it.is_empty());
    let user = match named {
        Some(user) => user,
        None if arguments.password_stdin => {
            return Err(
                usage("`--password-stdin` needs `--username`: stdin is the password").into(),
            );
        }
        None => asked(shell, |shell| shell.ask("Username:"))?.ok_or_else(none)?,
    };
    let password = if arguments.password_stdin {
        let given = shell.given()?;
        let line = given.strip_suffix('\n').unwrap_or(&given);
        line.strip_suffix('\r').unwrap_or(line).to_owned()
    } else {
        let unseen = shell.unseen().ok_or_else(none)?;
        let password = asked(shell, |shell| shell.line("Password:"))?;
        drop(unseen);
        password.ok_or_else(none)?
    };
    for (what, text) in [("name", &user), ("password", &password)] {
        if text.is_empty() {
            return Err(Told::new(format!("the {what} is empty: nothing was kept"))
                .code(LOGIN)
                .hint(line)
                .into());
        }
    }
    if user.contains(':') {
        return Err(Told::new("a name with `:` in it cannot be sent")
            .code(LOGIN)
            .hint("what stands behind the `:` may be the password, which is asked for or read by itself")
            .into());
    }
    Ok((user, password))
}
