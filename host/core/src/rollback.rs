//! Turning back: to the last revision that was recorded as stable, never just to the one before.

use serde_json::{Map, Value, json};

use crate::observed::{ObservedService, Revision, short};
use crate::ownership;
use crate::plan::{Action, Step};
use crate::request::{Operation, Request};

/// What is to be done about a service that failed after it was changed.
#[derive(Clone, Debug, PartialEq)]
pub enum TurnBack {
    /// To the revision that its tag names, with the numbers it had before.
    To {
        /// `redis:3`.
        revision: String,
        /// The call without the revision's ARN, which is looked up first.
        update: Request,
        /// Puts the host's tags back to what they were, where they changed.
        tags: Option<Request>,
    },
    /// There was no service before this run: no tasks of it, until it is run again.
    ToZero(Request),
    /// There is nothing to go back to, and why.
    Nothing(String),
}

/// Decides by the step of the service, and by the service before it. Absent: it was made by this step.
#[must_use]
pub fn decide(cluster: &str, step: &Step, before: Option<&ObservedService>) -> TurnBack {
    let was_there = matches!(step.action, Action::Update | Action::NoOp);
    let Some(before) = before.filter(|it| was_there && !it.is_draining()) else {
        return TurnBack::ToZero(to_zero(cluster, &step.name));
    };
    let Some(stable) = before.tags.get(ownership::STABLE) else {
        return TurnBack::Nothing("no revision of it was ever seen steady".to_owned());
    };
    let running = short(before.task_definition().unwrap_or_default());
    if step.action == Action::NoOp && stable == running {
        return TurnBack::Nothing(format!(
            "it runs `{stable}`, the last revision that was seen steady, and that is what fails"
        ));
    }
    let mut body = Map::new();
    for request in step
        .requests
        .iter()
        .filter(|it| it.operation == Operation::UpdateService)
    {
        let fields = request.body.as_object().into_iter().flatten();
        for (field, sent) in fields.filter(|(field, _)| !OWN.contains(&field.as_str())) {
            body.insert(field.clone(), only_sent(&before.body[field], sent));
        }
    }
    // What it did not have before cannot be sent as nothing.
    body.retain(|_, value| !value.is_null());
    body.insert("cluster".into(), cluster.into());
    body.insert("service".into(), step.name.as_str().into());
    TurnBack::To {
        revision: stable.clone(),
        update: Request {
            operation: Operation::UpdateService,
            body: Value::Object(body),
        },
        tags: previous_tags(step, before),
    }
}

/// What there was, of an object only the members that the step sent: AWS describes more than it takes.
fn only_sent(before: &Value, sent: &Value) -> Value {
    match (before, sent) {
        (Value::Object(before), Value::Object(sent)) => sent
            .iter()
            .filter_map(|(name, sent)| Some((name.clone(), only_sent(before.get(name)?, sent))))
            .filter(|(_, it)| !it.is_null())
            .collect::<Map<_, _>>()
            .into(),
        _ => before.clone(),
    }
}

/// Fields of UpdateService that are not the service's own numbers.
const OWN: [&str; 4] = ["cluster", "service", "taskDefinition", "forceNewDeployment"];

/// No tasks of a service.
#[must_use]
pub fn to_zero(cluster: &str, service: &str) -> Request {
    Request {
        operation: Operation::UpdateService,
        body: json!({"cluster": cluster, "service": service, "desiredCount": 0}),
    }
}

/// The host's tags as they were, where the step wrote others.
fn previous_tags(step: &Step, before: &ObservedService) -> Option<Request> {
    let written = step
        .requests
        .iter()
        .find(|it| it.operation == Operation::TagResource)?;
    let tags = written.body["tags"].as_array()?.iter().filter_map(|it| {
        let key = it["key"].as_str()?;
        Some(json!({"key": key, "value": before.tags.get(key)?}))
    });
    Some(Request {
        operation: Operation::TagResource,
        body: json!({"resourceArn": before.body["serviceArn"], "tags": tags.collect::<Vec<_>>()}),
    })
}

