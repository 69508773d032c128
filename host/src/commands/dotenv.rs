//! Endpoints into a file of variables, which is replaced in one step or stays as it was.

use std::io;
use std::path::Path;

use anyhow::{Context as _, Result};
use host_core::report::dotenv::merge;
use host_core::report::endpoints::{Endpoint, variables};

use crate::failure::Told;
use crate::files::{self, Draft};
use crate::shell::Shell;

/// Whether the file can be written, asked before anything is made.
///
/// # Errors
/// There is no folder for it, or it is one itself.
pub(super) fn check(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let problem = if path.is_dir() {
        "it is a folder"
    } else if folder.is_some_and(|it| !it.is_dir()) {
        "its folder is not there"
    } else {
        return Ok(());
    };
    let message = format!("cannot write `{}`: {problem}", path.display());
    Err(Told::new(message)
        .hint("name a file in a folder that exists: `--write dotenv=.env`")
        .into())
}

/// Sets the variables of these endpoints in a file, and leaves its other lines.
///
/// # Errors
/// The file cannot be read or written; then it is as it was.
pub(super) fn write(shell: &Shell, path: &Path, endpoints: &[Endpoint]) -> Result<()> {
    let variables = variables(endpoints);
    if variables.is_empty() {
        shell.warn(
            &format!("there is no endpoint to write to `{}`", path.display()),
            None,
        );
        return Ok(());
    }
    update(path, |existing| merge(existing, &variables))
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    shell.note(&format!(
        "wrote {} to `{}`",
        host_core::report::count(variables.len(), "variable"),
        path.display()
    ));
    Ok(())
}

/// Replaces a file in one step, with its rights, and the file behind a link rather than the link.
fn update(path: &Path, change: impl FnOnce(&str) -> String) -> io::Result<()> {
    let existing = match files::text(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        other => other?,
    };
    let mut draft = Draft::new(path, 0o666)?;
    draft.take_over_rights()?;
    draft.write(change(&existing).as_bytes())?;
    draft.keep()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn the_file_keeps_its_rights_its_link_and_its_lines() {
        let folder = std::env::temp_dir().join(format!("host-dotenv-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (file, link) = (folder.join("real"), folder.join(".env"));
        fs::write(&file, "A=1\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&file, &link).unwrap();
        update(&link, |existing| format!("{existing}B=2\n")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "A=1\nB=2\n");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            2,
            "nothing is left beside it"
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}
