//! Every rule of the simulator is tried, with the text that AWS gives.
//!
//! The texts stand here as they were read, not as the tables have them: a slip in a table shows.

#[cfg(test)]
mod rules {
    mod balancers;
    mod case;
    mod clusters;
    mod definitions;
    mod every;
    mod services;
    mod tasks;
}
