//! Plans kept in a file: looked at by one, applied as they are by another.
//!
//! A saved plan is made again before it is applied, from the same arguments. So it
//! holds three things: how it is made ([`Invocation`]), what came of that (recipes,
//! arguments, target, the state of AWS, the plan with its requests), and a digest of
//! itself. What moved meanwhile is found by comparing two of them ([`moved`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::codes::Problem;
use crate::codes::saved as codes;
use crate::desired::DesiredTarget;
use crate::digest;
use crate::plan::Plan;
use crate::spec::{self, Argument};
use crate::tokens::Known;

mod invocation;
mod moved;
mod state;

pub use invocation::{Flags, Invocation};
pub use moved::{Recipe, moved, swapped};
pub use state::{Leaves, State, state};

/// What the member `kind` of the file says.
pub const KIND: &str = "host-plan";

/// The version of the file's form. A host reads its own only: a plan is not for keeping.
pub const SCHEMA_VERSION: u32 = 1;

/// The hint of everything that is wrong with such a file.
const MAKE: &str = "`host plan … -o plan.json` makes one";

/// A saved plan. It holds no ARN of a secret: tokens and digests stand in their places.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Saved {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// [`KIND`].
    pub kind: String,
    /// The version of host that made it.
    pub host: String,
    /// What was typed.
    pub invocation: Invocation,
    /// Where it goes, as far as it is known without reading container instances.
    pub target: DesiredTarget,
    /// The id of the cluster's account, where AWS has the cluster.
    pub account: Option<String>,
    pub services: Vec<SavedService>,
    /// The plan with its requests, as [`with_requests`] has it.
    pub plan: Value,
    /// What AWS had.
    pub state: State,
}

/// What one service of a plan was made from.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct SavedService {
    /// The name of the service in its stack.
    pub name: String,
    /// `redis@0.1.0`.
    pub recipe: String,
    /// The digest of the recipe's bytes, `sha256:…`.
    pub digest: String,
    /// What the recipe was told, defaults included. Of a secret a digest: `{"secret": "sha256:…"}`.
    pub arguments: BTreeMap<String, Value>,
}

impl Saved {
    /// The text of its file, with the digest of all the rest in it.
    ///
    /// # Errors
    /// The ARN of a secret would be in it, because it was given as a plain value too. `secrets` are all that are known.
    pub fn text<'a>(
        &self,
        secrets: impl IntoIterator<Item = &'a Known>,
    ) -> Result<String, Problem> {
        let mut value = json!(self);
        let digest = digest_of(&value);
        value["digest"] = digest.into();
        let text = format!("{value:#}\n");
        for (token, arn) in secrets.into_iter().flatten() {
            let quoted = Value::from(arn.as_str()).to_string();
            if text.contains(quoted.trim_matches('"')) {
                return Err(Problem::new(
                    codes::UNSAVED,
                    format!(
                        "the plan is not saved: what `{token}` stands for would be in it, because it is a plain value elsewhere\n\
                         hint: give the ARN of a secret to secret parameters only"
                    ),
                ));
            }
        }
        Ok(text)
    }

    /// Reads the text of a file. `file` is its name, for messages.
    ///
    /// # Errors
    /// It is no saved plan, of another form than this host's, or not as it was saved.
    pub fn read(text: &str, file: &str) -> Result<Self, Problem> {
        let no_plan = |why: &str, hint: &str| {
            Problem::new(
                codes::NO_PLAN,
                format!("`{file}` is no saved plan: {why}\nhint: {hint}"),
            )
        };
        let mut value: Value = serde_json::from_str(text).map_err(|error| {
            if error.is_eof() {
                no_plan("it is empty, or cut off", MAKE)
            } else {
                no_plan(&format!("it is not JSON: {error}"), MAKE)
            }
        })?;
        if value["kind"] != KIND {
            let hint = format!("{MAKE}; a file of parameters goes with `--params {file}`");
            return Err(no_plan("its `kind` is not `host-plan`", &hint));
        }
        if value["schema_version"] != SCHEMA_VERSION {
            let made = value["host"].as_str().unwrap_or("another version");
            let why = format!(
                "its `schema_version` is {}, and this host knows {SCHEMA_VERSION}",
                value["schema_version"]
            );
            return Err(no_plan(
                &why,
                &format!("plan again with this host; it was made by {made}"),
            ));
        }
        let digest = value
            .as_object_mut()
            .and_then(|it| it.remove("digest"))
            .unwrap_or_default();
        if digest != digest_of(&value).as_str() {
            return Err(Problem::new(
                codes::EDITED,
                format!(
                    "`{file}` is not as it was saved: its digest does not fit what it holds\n\
                     hint: change the recipe, its parameters or the target, and plan again with `-o`"
                ),
            ));
        }
        serde_json::from_value(value).map_err(|error| no_plan(&error.to_string(), MAKE))
    }
}

fn digest_of(value: &Value) -> String {
    format!("sha256:{}", digest::of_value(value))
}

/// A plan as it is saved: as it is printed for programs, and with the requests of each step.
pub fn with_requests(plan: &Plan) -> Value {
    let mut value = json!(plan);
    for (index, service) in plan.services.iter().enumerate() {
        for (place, step) in service.steps.iter().enumerate() {
            value["services"][index]["steps"][place]["requests"] = json!(step.requests);
        }
    }
    value
}

/// What a recipe was told, as it is saved.
pub fn arguments(arguments: &[Argument], secrets: &Known) -> BTreeMap<String, Value> {
    let said = |value: &spec::Value| match value {
        spec::Value::Secret(token) => {
            let arn = secrets.get(token).map(String::as_str).unwrap_or_default();
            json!({"secret": format!("sha256:{}", digest::sha256_hex(arn.as_bytes()))})
        }
        spec::Value::Text(it) => json!(it),
        spec::Value::Integer(it) => json!(it),
        spec::Value::Boolean(it) => json!(it),
        spec::Value::TextList(it) => json!(it),
    };
    let each = arguments.iter();
    each.map(|it| (it.name.clone(), said(&it.value))).collect()
}

#[cfg(test)]
mod tests;
