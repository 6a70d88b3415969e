//! `enact arm jog` and `enact arm home`: small motions through the gate.

use anyhow::Result;
use enact_arm::{ArmThread, Contact, End, Ending, StopSwitch};
use enact_ground::motion::way_out::way_out;
use enact_robot::{Surroundings, Trajectory};
use enact_types::JointVector;

use super::gentle::straight;
use super::hardware::Hardware;
use crate::args::StopArgs;
use crate::stops;

/// A joint turns no faster than this on average while somebody stands beside it, rad/s.
const GENTLE: f64 = 0.5;

/// Turns one joint by so many degrees.
pub fn jog(hardware: &Hardware, stop: &StopArgs, joint: &str, by_deg: f64) -> Result<bool> {
    let joint = hardware.joint(joint)?;
    let arm = begin(hardware, stop)?;
    let mut goal = arm.state()?.goal().clone();
    goal[joint] += by_deg.to_radians();
    go(hardware, &arm, &goal)
}

/// Moves every joint home; an arm that lies on itself gets out of that first.
pub fn home(hardware: &Hardware, stop: &StopArgs) -> Result<bool> {
    let (robot, table) = (&hardware.robot, Surroundings::table(&hardware.robot));
    let arm = begin(hardware, stop)?;
    let state = arm.state()?;
    let motion_to = |goal: &JointVector| straight(robot, &state, goal, GENTLE, &table);
    if let Ok(trajectory) = motion_to(robot.home()) {
        return follow(hardware, &arm, trajectory);
    }
    if let Some((_, trajectory)) = way_out(robot, &table, state.goal(), motion_to)
        && !follow(hardware, &arm, trajectory)?
    {
        return Ok(false);
    }
    go(hardware, &arm, robot.home())
}

/// Arms it, to be left holding itself where it will be. A stop meanwhile covers all motion.
fn begin(hardware: &Hardware, args: &StopArgs) -> Result<ArmThread> {
    let stop = StopSwitch::new();
    stops::arrange(&stop, args)?;
    let arm = Box::new(hardware.arm(Ending::Hold)?);
    Ok(ArmThread::start_with(arm, &hardware.robot, stop))
}

/// Moves from where the arm is to a goal.
fn go(hardware: &Hardware, arm: &ArmThread, goal: &JointVector) -> Result<bool> {
    let table = Surroundings::table(&hardware.robot);
    match straight(&hardware.robot, &arm.state()?, goal, GENTLE, &table) {
        Ok(trajectory) => follow(hardware, arm, trajectory),
        Err(refusal) => {
            println!("refused: {refusal}");
            Ok(false)
        }
    }
}

fn follow(hardware: &Hardware, arm: &ArmThread, trajectory: Trajectory) -> Result<bool> {
    let execution = arm.execute(trajectory, Contact::Limit(hardware.robot.contact_effort()))?;
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
