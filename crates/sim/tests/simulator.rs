//! The simulated arm behind the thread and gate of a real one.

mod hand;

use std::time::{Duration, Instant};

use enact_arm::{ArmThread, ContactPolicy, ExecutionEnd};
use enact_camera::Camera;
use enact_robot::{Gate, Robot, Trajectory};
use enact_sim::render::Appearance;
use enact_sim::{Color, ObjectShape, PlacedObject, Simulator, World};
use enact_types::JointVector;
use hand::{layout, so101};

/// Returns a trajectory that turns the first joint by `angle` in `seconds`, from the arm's current
/// position.
fn turn(robot: &Robot, arm: &ArmThread, angle: f64, seconds: f64) -> Trajectory {
    let state = arm.state().expect("it answers");
    let start = state.as_start_state();
    let from = state.commanded_or_measured();
    let steps = (seconds / robot.control_period().as_secs_f64()) as usize;
    let sample = |step: usize| -> JointVector {
        let t = step as f64 / steps as f64;
        let smooth = t * t * t * (10.0 - 15.0 * t + 6.0 * t * t);
        let mut joints = from.clone();
        joints[0] += angle * smooth;
        joints
    };
    let samples = (0..=steps).map(sample).collect();
    Gate::new(robot)
        .admit(samples, &start)
        .expect("it is within limits")
}

#[test]
fn a_trajectory_is_followed_closely() {
    let robot = so101();
    let simulator = Simulator::new(&robot, &layout(Vec::new()), false);
    let arm = ArmThread::start(Box::new(simulator.arm()), &robot);
    let trajectory = turn(&robot, &arm, 0.8, 1.5);
    let end = trajectory.end_positions().clone();
    let commands = trajectory.len();
    let execution = arm
        .execute(trajectory, ContactPolicy::Limit(0.9))
        .expect("it answers");
    assert_eq!(execution.end, ExecutionEnd::Finished);
    assert!(execution.state.position.max_difference(&end) < 5e-3);
    assert_eq!(execution.samples.len(), 1 + commands);
    assert_eq!(execution.followed, commands);
    assert_eq!(
        simulator.with_world(|world| world.stamp()),
        execution.state.stamp
    );
}

#[test]
fn real_time_is_real() {
    let robot = so101();
    let simulator = Simulator::new(&robot, &layout(Vec::new()), true);
    let arm = ArmThread::start(Box::new(simulator.arm()), &robot);
    let trajectory = turn(&robot, &arm, 0.1, 0.5);
    let began = Instant::now();
    arm.execute(trajectory, ContactPolicy::Expected)
        .expect("it answers");
    assert!(began.elapsed() >= Duration::from_millis(490));
}

#[test]
fn the_camera_sees_the_world_of_the_arm() {
    let robot = so101();
    let cube =
        PlacedObject::create_on_table(ObjectShape::Cube, Color::Red, [0.03; 3], [0.2, 0.0], 0.3);
    let simulator = Simulator::new(&robot, &layout(vec![cube]), false);
    let mut camera = simulator.camera(Appearance::default(), 1);
    let frame = camera.capture().expect("it takes pictures");
    let seen = enact_sim::render::objects_in_view(&camera.capture_segmentation());
    assert_eq!(seen.len(), 1);
    let (x, y) = seen[0].point;
    let point = frame.deproject(x, y).expect("there is depth");
    let center = enact_types::Point3::new(0.2, 0.0, 0.015);
    assert!((point - center).norm() < 0.03, "{point}");
}

#[test]
fn an_arm_that_is_driven_into_the_table_bumps() {
    let robot = so101();
    let mut world = World::new(&robot, &layout(Vec::new()));
    assert_eq!(world.largest_collision_force_so_far(), 0.0);
    let shoulder_lift = &robot.joints()[1].limits;
    for step in 0..600 {
        let mut command = robot.home().clone();
        command[1] = (command[1] + 0.006 * f64::from(step)).min(shoulder_lift.max);
        world.step_command(&command);
    }
    assert!(
        world.largest_collision_force_so_far() > 0.5,
        "{} N",
        world.largest_collision_force_so_far()
    );
}
