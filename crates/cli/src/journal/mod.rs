//! Runs that are kept: listed, told, replayed, verified, asked again, shown and exported.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | their part of the command line |
//! | [`keep`] | what is kept of a run, and where |
//! | [`runs`] | `enact runs` |
//! | [`replay`] | `enact replay`: the same commands in the simulator |
//! | [`verify`] | `enact replay --verify`: the same loop on what was recorded |
//! | [`reask`] | `enact replay --reask`: the same pictures to another model |
//! | [`show`] | `enact view`: the same pictures in rerun |
//! | [`export`] | `enact export` |
//! | [`dataset`] | `enact export --lerobot` |
//! | [`develop`] | a picture for each sample of a recording |
//! | [`stage`] | the simulated world of a recording |
//! | [`mover`] | the arm that a replay moves |
//! | [`paced`] | an arm no faster than told |

pub mod args;
pub mod dataset;
pub mod develop;
pub mod export;
pub mod keep;
pub mod mover;
pub mod paced;
pub mod reask;
pub mod replay;
pub mod runs;
pub mod show;
pub mod stage;
pub mod verify;

use std::path::Path;

use anyhow::{Context, Result};
use enact_journal::Journal;

/// Opens a recording; what is wrong with it is said with its name.
pub fn open(path: &Path) -> Result<Journal> {
    Journal::open(path).with_context(|| format!("cannot use {}", path.display()))
}

/// Opens a recording to be used as far as it can be read; says where it is damaged.
fn open_readable(path: &Path) -> Result<Journal> {
    let journal = open(path)?;
    if let Some(damage) = journal.damage() {
        errln!("enact: {}: {damage}", path.display());
    }
    Ok(journal)
}
