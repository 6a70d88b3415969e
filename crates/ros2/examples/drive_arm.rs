//! Drives an SO-101 that runs ros2_control: one motion to its end, one that is called off, one that
//! is beyond the limits of the other side. Prints a line of JSON for each.
//!
//! ```sh
//! cargo run -p enact-ros2 --features dds --example drive_arm
//! ```

#![expect(clippy::print_stdout, reason = "it is what the example is for")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use enact_arm::{ArmThread, ContactPolicy};
use enact_camera::PictureStream;
use enact_camera::{Camera, StreamLimits};
use enact_robot::{Gate, Robot};
use enact_ros2::{ImageSource, ImageTopic, Ros2Arm, Ros2ArmOptions, Ros2Settings};
use enact_types::{JointVector, Pose, StopSwitch};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_env_filter("warn,rustdds=off,ros2_client=off")
        .with_writer(std::io::stderr)
        .init();
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101"));
    let robot = Arc::new(Robot::load(folder)?);
    let settings = Ros2Settings::from_env("enact_driver")?;
    let options = Ros2ArmOptions::new(&robot);
    let arm = Ros2Arm::open(&settings, Arc::clone(&robot), &options)?;
    let arm = ArmThread::start(Box::new(arm), &robot);
    let gate = Gate::new(&robot);
    // The first joint and the gripper, by these angles in two seconds.
    let turn =
        |by: f64, grip: f64, after: Option<Duration>| -> Result<(), Box<dyn std::error::Error>> {
            let state = arm.state()?;
            let sample = |step: u32| -> JointVector {
                let t = f64::from(step) / 400.0;
                let ease = t.powi(3) * (10.0 - 15.0 * t + 6.0 * t * t);
                let mut joints = state.commanded_or_measured().clone();
                joints[0] += by * ease;
                joints[5] += grip * ease;
                joints
            };
            let motion = gate.admit((0..=400).map(sample).collect(), &state.as_start_state())?;
            let cancel = StopSwitch::new();
            if let Some(after) = after {
                let cancel = cancel.clone();
                std::thread::spawn(move || {
                    std::thread::sleep(after);
                    cancel.press();
                });
            }
            let contact = ContactPolicy::Limit(0.9);
            let end = arm.execute_watched(motion, contact, move |_| !cancel.is_pressed())?;
            std::thread::sleep(Duration::from_millis(500));
            let now = arm.state()?;
            println!(
                "{}",
                serde_json::json!({
                    "end": format!("{:?}", end.end),
                    "moved": now.position[0] - state.position[0],
                    "gripper": now.position[5] - state.position[5],
                    "samples": end.samples.len(),
                })
            );
            Ok(())
        };
    turn(0.5, 0.2, None)?;
    turn(-0.5, 0.0, Some(Duration::from_secs(1)))?;
    turn(0.9, 0.0, None)?;
    for name in ["/camera/image_raw", "/camera/image_raw/compressed"] {
        let source = ImageSource::new(Ros2Settings::from_env("enact_eye")?, ImageTopic::new(name));
        let intrinsics = source.wait_for_intrinsics(Duration::from_secs(10))?;
        let stream = PictureStream::start("eye", Box::new(source), StreamLimits::default())?;
        let mut camera = stream.create_camera(0.8, Pose::identity(), &StopSwitch::new());
        let frame = camera.capture()?;
        println!(
            "{}",
            serde_json::json!({
                "picture": name,
                "size": frame.rgb.dimensions(),
                "left": frame.rgb.get_pixel(10, 10).0,
                "fx": intrinsics.fx,
            })
        );
    }
    Ok(())
}
