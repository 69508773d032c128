//! Logging in and out: a login is tried at its registry, and kept where docker keeps it.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use host_core::codes::Problem;
use host_core::codes::registry::LOGIN;
use host_core::registry::login::stored::{to_helper, with, without};
use host_core::registry::login::{Config, Helper, Login};

use super::auth::Grant;
use super::credentials::{Whose, ask, tell, text, unfit};
use super::exchange::Ask;
use super::{Registry, failure, lock};
use crate::files;

/// Who keeps a login.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Keeper {
    /// A program: `docker-credential-pass`.
    Program(String),
    /// Docker's file, where anybody who can read it has the password.
    File(PathBuf),
}

impl Registry {
    /// Asks a registry whether it takes a login. Gives whether it wants one at all: where it lets anybody in, a wrong one may be
    /// taken for a right one.
    ///
    /// # Errors
    /// It does not take it, or cannot be asked.
    pub async fn try_login(
        &self,
        registry: &str,
        user: &str,
        password: &str,
    ) -> Result<bool, Problem> {
        let login = Login::Password {
            user: user.to_owned(),
            password: password.to_owned(),
        };
        let mut ask = Ask::whole(registry, "", "");
        ask.login = Some(&login);
        self.root(&ask).await?;
        let key = (registry.to_owned(), String::new(), ask.actions);
        if lock(&self.0.granted).contains_key(&key) {
            return Ok(true);
        }
        // Whoever lets anybody in may want a login for something else, and looks at one that it is shown.
        let shown = Grant {
            authorization: Login::basic(user, password),
            whose: Whose::Tried,
            trouble: None,
        };
        lock(&self.0.granted).insert(key, shown);
        self.root(&ask).await?;
        Ok(false)
    }

    /// Asks for the root of a registry, which says no more than that it is one.
    async fn root(&self, ask: &Ask<'_>) -> Result<(), Problem> {
        let mut answer = self.send(ask).await?;
        let (status, body) = (answer.status(), self.error_body(&mut answer).await);
        if status == 200 {
            return Ok(());
        }
        let what = "the question whether it is a registry";
        Err(failure::unexpected(ask.registry, what, status, &body))
    }

    /// Keeps a login where docker does.
    ///
    /// # Errors
    /// Docker's file is none, cannot be written to, or the program that it names fails.
    pub async fn keep_login(
        &self,
        registry: &str,
        user: &str,
        password: &str,
    ) -> Result<Keeper, Problem> {
        let (path, config) = self.docker()?;
        let text = text(&path)?.unwrap_or_default();
        let helper = config.helper(registry);
        let in_file = helper.is_none().then_some((user, password));
        let written = with(&text, registry, in_file).map_err(|why| unfit(&path, &why))?;
        if let Some(helper) = &helper {
            let told = tell(helper, "store", &to_helper(helper, user, password)).await;
            told.map_err(|why| failed(helper, &path, &why))?;
        }
        if let Some(written) = written {
            write(&path, &written)?;
        }
        Ok(helper.map_or(Keeper::File(path), |it| Keeper::Program(it.program)))
    }

    /// Takes a login away from where docker has it. Gives who had one.
    ///
    /// # Errors
    /// As with [`Self::keep_login`].
    pub async fn forget_login(&self, registry: &str) -> Result<Vec<Keeper>, Problem> {
        let (path, config) = self.docker()?;
        let mut had = Vec::new();
        if let Some(helper) = config.helper(registry) {
            let failed = |why: String| failed(&helper, &path, &why);
            if ask(&helper).await.map_err(failed)?.is_some() {
                let told = tell(&helper, "erase", &helper.server).await;
                told.map_err(failed)?;
                had.push(Keeper::Program(helper.program.clone()));
            }
        }
        let text = text(&path)?.unwrap_or_default();
        let written = without(&text, registry).map_err(|why| unfit(&path, &why))?;
        if let Some(written) = written {
            write(&path, &written)?;
            // Where a program has it, the file says no more than that.
            if config.login(registry).is_some() {
                had.push(Keeper::File(path));
            }
        }
        Ok(had)
    }

    /// Docker's file, and what it says.
    fn docker(&self) -> Result<(PathBuf, Config), Problem> {
        let folder = self.0.options.docker.as_deref().ok_or_else(|| {
            Problem::new(
                LOGIN,
                "there is no folder where docker keeps logins\nhint: set `DOCKER_CONFIG` or `HOME` to a folder that you can write to",
            )
        })?;
        let path = folder.join("config.json");
        let read = text(&path)?.map(|it| Config::read(&it)).transpose();
        let config = read.map_err(|why| unfit(&path, &why))?;
        Ok((path, config.unwrap_or_default()))
    }

    /// Whether docker's file can be read, so that nobody types a password for nothing.
    ///
    /// # Errors
    /// It is none.
    pub fn check_docker(&self) -> Result<(), Problem> {
        self.docker().map(|_| ())
    }
}

fn failed(helper: &Helper, path: &Path, why: &str) -> Problem {
    Problem::new(
        LOGIN,
        format!(
            "`{}`, which `{}` names, {why}\nhint: mend it, or take it out of that file: `credHelpers` and `credsStore` name such programs",
            helper.program,
            path.display()
        ),
    )
}

/// Writes docker's file in one step, for its owner alone. Where it is a link, what that leads to is written.
fn write(path: &Path, text: &str) -> Result<(), Problem> {
    let folder = path.parent().unwrap_or(path);
    let made = if folder.exists() {
        Ok(())
    } else {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(folder)
    };
    let written = made.and_then(|()| files::replace(path, text.as_bytes(), 0o600));
    written.map_err(|error: io::Error| {
        Problem::new(
            LOGIN,
            format!(
                "the logins in `{}` cannot be written: {error}\nhint: look whose the folder is, or name another one in `DOCKER_CONFIG`",
                path.display()
            ),
        )
    })
}
