//! Methods by which a model plans better: what a launch file and the command line switch on.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | flags |
//! | [`config`] | `[planning.methods]` of a launch file |
//! | [`attached`] | files that are given with an instruction |
//! | [`past_runs`] | what came of recorded runs, for tools |
//! | [`other_cameras`] | the pictures of a launch file's other cameras, for tools |
//! | [`sampling`] | how freely plans are drawn, and how many |

pub mod args;
pub mod attached;
pub mod config;
pub mod other_cameras;
pub mod past_runs;
pub mod sampling;

use anyhow::Result;
use enact_plan::strategy::tools::{Toolbox, Tools};
use enact_plan::{LayeredPlanner, PlanningModel, Strategy, Think};

pub use args::MethodArgs;
pub use config::MethodsConfig;
pub use other_cameras::OtherCameras;
pub use past_runs::PastRuns;
pub use sampling::DrawArgs;

use crate::data_dir::DataDir;

/// Puts the methods that are switched on around a model. `toolbox` holds what tools can use beside
/// what is seen.
///
/// # Errors
/// If a file or a model that a method needs cannot be loaded.
pub fn layered<M: PlanningModel>(
    model: M,
    config: &MethodsConfig,
    data_dir: &DataDir,
    toolbox: Toolbox,
) -> Result<LayeredPlanner<M>> {
    let strategies = strategies(config, data_dir, toolbox)?;
    Ok(LayeredPlanner::new(model, strategies))
}

/// Returns the methods that are switched on, the outermost first: what makes a plan stricter is
/// around what makes it.
fn strategies(
    config: &MethodsConfig,
    data_dir: &DataDir,
    toolbox: Toolbox,
) -> Result<Vec<Box<dyn Strategy>>> {
    let _ = data_dir;
    let mut strategies: Vec<Box<dyn Strategy>> = Vec::new();
    // critic and dialogue
    // lessons
    // examples
    // attachments: what is in them may be a reason to call tools
    if !config.attach.is_empty() {
        strategies.push(Box::new(attached::load(&config.attach)?));
    }
    // tools
    if let Some(most) = config.tools {
        strategies.push(Box::new(Tools::new(most, toolbox)));
    }
    // decomposition
    // goal first
    // thinking
    if let Some(tokens) = config.think {
        strategies.push(Box::new(Think::new(tokens)));
    }
    Ok(strategies)
}
