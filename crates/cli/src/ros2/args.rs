//! The command line of `enact node ros2`.

use std::path::PathBuf;

use clap::Args;

use crate::args::SetupArgs;

/// Offer the arm and the cameras of a launch file as a robot of ROS 2.
#[derive(Debug, Args)]
pub struct Ros2Args {
    /// The set-up.
    #[command(flatten)]
    pub setup: SetupArgs,
    /// Take instructions instead of trajectories: `/enact/instruction` and `/enact/run_task`
    #[arg(long)]
    pub tasks: bool,
    /// With --tasks: follow the plan in this JSON file instead of asking a model
    #[arg(long, value_name = "FILE", requires = "tasks")]
    pub plan: Option<PathBuf>,
    /// Namespace of all names
    #[arg(long, value_name = "NAME", default_value = "/")]
    pub namespace: String,
    /// Name of the controller of the arm's joints
    #[arg(long, value_name = "NAME", default_value = "arm_controller")]
    pub controller: String,
    /// Name of the gripper's action
    #[arg(
        long,
        value_name = "NAME",
        default_value = "gripper_controller/gripper_cmd"
    )]
    pub gripper_action: String,
    /// Joint states a second
    #[arg(long, value_name = "HZ", default_value_t = 50.0)]
    pub rate: f64,
    /// Pictures of each camera a second at most
    #[arg(long, value_name = "HZ", default_value_t = 10.0)]
    pub picture_rate: f64,
    /// Leave transforms and the robot's description to `robot_state_publisher`
    #[arg(long)]
    pub no_description: bool,
    /// Be heard by other machines too, unless ROS_AUTOMATIC_DISCOVERY_RANGE says otherwise
    #[arg(long)]
    pub subnet: bool,
}
