//! The command line as clap has it, the same whatever variables are set.

use std::collections::BTreeSet;

use clap::CommandFactory;

use super::{Cli, Command};

/// The whole command line. Help does not show what variables are set to, and the usage of an error not which ones are.
pub fn command() -> clap::Command {
    same_usage(hide_values(Cli::command()))
}

impl Command {
    /// The profile of AWS that is named for a verb which takes recipes to a target.
    pub fn profile(&self) -> Option<&str> {
        let target = match self {
            Self::Run(it) => &it.target,
            Self::Plan(it) => &it.target,
            Self::Render(it) => &it.target,
            Self::Iam(it) => &it.target,
            _ => return None,
        };
        target.profile.as_deref().filter(|it| !it.is_empty())
    }
}

/// The variables of all flags.
pub fn variables() -> BTreeSet<String> {
    fn collect(command: &clap::Command, found: &mut BTreeSet<String>) {
        let named = command.get_arguments().filter_map(clap::Arg::get_env);
        found.extend(named.map(|it| it.to_string_lossy().into_owned()));
        for verb in command.get_subcommands() {
            collect(verb, found);
        }
    }
    let mut found = BTreeSet::new();
    collect(&Cli::command(), &mut found);
    found
}

fn hide_values(command: clap::Command) -> clap::Command {
    command
        .mut_args(|argument| argument.hide_env_values(true))
        .mut_subcommands(hide_values)
}

/// Clap writes flags that are set by variables into the usage of an error, as if they had to be given.
fn same_usage(command: clap::Command) -> clap::Command {
    // Only a command that is built has the flags of every command.
    let mut built = command.clone();
    built.build();
    command.mut_subcommands(|verb| {
        let same = built.find_subcommand_mut(verb.get_name());
        let usage = same.map(|it| it.render_usage().to_string());
        match usage.as_deref().and_then(|it| it.strip_prefix("Usage: ")) {
            Some(usage) => verb.override_usage(usage.to_owned()),
            None => verb,
        }
    })
}
