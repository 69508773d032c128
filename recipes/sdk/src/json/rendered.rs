//! What a render came to, taken apart for tests.

use serde_json::Value as Json;

use super::{Render, outcome};
use crate::{Argument, Target};

/// What a recipe made of some arguments.
///
/// ```
/// use recipe_sdk::json::Rendered;
/// use recipe_sdk::{Argument, export, tcp_service};
///
/// export!(tcp_service("redis", 6379).image("redis:7.4"));
///
/// let rendered = Rendered::new(render, [Argument::integer("memory", 256)]);
/// assert_eq!(rendered.container("memory"), 256);
/// assert!(rendered.findings().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Rendered {
    outcome: Json,
}

impl Rendered {
    /// Renders without a target and without dependencies.
    pub fn new(render: Render, arguments: impl IntoIterator<Item = Argument>) -> Self {
        let arguments = arguments.into_iter().collect();
        Self {
            outcome: outcome(&render(arguments, Target::default(), Vec::new())),
        }
    }

    /// What lies at a JSON pointer into the blueprint, `/service/service-name`;
    /// `null` where nothing does.
    #[must_use]
    pub fn at(&self, pointer: &str) -> &Json {
        self.outcome
            .get("ok")
            .and_then(|it| it.pointer(pointer))
            .unwrap_or(&Json::Null)
    }

    /// A field of the first container.
    #[must_use]
    pub fn container(&self, field: &str) -> &Json {
        self.at(&format!("/task-definition/container-definitions/0/{field}"))
    }

    /// Severity and path of each finding, in their order.
    #[must_use]
    pub fn findings(&self) -> Vec<(&str, &str)> {
        let found = self
            .outcome
            .get("err")
            .unwrap_or_else(|| self.at("/warnings"));
        found
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|it| Some((it.get("severity")?.as_str()?, it.get("path")?.as_str()?)))
            .collect()
    }

    /// Whether the arguments were refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.outcome.get("err").is_some()
    }
}
