//! Turning back, when a run failed and by hand.

use host_core::codes::target::NO_REVISION;
use host_core::fault::{Fault, explain};
use host_core::observed::{ObservedService, Revision, short};
use host_core::ownership;
use host_core::request::{Operation, Request};
use host_core::rollback;
use host_core::stability::{Balancer, Watch};
use serde_json::{Value, json};

use super::apply::send;
use super::deploy::Seen;
use super::refuse;
use super::wait::{Patience, Steadiness, event_ids, primary_created, primary_deployment, wait};
use crate::cloud::aws::Aws;

mod failed;

pub use failed::{BalancerNow, Failed, Turned, TurnedTo, turn_back};

/// What puts a service back.
struct PutBack {
    /// The revision, where it gets another one.
    arn: Option<String>,
    /// The call without the revision.
    update: Option<Request>,
    tags: Option<Request>,
}

/// What came of a service that AWS has put back.
struct Came {
    steadiness: Option<Steadiness>,
    /// Why nobody saw what came of it.
    blind: Option<Fault>,
}

/// Sends the calls, and waits. What fails after AWS has taken the change is no reason to say that nothing was changed.
async fn put_back(patience: &Patience, watch: &Watch, sent: PutBack) -> Result<Came, Fault> {
    let means = patience.means();
    let answer = match sent.update {
        Some(mut update) => {
            if let Some(arn) = &sent.arn {
                update.body["taskDefinition"] = arn.as_str().into();
            }
            let mut answer = send(&means, &watch.name, &update).await?;
            Some(answer["service"].take())
        }
        None => None,
    };
    if let Some(tags) = sent.tags
        && let Err(fault) = send(&means, &watch.name, &tags).await
    {
        let warning = format!(
            "its tags still name the recipe that was left: {}",
            explain(&fault)
        );
        patience.progress.warning(&watch.name, &warning);
    }
    let watch = Watch {
        revision: sent.arn.unwrap_or_else(|| watch.revision.clone()),
        settled: false,
        desired: None,
        ..watch.clone()
    };
    let watch = match answer {
        Some(service) => Watch {
            deployment: primary_deployment(&service),
            began: Some(primary_created(&service)).filter(|it| *it > 0.0),
            old_events: event_ids(&service),
            ..watch
        },
        None => watch,
    };
    let waited = wait(patience, vec![watch], &Seen::default(), None).await;
    Ok(Came {
        steadiness: waited.services.into_iter().next(),
        blind: waited.blind,
    })
}

/// How many revisions of a family are looked at.
const HISTORY: usize = 20;

/// The newest revisions of a family, the newest first.
///
/// # Errors
/// AWS refuses a read.
pub async fn history(aws: &Aws, family: &str, most: usize) -> Result<Vec<Revision>, Fault> {
    let arns = aws.task_definitions(family).await?;
    let mut history = Vec::new();
    for arn in arns.iter().take(most) {
        history.extend(
            aws.task_definition(arn)
                .await?
                .as_ref()
                .and_then(Revision::read),
        );
    }
    Ok(history)
}

/// A rollback by hand, before anything is done.
#[derive(Clone, Debug)]
pub struct Planned {
    pub service: ObservedService,
    /// AWS's name of the service.
    pub name: String,
    /// The revision that runs.
    pub running: Revision,
    /// The one to go back to.
    pub to: Revision,
    /// A member of `LoadBalancerDescriptions`, where it has one that is there.
    pub balancer: Option<Value>,
}

/// Chooses the revision to go back to: the one that is named, or else the last one before the running one that was
/// recorded as stable.
///
/// # Errors
/// There is none, or it cannot be used; or AWS refuses a read.
pub async fn plan(
    aws: &Aws,
    name: String,
    service: ObservedService,
    wanted: Option<&str>,
) -> anyhow::Result<Planned> {
    let arn = service.task_definition().unwrap_or_default().to_owned();
    let family = short(&arn).split(':').next().unwrap_or_default().to_owned();
    let read = aws.task_definition(&arn).await?;
    let Some(running) = read.as_ref().and_then(Revision::read) else {
        return refuse(
            NO_REVISION,
            format!(
                "`{}`, which service `{name}` runs, cannot be read any more",
                short(&arn)
            ),
        );
    };
    let to = if let Some(wanted) = wanted {
        named(aws, &family, wanted).await?
    } else {
        let mut history = history(aws, &family, HISTORY).await?;
        let tagged = service.tags.get(ownership::STABLE).map(String::as_str);
        if let Some(tagged) = tagged.filter(|it| !history.iter().any(|one| one.short() == *it)) {
            // It may be older than all that were looked at.
            let read = aws.task_definition(tagged).await?;
            history.extend(read.as_ref().and_then(Revision::read));
        }
        match rollback::latest_stable(&history, &arn, tagged) {
            Some(found) => found.clone(),
            None => {
                return refuse(
                    NO_REVISION,
                    format!(
                        "no revision before `{}` was recorded as steady\n\
                 hint: `host status` with the name shows the history; `--to REVISION` takes any that is active",
                        short(&arn)
                    ),
                );
            }
        }
    };
    if to.arn == running.arn {
        return refuse(
            NO_REVISION,
            format!(
                "service `{name}` runs `{}` already\nhint: `--to REVISION` names another",
                to.short()
            ),
        );
    }
    let balancer = match service.load_balancers().next() {
        Some(name) => {
            let all = aws.load_balancers().await?;
            all.into_iter().find(|it| it["LoadBalancerName"] == name)
        }
        None => None,
    };
    check_fit(&name, &service, balancer.as_ref(), &to)?;
    Ok(Planned {
        service,
        name,
        running,
        to,
        balancer,
    })
}

