//! `host sign`: puts a signature beside recipes in registries.

use std::path::Path;

use anyhow::Result;
use host_core::codes::registry::KEY;
use host_core::registry::key::PrivateKey;
use host_core::registry::reference::check_login;

use super::verify::tell;
use super::{Context, block_on, registry};
use crate::cli::SignArgs;
use crate::failure::{ExitStatus, Told};
use crate::files;
use crate::ops;
use crate::settings::{self, StackFile};

/// The variable of the password, as with cosign.
const PASSWORD: &str = "COSIGN_PASSWORD";

pub(super) fn execute(context: &Context, arguments: &SignArgs) -> Result<ExitStatus> {
    let file = StackFile::nearest(&context.environment.folder)?;
    let options = settings::load_options(&arguments.sandbox, file.as_ref(), &context.environment)?;
    let sources = registry::sources(&arguments.references)?;
    for source in &sources {
        if source.registry().is_none() {
            check_login(&source.to_string())?;
            return Err(Told::usage(format!("`{source}` is in a layout, and signatures are put into registries"))
                .hint("sign it where it is published, and copy it from there: `host save` takes signatures along")
                .into());
        }
    }
    let key = key(context, &arguments.key)?;
    let way = registry::open(context, arguments.registry, &options, file.as_ref(), None)?;
    let signed = block_on(async {
        let mut fetched = ops::fetch::fetch(&way, &sources).await?;
        // A seal on what says that it is another version would hold for that.
        for one in &fetched {
            ops::blueprint::check_version(one, &options)?;
        }
        for one in &mut fetched {
            let Some(reference) = one.source.registry() else {
                continue;
            };
            way.sign(reference, &one.digest, &key).await?;
            one.signer = Some(key.public().fingerprint());
        }
        anyhow::Ok(fetched)
    })?;
    registry::remember(&way, file.as_ref(), &signed)?;
    tell(context, &signed)?;
    Ok(ExitStatus::Done)
}

/// Reads the private key, with the password that opens it where it needs one.
fn key(context: &Context, path: &Path) -> Result<PrivateKey> {
    settings::check_key_file(path)?;
    let name = path.display().to_string();
    let text = files::text_of_any(path).map_err(|error| {
        Told::new(format!("cannot read the private key `{name}`: {error}"))
            .code(KEY)
            .hint("`cosign generate-key-pair` makes `cosign.key` and `cosign.pub`")
    })?;
    let password = context.environment.get(PASSWORD);
    if password.is_none() && PrivateKey::is_encrypted(&text) {
        return Err(
            Told::new(format!("`{name}` is encrypted, and there is no password"))
                .code(KEY)
                .hint(format!(
                    "put it into the variable `{PASSWORD}`, as for cosign"
                ))
                .into(),
        );
    }
    Ok(PrivateKey::read(
        &name,
        &text,
        password.unwrap_or_default(),
    )?)
}
