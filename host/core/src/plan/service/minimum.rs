//! How many tasks a rollout keeps running, where nobody says how many there are to be.

use serde_json::{Value, json};

use crate::lower::{MINIMUM, all_but_one};
use crate::observed::ObservedService;
use crate::plan::{Change, Context, Step, volumes};
use crate::request::Operation;

/// Whether the host chooses `minimumHealthyPercent` anew for the tasks that there are.
pub(super) fn is_open(context: &Context<'_>) -> bool {
    context.desired.create_only.contains(MINIMUM)
}

/// Takes the leaf out of a body, so that it is not compared: it follows a number that autoscaling moves.
pub(super) fn set_aside(context: &Context<'_>, body: &mut Value) {
    let configuration = body["deploymentConfiguration"].as_object_mut();
    if let Some(configuration) = configuration.filter(|_| is_open(context)) {
        configuration.remove("minimumHealthyPercent");
    }
}

/// Lets an update that starts tasks anew, or that says the deployment's configuration anyway, keep all tasks running
/// but one. By itself it is no reason for an update.
///
/// The host's own number is for the one task that it makes. With it, all that autoscaling has added would stop at once.
pub(super) fn follow(
    context: &Context<'_>,
    body: &Value,
    observed: &ObservedService,
    step: &mut Step,
) {
    let mut requests = step.requests.iter_mut();
    let update = requests.find(|it| it.operation == Operation::UpdateService);
    let Some(fields) = update.and_then(|it| it.body.as_object_mut()) else {
        return;
    };
    let is_said = fields.contains_key("deploymentConfiguration");
    if !is_open(context) || !(is_said || fields.keys().any(|it| volumes::starts_anew(it))) {
        return;
    }
    let tasks = observed.body["desiredCount"].as_u64().unwrap_or_default();
    let before = &observed.body["deploymentConfiguration"]["minimumHealthyPercent"];
    let after = json!(all_but_one(tasks));
    if !is_said && *before == after {
        return;
    }
    let mut configuration = body["deploymentConfiguration"].clone();
    configuration["minimumHealthyPercent"] = after.clone();
    fields.insert("deploymentConfiguration".to_owned(), configuration);
    if *before != after {
        step.changes.push(Change::new(
            MINIMUM,
            Some(before).filter(|it| !it.is_null()),
            Some(&after),
        ));
        step.changes.sort_by(|one, other| one.path.cmp(&other.path));
    }
}
