//! What recipes asked for beyond a plain container, and what let it through.

use serde::Serialize;

use super::text::{Line, Text, Tone, table};
use crate::policy::{Ask, By, Granted, Need};

/// Something that was asked for, and is not free.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Permission {
    /// The name of the service in its stack.
    pub service: String,
    /// In the words of the contract.
    pub field: String,
    /// ``container `web` ``.
    pub asker: String,
    /// `host path /data/redis`.
    pub asks: String,
    /// What would grant exactly this: `host-path:/data/redis:rw`.
    pub needs: String,
    /// What let it through: the grant that covers it, or the argument that says it.
    pub by: Through,
}

/// What let something through.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Through {
    /// A grant of `host.toml`.
    Grant(String),
    /// The parameter for which the user gave it; absent where its value can mean nothing else.
    Argument(Option<String>),
}

/// What of the asks of one service is not free, and let through. What is refused is a finding.
pub fn permissions(asks: &[Ask], granted: &Granted<'_>) -> Vec<Permission> {
    let told = |ask: &Ask| {
        let Need::Grant(needs) = &ask.need else {
            return None;
        };
        let by = match granted.by(ask)? {
            By::Host => return None,
            By::Given => Through::Argument(None),
            By::Argument(name) => Through::Argument(Some(name.to_owned())),
            By::Grant(grant) => Through::Grant(grant.to_string()),
        };
        Some(Permission {
            service: granted.service.to_owned(),
            field: ask.field.clone(),
            asker: ask.asker.clone(),
            asks: ask.words(),
            needs: needs.to_string(),
            by,
        })
    };
    asks.iter().filter_map(told).collect()
}

/// For people; empty where all is free.
pub fn text(permissions: &[Permission]) -> Text {
    let mut text = Text::default();
    if permissions.is_empty() {
        return text;
    }
    text.push(Line::new(Tone::Strong, "Asked for and granted:"));
    let row = |it: &Permission| {
        let by = match &it.by {
            Through::Grant(grant) => format!("by the grant `{grant}`"),
            Through::Argument(Some(name)) => format!("by your argument `{name}`"),
            Through::Argument(None) => "by your argument".to_owned(),
        };
        vec![it.service.clone(), it.asks.clone(), by]
    };
    let rows: Vec<Vec<String>> = permissions.iter().map(row).collect();
    for line in table(&rows) {
        text.push(Line::plain(format!("  {line}")));
    }
    text.gap();
    text
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::*;
    use crate::policy::{Body, Grant, asks, wishes};
    use crate::request::Operation;
    use crate::spec::{Manifest, Parameter, ParameterType, TextType};

    #[test]
    fn what_is_not_free_is_told_with_what_let_it_through() {
        let role = "arn:aws:iam::123456789012:role/ecs";
        let body = json!({"family": "redis", "executionRoleArn": role, "containerDefinitions": [
            {"name": "web", "image": "ghcr.io/acme/web:1", "privileged": true},
        ], "volumes": [{"name": "data", "host": {"sourcePath": "/data/redis"}}]});
        let asks = asks([Body {
            operation: Operation::RegisterTaskDefinition,
            at: "",
            value: &body,
        }]);
        let manifest = Manifest {
            parameters: vec![Parameter {
                name: "image".into(),
                accepts: ParameterType::Text(TextType::default()),
                ..Parameter::default()
            }],
            capabilities: vec!["image:{image}".into()],
            ..Manifest::default()
        };
        let typed = [("image".to_owned(), "ghcr.io/acme/web:1".to_owned())];
        let (wishes, given) = (
            wishes(&manifest, &typed.into()),
            [("role".to_owned(), role.to_owned())],
        );
        let grants: Vec<Grant> = vec!["host-path:/data:rw".parse().unwrap()];
        let granted = Granted {
            service: "redis",
            grants: &grants,
            wishes: &wishes,
            given: &given,
            ..Granted::default()
        };
        let found = permissions(&asks, &granted);
        expect![[r#"
            Asked for and granted:
              redis  the execution role arn:aws:iam::123456789012:role/ecs  by your argument
              redis  the image ghcr.io/acme/web:1                           by your argument `image`
              redis  host path /data/redis                                  by the grant `host-path:/data:rw`

        "#]]
        .assert_eq(&text(&found).to_string());
        assert_eq!(
            json!(found[2]),
            json!({
                "service": "redis",
                "field": "task-definition.volumes[0].host.source-path",
                "asker": "volume `data`",
                "asks": "host path /data/redis",
                "needs": "host-path:/data/redis:rw",
                "by": {"grant": "host-path:/data:rw"},
            })
        );
        assert!(text(&[]).is_empty());
    }
}
