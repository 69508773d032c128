//! The account in a file.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use host_simulator::clock::Clock;
use host_simulator::server::{Running, Simulation, call_log};
use host_simulator::state::{StateError, StateFile, resume};
use host_simulator::{Script, Time, World, advance};
use serde_json::{Value, json};

use super::client::{BEGUN, Connection, ecs, elb, simulation};
use super::scratch::Scratch;

fn serve(path: &std::path::Path, script: &str) -> Running {
    let state = StateFile::lock(path).unwrap();
    let script = Script::parse(script).unwrap();
    let world = state
        .load()
        .unwrap()
        .unwrap_or_else(|| World::new(BEGUN, "us-east-1", &script));
    let clock = Clock::stepped(world.now);
    Running::start(Simulation::new(world, script, clock).kept_in(state)).unwrap()
}

fn load(path: &std::path::Path) -> World {
    StateFile::lock(path).unwrap().load().unwrap().unwrap()
}

/// An account with something of everything in it.
fn fill(server: &Running) {
    let container = json!([{"name": "redis", "image": "redis:7", "memory": 128,
        "portMappings": [{"containerPort": 6379, "hostPort": 6379}]}]);
    let calls = [
        (
            "RegisterTaskDefinition",
            json!({"family": "redis", "containerDefinitions": container,
            "tags": [{"key": "owner", "value": "\u{e9} \u{4e16}"}]}),
        ),
        (
            "CreateService",
            json!({"cluster": "searchapp", "serviceName": "redis", "taskDefinition": "redis", "desiredCount": 1,
            "loadBalancers": [{"loadBalancerName": "front", "containerName": "redis", "containerPort": 6379}]}),
        ),
        (
            "UpdateService",
            json!({"cluster": "searchapp", "service": "redis", "desiredCount": 2}),
        ),
        (
            "DescribeServices",
            json!({"cluster": "searchapp", "services": ["redis"]}),
        ),
    ];
    let made = elb(
        server,
        "Action=CreateLoadBalancer&LoadBalancerName=front&Scheme=internal&Subnets.member.1=subnet-39706b4e\
         &Listeners.member.1.Protocol=TCP&Listeners.member.1.LoadBalancerPort=80&Listeners.member.1.InstancePort=6379",
    );
    assert_eq!(made.status, 200, "{}", made.body);
    for (operation, input) in calls {
        let answer = ecs(server, operation, &input);
        assert_eq!(answer.status, 200, "{operation}: {}", answer.body);
    }
}

#[test]
fn after_a_restart_the_account_is_the_same_and_goes_on() {
    let scratch = Scratch::new("restart");
    let path = scratch.file("deep/er/account.json");
    let server = serve(&path, "");
    fill(&server);
    server.stop().unwrap();
    let world = load(&path);
    assert_eq!(world.clusters["searchapp"].services["redis"].desired, 2);
    assert_eq!(
        world.families["redis"].revisions[&1].tags["owner"],
        "\u{e9} \u{4e16}"
    );
    let server = serve(&path, "");
    server.stop().unwrap();
    assert_eq!(load(&path), world);
    // It goes on as if there had been no end.
    let (mut one, mut other) = (world.clone(), load(&path));
    let then = world.now + Duration::from_mins(10);
    advance(&mut one, &Script::default(), then);
    advance(&mut other, &Script::default(), then);
    assert_eq!(one, other);
    assert_eq!(one.balancers["front"].instances.len(), 2);
}

