//! A recipe of which there are several versions, each with other content.

use recipe_sdk::parameter::integer;
use recipe_sdk::{TcpService, tcp_service};

recipe_sdk::export!(recipe());

fn recipe() -> TcpService {
    let version = env!("CARGO_PKG_VERSION");
    let moving = tcp_service("moving", 7000).memory(64);
    match version {
        "1.2.0" => moving.image("redis:7.2"),
        "1.3.0" => moving
            .image("redis:7.4")
            .parameter(integer("replicas", 1, 5).describe("how many read along")),
        _ => moving.image("redis:8.0"),
    }
}
