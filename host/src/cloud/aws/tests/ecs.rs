use super::*;

fn names(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("service-{index}")).collect()
}

#[tokio::test]
async fn a_body_arrives_as_it_is_and_so_does_its_answer() {
    let answer = json!({"taskDefinition": {"revision": 1, "fieldOfNextYear": {"a": [1, 2]}}});
    let said = answer.clone();
    let stand_in = StandIn::start(move |_| Reply::Json(200, said.clone())).await;
    let body = json!({
        "family": "redis",
        "fieldOfNextYear": true,
        "containerDefinitions": [{"name": "redis", "hostname": "cache", "restartPolicy": {"enabled": true}, "later": "ä"}],
    });
    let heard_back = stand_in
        .aws
        .send(&request(Operation::RegisterTaskDefinition, body.clone()))
        .await;
    assert_eq!(heard_back, Ok(answer));
    let heard = stand_in.heard();
    assert_eq!(heard[0].body, body.to_string());
    assert!(
        heard[0]
            .head
            .contains("authorization: aws4-hmac-sha256 credential=akid/"),
        "{}",
        heard[0].head
    );
    assert!(
        heard[0]
            .head
            .contains("content-type: application/x-amz-json-1.1"),
        "{}",
        heard[0].head
    );
}

#[tokio::test]
async fn every_write_goes_out_by_its_own_name() {
    let stand_in = StandIn::start(|_| Reply::Json(200, json!({}))).await;
    let writes = [
        Operation::RegisterTaskDefinition,
        Operation::DeregisterTaskDefinition,
        Operation::CreateService,
        Operation::UpdateService,
        Operation::DeleteService,
        Operation::TagResource,
    ];
    for operation in writes {
        stand_in
            .aws
            .send(&request(operation, json!({"a": 1})))
            .await
            .expect("an answer");
    }
    assert_eq!(stand_in.operations(), writes.map(Operation::name));
    assert!(
        stand_in
            .heard()
            .iter()
            .all(|heard| heard.body == r#"{"a":1}"#)
    );
}

#[tokio::test]
async fn lists_are_read_to_their_last_page() {
    let stand_in = StandIn::start(|heard| match heard.json()["nextToken"].as_str() {
        None => Reply::Json(
            200,
            json!({"clusterArns": ["arn:aws:ecs:r:1:cluster/a"], "nextToken": "2"}),
        ),
        Some("2") => Reply::Json(
            200,
            json!({"clusterArns": ["arn:aws:ecs:r:1:cluster/b"], "nextToken": "3"}),
        ),
        _ => Reply::Json(200, json!({"clusterArns": []})),
    })
    .await;
    assert_eq!(
        stand_in.aws.clusters().await,
        Ok(vec!["a".into(), "b".into()])
    );
    let asked: Vec<Value> = stand_in.heard().iter().map(Heard::json).collect();
    assert_eq!(
        asked,
        [
            json!({"maxResults": 100}),
            json!({"maxResults": 100, "nextToken": "2"}),
            json!({"maxResults": 100, "nextToken": "3"})
        ]
    );
}

#[tokio::test]
async fn services_are_described_ten_to_a_call_and_in_order() {
    let stand_in = StandIn::start(|heard| {
        let asked = heard.json();
        let (known, unknown): (Vec<_>, Vec<_>) = asked["services"]
            .as_array()
            .expect("names")
            .iter()
            .filter_map(Value::as_str)
            .partition(|name| !name.ends_with('5'));
        let known: Vec<Value> = known.iter().map(|name| json!({"serviceName": name})).collect();
        let missing = |name: &str| json!({"arn": format!("arn:aws:ecs:r:1:service/searchapp/{name}"), "reason": "MISSING"});
        let unknown: Vec<Value> = unknown.into_iter().map(missing).collect();
        Reply::Json(200, json!({"services": known, "failures": unknown}))
    })
    .await;
    let found = stand_in
        .aws
        .services("searchapp", &names(23))
        .await
        .expect("services");
    let expected: Vec<String> = names(23)
        .into_iter()
        .filter(|name| !name.ends_with('5'))
        .collect();
    let got: Vec<&str> = found
        .services
        .iter()
        .filter_map(|service| service["serviceName"].as_str())
        .collect();
    assert_eq!(got, expected);
    assert_eq!(found.missing, ["service-5", "service-15"]);
    let mut sizes: Vec<usize> = stand_in
        .heard()
        .iter()
        .map(|heard| heard.json()["services"].as_array().map_or(0, Vec::len))
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [3, 10, 10]);
    assert!(
        stand_in
            .heard()
            .iter()
            .all(|heard| heard.json()["include"] == json!(["TAGS"]))
    );
}

