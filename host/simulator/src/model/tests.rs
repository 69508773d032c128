use serde_json::json;

use super::*;

#[test]
fn the_table_has_all_operations_of_classic_elb() {
    assert_eq!(operations(Api::Elb).count(), 29);
    assert!(operations(Api::Ecs).any(|it| it == "StopServiceDeployment"));
}

#[test]
fn unknown_members_and_nulls_are_dropped() {
    let input =
        json!({"family": "redis", "new": 1, "cpu": null, "volumes": [{"name": "v", "new": {}}]});
    let read = check(Api::Ecs, "RegisterTaskDefinition", &input).unwrap();
    assert_eq!(read, json!({"family": "redis", "volumes": [{"name": "v"}]}));
}

#[test]
fn wrong_types_are_refused_in_aws_words() {
    let refused = |input: &Value| {
        check(Api::Ecs, "RegisterTaskDefinition", input)
            .unwrap_err()
            .to_string()
    };
    for (input, text) in [
        (
            json!({"family": 1}),
            "SerializationException: NUMBER_VALUE can not be converted to a String",
        ),
        (
            json!({"containerDefinitions": [{"memory": "128"}]}),
            "SerializationException: STRING_VALUE can not be converted to an Integer",
        ),
        (
            json!({"containerDefinitions": [{"essential": "true"}]}),
            "SerializationException: STRING_VALUE can not be converted to a Boolean",
        ),
        (
            json!({"containerDefinitions": {}}),
            "SerializationException: Start of structure or map found where not expected.",
        ),
        (
            json!({"containerDefinitions": "redis"}),
            "SerializationException: Unexpected field type",
        ),
    ] {
        assert_eq!(refused(&input), text);
    }
    assert_eq!(
        check(
            Api::Elb,
            "ConfigureHealthCheck",
            &json!({"HealthCheck": {"Interval": "often"}})
        )
        .unwrap_err()
        .to_string(),
        "MalformedInput: Unexpected value type in input"
    );
    assert_eq!(
        check(Api::Elb, "CreateTargetGroup", &json!({}))
            .unwrap_err()
            .to_string(),
        "InvalidAction: Could not find operation CreateTargetGroup for version 2012-06-01"
    );
}

#[test]
fn a_form_is_read_in_the_shapes_of_the_model() {
    let shape = input(Api::Elb, "CreateLoadBalancer").unwrap();
    let form = [
        ("LoadBalancerName", "redis-elb"),
        ("Listeners.member.1.Protocol", "TCP"),
        ("Listeners.member.1.LoadBalancerPort", "80"),
        ("Listeners.member.10.LoadBalancerPort", "90"),
        ("Listeners.member.2.LoadBalancerPort", "x"),
        ("Subnets", ""),
        ("Nothing", "1"),
    ];
    let wanted = json!({
        "LoadBalancerName": "redis-elb",
        "Listeners": [
            {"Protocol": "TCP", "LoadBalancerPort": 80},
            {"LoadBalancerPort": "x"},
            {"LoadBalancerPort": 90},
        ],
        "Subnets": [],
    });
    assert_eq!(read_form(shape, form), wanted);
}
