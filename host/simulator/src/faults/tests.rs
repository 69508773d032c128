use std::time::Duration;

use super::*;

fn script(text: &str) -> Script {
    Script::parse(text).unwrap()
}

#[test]
fn a_fault_hits_the_calls_it_names() {
    let script = script(
        "[[faults]]\noperation = 'Create*'\nfrom = 2\ntimes = 2\nkind = 'error'\ncode = 'ClientException'\nmessage = 'no'\n",
    );
    let mut memory = Memory::default();
    let mut hit = |operation| {
        memory
            .judge(&script, Time(0), Api::Ecs, operation)
            .refusal
            .map(|it| it.to_string())
    };
    let refused = Some("ClientException: no".to_owned());
    assert_eq!(hit("CreateService"), None);
    assert_eq!(hit("DescribeServices"), None);
    assert_eq!(hit("CreateService"), refused);
    assert_eq!(hit("CreateCluster"), refused);
    assert_eq!(hit("CreateService"), None);
}

#[test]
fn every_kind_does_what_it_says() {
    let verdict = |kind: &str, api, operation| {
        let script = script(&format!("[[faults]]\noperation = '*'\n{kind}\n"));
        Memory::default().judge(&script, Time(0), api, operation)
    };
    let text = |it: Verdict| it.refusal.unwrap().to_string();
    assert_eq!(
        text(verdict("kind = 'throttle'", Api::Ecs, "CreateService")),
        "ThrottlingException: Rate exceeded"
    );
    assert_eq!(
        text(verdict("kind = 'throttle'", Api::Elb, "CreateLoadBalancer")),
        "Throttling: Rate exceeded"
    );
    assert_eq!(
        text(verdict("kind = 'error'", Api::Ecs, "CreateService")),
        "ServerException: Service Unavailable. Please try again later."
    );
    assert_eq!(
        text(verdict("kind = 'error'", Api::Elb, "CreateLoadBalancer")),
        "InternalFailure: The request processing has failed because of an unknown error, exception or failure."
    );
    assert_eq!(
        verdict("kind = 'lost'", Api::Ecs, "CreateService").cut,
        Some(Moment::After)
    );
    assert_eq!(
        verdict(
            "kind = 'lost'\nmoment = 'before'",
            Api::Ecs,
            "CreateService"
        )
        .cut,
        Some(Moment::Before)
    );
    assert!(verdict("kind = 'slow'\nseconds = 5", Api::Ecs, "CreateService").slow > 4.9);
    assert!(verdict("kind = 'stale'\nseconds = 5", Api::Ecs, "DescribeServices").stale > 4.9);
    assert_eq!(
        verdict("kind = 'stale'\nseconds = 5", Api::Ecs, "CreateService"),
        Verdict::default()
    );
}

#[test]
fn load_balancers_are_ten_and_then_one_in_five_seconds() {
    let script = script("throttle = true");
    let mut memory = Memory::default();
    let mut create = |seconds| {
        let now = Time(1_000_000) + Duration::from_secs(seconds);
        memory
            .judge(&script, now, Api::Elb, "CreateLoadBalancer")
            .refusal
            .is_none()
    };
    assert_eq!((0..12).filter(|_| create(0)).count(), 10);
    assert!(!create(4));
    assert!(create(5) && !create(5) && create(10));
    assert_eq!(
        (0..20).filter(|_| create(10_000)).count(),
        10,
        "a budget does not grow beyond its burst"
    );
}

#[test]
fn what_others_have_spent_comes_back_as_slowly() {
    let script = script("throttle = true\nspent = ['CreateLoad*']");
    let mut memory = Memory::default();
    let mut takes = |seconds, operation| {
        let now = Time(1_000_000) + Duration::from_secs(seconds);
        let verdict = memory.judge(&script, now, Api::Elb, operation);
        verdict.refusal.is_none()
    };
    assert!(!takes(0, "CreateLoadBalancer") && !takes(4, "CreateLoadBalancer"));
    assert!(takes(5, "CreateLoadBalancer") && !takes(6, "CreateLoadBalancer"));
    assert!(
        takes(0, "DescribeLoadBalancers"),
        "of others there is enough"
    );
}
