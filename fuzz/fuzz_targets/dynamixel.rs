//! Any bytes, as a Dynamixel bus might bring them.
#![no_main]

use enact_arm::protocol::Dynamixel;

libfuzzer_sys::fuzz_target!(|input: &[u8]| enact_fuzz::check(&Dynamixel, input));
