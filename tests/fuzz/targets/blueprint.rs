#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    host_fuzz::change_blueprint(data, size, most, seed)
});

fuzz_target!(|case: &[u8]| host_fuzz::blueprint(case));
