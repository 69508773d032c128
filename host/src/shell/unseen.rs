//! A terminal that shows nothing of what is typed.

use std::io;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// As long as it lives, nothing of what is typed is seen but the end of the line.
pub struct Unseen(Termios);

impl std::fmt::Debug for Unseen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Unseen")
    }
}

impl Unseen {
    pub(super) fn begin() -> Option<Self> {
        let former = tcgetattr(io::stdin()).ok()?;
        let mut unseen = former.clone();
        unseen.local_modes.remove(LocalModes::ECHO);
        unseen.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(io::stdin(), OptionalActions::Flush, &unseen).ok()?;
        Some(Self(former))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // There is nowhere to tell that it stays so: `stty echo` mends it.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}
