use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancing::types::{
    AdditionalAttribute, ConnectionSettings, CrossZoneLoadBalancing, HealthCheck, Listener,
    LoadBalancerAttributes, Tag,
};

use super::*;

fn missing() -> Reply {
    let error = "<Error><Type>Sender</Type><Code>LoadBalancerNotFound</Code><Message>There is no ACTIVE Load Balancer named 'x'</Message></Error>";
    Reply::Xml(
        400,
        format!("<ErrorResponse>{error}<RequestId>id-1</RequestId></ErrorResponse>"),
    )
}

fn answer(operation: &str, result: &str) -> Reply {
    Reply::Xml(
        200,
        format!(
            "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
        ),
    )
}

fn empty(heard: &Heard) -> Reply {
    answer(&heard.operation(), "")
}

/// What the SDK makes of its own types, byte for byte.
#[tokio::test]
async fn a_form_is_what_the_sdk_would_send() {
    let stand_in = StandIn::start(empty).await;
    let elb = &stand_in.aws.elb;
    let listener = Listener::builder()
        .protocol("TCP")
        .load_balancer_port(80)
        .instance_protocol("TCP")
        .instance_port(6379)
        .ssl_certificate_id("arn:aws:acm:r:1:certificate/a b")
        .build()
        .expect("a listener");
    let tag = |key, value| Tag::builder().key(key).value(value).build().expect("a tag");
    elb.create_load_balancer()
        .load_balancer_name("redis-elb")
        .listeners(listener)
        .subnets("subnet-1")
        .subnets("subnet-2")
        .set_security_groups(Some(Vec::new()))
        .scheme("internal")
        .tags(tag("host:recipe", "redis@0.1.0"))
        .tags(tag("ä&=", "~-._ +%"))
        .send()
        .await
        .expect("an answer");
    let check = HealthCheck::builder()
        .target("TCP:6379")
        .interval(10)
        .timeout(5)
        .unhealthy_threshold(2)
        .healthy_threshold(2)
        .build()
        .expect("a health check");
    elb.configure_health_check()
        .load_balancer_name("e")
        .health_check(check)
        .send()
        .await
        .expect("an answer");
    let attributes = LoadBalancerAttributes::builder()
        .cross_zone_load_balancing(CrossZoneLoadBalancing::builder().enabled(true).build())
        .connection_settings(
            ConnectionSettings::builder()
                .idle_timeout(60)
                .build()
                .expect("settings"),
        )
        .additional_attributes(AdditionalAttribute::builder().key("k").value("v").build())
        .build();
    elb.modify_load_balancer_attributes()
        .load_balancer_name("e")
        .load_balancer_attributes(attributes)
        .send()
        .await
        .expect("an answer");
    elb.delete_load_balancer()
        .load_balancer_name("e")
        .send()
        .await
        .expect("an answer");

    let requests = [
        request(
            Operation::CreateLoadBalancer,
            json!({
                "LoadBalancerName": "redis-elb",
                "Listeners": [{
                    "Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": 6379,
                    "SSLCertificateId": "arn:aws:acm:r:1:certificate/a b",
                }],
                "AvailabilityZones": null,
                "Subnets": ["subnet-1", "subnet-2"],
                "SecurityGroups": [],
                "Scheme": "internal",
                "Tags": [{"Key": "host:recipe", "Value": "redis@0.1.0"}, {"Key": "ä&=", "Value": "~-._ +%"}],
            }),
        ),
        request(
            Operation::ConfigureHealthCheck,
            json!({
                "LoadBalancerName": "e",
                "HealthCheck": {"Target": "TCP:6379", "Interval": 10, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 2},
            }),
        ),
        request(
            Operation::ModifyLoadBalancerAttributes,
            json!({
                "LoadBalancerName": "e",
                "LoadBalancerAttributes": {
                    "CrossZoneLoadBalancing": {"Enabled": true},
                    "ConnectionSettings": {"IdleTimeout": 60},
                    "AdditionalAttributes": [{"Key": "k", "Value": "v"}],
                },
            }),
        ),
        request(
            Operation::DeleteLoadBalancer,
            json!({"LoadBalancerName": "e"}),
        ),
    ];
    for request in &requests {
        stand_in.aws.send(request).await.expect("an answer");
    }
    let bodies: Vec<String> = stand_in
        .heard()
        .into_iter()
        .map(|heard| heard.body)
        .collect();
    let (by_sdk, by_us) = bodies.split_at(requests.len());
    assert_eq!(by_us, by_sdk);
}

#[tokio::test]
async fn a_refusal_in_xml_is_understood() {
    let stand_in = StandIn::start(|_| missing()).await;
    let delete = request(
        Operation::DeleteLoadBalancer,
        json!({"LoadBalancerName": "x"}),
    );
    let fault = stand_in.aws.send(&delete).await.expect_err("a refusal");
    assert_eq!(fault.code.as_deref(), Some("LoadBalancerNotFound"));
    assert_eq!(fault.request_id.as_deref(), Some("id-1"));
    assert_eq!(explain(&fault).class, Class::Done);
}

#[tokio::test]
async fn all_pages_of_load_balancers_are_read() {
    let stand_in = StandIn::start(|heard| {
        let (name, next) = if heard.body.contains("Marker=m2") {
            ("b", "")
        } else {
            ("a", "<NextMarker>m2</NextMarker>")
        };
        let list = format!("<member><LoadBalancerName>{name}</LoadBalancerName></member>");
        answer(
            "DescribeLoadBalancers",
            &format!("<LoadBalancerDescriptions>{list}</LoadBalancerDescriptions>{next}"),
        )
    })
    .await;
    let all = stand_in.aws.load_balancers().await.expect("load balancers");
    assert_eq!(
        all,
        [
            json!({"LoadBalancerName": "a"}),
            json!({"LoadBalancerName": "b"})
        ]
    );
    assert!(
        stand_in
            .heard()
            .iter()
            .all(|heard| heard.body.contains("PageSize=400"))
    );
}