#[test]
fn each_call_that_changes_something_is_written_before_it_is_answered() {
    let scratch = Scratch::new("written");
    let path = scratch.file("account.json");
    let server = serve(&path, "");
    let mut connection = Connection::to(&server);
    for number in 1..5 {
        connection
            .ecs(
                "CreateCluster",
                &json!({"clusterName": format!("cluster-{number}")}),
            )
            .unwrap();
        let kept: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(kept["version"], 1);
        assert_eq!(
            kept["world"]["clusters"].as_object().unwrap().len(),
            1 + number
        );
    }
    drop(server);
    // Nothing is left beside it but the lock, and nobody else may read it.
    assert_eq!(scratch.names(), ["account.json", "account.json.lock"]);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn what_cannot_be_kept_is_refused() {
    let scratch = Scratch::new("unkept");
    let path = scratch.file("account.json");
    let server = serve(&path, "");
    // A folder in the place of the file that is written first.
    fs::create_dir(scratch.file("account.json.new")).unwrap();
    let refused = ecs(&server, "CreateCluster", &json!({"clusterName": "a"}));
    assert_eq!(refused.status, 500);
    assert_eq!(refused.json()["__type"], "ServerException");
    assert!(
        refused.json()["message"]
            .as_str()
            .unwrap()
            .contains("account.json"),
        "{}",
        refused.body
    );
    let refused = elb(&server, "Action=DeleteLoadBalancer&LoadBalancerName=a");
    assert_eq!(refused.status, 500);
    assert!(
        refused.body.contains("<Code>InternalFailure</Code>"),
        "{}",
        refused.body
    );
    fs::remove_dir(scratch.file("account.json.new")).unwrap();
    // It did not happen: neither is it there, nor is it written with the next change.
    let clusters = |server: &Running| {
        let answer = ecs(server, "ListClusters", &json!({}));
        answer.json()["clusterArns"].as_array().unwrap().len()
    };
    assert_eq!(clusters(&server), 1);
    let made = ecs(&server, "CreateCluster", &json!({"clusterName": "b"}));
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!(clusters(&server), 2);
    server.stop().unwrap();
    let kept: Vec<String> = load(&path).clusters.into_keys().collect();
    assert_eq!(kept, ["b", "searchapp"]);
}

#[test]
fn who_shares_it_hears_that_the_account_was_not_written_at_the_end() {
    let scratch = Scratch::new("unwritten");
    let path = scratch.file("account.json");
    let (tell, told) = std::sync::mpsc::channel();
    let server = serve(&path, "").telling(move |error| tell.send(error.to_string()).unwrap());
    fs::create_dir(scratch.file("account.json.new")).unwrap();
    drop(server);
    let said = told.recv().unwrap();
    assert!(said.contains("account.json"), "{said}");
    assert!(said.contains("\nhint: "), "{said}");
    fs::remove_dir(scratch.file("account.json.new")).unwrap();
    // Where it is written there is nothing to say.
    drop(serve(&path, "").telling(|error| unreachable!("{error}")));
}

#[test]
fn what_is_no_account_is_named_and_left_as_it_is() {
    let scratch = Scratch::new("damaged");
    let path = scratch.file("account.json");
    let whole = {
        serve(&path, "").stop().unwrap();
        fs::read_to_string(&path).unwrap()
    };
    let half = whole[..whole.len() / 2].to_owned();
    let wrong = whole.replacen("\"now\":", "\"now\":[],\"then\":", 1);
    for text in ["", "{}", "no account", "{\"version\":1}", &half, &wrong] {
        fs::write(&path, text).unwrap();
        let error = StateFile::lock(&path).unwrap().load().unwrap_err();
        assert!(
            matches!(error, StateError::Damaged { .. }),
            "{text}: {error:?}"
        );
        let message = error.to_string();
        assert!(
            message.starts_with(&format!("`{}` is no simulated account: ", path.display())),
            "{message}"
        );
        assert!(message.contains("\nhint: "), "{message}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn another_version_is_refused_whatever_is_in_it() {
    let scratch = Scratch::new("version");
    let path = scratch.file("account.json");
    for text in [
        "{\"version\":2,\"world\":{}}",
        "{\"version\":2,\"account\":[]}",
    ] {
        fs::write(&path, text).unwrap();
        let error = StateFile::lock(&path).unwrap().load().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`{}` was written by another version of this program (form 2, this one reads 1)\n\
                 hint: use that version, or delete the file to begin with a new account",
                path.display()
            )
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_file_that_cannot_be_is_named() {
    let scratch = Scratch::new("place");
    fs::write(scratch.file("file"), "").unwrap();
    let error = StateFile::lock(&scratch.file("file/account.json")).unwrap_err();
    assert!(error.to_string().contains("file/account.json"), "{error}");
    assert_eq!(
        StateFile::lock(&scratch.file("new.json"))
            .unwrap()
            .load()
            .unwrap(),
        None
    );
}

#[test]
fn time_goes_on_and_never_back() {
    let world = World {
        now: Time(5000),
        ..World::default()
    };
    assert_eq!(resume(&world, Time(9000)), Time(9000));
    assert_eq!(resume(&world, Time(1000)), Time(5000));
}

#[test]
fn calls_are_written_down_with_what_came_of_them() {
    let scratch = Scratch::new("log");
    let path = scratch.file("calls");
    let server = Running::start(simulation("").logged_to(call_log(&path).unwrap())).unwrap();
    ecs(&server, "CreateCluster", &json!({"clusterName": "a"}));
    ecs(&server, "DescribeTasks", &json!({"tasks": []}));
    elb(&server, "Action=DescribeLoadBalancers&PageSize=5");
    server.stop().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let line = |it: &str| serde_json::from_str::<Value>(it).unwrap();
    let lines: Vec<Value> = text.lines().map(line).collect();
    let parts = [
        "service",
        "operation",
        "write",
        "status",
        "parameters",
        "code",
    ];
    let told: Vec<Vec<&Value>> = lines
        .iter()
        .map(|it| parts.map(|part| &it[part]).to_vec())
        .collect();
    assert_eq!(
        json!(told),
        json!([
            ["ecs", "CreateCluster", true, 200, {"clusterName": "a"}, null],
            ["ecs", "DescribeTasks", false, 400, {"tasks": []}, "ClusterNotFoundException"],
            ["elb", "DescribeLoadBalancers", false, 200, {"PageSize": 5}, null],
        ])
    );
    assert_eq!(lines[0]["time"], "2015-10-10T14:42:46.415Z");
}
