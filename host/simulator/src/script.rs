//! What is to happen: how images behave, which faults come, how fast time runs. A TOML file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

mod fault;
mod image;
mod operation;
mod other;

pub use fault::{Fault, FaultKind, Moment};
pub use image::{Behaviour, Exit, Image};
pub use other::{Other, ServiceScript};

/// A script, as its file says it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Script {
    /// How many simulated seconds pass in a second; 1 when absent. Not for `--local`, whose time passes when it is waited for.
    pub speed: Option<f64>,
    /// Whether calls are throttled by the budgets that AWS publishes.
    pub throttle: bool,
    /// Operations, with `*` for any text, of whose budgets others have left nothing when the account is opened.
    pub spent: Vec<String>,
    /// The quota of classic load balancers; 20 when absent.
    pub load_balancers: Option<usize>,
    /// The cluster's instances, in place of the prepared two.
    pub instances: Option<Vec<InstanceScript>>,
    /// The first that matches an image counts.
    pub images: Vec<Image>,
    /// The first that matches a service counts.
    pub services: Vec<ServiceScript>,
    /// What others do meanwhile, each once.
    pub others: Vec<Other>,
    /// Each counts by itself.
    pub faults: Vec<Fault>,
}

/// A script that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    #[error("cannot read the script `{}`: {source}", path.display())]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the script `{}` is wrong: {reason}\nhint: its keys are described in host/simulator/README.md", path.display())]
    Wrong { path: PathBuf, reason: String },
}

impl Script {
    /// Reads the text of a file, as whoever opened it found it.
    ///
    /// # Errors
    /// It could not be read, or says something that no script says; the error names the line.
    pub fn read(path: &Path, text: std::io::Result<String>) -> Result<Self, ScriptError> {
        let path_of = || path.to_owned();
        let text = text.map_err(|source| ScriptError::Io {
            path: path_of(),
            source,
        })?;
        Self::parse(&text).map_err(|reason| ScriptError::Wrong {
            path: path_of(),
            reason,
        })
    }

    /// Reads a script's text.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let script: Self =
            toml::from_str(text).map_err(|it| it.to_string().trim_end().to_owned())?;
        script.check().map_or(Ok(script), Err)
    }

    /// The behaviour of an image; the usual one where the script says nothing of it.
    #[must_use]
    pub fn behaviour(&self, image: &str) -> Behaviour {
        let found = self.images.iter().find(|it| matches(&it.image, image));
        found.map(Image::behaviour).unwrap_or_default()
    }

    /// How ECS fares with a service, where the script says something of it.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&ServiceScript> {
        self.services.iter().find(|it| matches(&it.service, name))
    }

    /// What the types alone do not say of a script.
    fn check(&self) -> Option<String> {
        let is_time = |it: Option<f64>| it.is_none_or(|it| (0.0..=1e9).contains(&it));
        if !self.speed.is_none_or(|it| (0.001..=1e6).contains(&it)) {
            return Some("`speed` is more than 0 and at most 1000000".into());
        }
        let mut spent = self.spent.iter();
        if let Some(wrong) = spent.find_map(|it| operation::wrong_pattern("`spent`", it)) {
            return Some(wrong);
        }
        for image in &self.images {
            if image.image.is_empty() {
                return Some("an `[[images]]` has no `image`".into());
            }
            let times = [
                image.starts_after,
                image.healthy_after,
                image.exits.as_ref().map(|it| it.after),
            ];
            if !times.into_iter().all(is_time) {
                return Some(format!(
                    "a time of image `{}` is no number of seconds",
                    image.image
                ));
            }
        }
        if self.services.iter().any(|it| it.service.is_empty()) {
            return Some("a `[[services]]` has no `service`".into());
        }
        for other in &self.others {
            for operation in [Some(&other.operation), other.since.as_ref()]
                .into_iter()
                .flatten()
            {
                if let Some(wrong) = operation::wrong("an `[[others]]`", operation) {
                    return Some(wrong);
                }
            }
            if !is_time(Some(other.after)) {
                return Some(format!(
                    "`after` of the others' `{}` is no number of seconds",
                    other.operation
                ));
            }
        }
        for instance in self.instances.iter().flatten() {
            if !is_time(instance.interrupted_after) || !is_time(instance.terminated_after) {
                return Some("a time of an instance is no number of seconds".into());
            }
        }
        for fault in &self.faults {
            if fault.operation.is_empty() {
                return Some("a `[[faults]]` has no `operation`".into());
            }
            if let Some(wrong) = operation::wrong_pattern("a `[[faults]]`", &fault.operation) {
                return Some(wrong);
            }
            if !is_time(fault.seconds) {
                return Some(format!(
                    "`seconds` of the fault of `{}` is no number of seconds",
                    fault.operation
                ));
            }
        }
        None
    }
}

