//! Where it listens, and how it ends.

use std::net::{SocketAddr, TcpListener, TcpStream};

use host_simulator::clock::Clock;
use host_simulator::server::{Running, ServerError, Simulation, serve, write_port};
use host_simulator::state::StateFile;
use host_simulator::{Script, World};
use serde_json::json;

use super::client::{BEGUN, ecs, simulation, start};
use super::scratch::Scratch;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

fn refused(address: SocketAddr) -> ServerError {
    let unheard = |_| unreachable!("it listens");
    block_on(serve(
        simulation(""),
        address,
        unheard,
        std::future::pending(),
    ))
    .unwrap_err()
}

#[test]
fn it_listens_on_this_machine_alone() {
    for address in ["0.0.0.0:0", "192.0.2.1:80", "[::]:0"] {
        let error = refused(address.parse().unwrap());
        assert!(matches!(error, ServerError::NotLoopback(_)), "{error:?}");
        assert!(error.to_string().starts_with(&format!(
            "`{address}` is no address of this machine alone\nhint: "
        )));
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = refused(address);
    assert!(matches!(error, ServerError::Listen { .. }), "{error:?}");
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

#[test]
fn told_to_stop_it_writes_the_account() {
    let scratch = Scratch::new("stop");
    let path = scratch.file("account.json");
    let state = StateFile::lock(&path).unwrap();
    let world = World::prepared(BEGUN);
    let simulation =
        Simulation::new(world.clone(), Script::default(), Clock::stepped(BEGUN)).kept_in(state);
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut heard = None;
    let ready = |address: SocketAddr| {
        heard = Some(address);
        write_port(&scratch.file("port"), address.port())
    };
    block_on(serve(simulation, address, ready, std::future::ready(()))).unwrap();
    let port = heard.unwrap().port();
    assert_eq!(
        std::fs::read_to_string(scratch.file("port")).unwrap(),
        format!("{port}\n")
    );
    // It was not called, and is written all the same; and it is free for the next.
    assert_eq!(StateFile::lock(&path).unwrap().load().unwrap(), Some(world));
}

#[test]
fn when_it_ends_nobody_listens_any_more() {
    let server: Running = start("");
    let address = server.url().strip_prefix("http://").unwrap().to_owned();
    assert_eq!(ecs(&server, "ListClusters", &json!({})).status, 200);
    drop(server);
    assert!(TcpStream::connect(&address).is_err());
}
