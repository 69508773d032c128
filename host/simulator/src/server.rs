//! The account behind a socket on loopback, speaking the AWS wire protocols.
