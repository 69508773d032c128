//! Pages of lists.

use serde_json::{Value, json};

use crate::rules::case::{Case, refused, with};

/// Every operation that answers in pages.
const LISTS: [&str; 6] = [
    "ListClusters",
    "ListContainerInstances",
    "ListServices",
    "ListTaskDefinitionFamilies",
    "ListTaskDefinitions",
    "ListTasks",
];

pub(super) fn cases() -> Vec<Case> {
    let of_cluster = |more: Value| with(json!({"cluster": "searchapp"}), more);
    let size = |operation, size: i64| {
        refused(
            "max-results",
            operation,
            of_cluster(json!({"maxResults": size})),
            "InvalidParameterException: maxResults must be between 1 and 100.",
        )
    };
    let token = |operation, token: &str| {
        refused(
            "next-token",
            operation,
            of_cluster(json!({"nextToken": token})),
            "InvalidParameterException: Invalid token",
        )
    };
    let mut cases = vec![
        size("ListClusters", -1)
            .after("ListClusters", json!({"maxResults": 1}))
            .after("ListClusters", json!({"maxResults": 100})),
        token("ListContainerInstances", ""),
        token("ListContainerInstances", "1"),
        token("ListContainerInstances", "page-first"),
        // Neither the first page nor one behind the last has a token.
        token("ListContainerInstances", "page-00000000"),
        token("ListContainerInstances", "page-00000003").after(
            "ListContainerInstances",
            of_cluster(json!({"nextToken": "page-00000001"})),
        ),
    ];
    for operation in LISTS {
        cases.extend([
            size(operation, 0),
            size(operation, 101),
            token(operation, "another"),
        ]);
    }
    cases
}
