//! A simulated AWS account on this machine: what `--local` talks to, and what `host simulator` serves.
//!
//! Both are the same account behind a real socket, and calls take the same way through the SDK as those to AWS.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use host_simulator::clock::{self, Clock};
use host_simulator::server::{self, Running, ServerError, Simulation};
use host_simulator::state::{StateFile, resume};
use host_simulator::world::Wanted;
use host_simulator::{Script, World};

use super::aws::{Aws, Ground, Trace};
use crate::files;

mod stepped;

/// A simulated account, and what has to be in it.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The file that it is kept in.
    pub file: PathBuf,
    pub script: Option<PathBuf>,
    pub region: String,
    /// What the target names. It is made where it is not there: in an account of one's own it would be.
    pub cluster: Option<String>,
    pub subnets: Vec<String>,
    pub security_groups: Vec<String>,
    pub service_role: Option<String>,
}

/// An account that is open.
#[derive(Debug)]
pub struct Opened {
    pub aws: Aws,
    /// What was made because the target names it, each in a word or two.
    pub made: Vec<String>,
}

/// Opens an account: until the last clone of its [`Aws`] is dropped it is this process's alone.
///
/// `warn` hears it where the account cannot be written a last time then. Every change was written before it was
/// answered; what is lost is how far time had come.
///
/// # Errors
/// The file or the script cannot be used.
pub fn open(account: &Account, trace: Option<Trace>, warn: Trace) -> anyhow::Result<Opened> {
    let script = read_script(account.script.as_deref())?;
    let state = StateFile::lock(&account.file)?;
    let mut world = load(&state, &script, &account.region)?;
    let made = world.provide(&Wanted {
        cluster: account.cluster.clone(),
        subnets: account.subnets.clone(),
        security_groups: account.security_groups.clone(),
        service_role: account.service_role.clone(),
    });
    let clock = Clock::stepped(resume(&world, clock::wall()));
    let simulation = Simulation::new(world, script, clock.clone()).kept_in(state);
    let running = Running::start(simulation)?.telling(move |error| warn(&error.to_string()));
    let in_flight = Arc::<AtomicUsize>::default();
    let ground = Ground {
        url: running.url(),
        clock: Arc::new(stepped::Stepped::new(clock, in_flight.clone())),
        in_flight,
        keep: Arc::new(running),
    };
    let aws = Aws::on(ground, &account.region, trace);
    Ok(Opened { aws, made })
}

/// A script is a file and no pipe: an interrupt is heard by then, and would not end the waiting for whoever writes to one.
fn read_script(path: Option<&Path>) -> Result<Script, ServerError> {
    let read = |path| Script::read(path, files::text(path));
    Ok(path.map(read).transpose()?.unwrap_or_default())
}

fn load(state: &StateFile, script: &Script, region: &str) -> Result<World, ServerError> {
    let kept = state.load()?;
    Ok(kept.unwrap_or_else(|| World::new(clock::wall(), region, script)))
}

/// How `host simulator` serves.
#[derive(Clone, Debug)]
pub struct Served {
    pub listen: std::net::SocketAddr,
    pub state: Option<PathBuf>,
    pub script: Option<PathBuf>,
    pub port_file: Option<PathBuf>,
    pub calls: Option<PathBuf>,
    pub region: String,
}

/// Serves an account until `stop` is ready. `ready` hears of the address once it can be connected to.
///
/// # Errors
/// A file or the address cannot be used.
pub async fn serve(
    served: &Served,
    ready: impl FnOnce(&str),
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let script = read_script(served.script.as_deref())?;
    let state = served.state.as_deref().map(StateFile::lock).transpose()?;
    let world = match &state {
        Some(state) => load(state, &script, &served.region)?,
        None => World::new(clock::wall(), &served.region, &script),
    };
    let clock = Clock::running(resume(&world, clock::wall()), script.speed.unwrap_or(1.0));
    let mut simulation = Simulation::new(world, script, clock);
    if let Some(state) = state {
        simulation = simulation.kept_in(state);
    }
    if let Some(path) = &served.calls {
        simulation = simulation.logged_to(server::call_log(path)?);
    }
    let announce = |address: std::net::SocketAddr| {
        if let Some(path) = &served.port_file {
            server::write_port(path, address.port())?;
        }
        ready(&format!("http://{address}"));
        Ok(())
    };
    server::serve(simulation, served.listen, announce, stop).await?;
    Ok(())
}

/// A time that never comes, where none is set.
pub async fn after(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}
