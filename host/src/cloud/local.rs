//! A simulated AWS account on this machine: what `--local` talks to, and what `host simulator` serves.
//!
//! Both are the same account behind a real socket, and calls take the same way through the SDK as those to AWS.

mod clock;
