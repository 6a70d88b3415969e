//! `enact arm jog` and `enact arm home`: small motions through the gate.

use anyhow::Result;
use enact_arm::{ArmState, ArmThread, Contact, End, Ending};
use enact_ground::motion::point_to_point::move_to;
use enact_ground::motion::way_out::way_out;
use enact_robot::{Gate, Robot, Start, Surroundings, Trajectory};
use enact_types::{JointVector, Refusal};

use super::hardware::Hardware;
use crate::stops::on_interrupt;

/// A joint turns no faster than this on average while somebody stands beside it, rad/s.
const GENTLE: f64 = 0.5;
/// Share of its strength at which a joint has met something.
const RESISTANCE: f64 = 0.9;

/// Turns one joint by so many degrees.
pub fn jog(hardware: &Hardware, joint: &str, by_deg: f64) -> Result<bool> {
    let joint = hardware.joint(joint)?;
    let arm = ArmThread::start(Box::new(hardware.arm(Ending::Hold)?), &hardware.robot);
    on_interrupt(arm.stop_switch())?;
    let mut goal = posture(&arm.state()?);
    goal[joint] += by_deg.to_radians();
    go(hardware, &arm, &goal)
}

/// Moves every joint home; an arm that lies on itself gets out of that first.
pub fn home(hardware: &Hardware) -> Result<bool> {
    let robot = &hardware.robot;
    let home = robot.home().clone();
    let arm = ArmThread::start(Box::new(hardware.arm(Ending::Hold)?), robot);
    on_interrupt(arm.stop_switch())?;
    let state = arm.state()?;
    let motion_to = |goal: &JointVector| admitted(robot, &state, goal);
    if motion_to(&home).is_err()
        && let Some((clear, _)) =
            way_out(robot, &Surroundings::default(), &posture(&state), motion_to)
        && !go(hardware, &arm, &clear)?
    {
        return Ok(false);
    }
    go(hardware, &arm, &home)
}

/// Moves from where the arm is to a goal, and leaves it holding itself there.
fn go(hardware: &Hardware, arm: &ArmThread, goal: &JointVector) -> Result<bool> {
    let trajectory = match admitted(&hardware.robot, &arm.state()?, goal) {
        Ok(trajectory) => trajectory,
        Err(refusal) => {
            println!("refused: {refusal}");
            return Ok(false);
        }
    };
    let execution = arm.execute(trajectory, Contact::Limit(RESISTANCE))?;
    show(hardware, &execution.state.position);
    match execution.end {
        End::Finished => return Ok(true),
        End::Stopped => println!("stopped"),
        End::Fault(refusal) => println!("stopped: {refusal}"),
        End::Contact { joint, .. } => println!("stopped: joint `{joint}` met resistance"),
    }
    Ok(false)
}

/// A gentle motion from where the arm is to a goal.
fn admitted(robot: &Robot, state: &ArmState, goal: &JointVector) -> Result<Trajectory, Refusal> {
    let from = posture(state);
    let seconds = from.max_difference(goal) / GENTLE;
    let start = Start {
        measured: &state.position,
        commanded: state.commanded.as_ref(),
    };
    let samples = move_to(robot, &from, goal, seconds)?;
    Gate::new(robot).admit(samples, &start)
}

/// Where the arm was told to be last, or else is.
fn posture(state: &ArmState) -> JointVector {
    state.commanded.as_ref().unwrap_or(&state.position).clone()
}

/// Prints where every joint is.
fn show(hardware: &Hardware, position: &JointVector) {
    for ((name, _), position) in hardware.joints().zip(position.iter()) {
        println!("{name:<16} {:>8.2}°", position.to_degrees());
    }
}
