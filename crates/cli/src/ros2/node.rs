//! The arm and the cameras of a launch file as a robot of ROS 2.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use enact_recording::stream::JointTrack;
use enact_ros2::{
    ArmNodeOptions, CameraNodeOptions, DiscoveryRange, Ros2ArmNode, Ros2CameraNode, Ros2Settings,
};

use super::{Ros2Args, tasks};
use crate::args::SetupArgs;
use crate::arm::arm_config::ArmConfig;
use crate::camera::config::{CameraSource, MAIN_CAMERA_NAME};
use crate::data_dir::DataDir;
use crate::recordings::run_recorder::robot_info;
use crate::setup::Setup;
use crate::stop_sources;

/// Interval of looks whether the program is to end.
const POLL_PERIOD: Duration = Duration::from_millis(50);

/// Serves until the program is told to end.
///
/// # Errors
/// If the set-up cannot be loaded, the arm cannot be armed, or the network cannot be joined.
pub fn serve(data_dir: &DataDir, args: &Ros2Args) -> Result<()> {
    // Others see the simulator's arm move; it takes its time.
    let setup_args = SetupArgs {
        realtime: true,
        ..args.setup.clone()
    };
    let settings = settings(args, "enact_arm")?;
    let setup = Setup::load(data_dir, &setup_args)?;
    if let ArmConfig::Ros2(_) = setup.launch.arm {
        bail!("the arm of this launch file is a robot of ROS 2 already");
    }
    if args.tasks {
        return tasks::serve(data_dir, args, &setup_args, &setup);
    }
    let mut options = ArmNodeOptions::new(&setup.robot);
    options.controller.clone_from(&args.controller);
    options.gripper_action.clone_from(&args.gripper_action);
    options.rate = args.rate;
    options.transforms = !args.no_description;
    options.around = setup.fixed_collision_world();
    if !args.no_description {
        let info = robot_info(data_dir, &setup.launch.robot, setup.robot.name())?;
        options.description = Some(info.urdf);
    }
    let arm = setup.start_arm()?;
    let robot = Arc::clone(&setup.robot);
    let node = Ros2ArmNode::start(&settings, arm, robot, options, setup.stop.clone())?;
    let cameras = cameras(args, &setup)?;
    errln!(
        "{} is a robot of ROS 2 in domain {}, heard {}; Ctrl-C stops the arm and ends the program",
        setup.robot.name(),
        settings.domain,
        match settings.reach {
            DiscoveryRange::LocalHost => "on this machine",
            DiscoveryRange::Subnet => "on all networks of this machine",
        }
    );
    while !stop_sources::is_interrupted_or_terminated() {
        if !node.is_alive() {
            bail!("the thread of the arm's node has ended");
        }
        thread::sleep(POLL_PERIOD);
    }
    setup.stop.press();
    drop(cameras);
    drop(node);
    Ok(())
}

/// Returns how a node takes part: as the environment and the command line say.
///
/// # Errors
/// If a variable has a value that cannot be followed.
pub fn settings(args: &Ros2Args, node: &str) -> Result<Ros2Settings> {
    let mut settings = Ros2Settings::from_env(node)?;
    settings.namespace.clone_from(&args.namespace);
    if args.subnet && std::env::var_os("ROS_AUTOMATIC_DISCOVERY_RANGE").is_none() {
        settings.reach = DiscoveryRange::Subnet;
    }
    Ok(settings)
}

/// Starts a node for each camera that films. The main one has no prefix.
fn cameras(args: &Ros2Args, setup: &Setup) -> Result<Vec<Ros2CameraNode>> {
    let mut nodes = Vec::new();
    for camera in setup.launch.cameras.all() {
        if camera.place.mount.is_some() && camera.source != CameraSource::Sim {
            errln!(
                "enact: the camera `{}` is not published: it is on the arm",
                camera.name
            );
            continue;
        }
        let is_main = camera.name == MAIN_CAMERA_NAME;
        let options = CameraNodeOptions {
            name: if is_main {
                String::new()
            } else {
                camera.name.clone()
            },
            frame: format!("{}_optical_frame", camera.name),
            rate: args.picture_rate,
        };
        let node = format!("enact_camera_{}", camera.name.replace('-', "_"));
        let settings = settings(args, &node)?;
        let opened = setup.open_camera(camera, &JointTrack::default())?;
        nodes.push(Ros2CameraNode::start(&settings, opened, options)?);
    }
    Ok(nodes)
}
