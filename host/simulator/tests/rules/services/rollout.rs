//! How a service is rolled out.

use serde_json::{Value, json};

use super::{creation, creation_behind, entry, update};
use crate::rules::case::Case;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = percents();
    cases.extend(ranges());
    cases.extend(grace());
    cases.extend(breaker());
    cases.extend(rebalancing());
    cases
}

fn configuration(it: &Value) -> Value {
    json!({"deploymentConfiguration": it})
}

fn least_and_most(least: i64, most: i64) -> Value {
    configuration(&json!({"minimumHealthyPercent": least, "maximumPercent": most}))
}

fn percents() -> Vec<Case> {
    let rule = "service-percents";
    let says = "InvalidParameterException: Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.";
    let least = configuration(&json!({"minimumHealthyPercent": 100}));
    let most = configuration(&json!({"maximumPercent": 100}));
    vec![
        creation(rule, least_and_most(100, 100), says),
        creation(rule, most.clone(), says),
        update(rule, json!({}), most, says),
        // The other number is the one that the service has.
        update(rule, least_and_most(50, 100), least, says),
    ]
}

fn ranges() -> Vec<Case> {
    let least = "InvalidParameterException: Invalid deployment configuration: minimumHealthyPercent must be from 0 to 100.";
    let most = "InvalidParameterException: Invalid deployment configuration: maximumPercent must be from 0 to 100000.";
    let rule = "service-percent-range";
    vec![
        creation(rule, least_and_most(-1, 200), least),
        creation(rule, least_and_most(101, 200), least),
        creation(rule, least_and_most(0, -1), most),
        creation(rule, least_and_most(0, 100_001), most),
        update(
            rule,
            least_and_most(0, 100_000),
            least_and_most(-1, 200),
            least,
        ),
    ]
}

fn grace() -> Vec<Case> {
    let range = "InvalidParameterException: Health check grace period must be from 0 to 2147483647 seconds.";
    let alone = "InvalidParameterException: Health check grace period is only valid for services configured to use load balancers";
    let behind = |seconds: i64| json!({"loadBalancers": [entry()], "healthCheckGracePeriodSeconds": seconds});
    let seconds = |it: i64| json!({"healthCheckGracePeriodSeconds": it});
    vec![
        creation_behind("service-grace-range", behind(-1), range),
        creation_behind("service-grace-range", behind(2_147_483_648), range),
        update(
            "service-grace-range",
            behind(2_147_483_647),
            seconds(-1),
            range,
        ),
        creation("service-grace-without-balancer", seconds(0), alone),
        update(
            "service-grace-without-balancer",
            json!({}),
            seconds(120),
            alone,
        ),
    ]
}

fn breaker() -> Vec<Case> {
    let rule = "service-breaker-classic";
    let says = "InvalidParameterException: Deployment circuit breaker feature is not supported with Classic Load Balancers. Remove the Classic Load Balancer and try again.";
    let breaker = |is_on: bool| {
        configuration(&json!({"deploymentCircuitBreaker": {"enable": is_on, "rollback": false}}))
    };
    let behind = |is_on: bool| {
        json!({"loadBalancers": [entry()],
            "deploymentConfiguration": breaker(is_on)["deploymentConfiguration"]})
    };
    vec![
        creation_behind(rule, behind(true), says),
        // It is not to be named at all.
        creation_behind(rule, behind(false), says),
        update(
            rule,
            json!({"loadBalancers": [entry()]}),
            breaker(false),
            says,
        ),
    ]
}

fn rebalancing() -> Vec<Case> {
    let rule = "service-rebalancing-update";
    let says = "InvalidParameterException: The service couldn't be updated because Availability Zone Rebalancing does not support maximumPercent <= 100 % as deployment configuration.";
    let enabled = json!({"availabilityZoneRebalancing": "ENABLED"});
    vec![
        // A new service has it unless it says no.
        update(rule, json!({}), least_and_most(0, 100), says),
        update(rule, least_and_most(0, 100), enabled, says),
    ]
}
