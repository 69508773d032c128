//! The same deployment as files and commands of the `aws` CLI.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::blueprint::{bodies, reveal};
use crate::desired::{DesiredService, DesiredTarget};
use crate::escape::{escape, escape_json};
use crate::policy::in_plain;
use crate::tokens;

/// Body → file, and the command that takes it.
const FILES: [(&str, &str, &str); 5] = [
    (
        "taskDefinition",
        "task-definition.json",
        "ecs register-task-definition",
    ),
    (
        "loadBalancer",
        "load-balancer.json",
        "elb create-load-balancer",
    ),
    (
        "healthCheck",
        "health-check.json",
        "elb configure-health-check",
    ),
    (
        "attributes",
        "attributes.json",
        "elb modify-load-balancer-attributes",
    ),
    ("service", "service.json", "ecs create-service"),
];

/// A service to write files of, and the ARNs of its secrets where they are to be written.
#[derive(Clone, Copy, Debug)]
pub struct Emitted<'a> {
    pub desired: &'a DesiredService,
    pub secrets: Option<&'a tokens::Known>,
}

/// Files by their path from the folder, and the commands that use them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Files {
    pub files: Vec<(String, String)>,
    /// Tokens that the files contain, which AWS does not understand.
    pub tokens: Vec<String>,
    /// The files that hold in plain what is masked elsewhere, each with the names of that.
    pub plain: BTreeMap<String, BTreeSet<String>>,
}

