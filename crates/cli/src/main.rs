//! `enact`: words to arm motion, from the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    enact::program::main()
}
