//! From bytes to machine code, here or in a process of its own.
//!
//! What is small is compiled at once. Compiling anything else is work that its
//! author decides on, so the program starts itself once more to do it, with limits
//! of address space, time and size that the system enforces, and is left with a
//! file. What such a child is told is on its command line and its stdin; it has
//! no environment, and whatever becomes of it, the host lives.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use wasmtime::Engine;
use wasmtime::component::Component;

use super::cache::{Compilation, Draft, Folder};
use super::engine;
use super::error::{RecipeError, chain};
use super::limits::{Limit, Limits};
use super::outline::{self, Outline};

/// The name by which the program knows that it is to compile. Nobody types it: it is no path of a program.
const NAME: &str = "host: compiles a recipe";

/// How a child ends that was given something it cannot compile; why is on its stderr.
const INVALID: u8 = 3;

/// Bytes of what a child says that are listened to.
const SAID: u64 = 2048;

/// The most threads of a child: each costs address space.
const THREADS: usize = 4;

/// Everything that compiling needs.
pub(super) struct Work<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) engine: &'a Engine,
    pub(super) limits: &'a Limits,
    /// The program that compiles what is not small; without one it is done here.
    pub(super) program: Option<&'a Path>,
}

impl Work<'_> {
    /// Checks all bytes and compiles them, into the folder where there is one.
    pub(super) fn compile(
        &self,
        folder: Option<&Folder>,
        key: &str,
    ) -> Result<(Component, Compilation), RecipeError> {
        let outline = self.check()?;
        match self.program.filter(|_| !outline.effort.is_small()) {
            Some(program) => self.compile_beside(program, folder, key),
            None => self.compile_here(folder, key),
        }
    }

    fn check(&self) -> Result<Outline, RecipeError> {
        let outline = outline::read(self.bytes, self.limits)?;
        outline.refuse_imports()?;
        outline::guest(outline.exports.iter().map(String::as_str))?;
        Ok(outline)
    }

    fn compile_here(
        &self,
        folder: Option<&Folder>,
        key: &str,
    ) -> Result<(Component, Compilation), RecipeError> {
        let component = Component::from_binary(self.engine, self.bytes)
            .map_err(|error| RecipeError::invalid(&error))?;
        let Some(folder) = folder else {
            return Ok((component, Compilation::Uncached));
        };
        let kept = component
            .serialize()
            .map_err(|error| chain(&error))
            .and_then(|code| {
                let mut draft = folder.draft(key)?;
                let written = draft.file().write_all(&code);
                written.map_err(|error| format!("cannot write machine code: {error}"))?;
                folder.keep(key, draft)
            });
        let compilation = kept.map_or_else(Compilation::CacheRefused, |()| Compilation::Stored);
        Ok((component, compilation))
    }

    fn compile_beside(
        &self,
        program: &Path,
        folder: Option<&Folder>,
        key: &str,
    ) -> Result<(Component, Compilation), RecipeError> {
        let drafted = folder.map(|it| it.draft(key)).transpose();
        let (mut draft, refused) = match drafted {
            Ok(Some(draft)) => (draft, None),
            Ok(None) => (temporary()?, None),
            Err(reason) => (temporary()?, Some(reason)),
        };
        self.start(program, draft.file())?;
        let component = draft
            .load(self.engine)
            .map_err(|error| RecipeError::invalid(&error))?;
        let compilation = match (folder, refused) {
            (_, Some(reason)) => Compilation::CacheRefused(reason),
            (None, None) => Compilation::Uncached,
            (Some(folder), None) => folder
                .keep(key, draft)
                .map_or_else(Compilation::CacheRefused, |()| Compilation::Stored),
        };
        Ok((component, compilation))
    }

    /// Lets a child compile into a file, and ends it when it takes too long.
    fn start(&self, program: &Path, file: &File) -> Result<(), RecipeError> {
        let cannot =
            |error: &io::Error| engine_error(&format!("cannot start the compiler: {error}"));
        let threads = thread::available_parallelism()
            .map_or(1, usize::from)
            .min(THREADS);
        let time = self.limits.get(Limit::CompileTime);
        let seconds = time.div_ceil(1000).saturating_mul(threads as u64);
        let output = file.try_clone().map_err(|error| cannot(&error))?;
        let mut child = Command::new(program)
            .arg0(NAME)
            .arg(self.limits.get(Limit::CompileMemory).to_string())
            .arg(seconds.to_string())
            .arg(self.limits.get(Limit::Code).to_string())
            // Neither credentials nor settings: what a child can do, it does with these bytes.
            .env_clear()
            .env("RAYON_NUM_THREADS", threads.to_string())
            // Each further one would reserve address space that it does not use.
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| cannot(&error))?;
        let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
        let (sender, receiver) = mpsc::channel();
        let told = thread::scope(|scope| {
            scope.spawn(move || {
                // A child that ends early has said why.
                let _ = stdin.map(|mut it| it.write_all(self.bytes));
            });
            scope.spawn(move || {
                let mut said = Vec::new();
                if let Some(mut stderr) = stderr {
                    let _ = stderr.by_ref().take(SAID).read_to_end(&mut said);
                    let _ = io::copy(&mut stderr, &mut io::sink());
                }
                let _ = sender.send(said);
            });
            // Its end closes what it speaks through.
            let told = receiver.recv_timeout(Duration::from_millis(time));
            if told.is_err() {
                let _ = child.kill();
            }
            told
        });
        let status = child.wait().map_err(|error| cannot(&error))?;
        match told {
            Err(RecvTimeoutError::Timeout) => Err(self.over(Limit::CompileTime)),
            Err(RecvTimeoutError::Disconnected) => Err(self.read_end(status, "")),
            Ok(_) if status.success() => Ok(()),
            Ok(said) => Err(self.read_end(status, &String::from_utf8_lossy(&said))),
        }
    }

    /// Why a child ended without machine code.
    fn read_end(&self, status: ExitStatus, said: &str) -> RecipeError {
        let signal = |it: Signal| status.signal() == Some(it.as_raw());
        if signal(Signal::XFSZ) || said.contains("File too large") {
            return self.over(Limit::Code);
        }
        if status.code() == Some(INVALID.into()) {
            return RecipeError::Invalid {
                reason: said.trim().to_owned(),
            };
        }
        if signal(Signal::XCPU) {
            return self.over(Limit::CompileTime);
        }
        // Whoever is refused memory says so in one of these ways, and a compiler that dies in the middle has no other
        // reason to be killed.
        let refused = [
            "allocat",
            "annot create thread",
            "os error 11",
            "os error 12",
        ];
        if signal(Signal::ABORT)
            || signal(Signal::KILL)
            || refused.iter().any(|it| said.contains(it))
        {
            return self.over(Limit::CompileMemory);
        }
        RecipeError::Invalid {
            reason: format!(
                "the compiler failed ({status}): {}",
                said.lines().next().unwrap_or("it said nothing")
            ),
        }
    }

    fn over(&self, limit: Limit) -> RecipeError {
        RecipeError::Limit {
            function: "load",
            limit,
            value: self.limits.get(limit),
        }
    }
}

