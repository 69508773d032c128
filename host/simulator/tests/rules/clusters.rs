//! Clusters.

use serde_json::json;

use super::case::{Case, refused, try_all};

pub(super) fn cases() -> Vec<Case> {
    vec![
        refused(
            "cluster-not-found",
            "ListServices",
            json!({"cluster": "nowhere"}),
            "ClusterNotFoundException: Cluster not found.",
        ),
        refused(
            "cluster-has-instances",
            "DeleteCluster",
            json!({"cluster": "searchapp"}),
            "ClusterContainsContainerInstancesException: The Cluster cannot be deleted while Container Instances are active or draining.",
        ),
    ]
}

#[test]
fn rules_are_kept() {
    try_all(cases());
}
