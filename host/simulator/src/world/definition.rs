//! Task definitions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Tags;
use crate::time::Time;

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Family {
    /// The last number that was given out. Numbers are never given out again.
    pub last: u32,
    /// By number.
    pub revisions: BTreeMap<u32, Revision>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Revision {
    pub arn: String,
    pub family: String,
    pub number: u32,
    pub status: RevisionStatus,
    /// What was registered, as AWS describes it: defaults filled in, without ARN, revision, status and times.
    pub body: Value,
    pub tags: Tags,
    pub registered: Time,
    pub deregistered: Option<Time>,
    /// How many tasks of it have ended of themselves after they ran. Stopped tasks are forgotten: this is not.
    pub crashes: u32,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RevisionStatus {
    #[default]
    Active,
    Inactive,
    DeleteInProgress,
}
