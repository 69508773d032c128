//! Credentials that expire, and profiles that the SDK cannot use by itself.

use crate::harness::{Answer, Fault, Faulty, Sandbox, StandIn};

/// STS refuses a role to whoever comes without a code of MFA, and to everybody else it refuses.
fn denied() -> Answer {
    let body = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
        <Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:user/me is not authorized to perform: \
        sts:AssumeRole on resource: arn:aws:iam::123456789012:role/admin</Message></Error>\
        <RequestId>request-1</RequestId></ErrorResponse>";
    Answer::Instead(403, "text/xml", body.to_owned())
}

const PROFILES: &str = "
[profile base]
aws_access_key_id = AKID
aws_secret_access_key = secret
[profile mfa]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = base
mfa_serial = arn:aws:iam::123456789012:mfa/me
[profile behind-mfa]
role_arn = arn:aws:iam::123456789012:role/other
source_profile = mfa
[profile role]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = base
[profile sourceless]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = gone
[profile loop]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = loop-2
[profile loop-2]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = loop
[profile login]
login_session = arn:aws:iam::123456789012:user/me
[profile sso]
sso_session = dev
sso_account_id = 123456789012
sso_role_name = Admin
[sso-session dev]
sso_region = us-east-1
sso_start_url = https://d-1.awsapps.com/start
[profile old-sso]
sso_account_id = 123456789012
sso_role_name = Admin
sso_region = us-east-1
sso_start_url = https://d-1.awsapps.com/start
[profile process]
credential_process = sh -c \"echo no session >&2; exit 3\"
[profile empty]
region = us-east-1
";

/// Each profile is told by name, with its way out.
#[test]
fn profiles_that_the_sdk_cannot_use_are_told_with_their_way() {
    let export = |name: &str| format!("aws configure export-credentials --profile {name} --format");
    let (mfa, behind, login) = (export("mfa"), export("behind-mfa"), export("login"));
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "mfa",
            "H0480",
            &[
                "the profile needs MFA, and the AWS SDK for Rust cannot ask for a code",
                "`mfa_serial`",
                &mfa,
            ],
        ),
        (
            "behind-mfa",
            "H0480",
            &[
                "profile `behind-mfa` leads to `mfa`, which has `mfa_serial`",
                &behind,
            ],
        ),
        (
            "role",
            "H0486",
            &[
                "profile `role`",
                "the role of the profile may not be assumed",
            ],
        ),
        (
            "sourceless",
            "H0493",
            &["profile `sourceless`", "profile `gone` was not defined"],
        ),
        ("loop", "H0484", &["profile `loop`", "infinite loop"]),
        ("login", "H0481", &["a session of `aws login`", &login]),
        (
            "sso",
            "H0482",
            &["`aws sso login --profile sso`, and run the same command again"],
        ),
        ("old-sso", "H0482", &["`aws sso login --profile old-sso`"]),
        (
            "process",
            "H0485",
            &["profile `process`", "no session", "`credential_process`"],
        ),
        (
            "empty",
            "H0463",
            &["profile `empty`", "`aws configure --profile empty`"],
        ),
        (
            "nobody",
            "H0483",
            &[
                "there is no such profile",
                "profile `nobody`",
                "aws configure list-profiles",
            ],
        ),
    ];
    let faulty = Faulty::new(None, vec![Fault::new("AssumeRole", 99, denied())]);
    for (profile, code, words) in cases {
        // Named by the flag, and by AWS's own variable.
        let sandbox = Sandbox::at(faulty.address());
        sandbox.write("../aws-config", PROFILES);
        let run = sandbox.host(&["list", "--profile", profile]).ends_with(1);
        run.says(&[&format!("error[{code}]"), "hint:"]).says(words);
        let sandbox = Sandbox::new()
            .set("AWS_ENDPOINT_URL", faulty.address())
            .set("AWS_REGION", "us-east-1")
            .set("AWS_PROFILE", profile);
        sandbox.write("../aws-config", PROFILES);
        let run = sandbox.host(&["list"]).ends_with(1);
        if *profile != "empty" {
            run.says(&[&format!("error[{code}]")]).says(words);
        }
    }
    assert_eq!(faulty.count("ListClusters"), 0, "nobody was let in");
}

/// Before anybody asks for the region, which the profile would have said.
#[test]
fn a_profile_that_is_in_no_file_is_told_with_the_files_and_the_names_that_are_near() {
    let files = ["aws-config", "aws-credentials"];
    for by_flag in [true, false] {
        let mut sandbox = Sandbox::new();
        sandbox.write("../aws-config", "[profile staging]\nregion = us-east-1\n");
        let keys = "aws_access_key_id = AKID\naws_secret_access_key = secret\n";
        sandbox.write("../aws-credentials", format!("[prod]\n{keys}"));
        let mut line = vec!["list", "--profile", "prdo"];
        if !by_flag {
            sandbox = sandbox.set("AWS_PROFILE", "prdo");
            line.truncate(1);
        }
        let run = sandbox.host(&line).ends_with(1);
        let run = run.says(&[
            "error[H0483]: could not connect to AWS: there is no such profile\n",
            "cause: profile `prdo` is in neither `",
            "did you mean `prod`?",
            "hint: `aws configure list-profiles` shows which there are; `aws configure --profile prdo` makes this one",
        ]);
        assert!(files.iter().all(|it| run.stderr.contains(it)), "{run}");
        assert!(!run.stderr.contains("region"), "{run}");
    }
    // Keys in the variables are of some account, and not of the one that the flag asks for.
    let sandbox = Sandbox::at("http://127.0.0.1:1");
    sandbox
        .host(&["list", "--profile", "nope"])
        .ends_with(1)
        .says(&["error[H0483]", "there are no profiles"]);
}

