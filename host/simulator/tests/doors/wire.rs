//! What goes over the wire.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use expect_test::expect;
use serde_json::{Value, json};

use super::client::{Connection, SIGNATURE, TARGET, ecs, elb, start};

#[test]
fn ecs_answers_in_json() {
    let server = start("");
    let answer = ecs(&server, "ListClusters", &json!({}));
    assert_eq!(
        answer.text(),
        r#"200 {"clusterArns":["arn:aws:ecs:us-east-1:387705308362:cluster/searchapp"]}"#
    );
    assert_eq!(answer.headers["content-type"], "application/x-amz-json-1.1");
    assert!(!answer.headers["x-amzn-requestid"].is_empty());
}

#[test]
fn ecs_refuses_in_json() {
    let server = start("");
    let refused = |operation: &str, input: Value| ecs(&server, operation, &input).text();
    expect![[r#"400 {"__type":"ClusterNotFoundException","message":"Cluster not found."}"#]]
        .assert_eq(&refused(
            "DescribeServices",
            json!({"cluster": "nope", "services": ["a"]}),
        ));
    expect![[r#"400 {"__type":"SerializationException","message":"NUMBER_VALUE can not be converted to a String"}"#]].assert_eq(&refused("DescribeServices", json!({"services": [1]})));
    expect![[r#"400 {"__type":"SerializationException","message":"STRING_VALUE can not be converted to an Integer"}"#]].assert_eq(&refused("ListClusters", json!({"maxResults": "1"})));
    expect![[r#"400 {"__type":"SerializationException","message":"STRING_VALUE can not be converted to a Boolean"}"#]].assert_eq(&refused("UpdateService", json!({"forceNewDeployment": "true"})));
    expect![[r#"400 {"__type":"SerializationException","message":"Start of structure or map found where not expected."}"#]].assert_eq(&refused("DescribeServices", json!({"services": {"web": 1}})));
    expect![[r#"400 {"__type":"UnknownOperationException"}"#]]
        .assert_eq(&refused("DiscoverPollEndpoint", json!({})));
    expect![[r#"400 {"__type":"UnknownOperationException"}"#]]
        .assert_eq(&refused("NoSuchThing", json!({})));
    let answer = ecs(&server, "NoSuchThing", &json!({}));
    assert_eq!(answer.headers["content-type"], "application/x-amz-json-1.1");
    assert!(!answer.headers["x-amzn-requestid"].is_empty());
}

#[test]
fn ecs_takes_no_other_target_no_broken_json_and_nothing_unsigned() {
    let server = start("");
    let send = |headers: &str, body: &str| {
        let mut connection = Connection::to(&server);
        connection.send("POST", "/", headers, body).unwrap();
        connection.read().unwrap().text()
    };
    let target = format!("X-Amz-Target: {TARGET}ListClusters\r\n");
    expect![[r#"400 {"__type":"UnknownOperationException"}"#]].assert_eq(&send(
        &format!("{SIGNATURE}X-Amz-Target: DynamoDB_20120810.ListTables\r\n"),
        "{}",
    ));
    expect![[r#"400 {"__type":"SerializationException"}"#]]
        .assert_eq(&send(&format!("{SIGNATURE}{target}"), "{\"maxResults\": "));
    expect![[r#"400 {"__type":"SerializationException","message":"Unexpected field type"}"#]]
        .assert_eq(&send(&format!("{SIGNATURE}{target}"), "[]"));
    expect![[r#"400 {"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#]].assert_eq(&send(&target, "{}"));
    // An empty body is an empty input.
    expect![[r#"200 {"clusterArns":["arn:aws:ecs:us-east-1:387705308362:cluster/searchapp"]}"#]]
        .assert_eq(&send(&format!("{SIGNATURE}{target}"), ""));
}

#[test]
fn elb_answers_and_refuses_in_xml() {
    let server = start("");
    let text = |form: &str| {
        let answer = elb(&server, form);
        assert_eq!(answer.headers["content-type"], "text/xml");
        let id = &answer.headers["x-amzn-requestid"];
        assert!(
            answer
                .body
                .contains(&format!("<RequestId>{id}</RequestId>")),
            "{}",
            answer.body
        );
        answer.text().replace(id, "ID")
    };
    let create = "Action=CreateLoadBalancer&LoadBalancerName=front&Scheme=internal&Subnets.member.1=subnet-39706b4e\
         &Listeners.member.1.Protocol=TCP&Listeners.member.1.LoadBalancerPort=80&Listeners.member.1.InstancePort=6379";
    expect![[r#"
        200 <CreateLoadBalancerResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"><CreateLoadBalancerResult><DNSName>internal-front-392623299.us-east-1.elb.amazonaws.com</DNSName></CreateLoadBalancerResult><ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></CreateLoadBalancerResponse>
    "#]].assert_eq(&text(create));
    expect![[r#"
        400 <ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"><Error><Type>Sender</Type><Code>DuplicateLoadBalancerName</Code><Message>The specified load balancer name already exists for this account.</Message></Error><RequestId>ID</RequestId></ErrorResponse>
    "#]].assert_eq(&text(create));
    expect![[r#"
        200 <DescribeInstanceHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"><DescribeInstanceHealthResult><InstanceStates></InstanceStates></DescribeInstanceHealthResult><ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></DescribeInstanceHealthResponse>
    "#]].assert_eq(&text(
        "Action=DescribeInstanceHealth&LoadBalancerName=front",
    ));
    expect![[r#"
        400 <ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"><Error><Type>Sender</Type><Code>LoadBalancerNotFound</Code><Message>There is no ACTIVE Load Balancer named 'back'</Message></Error><RequestId>ID</RequestId></ErrorResponse>
    "#]].assert_eq(&text(
        "Action=DescribeLoadBalancers&LoadBalancerNames.member.1=back",
    ));
    expect![[r#"
        400 <ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"><Error><Type>Sender</Type><Code>MalformedInput</Code><Message>Unexpected value type in input</Message></Error><RequestId>ID</RequestId></ErrorResponse>
    "#]].assert_eq(&text("Action=DescribeLoadBalancers&PageSize=many"));
    expect![[r#"
        400 <ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>Could not find operation DescribeRules for version 2012-06-01</Message></Error><RequestId>ID</RequestId></ErrorResponse>
    "#]].assert_eq(&text("Action=DescribeRules"));
}

#[test]
fn elb_takes_nothing_unsigned() {
    let server = start("");
    let call = "Action=DescribeLoadBalancers&Version=2012-06-01";
    for (method, path, body) in [
        ("POST", "/".to_owned(), call),
        ("GET", format!("/?{call}"), ""),
    ] {
        let mut connection = Connection::to(&server);
        connection.send(method, &path, "", body).unwrap();
        let answer = connection.read().unwrap();
        assert_eq!(answer.headers["content-type"], "text/xml");
        let text = answer
            .text()
            .replace(&answer.headers["x-amzn-requestid"], "ID");
        expect![[r#"
            403 <ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"><Error><Type>Sender</Type><Code>MissingAuthenticationToken</Code><Message>Request is missing Authentication Token</Message></Error><RequestId>ID</RequestId></ErrorResponse>
        "#]].assert_eq(&text);
    }
}

#[test]
fn elb_reads_the_address_too() {
    let server = start("");
    let mut connection = Connection::to(&server);
    connection
        .send(
            "GET",
            "/?Action=DescribeLoadBalancers&Version=2012-06-01&X-Amz-Signature=0",
            "",
            "",
        )
        .unwrap();
    let answer = connection.read().unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(
        answer
            .body
            .contains("<LoadBalancerDescriptions></LoadBalancerDescriptions>"),
        "{}",
        answer.body
    );
}

#[test]
fn a_connection_is_used_for_many_calls_and_refusals() {
    let server = start("");
    let mut connection = Connection::to(&server);
    let mut ids = BTreeSet::new();
    for number in 0..20 {
        let name = format!("cluster-{number}");
        let made = connection
            .ecs("CreateCluster", &json!({"clusterName": name}))
            .unwrap();
        assert_eq!(made.json()["cluster"]["clusterName"], name.as_str());
        let refused = connection
            .ecs("CreateCluster", &json!({"clusterName": "a b"}))
            .unwrap();
        assert_eq!(refused.status, 400);
        let balancers = connection.elb("Action=DescribeLoadBalancers").unwrap();
        assert_eq!(balancers.status, 200);
        ids.extend([made, refused, balancers].map(|it| it.headers["x-amzn-requestid"].clone()));
    }
    assert_eq!(ids.len(), 60, "every request has an id of its own");
}

#[test]
fn a_body_beyond_all_sense_is_cut_and_the_next_is_served() {
    let server = start("");
    let mut connection = Connection::to(&server);
    let headers = format!("{SIGNATURE}X-Amz-Target: {TARGET}CreateCluster\r\n");
    let body = format!("{{\"clusterName\": \"{}\"}}", "a".repeat(5 << 20));
    // It may be cut while it is still being written.
    let answer = connection
        .send("POST", "/", &headers, &body)
        .and_then(|()| connection.read());
    let kind = answer.unwrap_err().kind();
    assert!(
        [
            ErrorKind::UnexpectedEof,
            ErrorKind::ConnectionReset,
            ErrorKind::BrokenPipe
        ]
        .contains(&kind),
        "{kind}"
    );
    assert_eq!(
        ecs(&server, "ListClusters", &json!({})).json()["clusterArns"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn calls_at_the_same_time_take_turns() {
    const THREADS: usize = 8;
    const EACH: usize = 25;
    let server = start("");
    let container = json!([{"name": "a", "image": "a", "memory": 64}]);
    let register = || {
        let mut connection = Connection::to(&server);
        let input = json!({"family": "shared", "containerDefinitions": container});
        let one = |_| {
            let answer = connection.ecs("RegisterTaskDefinition", &input).unwrap();
            answer.json()["taskDefinition"]["revision"]
                .as_u64()
                .unwrap()
        };
        (0..EACH).map(one).collect::<Vec<u64>>()
    };
    let revisions: Vec<Vec<u64>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(register)).collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert!(revisions.iter().all(|it| it.is_sorted()));
    let all: BTreeSet<u64> = revisions.into_iter().flatten().collect();
    assert_eq!(all, (1..=(THREADS * EACH) as u64).collect());
}
