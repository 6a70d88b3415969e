//! An SO-101 without hardware as a ROS 2 robot, with a camera that shows a test picture and a task
//! runner that only counts, for programs to try themselves on. It ends with standard input.
//!
//! ```sh
//! cargo run -p enact-ros2 --features dds --example arm_node
//! ```

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use enact_arm::{Arm, ArmError, ArmState, IdealArm};
use enact_camera::{Camera, CameraError};
use enact_robot::{Command, Robot};
use enact_ros2::{
    ArmNodeOptions, CameraNodeOptions, Ros2ArmNode, Ros2CameraNode, Ros2Settings, Ros2TaskNode,
    TaskOutcome, TaskRunner,
};
use enact_types::{Distortion, Frame, Intrinsics, Pose, Stamp, StopSwitch};
use image::{Rgb, RgbImage};

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

/// Shows red to the left and blue to the right.
struct TestCamera(u64);

impl Camera for TestCamera {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        self.0 += 1;
        let (width, height) = (640, 480);
        let color = |x, _| match x < width / 2 {
            true => Rgb([255, 0, 0]),
            false => Rgb([0, 0, 255]),
        };
        Ok(Frame {
            sequence: self.0,
            stamp: Stamp::ZERO,
            rgb: RgbImage::from_fn(width, height, color),
            depth: None,
            intrinsics: Intrinsics {
                distortion: Distortion::BrownConrady([0.1, -0.2, 0.001, 0.002, 0.03]),
                ..Intrinsics::from_vertical_fov(width, height, 0.8)
            },
            base_from_camera: Pose::identity(),
        })
    }
}

/// Counts the words of an instruction, one each tenth of a second.
struct Counter;

impl TaskRunner for Counter {
    fn run(
        &mut self,
        instruction: &str,
        events: &mut dyn FnMut(String),
        cancel: &StopSwitch,
    ) -> TaskOutcome {
        for (index, _) in instruction.split_whitespace().enumerate() {
            cancel.sleep_unless_pressed(Duration::from_millis(100));
            if cancel.is_pressed() {
                return TaskOutcome {
                    success: false,
                    message: format!("canceled after {index} words"),
                };
            }
            events(format!("{{\"event\":\"word\",\"index\":{index}}}"));
        }
        TaskOutcome {
            success: true,
            message: "all words counted".to_owned(),
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_env_filter("warn,rustdds=off,ros2_client=off")
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
    let named = Ros2Settings::from_env;
    let arm = Ros2ArmNode::start(
        &named("enact_arm")?,
        Box::new(arm),
        robot,
        options,
        StopSwitch::new(),
    )?;
    let camera = Ros2CameraNode::start(
        &named("enact_camera")?,
        Box::new(TestCamera(0)),
        CameraNodeOptions::default(),
    )?;
    let tasks = Ros2TaskNode::start(&named("enact_tasks")?, Box::new(Counter))?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    drop((tasks, camera, arm));
    Ok(())
}
