//! One account with its clock, script and files: what stands behind the socket.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write as _;
use std::time::Duration;

use serde_json::Value;

use super::CALL_TAKES;
use crate::call::Api;
use crate::clock::Clock;
use crate::faults::{self, Memory};
use crate::model;
use crate::refusal::Refusal;
use crate::script::{Moment, Script};
use crate::state::{StateError, StateFile};
use crate::time::Time;
use crate::wire::{self, Answer, Request};
use crate::world::World;
use crate::{advance, call};

/// An account that is called.
#[derive(Debug)]
pub struct Simulation {
    world: World,
    script: Script,
    clock: Clock,
    state: Option<StateFile>,
    log: Option<File>,
    faults: Memory,
    /// How the account was, the oldest first, for reads that are stale.
    past: VecDeque<(Time, World)>,
    requests: u64,
}

/// What a request gets.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    /// Absent: the connection is cut.
    pub(super) answer: Option<Answer>,
    pub(super) request_id: String,
    /// Simulated time until it is sent.
    pub(super) delay: Duration,
}

impl Simulation {
    /// An account that goes by a clock and a script.
    #[must_use]
    pub fn new(world: World, script: Script, clock: Clock) -> Self {
        let begun = faults::memory_needed(&script).map(|_| (world.now, world.clone()));
        Self {
            world,
            script,
            clock,
            state: None,
            log: None,
            faults: Memory::default(),
            past: begun.into_iter().collect(),
            requests: 0,
        }
    }

    /// The same, kept in a file.
    #[must_use]
    pub fn kept_in(mut self, state: StateFile) -> Self {
        self.state = Some(state);
        self
    }

    /// The same, with every call written down.
    #[must_use]
    pub fn logged_to(mut self, log: File) -> Self {
        self.log = Some(log);
        self
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Writes the account to its file, if it has one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self) -> Result<(), StateError> {
        self.state
            .as_ref()
            .map_or(Ok(()), |it| it.save(&self.world))
    }

    /// Answers one request: time first, then what was scripted, then the call itself.
    pub(super) fn answer(&mut self, request: &Request) -> Reply {
        self.requests += 1;
        let request_id = format!(
            "{:08x}-0000-4000-8000-{:012x}",
            self.requests, self.world.now.0
        );
        self.clock.step(CALL_TAKES);
        let now = self.clock.now();
        advance(&mut self.world, &self.script, now);
        let asked = match wire::read(request) {
            Ok(asked) => asked,
            Err(refusal) => {
                let api = wire::api(request);
                let answer = wire::write(api, "", &Err(refusal), &request_id);
                return Reply {
                    answer: Some(answer),
                    request_id,
                    delay: Duration::ZERO,
                };
            }
        };
        let (api, operation) = (asked.api, asked.operation.as_str());
        let verdict = self.faults.judge(&self.script, now, api, operation);
        let delay = Duration::from_secs_f64(verdict.slow);
        if !delay.is_zero() {
            self.clock.step(delay);
        }
        let result = match verdict.refusal {
            Some(refusal) => Err(refusal),
            None if verdict.cut == Some(Moment::Before) => {
                return Reply {
                    answer: None,
                    request_id,
                    delay,
                };
            }
            None if verdict.stale > 0.0 => self.recall(verdict.stale, api, operation, &asked.input),
            None => self.carry_out(api, operation, &asked.input),
        };
        let answer = wire::write(api, operation, &result, &request_id);
        self.write_down(api, operation, &asked.input, &result, answer.status);
        Reply {
            answer: verdict.cut.is_none().then_some(answer),
            request_id,
            delay,
        }
    }

    fn carry_out(&mut self, api: Api, operation: &str, input: &Value) -> Result<Value, Refusal> {
        if faults::is_read(operation) {
            return call(&mut self.world, &self.script, api, operation, input);
        }
        let before = self.state.is_some().then(|| self.world.clone());
        let result = call(&mut self.world, &self.script, api, operation, input);
        if result.is_ok()
            && let Err(error) = self.save()
        {
            // What is not kept did not happen.
            if let Some(before) = before {
                self.world = before;
            }
            let mut refusal = match api {
                Api::Ecs => faults::rules::ECS_SERVER.refusal(),
                Api::Elb => faults::rules::ELB_SERVER.refusal(),
            };
            refusal.message = error.to_string();
            return Err(refusal);
        }
        if let Some(needed) = faults::memory_needed(&self.script) {
            let now = self.world.now;
            self.past.push_back((now, self.world.clone()));
            // One that is older than all that is asked for is kept: it is how things were until the next.
            while self
                .past
                .get(1)
                .is_some_and(|(at, _)| at.0 + needed < now.0)
            {
                self.past.pop_front();
            }
        }
        result
    }

    /// A read of how things were.
    fn recall(
        &self,
        seconds: f64,
        api: Api,
        operation: &str,
        input: &Value,
    ) -> Result<Value, Refusal> {
        let moment = self.world.now - Duration::from_secs_f64(seconds);
        let before = self.past.iter().rev().find(|(at, _)| *at <= moment);
        // Before it was called at all it was as it began.
        let known = before.or_else(|| self.past.front());
        let mut world = known.map_or_else(|| self.world.clone(), |(_, world)| world.clone());
        advance(&mut world, &self.script, moment);
        call(&mut world, &self.script, api, operation, input)
    }

    fn write_down(
        &mut self,
        api: Api,
        operation: &str,
        input: &Value,
        result: &Result<Value, Refusal>,
        status: u16,
    ) {
        let Some(log) = &mut self.log else {
            return;
        };
        let input = model::check(api, operation, input).unwrap_or_else(|_| input.clone());
        let code = result.as_ref().err().map(|it| it.code.as_str());
        let line = faults::log_line(self.world.now, api, operation, &input, status, code);
        // A full disk loses the log and not the call.
        let _ = writeln!(log, "{line}");
    }
}