/// The revision to go back to by hand: what the service was last seen steady with, where that is not what it runs;
/// else the newest that is older than the running one and recorded as stable.
///
/// After a rollback the newest stable revision is the one that somebody has fled from.
#[must_use]
pub fn latest_stable<'a>(
    history: &'a [Revision],
    running: &str,
    tagged: Option<&str>,
) -> Option<&'a Revision> {
    let number = |name: &str| {
        name.rsplit(':')
            .next()
            .and_then(|it| it.parse::<u64>().ok())
            .unwrap_or(0)
    };
    let running = short(running);
    let is_stable = |it: &&Revision| it.tags.contains_key(ownership::STABLE);
    let mut others = history
        .iter()
        .filter(|it| it.is_active() && it.short() != running);
    let last_seen = others.clone().find(|it| tagged == Some(it.short()));
    last_seen.or_else(|| {
        others
            .by_ref()
            .filter(|it| number(it.short()) < number(running))
            .filter(is_stable)
            .max_by_key(|it| number(it.short()))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::plan::ResourceKind;

    fn step(action: Action, requests: Vec<Request>) -> Step {
        Step {
            action,
            requests,
            ..Step::new("redis", ResourceKind::Service, "redis-service")
        }
    }

    fn before(stable: Option<&str>) -> ObservedService {
        let mut tags = BTreeMap::from([("host:recipe".to_owned(), "redis@0.1.0".to_owned())]);
        tags.extend(stable.map(|it| (ownership::STABLE.to_owned(), it.to_owned())));
        ObservedService {
            body: json!({"serviceArn": "arn:s", "status": "ACTIVE", "desiredCount": 2, "healthCheckGracePeriodSeconds": 60}),
            tags,
        }
    }

    fn update() -> Vec<Request> {
        let body = json!({"cluster": "c", "service": "redis-service", "taskDefinition": "arn:redis:3", "desiredCount": 1,
            "placementStrategy": []});
        let tags = json!({"resourceArn": "arn:s", "tags": [{"key": "host:recipe", "value": "redis@0.2.0"}]});
        vec![
            Request {
                operation: Operation::UpdateService,
                body,
            },
            Request {
                operation: Operation::TagResource,
                body: tags,
            },
        ]
    }

    /// A service that fails though nothing of it was changed goes back to what is recorded, and never to nothing.
    #[test]
    fn what_was_not_changed_goes_back_to_the_recorded_revision_alone() {
        let same = step(Action::NoOp, Vec::new());
        let mut service = before(Some("redis:1"));
        service.body["taskDefinition"] = "arn:aws:ecs:r:1:task-definition/redis:2".into();
        let TurnBack::To {
            revision,
            update,
            tags,
        } = decide("c", &same, Some(&service))
        else {
            panic!("it is not turned back");
        };
        assert_eq!((revision.as_str(), tags), ("redis:1", None));
        assert_eq!(
            update.body,
            json!({"cluster": "c", "service": "redis-service"})
        );
        service.body["taskDefinition"] = "arn:aws:ecs:r:1:task-definition/redis:1".into();
        assert!(matches!(
            decide("c", &same, Some(&service)),
            TurnBack::Nothing(_)
        ));
    }

    #[test]
    fn it_goes_to_the_recorded_revision_with_the_numbers_of_before() {
        let turned = decide(
            "c",
            &step(Action::Update, update()),
            Some(&before(Some("redis:1"))),
        );
        let TurnBack::To {
            revision,
            update,
            tags,
        } = turned
        else {
            panic!("{turned:?}");
        };
        assert_eq!(revision, "redis:1");
        assert_eq!(
            update.body,
            json!({"cluster": "c", "service": "redis-service", "desiredCount": 2})
        );
        assert_eq!(
            tags.map(|it| it.body),
            Some(
                json!({"resourceArn": "arn:s", "tags": [{"key": "host:recipe", "value": "redis@0.1.0"}]})
            )
        );
    }

    #[test]
    fn what_is_new_has_no_tasks_and_what_was_never_steady_stays() {
        let zero = json!({"cluster": "c", "service": "redis-service", "desiredCount": 0});
        match decide("c", &step(Action::Create, Vec::new()), None) {
            TurnBack::ToZero(request) => assert_eq!(request.body, zero),
            other => panic!("{other:?}"),
        }
        let turned = decide("c", &step(Action::Update, update()), Some(&before(None)));
        assert_eq!(
            turned,
            TurnBack::Nothing("no revision of it was ever seen steady".to_owned())
        );
    }

    #[test]
    fn by_hand_it_is_the_newest_stable_one_before_the_running_one() {
        let revision = |number: u32, stable: bool, status: &str| Revision {
            arn: format!("arn:aws:ecs:r:1:task-definition/redis:{number}"),
            body: json!({"status": status}),
            tags: stable
                .then(|| (ownership::STABLE.to_owned(), "2026".to_owned()))
                .into_iter()
                .collect(),
        };
        let history = [
            revision(12, true, "ACTIVE"),
            revision(10, false, "ACTIVE"),
            revision(9, true, "INACTIVE"),
            revision(8, true, "ACTIVE"),
            revision(2, true, "ACTIVE"),
        ];
        let chosen = |running: &str, tagged| {
            latest_stable(&history, running, tagged).map(|it| it.short().to_owned())
        };
        assert_eq!(chosen("redis:11", None).as_deref(), Some("redis:8"));
        assert_eq!(
            chosen("redis:11", Some("redis:10")).as_deref(),
            Some("redis:10")
        );
        assert_eq!(
            chosen("redis:8", Some("redis:8")).as_deref(),
            Some("redis:2")
        );
        assert_eq!(chosen("redis:2", None), None);
        assert_eq!(
            chosen("redis:12", Some("redis:2")).as_deref(),
            Some("redis:2"),
            "somebody went back to it, and away from those between"
        );
        assert_eq!(
            chosen("redis:10", Some("redis:12")).as_deref(),
            Some("redis:12"),
            "what is tagged was steady last"
        );
    }
}
