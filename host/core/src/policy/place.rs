//! Where in a stack file something is to be written for a service.

use std::fmt::Write as _;

use serde_json::Value;

/// Where the grants of a service stand.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Place {
    /// The name of the service in its stack.
    pub service: String,
    /// The stack file as people are told of it.
    pub file: String,
    /// The recipe as that file would name it, where it has no such service yet.
    pub recipe: Option<String>,
    /// The services of the file that have other recipes.
    pub taken: Vec<String>,
    /// The grants that the service has, as they are written.
    pub written: Vec<String>,
    /// The digest that its grants are to be for, where none is written yet.
    pub digest: Option<String>,
}

impl Place {
    /// The line that says for which bytes grants are.
    pub(super) fn granted_to(digest: &str) -> String {
        format!("granted-to = \"{digest}\"")
    }

    /// What to do so that the service has this line. `replaces`: it has another of the kind.
    pub(super) fn to_write(&self, line: &str, replaces: bool) -> String {
        let Self { service, file, .. } = self;
        let table = self.table();
        let mut told = format!("write `{line}` under `[services.{table}]` of `{file}`");
        if let Some(recipe) = &self.recipe {
            // A text of JSON is one of TOML too.
            let _ = write!(told, ", beside `recipe = {}`", Value::from(recipe.as_str()));
        }
        if replaces {
            told += ", in place of the one there";
        }
        if table != *service {
            let _ = write!(
                told,
                ", and run `{table}`: `{service}` is another recipe there"
            );
        }
        told
    }

    /// The name of the service's table: its own, or one that is free.
    fn table(&self) -> String {
        let is_free = |name: &String| !self.taken.contains(name);
        let numbered = (2..).map(|it| format!("{}-{it}", self.service));
        let mut names = [self.service.clone()].into_iter().chain(numbered);
        // There is always a number that nobody took.
        names.find(is_free).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_where_it_counts() {
        let place = Place {
            service: "redis".into(),
            file: "host.toml".into(),
            ..Place::default()
        };
        assert_eq!(
            place.to_write("x = 1", true),
            "write `x = 1` under `[services.redis]` of `host.toml`, in place of the one there"
        );
        let other = Place {
            recipe: Some("other/redis.wasm".into()),
            taken: vec!["redis".into(), "redis-2".into()],
            ..place
        };
        assert_eq!(
            other.to_write("x = 1", false),
            "write `x = 1` under `[services.redis-3]` of `host.toml`, beside `recipe = \"other/redis.wasm\"`, \
             and run `redis-3`: `redis` is another recipe there"
        );
    }
}
