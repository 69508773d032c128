//! What a script does to calls.

use std::io::ErrorKind;

use expect_test::expect;
use host_simulator::clock::Clock;
use host_simulator::server::{Running, Simulation};
use host_simulator::world::Wanted;
use host_simulator::{Script, World};
use serde_json::{Value, json};

use super::client::{BEGUN, Connection, ecs, elb, start};

fn fault(text: &str) -> Running {
    start(&format!("[[faults]]\n{text}"))
}

fn clusters(server: &Running) -> usize {
    ecs(server, "ListClusters", &json!({})).json()["clusterArns"]
        .as_array()
        .unwrap()
        .len()
}

#[test]
fn budgets_are_kept_and_refilled_by_time() {
    let server = start("throttle = true");
    let register = || {
        let input = json!({"family": "a", "containerDefinitions": [{"name": "a", "image": "a", "memory": 64}]});
        ecs(&server, "RegisterTaskDefinition", &input).text()
    };
    // Twenty at once, and each call takes a tenth of a second in which a tenth of a call comes back.
    let answers: Vec<String> = (0..40).map(|_| register()).collect();
    let refused: Vec<&String> = answers.iter().filter(|it| !it.starts_with("200")).collect();
    assert_eq!(answers.len() - refused.len(), 23);
    expect![[r#"400 {"__type":"ThrottlingException","message":"Rate exceeded"}"#]]
        .assert_eq(refused[0]);
    let kept = ecs(
        &server,
        "DescribeTaskDefinition",
        &json!({"taskDefinition": "a"}),
    );
    assert_eq!(kept.json()["taskDefinition"]["revision"], 23);
    // Another budget.
    assert_eq!(clusters(&server), 1);
    let create = "Action=DeleteLoadBalancer&LoadBalancerName=a";
    let refused = (0..60)
        .map(|_| elb(&server, create))
        .find(|it| it.status != 200)
        .unwrap();
    assert_eq!(refused.status, 400);
    assert!(
        refused
            .body
            .contains("<Code>Throttling</Code><Message>Rate exceeded</Message>"),
        "{}",
        refused.body
    );
}

#[test]
fn errors_are_as_the_script_says() {
    let server = fault(
        "operation = 'CreateCluster'\nkind = 'error'\nstatus = 503\ncode = 'ServiceUnavailable'\nmessage = 'later'\ntimes = 1\n",
    );
    expect![[r#"503 {"__type":"ServiceUnavailable","message":"later"}"#]]
        .assert_eq(&ecs(&server, "CreateCluster", &json!({"clusterName": "a"})).text());
    assert_eq!(clusters(&server), 1);
    assert_eq!(
        ecs(&server, "CreateCluster", &json!({"clusterName": "a"})).status,
        200
    );
    assert_eq!(clusters(&server), 2);
    let server = fault("operation = '*'\nkind = 'error'\n");
    expect![[r#"500 {"__type":"ServerException","message":"Service Unavailable. Please try again later."}"#]].assert_eq(&ecs(&server, "ListClusters", &json!({})).text());
    let answer = elb(&server, "Action=DescribeLoadBalancers");
    assert_eq!(answer.status, 500);
    assert!(
        answer
            .body
            .contains("<Type>Receiver</Type><Code>InternalFailure</Code><Message>The request processing has failed because of an unknown error, exception or failure.</Message>"),
        "{}",
        answer.body
    );
}

#[test]
fn an_answer_is_lost_after_the_call_took_effect_or_before() {
    for (moment, wanted) in [("after", 2), ("before", 1)] {
        let server = fault(&format!(
            "operation = 'CreateCluster'\nkind = 'lost'\nmoment = '{moment}'\ntimes = 1\n"
        ));
        let lost = Connection::to(&server).ecs("CreateCluster", &json!({"clusterName": "a"}));
        let kind = lost.unwrap_err().kind();
        assert!(
            [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset].contains(&kind),
            "{kind}"
        );
        assert_eq!(clusters(&server), wanted, "lost {moment}");
        assert_eq!(
            ecs(&server, "CreateCluster", &json!({"clusterName": "a"})).status,
            200
        );
        assert_eq!(clusters(&server), 2);
    }
}

#[test]
fn a_slow_answer_takes_the_account_s_time() {
    let script =
        Script::parse("[[faults]]\noperation = 'CreateCluster'\nkind = 'slow'\nseconds = 90\n")
            .unwrap();
    let clock = Clock::stepped(BEGUN);
    let world = World::new(BEGUN, "us-east-1", &script);
    let server = Running::start(Simulation::new(world, script, clock.clone())).unwrap();
    assert_eq!(
        ecs(&server, "CreateCluster", &json!({"clusterName": "a"})).status,
        200
    );
    let passed = clock.now().since(BEGUN).as_secs();
    assert_eq!(passed, 90, "and no time of ours");
}

fn services(server: &Running) -> (usize, Value) {
    let input = json!({"cluster": "searchapp", "services": ["web"]});
    let answer = ecs(server, "DescribeServices", &input).json();
    (
        answer["services"].as_array().unwrap().len(),
        answer["services"][0]["desiredCount"].clone(),
    )
}

#[test]
fn a_stale_read_tells_what_was() {
    let clock = Clock::stepped(BEGUN);
    let script = "[[faults]]\noperation = 'DescribeServices'\nkind = 'stale'\nseconds = 10\n";
    let script = Script::parse(script).unwrap();
    let world = World::new(BEGUN, "us-east-1", &script);
    let server = Running::start(Simulation::new(world, script, clock.clone())).unwrap();
    let container = json!([{"name": "a", "image": "a", "memory": 64}]);
    ecs(
        &server,
        "RegisterTaskDefinition",
        &json!({"family": "a", "containerDefinitions": container}),
    );
    let create = json!({"cluster": "searchapp", "serviceName": "web", "taskDefinition": "a", "desiredCount": 1});
    assert_eq!(ecs(&server, "CreateService", &create).status, 200);
    let second = std::time::Duration::from_secs(1);
    assert_eq!(services(&server), (0, Value::Null), "it is not known yet");
    clock.step(10 * second);
    assert_eq!(services(&server), (1, json!(1)));
    let update = json!({"cluster": "searchapp", "service": "web", "desiredCount": 2});
    ecs(&server, "UpdateService", &update);
    clock.step(5 * second);
    assert_eq!(
        services(&server),
        (1, json!(1)),
        "the change is not known yet"
    );
    clock.step(5 * second);
    assert_eq!(services(&server), (1, json!(2)));
    // What changes the account goes by what is.
    let again = ecs(
        &server,
        "DeleteService",
        &json!({"cluster": "searchapp", "service": "web"}),
    );
    assert_eq!(again.status, 400, "{}", again.body);
}

#[test]
fn a_stale_read_knows_what_the_account_began_with() {
    let script = "[[faults]]\noperation = 'ListClusters'\nkind = 'stale'\nseconds = 3600\n";
    let script = Script::parse(script).unwrap();
    let mut world = World::new(BEGUN, "us-east-1", &script);
    world.provide(&Wanted {
        cluster: Some("staging".into()),
        ..Wanted::default()
    });
    let server = Running::start(Simulation::new(world, script, Clock::stepped(BEGUN))).unwrap();
    assert_eq!(clusters(&server), 2);
    ecs(&server, "CreateCluster", &json!({"clusterName": "third"}));
    assert_eq!(clusters(&server), 2, "the third is not known yet");
}
