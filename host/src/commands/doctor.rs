//! `host doctor`: whether everything is there that the other verbs need.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;
use host_core::fault::{Fault, FaultKind, explain};
use host_core::report::document;
use host_core::report::text::{Line, Text, Tone};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Context, block_on, prepare};
use crate::cli::DoctorArgs;
use crate::failure::{ExitStatus, Failure};
use crate::network::Network;
use crate::settings::{self, StackFile, Target};

/// How a check came out. Without what only warns, recipes still run.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Health {
    Ok,
    Warn,
    Fail,
}

/// One line of the report.
#[derive(Clone, Debug, Serialize)]
struct Check {
    name: &'static str,
    health: Health,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Check {
    fn new(name: &'static str, health: Health, message: impl Into<String>) -> Self {
        Self {
            name,
            health,
            message: message.into(),
            hint: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

pub(super) fn execute(context: &Context, arguments: &DoctorArgs) -> Result<ExitStatus> {
    let mut checks = toolchain(context);
    checks.push(cache(context));
    let (check, file) = stack_file(context);
    checks.push(check);
    let target = Target::resolve(&arguments.target, file.as_ref(), &context.environment);
    checks.extend(block_on(async { Ok(cloud(context, &target).await) })?);
    if context.shell.is_json() {
        context.shell.json(&document([("checks", json!(checks))]))?;
    } else {
        context.shell.data(&text(&checks))?;
    }
    let failed = checks.iter().any(|it| it.health == Health::Fail);
    Ok(if failed {
        ExitStatus::Failed
    } else {
        ExitStatus::Done
    })
}

fn text(checks: &[Check]) -> Text {
    let mut text = Text::default();
    for check in checks {
        let (word, tone) = match check.health {
            Health::Ok => ("ok", Tone::Good),
            Health::Warn => ("warn", Tone::Warning),
            Health::Fail => ("fail", Tone::Error),
        };
        text.push(
            Line::new(tone, format!("{word:<5}"))
                .and(Tone::Plain, format!("{:<12} {}", check.name, check.message)),
        );
        for line in check.hint.iter().flat_map(|it| it.lines()) {
            text.push(Line::new(Tone::Hint, "                  hint: ").and(Tone::Plain, line));
        }
    }
    text
}

/// What only authors of recipes need.
fn toolchain(context: &Context) -> Vec<Check> {
    let toolchain = settings::toolchain(&context.environment, true);
    let cargo = first_line(Command::new(&toolchain.cargo).arg("--version"));
    let Some(version) = cargo else {
        let check = Check::new(
            "cargo",
            Health::Warn,
            "is not there; only `host build` needs it",
        );
        return vec![check.hint("install Rust: https://rustup.rs")];
    };
    let target = "wasm32-unknown-unknown";
    let rustc = toolchain.cargo.with_file_name("rustc");
    let library =
        first_line(Command::new(rustc).args(["--print", "target-libdir", "--target", target]));
    let installed = library.is_some_and(|it| Path::new(&it).is_dir());
    let check = if installed {
        Check::new("rust target", Health::Ok, format!("{target} is installed"))
    } else {
        let check = Check::new(
            "rust target",
            Health::Warn,
            format!("{target} is not installed; only `host build` needs it"),
        );
        check.hint(format!("`rustup target add {target}`"))
    };
    vec![Check::new("cargo", Health::Ok, version), check]
}

fn first_line(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|it| it.status.success())?;
    Some(
        String::from_utf8(output.stdout)
            .ok()?
            .lines()
            .next()?
            .to_owned(),
    )
}

/// Without a cache every call compiles its recipes again.
fn cache(context: &Context) -> Check {
    let Some(folder) = settings::cache_folder(&context.environment) else {
        let check = Check::new(
            "cache",
            Health::Warn,
            "there is no folder for it: neither `HOME` nor `XDG_CACHE_HOME` is set",
        );
        return check.hint("set `XDG_CACHE_HOME` to an absolute path");
    };
    let shown = folder.display();
    let probe = folder.join(format!(".doctor.{}", std::process::id()));
    let written = fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&probe, ""))
        .and_then(|()| fs::remove_file(&probe));
    let compiled = folder.join("compiled");
    match written {
        // Machine code from a folder that others can write to is not run.
        Ok(()) if fs::metadata(&compiled).is_ok_and(|it| it.permissions().mode() & 0o077 != 0) => {
            let compiled = compiled.display();
            let message = format!("`{compiled}` is open to other users, and is not used");
            Check::new("cache", Health::Warn, message).hint(format!("`chmod 700 {compiled}`"))
        }
        Ok(()) => Check::new("cache", Health::Ok, format!("{shown}")),
        Err(error) => Check::new(
            "cache",
            Health::Warn,
            format!("cannot write to `{shown}`: {error}"),
        )
        .hint("recipes are compiled at every call; set `XDG_CACHE_HOME` to a folder of yours"),
    }
}

fn stack_file(context: &Context) -> (Check, Option<StackFile>) {
    let name = "stack file";
    match StackFile::nearest(&context.environment.folder) {
        Ok(None) => (
            Check::new(
                name,
                Health::Ok,
                "no `host.toml` here or above: flags and variables decide",
            ),
            None,
        ),
        Ok(Some(file)) => {
            let message = format!(
                "{}, {}",
                file.path.display(),
                host_core::report::count(file.services.len(), "service")
            );
            (Check::new(name, Health::Ok, message), Some(file))
        }
        Err(error) => (failed(name, &error), None),
    }
}

fn failed(name: &'static str, error: &anyhow::Error) -> Check {
    let failure = Failure::read(error);
    let message = [vec![failure.message], failure.causes].concat().join("; ");
    let check = Check::new(name, Health::Fail, message);
    if failure.hints.is_empty() {
        check
    } else {
        check.hint(failure.hints.join("\n"))
    }
}

/// Region, credentials and cluster, as far as one leads to the next.
async fn cloud(context: &Context, target: &Target) -> Vec<Check> {
    let aws = match prepare::open(context, target).await {
        Ok(aws) => aws,
        Err(error) => return vec![failed("region", &error)],
    };
    let mut checks = vec![Check::new("region", Health::Ok, aws.region())];
    let network = Network::read(|name| context.environment.get(name));
    if target.local.is_none() {
        checks.extend(network.words().map(|it| Check::new("way", Health::Ok, it)));
    }
    if let Err(fault) = aws.clusters().await {
        checks.push(refused(&fault));
        return checks;
    }
    checks.push(Check::new("credentials", Health::Ok, "AWS accepts them"));
    checks.push(match prepare::complete(&aws, target).await {
        Err(error) => failed("cluster", &error),
        Ok(target) => match aws.cluster(&target.cluster).await {
            Err(fault) => failed("cluster", &fault.into()),
            Ok(found) => cluster(&target.cluster, found.as_ref()),
        },
    });
    checks
}

/// The first call tells whether AWS can be reached, and whether it knows who asks.
fn refused(fault: &Fault) -> Check {
    let name = if fault.kind == FaultKind::Unreachable {
        "network"
    } else {
        "credentials"
    };
    let explanation = explain(fault);
    let cause = explanation
        .cause
        .map(|it| format!(" ({it})"))
        .unwrap_or_default();
    let check = Check::new(name, Health::Fail, explanation.message + &cause);
    Check {
        hint: explanation.hint,
        ..check
    }
}

fn cluster(name: &str, found: Option<&Value>) -> Check {
    let Some(cluster) = found.filter(|it| it["status"] == "ACTIVE") else {
        return Check::new("cluster", Health::Fail, format!("`{name}` is not there"))
            .hint("name another with `--cluster`, or make it with `aws ecs create-cluster`");
    };
    match cluster["registeredContainerInstancesCount"].as_u64() {
        Some(0) => Check::new(
            "cluster",
            Health::Warn,
            format!("`{name}` has no container instances, so nothing can run"),
        )
        .hint("start an instance of the ECS-optimised image that joins the cluster"),
        Some(number) => Check::new(
            "cluster",
            Health::Ok,
            format!(
                "`{name}`, {}",
                host_core::report::count(
                    usize::try_from(number).unwrap_or(usize::MAX),
                    "container instance"
                )
            ),
        ),
        None => Check::new("cluster", Health::Ok, format!("`{name}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_needs_instances() {
        let health = |value: Option<Value>| cluster("searchapp", value.as_ref()).health;
        assert_eq!(
            health(Some(
                json!({"status": "ACTIVE", "registeredContainerInstancesCount": 2})
            )),
            Health::Ok
        );
        assert_eq!(
            health(Some(
                json!({"status": "ACTIVE", "registeredContainerInstancesCount": 0})
            )),
            Health::Warn
        );
        assert_eq!(health(Some(json!({"status": "INACTIVE"}))), Health::Fail);
        assert_eq!(health(None), Health::Fail);
    }

    #[test]
    fn each_check_is_a_line_with_its_hint_below() {
        let checks = [
            Check::new("region", Health::Ok, "us-east-1"),
            Check::new("cluster", Health::Fail, "`x` is not there").hint("name another"),
        ];
        expect_test::expect![[r#"
            ok   region       us-east-1
            fail cluster      `x` is not there
                              hint: name another
        "#]]
        .assert_eq(&text(&checks).to_string());
    }
}
