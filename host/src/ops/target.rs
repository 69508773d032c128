//! Where to deploy, when the user left something open.

use std::collections::BTreeMap;

use host_core::codes::target::{ACCOUNT, CLUSTER, TARGET};
use host_core::desired::DesiredTarget;
use serde_json::Value;

use super::refuse;
use crate::cloud::aws::Aws;

/// What the user said of the target.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The id of the account that the cluster must be in.
    pub account: Option<String>,
    pub cluster: Option<String>,
    pub stack: Option<String>,
    pub subnets: Vec<String>,
    pub security_groups: Vec<String>,
    pub service_role: Option<String>,
    /// Whether objects that nobody's host made are taken over.
    pub adopt: bool,
}

/// The name of the stack where there is no `host.toml` that names one.
pub const DEFAULT_STACK: &str = "default";

/// Completes the target. The cluster that nobody named is the only one, or `default`.
///
/// # Errors
/// When there is no cluster to choose, or more than one.
pub async fn resolve(aws: &Aws, wish: &Wish) -> anyhow::Result<DesiredTarget> {
    if let Some(stack) = wish.stack.as_deref().filter(|it| !is_stack_name(it)) {
        return refuse(
            TARGET,
            format!(
                "the stack `{stack}` cannot be part of a tag\n\
             hint: name it with 1 to 64 letters, digits, `-`, `_` and `.`, by `--stack` or in `[target]`"
            ),
        );
    }
    let named = named(wish, aws.region())?;
    let cluster = match named.cluster {
        Some(cluster) => cluster,
        None => choose(aws.clusters().await?, aws.region())?,
    };
    if let Some(account) = &named.account {
        check_account(aws, &cluster, account).await?;
    }
    Ok(DesiredTarget {
        region: aws.region().to_owned(),
        cluster,
        stack: wish
            .stack
            .clone()
            .unwrap_or_else(|| DEFAULT_STACK.to_owned()),
        subnets: wish.subnets.clone(),
        security_groups: wish.security_groups.clone(),
        service_role: wish.service_role.clone(),
        adopt: wish.adopt,
    })
}

/// What the user named.
#[derive(Debug, Default, PartialEq)]
pub struct Named {
    /// By its name: names are what tags and messages show.
    pub cluster: Option<String>,
    /// The account that it must be in.
    pub account: Option<String>,
}

/// Reads the cluster, which may be named by its ARN: that says account and region as well, and all is meant.
///
/// # Errors
/// The ARN is none, or not of this region and account.
pub fn named(wish: &Wish, region: &str) -> anyhow::Result<Named> {
    let account = wish.account.clone();
    let Some(cluster) = &wish.cluster else {
        return Ok(Named {
            cluster: None,
            account,
        });
    };
    if !cluster.starts_with("arn:") {
        let cluster = Some(cluster.clone());
        return Ok(Named { cluster, account });
    }
    // arn:aws:ecs:REGION:ACCOUNT:cluster/NAME
    let parts: Vec<&str> = cluster.splitn(6, ':').collect();
    let [_, _, "ecs", its_region, its_account, resource] = parts[..] else {
        return refuse(CLUSTER, no_arn(cluster));
    };
    let Some(name) = resource
        .strip_prefix("cluster/")
        .filter(|it| !it.is_empty())
    else {
        return refuse(CLUSTER, no_arn(cluster));
    };
    if its_region != region {
        return refuse(
            CLUSTER,
            format!(
                "cluster `{cluster}` is in {its_region}, and the region in use is {region}: nothing was changed\n\
                 hint: give `--region {its_region}`, or name the cluster of {region}"
            ),
        );
    }
    if let Some(account) = account.filter(|it| it != its_account) {
        return refuse(
            ACCOUNT,
            format!(
                "cluster `{cluster}` is in account {its_account}, and the target says {account}: nothing was changed\n\
                 hint: correct `account` or `cluster`: `--account`, `--cluster`, or `[target]` in `host.toml`"
            ),
        );
    }
    Ok(Named {
        cluster: Some(name.to_owned()),
        account: Some(its_account.to_owned()),
    })
}

fn no_arn(cluster: &str) -> String {
    format!(
        "`{cluster}` is not the ARN of a cluster\n\
         hint: give its name, or an ARN such as `arn:aws:ecs:us-east-1:123456789012:cluster/NAME`"
    )
}

/// The id of the account that a cluster is in. Absent: there is no such cluster.
///
/// # Errors
/// AWS refuses the read.
pub async fn account(aws: &Aws, cluster: &str) -> anyhow::Result<Option<String>> {
    let described = aws.cluster(cluster).await?;
    let arn = described.and_then(|it| it["clusterArn"].as_str().map(str::to_owned));
    // arn:aws:ecs:REGION:ACCOUNT:cluster/NAME
    Ok(arn.and_then(|it| it.split(':').nth(4).map(str::to_owned)))
}

/// Whether the cluster is in the account that was named. Its ARN says in which it is, and needs no further right.
async fn check_account(aws: &Aws, cluster: &str, account: &str) -> anyhow::Result<()> {
    let described = aws.cluster(cluster).await?;
    let Some(described) = described.filter(|it| it["status"] != "INACTIVE") else {
        return refuse(
            CLUSTER,
            format!(
                "there is no cluster `{cluster}` in {}, so that it cannot be seen whether this is account {account}\n\
                 hint: check `--cluster`, `--region` and the credentials",
                aws.region()
            ),
        );
    };
    // arn:aws:ecs:REGION:ACCOUNT:cluster/NAME
    let arn = described["clusterArn"].as_str().unwrap_or_default();
    let found = arn.split(':').nth(4).unwrap_or_default();
    if found == account {
        return Ok(());
    }
    refuse(
        ACCOUNT,
        format!(
            "cluster `{cluster}` is in account {found}, and the target says {account}: nothing was changed\n\
             hint: take the credentials of the right account (`--profile`, `aws sts get-caller-identity`), or correct `account` in `[target]`"
        ),
    )
}

