//! Logins as docker keeps them: in its file, or with a program that the file names. They are read when a registry wants one,
//! and written when somebody logs in.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use host_core::codes::Problem;
use host_core::codes::registry::LOGIN;
use host_core::escape::escape;
use host_core::registry::login::{Config, Helper, Login, of_helper};
use host_core::registry::secrets::Secrets;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use crate::files;

/// How long a program that keeps logins may take: some ask their user.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most bytes of what it answers.
const ANSWER: u64 = 1 << 20;
/// What a program answers that has no login to a registry, and nothing else with it: docker, too, compares the whole of it. It
/// is `errCredentialsNotFoundMessage` of docker-credential-helpers, which helpers have in common; their status says no more
/// than that they failed.
const NONE: &str = "credentials not found in native keychain";

/// What there is of a login.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) login: Option<Login>,
    pub(super) whose: Whose,
    /// Why a login that should be there is not.
    pub(super) trouble: Option<String>,
}

/// Where a login comes from.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Whose {
    /// There is none.
    #[default]
    Nobody,
    /// Docker has it.
    Docker,
    /// AWS gives it to whoever has credentials, or would.
    Aws,
    /// Somebody wants to know whether it is taken.
    Tried,
}

impl Found {
    fn of_docker(login: Option<Login>, trouble: Option<String>) -> Self {
        let whose = login.as_ref().map_or(Whose::Nobody, |_| Whose::Docker);
        Self {
            login,
            whose,
            trouble,
        }
    }
}

/// The login to a registry. Where nobody logged in there is none.
pub(super) async fn find(folder: Option<&Path>, registry: &str) -> Result<Found, Problem> {
    let Some((config, path)) = folder.map(read).transpose()?.flatten() else {
        return Ok(Found::default());
    };
    let in_file = config.login(registry);
    let file = path.display();
    let trouble = match config.helper(registry) {
        Ok(None) => None,
        Ok(Some(helper)) => match ask(&helper, in_file.as_ref()).await {
            Ok(Some(login)) => {
                return Ok(Found::of_docker(Some(login), None));
            }
            Ok(None) => None,
            Err(why) => {
                let program = &helper.program;
                Some(format!("`{program}`, which `{file}` names, {why}"))
            }
        },
        Err(why) => Some(format!("in `{file}`, {why}")),
    };
    Ok(Found::of_docker(in_file, trouble))
}

/// The file and what it says, where it is there.
fn read(folder: &Path) -> Result<Option<(Config, PathBuf)>, Problem> {
    let path = folder.join("config.json");
    let Some(text) = text(&path)? else {
        return Ok(None);
    };
    let config = Config::read(&text).map_err(|why| unfit(&path, &why))?;
    Ok(Some((config, path)))
}

/// The text of the file, where it is there.
pub(super) fn text(path: &Path) -> Result<Option<String>, Problem> {
    if !path.exists() {
        return Ok(None);
    }
    let text = files::text(path);
    text.map(Some)
        .map_err(|error| unfit(path, &error.to_string()))
}

/// The file is not what it should be, and stays as it is.
pub(super) fn unfit(path: &Path, why: &str) -> Problem {
    Problem::new(
        LOGIN,
        format!(
            "the logins in `{}` cannot be used: {why}\nhint: mend the file, or name another folder in `DOCKER_CONFIG`",
            path.display()
        ),
    )
}

/// What the program has for the registry, beside the login that the file itself has. The error goes on after its name.
pub(super) async fn ask(helper: &Helper, in_file: Option<&Login>) -> Result<Option<Login>, String> {
    let (status, answer) = talk(helper, "get", &helper.server).await?;
    let login = of_helper(&answer);
    if status.success() {
        return login
            .map(Some)
            .ok_or_else(|| "answers what is no login".to_owned());
    }
    if String::from_utf8_lossy(&answer).trim() == NONE {
        return Ok(None);
    }
    // One that gives a login and fails all the same: none of it is for anybody to read.
    if login.is_some() {
        return Err(unheard(status));
    }
    Err(failed(status, &answer, in_file))
}

/// Has the program keep what it is told. The error goes on after its name.
pub(super) async fn store(helper: &Helper, text: &str) -> Result<(), String> {
    let (status, _) = talk(helper, "store", text).await?;
    // It may repeat what it was told, in spellings that nobody foresees.
    let done = status.success().then_some(());
    done.ok_or_else(|| unheard(status))
}

/// Has the program forget this login. The error goes on after its name.
pub(super) async fn erase(helper: &Helper, login: &Login) -> Result<(), String> {
    let (status, answer) = talk(helper, "erase", &helper.server).await?;
    let done = status.success().then_some(());
    done.ok_or_else(|| failed(status, &answer, Some(login)))
}

/// That the program failed, with none of its words.
fn unheard(status: ExitStatus) -> String {
    format!("failed ({status}; what it says may hold the password, and is not repeated)")
}

/// Why the program failed, in its own words, without a login that is known.
fn failed(status: ExitStatus, answer: &[u8], known: Option<&Login>) -> String {
    let said = String::from_utf8_lossy(answer);
    let secrets = known.map(Secrets::of).unwrap_or_default();
    let said: String = secrets.mask(said.trim()).chars().take(200).collect();
    if said.is_empty() {
        return format!("failed ({status})");
    }
    format!("failed ({})", escape(&said))
}

/// One call of the program: how it ended, and what it says. The error goes on after its name.
async fn talk(helper: &Helper, verb: &str, text: &str) -> Result<(ExitStatus, Vec<u8>), String> {
    let mut child = Command::new(&helper.program)
        .arg(verb)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("cannot be started ({error})"))?;
    let talk = async {
        if let Some(mut input) = child.stdin.take() {
            // One that does not listen may answer all the same.
            let _ = input.write_all(text.as_bytes()).await;
        }
        let mut answer = Vec::new();
        if let Some(output) = child.stdout.take() {
            output
                .take(ANSWER)
                .read_to_end(&mut answer)
                .await
                .map_err(|error| format!("says nothing ({error})"))?;
        }
        let status = child.wait().await;
        let status = status.map_err(|error| format!("does not end ({error})"))?;
        Ok::<_, String>((status, answer))
    };
    tokio::time::timeout(PATIENCE, talk)
        .await
        .map_err(|_| format!("did not answer in {} s", PATIENCE.as_secs()))?
}