fn expired() -> Answer {
    let text = "The security token included in the request is expired";
    Answer::ecs("ExpiredTokenException", text)
}

/// What was done stays, what was not is named, and the next run with new credentials does the rest.
#[test]
fn credentials_that_expire_between_two_changes_lose_nothing() {
    let stand_in = StandIn::start();
    let late = Answer::elb(
        "ExpiredToken",
        "The security token included in the request is expired",
    );
    // Every call after the first one that changed something.
    let faults = vec![
        Fault::new("CreateLoadBalancer", 99, late),
        Fault::new("CreateService", 99, expired()),
        Fault::new("TagResource", 99, expired()),
    ];
    let faulty = Faulty::new(Some(stand_in.address()), faults);
    let run = Sandbox::at(faulty.address()).host(&["run", "recipes/redis.wasm"]);
    let run = run.ends_with(1).says(&[
        "created task definition redis (redis:1)",
        "could not create load balancer `redis-elb`: the credentials have expired",
        "hint: renew them (`aws sso login`, or your usual way) and run the same command again: nothing is lost",
        "service redis-service: not begun",
        "1 step not begun",
        "it goes on from what is there",
    ]);
    assert_eq!(run.stdout, "", "{run}");
    assert_eq!(
        faulty.count("CreateLoadBalancer"),
        1,
        "what is refused is not sent again: {run}"
    );
    let run = Sandbox::on(&stand_in).host(&["run", "recipes/redis.wasm"]);
    run.ends_with(0)
        .says(&["Plan: 2 to create, 0 to update, 0 to delete."]);

    // Halfway through taking it down again.
    let faults = vec![Fault::new(
        "DeleteLoadBalancer",
        99,
        Answer::elb("ExpiredToken", "expired"),
    )];
    let faulty = Faulty::new(Some(stand_in.address()), faults);
    let line = ["destroy", "redis", "--yes"];
    let run = Sandbox::at(faulty.address()).host(&line).ends_with(1);
    run.says(&[
        "deleted service redis-service",
        "the credentials have expired",
        "renew them",
    ]);
    Sandbox::on(&stand_in).host(&line).ends_with(0);
}

/// A sandbox whose profile takes credentials from a program, for five seconds each time, and no more once `over` is so.
///
/// The SDK renews what has less than ten seconds left, so each call asks the program again.
fn renewing(address: &str, over: &str) -> Sandbox {
    let sandbox = Sandbox::new()
        .set("AWS_ENDPOINT_URL", address)
        .set("AWS_REGION", "us-east-1")
        .set("AWS_PROFILE", "renewed");
    let program = format!(
        "echo asked >>asked\n\
         if {over}; then echo the session is over >&2; exit 1; fi\n\
         until=$(date -u -d '+5 seconds' +%Y-%m-%dT%H:%M:%SZ)\n\
         printf '{{\"Version\":1,\"AccessKeyId\":\"KEY\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\",\"Expiration\":\"%s\"}}' $until\n"
    );
    sandbox.write("credentials.sh", program);
    sandbox.write(
        "../aws-config",
        "[profile renewed]\ncredential_process = sh credentials.sh\n",
    );
    sandbox
}

#[test]
fn credentials_of_a_program_are_renewed_while_a_run_goes_on() {
    let stand_in = StandIn::start();
    let sandbox = renewing(stand_in.address(), "false");
    let run = sandbox.host(&["run", "recipes/redis.wasm"]).ends_with(0);
    let run = run.says(&["redis is steady"]);
    let asked = sandbox.read("asked").lines().count();
    assert!(asked > 3, "renewed {asked} times: {run}");
}

#[test]
fn a_program_that_gives_no_more_credentials_ends_the_run_and_loses_nothing() {
    let stand_in = StandIn::start();
    let over = format!(
        "grep -q RegisterTaskDefinition '{}'",
        stand_in.log().display()
    );
    let sandbox = renewing(stand_in.address(), &over);
    let run = sandbox.host(&["run", "recipes/redis.wasm"]).ends_with(1);
    let run = run.says(&[
        "created task definition redis (redis:1)",
        "the `credential_process` of the profile gave no credentials",
        "the session is over",
        "it goes on from what is there",
    ]);
    assert_eq!(run.stdout, "", "{run}");
    let run = Sandbox::on(&stand_in).host(&["run", "recipes/redis.wasm"]);
    run.ends_with(0).says(&["redis is steady"]);
    let calls = stand_in.calls();
    for operation in [
        "RegisterTaskDefinition",
        "CreateLoadBalancer",
        "CreateService",
    ] {
        let made = calls.iter().filter(|it| it.operation == operation);
        assert_eq!(made.count(), 1, "{operation}");
    }
}

/// Who gives the credentials may be out of reach while AWS is not.
#[test]
fn a_giver_of_credentials_that_cannot_be_reached_is_a_matter_of_the_network() {
    let faulty = Faulty::new(None, Vec::new());
    let sandbox = Sandbox::at(faulty.address()).set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1");
    sandbox.write("../aws-config", PROFILES);
    let run = sandbox.host(&["list", "--profile", "role"]).ends_with(1);
    run.says(&[
        "error[H0461]",
        "there is no connection to AWS; nothing was sent",
        "an error occurred while loading credentials",
    ]);
}
