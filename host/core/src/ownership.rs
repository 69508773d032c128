//! The tags by which the host knows its own objects again. There is no other memory.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::desired::{DesiredService, DesiredTarget};
use crate::digest;
use crate::normal::{flatten, generic};
use crate::request::{Operation, Request};

/// `CLUSTER/STACK`: names of load balancers are shared by all clusters of an account, so the cluster is in it.
pub const STACK: &str = "host:stack";
/// The name of the service in its stack.
pub const SERVICE: &str = "host:service";
/// `redis@0.1.0`.
pub const RECIPE: &str = "host:recipe";
/// The digest of the recipe's bytes.
pub const DIGEST: &str = "host:digest";
/// The digest of what was applied, and which fields it set. See [`applied`].
pub const APPLIED: &str = "host:applied";
/// On a service: the last revision that was seen steady, `redis:3`. On a revision: when the deployment began that was.
pub const STABLE: &str = "host:stable";

/// The call that writes down on an object that a revision was seen steady: on a service which, on a revision when.
pub fn stable(arn: &Value, value: &str) -> Request {
    Request {
        operation: Operation::TagResource,
        body: json!({"resourceArn": arn, "tags": [{"key": STABLE, "value": value}]}),
    }
}

/// How many tags the host may put on an object.
pub const COUNT: usize = 6;

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// Whose an object is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Owner {
    /// Of this service of this stack.
    Ours,
    /// Of another service or stack: `searchapp/default, service cache`.
    Other(String),
    /// Without tags of the host.
    Nobody,
}

/// Whether a text is the id of an AWS account.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit())
}

/// The tag `host:stack`.
pub fn stack_tag(target: &DesiredTarget) -> String {
    format!("{}/{}", target.cluster, target.stack)
}

/// Reads the owner of an object from its tags.
pub fn owner(tags: &Tags, target: &DesiredTarget, service: &str) -> Owner {
    match (tags.get(STACK), tags.get(SERVICE)) {
        (Some(stack), Some(name)) if *stack == stack_tag(target) && name == service => Owner::Ours,
        (Some(stack), name) => Owner::Other(format!(
            "{stack}, service {}",
            name.map_or("unknown", String::as_str)
        )),
        (None, _) => Owner::Nobody,
    }
}

/// The tags of an object that is created or given a new revision.
pub fn tags(desired: &DesiredService, target: &DesiredTarget, applied: String) -> Tags {
    Tags::from([
        (STACK.to_owned(), stack_tag(target)),
        (SERVICE.to_owned(), desired.name.clone()),
        (RECIPE.to_owned(), desired.recipe.clone()),
        (DIGEST.to_owned(), desired.digest.clone()),
        (APPLIED.to_owned(), applied),
    ])
}

/// The digest of what is applied, and which fields it sets: `0f3c…:AbcDef…`.
///
/// 32 hexadecimal digits, a colon, and three characters for each leaf field, the
/// first 18 bits of the digest of its path. A tag holds 256 characters, so at
/// most 74 fields; more than a service or a load balancer has. Of a task
/// definition with more, those without a code count as never set.
pub fn applied(body: &Value) -> String {
    let codes: BTreeSet<String> = flatten(&generic(body))
        .keys()
        .map(|path| code(path))
        .collect();
    let codes: String = codes.into_iter().take(74).collect();
    format!("{}:{codes}", content(body))
}

/// The digest alone.
pub fn content(body: &Value) -> String {
    digest::of_value(&generic(body))[..32].to_owned()
}

/// Whether the tag says that exactly this was applied.
pub fn says_applied(tags: &Tags, body: &Value) -> bool {
    tags.get(APPLIED)
        .is_some_and(|tag| tag.split(':').next() == Some(content(body).as_str()))
}

/// Whether the tag says that this field was set by what was applied last.
pub fn set_before(tags: &Tags, path: &str) -> bool {
    let codes = tags
        .get(APPLIED)
        .and_then(|tag| tag.split_once(':'))
        .map_or("", |(_, codes)| codes);
    let wanted = code(path);
    codes.as_bytes().chunks(3).any(|it| it == wanted.as_bytes())
}

/// Whether the tag remembers of every field of the body that it was set, as far as a tag can.
pub fn remembers(tags: &Tags, body: &Value) -> bool {
    codes(&applied(body)).is_subset(&remembered(tags))
}

/// Whether the tag needs no other words for this body, of which nothing differs from what AWS has.
///
/// Where it remembers just the fields of the body, it has to have their digest, too: otherwise a run was killed after
/// it changed a value, and before it wrote that down. Where it remembers more, what is set no more had AWS's default.
pub fn is_written_down(tags: &Tags, body: &Value) -> bool {
    let (new, known) = (codes(&applied(body)), remembered(tags));
    new.is_subset(&known) && (new != known || says_applied(tags, body))
}

fn remembered(tags: &Tags) -> BTreeSet<Vec<u8>> {
    tags.get(APPLIED).map(|it| codes(it)).unwrap_or_default()
}

/// The codes of the fields in a tag.
fn codes(tag: &str) -> BTreeSet<Vec<u8>> {
    let (_, codes) = tag.split_once(':').unwrap_or_default();
    codes.as_bytes().chunks(3).map(<[u8]>::to_vec).collect()
}

