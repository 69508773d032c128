//! The command line as a saved plan holds it, and back.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use host_core::codes::saved as codes;
use host_core::saved::{Flags, Invocation, Saved};

use super::{Environment, StackFile, assignments};
use crate::cli::{Assignment, ParameterArgs, RecipeArgs, TargetArgs};
use crate::failure::Told;

/// What is saved of a command line. `is_secret` says of an assignment whether it sets a secret.
///
/// # Errors
/// The variable of `--set` holds something else.
pub fn invocation(
    recipes: &RecipeArgs,
    target: &TargetArgs,
    adopt: bool,
    stack_file: Option<&StackFile>,
    environment: &Environment,
    is_secret: impl Fn(&Assignment) -> bool,
) -> Result<Invocation> {
    let all = assignments(&recipes.parameters, environment)?;
    let (secrets, set): (Vec<_>, Vec<_>) = all.into_iter().partition(is_secret);
    let mut secrets: Vec<String> = secrets.iter().map(Assignment::key).collect();
    secrets.sort();
    secrets.dedup();
    Ok(Invocation {
        recipes: recipes.recipes.clone(),
        set: set.iter().map(ToString::to_string).collect(),
        secrets,
        params: params(&recipes.parameters),
        stack_file: stack_file.map(|it| stack_path(&it.path, &environment.folder)),
        adopt,
        flags: flags(target),
    })
}

fn params(arguments: &ParameterArgs) -> Vec<String> {
    let files = arguments.files.iter();
    files.map(|it| it.display().to_string()).collect()
}

fn flags(given: &TargetArgs) -> Flags {
    let one = |it: &Option<String>| it.clone().filter(|it| !it.is_empty());
    let list = |it: &[String]| it.iter().filter(|it| !it.is_empty()).cloned().collect();
    Flags {
        cluster: one(&given.cluster),
        region: one(&given.region),
        profile: one(&given.profile),
        endpoint_url: one(&given.endpoint_url),
        subnets: list(&given.subnets),
        security_groups: list(&given.security_groups),
        service_role: one(&given.service_role),
        account: one(&given.account),
        stack: one(&given.stack),
        local: given.local,
    }
}

/// The path of a stack file from the current folder; that of one further up begins with `../`.
pub fn stack_path(path: &Path, folder: &Path) -> String {
    let above = path.parent().and_then(|it| folder.strip_prefix(it).ok());
    let path: PathBuf = match (above, path.file_name()) {
        (Some(below), Some(name)) if path.is_absolute() => {
            let up = below.components().map(|_| Component::ParentDir);
            up.collect::<PathBuf>().join(name)
        }
        _ => path.to_owned(),
    };
    path.display().to_string()
}

/// The command line that makes a saved plan again.
#[derive(Clone, Debug, Default)]
pub struct Again {
    pub recipes: RecipeArgs,
    pub target: TargetArgs,
}

impl Again {
    /// Joins what a saved plan holds with what was given beside it: secrets, and the way to AWS.
    ///
    /// What says the same as the plan may stand beside it too: variables hold for every call.
    ///
    /// # Errors
    /// A secret is missing, or something is given that the plan holds otherwise.
    pub fn join(
        saved: &Saved,
        file: &str,
        recipes: &RecipeArgs,
        target: &TargetArgs,
        adopt: bool,
        environment: &Environment,
    ) -> Result<Self> {
        let held = &saved.invocation;
        let given = assignments(&recipes.parameters, environment)?;
        let mut others = other_flags(saved, target);
        let is_secret = |it: &Assignment| held.secrets.iter().any(|key| gives(it, key, held));
        let is_held = |it: &&Assignment| is_secret(it) || held.set.contains(&it.to_string());
        let set = given.iter().filter(|it| !is_held(it));
        others.extend(set.map(|it| format!("--set {}", it.key())));
        let files = params(&recipes.parameters);
        if !files.is_empty() && files != held.params {
            others.push("--params".to_owned());
        }
        if adopt && !held.adopt {
            others.push("--adopt".to_owned());
        }
        if !others.is_empty() {
            let named = others.join("`, `");
            return Err(Told::usage(format!(
                "`{file}` is a saved plan, which holds its parameters and its target: `{named}` cannot change it"
            ))
            .hint(format!("plan again with it: `{}`", held.command(file)))
            .into());
        }
        let missing: Vec<&String> = held
            .secrets
            .iter()
            .filter(|key| !given.iter().any(|it| gives(it, key, held)))
            .collect();
        if !missing.is_empty() {
            let flags: Vec<String> = missing.iter().map(|it| format!("--set {it}=ARN")).collect();
            let names: Vec<&str> = missing.iter().map(|it| it.as_str()).collect();
            return Err(Told::new(format!(
                "`{file}` was planned with the secret `{}`, and a saved plan holds no ARNs",
                names.join("`, `")
            ))
            .code(codes::SECRET)
            .hint(format!(
                "give it again: `host run {file} {}`",
                flags.join(" ")
            ))
            .into());
        }
        let secrets = given.iter().filter(|it| is_secret(it)).cloned();
        let set = held.set.iter().map(|it| it.parse::<Assignment>());
        let set = set
            .collect::<Result<Vec<_>, String>>()
            .map_err(Told::usage)?;
        Ok(Self {
            recipes: RecipeArgs {
                recipes: held.recipes.clone(),
                parameters: ParameterArgs {
                    set: set.into_iter().chain(secrets).collect(),
                    files: held.params.iter().map(PathBuf::from).collect(),
                },
                // What a recipe may use decides whether it answers, never what.
                sandbox: recipes.sandbox.clone(),
                registry: recipes.registry,
            },
            target: flags_again(&held.flags, target),
        })
    }
}

