//! Parts on different machines: `enact node`, and arms and cameras elsewhere.
//!
//! | module | idea |
//! |---|---|
//! | [`args`] | the command line |
//! | [`config`] | nodes on other machines, as launch files name them |
//! | [`remote`] | opens them |
//! | `offer` | `enact node arm` and `camera` |
//! | `ask` | `enact node list`, `stop` and `clear` |

pub mod args;
#[cfg(feature = "network")]
mod ask;
pub mod config;
#[cfg(feature = "network")]
mod offer;
pub mod remote;

use anyhow::Result;

use crate::data_dir::DataDir;
use crate::ros2::Ros2Args;
use args::NodeCommand;

/// Carries out the command.
///
/// # Errors
/// As the function of the command; where this program was built without it, always.
pub fn run(data_dir: &DataDir, command: &NodeCommand) -> Result<bool> {
    match command {
        NodeCommand::Ros2(args) => ros2(data_dir, args),
        #[cfg(feature = "network")]
        NodeCommand::Arm(args) => offer::offer_arm(data_dir, args),
        #[cfg(feature = "network")]
        NodeCommand::Camera(args) => offer::offer_camera(data_dir, args),
        #[cfg(feature = "network")]
        NodeCommand::Stop(args) => ask::stop(args),
        #[cfg(feature = "network")]
        NodeCommand::Clear(args) => ask::clear(args),
        #[cfg(feature = "network")]
        NodeCommand::List(args) => ask::list(args),
        #[cfg(not(feature = "network"))]
        _ => anyhow::bail!(
            "this program was built without Zenoh: build it with `--features network`"
        ),
    }
}

#[cfg(feature = "ros2")]
fn ros2(data_dir: &DataDir, args: &Ros2Args) -> Result<bool> {
    crate::ros2::node::serve(data_dir, args).map(|()| true)
}

#[cfg(not(feature = "ros2"))]
fn ros2(_: &DataDir, _: &Ros2Args) -> Result<bool> {
    anyhow::bail!(crate::ros2::ROS2_ABSENT_MESSAGE)
}
