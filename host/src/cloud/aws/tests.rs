mod ecs;
mod elb;
mod stand_in;

use std::sync::{Arc, Mutex};

use host_core::fault::{Class, FaultKind, explain};
use host_core::request::{Operation, Request};
use serde_json::json;

use super::*;
use stand_in::{Heard, Reply, StandIn, door};

fn request(operation: Operation, body: Value) -> Request {
    Request { operation, body }
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    Reply::Json(status, json!({"__type": code, "message": message}))
}

#[tokio::test]
async fn a_refusal_keeps_all_that_aws_said() {
    let stand_in =
        StandIn::start(|_| error(400, "ClusterNotFoundException", "Cluster not found.")).await;
    let fault = stand_in
        .aws
        .send(&request(
            Operation::CreateService,
            json!({"serviceName": "redis-service"}),
        ))
        .await
        .expect_err("a refusal");
    assert_eq!(
        fault,
        Fault {
            kind: FaultKind::Answered,
            operation: "CreateService".into(),
            resource: "service `redis-service`".into(),
            code: Some("ClusterNotFoundException".into()),
            message: "Cluster not found.".into(),
            status: Some(400),
            request_id: Some("id-1".into()),
            is_once: false,
        }
    );
}

#[tokio::test]
async fn a_repeatable_write_is_repeated_and_another_is_not() {
    let stand_in = StandIn::start(|_| error(500, "ServerException", "Oops")).await;
    let send = async |operation, body| {
        let before = stand_in.heard().len();
        let fault = stand_in
            .aws
            .send(&request(operation, body))
            .await
            .expect_err("a failure");
        (stand_in.heard().len() - before, explain(&fault).class)
    };
    assert_eq!(
        send(Operation::UpdateService, json!({"service": "a"})).await,
        (3, Class::Retry)
    );
    assert_eq!(
        send(Operation::RegisterTaskDefinition, json!({"family": "a"})).await,
        (1, Class::Look)
    );
    let traced = stand_in.traced.lock().expect("traced").clone();
    assert!(
        traced[0].starts_with("ecs UpdateService, service `a`: "),
        "{traced:?}"
    );
    assert!(
        traced[0].ends_with(" ms, 3 attempts, ServerException"),
        "{traced:?}"
    );
    assert!(traced[1].ends_with(" ms, ServerException"), "{traced:?}");
}

/// A read survives a refusal or two for too many calls, and what is not safe to repeat otherwise is repeated after one.
#[tokio::test]
async fn a_call_that_was_one_too_many_waits_for_its_next_turn() {
    let count = Arc::new(AtomicUsize::new(0));
    let refused = Arc::clone(&count);
    let stand_in = StandIn::start(move |_| {
        if refused
            .fetch_add(1, std::sync::atomic::Ordering::SeqCst)
            .is_multiple_of(2)
        {
            error(400, "ThrottlingException", "Rate exceeded")
        } else {
            Reply::Json(200, json!({"services": []}))
        }
    })
    .await;
    let found = stand_in.aws.services("searchapp", &["a".into()]).await;
    assert_eq!(found, Ok(Services::default()));
    let register = request(Operation::RegisterTaskDefinition, json!({"family": "a"}));
    stand_in.aws.send(&register).await.expect("an answer");
    assert_eq!(
        stand_in.operations(),
        [
            "DescribeServices",
            "DescribeServices",
            "RegisterTaskDefinition",
            "RegisterTaskDefinition"
        ]
    );
    assert_eq!(stand_in.aws.refused_for("DescribeServices"), Duration::ZERO);
    let traced = stand_in.traced.lock().expect("traced").clone();
    assert!(
        traced[1].contains(" ms, 2 attempts, 1.0 s waited"),
        "{traced:?}"
    );
}

#[tokio::test]
async fn a_lost_answer_is_not_asked_for_twice() {
    let stand_in = StandIn::start(|_| Reply::Nothing).await;
    for (operation, body) in [
        (
            Operation::RegisterTaskDefinition,
            json!({"family": "redis"}),
        ),
        (
            Operation::CreateLoadBalancer,
            json!({"LoadBalancerName": "redis-elb"}),
        ),
    ] {
        let fault = stand_in
            .aws
            .send(&request(operation, body))
            .await
            .expect_err("nothing");
        assert_eq!(
            (fault.kind, explain(&fault).class),
            (FaultKind::Lost, Class::Look),
            "{fault:?}"
        );
    }
    assert_eq!(
        stand_in.operations(),
        ["RegisterTaskDefinition", "CreateLoadBalancer"]
    );
}

#[tokio::test]
async fn nobody_there_is_told_from_a_lost_answer() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}", closed.local_addr().expect("an address"));
    drop(closed);
    let aws = door(&url, &Arc::new(Mutex::new(Vec::new()))).await;
    let fault = aws.clusters().await.expect_err("nobody");
    assert_eq!(fault.kind, FaultKind::Unreachable, "{fault:?}");
    assert!(
        fault.message.to_lowercase().contains("refused"),
        "{fault:?}"
    );

    let aws = door(
        "http://no-such-host.invalid",
        &Arc::new(Mutex::new(Vec::new())),
    )
    .await;
    let fault = aws.load_balancers().await.expect_err("no such name");
    assert_eq!(fault.kind, FaultKind::Unreachable, "{fault:?}");
}

#[tokio::test]
async fn an_answer_that_is_not_awss_is_shown() {
    for (status, class) in [(500, Class::Retry), (404, Class::Tell)] {
        let stand_in = StandIn::start(move |_| Reply::Html(status)).await;
        let faults = [
            stand_in.aws.clusters().await.expect_err("HTML"),
            stand_in.aws.load_balancers().await.expect_err("HTML"),
        ];
        for fault in faults {
            assert_eq!(
                (fault.kind, fault.status, &fault.code),
                (FaultKind::Answered, Some(status), &None)
            );
            assert_eq!(explain(&fault).class, class, "{fault:?}");
            let begins = "not answer in AWS's protocol but with text/html: `<!doctype html> <title>Oh no</title>`";
            assert!(fault.message.contains(begins), "{fault:?}");
        }
    }
}

/// A profile that was asked for goes before credentials of the environment, and is not guessed.
#[tokio::test]
async fn an_unknown_profile_is_a_matter_of_credentials() {
    let connection = Connection {
        region: Some("eu-west-1".into()),
        profile: Some("no-such-profile-of-anyone".into()),
        endpoint_url: Some("http://127.0.0.1:1".into()),
        ..Connection::default()
    };
    let fault = connect(&connection).await.expect_err("no profile");
    assert_eq!(fault.kind, FaultKind::Credentials, "{fault:?}");
    assert!(
        fault
            .message
            .starts_with("profile `no-such-profile-of-anyone` is in neither "),
        "{fault:?}"
    );
}

#[tokio::test]
async fn an_endpoint_is_a_url() {
    let connection = Connection {
        endpoint_url: Some("localhost:5000".into()),
        ..Connection::default()
    };
    let fault = connect(&connection).await.expect_err("no scheme");
    assert_eq!(fault.kind, FaultKind::Local);
    assert!(
        fault.to_string().contains("hint: `--endpoint-url`"),
        "{fault}"
    );
}