/// The files `NAME/task-definition.json` and so on, and `commands.sh`.
pub fn aws_cli(services: &[Emitted<'_>], target: Option<&DesiredTarget>) -> Files {
    let mut files = Files::default();
    let mut script = preamble(target);
    for service in services {
        let mut bodies = bodies(service.desired, target);
        if let Some(secrets) = service.secrets {
            reveal(&mut bodies, secrets);
        }
        let name = &service.desired.name;
        // Writing to a string cannot fail.
        let _ = write!(script, "\n# {}\n", escape(name));
        for (key, file, command) in FILES {
            let Some(body) = bodies.get(key) else {
                continue;
            };
            let path = format!("{name}/{file}");
            files.tokens.extend(tokens::remaining(body));
            let plain = in_plain(body);
            if !plain.is_empty() {
                files.plain.insert(path.clone(), plain);
            }
            let text = format!("{}\n", escape_json(&format!("{body:#}")));
            files.files.push((path, text));
            script += &note(key, body, &bodies);
            let _ = writeln!(
                script,
                "aws {command} --cli-input-json {}",
                quoted(&format!("file://{name}/{file}"))
            );
        }
    }
    files.tokens.sort();
    files.tokens.dedup();
    files.files.push(("commands.sh".to_owned(), script));
    files
}

fn preamble(target: Option<&DesiredTarget>) -> String {
    let mut text = "#!/bin/sh\n# What host would make, as commands of the aws CLI, in this order. Without the tags by which\n# host knows its own objects again: a later `host run` leaves what these commands made alone.\nset -eu\ncd \"$(dirname \"$0\")\"\n".to_owned();
    if let Some(region) = target
        .map(|it| it.region.as_str())
        .filter(|it| !it.is_empty())
    {
        // The first version of the CLI reads the one, the second prefers the other.
        let region = quoted(region);
        let _ = writeln!(
            text,
            "export AWS_DEFAULT_REGION={region} AWS_REGION={region}"
        );
    }
    text
}

/// What to know before a command is run.
fn note(key: &str, body: &Value, bodies: &Map<String, Value>) -> String {
    let mut notes = Vec::new();
    match key {
        "loadBalancer"
            if body.get("Subnets").is_none() && body.get("AvailabilityZones").is_none() =>
        {
            notes.push("no subnet is named: add `--subnets`, those of the cluster's instances");
        }
        "service" => {
            if body.get("cluster").is_none() {
                notes.push("no cluster is named: add `--cluster`, or it is `default`");
            }
            if bodies.contains_key("taskDefinition") {
                notes.push("the family alone means its newest revision");
            }
        }
        _ => {}
    }
    notes.iter().flat_map(|it| ["# ", *it, "\n"]).collect()
}

/// A word for the shell.
fn quoted(text: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_./:".contains(it);
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::*;
    use crate::desired::DesiredLoadBalancer;

    fn mysql() -> DesiredService {
        DesiredService {
            name: "mysql".into(),
            task_definition: Some(
                json!({"family": "mysql", "containerDefinitions": [{"secrets": [{"valueFrom": "{{secret:p}}"}]}]}),
            ),
            load_balancer: Some(DesiredLoadBalancer {
                create: json!({"LoadBalancerName": "mysql-elb"}),
                health_check: json!({"Target": "TCP:3306"}),
                attributes: Some(json!({"CrossZoneLoadBalancing": {"Enabled": true}})),
            }),
            service: Some(json!({"serviceName": "mysql-service"})),
            ..DesiredService::default()
        }
    }

    #[test]
    fn commands_come_in_the_order_in_which_they_work() {
        let files = aws_cli(
            &[Emitted {
                desired: &mysql(),
                secrets: None,
            }],
            None,
        );
        let names: Vec<&str> = files.files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "mysql/task-definition.json",
                "mysql/load-balancer.json",
                "mysql/health-check.json",
                "mysql/attributes.json",
                "mysql/service.json",
                "commands.sh",
            ]
        );
        assert_eq!(files.tokens, ["{{secret:p}}"]);
        assert!(files.plain.is_empty(), "a token tells nothing");
        expect![[r##"
            #!/bin/sh
            # What host would make, as commands of the aws CLI, in this order. Without the tags by which
            # host knows its own objects again: a later `host run` leaves what these commands made alone.
            set -eu
            cd "$(dirname "$0")"

            # mysql
            aws ecs register-task-definition --cli-input-json file://mysql/task-definition.json
            # no subnet is named: add `--subnets`, those of the cluster's instances
            aws elb create-load-balancer --cli-input-json file://mysql/load-balancer.json
            aws elb configure-health-check --cli-input-json file://mysql/health-check.json
            aws elb modify-load-balancer-attributes --cli-input-json file://mysql/attributes.json
            # no cluster is named: add `--cluster`, or it is `default`
            # the family alone means its newest revision
            aws ecs create-service --cli-input-json file://mysql/service.json
        "##]]
        .assert_eq(&files.files.last().unwrap().1);
    }

    #[test]
    fn with_a_target_and_secrets_nothing_is_left_open() {
        let target = DesiredTarget {
            region: "eu-west-1".into(),
            cluster: "searchapp".into(),
            subnets: vec!["subnet-1".into()],
            ..DesiredTarget::default()
        };
        let arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/p";
        let secrets = tokens::Known::from([("{{secret:p}}".to_owned(), arn.to_owned())]);
        let files = aws_cli(
            &[Emitted {
                desired: &mysql(),
                secrets: Some(&secrets),
            }],
            Some(&target),
        );
        assert_eq!(files.tokens, [""; 0]);
        let script = &files.files.last().unwrap().1;
        assert!(script.contains("export AWS_DEFAULT_REGION=eu-west-1 AWS_REGION=eu-west-1\n"));
        assert!(!script.contains("no subnet") && !script.contains("no cluster"));
        assert!(files.files[0].1.contains(arn));
        let plain = [(
            "mysql/task-definition.json".to_owned(),
            ["arn:aws:ssm:(masked)".to_owned()].into(),
        )];
        assert_eq!(files.plain, BTreeMap::from(plain));
    }

    #[test]
    fn words_for_the_shell() {
        assert_eq!(quoted("us-east-1"), "us-east-1");
        assert_eq!(quoted("a'; rm -rf $HOME"), r"'a'\''; rm -rf $HOME'");
    }
}
