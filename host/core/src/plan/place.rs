//! Subnets and security groups that were named once and are named no more: an object keeps them, and its step says so.
//!
//! A group cannot be set back: what AWS takes by itself, the VPC's default one, only EC2 could tell. Subnets stay with it.

use serde_json::Value;

use crate::desired::DesiredTarget;
use crate::ownership::{self, Tags};

/// What an object has of the target.
pub(super) struct Place<'a> {
    /// Its tags, which remember what was named.
    pub(super) tags: &'a Tags,
    /// The value that holds both lists, as AWS describes it.
    pub(super) described: &'a Value,
    /// The paths of subnets and of security groups: where in `described`, and as tags remember them.
    pub(super) paths: [(&'static str, &'static str); 2],
}

/// The reason of a step, with what stays although nobody names it any more.
pub(super) fn with_what_stays(
    reason: Option<String>,
    target: &DesiredTarget,
    place: &Place<'_>,
) -> Option<String> {
    let named = [&target.subnets, &target.security_groups];
    let lists = place.paths.iter().zip(named);
    let kept = lists
        .filter(|((_, path), named)| named.is_empty() && ownership::set_before(place.tags, path))
        .filter_map(|((pointer, _), _)| place.described.pointer(pointer)?.as_array());
    let kept: Vec<&str> = kept.flatten().filter_map(Value::as_str).collect();
    let stays = match kept[..] {
        [] => return reason,
        [one] => format!("keeps {one}, which is named no more"),
        _ => format!("keeps {}, which are named no more", kept.join(", ")),
    };
    Some(reason.map_or_else(|| stays.clone(), |reason| format!("{reason}; {stays}")))
}
