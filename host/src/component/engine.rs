//! The engine of the process, and the clock that stops what runs for too long.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use wasmtime::{Config, Engine, OptLevel};

use super::error::{RecipeError, chain};

/// How often the clock ticks, and so how exact the limit of time is.
const TICK: Duration = Duration::from_millis(100);

/// The engines of this process, by the stack that they give. There is one, unless a test wants another stack.
static ENGINES: Mutex<BTreeMap<u64, Engine>> = Mutex::new(BTreeMap::new());

fn engines() -> MutexGuard<'static, BTreeMap<u64, Engine>> {
    // Nothing is left half done in it.
    ENGINES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The engine whose calls have so many bytes of stack: it is the same for every recipe, and so is its code cache.
pub(super) fn with_stack(stack: u64) -> Result<Engine, RecipeError> {
    let mut engines = engines();
    if let Some(engine) = engines.get(&stack) {
        return Ok(engine.clone());
    }
    let engine = Engine::new(&config(stack)).map_err(|error| RecipeError::Engine {
        reason: chain(&error),
    })?;
    engines.insert(stack, engine.clone());
    Ok(engine)
}

fn config(stack: u64) -> Config {
    let mut config = Config::new();
    config
        .max_wasm_stack(usize::try_from(stack).unwrap_or(usize::MAX))
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

/// Starts the clock with the first call. It ends with the process, as the engines do.
pub(super) fn start_clock() -> Result<(), RecipeError> {
    static CLOCK: OnceLock<Result<(), RecipeError>> = OnceLock::new();
    CLOCK
        .get_or_init(|| {
            let clock = thread::Builder::new()
                .name("recipe-clock".to_owned())
                .spawn(|| {
                    loop {
                        for engine in engines().values() {
                            engine.increment_epoch();
                        }
                        thread::sleep(TICK);
                    }
                });
            clock.map(drop).map_err(|error| RecipeError::Engine {
                reason: error.to_string(),
            })
        })
        .clone()
}
