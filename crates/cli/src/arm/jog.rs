//! `enact arm jog` and `enact arm home`: small motions through the gate.

use anyhow::Result;
use enact_arm::{ArmThread, ContactPolicy, ExecutionEnd, ShutdownMode, StopSwitch};
use enact_ground::motion::escape_collision::escape_path;
use enact_robot::{CollisionWorld, Trajectory};
use enact_types::{JointVector, Refusal};
use serde_json::{Map, Value, json};

use super::hardware::Hardware;
use super::slow_motion::plan_straight_motion;
use crate::args::StopArgs;
use crate::config_hint;
use crate::stop_sources;

/// Average speed of a joint beside which somebody stands, rad/s.
const GENTLE: f64 = 0.5;

/// Turns one joint by so many degrees.
pub fn jog(hardware: &Hardware, stop: &StopArgs, joint: &str, by_deg: f64) -> Result<bool> {
    let joint = hardware.joint_index(joint)?;
    let arm = begin(hardware, stop)?;
    let mut goal = arm.state()?.commanded_or_measured().clone();
    goal[joint] += by_deg.to_radians();
    go(hardware, &arm, &goal)
}

/// Moves every joint home; an arm that lies on itself gets out of that first.
pub fn move_home(hardware: &Hardware, stop: &StopArgs) -> Result<bool> {
    let (robot, table) = (
        &hardware.robot,
        CollisionWorld::with_table_only(&hardware.robot),
    );
    let arm = begin(hardware, stop)?;
    let state = arm.state()?;
    let motion_to = |goal: &JointVector| plan_straight_motion(robot, &state, goal, GENTLE, &table);
    if let Ok(trajectory) = motion_to(robot.home()) {
        return follow(hardware, &arm, trajectory);
    }
    if let Some((_, trajectory)) =
        escape_path(robot, &table, state.commanded_or_measured(), motion_to)
        && !follow(hardware, &arm, trajectory)?
    {
        return Ok(false);
    }
    go(hardware, &arm, robot.home())
}

/// Arms the arm, to be left holding itself where it will be. A stop in the meantime covers all
/// motion.
fn begin(hardware: &Hardware, args: &StopArgs) -> Result<ArmThread> {
    let stop = StopSwitch::new();
    stop_sources::install_stop_sources(&stop, args)?;
    let arm = Box::new(hardware.open_armed_arm(ShutdownMode::Hold)?);
    Ok(ArmThread::start_with_stop_switch(
        arm,
        &hardware.robot,
        stop,
    ))
}

/// Moves from where the arm is to a goal.
fn go(hardware: &Hardware, arm: &ArmThread, goal: &JointVector) -> Result<bool> {
    let table = CollisionWorld::with_table_only(&hardware.robot);
    match plan_straight_motion(&hardware.robot, &arm.state()?, goal, GENTLE, &table) {
        Ok(trajectory) => follow(hardware, arm, trajectory),
        Err(refusal) if hardware.json => {
            let reason = refusal.to_string();
            outln!(
                "{}",
                json!({"end": "refused", "reason": reason, "joints": null})
            );
            Ok(false)
        }
        Err(refusal) => {
            outln!("refused: {refusal}");
            hint(&refusal);
            Ok(false)
        }
    }
}

fn follow(hardware: &Hardware, arm: &ArmThread, trajectory: Trajectory) -> Result<bool> {
    let execution = arm.execute(
        trajectory,
        ContactPolicy::Limit(hardware.robot.contact_effort_ratio()),
    )?;
    let position = &execution.state.position;
    let (end, reason) = match &execution.end {
        ExecutionEnd::Finished => ("finished", None),
        ExecutionEnd::Stopped => ("stopped", None),
        ExecutionEnd::Fault(refusal) => ("fault", Some(refusal.to_string())),
        ExecutionEnd::Contact { joint, .. } => {
            ("contact", Some(format!("joint `{joint}` met resistance")))
        }
    };
    let finished = execution.end == ExecutionEnd::Finished;
    if hardware.json {
        let names = hardware.joints().map(|(name, _)| name.to_owned());
        let joints: Map<String, Value> = names.zip(position.iter().map(|at| json!(at))).collect();
        outln!(
            "{}",
            json!({"end": end, "reason": reason, "joints": joints})
        );
        return Ok(finished);
    }
    show(hardware, position);
    if let ExecutionEnd::Fault(refusal) = &execution.end {
        hint(refusal);
    }
    match reason {
        _ if finished => {}
        Some(reason) => outln!("stopped: {reason}"),
        None => outln!("stopped"),
    }
    Ok(finished)
}

/// Says what a refusal rests on.
fn hint(refusal: &Refusal) {
    if let Some(hint) = config_hint::hint_for_refusal(refusal) {
        errln!("{hint}");
    }
}

/// Prints where every joint is.
fn show(hardware: &Hardware, position: &JointVector) {
    for ((name, _), position) in hardware.joints().zip(position.iter()) {
        outln!("{name:<16} {:>8.2}°", position.to_degrees());
    }
}
