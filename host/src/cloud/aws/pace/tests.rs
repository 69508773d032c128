use std::future::Future;
use std::pin::Pin;

use super::*;
use crate::cloud::interrupt::Signal;

/// A clock that is at once where a sleeper wants it: there is one sleeper to a line.
#[derive(Debug, Default)]
struct Leaping(Mutex<Duration>);

impl Clock for Leaping {
    fn now(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            *self.0.lock().unwrap() += time;
        })
    }
}

const CATEGORY: Category = Category::BalancerIntensive;

#[derive(Default)]
struct Scene {
    pacer: Pacer,
    clock: Leaping,
    interrupt: Interrupt,
    told: Mutex<Vec<String>>,
}

impl Scene {
    /// When the turn of a call came.
    async fn turn(&self) -> Option<Duration> {
        let tell = |line: &str| self.told.lock().unwrap().push(line.to_owned());
        let waiting = Waiting {
            clock: &self.clock,
            interrupt: &self.interrupt,
            tell: &tell,
        };
        self.pacer.turn(CATEGORY, &waiting, |now| now).await
    }

    /// The turns of so many calls that come together, in their order.
    async fn turns(&self, calls: usize) -> Vec<Option<u64>> {
        let mut turns: Vec<_> = (0..calls).map(|_| Box::pin(self.turn())).collect();
        let mut came = vec![None; calls];
        std::future::poll_fn(|context| {
            let mut is_pending = false;
            for (turn, came) in turns.iter_mut().zip(&mut came) {
                if came.is_none() {
                    match turn.as_mut().poll(context) {
                        std::task::Poll::Ready(at) => *came = Some(at),
                        std::task::Poll::Pending => is_pending = true,
                    }
                }
            }
            if is_pending {
                std::task::Poll::Pending
            } else {
                std::task::Poll::Ready(())
            }
        })
        .await;
        came.into_iter()
            .map(|it| it.flatten().map(|it| it.as_secs()))
            .collect()
    }

    fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn calls_go_in_their_order_and_a_long_line_is_told_once() {
    let scene = Scene::default();
    let turns = scene.turns(14).await;
    let expected = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 10, 15, 20].map(Some);
    assert_eq!(turns, expected);
    let line = "AWS takes one new load balancer or subnet in 5 s: 5 are waiting";
    assert_eq!(scene.told(), [line]);
    // As long as the budget does not recover there is nothing new about the next one.
    assert_eq!(scene.turns(3).await, [25, 30, 35].map(Some));
    for _ in 0..3 {
        scene.turn().await;
    }
    assert_eq!(scene.told(), [line]);
    scene.clock.sleep(Duration::from_mins(1)).await;
    scene.turns(12).await;
    assert_eq!(scene.told().len(), 2);
}

#[tokio::test]
async fn a_few_calls_neither_wait_nor_tell() {
    let scene = Scene::default();
    assert_eq!(scene.turns(9).await, [Some(0); 9]);
    assert!(scene.told().is_empty());
}

#[tokio::test]
async fn after_a_refusal_the_others_wait_too() {
    let scene = Scene::default();
    assert_eq!(scene.turn().await, Some(Duration::ZERO));
    scene
        .pacer
        .refused(CATEGORY, Duration::ZERO, Duration::ZERO);
    assert_eq!(scene.turns(3).await, [5, 10, 15].map(Some));
    let later = Duration::from_secs(20);
    assert_eq!(scene.pacer.refused_for(CATEGORY, later), later);
    scene.pacer.taken(CATEGORY);
    assert_eq!(scene.pacer.refused_for(CATEGORY, later), Duration::ZERO);
}

/// What need not wait is finished; whoever would have to, gives up at once, and so does who waits already.
#[tokio::test]
async fn nobody_waits_once_the_run_is_stopped() {
    let scene = Scene::default();
    let (turns, ()) = tokio::join!(scene.turns(12), async {
        scene.interrupt.raise(Signal::Interrupt);
    });
    assert_eq!(turns[..9], [Some(0); 9]);
    assert_eq!(turns[9..], [None; 3]);
    let other = Scene::default();
    other.interrupt.raise(Signal::Interrupt);
    assert_eq!(other.turn().await, Some(Duration::ZERO));
}
