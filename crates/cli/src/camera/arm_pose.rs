//! What an arm says of its joints while somebody moves it: from its servos, or from a file.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use enact_arm::driver::feedback::Reading;
use enact_arm::driver::joint::ServoJoint;
use enact_robot::Robot;
use enact_types::text;
use serde::{Deserialize, Serialize};

use crate::arm::args::ArmTarget;
use crate::arm::arm_config::ArmConfig;
use crate::arm::hardware::Hardware;
use crate::data_dir::{DataDir, did_you_mean};
use crate::launch::Launch;

/// A line of a file of poses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoseLine {
    /// Name of the picture that was taken in this pose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Number of the mark that the fingertip touches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<usize>,
    /// Joints in degrees.
    pub joints_deg: BTreeMap<String, f64>,
}

impl PoseLine {
    /// Returns the arm's joints in the robot's order, in radians.
    fn joints(&self, robot: &Robot) -> Result<Vec<f64>> {
        let known: Vec<String> = robot.joints().iter().map(|j| j.name.clone()).collect();
        if let Some(name) = self.joints_deg.keys().find(|name| !known.contains(name)) {
            bail!(
                "{} has no joint `{name}`{}",
                robot.name(),
                did_you_mean(name, &known)
            );
        }
        let of = |name: &String| {
            let degrees = self.joints_deg.get(name);
            let degrees = degrees.with_context(|| format!("joint `{name}` is missing"))?;
            if !degrees.is_finite() {
                bail!("joint `{name}` is at {degrees}°");
            }
            Ok(degrees.to_radians())
        };
        robot.arm_joints().iter().map(|j| of(&j.name)).collect()
    }

    /// Writes down joints in radians.
    pub fn new(robot: &Robot, joints: &[f64]) -> Self {
        let names = robot.joints().iter().map(|j| j.name.clone());
        Self {
            image: None,
            mark: None,
            joints_deg: names.zip(joints.iter().map(|q| q.to_degrees())).collect(),
        }
    }
}

/// Reads a file of poses, one JSON object a line, each with the arm's joints in radians.
///
/// # Errors
/// If the file cannot be read, or a line is wrong.
pub fn read_poses(path: &Path, robot: &Robot) -> Result<Vec<(PoseLine, Vec<f64>)>> {
    let text = std::fs::read(path)
        .and_then(text::decode)
        .with_context(|| format!("cannot read the poses {}", path.display()))?;
    let mut poses = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let at = || format!("{}, line {}", path.display(), number + 1);
        let pose: PoseLine = serde_json::from_str(line).with_context(at)?;
        let joints = pose.joints(robot).with_context(at)?;
        poses.push((pose, joints));
    }
    Ok(poses)
}

/// An arm of servos that somebody else moves: by hand, with its motors off, or by `enact arm jog`.
pub struct ArmReader {
    hardware: Hardware,
    joints: Vec<ServoJoint>,
}

impl ArmReader {
    /// Finds the arm of a launch file; nothing is sent but questions, and the port is open only while
    /// they are answered.
    ///
    /// # Errors
    /// If the launch file has no servos, or they are not calibrated.
    pub fn find_arm(data_dir: &DataDir, launch: &Launch) -> Result<Self> {
        let Some(hardware) = find_servo_hardware(data_dir, launch)? else {
            bail!(
                "the launch file has no arm on a port to be read\nhint: --poses FILE says where the arm was"
            );
        };
        let calibration = hardware.load_calibration()?;
        let joints =
            ServoJoint::joints_of_robot(&hardware.robot, &hardware.bus_config, &calibration)?;
        Ok(Self { hardware, joints })
    }

    /// Returns where all joints are, in radians.
    ///
    /// # Errors
    /// If a servo does not answer.
    pub fn read_joints(&self) -> Result<Vec<f64>> {
        let mut bus = self.hardware.open_bus()?;
        let servos = &self.hardware.bus_config.servos;
        let ids: Vec<u8> = servos.iter().map(|servo| servo.id).collect();
        let map = servos[0].model.map;
        let answers = bus.sync_read(&ids, map.feedback, map.feedback_length)?;
        let mut joints = Vec::with_capacity(ids.len());
        for (index, answer) in answers.iter().enumerate() {
            let reading = answer
                .as_ref()
                .and_then(|answer| Reading::new(servos[index].model, answer));
            let reading = reading.with_context(|| {
                let name = &self.hardware.robot.joints()[index].name;
                format!("the servo of `{name}` does not answer")
            })?;
            joints.push(self.joints[index].position_from_steps(reading.steps));
        }
        Ok(joints)
    }
}

/// Returns the servos of a launch file, if it has any on a port.
///
/// # Errors
/// As [`Hardware::load`].
pub fn find_servo_hardware(data_dir: &DataDir, launch: &Launch) -> Result<Option<Hardware>> {
    let ArmConfig::Servos(servos) = &launch.arm else {
        return Ok(None);
    };
    let target = ArmTarget {
        port: servos.port.clone(),
        robot: launch.robot.clone(),
        protocol: servos.protocol,
        calibration: servos.calibration.clone(),
        json: false,
    };
    Hardware::load(data_dir, &target).map(Some)
}