/// Every field that AWS describes, by AWS's own name and in its own shape.
#[tokio::test]
async fn a_described_load_balancer_is_all_there() {
    let stand_in =
        StandIn::start(|_| answer("DescribeLoadBalancers", include_str!("load_balancer.xml")))
            .await;
    let all = stand_in.aws.load_balancers().await.expect("load balancers");
    let expected: Value = serde_json::from_str(include_str!("load_balancer.json")).expect("JSON");
    assert_eq!(all, [expected]);
}

#[tokio::test]
async fn an_empty_health_check_is_none() {
    let list =
        "<LoadBalancerDescriptions><member><HealthCheck/></member></LoadBalancerDescriptions>";
    let stand_in = StandIn::start(move |_| answer("DescribeLoadBalancers", list)).await;
    assert_eq!(stand_in.aws.load_balancers().await, Ok(vec![json!({})]));
}

#[tokio::test]
async fn attributes_and_health_come_in_awss_names() {
    let stand_in = StandIn::start(|heard| match heard.operation().as_str() {
        "DescribeInstanceHealth" => answer(
            "DescribeInstanceHealth",
            "<InstanceStates><member><InstanceId>i-1</InstanceId><State>OutOfService</State>\
             <ReasonCode>ELB</ReasonCode><Description>Instance registration is still in progress.</Description></member></InstanceStates>",
        ),
        other => answer(
            other,
            "<LoadBalancerName>e</LoadBalancerName><LoadBalancerAttributes><CrossZoneLoadBalancing><Enabled>true</Enabled></CrossZoneLoadBalancing>\
             <AccessLog><Enabled>true</Enabled><S3BucketName>b</S3BucketName><EmitInterval>60</EmitInterval><S3BucketPrefix>p</S3BucketPrefix></AccessLog>\
             <ConnectionDraining><Enabled>false</Enabled><Timeout>300</Timeout></ConnectionDraining>\
             <ConnectionSettings><IdleTimeout>60</IdleTimeout></ConnectionSettings>\
             <AdditionalAttributes><member><Key>k</Key><Value>v</Value></member></AdditionalAttributes></LoadBalancerAttributes>",
        ),
    })
    .await;
    let expected = json!({
        "CrossZoneLoadBalancing": {"Enabled": true},
        "AccessLog": {"Enabled": true, "S3BucketName": "b", "EmitInterval": 60, "S3BucketPrefix": "p"},
        "ConnectionDraining": {"Enabled": false, "Timeout": 300},
        "ConnectionSettings": {"IdleTimeout": 60},
        "AdditionalAttributes": [{"Key": "k", "Value": "v"}],
    });
    assert_eq!(
        stand_in.aws.load_balancer_attributes("e").await,
        Ok(expected.clone())
    );
    let modify = request(
        Operation::ModifyLoadBalancerAttributes,
        json!({"LoadBalancerName": "e"}),
    );
    let modified = json!({"LoadBalancerName": "e", "LoadBalancerAttributes": expected});
    assert_eq!(stand_in.aws.send(&modify).await, Ok(modified));
    let state = json!({
        "InstanceId": "i-1", "State": "OutOfService", "ReasonCode": "ELB",
        "Description": "Instance registration is still in progress.",
    });
    assert_eq!(stand_in.aws.instance_health("e").await, Ok(vec![state]));
}

fn tagged(heard: &Heard) -> Reply {
    let names = heard
        .body
        .split('&')
        .filter_map(|field| field.strip_prefix("LoadBalancerNames.member."));
    let tags = "<Tags><member><Key>host:stack</Key><Value>default</Value></member><member><Key>bare</Key></member></Tags>";
    let members: Vec<String> = names
        .filter_map(|field| field.split_once('='))
        .map(|(_, name)| {
            format!("<member><LoadBalancerName>{name}</LoadBalancerName>{tags}</member>")
        })
        .collect();
    let members = members.concat();
    answer(
        "DescribeTags",
        &format!("<TagDescriptions>{members}</TagDescriptions>"),
    )
}

#[tokio::test]
async fn tags_are_read_twenty_to_a_call() {
    let stand_in = StandIn::start(tagged).await;
    let names: Vec<String> = (0..41).map(|index| format!("lb-{index}")).collect();
    let tags = stand_in.aws.load_balancer_tags(&names).await.expect("tags");
    assert_eq!(tags.len(), 41);
    let expected = BTreeMap::from([
        ("bare".to_owned(), String::new()),
        ("host:stack".into(), "default".into()),
    ]);
    assert_eq!(tags["lb-40"], expected);
    assert_eq!(stand_in.operations(), ["DescribeTags"; 3]);
}

#[tokio::test]
async fn a_missing_load_balancer_does_not_hide_the_tags_of_others() {
    let stand_in = StandIn::start(|heard| {
        if heard.body.contains("=gone") {
            missing()
        } else {
            tagged(heard)
        }
    })
    .await;
    let tags = stand_in
        .aws
        .load_balancer_tags(&["a".into(), "gone".into()])
        .await
        .expect("tags");
    assert_eq!(tags.keys().collect::<Vec<_>>(), ["a"]);
    let tags = stand_in
        .aws
        .load_balancer_tags(&["gone".into()])
        .await
        .expect("tags");
    assert!(tags.is_empty());
}
