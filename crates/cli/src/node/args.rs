//! The command line of `enact node`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::StopArgs;
use crate::ros2::Ros2Args;

/// Nodes of a network.
#[derive(Debug, Args)]
pub struct NodeArgs {
    /// The command.
    #[command(subcommand)]
    pub command: NodeCommand,
}

/// The commands of `enact node`.
#[derive(Debug, Subcommand)]
pub enum NodeCommand {
    /// Offer the arm of a launch file: whoever connects may drive it, one at a time
    Arm(NodeArmArgs),
    /// Offer a camera of a launch file
    Camera(NodeCameraArgs),
    /// Stop an arm, or all; it stays stopped until `enact node clear`, or until its driver goes on
    Stop(NodeStopArgs),
    /// Let an arm move again that was stopped and that nobody drives
    Clear(NodeClearArgs),
    /// List the nodes that are there, who drives them, and what they refused
    List(NodeListArgs),
    /// Offer the robot of a launch file as one of ROS 2: joint states, trajectories, gripper, pictures, stop
    Ros2(Box<Ros2Args>),
}

/// How a node is reached, and whom it reaches.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkArgs {
    /// Endpoint to listen on, such as `tcp/0.0.0.0:7447`, `tls/0.0.0.0:7447`, `udp/0.0.0.0:7448`; repeatable
    #[arg(long, value_name = "ENDPOINT")]
    pub listen: Vec<String>,
    /// Endpoint to connect to, such as `tcp/bench.local:7447`; repeatable
    #[arg(long, value_name = "ENDPOINT")]
    pub connect: Vec<String>,
    /// Zenoh's own settings: certificates, access control
    #[arg(long, value_name = "FILE")]
    pub zenoh_config: Option<PathBuf>,
}

/// Offer the arm of a launch file.
#[derive(Debug, Args)]
pub struct NodeArmArgs {
    /// Launch file with the arm: name in launch/, or path
    #[arg(long, value_name = "FILE", default_value = "sim")]
    pub launch: String,
    /// Name in the network [default: the robot's]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Offer the cameras of the launch file as well, each by its name
    #[arg(long)]
    pub cameras: bool,
    /// Serial port of the arm; needs a launch file with an arm on a port
    #[arg(long, value_name = "PATH")]
    pub port: Option<String>,
    /// Random seed of a simulated scene
    #[arg(long)]
    pub seed: Option<u64>,
    /// Run the simulator in real time instead of as fast as possible
    #[arg(long)]
    pub realtime: bool,
    /// Means of stopping the arm here, besides Ctrl-C.
    #[command(flatten)]
    pub stop: StopArgs,
    /// The network.
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// Offer a camera of a launch file.
#[derive(Debug, Args)]
pub struct NodeCameraArgs {
    /// Launch file with the camera: name in launch/, or path
    #[arg(long, value_name = "FILE")]
    pub launch: String,
    /// Camera of the launch file
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub camera: String,
    /// Name in the network [default: the camera's]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The network.
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// Stop an arm, or all.
#[derive(Debug, Args)]
pub struct NodeStopArgs {
    /// Name of the arm's node [default: all that can be reached]
    pub name: Option<String>,
    /// The network.
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// Let an arm move again.
#[derive(Debug, Args)]
pub struct NodeClearArgs {
    /// Name of the arm's node
    pub name: String,
    /// The network.
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// List the nodes that are there.
#[derive(Debug, Args)]
pub struct NodeListArgs {
    /// Print one JSON object per node
    #[arg(long)]
    pub json: bool,
    /// The network.
    #[command(flatten)]
    pub network: NetworkArgs,
}