/// The path without the names of list items: `loadBalancers[redis].containerPort` → `loadBalancers.containerPort`.
pub(crate) fn plain(path: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0_u32;
    for character in path.chars() {
        match character {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(character),
            _ => {}
        }
    }
    plain
}

/// What a path is known by, in three characters of URL-safe base64.
///
/// Of the object's own tags each has a code of its own, so that one that is not
/// said any more is told from one that somebody else put there.
fn code(path: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let tag = path
        .strip_prefix("tags[")
        .or_else(|| path.strip_prefix("Tags["))
        .and_then(|it| it.rsplit_once(']'));
    let plain = tag.map_or_else(|| plain(path), |(key, _)| format!("tags.{key}"));
    let bits = u32::from_str_radix(&digest::sha256_hex(plain.as_bytes())[..6], 16)
        .unwrap_or_default()
        >> 6;
    [bits >> 12, bits >> 6, bits]
        .iter()
        .map(|it| char::from(ALPHABET[(it & 63) as usize]))
        .collect()
}

/// Reads the tags of an ECS answer (`[{"key", "value"}]`).
pub fn read_ecs(list: &Value) -> Tags {
    let pairs = list.as_array().into_iter().flatten();
    pairs
        .filter_map(|tag| {
            Some((
                tag["key"].as_str()?.to_owned(),
                tag["value"].as_str()?.to_owned(),
            ))
        })
        .collect()
}

/// Reads tags as a request to classic ELB says them (`[{"Key", "Value"}]`).
pub fn read_elb(list: &Value) -> Tags {
    let pairs = list.as_array().into_iter().flatten();
    pairs
        .filter_map(|tag| {
            Some((
                tag["Key"].as_str()?.to_owned(),
                tag["Value"].as_str()?.to_owned(),
            ))
        })
        .collect()
}

/// Whether a tag is neither the host's nor AWS's.
pub fn is_own(key: &str) -> bool {
    !key.starts_with("host:") && !key.starts_with("aws:")
}

/// Writes tags as ECS takes them, the recipe's own first.
pub fn write_ecs(own: Option<&Value>, tags: &Tags) -> Value {
    let ours = tags
        .iter()
        .map(|(key, value)| serde_json::json!({"key": key, "value": value}));
    own.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .cloned()
        .chain(ours)
        .collect()
}

/// Writes tags as classic ELB takes them, the recipe's own first.
pub fn write_elb(own: Option<&Value>, tags: &Tags) -> Value {
    let ours = tags
        .iter()
        .map(|(key, value)| serde_json::json!({"Key": key, "Value": value}));
    own.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .cloned()
        .chain(ours)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn target() -> DesiredTarget {
        DesiredTarget {
            cluster: "searchapp".into(),
            stack: "default".into(),
            ..DesiredTarget::default()
        }
    }

    #[test]
    fn an_object_is_ours_by_stack_and_service() {
        let desired = DesiredService {
            name: "redis".into(),
            ..DesiredService::default()
        };
        let tags = tags(&desired, &target(), String::new());
        assert_eq!(owner(&tags, &target(), "redis"), Owner::Ours);
        assert_eq!(
            owner(&tags, &target(), "cache"),
            Owner::Other("searchapp/default, service redis".into())
        );
        let elsewhere = DesiredTarget {
            cluster: "other".into(),
            ..target()
        };
        assert_eq!(
            owner(&tags, &elsewhere, "redis"),
            Owner::Other("searchapp/default, service redis".into())
        );
        assert_eq!(owner(&Tags::new(), &target(), "redis"), Owner::Nobody);
    }

    #[test]
    fn applied_fits_a_tag_and_knows_the_same_content_again() {
        let body = json!({"serviceName": "redis", "loadBalancers": [{"containerPort": 6379}], "desiredCount": 1});
        let tag = applied(&body);
        assert!(
            tag.chars()
                .all(|it| it.is_ascii_alphanumeric() || "_.:/=+-@".contains(it)),
            "{tag}"
        );
        assert_eq!(tag.len(), 32 + 1 + 3 * 3);
        let tags = Tags::from([(APPLIED.to_owned(), tag)]);
        assert!(says_applied(&tags, &body));
        assert!(!says_applied(&tags, &json!({"serviceName": "redis"})));
        assert!(
            set_before(&tags, "desiredCount")
                && set_before(&tags, "loadBalancers[x].containerPort")
        );
        assert!(
            !set_before(&tags, "enableExecuteCommand") && !set_before(&Tags::new(), "desiredCount")
        );
        let large: Value = (0..200)
            .map(|it| (format!("field{it}"), json!(it)))
            .collect::<serde_json::Map<_, _>>()
            .into();
        assert!(applied(&large).len() <= 256);
    }

    #[test]
    fn codes_of_the_known_fields_do_not_collide() {
        let paths: BTreeSet<&str> = include_str!("model/fields.tsv")
            .lines()
            .filter_map(|it| it.split('\t').nth(1))
            .collect();
        assert!(paths.len() > 200);
        let plain = |path: &str| path.replace("[]", "").replace("{}", "");
        let codes: BTreeSet<String> = paths.iter().map(|path| code(&plain(path))).collect();
        assert_eq!(
            codes.len(),
            paths
                .iter()
                .map(|path| plain(path))
                .collect::<BTreeSet<_>>()
                .len()
        );
    }
}
