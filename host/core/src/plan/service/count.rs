//! Where nobody says how many tasks there are to be: what of the service follows from those that there are.

use serde_json::{Value, json};

use crate::lower::{MINIMUM, all_but_one};
use crate::observed::ObservedService;
use crate::plan::{Change, Context, Step, volumes};
use crate::request::Operation;

/// The leaf that says how many.
const COUNT: &str = "desiredCount";

/// Whether a leaf is only for the creation.
pub(super) fn is_open(context: &Context<'_>, path: &str) -> bool {
    context.desired.create_only.contains(path)
}

/// A service without a task gets those of its creation again.
///
/// An open count is autoscaling's, but for none at all: that the host leaves where a first deployment failed or where
/// `destroy` was stopped, and whoever runs a service wants it to run. Who wants none says so.
pub(super) fn none(
    context: &Context<'_>,
    body: &Value,
    observed: &ObservedService,
) -> Option<Change> {
    let (now, made) = (&observed.body[COUNT], &body[COUNT]);
    (is_open(context, COUNT) && *now == 0).then(|| Change::new(COUNT, Some(now), Some(made)))
}

/// Lets a service that is made anew begin with as many tasks as the former one had, and stop no more of them.
pub(super) fn take_over(
    context: &Context<'_>,
    former: Option<&ObservedService>,
    request: &mut Value,
) {
    let tasks = former.and_then(|it| it.body[COUNT].as_u64());
    let Some(tasks) = tasks.filter(|it| *it > 0 && is_open(context, COUNT)) else {
        return;
    };
    request[COUNT] = tasks.into();
    if is_open(context, MINIMUM) {
        request["deploymentConfiguration"]["minimumHealthyPercent"] = all_but_one(tasks).into();
    }
}

/// Takes the leaf out of a body, so that it is not compared: it follows a number that autoscaling moves.
pub(super) fn set_aside(context: &Context<'_>, body: &mut Value) {
    let configuration = body["deploymentConfiguration"].as_object_mut();
    if let Some(configuration) = configuration.filter(|_| is_open(context, MINIMUM)) {
        configuration.remove("minimumHealthyPercent");
    }
}

/// Says the leaf after all where a rollout has begun that cannot go on with what there is.
pub(super) fn free(context: &Context<'_>, body: &mut Value, observed: &ObservedService) {
    if is_open(context, MINIMUM) && observed.is_rolling() && observed.is_jammed() {
        let tasks = observed.body[COUNT].as_u64().unwrap_or_default();
        body["deploymentConfiguration"]["minimumHealthyPercent"] = all_but_one(tasks).into();
    }
}

/// Takes all of it out of a body, so that it is not written down as if somebody had said it.
pub(super) fn leave_out(context: &Context<'_>, body: &mut Value) {
    set_aside(context, body);
    if let Some(fields) = body.as_object_mut().filter(|_| is_open(context, COUNT)) {
        fields.remove(COUNT);
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
    if !is_open(context, MINIMUM) || !(is_said || fields.keys().any(|it| volumes::starts_anew(it)))
    {
        return;
    }
    let tasks = fields.get(COUNT).unwrap_or(&observed.body[COUNT]);
    let tasks = tasks.as_u64().unwrap_or_default();
    let before = &observed.body["deploymentConfiguration"]["minimumHealthyPercent"];
    let after = json!(all_but_one(tasks));
    if !is_said && *before == after {
        return;
    }
    let mut configuration = body["deploymentConfiguration"].clone();
    configuration["minimumHealthyPercent"] = after.clone();
    fields.insert("deploymentConfiguration".to_owned(), configuration);
    let is_told = step.changes.iter().any(|it| it.path == MINIMUM);
    if *before != after && !is_told {
        step.changes.push(Change::new(
            MINIMUM,
            Some(before).filter(|it| !it.is_null()),
            Some(&after),
        ));
        step.changes.sort_by(|one, other| one.path.cmp(&other.path));
    }
}
