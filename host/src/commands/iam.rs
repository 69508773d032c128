//! `host iam`: the least that somebody must be allowed in AWS, without network and credentials.

use anyhow::Result;
use host_core::codes::target::NO_REGION;
use host_core::desired::{DesiredService, DesiredTarget};
use host_core::iam::{MOST, Place, Policy, Verb, policy};
use host_core::lint::example;
use host_core::spec::ParameterType;
use serde_json::json;

use super::{Context, findings, prepare};
use crate::cli::{IamArgs, IamVerb};
use crate::failure::{ExitStatus, Told};
use crate::ops::blueprint::{Loaded, Rendered, render_all};
use crate::ops::{examples, target};
use crate::settings::Target;
use crate::shell::Shell;

pub(super) fn execute(context: &Context, arguments: &IamArgs) -> Result<ExitStatus> {
    let (mut loaded, target) = prepare::recipes(context, &arguments.recipes, &arguments.target)?;
    let region = region(&target)?;
    let named = target::named(&prepare::wish(&target), &region)?;
    let target = DesiredTarget {
        region,
        cluster: named.cluster.unwrap_or_default(),
        ..target.offline()
    };
    for one in &mut loaded {
        leave_out(one, arguments.verb);
    }
    let rendered: Vec<Rendered> = render_all(&loaded, &target, &examples::endpoints(&loaded))?;
    findings::refuse(&context.shell, &rendered)?;
    let desired: Vec<&DesiredService> = rendered.iter().map(|it| &it.desired).collect();
    let place = Place {
        target: &target,
        account: named.account.as_deref(),
    };
    let verb = match arguments.verb {
        IamVerb::Plan => Verb::Plan,
        IamVerb::Apply => Verb::Apply,
        IamVerb::Destroy => Verb::Destroy,
    };
    let policy = policy(&desired, &place, verb, arguments.wide);
    tell(&context.shell, &place, &policy, arguments.wide);
    context.shell.json(&json!(policy))?;
    Ok(ExitStatus::Done)
}

/// Puts examples in place of what no policy depends on: what a secret is, and, where nothing is handed to AWS, the ARNs of
/// roles. Other arguments may be part of a name, and have to be given.
fn leave_out(loaded: &mut Loaded, verb: IamVerb) {
    for (_, parameter) in examples::missing(loaded) {
        let is_left_out = match &parameter.accepts {
            ParameterType::Secret => true,
            ParameterType::Text(it) => {
                verb != IamVerb::Apply && it.format.as_deref() == Some("arn")
            }
            _ => false,
        };
        if let Some(example) = example(&parameter).filter(|_| is_left_out) {
            loaded.input.given.insert(parameter.name, example);
        }
    }
}

/// ARNs name a region. That of a cluster that is named by its ARN is as good.
fn region(target: &Target) -> Result<String> {
    let of_arn = |cluster: &String| {
        let region = cluster.strip_prefix("arn:")?.split(':').nth(2)?;
        Some(region.to_owned())
    };
    let known = target.region.clone().filter(|it| !it.is_empty());
    known
        .or_else(|| target.cluster.as_ref().and_then(of_arn))
        .ok_or_else(|| {
            Told::new("no region is known, and the ARNs of a policy name one")
                .code(NO_REGION)
                .hint("set `--region`, `AWS_REGION`, or `region` of `[target]` in `host.toml`")
                .into()
        })
}

/// What the policy is wider or longer for than it had to be.
fn tell(shell: &Shell, place: &Place<'_>, policy: &Policy, wide: bool) {
    if place.target.cluster.is_empty() {
        shell.warn(
            "no cluster is named: the policy is for every cluster of the region, and lets look which there are",
            Some("name it with `--cluster`, or `cluster` of `[target]` in `host.toml`"),
        );
    }
    if place.account.is_none() {
        shell.warn(
            "the account is not known: the policy says `*` in its place, which is every account that it is attached in",
            Some("name it with `--account`, `account` of `[target]`, or a cluster by its ARN"),
        );
    }
    let size = policy.size();
    if size > MOST {
        let hint = if wide {
            "attach several, each of some of the recipes: `host iam RECIPE`"
        } else {
            "`--wide` allows any name in the cluster in place of each; or attach several, each of some of the recipes: `host iam RECIPE`"
        };
        shell.warn(
            &format!("the policy has {size} characters, and AWS takes {MOST} in a managed one"),
            Some(hint),
        );
    }
}
