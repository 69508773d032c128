//! The pages that are made from the tables: which operations there are, and which rules.

use std::fmt::Write as _;

use crate::call::Api;
use crate::refusal::{Rule, Source};
use crate::{call, model, rules};

/// `OPERATIONS.md`: every operation that AWS has, and whether it is simulated.
#[must_use]
pub fn operations() -> String {
    let mut page = String::from(
        "# Operations\n\n\
         Made from the tables that calls are dispatched by and from AWS's own list of operations. What is not simulated is\n\
         answered as AWS answers an action that it does not know: never with an empty success.\n",
    );
    let services = [
        (Api::Ecs, "ECS", "of version 2014-11-13, JSON 1.1"),
        (
            Api::Elb,
            "Classic ELB",
            "of version 2012-06-01, Query and XML",
        ),
    ];
    for (api, title, protocol) in services {
        let all: Vec<&str> = model::operations(api).collect();
        let (simulated, others): (Vec<&str>, Vec<&str>) =
            all.iter().partition(|it| call::find(it).is_some());
        let _ = write!(
            page,
            "\n## {title}\n\n{} of the {} operations {protocol}:\n\n",
            simulated.len(),
            all.len()
        );
        for name in &simulated {
            let _ = writeln!(page, "- {name}");
        }
        if !others.is_empty() {
            let _ = write!(page, "\nNot simulated: {}.\n", others.join(", "));
        }
    }
    page
}

/// `RULES.md`: every rule, with AWS's text and how it is known.
#[must_use]
pub fn rules() -> String {
    let all: Vec<&Rule> = rules::all().collect();
    let number = |source: Source| all.iter().filter(|it| it.source == source).count();
    let mut page = format!(
        "# Rules\n\n\
         The {} rules that the simulator enforces, made from its tables. `…` stands for what a call fills in, and\n\
         *row* for the paragraph of our collection of facts about AWS. How well a text is known:\n\n\
         - *documented* ({}): AWS's documentation or service model states the rule and its text;\n\
         - *reported* ({}): people quote the text from real AWS;\n\
         - *assumed* ({}): the rule is documented, but the text is ours. No program should go by it.\n\n\
         | rule | row | code | text | known |\n| --- | --- | --- | --- | --- |\n",
        all.len(),
        number(Source::Documented),
        number(Source::Reported),
        number(Source::Assumed),
    );
    for rule in all {
        let known = match rule.source {
            Source::Documented => "documented",
            Source::Reported => "reported",
            Source::Assumed => "assumed",
        };
        let text = rule.text.replace("{}", "…").replace('|', "\\|");
        let _ = writeln!(
            page,
            "| `{}` | {} | {} {} | {text} | {known} |",
            rule.name, rule.fact, rule.status, rule.code
        );
    }
    page
}
