//! `host iam` allows what was really called, and nothing that was not.
//!
//! What a call needs is said here once more, by the pages of AWS and not by the table of the host: two that agree.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::scenario::{NEW, Recording, sandbox, scenarios, stopped_destroy};
use crate::harness::Sandbox;

const ACCOUNT: &str = "387705308362";
const ROLE: &str = "arn:aws:iam::387705308362:role/ecsTaskExecutionRole";
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:387705308362:secret:searchapp/mysql-root";

/// What AWS asks about before it does a call.
#[derive(Clone, Debug)]
struct Need {
    action: String,
    resource: String,
    /// Condition keys of the call.
    context: Vec<(&'static str, String)>,
}

impl Need {
    fn new(action: &str, resource: impl Into<String>) -> Self {
        Self {
            action: action.to_owned(),
            resource: resource.into(),
            context: Vec::new(),
        }
    }

    fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.context.push((key, value.into()));
        self
    }
}

fn ecs(resource: &str) -> String {
    format!("arn:aws:ecs:us-east-1:{ACCOUNT}:{resource}")
}

fn role(name: &str) -> String {
    if name.starts_with("arn:") {
        name.to_owned()
    } else {
        format!("arn:aws:iam::{ACCOUNT}:role/{name}")
    }
}

/// The strings of a field, which may be one or several.
fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().cloned().unwrap_or(vec![value.clone()]);
    let text = |it: &Value| it.as_str().map(str::to_owned);
    all.iter().filter_map(text).collect()
}

/// An object of a cluster, by its name or ARN.
fn inside(kind: &str, parameters: &Value, name: &str) -> String {
    let cluster = parameters["cluster"].as_str().unwrap_or("default");
    let cluster = cluster.rsplit('/').next().unwrap();
    let name = name.rsplit('/').next().unwrap();
    ecs(&format!("{kind}/{cluster}/{name}"))
}

fn linked(service: &str, name: &str) -> Need {
    let role = role(&format!("aws-service-role/{service}/{name}"));
    Need::new("iam:CreateServiceLinkedRole", role).with("iam:AWSServiceName", service)
}

fn pass(name: &str, to: &str) -> Need {
    Need::new("iam:PassRole", role(name)).with("iam:PassedToService", to)
}

/// All that AWS asks about before it does this call.
fn needs(call: &Value) -> Vec<Need> {
    let operation = call["operation"].as_str().unwrap();
    let parameters = &call["parameters"];
    match call["service"].as_str().unwrap() {
        "ecs" => of_ecs(operation, parameters),
        _ => of_elb(operation, parameters),
    }
}

fn of_ecs(operation: &str, parameters: &Value) -> Vec<Need> {
    let action = format!("ecs:{operation}");
    let need = |resource: String| Need::new(&action, resource);
    let each = |field: &str, kind: &str| -> Vec<Need> {
        let names = texts(&parameters[field]);
        assert!(!names.is_empty(), "{operation} names nothing: {parameters}");
        let resource = |it: &String| inside(kind, parameters, it);
        names.iter().map(|it| need(resource(it))).collect()
    };
    let cluster = |name: &Value| {
        let name = name.as_str().unwrap_or("default");
        ecs(&format!("cluster/{}", name.rsplit('/').next().unwrap()))
    };
    let tags = |resource: &str| {
        let tagged = parameters["tags"]
            .as_array()
            .is_some_and(|it| !it.is_empty());
        tagged.then(|| Need::new("ecs:TagResource", resource))
    };
    match operation {
        "DescribeClusters" => vec![need(cluster(&parameters["clusters"][0]))],
        "ListContainerInstances" => vec![need(cluster(&parameters["cluster"]))],
        "ListServices" | "ListTasks" => {
            let of = cluster(&parameters["cluster"]);
            vec![need("*".into()).with("ecs:cluster", of)]
        }
        "DescribeContainerInstances" => each("containerInstances", "container-instance"),
        "DescribeTasks" => each("tasks", "task"),
        "DescribeServices" => each("services", "service"),
        "UpdateService" | "DeleteService" => each("service", "service"),
        "TagResource" | "UntagResource" => texts(&parameters["resourceArn"])
            .into_iter()
            .map(need)
            .collect(),
        "CreateService" => {
            let service = inside(
                "service",
                parameters,
                parameters["serviceName"].as_str().unwrap(),
            );
            let takes = match parameters["role"].as_str() {
                Some(role) => pass(role, "ecs.amazonaws.com"),
                None => linked("ecs.amazonaws.com", "AWSServiceRoleForECS"),
            };
            let mut all = vec![need(service.clone()), takes];
            all.extend(tags(&service));
            all
        }
        "RegisterTaskDefinition" => {
            let family = parameters["family"].as_str().unwrap();
            // Which revision it becomes is not known yet.
            let definition = ecs(&format!("task-definition/{family}:*"));
            let roles = ["taskRoleArn", "executionRoleArn"].map(|it| parameters[it].as_str());
            let roles = roles.into_iter().flatten();
            let passed = roles.map(|it| pass(it, "ecs-tasks.amazonaws.com"));
            let mut all = vec![need(definition.clone())];
            all.extend(tags(&definition));
            all.extend(passed);
            all
        }
        "ListClusters"
        | "DescribeTaskDefinition"
        | "DeregisterTaskDefinition"
        | "ListTaskDefinitions"
        | "ListTaskDefinitionFamilies" => vec![need("*".into())],
        other => panic!("what does {other} need?"),
    }
}

