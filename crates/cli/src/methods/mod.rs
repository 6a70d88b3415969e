//! Methods by which a model plans better: what a launch file and the command line switch on.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | flags |
//! | [`config`] | `[planning.methods]` of a launch file |
//! | [`sampling`] | how freely plans are drawn, and how many |

pub mod args;
pub mod config;
pub mod sampling;

use anyhow::Result;
use enact_plan::{LayeredPlanner, PlanningModel, Strategy, Think};

pub use args::MethodArgs;
pub use config::MethodsConfig;
pub use sampling::DrawArgs;

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
    // goal first
    // thinking
    if let Some(tokens) = config.think {
        strategies.push(Box::new(Think::new(tokens)));
    }
    Ok(strategies)
}
