//! The arm that a replay moves: the simulator's, or the one that a launch file chooses.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Result, bail};
use enact_arm::{ArmThread, ContactPolicy, ExecutionEnd, StopSwitch};
use enact_recording::{RecordedMotion, Recording, RobotInfo};
use enact_robot::{CollisionWorld, Robot};

use super::args::ReplayArgs;
use super::paced_arm::PacedArm;
use super::replay_world::ReplayWorld;
use super::run_recorder::robot_info;
use crate::arm::arm_config::{ArmConfig, ArmSource};
use crate::arm::slow_motion::plan_straight_motion;
use crate::data_dir::DataDir;
use crate::launch::Launch;

/// Default speed of a replay on a physical or emulated arm, relative to the recording.
const SLOWLY: f64 = 0.25;
/// Longest period between commands; longer ones are too close to what an arm takes for a pause of
/// the program.
const MAX_COMMAND_PERIOD: Duration = Duration::from_millis(50);
/// Average speed of the fastest joint on the way to the start of a recording, rad/s.
const GENTLE: f64 = 0.3;
/// Largest distance from the start of a motion at which an arm without a command yet need not be
/// moved, rad or m; an arm with one must be there exactly.
const THERE: f64 = 0.005;

/// Finds the arm. Nothing moves yet.
///
/// # Errors
/// If the launch file or its arm cannot be loaded, or the arm is not the recorded one.
pub fn find(
    data_dir: &DataDir,
    args: &ReplayArgs,
    recording: &Recording,
    world: &ReplayWorld,
) -> Result<ArmSource> {
    let Some(name) = &args.arm else {
        return Ok(ArmSource::Sim);
    };
    let mut launch = Launch::find(data_dir, name)?;
    let recorded = recording.run_info()?.robot;
    let chosen = RobotInfo {
        meshes: recorded.meshes.clone(),
        ..robot_info(data_dir, &launch.robot, &recorded.name)?
    };
    if chosen != recorded {
        bail!(
            "this was recorded with `{}`, and the launch file `{name}` chooses `{}` or another version of it; its limits would not be those that the motions were made for",
            recorded.name,
            launch.robot
        );
    }
    if let (ArmConfig::Servos(servos), Some(port)) = (&mut launch.arm, &args.port) {
        servos.port.clone_from(port);
    }
    launch
        .arm
        .find_or_emulate_arm(data_dir, &launch.robot, &world.robot, &world.simulator)
}

/// Starts the arm at the pace that is asked for, which it keeps while `on`. What `stop` gives stops
/// it while it is armed too.
///
/// # Errors
/// If the arm cannot be armed or keep the pace, or `stop` fails.
pub fn start(
    source: &ArmSource,
    args: &ReplayArgs,
    world: &ReplayWorld,
    on: &Arc<AtomicBool>,
    stop: impl FnOnce() -> Result<StopSwitch>,
) -> Result<ArmThread> {
    let speed = args.speed.or(args.arm.as_ref().map(|_| SLOWLY));
    if let (Some(speed), false) = (speed, matches!(source, ArmSource::Sim)) {
        check_pace(world.robot.control_period(), speed)?;
    }
    let stop = stop()?;
    let mut arm = source.open_armed_arm(&world.simulator)?;
    if let Some(speed) = speed {
        // Servos brake at the pace at which they move.
        let waits = match source {
            ArmSource::Sim => stop.clone(),
            ArmSource::Servos(..) | ArmSource::Emulated(..) | ArmSource::Elsewhere(_) => {
                StopSwitch::new()
            }
            #[cfg(feature = "ros2")]
            ArmSource::Ros2(..) => StopSwitch::new(),
        };
        arm = Box::new(PacedArm::new(
            arm,
            &world.robot,
            speed,
            Arc::clone(on),
            waits,
        ));
    }
    Ok(ArmThread::start_with_stop_switch(arm, &world.robot, stop))
}

/// Refuses what is too slow for an arm of servos.
fn check_pace(period: Duration, speed: f64) -> Result<()> {
    let slowest = period.div_duration_f64(MAX_COMMAND_PERIOD);
    if speed < slowest {
        bail!(
            "an arm of servos takes no --speed below {slowest}: its commands would come too rarely"
        );
    }
    Ok(())
}

/// Returns the table and what was known to stand around the recorded arm, as obstacles.
///
/// # Errors
/// If the recorded obstacles cannot be read.
pub fn recorded_obstacles(robot: &Robot, recording: &Recording) -> Result<CollisionWorld> {
    let mut around = CollisionWorld::with_table_only(robot);
    if let Some(known) = recording.collision_world()? {
        around.obstacles = known.obstacles().map(|body| (body, 0.0)).collect();
        around.half_spaces.extend(known.walls());
    }
    Ok(around)
}

/// Brings the arm to where a motion begins, gently, through the gate.
///
/// # Errors
/// If the gate does not admit a straight motion there, or the arm does not finish it.
pub fn move_to_motion_start(
    robot: &Robot,
    arm: &ArmThread,
    motion: &RecordedMotion,
    around: &CollisionWorld,
) -> Result<()> {
    let Some(goal) = motion.planned.positions.first() else {
        return Ok(());
    };
    let state = arm.state()?;
    let far = state.commanded_or_measured().max_difference(goal);
    let near_enough = match state.commanded {
        Some(_) => far == 0.0,
        None => far < THERE,
    };
    if near_enough {
        return Ok(());
    }
    let trajectory = match plan_straight_motion(robot, &state, goal, GENTLE, around) {
        Ok(trajectory) => trajectory,
        Err(refusal) => bail!(
            "the arm cannot go straight to where the recording begins: {refusal}; move it nearer, as `enact arm home` does"
        ),
    };
    let seconds = trajectory.duration().as_secs_f64();
    errln!("going to where the recording begins, {seconds:.1} s");
    match arm
        .execute(
            trajectory,
            ContactPolicy::Limit(robot.contact_effort_ratio()),
        )?
        .end
    {
        ExecutionEnd::Finished => Ok(()),
        ExecutionEnd::Stopped => bail!("stopped on the way to where the recording begins"),
        ExecutionEnd::Fault(refusal) => {
            bail!("stopped on the way to where the recording begins: {refusal}")
        }
        ExecutionEnd::Contact { joint, .. } => {
            bail!("joint `{joint}` met resistance on the way to where the recording begins")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arm_of_servos_is_not_moved_so_slowly_that_it_takes_it_for_a_pause() {
        let period = Duration::from_millis(5);
        check_pace(period, 0.1).unwrap();
        check_pace(period, SLOWLY).unwrap();
        let error = check_pace(period, 0.04).unwrap_err().to_string();
        assert!(error.contains("no --speed below 0.1"), "{error}");
    }
}
