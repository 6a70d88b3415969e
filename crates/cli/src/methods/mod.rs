//! Methods by which a model plans better: what a launch file and the command line switch on.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | flags |
//! | [`config`] | `[planning.methods]` of a launch file |

pub mod args;
pub mod config;

use anyhow::Result;
use enact_plan::{Decompose, GoalFirst, LayeredPlanner, PlanningModel, Strategy};

pub use args::MethodArgs;
pub use config::MethodsConfig;

use crate::data_dir::DataDir;

/// Puts the methods that are switched on around a model.
///
/// # Errors
/// If a file or a model that a method needs cannot be loaded.
pub fn layered<M: PlanningModel>(
    model: M,
    config: &MethodsConfig,
    data_dir: &DataDir,
) -> Result<LayeredPlanner<M>> {
    Ok(LayeredPlanner::new(model, strategies(config, data_dir)?))
}

/// Returns the methods that are switched on, the outermost first: what makes a plan stricter is
/// around what makes it.
fn strategies(config: &MethodsConfig, data_dir: &DataDir) -> Result<Vec<Box<dyn Strategy>>> {
    let _ = data_dir;
    let mut strategies: Vec<Box<dyn Strategy>> = Vec::new();
    // critic and dialogue
    // lessons
    // examples
    // tools
    // attachments
    // decomposition
    if config.decompose {
        strategies.push(Box::new(Decompose::default()));
    }
    // goal first
    if config.goal_first {
        strategies.push(Box::new(GoalFirst::default()));
    }
    // thinking
    Ok(strategies)
}
