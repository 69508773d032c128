//! `host logout`: a login to a registry, taken away from where docker keeps it.

use anyhow::Result;
use host_core::registry::login::stored;
use host_core::report::document;
use serde_json::json;

use super::login::word;
use super::{Context, block_on, registry};
use crate::cli::{LogoutArgs, RegistryArgs};
use crate::component::LoadOptions;
use crate::failure::ExitStatus;

pub(super) fn execute(context: &Context, arguments: &LogoutArgs) -> Result<ExitStatus> {
    let shell = &context.shell;
    let name = stored::registry(&arguments.name)?;
    let given = RegistryArgs::default();
    let registry = registry::open(context, given, &LoadOptions::default(), None, None)?;
    let had = block_on(async { Ok(registry.forget_login(&name).await?) })?;
    let keepers: Vec<String> = had.iter().map(word).collect();
    if keepers.is_empty() {
        shell.note(&format!("nobody was logged in to `{name}`"));
    } else {
        shell.note(&format!(
            "logged out of `{name}`: gone from `{}`",
            keepers.join("` and from `")
        ));
    }
    if shell.is_json() {
        let logout = json!({"registry": name, "keepers": keepers});
        shell.json(&document([("logout", logout)]))?;
    }
    Ok(ExitStatus::Done)
}
