//! The one engine of the process, and the clock that stops what runs for too long.

use std::sync::{Once, OnceLock};
use std::thread;
use std::time::Duration;

use wasmtime::{Config, Engine, OptLevel};

use super::error::{RecipeError, chain};

/// How often the clock ticks, and so how exact the limit of time is.
const TICK: Duration = Duration::from_millis(100);

/// The engine, made once: it is the same for every recipe, and so is its code cache.
pub(super) fn shared() -> Result<&'static Engine, RecipeError> {
    static ENGINE: OnceLock<Result<Engine, RecipeError>> = OnceLock::new();
    ENGINE
        .get_or_init(|| {
            Engine::new(&config()).map_err(|error| RecipeError::Engine {
                reason: chain(&error),
            })
        })
        .as_ref()
        .map_err(Clone::clone)
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        // The same answer on every machine, for floating point too.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        // A recipe runs for microseconds and is compiled for milliseconds: optimising takes longer than it can win.
        .cranelift_opt_level(OptLevel::None)
        // Recipes call nothing and wait for nothing.
        .concurrency_support(false)
        // Only a debugger or a profiler would read these; without them machine code is smaller and sooner compiled.
        .native_unwind_info(false)
        .generate_address_map(false);
    config
}

/// The number of ticks in `milliseconds`, at least so many that the whole time passes before the deadline.
pub(super) fn ticks(milliseconds: u64) -> u64 {
    let tick = u64::try_from(TICK.as_millis()).unwrap_or(u64::MAX);
    milliseconds.div_ceil(tick).saturating_add(1)
}

/// Starts the clock with the first call. It ends with the process, as the engine does.
pub(super) fn start_clock(engine: &Engine) -> Result<(), RecipeError> {
    static CLOCK: Once = Once::new();
    let mut started = Ok(());
    CLOCK.call_once(|| {
        let engine = engine.weak();
        let clock = thread::Builder::new()
            .name("recipe-clock".to_owned())
            .spawn(move || {
                while let Some(engine) = engine.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    thread::sleep(TICK);
                }
            });
        started = clock.map(drop).map_err(|error| RecipeError::Engine {
            reason: error.to_string(),
        });
    });
    started
}