/// Whether a text is as a pattern says, in which `*` is any text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

/// A container instance of the script. What is absent is as in the prepared account.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct InstanceScript {
    /// CPU units.
    pub cpu: Option<u32>,
    /// MiB.
    pub memory: Option<u32>,
    pub subnet: Option<String>,
    /// False: its agent is disconnected, and nothing is placed on it.
    pub connected: Option<bool>,
    /// Attributes that it does not have: `com.amazonaws.ecs.capability.logging-driver.awslogs`.
    pub lacks: Vec<String>,
    /// AWS takes it away as it does with spot instances: seconds from the account's beginning.
    pub interrupted_after: Option<f64>,
    /// It is terminated: seconds from the account's beginning.
    pub terminated_after: Option<f64>,
    /// False: no load balancer reaches its ports, as without the security group rules for it.
    pub reachable: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text) in [
            ("redis", "redis"),
            ("redis*", "redis:7"),
            ("*", ""),
            ("*/search:1.*", "r/search:1.2"),
            ("a*b*c", "aXbYbc"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("redis", "redis:7"),
            ("*redis", "redis:7"),
            ("a*b*c", "acb"),
            ("a*a", "a"),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn what_no_script_says_is_refused_with_its_line() {
        let wrong = |text: &str| Script::parse(text).unwrap_err();
        assert!(wrong("sped = 1").contains("unknown field `sped`"));
        assert!(
            wrong("\n\n[[images]]\nimage = 'a'\nstarts = 1\n").contains("line 5"),
            "{}",
            wrong("[[images]]\nimage = 'a'\nstarts = 1\n")
        );
        assert!(wrong("[[faults]]\nkind = 'lots'").contains("unknown variant `lots`"));
        assert_eq!(
            wrong("speed = 0.0"),
            "`speed` is more than 0 and at most 1000000"
        );
        assert_eq!(
            wrong("[[images]]\nstarts-after = 1"),
            "an `[[images]]` has no `image`"
        );
        assert_eq!(
            wrong("[[faults]]\nkind = 'lost'"),
            "a `[[faults]]` has no `operation`"
        );
        assert_eq!(
            wrong("[[images]]\nimage = 'a'\nstarts-after = -1"),
            "a time of image `a` is no number of seconds"
        );
        assert_eq!(
            wrong("[[faults]]\noperation = '*'\nseconds = -1"),
            "`seconds` of the fault of `*` is no number of seconds"
        );
        assert_eq!(
            wrong("[[faults]]\noperation = 'CreateServce'"),
            "a `[[faults]]` names the operation `CreateServce`, and there is none: did you mean `CreateService`?"
        );
        assert_eq!(
            wrong("spent = ['*', 'Create-*']"),
            "`spent` names the operations `Create-*`, and there is none"
        );
        assert_eq!(
            wrong("[[others]]\noperation = 'DescribeService'"),
            "an `[[others]]` names the operation `DescribeService`, and there is none: did you mean `DescribeServices`?"
        );
    }

    #[test]
    fn the_first_image_that_matches_counts() {
        let script = Script::parse(
            "[[images]]\nimage = 'redis:7'\nneeds-memory = 1\n[[images]]\nimage = 'redis*'\n",
        )
        .unwrap();
        assert_eq!(script.behaviour("redis:7").needs_memory, Some(1));
        assert_eq!(script.behaviour("redis:8").needs_memory, None);
        assert_eq!(script.behaviour("mysql"), Behaviour::default());
    }
}