/// The name becomes part of the tag `host:stack`, after the cluster's.
fn is_stack_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it))
}

fn choose(mut clusters: Vec<String>, region: &str) -> anyhow::Result<String> {
    match clusters.len() {
        0 => refuse(
            CLUSTER,
            format!(
                "there is no ECS cluster in {region}\n\
             hint: make one with `aws ecs create-cluster --cluster-name NAME` and add container instances to it, \
             or name another region with `--region`\n\
             hint: or try it without an account: the same command with `--local`\n\
             hint: or write into `host.toml`:\n\n    [target]\n    region = \"{region}\"\n    cluster = \"NAME\"\n"
            ),
        ),
        1 => Ok(clusters.remove(0)),
        _ if clusters.iter().any(|it| it == "default") => Ok("default".to_owned()),
        _ => {
            clusters.sort();
            refuse(
                CLUSTER,
                format!(
                    "there are {} ECS clusters in {region}, and none is called `default`: `{}`\n\
                 hint: choose one with `--cluster NAME`, or write `[target]` and `cluster = \"NAME\"` into `host.toml`",
                    clusters.len(),
                    clusters.join("`, `")
                ),
            )
        }
    }
}

/// The subnets of the cluster's container instances, one for each availability zone.
#[must_use]
pub fn subnets(instances: &[Value]) -> Vec<String> {
    let mut by_zone = BTreeMap::new();
    for instance in instances {
        if let Some(subnet) = attribute(instance, "ecs.subnet-id") {
            let zone =
                attribute(instance, "ecs.availability-zone").unwrap_or_else(|| subnet.clone());
            let chosen = by_zone.entry(zone).or_insert_with(|| subnet.clone());
            // Whatever the order of the answer, the same subnet is chosen.
            if subnet < *chosen {
                *chosen = subnet;
            }
        }
    }
    by_zone.into_values().collect()
}

fn attribute(instance: &Value, name: &str) -> Option<String> {
    let attributes = instance["attributes"].as_array()?;
    attributes.iter().find(|it| it["name"] == name)?["value"]
        .as_str()
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_cluster_is_the_only_one_or_default() {
        let check = |names: &[&str]| {
            choose(
                names.iter().map(|it| (*it).to_owned()).collect(),
                "us-east-1",
            )
        };
        assert_eq!(check(&["searchapp"]).unwrap(), "searchapp");
        assert_eq!(check(&["b", "default"]).unwrap(), "default");
        assert!(check(&[]).unwrap_err().to_string().contains("[target]"));
        let several = check(&["b", "a"]).unwrap_err().to_string();
        assert!(
            several.contains("`a`, `b`") && several.contains("--cluster"),
            "{several}"
        );
    }

    #[test]
    fn an_arn_says_account_and_region() {
        let check = |cluster: &str, account: Option<&str>| {
            let wish = Wish {
                cluster: Some(cluster.to_owned()),
                account: account.map(str::to_owned),
                ..Wish::default()
            };
            named(&wish, "us-east-1").map_err(|it| it.to_string())
        };
        let prod = |account: Option<&str>| {
            Ok(Named {
                cluster: Some("prod".to_owned()),
                account: account.map(str::to_owned),
            })
        };
        let arn = "arn:aws:ecs:us-east-1:222222222222:cluster/prod";
        assert_eq!(check("prod", None), prod(None));
        assert_eq!(check("prod", Some("1")), prod(Some("1")));
        assert_eq!(check(arn, None), prod(Some("222222222222")));
        assert_eq!(check(arn, Some("222222222222")), prod(Some("222222222222")));
        let refused = |cluster: &str, account, words: &str| {
            let text = check(cluster, account).unwrap_err();
            assert!(text.contains(words), "{text}");
        };
        refused(
            arn,
            Some("1"),
            "is in account 222222222222, and the target says 1",
        );
        refused(
            &arn.replace("east", "west"),
            None,
            "give `--region us-west-1`",
        );
        for other in [
            "arn:aws:ecs:us-east-1:1:service/prod",
            "arn:aws:iam::1:role/prod",
            "arn:aws",
        ] {
            refused(other, None, "is not the ARN of a cluster");
        }
    }

    #[test]
    fn a_stack_name_fits_a_tag() {
        assert!(is_stack_name("default") && is_stack_name("team-a_1.2"));
        for wrong in ["", "a#b", "a/b", &"a".repeat(65)] {
            assert!(!is_stack_name(wrong), "{wrong}");
        }
    }

    #[test]
    fn one_subnet_for_each_zone() {
        let instance = |subnet: &str, zone: &str| {
            json!({"attributes": [
                {"name": "ecs.subnet-id", "value": subnet},
                {"name": "ecs.availability-zone", "value": zone},
                {"name": "ecs.capability.logging-driver.json-file"},
            ]})
        };
        let mut instances = vec![
            instance("subnet-2", "a"),
            instance("subnet-1", "a"),
            instance("subnet-3", "b"),
            json!({}),
        ];
        assert_eq!(subnets(&instances), ["subnet-1", "subnet-3"]);
        instances.reverse();
        assert_eq!(subnets(&instances), ["subnet-1", "subnet-3"]);
    }
}
