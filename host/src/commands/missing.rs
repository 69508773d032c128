//! A service or a stack that is not there: which one may be meant.

use std::collections::BTreeSet;

use host_core::codes::target::NO_SERVICE;
use host_core::desired::DesiredTarget;
use host_core::ownership::stack_tag;

use crate::failure::Told;
use crate::ops::inventory::Names;
use crate::ops::target::DEFAULT_STACK;
use crate::settings;

/// The error for a name that no service of the stack has.
///
/// The very same name in another stack is more likely meant than a name of this stack that is near.
pub(super) fn service(name: &str, names: &Names, target: &DesiredTarget) -> Told {
    let told = Told::new(format!(
        "there is no service `{name}` in stack `{}`",
        stack_tag(target)
    ))
    .code(NO_SERVICE);
    if let Some(hint) = elsewhere(name, names, target) {
        return told.hint(hint);
    }
    let services: BTreeSet<&str> = names.services.iter().map(String::as_str).collect();
    if !services.is_empty() {
        return told.hint(settings::suggestion(name, &services, "the stack has"));
    }
    // Whoever named the stack may have misspelt that.
    let other = stack(names, target).into_iter();
    other
        .fold(told, Told::hint)
        .hint("the stack has no services; `host list` shows every service of the cluster")
}

/// Which stack may be meant, where there are others.
pub(super) fn stack(names: &Names, target: &DesiredTarget) -> Option<String> {
    let stacks: BTreeSet<&str> = names.others.keys().map(String::as_str).collect();
    let introduction = format!("cluster `{}` has the stacks", target.cluster);
    (!stacks.is_empty()).then(|| settings::suggestion(&target.stack, &stacks, &introduction))
}

/// In which other stacks of the cluster there is a service of this name, and the flag that leads there.
fn elsewhere(name: &str, names: &Names, target: &DesiredTarget) -> Option<String> {
    let holders = names.others.iter().filter(|(_, it)| it.contains(name));
    let holders: Vec<&str> = holders.map(|(stack, _)| stack.as_str()).collect();
    // Who names a stack by its flag cannot do so twice.
    let verb = if target.stack == DEFAULT_STACK {
        "add"
    } else {
        "say"
    };
    match holders[..] {
        [] => None,
        [stack] => Some(format!(
            "`{name}` is a service of stack `{stack}`: {verb} `--stack {stack}`"
        )),
        _ => Some(format!(
            "`{name}` is a service of the stacks `{}`: {verb} `--stack` with one of them",
            holders.join("`, `")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

    /// The next steps that are told.
    fn hints(name: &str, names: &Names, stack: &str) -> Vec<String> {
        let target = DesiredTarget {
            cluster: "searchapp".into(),
            stack: stack.into(),
            ..DesiredTarget::default()
        };
        Failure::read(&service(name, names, &target).into()).hints
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn the_very_name_in_another_stack_goes_before_a_near_one_in_this() {
        let names = Names {
            services: set(&["redis"]),
            others: [
                ("blue".to_owned(), set(&["mysql", "cache"])),
                ("other".to_owned(), set(&["redis2", "cache"])),
            ]
            .into(),
        };
        assert_eq!(
            hints("redis2", &names, "default"),
            ["`redis2` is a service of stack `other`: add `--stack other`"]
        );
        assert_eq!(
            hints("mysql", &names, "green"),
            ["`mysql` is a service of stack `blue`: say `--stack blue`"]
        );
        assert_eq!(
            hints("cache", &names, "default"),
            ["`cache` is a service of the stacks `blue`, `other`: add `--stack` with one of them"]
        );
        assert_eq!(hints("redsi", &names, "default"), ["did you mean `redis`?"]);
        assert_eq!(
            hints("elasticsearch", &names, "default"),
            ["the stack has `redis`"]
        );
    }

    #[test]
    fn where_the_stack_has_nothing_it_may_be_misspelt() {
        let none = "the stack has no services; `host list` shows every service of the cluster";
        assert_eq!(hints("redis", &Names::default(), "prdo"), [none]);
        let names = Names {
            others: [("prod".to_owned(), set(&["mysql"]))].into(),
            ..Names::default()
        };
        assert_eq!(
            hints("redis", &names, "prdo"),
            ["did you mean `prod`?", none]
        );
    }
}
