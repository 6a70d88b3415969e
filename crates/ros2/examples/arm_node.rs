//! An SO-101 without hardware as a ROS 2 robot, for programs to try themselves on. It ends with
//! standard input.
//!
//! ```sh
//! cargo run -p enact-ros2 --example arm_node
//! ```

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use enact_arm::{Arm, ArmError, ArmState, IdealArm};
use enact_robot::{Command, Robot};
use enact_ros2::{ArmNodeOptions, Ros2ArmNode, Ros2Settings};
use enact_types::StopSwitch;

/// An ideal arm in real time.
struct PacedArm {
    arm: IdealArm,
    period: Duration,
    due: Option<Instant>,
}

impl Arm for PacedArm {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.due = None;
        self.arm.state()
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        let due = self.due.unwrap_or_else(Instant::now) + self.period;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        self.due = Some(due);
        self.arm.cycle(command)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101"));
    let robot = Arc::new(Robot::load(folder)?);
    let mut options = ArmNodeOptions::new(&robot);
    options.description = Some(std::fs::read_to_string(folder.join("robot.urdf"))?);
    let arm = PacedArm {
        arm: IdealArm::new(&robot),
        period: robot.control_period(),
        due: None,
    };
    let settings = Ros2Settings::from_env("enact_arm")?;
    let node = Ros2ArmNode::start(&settings, Box::new(arm), robot, options, StopSwitch::new())?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    drop(node);
    Ok(())
}