fn temporary() -> Result<Draft, RecipeError> {
    Draft::temporary().map_err(|error| {
        engine_error(&format!(
            "cannot write machine code to `{}`: {error}",
            std::env::temp_dir().display()
        ))
    })
}

fn engine_error(reason: &str) -> RecipeError {
    RecipeError::Engine {
        reason: reason.to_owned(),
    }
}

/// Does the work of a child, if the program was started as one.
pub fn serve(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut arguments = arguments.into_iter();
    if arguments.next()? != NAME {
        return None;
    }
    let numbers: Vec<u64> = arguments
        .filter_map(|it| it.into_string().ok()?.parse().ok())
        .collect();
    let [memory, seconds, code] = numbers[..] else {
        return Some(ExitCode::FAILURE);
    };
    Some(match compile_as_child(memory, seconds, code) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // There is nobody else to tell.
            let _ = io::stderr().write_all(reason.as_bytes());
            ExitCode::from(INVALID)
        }
    })
}

fn compile_as_child(memory: u64, seconds: u64, code: u64) -> Result<(), String> {
    let words = |error: io::Error| error.to_string();
    // It has no use without the one who waits for it.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| words(error.into()))?;
    for (resource, most) in [
        (Resource::Core, 0),
        (Resource::As, memory),
        (Resource::Cpu, seconds),
        (Resource::Fsize, code),
    ] {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit).map_err(|error| words(error.into()))?;
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).map_err(words)?;
    let engine = engine::with_stack(Limits::default().get(Limit::Stack))
        .map_err(|error| error.to_string())?;
    let machine_code = engine
        .precompile_component(&bytes)
        .map_err(|error| chain(&error))?;
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(&machine_code)
        .and_then(|()| stdout.flush())
        .map_err(words)
}
