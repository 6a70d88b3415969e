//! `enact arm jog` and `enact arm home`: small motions through the gate.

use anyhow::Result;
use enact_arm::{Arm, ArmThread, Contact, End, Ending};
use enact_ground::motion::point_to_point::move_to;
use enact_robot::{Gate, Start};
use enact_types::JointVector;

use super::hardware::Hardware;
use crate::stops::on_interrupt;

/// A joint turns no faster than this on average while somebody stands beside it, rad/s.
const GENTLE: f64 = 0.5;
/// Share of its strength at which a joint has met something.
const RESISTANCE: f64 = 0.9;

/// Turns one joint by so many degrees.
pub fn jog(hardware: &Hardware, joint: &str, by_deg: f64) -> Result<bool> {
    let joint = hardware.joint(joint)?;
    go(hardware, |from| {
        let mut goal = from.clone();
        goal[joint] += by_deg.to_radians();
        goal
    })
}

/// Moves every joint home.
pub fn home(hardware: &Hardware) -> Result<bool> {
    let home = hardware.robot.home().clone();
    go(hardware, |_| home)
}

/// Moves from where the arm is to a goal, and leaves it holding itself there.
fn go(hardware: &Hardware, goal: impl FnOnce(&JointVector) -> JointVector) -> Result<bool> {
    let robot = &hardware.robot;
    let mut arm = hardware.arm(Ending::Hold)?;
    let state = arm.state()?;
    let from = state.commanded.clone().unwrap_or(state.position.clone());
    let goal = goal(&from);
    let seconds = from.max_difference(&goal) / GENTLE;
    let start = Start {
        measured: &state.position,
        commanded: state.commanded.as_ref(),
    };
    let admitted = move_to(robot, &from, &goal, seconds)
        .and_then(|samples| Gate::new(robot).admit(samples, &start));
    let trajectory = match admitted {
        Ok(trajectory) => trajectory,
        Err(refusal) => {
            println!("refused: {refusal}");
            return Ok(false);
        }
    };
    let thread = ArmThread::start(Box::new(arm), robot);
    on_interrupt(thread.stop_switch())?;
    let execution = thread.execute(trajectory, Contact::Limit(RESISTANCE))?;
    show(hardware, &execution.state.position);
    match execution.end {
        End::Finished => return Ok(true),
        End::Stopped => println!("stopped"),
        End::Fault(refusal) => println!("stopped: {refusal}"),
        End::Contact { joint, .. } => println!("stopped: joint `{joint}` met resistance"),
    }
    Ok(false)
}

/// Prints where every joint is.
fn show(hardware: &Hardware, position: &JointVector) {
    for ((name, _), position) in hardware.joints().zip(position.iter()) {
        println!("{name:<16} {:>8.2}°", position.to_degrees());
    }
}
