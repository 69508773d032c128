//! Operations that a script names: a slip in one would make a script that does nothing.

use crate::call;

use super::matches;

/// How many letters a name may differ from the one that is meant.
const SLIPS: usize = 3;

/// What is wrong with the name of an operation, if anything is.
pub(super) fn wrong(whose: &str, name: &str) -> Option<String> {
    call::find(name).is_none().then(|| {
        let near = near(name);
        format!("{whose} names the operation `{name}`, and there is none{near}")
    })
}

/// The same of a name in which `*` is any text.
pub(super) fn wrong_pattern(whose: &str, pattern: &str) -> Option<String> {
    if !pattern.contains('*') {
        return wrong(whose, pattern);
    }
    let is_any = call::names().any(|it| matches(pattern, it));
    (!is_any).then(|| format!("{whose} names the operations `{pattern}`, and there is none"))
}

/// The names that are nearest, as a question.
fn near(name: &str) -> String {
    let slips = |it: &str| strsim::levenshtein(&it.to_lowercase(), &name.to_lowercase());
    let Some(least) = call::names().map(slips).min().filter(|it| *it <= SLIPS) else {
        return String::new();
    };
    let nearest = call::names().filter(|it| slips(it) == least);
    let quoted: Vec<String> = nearest.map(|it| format!("`{it}`")).collect();
    format!(": did you mean {}?", quoted.join(", "))
}
