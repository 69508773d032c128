//! Logins as docker keeps them: in its file, or with a program that the file names. They are read when a registry wants one.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use host_core::codes::Problem;
use host_core::codes::registry::LOGIN;
use host_core::escape::escape;
use host_core::registry::login::{Config, Helper, Login, of_helper};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use crate::files;

/// How long a program that keeps logins may take: some ask their user.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most bytes of what it answers.
const ANSWER: u64 = 1 << 20;

/// What there is of a login.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) login: Option<Login>,
    /// Why a login that should be there is not.
    pub(super) trouble: Option<String>,
}

/// The login to a registry. Where nobody logged in there is none.
pub(super) async fn find(folder: Option<&Path>, registry: &str) -> Result<Found, Problem> {
    let Some(path) = folder.map(|it| it.join("config.json")) else {
        return Ok(Found::default());
    };
    if !path.exists() {
        return Ok(Found::default());
    }
    let unfit = |why: String| {
        Problem::new(
            LOGIN,
            format!(
                "the logins in `{}` cannot be read: {why}\nhint: mend the file, or name another folder in `DOCKER_CONFIG`",
                path.display()
            ),
        )
    };
    let text = files::text(&path).map_err(|error| unfit(error.to_string()))?;
    let config = Config::read(&text).map_err(unfit)?;
    let mut trouble = None;
    if let Some(helper) = config.helper(registry) {
        match ask(&helper).await {
            Ok(Some(login)) => {
                return Ok(Found {
                    login: Some(login),
                    trouble: None,
                });
            }
            Ok(None) => {}
            Err(why) => {
                let program = &helper.program;
                let file = path.display();
                trouble = Some(format!("`{program}`, which `{file}` names, {why}"));
            }
        }
    }
    Ok(Found {
        login: config.login(registry),
        trouble,
    })
}

/// What the program has for the registry. The error goes on after its name.
async fn ask(helper: &Helper) -> Result<Option<Login>, String> {
    let mut child = Command::new(&helper.program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("cannot be started ({error})"))?;
    let talk = async {
        if let Some(mut input) = child.stdin.take() {
            // One that does not listen may answer all the same.
            let _ = input.write_all(helper.server.as_bytes()).await;
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
        Ok::<_, String>((status.success(), answer))
    };
    let (is_done, answer) = tokio::time::timeout(PATIENCE, talk)
        .await
        .map_err(|_| format!("did not answer in {} s", PATIENCE.as_secs()))??;
    if is_done {
        return of_helper(&answer)
            .map(Some)
            .ok_or_else(|| "answers what is no login".to_owned());
    }
    // Helpers have these words in common, and no status.
    let said = String::from_utf8_lossy(&answer);
    if said.contains("not found") {
        return Ok(None);
    }
    let said: String = said.trim().chars().take(200).collect();
    Err(format!("failed ({})", escape(&said)))
}
