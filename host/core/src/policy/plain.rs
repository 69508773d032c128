//! Secrets that stand in the open, and how they are shown: the ARNs of some, and what [`super::mask`] masks.

use std::collections::BTreeSet;

use serde_json::Value;

use super::secret::{MASK, looks_secret};

/// The ARNs of secrets and of parameters of the Parameter Store in a text, wherever they stand in it.
pub fn secret_arns(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("arn:aws") {
        let from = &rest[start..];
        let length = from.find(|it| !is_of_arn(it)).unwrap_or(from.len());
        let arn = &from[..length];
        if service(arn).is_some() {
            found.push(arn);
        }
        rest = &from[length..];
    }
    found
}

/// The service of such an ARN.
fn service(arn: &str) -> Option<&str> {
    match arn.splitn(6, ':').collect::<Vec<_>>()[..] {
        [_, _, service @ "secretsmanager", _, _, rest] if rest.starts_with("secret:") => {
            Some(service)
        }
        [_, _, service @ "ssm", _, _, rest] if rest.starts_with("parameter/") => Some(service),
        _ => None,
    }
}

/// What names of secrets and parameters have, and what stands between.
fn is_of_arn(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || ":/_+=.@-".contains(letter)
}

/// What is shown in place of such an ARN: `arn:aws:secretsmanager:(masked)`.
pub fn masked_arn(arn: &str) -> String {
    let words: Vec<&str> = arn.splitn(4, ':').take(3).collect();
    format!("{}:{MASK}", words.join(":"))
}

/// What stands in the open in a body: the variables that [`super::mask`] masks, and ARNs of secrets as they are shown.
pub fn in_plain(body: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let containers = body.get("containerDefinitions").and_then(Value::as_array);
    let variables = containers
        .into_iter()
        .flatten()
        .filter_map(|it| it.get("environment")?.as_array())
        .flatten();
    for variable in variables {
        let name = variable.get("name").and_then(Value::as_str);
        let is_set = variable.get("value").is_some_and(|it| it != "");
        found.extend(
            name.filter(|it| is_set && looks_secret(it))
                .map(str::to_owned),
        );
    }
    let text = body.to_string();
    found.extend(secret_arns(&text).into_iter().map(masked_arn));
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arns_of_secrets_are_found_wherever_they_stand() {
        let secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-a1b2c3";
        let parameter = "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/app/db";
        let text = format!("x={secret}, \"{parameter}\" {secret}:password::");
        let key = format!("{secret}:password::");
        assert_eq!(secret_arns(&text), [secret, parameter, key.as_str()]);
        for other in [
            "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
            "arn:aws:ssm:eu-west-1:123456789012:document/run",
            "arn:aws:secretsmanager:eu-west-1",
            "arn:aws",
            "",
        ] {
            assert_eq!(secret_arns(other), [""; 0], "{other}");
        }
        assert_eq!(masked_arn(secret), "arn:aws:secretsmanager:(masked)");
        assert_eq!(masked_arn(parameter), "arn:aws-cn:ssm:(masked)");
    }

    #[test]
    fn what_is_in_plain_is_told_by_name() {
        let arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/app";
        let body = json!({"containerDefinitions": [{"environment": [
            {"name": "DB_PASSWORD", "value": "hunter2"},
            {"name": "API_TOKEN", "value": ""},
            {"name": "MODE", "value": "fast"},
            {"name": "WHERE", "value": arn},
        ], "secrets": [{"name": "P", "valueFrom": "{{secret:p}}"}]}]});
        let found: Vec<String> = in_plain(&body).into_iter().collect();
        assert_eq!(found, ["DB_PASSWORD", "arn:aws:ssm:(masked)"]);
        assert!(in_plain(&json!({"family": "redis"})).is_empty());
    }
}
