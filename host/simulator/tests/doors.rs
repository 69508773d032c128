//! The ways in and out of an account: its file, and the server on a real socket of loopback.

#[cfg(test)]
mod doors {
    mod client;
    mod faults;
    mod ports;
    mod scratch;
    mod state;
    mod wire;
}