fn of_elb(operation: &str, parameters: &Value) -> Vec<Need> {
    let action = format!("elasticloadbalancing:{operation}");
    if operation.starts_with("Describe") {
        return vec![Need::new(&action, "*")];
    }
    let named = ["LoadBalancerName", "LoadBalancerNames"].map(|it| texts(&parameters[it]));
    let balancers: Vec<String> = named
        .concat()
        .iter()
        .map(|it| format!("arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/{it}"))
        .collect();
    assert!(!balancers.is_empty(), "{operation}: {parameters}");
    let ec2: &[&str] = match operation {
        "CreateLoadBalancer" => &[
            "ec2:DescribeAccountAttributes",
            "ec2:DescribeInternetGateways",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        ],
        "AttachLoadBalancerToSubnets" => &["ec2:DescribeSubnets"],
        "ApplySecurityGroupsToLoadBalancer" => &[
            "ec2:DescribeAccountAttributes",
            "ec2:DescribeSecurityGroups",
        ],
        _ => &[],
    };
    let mut all: Vec<Need> = balancers.iter().map(|it| Need::new(&action, it)).collect();
    all.extend(ec2.iter().map(|it| Need::new(it, "*")));
    if operation == "CreateLoadBalancer" {
        all.push(Need::new("elasticloadbalancing:AddTags", &balancers[0]));
        all.push(linked(
            "elasticloadbalancing.amazonaws.com",
            "AWSServiceRoleForElasticLoadBalancing",
        ));
    }
    all
}

/// Whether a pattern with `*` matches, as IAM compares.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, rest)) => text.strip_prefix(before).is_some_and(|left| {
            let cuts = left.char_indices().map(|(at, _)| at).chain([left.len()]);
            { cuts }.any(|at| matches(rest, &left[at..]))
        }),
    }
}

