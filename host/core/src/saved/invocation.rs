//! What was typed when a plan was saved.

use serde::{Deserialize, Serialize};

/// The arguments of `host plan`, as typed. Paths are from the folder that it ran in.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Invocation {
    /// Recipes, stack files and services.
    pub recipes: Vec<String>,
    /// `--set`, without those of secrets: `redis.memory=512`.
    pub set: Vec<String>,
    /// The secrets that were given by `--set`, to be given again: `root-password`, `mysql.root-password`.
    pub secrets: Vec<String>,
    /// `--params`.
    pub params: Vec<String>,
    /// The stack file that counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack_file: Option<String>,
    /// Whether objects that nobody's host made are taken over.
    pub adopt: bool,
    pub flags: Flags,
}

/// The flags about the target, each absent or empty where it was not given.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Flags {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_url: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subnets: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// Whether the simulated account of this machine takes the place of AWS.
    pub local: bool,
}

impl Invocation {
    /// The command that plans the same again and saves it as `file`; `…` stands for the ARNs of secrets.
    pub fn command(&self, file: &str) -> String {
        let flags = &self.flags;
        let one = [
            ("--cluster", &flags.cluster),
            ("--region", &flags.region),
            ("--profile", &flags.profile),
            ("--endpoint-url", &flags.endpoint_url),
            ("--service-role", &flags.service_role),
            ("--account", &flags.account),
            ("--stack", &flags.stack),
        ];
        let many = [
            ("--set", &self.set),
            ("--params", &self.params),
            ("--subnet", &flags.subnets),
            ("--security-group", &flags.security_groups),
        ];
        let mut words = vec!["host".to_owned(), "plan".to_owned()];
        words.extend(self.recipes.iter().map(|it| quoted(it)));
        for (flag, values) in many {
            words.extend(values.iter().map(|it| format!("{flag} {}", quoted(it))));
        }
        words.extend(self.secrets.iter().map(|it| format!("--set {it}=…")));
        for (flag, value) in one {
            words.extend(value.iter().map(|it| format!("{flag} {}", quoted(it))));
        }
        for (flag, is_set) in [("--adopt", self.adopt), ("--local", flags.local)] {
            words.extend(is_set.then(|| flag.to_owned()));
        }
        words.push(format!("-o {}", quoted(file)));
        words.join(" ")
    }
}

/// A word for the shell.
fn quoted(text: &str) -> String {
    let plain = |it: char| it.is_alphanumeric() || "-_./:=,@+".contains(it);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