#[tokio::test]
async fn another_failure_than_a_missing_service_is_a_fault() {
    let stand_in = StandIn::start(|_| {
        Reply::Json(
            200,
            json!({"services": [], "failures": [{"arn": "service/a", "reason": "BROKEN"}]}),
        )
    })
    .await;
    let fault = stand_in
        .aws
        .services("searchapp", &names(1))
        .await
        .expect_err("a failure");
    assert_eq!(
        (fault.resource.as_str(), fault.message.as_str()),
        ("service `a`", "BROKEN")
    );
}

#[tokio::test]
async fn nothing_is_asked_about_nothing() {
    let stand_in =
        StandIn::start(|_| Reply::Json(200, json!({"taskArns": [], "containerInstanceArns": []})))
            .await;
    assert_eq!(
        stand_in.aws.services("c", &[]).await,
        Ok(Services::default())
    );
    assert_eq!(stand_in.aws.load_balancer_tags(&[]).await, Ok([].into()));
    assert_eq!(stand_in.aws.tasks("c", "s", "STOPPED").await, Ok(vec![]));
    assert_eq!(stand_in.aws.container_instances("c").await, Ok(vec![]));
    assert_eq!(
        stand_in.operations(),
        ["ListTasks", "ListContainerInstances"]
    );
}

fn described(names: &Value) -> Vec<Value> {
    names
        .as_array()
        .expect("names")
        .iter()
        .map(|name| json!({"is": name}))
        .collect()
}

#[tokio::test]
async fn what_was_listed_is_described() {
    let stand_in = StandIn::start(|heard| {
        let asked = heard.json();
        Reply::Json(
            200,
            match heard.operation().as_str() {
                "ListTasks" => json!({"taskArns": ["t1", "t2"]}),
                "DescribeTasks" => json!({"tasks": described(&asked["tasks"])}),
                "ListContainerInstances" => json!({"containerInstanceArns": ["i1"]}),
                _ => json!({"containerInstances": described(&asked["containerInstances"])}),
            },
        )
    })
    .await;
    assert_eq!(
        stand_in.aws.tasks("c", "s", "STOPPED").await,
        Ok(vec![json!({"is": "t1"}), json!({"is": "t2"})])
    );
    assert_eq!(
        stand_in.aws.container_instances("c").await,
        Ok(vec![json!({"is": "i1"})])
    );
    let asked = stand_in.heard()[0].json();
    assert_eq!(
        asked,
        json!({"cluster": "c", "serviceName": "s", "desiredStatus": "STOPPED", "maxResults": 100})
    );
}

#[tokio::test]
async fn what_does_not_exist_is_none() {
    let stand_in = StandIn::start(|heard| match heard.operation().as_str() {
        "DescribeClusters" => Reply::Json(
            200,
            json!({"clusters": [], "failures": [{"reason": "MISSING"}]}),
        ),
        _ => error(
            400,
            "ClientException",
            "Unable to describe task definition.",
        ),
    })
    .await;
    assert_eq!(stand_in.aws.cluster("nope").await, Ok(None));
    assert_eq!(stand_in.aws.task_definition("nope").await, Ok(None));

    let stand_in = StandIn::start(|_| error(400, "AccessDeniedException", "no")).await;
    assert!(stand_in.aws.task_definition("nope").await.is_err());
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_a_fault() {
    let stand_in = StandIn::start(|_| Reply::Xml(200, "<no/>".into())).await;
    let fault = stand_in
        .aws
        .send(&request(
            Operation::RegisterTaskDefinition,
            json!({"family": "a"}),
        ))
        .await;
    assert_eq!(fault.map_err(|fault| fault.kind), Err(FaultKind::Lost));
}
