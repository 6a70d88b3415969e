//! `enact bus`: servos that are not there.
//!
//! | module | idea |
//! |---|---|
//! | [`emulate`] | an arm of servos on a pty, with physics behind it |
//! | [`console`] | what a person types to let things go wrong |
//! | [`arrivals`] | a log of what arrived |
//! | [`pictures`] | the scene's camera, as a folder |

mod arrivals;
mod console;
pub mod emulate;
mod pictures;

use anyhow::Result;

use crate::arm::args::BusCommand;
use crate::home::Home;

/// Does what was asked.
pub fn run(home: &Home, command: &BusCommand) -> Result<bool> {
    match command {
        BusCommand::Emulate(args) => emulate::emulate(home, args),
    }
}
