use expect_test::expect;
use serde_json::json;

use super::*;

fn signed(target: Option<&str>, body: &str) -> Request {
    Request {
        target: target.map(str::to_owned),
        is_signed: true,
        query: String::new(),
        body: body.into(),
    }
}

fn refused(request: &Request) -> String {
    let refusal = read(request).unwrap_err();
    let answer = write(api(request), "", &Err(refusal), "id");
    format!("{} {}", answer.status, answer.body)
}

#[test]
fn json_is_read_and_written() {
    let asked = read(&signed(
        Some("AmazonEC2ContainerServiceV20141113.ListClusters"),
        "{\"maxResults\": 1}",
    ))
    .unwrap();
    assert_eq!(
        (asked.api, asked.operation.as_str()),
        (Api::Ecs, "ListClusters")
    );
    assert_eq!(asked.input, json!({"maxResults": 1}));
    expect![[r#"400 {"__type":"SerializationException"}"#]].assert_eq(&refused(&signed(
        Some("AmazonEC2ContainerServiceV20141113.ListClusters"),
        "{",
    )));
    expect![[r#"400 {"__type":"UnknownOperationException"}"#]]
        .assert_eq(&refused(&signed(Some("Other.Op"), "{}")));
    let unsigned = Request {
        is_signed: false,
        ..signed(Some("AmazonEC2ContainerServiceV20141113.ListClusters"), "")
    };
    expect![[r#"400 {"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#]]
        .assert_eq(&refused(&unsigned));
}

#[test]
fn query_is_read_from_body_and_address() {
    let form = "Action=DeleteLoadBalancer&Version=2012-06-01&LoadBalancerName=a%26b";
    let wanted = json!({"LoadBalancerName": "a&b"});
    assert_eq!(read(&signed(None, form)).unwrap().input, wanted);
    let address = Request {
        query: form.into(),
        ..signed(None, "")
    };
    assert_eq!(read(&address).unwrap().input, wanted);
}

#[test]
fn what_classic_elb_does_not_have_is_refused_in_xml() {
    expect![[r#"
        400 <ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>Could not find operation DescribeTargetGroups for version 2015-12-01</Message></Error><RequestId>id</RequestId></ErrorResponse>
    "#]]
    .assert_eq(&refused(&signed(None, "Action=DescribeTargetGroups&Version=2015-12-01")));
    for (version, said) in [
        ("&Version=2015-12-01", "2015-12-01"),
        ("&Version=", "NO_VERSION_SPECIFIED"),
        ("", "NO_VERSION_SPECIFIED"),
    ] {
        let form = format!("Action=DescribeLoadBalancers{version}");
        let says = format!("Could not find operation DescribeLoadBalancers for version {said}<");
        let refused = refused(&signed(None, &form));
        assert!(refused.contains(&says), "{refused}");
    }
    let unsigned = Request {
        is_signed: false,
        ..signed(None, "Action=DescribeLoadBalancers&Version=2012-06-01")
    };
    assert!(refused(&unsigned).contains("<Code>MissingAuthenticationToken</Code>"));
}

#[test]
fn xml_has_members_and_escapes() {
    let value = json!({"Names": ["a<b", "c&d"], "Empty": [], "Flag": true, "Nothing": null, "Text": "\u{1}\r"});
    expect![[r#"
        <XResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"><XResult><Names><member>a&lt;b</member><member>c&amp;d</member></Names><Empty></Empty><Flag>true</Flag><Text>?&#xD;</Text></XResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></XResponse>
    "#]]
    .assert_eq(&write(Api::Elb, "X", &Ok(value), "id").body);
}
