//! Arms and cameras of ROS 2.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use enact_arm::Arm;
use enact_camera::source::Source;
use enact_robot::Robot;
use enact_ros2::{
    GripperController, ImageSource, ImageTopic, Ros2Arm, Ros2ArmOptions, Ros2Settings,
};
use enact_types::Intrinsics;

use crate::arm::arm_config::Ros2ArmConfig;

/// Time to wait for a camera's intrinsics.
const INTRINSICS_TIMEOUT: Duration = Duration::from_secs(10);

/// Finds a robot that runs ros2_control.
///
/// # Errors
/// If it or one of its controllers is not found.
pub fn find_ros2_control_arm(robot: &Arc<Robot>, config: &Ros2ArmConfig) -> Result<Box<dyn Arm>> {
    let mut options = Ros2ArmOptions::new(robot);
    if let Some(controller) = &config.controller {
        options.controller.clone_from(controller);
    }
    if let Some(topic) = &config.joint_states {
        options.joint_states.clone_from(topic);
    }
    if let (Some(action), Some(_)) = (&config.gripper_action, robot.gripper()) {
        options.gripper = match action.as_str() {
            "" => GripperController::SameController,
            name => GripperController::Action(name.to_owned()),
        };
    }
    let settings = Ros2Settings::from_env("enact_driver")?;
    Ok(Box::new(Ros2Arm::open(
        &settings,
        Arc::clone(robot),
        &options,
    )?))
}

/// Returns an image topic as a source of pictures.
///
/// # Errors
/// If the environment asks for what there is not.
pub fn image_topic_source(topic: &str) -> Result<Box<dyn Source>> {
    Ok(Box::new(source(topic)?))
}

/// Waits for the intrinsics of the camera behind an image topic.
///
/// # Errors
/// If they do not come, or are none.
pub fn wait_for_intrinsics(topic: &str) -> Result<Intrinsics> {
    source(topic)?.wait_for_intrinsics(INTRINSICS_TIMEOUT).context(
        "the camera's lens is not known: publish camera_info, or give `calibration` or `vertical_fov_deg`",
    )
}

fn source(topic: &str) -> Result<ImageSource> {
    let node = format!("enact_eye_{}", std::process::id());
    let settings = Ros2Settings::from_env(&node)?;
    Ok(ImageSource::new(settings, ImageTopic::new(topic)))
}
