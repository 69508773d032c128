use super::*;
use crate::request::Operation;

fn bucket(category: Category) -> Bucket {
    Bucket::full(category.budget())
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// When each of so many calls may be sent, if all are wanted at once and the head of the line waits as it is told.
fn play(bucket: &mut Bucket, from: Duration, calls: usize) -> Vec<Duration> {
    let mut now = from;
    let mut sent = Vec::new();
    while sent.len() < calls {
        match bucket.take(now) {
            Ok(()) => sent.push(now),
            Err(wait) => now += wait,
        }
    }
    sent
}

#[test]
fn every_write_of_the_host_has_a_budget() {
    for operation in Operation::ALL {
        let category = Category::of(operation.name());
        assert!(category.is_some(), "{operation} has none");
    }
    assert_eq!(Category::of("DescribeEverything"), None);
}

#[test]
fn categories_are_listed_in_the_order_of_their_declaration() {
    for (index, category) in Category::ALL.into_iter().enumerate() {
        assert_eq!(category as usize, index, "{category:?}");
    }
}

#[test]
fn a_few_calls_never_wait() {
    for category in Category::ALL {
        let last = play(&mut bucket(category), Duration::ZERO, 9).pop();
        assert_eq!(last, Some(Duration::ZERO), "{category:?}");
    }
}

/// For ever it is as many as AWS refills, and at the beginning never more than AWS has.
#[test]
fn calls_are_spread_as_published() {
    for category in Category::ALL {
        let Budget {
            burst, per_second, ..
        } = category.budget();
        let sent = play(&mut bucket(category), Duration::ZERO, 200);
        let at_once = sent
            .iter()
            .filter(|it| it.is_zero())
            .map(|_| 1.0)
            .sum::<f64>();
        assert!(
            at_once <= burst && at_once >= burst * 0.75,
            "{category:?}: {at_once}"
        );
        let least = (200.0 - burst) / per_second;
        let last = sent.last().unwrap().as_secs_f64();
        assert!(
            (least..least * 1.05 + 1.0).contains(&last),
            "{category:?}: {last} s, {least} s are possible"
        );
    }
}

/// AWS's own bucket takes them all, although the first was half a second on its way and the others nothing.
#[test]
fn what_arrives_unevenly_is_still_within_the_budget() {
    for category in Category::ALL {
        let Budget {
            burst, per_second, ..
        } = category.budget();
        let sent = play(&mut bucket(category), Duration::ZERO, 300);
        let (mut left, mut counted) = (burst, UNEVEN);
        for (index, at) in sent.into_iter().enumerate() {
            let arrives = if index == 0 { UNEVEN } else { at.max(UNEVEN) };
            left = (left + arrives.saturating_sub(counted).as_secs_f64() * per_second).min(burst)
                - 1.0;
            counted = arrives;
            assert!(left >= -1e-6, "{category:?}: call {index} is refused");
        }
    }
}

#[test]
fn it_does_not_grow_beyond_its_burst() {
    let mut bucket = bucket(Category::BalancerIntensive);
    play(&mut bucket, Duration::ZERO, 9);
    let later = seconds(100_000.0);
    let sent = play(&mut bucket, later, 20);
    assert_eq!(sent.iter().filter(|it| **it == later).count(), 9);
}

#[test]
fn it_is_full_again_once_nobody_called_for_a_while() {
    let mut bucket = bucket(Category::BalancerIntensive);
    assert!(bucket.is_full(Duration::ZERO));
    play(&mut bucket, Duration::ZERO, 2);
    assert!(!bucket.is_full(seconds(9.0)), "one call is missing");
    assert!(bucket.is_full(seconds(10.0)));
    bucket.refused(seconds(10.0), seconds(10.0));
    assert!(!bucket.is_full(seconds(50.0)) && bucket.is_full(seconds(70.0)));
}

#[test]
fn after_a_refusal_everybody_stops_until_something_was_refilled() {
    let mut bucket = bucket(Category::BalancerIntensive);
    play(&mut bucket, Duration::ZERO, 4);
    // Three that were on their way together count once, and later ones wait longer and longer, up to a limit.
    for now in [1.0, 1.1, 1.2] {
        bucket.refused(seconds(0.5), seconds(now));
    }
    let wait = bucket.take(seconds(1.2)).unwrap_err();
    assert!((seconds(4.7)..seconds(5.0)).contains(&wait), "{wait:?}");
    let mut now = 6.1;
    for stop in [10.0, 20.0, 20.0] {
        assert_eq!(bucket.take(seconds(now)), Ok(()));
        bucket.refused(seconds(now), seconds(now));
        let wait = bucket.take(seconds(now)).unwrap_err();
        assert!(
            (seconds(stop)..seconds(stop + 0.1)).contains(&wait),
            "{stop}: {wait:?}"
        );
        now += stop + 0.1;
    }
    assert_eq!(bucket.refused_for(seconds(31.0)), seconds(30.0));
    bucket.taken();
    assert_eq!(bucket.refused_for(seconds(31.0)), Duration::ZERO);
    bucket.refused(seconds(now), seconds(now));
    let wait = bucket.take(seconds(now)).unwrap_err();
    assert!(wait <= seconds(5.1), "AWS took one in between: {wait:?}");
}

#[test]
fn fast_budgets_stop_long_enough_to_be_felt() {
    let mut bucket = bucket(Category::ServiceRead);
    bucket.refused(Duration::ZERO, Duration::ZERO);
    assert!(bucket.take(Duration::ZERO).unwrap_err() >= SHORTEST_STOP);
}

#[test]
fn a_clock_that_stands_still_or_goes_back_refills_nothing() {
    let mut bucket = bucket(Category::BalancerIntensive);
    play(&mut bucket, seconds(50.0), 9);
    assert!(bucket.take(seconds(50.0)).is_err() && bucket.take(seconds(10.0)).is_err());
}

#[test]
fn who_waits_is_told_for_what() {
    for (category, waiting, told) in [
        (
            Category::BalancerIntensive,
            12,
            "AWS takes one new load balancer or subnet in 5 s: 12 are waiting",
        ),
        (
            Category::DefinitionModify,
            1,
            "AWS takes one task definition a second: 1 is waiting",
        ),
        (
            Category::BalancerModify,
            40,
            "AWS takes 3 changes of load balancers a second: 40 are waiting",
        ),
    ] {
        assert_eq!(category.told(waiting), told);
    }
}
