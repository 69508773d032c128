//! The walls around one call: memory, instructions, time and size of the result.

use wasmtime::component::Val;
use wasmtime::{Engine, ResourceLimiter, Store, Trap, WasmBacktrace};

use super::engine;
use super::error::{RecipeError, chain};
use super::limits::{Limit, Limits};

/// What one instance has used so far.
pub(super) struct Usage {
    limits: Limits,
    memory: u64,
    table_elements: u64,
    exceeded: Option<Limit>,
}

/// A store for one call.
pub(super) fn store(engine: &Engine, limits: &Limits) -> Result<Store<Usage>, RecipeError> {
    engine::start_clock()?;
    let usage = Usage {
        limits: limits.clone(),
        memory: 0,
        table_elements: 0,
        exceeded: None,
    };
    let mut store = Store::new(engine, usage);
    store.limiter(|usage| usage);
    store
        .set_fuel(limits.get(Limit::Fuel))
        .map_err(|error| RecipeError::Engine {
            reason: chain(&error),
        })?;
    store.set_epoch_deadline(engine::ticks(limits.get(Limit::Time)));
    store.set_hostcall_fuel(usize::try_from(limits.get(Limit::Result)).unwrap_or(usize::MAX));
    Ok(store)
}

impl Usage {
    fn grow(
        &mut self,
        limit: Limit,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let used = match limit {
            Limit::Memory => &mut self.memory,
            _ => &mut self.table_elements,
        };
        let after =
            used.saturating_add(u64::try_from(desired.saturating_sub(current)).unwrap_or(u64::MAX));
        if after > self.limits.get(limit) {
            // A trap, and not -1, which most languages turn into a panic without words.
            self.exceeded = Some(limit);
            return Err(wasmtime::Error::msg(format!(
                "more than {} {}",
                self.limits.get(limit),
                limit.unit()
            )));
        }
        *used = after;
        Ok(true)
    }
}

impl Usage {
    fn most(&self, limit: Limit) -> usize {
        usize::try_from(self.limits.get(limit)).unwrap_or(usize::MAX)
    }
}

impl ResourceLimiter for Usage {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.grow(Limit::Memory, current, desired, maximum)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.grow(Limit::TableElements, current, desired, maximum)
    }

    fn instances(&self) -> usize {
        self.most(Limit::Instances)
    }

    fn tables(&self) -> usize {
        self.most(Limit::Tables)
    }

    fn memories(&self) -> usize {
        self.most(Limit::Memories)
    }
}

/// Refuses a result of more texts, or of longer lists, than there may be.
pub(super) fn check_result(
    result: &Val,
    limits: &Limits,
    function: &'static str,
) -> Result<(), RecipeError> {
    let (mut texts, mut entries) = (0, 0);
    tally(result, &mut texts, &mut entries);
    for (limit, number) in [(Limit::Texts, texts), (Limit::Entries, entries)] {
        let value = limits.get(limit);
        if number > value {
            return Err(RecipeError::Limit {
                function,
                limit,
                value,
            });
        }
    }
    Ok(())
}

/// Counts texts and entries of lists. How deep it goes is the contract's, not the value's: no type contains itself.
fn tally(value: &Val, texts: &mut u64, entries: &mut u64) {
    match value {
        Val::String(_) => *texts += 1,
        Val::List(items) => {
            *entries += items.len() as u64;
            for item in items {
                tally(item, texts, entries);
            }
        }
        Val::Record(fields) => {
            for (_, value) in fields {
                tally(value, texts, entries);
            }
        }
        Val::Tuple(items) => {
            for item in items {
                tally(item, texts, entries);
            }
        }
        Val::Variant(_, Some(value))
        | Val::Option(Some(value))
        | Val::Result(Ok(Some(value)) | Err(Some(value))) => tally(value, texts, entries),
        _ => {}
    }
}

/// Why a call ended without a result, in our words.
pub(super) fn explain(
    error: &wasmtime::Error,
    usage: &Usage,
    function: &'static str,
) -> RecipeError {
    let over = |limit| RecipeError::Limit {
        function,
        limit,
        value: usage.limits.get(limit),
    };
    if let Some(limit) = usage.exceeded {
        return over(limit);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => over(Limit::Fuel),
        Some(Trap::Interrupt) => over(Limit::Time),
        Some(trap) => RecipeError::Trap {
            function,
            reason: trap_reason(*trap),
            frames: frames(error),
        },
        // The engine has no type for it.
        None if chain(error).contains("fuel allocated for hostcalls has been exhausted") => {
            over(Limit::Result)
        }
        None => counted(&chain(error)).map_or_else(
            || RecipeError::Unreadable {
                function,
                reason: chain(error),
            },
            over,
        ),
    }
}

/// The limit whose number of things was reached. The engine has no type for these either.
fn counted(reason: &str) -> Option<Limit> {
    [
        ("resource limit exceeded: instance count", Limit::Instances),
        ("resource limit exceeded: table count", Limit::Tables),
        ("resource limit exceeded: memory count", Limit::Memories),
    ]
    .into_iter()
    .find_map(|(words, limit)| reason.contains(words).then_some(limit))
}

/// What a stack that is too small for it does to a recipe.
pub(super) const DEEP: &str = "its calls nest too deep for the stack";

fn trap_reason(trap: Trap) -> String {
    match trap {
        Trap::UnreachableCodeReached => "a panic, or an exception that nobody caught".to_owned(),
        Trap::StackOverflow => DEEP.to_owned(),
        other => other.to_string(),
    }
}

/// The innermost functions that have names; a stripped component names none.
fn frames(error: &wasmtime::Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else {
        return Vec::new();
    };
    backtrace
        .frames()
        .iter()
        .filter_map(|frame| frame.func_name())
        .take(5)
        .map(str::to_owned)
        .collect()
}