/// Whether a statement holds for the condition keys of a call.
fn holds(statement: &Value, context: &[(&str, String)]) -> bool {
    let operators = statement["Condition"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    operators.iter().all(|(operator, keys)| {
        let is_pattern = operator.ends_with("Like") || operator.starts_with("Arn");
        assert!(
            ["ArnEquals", "ArnLike", "StringEquals", "StringLike"].contains(&operator.as_str()),
            "{operator}"
        );
        keys.as_object().unwrap().iter().all(|(key, wanted)| {
            let given = context.iter().filter(|(it, _)| it == key);
            let fits = |wanted: &String, given: &str| {
                if is_pattern {
                    matches(wanted, given)
                } else {
                    wanted == given
                }
            };
            given
                .map(|it| &it.1)
                .any(|given| texts(wanted).iter().any(|it| fits(it, given)))
        })
    })
}

/// Whether a policy allows it.
fn allows(policy: &Value, need: &Need) -> bool {
    let statements = policy["Statement"].as_array().unwrap();
    statements.iter().any(|it| {
        it["Effect"] == "Allow"
            && texts(&it["Action"]).contains(&need.action)
            && texts(&it["Resource"])
                .iter()
                .any(|one| matches(one, &need.resource))
            && holds(it, &need.context)
    })
}

/// Every action of a policy, with the statement that allows it.
fn actions(policy: &Value) -> BTreeSet<(String, String)> {
    let statements = policy["Statement"].as_array().unwrap();
    let of_one = |it: &Value| {
        let sid = it["Sid"].as_str().unwrap().to_owned();
        texts(&it["Action"])
            .into_iter()
            .map(move |action| (sid.clone(), action))
    };
    statements.iter().flat_map(of_one).collect()
}

/// Where nobody can be asked, as nobody has to be.
fn offline() -> Sandbox {
    sandbox("http://127.0.0.1:9")
}

/// The policy that the program prints, for a command line without its verb and without what only that verb takes.
fn policy(sandbox: &Sandbox, verb: &str, line: &[&str]) -> Value {
    let line = line.iter().filter(|it| !["--yes", "--adopt"].contains(it));
    let line: Vec<&str> = ["iam", "--for", verb, "--account", ACCOUNT]
        .into_iter()
        .chain(line.copied())
        .collect();
    sandbox.host(&line).ends_with(0).json()
}

/// Checks that each policy allows each of its calls. Gives what the policies allow and no call needed.
fn superfluous(recordings: &[(Value, Vec<Value>)]) -> BTreeSet<(String, String)> {
    let mut left = BTreeSet::new();
    for (policy, _) in recordings {
        left.extend(actions(policy));
    }
    for (policy, calls) in recordings {
        for call in calls {
            for need in needs(call) {
                assert!(
                    allows(policy, &need),
                    "{need:?} is not allowed\n{call}\n{policy:#}"
                );
                let statements = policy["Statement"].as_array().unwrap();
                for statement in statements {
                    let alone = json!({"Statement": [statement]});
                    if allows(&alone, &need) {
                        let sid = statement["Sid"].as_str().unwrap().to_owned();
                        left.remove(&(sid, need.action.clone()));
                    }
                }
            }
        }
    }
    left
}

/// The policy of a recording, and its calls.
fn judged(sandbox: &Sandbox, verb: &str, recording: Recording) -> (Value, Vec<Value>) {
    let line: Vec<&str> = recording.line[1..].iter().map(String::as_str).collect();
    (policy(sandbox, verb, &line), recording.calls)
}

#[test]
fn a_run_may_do_what_it_does_and_no_more() {
    let sandbox = offline();
    let mut recordings: Vec<(Value, Vec<Value>)> = scenarios()
        .iter()
        .filter(|it| it.name != "destroy")
        .map(|it| judged(&sandbox, "apply", it.recording()))
        .collect();
    let fails = Recording::of(
        "",
        "[[images]]\nimage = \"cache:1\"\nexits = { after = 1, code = 1 }\n",
        &[&NEW[..], &["--on-failure", "rollback"]].concat(),
        1,
    );
    // It turns back to what was steady before.
    let worse = Recording::of(
        &scenarios()[1].before,
        "[[images]]\nimage = \"cache:1\"\nneeds-memory = 100\n",
        &[
            &NEW[..],
            &["--set", "memory=70", "--on-failure", "rollback"],
        ]
        .concat(),
        1,
    );
    let (password, execution) = (
        format!("root-password={SECRET}"),
        format!("execution-role={ROLE}"),
    );
    let roles = Recording::of(
        "",
        "",
        &[
            "run",
            "recipes/mysql.wasm",
            "--set",
            &password,
            "--set",
            &execution,
            "--service-role",
            "ecsServiceRole",
            "--account",
            ACCOUNT,
        ],
        0,
    );
    recordings.extend([fails, worse, roles].map(|it| {
        let kept = it
            .line
            .iter()
            .position(|it| it == "--on-failure" || it == "--account");
        let line = it.line[..kept.unwrap_or(it.line.len())].to_vec();
        judged(&sandbox, "apply", Recording { line, ..it })
    }));
    // By hand, to a revision that is looked for.
    let changed = scenarios().iter().find(|it| it.name == "destroy").unwrap();
    let back = ["rollback", "cache", "--yes", "--account", ACCOUNT];
    let back = Recording::of(&changed.before, "", &back, 0);
    recordings.push((policy(&sandbox, "apply", &NEW[1..]), back.calls));
    assert_eq!(superfluous(&recordings), BTreeSet::new());
}

#[test]
fn whoever_may_run_may_look_too() {
    let sandbox = offline();
    let policy = policy(&sandbox, "apply", &NEW[1..]);
    let changed = scenarios().iter().find(|it| it.name == "destroy").unwrap();
    for verb in ["status", "list", "endpoints"] {
        let recording = Recording::of(&changed.before, "", &[verb, "--account", ACCOUNT], 0);
        assert!(!recording.calls.is_empty(), "{verb}");
        // It reports what is not allowed; what is not needed here is needed by `run`.
        superfluous(&[(policy.clone(), recording.calls)]);
    }
}

#[test]
fn a_plan_may_read_what_it_reads_and_no_more() {
    let sandbox = offline();
    let line = [&["plan"][..], &NEW[1..], &["--set", "memory=128"]].concat();
    let policy = policy(&sandbox, "plan", &line[1..]);
    // Of what is new, and of what changes.
    let recordings = ["", &scenarios()[1].before].map(|before| {
        let recording = Recording::of(
            before,
            "",
            &[&line[..], &["--account", ACCOUNT]].concat(),
            0,
        );
        assert!(recording.calls.iter().all(|it| it["write"] == false));
        (policy.clone(), recording.calls)
    });
    assert_eq!(superfluous(&recordings), BTreeSet::new());
}

#[test]
fn a_destroy_may_delete_the_stack_and_no_more() {
    let sandbox = offline();
    let policy = policy(&sandbox, "destroy", &NEW[1..]);
    let destroyed = scenarios().iter().find(|it| it.name == "destroy").unwrap();
    // One that was stopped while tasks were ending, and goes on.
    let again = stopped_destroy(&destroyed.before, ACCOUNT);
    let recordings = [destroyed.recording().calls, again].map(|calls| (policy.clone(), calls));
    assert_eq!(superfluous(&recordings), BTreeSet::new());
}

#[test]
fn what_is_not_of_the_stack_is_out_of_reach() {
    let sandbox = offline();
    let (password, execution) = (
        format!("root-password={SECRET}"),
        format!("execution-role={ROLE}"),
    );
    let line = [
        "recipes/mysql.wasm",
        "--set",
        &password,
        "--set",
        &execution,
        "--service-role",
        "ecsServiceRole",
    ];
    let balancer = |name: &str| {
        format!("arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/{name}")
    };
    let mine = [
        Need::new("ecs:UpdateService", ecs("service/searchapp/mysql-service")),
        Need::new("ecs:TagResource", ecs("task-definition/mysql:7")),
        Need::new(
            "elasticloadbalancing:DeleteLoadBalancer",
            balancer("mysql-elb"),
        ),
        pass(ROLE, "ecs-tasks.amazonaws.com"),
        pass("ecsServiceRole", "ecs.amazonaws.com"),
    ];
    let foreign = [
        Need::new("ecs:UpdateService", ecs("service/searchapp/redis-service")),
        Need::new(
            "ecs:DeleteService",
            ecs("service/searchapp/mysql-service-2"),
        ),
        Need::new("ecs:UpdateService", ecs("service/other/mysql-service")),
        Need::new(
            "ecs:UpdateService",
            ecs("service/searchapp/mysql-service").replace(ACCOUNT, "1"),
        ),
        Need::new("ecs:RegisterTaskDefinition", ecs("task-definition/redis:*")),
        Need::new("ecs:TagResource", ecs("task-definition/mysql2:1")),
        Need::new("ecs:TagResource", ecs("cluster/searchapp")),
        Need::new(
            "elasticloadbalancing:DeleteLoadBalancer",
            balancer("redis-elb"),
        ),
        Need::new("elasticloadbalancing:AddTags", balancer("app/mysql-elb/1")),
        Need::new("ecs:ListServices", "*").with("ecs:cluster", ecs("cluster/other")),
        Need::new("ecs:DescribeClusters", ecs("cluster/other")),
        Need::new("ecs:RunTask", ecs("task-definition/mysql:1")),
        // Each role to the service that takes it.
        pass(ROLE, "ecs.amazonaws.com"),
        pass(ROLE, "ec2.amazonaws.com"),
        pass("ecsServiceRole", "ecs-tasks.amazonaws.com"),
        pass("admin", "ecs-tasks.amazonaws.com"),
        linked("ec2.amazonaws.com", "AWSServiceRoleForEC2Spot"),
    ];
    for verb in ["plan", "apply", "destroy"] {
        let policy = policy(&sandbox, verb, &line);
        for need in &foreign {
            assert!(!allows(&policy, need), "{verb}: {need:?}\n{policy:#}");
        }
        let allowed = mine.iter().filter(|it| allows(&policy, it)).count();
        let expected = match verb {
            "plan" => 0,
            "apply" => mine.len(),
            _ => 2,
        };
        assert_eq!(allowed, expected, "{verb}\n{policy:#}");
    }
    // With any name, what is of other clusters and accounts stays so.
    let wide = policy(&sandbox, "apply", &[&line[..], &["--wide"]].concat());
    assert!(
        allows(&wide, &foreign[0]) && !allows(&wide, &foreign[2]) && !allows(&wide, &foreign[3])
    );
}
