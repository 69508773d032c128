//! What surrounds the program: variables and the current folder, read once.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The variables and the folder that the program was started with.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    /// The current folder, absolute.
    pub folder: PathBuf,
}

impl Environment {
    /// Reads the real one. Variables that are no text are as good as unset.
    pub fn read() -> Self {
        let texts = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        // A current folder that was deleted has no parents to look in either.
        Self {
            variables: texts.collect(),
            folder: std::env::current_dir().unwrap_or_default(),
        }
    }

    /// One for tests.
    #[cfg(test)]
    pub(crate) fn of(variables: &[(&str, &str)], folder: &std::path::Path) -> Self {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Self {
            variables,
            folder: folder.to_owned(),
        }
    }

    /// The variables that begin like this and say something.
    pub fn beginning_with(&self, start: &str) -> impl Iterator<Item = &str> {
        self.variables
            .iter()
            .filter(move |(name, value)| name.starts_with(start) && !value.is_empty())
            .map(|(name, _)| name.as_str())
    }

    /// The value of a variable. An empty one says nothing.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|it| !it.is_empty())
    }
}