/// Whether an assignment gives the secret of a plan that was given by `key`, be it for one recipe or for all.
///
/// A recipe has several names: that of its file, its own, and that of its service. So the only secret of its name may be
/// given by any. Whether it reaches the recipe, and is the same, is seen when the plan is made again.
fn gives(assignment: &Assignment, key: &str, held: &Invocation) -> bool {
    let (recipe, name) = parts(key);
    if name != assignment.name {
        return false;
    }
    let is_only = || held.secrets.iter().filter(|it| parts(it).1 == name).count() == 1;
    match (recipe, assignment.recipe.as_deref()) {
        (Some(one), Some(other)) => one == other || is_only(),
        (None, _) | (_, None) => true,
    }
}

/// A key as it is typed before the `=`: the recipe that it is for, and the parameter.
fn parts(key: &str) -> (Option<&str>, &str) {
    match key.rsplit_once('.') {
        Some((recipe, name)) => (Some(recipe), name),
        None => (None, key),
    }
}

/// The flags of the plan, with another way to AWS where one was given.
fn flags_again(held: &Flags, given: &TargetArgs) -> TargetArgs {
    let given_or = |given: &Option<String>, held: &Option<String>| {
        given
            .clone()
            .filter(|it| !it.is_empty())
            .or_else(|| held.clone())
    };
    TargetArgs {
        cluster: held.cluster.clone(),
        region: held.region.clone(),
        profile: given_or(&given.profile, &held.profile),
        endpoint_url: given_or(&given.endpoint_url, &held.endpoint_url),
        local: held.local,
        script: given.script.clone(),
        subnets: held.subnets.clone(),
        security_groups: held.security_groups.clone(),
        service_role: held.service_role.clone(),
        account: held.account.clone(),
        stack: held.stack.clone(),
    }
}

/// The flags that say something else than the plan, be it typed there or resolved.
fn other_flags(saved: &Saved, target: &TargetArgs) -> Vec<String> {
    let (given, held) = (flags(target), &saved.invocation.flags);
    let at = &saved.target;
    let mut others = Vec::new();
    let mut one = |flag: &str, given: &Option<String>, held: &Option<String>, is: Option<&str>| {
        if given.is_some() && given != held && given.as_deref() != is {
            others.push(flag.to_owned());
        }
    };
    one(
        "--cluster",
        &given.cluster,
        &held.cluster,
        Some(&at.cluster),
    );
    one("--region", &given.region, &held.region, Some(&at.region));
    one("--stack", &given.stack, &held.stack, Some(&at.stack));
    one(
        "--account",
        &given.account,
        &held.account,
        saved.account.as_deref(),
    );
    one(
        "--service-role",
        &given.service_role,
        &held.service_role,
        at.service_role.as_deref(),
    );
    if held.local {
        one("--endpoint-url", &given.endpoint_url, &None, None);
    }
    let lists = [
        ("--subnet", &given.subnets, &held.subnets, &at.subnets),
        (
            "--security-group",
            &given.security_groups,
            &held.security_groups,
            &at.security_groups,
        ),
    ];
    for (flag, given, held, is) in lists {
        if !given.is_empty() && given != held && given != is {
            others.push(flag.to_owned());
        }
    }
    if given.local && !held.local {
        others.push("--local".to_owned());
    }
    others
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_given_again_by_any_of_its_keys() {
        let held = |secrets: &[&str]| Invocation {
            secrets: secrets.iter().map(|it| (*it).to_owned()).collect(),
            ..Invocation::default()
        };
        let gives = |given: &str, key: &str, held: &Invocation| {
            super::gives(&format!("{given}=ARN").parse().unwrap(), key, held)
        };
        let one = held(&["mysql.password"]);
        for given in ["mysql.password", "password", "db.password"] {
            assert!(gives(given, "mysql.password", &one), "{given}");
        }
        assert!(!gives("mysql.root-password", "mysql.password", &one));
        assert!(gives("a.b.password", "password", &held(&["password"])));
        let two = held(&["a.password", "b.password"]);
        assert!(gives("password", "a.password", &two) && gives("password", "b.password", &two));
        assert!(!gives("a.password", "b.password", &two));
        assert!(!gives("c.password", "b.password", &two), "which one is it?");
    }
}
