use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use super::*;
use crate::clock::Clock;
use crate::script::Script;
use crate::time::Time;
use crate::world::World;

/// How long it takes until the fourth connection is asked for, where the first three fail.
fn asked_again_after(error: fn() -> io::Error) -> Duration {
    let asked = AtomicU32::new(0);
    let (tell, told) = oneshot::channel();
    let tell = Mutex::new(Some(tell));
    let next = async || {
        if asked.fetch_add(1, Ordering::Relaxed) < 3 {
            return Err(error());
        }
        if let Some(tell) = lock_any(&tell).take() {
            let _ = tell.send(());
        }
        std::future::pending().await
    };
    let simulation = Simulation::new(
        World::default(),
        Script::default(),
        Clock::stepped(Time::default()),
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let begun = Instant::now();
    runtime.block_on(async {
        tokio::select! {
            () = accept(next, Arc::new(Mutex::new(simulation))) => {}
            _ = told => {}
        }
    });
    assert_eq!(asked.load(Ordering::Relaxed), 4);
    begun.elapsed()
}

fn lock_any<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap()
}

#[test]
fn where_no_connection_can_be_had_it_waits_before_it_asks_again() {
    // EMFILE.
    let waited = asked_again_after(|| io::Error::from_raw_os_error(24));
    assert!(waited >= ACCEPT_AGAIN * 3, "{waited:?}");
}

#[test]
fn a_connection_that_breaks_holds_up_nobody() {
    assert!(is_of_other_side(&io::Error::from(
        io::ErrorKind::ConnectionAborted
    )));
    // ENFILE, ENOBUFS, ENOMEM.
    for code in [23, 105, 12] {
        assert!(!is_of_other_side(&io::Error::from_raw_os_error(code)));
    }
}
