//! Account settings. They are kept and told, and change nothing else here.

use serde_json::{Value, json};

use super::arguments::text;
use super::rules::clusters as rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::World;

/// Every setting, what it is when nobody put it, and what it may be.
const SETTINGS: [(&str, &str, &[&str]); 8] = [
    (
        "awsvpcTrunking",
        "disabled",
        &["enabled", "disabled", "on", "off"],
    ),
    (
        "containerInsights",
        "disabled",
        &["enabled", "disabled", "enhanced", "on", "off"],
    ),
    (
        "containerInstanceLongArnFormat",
        "enabled",
        &["enabled", "disabled", "on", "off"],
    ),
    ("fargateTaskRetirementWaitPeriod", "7", &["0", "7", "14"]),
    ("guardDutyActivate", "off", &["on", "off"]),
    (
        "serviceLongArnFormat",
        "enabled",
        &["enabled", "disabled", "on", "off"],
    ),
    ("tagResourceAuthorization", "on", &["on", "off"]),
    (
        "taskLongArnFormat",
        "enabled",
        &["enabled", "disabled", "on", "off"],
    ),
];

fn known(
    name: &str,
) -> Result<&'static (&'static str, &'static str, &'static [&'static str]), Refusal> {
    let found = SETTINGS.iter().find(|(known, ..)| *known == name);
    found.ok_or_else(|| rules::SETTING_NAME.with(&[&name]))
}

fn shown(world: &World, name: &str, value: &str) -> Value {
    json!({"name": name, "value": value, "principalArn": format!("arn:aws:iam::{}:root", world.account)})
}

pub(super) fn put(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let (name, _, values) = known(text(call.input, "name").unwrap_or_default())?;
    let value = text(call.input, "value").unwrap_or_default();
    if !values.contains(&value) {
        return Err(rules::SETTING_VALUE.with(&[&value, name]));
    }
    call.world
        .settings
        .insert((*name).to_owned(), value.to_owned());
    Ok(json!({"setting": shown(call.world, name, value)}))
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let (name, usual, _) = known(text(call.input, "name").unwrap_or_default())?;
    let value = call.world.settings.remove(*name);
    Ok(json!({"setting": shown(call.world, name, value.as_deref().unwrap_or(usual))}))
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let (name, value) = (text(call.input, "name"), text(call.input, "value"));
    if let Some(name) = name {
        known(name)?;
    }
    let effective = call.input["effectiveSettings"] == true;
    let put = &call.world.settings;
    let told = SETTINGS.iter().filter_map(|(known, usual, _)| {
        let is = match put.get(*known) {
            Some(value) => value,
            None if effective => *usual,
            None => return None,
        };
        let is_wanted = name.is_none_or(|it| it == *known) && value.is_none_or(|it| it == is);
        is_wanted.then(|| shown(call.world, known, is))
    });
    Ok(json!({"settings": told.collect::<Vec<_>>()}))
}
