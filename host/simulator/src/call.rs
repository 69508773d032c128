//! One operation of AWS, as a function of the account and the input.

use serde_json::Value;

use crate::refusal::Refusal;
use crate::script::Script;
use crate::world::World;
use crate::{ecs, elb, model};

/// The two services that are simulated.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub enum Api {
    /// ECS, version 2014-11-13, JSON 1.1.
    Ecs,
    /// Classic ELB, version 2012-06-01, Query and XML.
    Elb,
}

/// What an operation is given.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    /// What was scripted: RunTask and StartTask go by it, as it says how long an image takes to start.
    pub(crate) script: &'a Script,
    /// The input, in the shapes of AWS's model: an object, members of the right types.
    pub(crate) input: &'a Value,
}

/// An operation. On a refusal it must have changed nothing.
pub(crate) type Operation = fn(&mut Call<'_>) -> Result<Value, Refusal>;

/// The service that has an operation, and what carries it out. No name is in both.
pub(crate) fn find(operation: &str) -> Option<(Api, Operation)> {
    let named = |operations: &[(&str, Operation)]| {
        let found = operations.iter().find(|(name, _)| *name == operation);
        found.map(|(_, it)| *it)
    };
    let ecs = named(ecs::OPERATIONS).map(|it| (Api::Ecs, it));
    ecs.or_else(|| named(elb::OPERATIONS).map(|it| (Api::Elb, it)))
}

/// The names of all operations.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let all = ecs::OPERATIONS.iter().chain(elb::OPERATIONS);
    all.map(|(name, _)| *name)
}

/// Carries out one operation at the time that the world has come to.
///
/// # Errors
/// AWS would refuse it; nothing has changed then.
pub fn call(
    world: &mut World,
    script: &Script,
    api: Api,
    operation: &str,
    input: &Value,
) -> Result<Value, Refusal> {
    let Some((_, carry_out)) = find(operation).filter(|(it, _)| *it == api) else {
        return Err(model::unknown(api, operation));
    };
    let input = model::check(api, operation, input)?;
    if let Some(refusal) = model::outside(api, operation, &input) {
        // What a rule says of this very word, or of something else before it, goes first.
        let refused = carry_out(&mut Call {
            world: &mut world.clone(),
            script,
            input: &input,
        });
        return Err(refused.err().unwrap_or(refusal));
    }
    let answer = carry_out(&mut Call {
        world,
        script,
        input: &input,
    })?;
    let is_awaited = |it: &crate::script::Other| it.since.as_deref() == Some(operation);
    if script.others.iter().any(is_awaited) {
        let now = world.now;
        let seen = &mut world.others.seen;
        seen.entry(operation.to_owned()).or_insert(now);
    }
    Ok(answer)
}
