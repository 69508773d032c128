//! The lock beside a stack file: which content its recipes of registries and layouts are.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Result;
use host_core::codes::registry::LOCK;
use host_core::registry::Lock;
use host_core::registry::lock::{Locked, Place};

use super::{Chosen, StackFile};
use crate::failure::Told;
use crate::files;

/// The lock of a stack file, whether there is one or not.
#[derive(Clone, Debug)]
pub struct StackLock {
    /// `host.lock` for `host.toml`: beside it, and called as it is.
    pub path: PathBuf,
    /// The stack file as people are told of it.
    stack: String,
    /// Absent: nothing is locked.
    pub lock: Option<Lock>,
}

impl StackLock {
    /// The lock of a stack file.
    ///
    /// # Errors
    /// There is one, and it cannot be read.
    pub fn of(file: &StackFile) -> Result<Self> {
        let path = file.path.with_extension("lock");
        let stack = file.path.display().to_string();
        let lock = match files::text(&path) {
            Ok(text) => Some(Lock::read(&path.display().to_string(), &text)?),
            // A link that leads nowhere is told, and not passed over.
            Err(error) if error.kind() == ErrorKind::NotFound && !path.is_symlink() => None,
            Err(error) => {
                let message = format!("cannot read the lock `{}`: {error}", path.display());
                return Err(Told::new(message)
                    .code(LOCK)
                    .hint("mend it, or remove it and make it anew: host lock")
                    .into());
            }
        };
        Ok(Self { path, stack, lock })
    }

    /// The folder from which the stack file names layouts.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// What is told of it. `shown` is its path.
    pub fn place<'a>(&'a self, shown: &'a str) -> Place<'a> {
        Place {
            lock: shown,
            stack: &self.stack,
        }
    }

    /// Has each recipe of a registry or a layout mean what is locked, and nothing else; gives what is locked of each, in their order.
    ///
    /// A recipe that is named by its reference is one of the stack's where the stack file has the same.
    ///
    /// # Errors
    /// The lock has not what the stack file says.
    pub fn pin(&self, chosen: &mut [Chosen]) -> Result<Vec<Option<Locked>>> {
        let shown = self.path.display().to_string();
        let place = self.place(&shown);
        let Some(lock) = &self.lock else {
            return Ok(vec![None; chosen.len()]);
        };
        let pin = |it: &mut Chosen| {
            if it.source.is_none() {
                return Ok(None);
            }
            let services: Vec<&String> = match &it.name {
                Some(name) => vec![name],
                None => it.entries.keys().collect(),
            };
            let all = services
                .iter()
                .map(|service| lock.of(&place, service, &it.recipe));
            let all: Vec<&Locked> = all.collect::<Result<_, _>>()?;
            let Some(locked) = all.first().copied() else {
                return Ok(None);
            };
            if all.iter().any(|it| it.digest != locked.digest) {
                return Err(Told::new(format!(
                    "`{}` is the recipe of several services, and `{shown}` holds another content for each",
                    it.recipe
                ))
                .code(LOCK)
                .hint("name the service that is meant")
                .into());
            }
            it.source = Some(locked.source(self.folder())?);
            Ok(Some(locked.clone()))
        };
        chosen.iter_mut().map(pin).collect()
    }
}
