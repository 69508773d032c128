//! The main job against a stand-in for AWS: plan, apply, wait, hand out the endpoint, change, and delete.

mod budget;
mod change;
mod first;
mod foreign;
mod inventory;
mod many;
mod secrets;
mod several;
mod subnets;
mod target;
mod wait;

use serde_json::Value;

/// The names of the tags in a list of either service.
fn tag_names(tags: &Value) -> Vec<String> {
    let items = tags.as_array().into_iter().flatten();
    let mut names: Vec<String> = items
        .filter_map(|it| it["key"].as_str().map(str::to_owned))
        .collect();
    names.sort();
    names
}
