//! Any bytes, as a Feetech bus might bring them.
#![no_main]

use enact_arm::protocol::Feetech;

libfuzzer_sys::fuzz_target!(|input: &[u8]| enact_fuzz::check(&Feetech, input));
