//! The arm that a replay moves: the simulator's, or the one that a launch file chooses.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Result, bail};
use enact_arm::{ArmThread, Contact, End, StopSwitch};
use enact_journal::{Journal, RecordedMotion, RobotInfo};
use enact_robot::{Robot, Surroundings};

use super::args::ReplayArgs;
use super::keep::robot_info;
use super::paced::Paced;
use super::stage::Stage;
use crate::arm::choice::{ArmChoice, Source};
use crate::arm::gentle::straight;
use crate::home::Home;
use crate::launch::Launch;

/// An arm that is not simulated is moved so many times as fast as it was, if nothing is said.
const SLOWLY: f64 = 0.25;
/// Commands that come more rarely are too near to what an arm takes for a pause of the program.
const LONGEST_PERIOD: Duration = Duration::from_millis(50);
/// On its way to where a recording begins, a joint turns no faster on average, rad/s.
const GENTLE: f64 = 0.3;
/// Nearer than this to where a motion begins, an arm that was not commanded yet need not be
/// brought there, rad or m; one that was must be there exactly.
const THERE: f64 = 0.005;

/// Finds the arm. Nothing moves yet.
pub fn find(home: &Home, args: &ReplayArgs, journal: &Journal, stage: &Stage) -> Result<Source> {
    let Some(name) = &args.arm else {
        return Ok(Source::Sim);
    };
    let mut launch = Launch::find(home, name)?;
    let recorded = journal.info()?.robot;
    let chosen = RobotInfo {
        meshes: recorded.meshes.clone(),
        ..robot_info(home, &launch.robot, &recorded.name)?
    };
    if chosen != recorded {
        bail!(
            "this was recorded with `{}`, and the launch file `{name}` chooses `{}` or another version of it; its limits would not be those that the motions were made for",
            recorded.name,
            launch.robot
        );
    }
    if let (ArmChoice::Servos(servos), Some(port)) = (&mut launch.arm, &args.port) {
        servos.port.clone_from(port);
    }
    launch
        .arm
        .find(home, &launch.robot, &stage.robot, &stage.simulator)
}

/// Starts the arm at the pace that is asked for, which it keeps while `on`. What `stop` gives stops
/// it while it is armed too.
pub fn start(
    source: &Source,
    args: &ReplayArgs,
    stage: &Stage,
    on: &Arc<AtomicBool>,
    stop: impl FnOnce() -> Result<StopSwitch>,
) -> Result<ArmThread> {
    let speed = args.speed.or(args.arm.as_ref().map(|_| SLOWLY));
    if let (Some(speed), false) = (speed, matches!(source, Source::Sim)) {
        check_pace(stage.robot.control_period(), speed)?;
    }
    let stop = stop()?;
    let mut arm = source.arm(&stage.simulator)?;
    if let Some(speed) = speed {
        // Servos brake at the pace at which they move.
        let waits = match source {
            Source::Sim => stop.clone(),
            Source::Servos(..) | Source::Emulated(..) => StopSwitch::new(),
        };
        arm = Box::new(Paced::new(arm, &stage.robot, speed, Arc::clone(on), waits));
    }
    Ok(ArmThread::start_with(arm, &stage.robot, stop))
}

/// Refuses what is too slow for an arm of servos.
fn check_pace(period: Duration, speed: f64) -> Result<()> {
    let slowest = period.div_duration_f64(LONGEST_PERIOD);
    if speed < slowest {
        bail!(
            "an arm of servos takes no --speed below {slowest}: its commands would come too rarely"
        );
    }
    Ok(())
}

/// The table and what was known to stand around the recorded arm, not to be touched.
pub fn around(robot: &Robot, journal: &Journal) -> Result<Surroundings> {
    let mut around = Surroundings::table(robot);
    if let Some(known) = journal.surroundings()? {
        around.obstacles = known.obstacles().map(|body| (body, 0.0)).collect();
        around.half_spaces.extend(known.walls());
    }
    Ok(around)
}

/// Brings the arm to where a motion begins, gently, through the gate.
pub fn approach(
    robot: &Robot,
    arm: &ArmThread,
    motion: &RecordedMotion,
    around: &Surroundings,
) -> Result<()> {
    let Some(goal) = motion.planned.positions.first() else {
        return Ok(());
    };
    let state = arm.state()?;
    let far = state.goal().max_difference(goal);
    let near_enough = match state.commanded {
        Some(_) => far == 0.0,
        None => far < THERE,
    };
    if near_enough {
        return Ok(());
    }
    let trajectory = match straight(robot, &state, goal, GENTLE, around) {
        Ok(trajectory) => trajectory,
        Err(refusal) => bail!(
            "the arm cannot go straight to where the recording begins: {refusal}; move it nearer, as `enact arm home` does"
        ),
    };
    let seconds = trajectory.duration().as_secs_f64();
    errln!("going to where the recording begins, {seconds:.1} s");
    match arm
        .execute(trajectory, Contact::Limit(robot.contact_effort()))?
        .end
    {
        End::Finished => Ok(()),
        End::Stopped => bail!("stopped on the way to where the recording begins"),
        End::Fault(refusal) => bail!("stopped on the way to where the recording begins: {refusal}"),
        End::Contact { joint, .. } => {
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
