//! `enact node arm` and `enact node camera`.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use enact_arm::StopSwitch;
use enact_network::arm_node::{DEFAULT_LEASE_DURATION, DEFAULT_MAX_SILENCE};
use enact_network::{ArmNode, ArmNodeSetup, CameraNode, Link, NetworkConfig};

use super::args::{NetworkArgs, NodeArmArgs, NodeCameraArgs};
use crate::args::SetupArgs;
use crate::camera::config::CameraConfig;
use crate::data_dir::DataDir;
use crate::setup::Setup;
use crate::stop_sources;

/// Interval at which it is asked whether the program is to end.
const POLL_PERIOD: Duration = Duration::from_millis(50);

/// Returns the settings of a command line.
pub(super) fn network_config(args: &NetworkArgs) -> NetworkConfig {
    NetworkConfig {
        listen: args.listen.clone(),
        connect: args.connect.clone(),
        file: args.zenoh_config.clone(),
        ..NetworkConfig::default()
    }
}

/// Offers an arm until told to end.
pub(super) fn offer_arm(data_dir: &DataDir, args: &NodeArmArgs) -> Result<bool> {
    check_reachable(&args.network)?;
    let stop = StopSwitch::new();
    stop_sources::install_stop_sources(&stop, &args.stop)?;
    let setup_args = SetupArgs {
        launch: args.launch.clone(),
        port: args.port.clone(),
        seed: args.seed,
        realtime: args.realtime,
        ..SetupArgs::default()
    };
    let setup = Setup::load_with_stop_switch(data_dir, &setup_args, stop)?;
    let link = Link::open(&network_config(&args.network))?;
    let name = args.name.as_deref().unwrap_or(setup.robot.name());
    let arm = setup.start_arm_thread()?;
    let node = ArmNode::start(
        &link,
        arm,
        ArmNodeSetup {
            name: name.to_owned(),
            robot: Arc::clone(&setup.robot),
            obstacles: setup.layout.fixture_obstacles(),
            walls: setup.layout.workspace_walls(setup.robot.clearance().table),
            silence: DEFAULT_MAX_SILENCE,
            lease: DEFAULT_LEASE_DURATION,
        },
    )?;
    let mut cameras = Vec::new();
    if args.cameras {
        for camera in setup.launch.cameras.all() {
            cameras.push(offered(&setup, &link, camera, &camera.name)?);
        }
    }
    errln!(
        "the arm `{name}` is offered at {}; Ctrl-C stops it and ends",
        link.describe_endpoints()
    );
    wait();
    drop(cameras);
    let status = node.status();
    // Whatever moves comes to rest first.
    drop(node);
    if status.refused.total() > 0 {
        errln!("messages refused: {}", status.refused);
    }
    Ok(true)
}

/// Offers a camera until told to end.
pub(super) fn offer_camera(data_dir: &DataDir, args: &NodeCameraArgs) -> Result<bool> {
    check_reachable(&args.network)?;
    let stop = StopSwitch::new();
    stop_sources::stop_on_interrupt(stop.clone())?;
    let setup_args = SetupArgs {
        launch: args.launch.clone(),
        ..SetupArgs::default()
    };
    let setup = Setup::load_with_stop_switch(data_dir, &setup_args, stop)?;
    let mut all = setup.launch.cameras.all();
    let Some(camera) = all.find(|camera| camera.name == args.camera) else {
        let names: Vec<&str> = setup
            .launch
            .cameras
            .all()
            .map(|camera| camera.name.as_str())
            .collect();
        bail!(
            "the launch file has no camera `{}`; it has {}",
            args.camera,
            names.join(", ")
        );
    };
    let link = Link::open(&network_config(&args.network))?;
    let name = args.name.as_deref().unwrap_or(&camera.name);
    let node = offered(&setup, &link, camera, name)?;
    errln!(
        "the camera `{name}` is offered at {}; Ctrl-C ends",
        link.describe_endpoints()
    );
    wait();
    drop(node);
    Ok(true)
}

fn offered(
    setup: &Setup,
    link: &Arc<Link>,
    camera: &CameraConfig,
    name: &str,
) -> Result<CameraNode> {
    Ok(CameraNode::start(
        link,
        name,
        setup.open_camera_for_onlooker(camera)?,
    )?)
}

/// Refuses a node that nobody could reach.
fn check_reachable(args: &NetworkArgs) -> Result<()> {
    if args.listen.is_empty() && args.connect.is_empty() && args.zenoh_config.is_none() {
        bail!(
            "nobody can reach the node: say where it listens, as with --listen tcp/0.0.0.0:7447, or which router \
             it connects to, with --connect"
        );
    }
    Ok(())
}

fn wait() {
    while !stop_sources::is_interrupted_or_terminated() {
        thread::sleep(POLL_PERIOD);
    }
}
