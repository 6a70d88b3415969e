//! `enact model`: questions about a model.
//!
//! | module | idea |
//! |---|---|
//! | `check` | `enact model check`: by which convention a model points |
//! | `picture` | a picture that tells conventions apart |
//! | `trial` | one answer, read in every way |
//! | `verdict` | what all answers together say |

mod check;
mod picture;
mod trial;
mod verdict;

use anyhow::Result;

use crate::args::ModelCommand;
use crate::data_dir::DataDir;

/// Answers the question; returns whether there is an answer.
///
/// # Errors
/// If the model cannot be loaded, or the picture cannot be rendered or saved.
pub fn run_model_command(data_dir: &DataDir, question: &ModelCommand) -> Result<bool> {
    match question {
        ModelCommand::Check(args) => check::check_pointing_convention(data_dir, args),
    }
}
