//! Opens arms and cameras on other machines.

use std::sync::Arc;

use anyhow::Result;
use enact_arm::{StopSwitch, TrajectoryExecutor};
use enact_camera::source::Source;
use enact_robot::Robot;

use super::config::{RemoteArmConfig, RemoteCameraConfig};

/// Takes the lease of an arm on another machine.
///
/// # Errors
/// If it cannot be reached, is another robot, is stopped or driven by somebody else; or if this program was
/// built without the network.
#[cfg(feature = "network")]
pub fn lease_remote_arm(
    config: &RemoteArmConfig,
    robot: &Arc<Robot>,
    stop: &StopSwitch,
) -> Result<Box<dyn TrajectoryExecutor>> {
    use std::time::Duration;

    use enact_network::{Link, NetworkConfig, RemoteArm, RemoteArmSetup};

    let link = Link::open(&NetworkConfig {
        connect: config.connect.clone(),
        heartbeat: config.heartbeat.clone(),
        file: config.zenoh_config.clone(),
        ..NetworkConfig::default()
    })?;
    let patience = Duration::try_from_secs_f64(config.patience_s)
        .map_err(|error| anyhow::anyhow!("patience_s = {}: {error}", config.patience_s))?;
    let setup = RemoteArmSetup {
        node: config.node.clone(),
        robot: Arc::clone(robot),
        holder: describe_this_process(),
        patience,
    };
    let arm = RemoteArm::connect(&link, &setup, stop.clone())?;
    if let Some(note) = arm.clock_note() {
        errln!("enact: {note}");
    }
    Ok(Box::new(arm))
}

/// Looks through a camera on another machine.
///
/// # Errors
/// If the network cannot be opened, or this program was built without it.
#[cfg(feature = "network")]
pub fn open_remote_camera(node: &RemoteCameraConfig, fps: Option<u32>) -> Result<Box<dyn Source>> {
    use enact_network::{Link, NetworkConfig, RemoteCamera};

    let link = Link::open(&NetworkConfig {
        connect: node.connect.clone(),
        file: node.zenoh_config.clone(),
        ..NetworkConfig::default()
    })?;
    let camera = RemoteCamera::new(&link, &node.name)?;
    Ok(match fps {
        Some(fps) => Box::new(camera.with_max_rate(f64::from(fps))),
        None => Box::new(camera),
    })
}

/// Returns who this is, for people at other machines.
#[cfg(feature = "network")]
pub(super) fn describe_this_process() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok());
    let host = host.as_deref().map_or("a machine", str::trim);
    format!("process {} on {host}", std::process::id())
}

/// Refuses: this program was built without the network.
///
/// # Errors
/// Always.
#[cfg(not(feature = "network"))]
pub fn lease_remote_arm(
    config: &RemoteArmConfig,
    _: &Arc<Robot>,
    _: &StopSwitch,
) -> Result<Box<dyn TrajectoryExecutor>> {
    anyhow::bail!(
        "the arm `{}` is on another machine, and this program was built without the network: build it with \
         `--features network`",
        config.node
    )
}

/// Refuses: this program was built without the network.
///
/// # Errors
/// Always.
#[cfg(not(feature = "network"))]
pub fn open_remote_camera(node: &RemoteCameraConfig, _: Option<u32>) -> Result<Box<dyn Source>> {
    anyhow::bail!(
        "the camera `{}` is on another machine, and this program was built without the network: build it with \
         `--features network`",
        node.name
    )
}
