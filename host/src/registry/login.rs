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
use super::credentials::{Whose, ask, erase, store, text, unfit};
use super::exchange::Ask;
use super::{Registry, failure, lock};
use crate::files;

/// How often the change of a file is begun anew, where another program changed it meanwhile.
const ATTEMPTS: u32 = 8;

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
        lock(&self.0.secrets).learn(&login);
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
        let helper = config.helper(registry).map_err(|why| unfit(&path, &why))?;
        let in_file = helper.is_none().then_some((user, password));
        let next = |former: &str| with(former, registry, in_file);
        if let Some(helper) = &helper {
            // A file that cannot take it is found before anybody keeps anything.
            let former = text(&path)?.unwrap_or_default();
            next(&former).map_err(|why| unfit(&path, &why))?;
            let told = store(helper, &to_helper(helper, user, password)).await;
            told.map_err(|why| failed(helper, &path, &why))?;
        }
        change(&path, next)?;
        Ok(helper.map_or(Keeper::File(path), |it| Keeper::Program(it.program)))
    }

    /// Takes a login away from where docker has it. Gives who had one.
    ///
    /// # Errors
    /// As with [`Self::keep_login`].
    pub async fn forget_login(&self, registry: &str) -> Result<Vec<Keeper>, Problem> {
        let (path, config) = self.docker()?;
        let mut had = Vec::new();
        let in_file = config.login(registry);
        // What is no name of a program never kept anything, and the file is rid of its part all the same.
        if let Ok(Some(helper)) = config.helper(registry) {
            let failed = |why: String| failed(&helper, &path, &why);
            let kept = ask(&helper, in_file.as_ref()).await.map_err(failed)?;
            if let Some(kept) = kept {
                erase(&helper, &kept).await.map_err(failed)?;
                had.push(Keeper::Program(helper.program.clone()));
            }
        }
        let former = if path.exists() {
            change(&path, |former| without(former, registry))?
        } else {
            None
        };
        // Where a program has it, the file says no more than that.
        let config = former.and_then(|it| Config::read(&it).ok());
        if config.is_some_and(|it| it.login(registry).is_some()) {
            had.push(Keeper::File(path));
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

    /// Whether docker's file can take a login to the registry, or names a program that can, so that nobody types a password for
    /// nothing.
    ///
    /// # Errors
    /// It is none, names what is no program, or holds what would not be kept as it is.
    pub fn check_docker(&self, registry: &str) -> Result<(), Problem> {
        let (path, config) = self.docker()?;
        let former = text(&path)?.unwrap_or_default();
        let helper = config.helper(registry);
        let taken = helper.and_then(|_| with(&former, registry, Some(("", ""))));
        taken.map(|_| ()).map_err(|why| unfit(&path, &why))
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

/// Changes docker's file in one step, for its owner alone: what it says then is made of what it says now, or it stays as it is.
/// Gives what it said where it was changed. Where it is a link, what that leads to is written.
///
/// Docker takes no turns, and a host on another machine may have none: so what was read is compared once more, right before
/// the new text takes its place.
fn change(
    path: &Path,
    next: impl Fn(&str) -> Result<Option<String>, String>,
) -> Result<Option<String>, Problem> {
    let failed = |error: io::Error| unwritable(path, &error.to_string());
    let file = files::behind(path);
    let folder = file.parent().unwrap_or(&file);
    if !folder.exists() {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(folder).map_err(failed)?;
    }
    // From here to the end no other host writes.
    let _turn = files::turn(folder).map_err(failed)?;
    for _ in 0..ATTEMPTS {
        let former = text(path)?.unwrap_or_default();
        let written = next(&former).map_err(|why| unfit(path, &why))?;
        let Some(written) = written else {
            return Ok(None);
        };
        let mut draft = files::Draft::new(path, 0o600).map_err(failed)?;
        draft.take_over();
        draft.write(written.as_bytes()).map_err(failed)?;
        if text(path)?.unwrap_or_default() == former {
            draft.keep().map_err(failed)?;
            return Ok(Some(former));
        }
    }
    Err(unwritable(path, "another program changes it all the time"))
}

fn unwritable(path: &Path, why: &str) -> Problem {
    Problem::new(
        LOGIN,
        format!(
            "the logins in `{}` cannot be written: {why}\nhint: look whose the folder is, or name another one in `DOCKER_CONFIG`",
            path.display()
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::fs;

    use super::*;

    /// Docker writes without a turn: here it does so after the file was read, and before the new one takes its place.
    #[test]
    fn what_a_program_writes_that_takes_no_turn_is_not_lost() {
        let folder = std::env::temp_dir().join(format!("host-logins-{}", std::process::id()));
        let path = folder.join("docker/config.json");
        let times = Cell::new(0);
        let meanwhile = |most: u32| {
            let time = times.get();
            times.set(time + 1);
            if time < most {
                let theirs = format!(r#"{{"auths": {{"b.io": {{}}}}, "time": {time}}}"#);
                fs::write(&path, theirs).unwrap();
            }
        };
        let next = |former: &str| with(former, "a.io", Some(("me", "pw")));
        let former = change(&path, |former| {
            meanwhile(2);
            next(former)
        });
        let former = former.unwrap().unwrap();
        assert!(former.contains("b.io"), "{former}");
        let written = fs::read_to_string(&path).unwrap();
        assert_eq!(Some(&written), next(&former).unwrap().as_ref());
        assert!(written.contains("b.io") && written.contains("\"time\": 1"));

        times.set(0);
        fs::write(&path, "{}").unwrap();
        let problem = change(&path, |former| {
            meanwhile(u32::MAX);
            next(former)
        });
        let problem = problem.unwrap_err().to_string();
        assert!(problem.contains("all the time"), "{problem}");
        assert!(!fs::read_to_string(&path).unwrap().contains("a.io"));
        let left = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1);
        fs::remove_dir_all(&folder).unwrap();
    }
}
