//! Recorded runs: list, tell, replay, verify, ask again, show and export.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | their part of the command line |
//! | [`run_recorder`] | records a run to a file |
//! | [`runs`] | `enact runs` |
//! | [`replay`] | `enact replay`: recorded commands in the simulator, or on an arm |
//! | [`verify`] | `enact replay --verify`: the loop again on recorded inputs |
//! | [`reask`] | `enact replay --reask`: recorded pictures to another model |
//! | [`view`] | `enact view`: a recorded run in rerun |
//! | [`export`] | `enact export` |
//! | [`lerobot`] | `enact export --lerobot` |
//! | [`picture_source`] | a picture for each sample of a recording |
//! | [`replay_world`] | the simulated world of a recording |
//! | [`replay_arm`] | the arm that a replay moves |
//! | [`paced_arm`] | an arm with limited speed |

pub mod args;
#[cfg(feature = "export")]
pub mod export;
#[cfg(feature = "export")]
pub mod lerobot;
pub mod paced_arm;
#[cfg(feature = "export")]
pub mod picture_source;
pub mod reask;
pub mod replay;
pub mod replay_arm;
pub mod replay_world;
pub mod run_recorder;
pub mod runs;
pub mod verify;
pub mod view;

use std::path::Path;

use anyhow::{Context, Result};
use enact_recording::Recording;

/// Opens a recording.
///
/// # Errors
/// If it is no readable recording of a run; the message names the file.
pub fn open(path: &Path) -> Result<Recording> {
    let unusable = || format!("cannot use {}", path.display());
    let recording = Recording::open(path).with_context(unusable)?;
    recording.run_info().with_context(unusable)?;
    Ok(recording)
}

/// Opens a recording to be used as far as it can be read; says where it is damaged.
fn open_readable(path: &Path) -> Result<Recording> {
    let recording = open(path)?;
    if let Some(damage) = recording.damage() {
        errln!("enact: {}: {damage}", path.display());
    }
    Ok(recording)
}
