//! Data of a new service that lies where another service of the cluster keeps its own: neither program knows of the
//! other's files.

use std::collections::BTreeMap;

use serde_json::Value;

use super::volumes::kept;
use super::{Action, Plan, ResourceKind};
use crate::codes::blueprint::VOLUMES;
use crate::desired::DesiredService;
use crate::diag::Diagnostic;

/// Whether a task definition has data that outlasts its tasks.
#[must_use]
pub fn keeps_data(task_definition: &Value) -> bool {
    !kept(task_definition).is_empty()
}

/// The services that the plan makes, and that keep data.
#[must_use]
pub fn new_with_data<'a>(plan: &Plan, desired: &'a [DesiredService]) -> Vec<&'a DesiredService> {
    let is_new = |name: &str| {
        let mut services = plan.services.iter().filter(|it| it.name == name);
        services.any(|it| {
            let step = it.step(ResourceKind::Service);
            step.is_some_and(|it| it.action == Action::Create)
        })
    };
    let keeps = |it: &&DesiredService| it.task_definition.as_ref().is_some_and(keeps_data);
    desired
        .iter()
        .filter(|it| is_new(&it.name))
        .filter(keeps)
        .collect()
}

/// Where they write to a place of others. `others` are the revisions that other services run, by the names of these.
#[must_use]
pub fn data_of_others(
    new: &[&DesiredService],
    others: &BTreeMap<String, Value>,
) -> Vec<(String, Diagnostic)> {
    let mut found = Vec::new();
    for one in new {
        for own in one.task_definition.iter().flat_map(kept) {
            let is_there = |body: &Value| kept(body).iter().any(|it| it.place == own.place);
            let Some((other, _)) = others.iter().find(|(_, body)| is_there(body)) else {
                continue;
            };
            let told = format!(
                "volume `{}` at {} is where service `{other}` of the cluster writes too",
                own.volume, own.place
            );
            let hint = format!(
                "give `{}` a place of its own, unless both are made to share one",
                one.name
            );
            let finding = Diagnostic::warning("task-definition.volumes", told);
            found.push((one.name.clone(), finding.code(VOLUMES).hint(hint)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::{ServicePlan, Step};

    fn task_definition(volume: &Value) -> Value {
        json!({
            "containerDefinitions": [{"mountPoints": [{"sourceVolume": "data"}]}],
            "volumes": [volume],
        })
    }

    #[test]
    fn a_new_service_in_the_place_of_another_is_told() {
        let on_host = |path: &str| json!({"name": "data", "host": {"sourcePath": path}});
        let found = |action, volume: &Value| {
            let desired = [DesiredService {
                name: "search".into(),
                task_definition: Some(task_definition(volume)),
                ..DesiredService::default()
            }];
            let step = Step {
                action,
                ..Step::new("search", ResourceKind::Service, "search-service")
            };
            let plan = Plan {
                services: vec![ServicePlan {
                    name: "search".into(),
                    steps: vec![step],
                    ..ServicePlan::default()
                }],
                ..Plan::default()
            };
            let others =
                BTreeMap::from([("es-service".into(), task_definition(&on_host("/srv/a/")))]);
            let found = data_of_others(&new_with_data(&plan, &desired), &others);
            let told: Vec<String> = found.into_iter().map(|it| it.1.message).collect();
            told
        };
        assert_eq!(
            found(Action::Create, &on_host("/srv/a")),
            [
                "volume `data` at host path /srv/a on the container instances is where service `es-service` of the cluster writes too"
            ]
        );
        assert_eq!(found(Action::Create, &on_host("/srv/b")), [""; 0]);
        assert_eq!(found(Action::Create, &json!({"name": "data"})), [""; 0]);
        assert_eq!(found(Action::Update, &on_host("/srv/a")), [""; 0]);
    }
}