/// A revision is no use to a service whose load balancer listens for other ports, and AWS refuses it.
fn check_fit(
    name: &str,
    service: &ObservedService,
    balancer: Option<&Value>,
    to: &Revision,
) -> anyhow::Result<()> {
    let listeners = balancer.and_then(|it| it["ListenerDescriptions"].as_array());
    let listeners = listeners.into_iter().flatten();
    let ports: Vec<Value> = listeners
        .map(|it| it["Listener"]["InstancePort"].clone())
        .collect();
    if rollback::fits(&service.body, &ports, to) {
        return Ok(());
    }
    let ports: Vec<String> = ports.iter().map(Value::to_string).collect();
    let leads = match &ports[..] {
        [] => String::new(),
        ports => format!(", whose load balancer leads to port {}", ports.join(", ")),
    };
    refuse(
        NO_REVISION,
        format!(
            "`{}` does not go with service `{name}` as it is{leads}\n\
             hint: `host run` with the recipe and parameters of then changes both\n\
             hint: `--to REVISION` names another; `host status` with the name shows the history",
            to.short()
        ),
    )
}

/// A revision that the user names: `redis:3` or `3`.
async fn named(aws: &Aws, family: &str, wanted: &str) -> anyhow::Result<Revision> {
    let (of, number) = short(wanted).rsplit_once(':').unwrap_or((family, wanted));
    if of != family || number.parse::<u64>().is_err() {
        return refuse(
            NO_REVISION,
            format!(
                "`{wanted}` is no revision of `{family}`\nhint: write `{family}:NUMBER` or the number alone"
            ),
        );
    }
    let name = format!("{family}:{number}");
    let found = aws
        .task_definition(&name)
        .await?
        .as_ref()
        .and_then(Revision::read);
    if let Some(found) = found.filter(Revision::is_active) {
        return Ok(found);
    }
    // Newest first, as AWS lists them.
    let active = aws.task_definitions(family).await?;
    let newest: Vec<&str> = active.iter().take(SHOWN).map(|it| short(it)).collect();
    let more = if active.len() > SHOWN { ", …" } else { "" };
    refuse(
        NO_REVISION,
        format!(
            "`{name}` does not exist or is not active\nhint: active are `{}`{more}",
            newest.join("`, `")
        ),
    )
}

/// How many active revisions a hint names.
const SHOWN: usize = 10;

/// Puts a service back by hand. Gives what came of waiting; nothing where nobody wants to wait.
///
/// # Errors
/// AWS refuses the change.
pub async fn carry_out(
    patience: &Patience,
    stack_name: &str,
    planned: &Planned,
    waits: bool,
) -> Result<Option<Steadiness>, Fault> {
    let (name, to) = (&planned.name, &planned.to);
    let update = rollback::by_hand(&patience.cluster, name, &planned.service, to);
    // The tags name the recipe that registered what runs.
    let of_recipe = [ownership::RECIPE, ownership::DIGEST];
    let tags: Vec<Value> = of_recipe
        .into_iter()
        .filter_map(|key| Some(json!({"key": key, "value": planned.to.tags.get(key)?})))
        .collect();
    let tags = (!tags.is_empty()).then(|| Request {
        operation: Operation::TagResource,
        body: json!({"resourceArn": planned.service.body["serviceArn"], "tags": tags}),
    });
    let balancer = planned.service.load_balancers().next();
    let mut watch = Watch {
        name: stack_name.to_owned(),
        service: planned.name.clone(),
        load_balancer: balancer.map(str::to_owned),
        ..Watch::default()
    };
    if !waits {
        let means = patience.means();
        send(&means, stack_name, &update).await?;
        if let Some(tags) = tags {
            send(&means, stack_name, &tags).await?;
        }
        return Ok(None);
    }
    // For the patience with its checks and for hints.
    watch.balancer = balancer.map(|_| Balancer::read(planned.balancer.as_ref()));
    let sent = PutBack {
        arn: Some(planned.to.arn.clone()),
        update: Some(update),
        tags,
    };
    let came = put_back(patience, &watch, sent).await?;
    match (came.steadiness, came.blind) {
        (None, Some(fault)) => Err(fault),
        (steadiness, _) => Ok(steadiness),
    }
}
