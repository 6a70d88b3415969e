//! `enact robot`: questions about a robot.

use std::io::{BufRead, Write};

use anyhow::{Context, Result, bail};
use enact_robot::{IkTarget, Robot};
use enact_types::text::strip_byte_order_mark;
use enact_types::{Point3, Pose, Refusal, Vector3};
use nalgebra::{Quaternion, Translation3, Unit, UnitQuaternion};
use serde::Deserialize;
use serde_json::json;

use crate::args::RobotCommand;
use crate::data_dir::DataDir;

/// Answers `question` on `output`, reading joints or poses from `input`.
///
/// # Errors
/// If the robot cannot be loaded, a line of input is invalid, or the answer cannot be written.
pub fn run_robot_command(
    data_dir: &DataDir,
    question: &RobotCommand,
    input: impl BufRead,
    mut output: impl Write,
) -> Result<()> {
    match question {
        RobotCommand::Fk { name, frame, .. } => {
            let robot = asked(data_dir, name)?;
            each_line(input, |line| {
                forward(&robot, frame.as_deref(), line)
                    .and_then(|answer| emit(&mut output, &answer))
            })
        }
        RobotCommand::Ik { name, .. } => {
            let robot = asked(data_dir, name)?;
            each_line(input, |line| {
                inverse(&robot, line).and_then(|answer| emit(&mut output, &answer))
            })
        }
        RobotCommand::Show { name, json } => {
            let robot = data_dir.load_robot_for_queries(name)?;
            print_warnings(&robot);
            if *json {
                return emit(&mut output, &facts(&robot));
            }
            Ok(output.write_all(describe(&robot).as_bytes())?)
        }
        RobotCommand::Import(args) => crate::import::import_robot(data_dir, args, &mut output),
    }
}

/// Loads a robot for queries; prints what is not known of it, which does not matter here.
fn asked(data_dir: &DataDir, name: &str) -> Result<Robot> {
    let robot = data_dir.load_robot_for_queries(name)?;
    for link in robot.unguarded_links() {
        errln!("enact: nothing would keep this clear: {link}");
    }
    Ok(robot)
}

fn each_line(mut input: impl BufRead, mut answer: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        let length = input.read_until(b'\n', &mut bytes);
        if length.context("cannot read stdin")? == 0 {
            break;
        }
        let place = || format!("stdin, line {number}");
        let line = match (number, bytes.as_slice()) {
            (1, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) => bail!("stdin is UTF-16; send UTF-8"),
            (_, bytes) => std::str::from_utf8(bytes).with_context(place)?,
        };
        let line = if number == 1 {
            strip_byte_order_mark(line)
        } else {
            line
        };
        if !line.trim().is_empty() {
            answer(line).with_context(place)?;
        }
    }
    Ok(())
}

fn emit(output: &mut impl Write, answer: &serde_json::Value) -> Result<()> {
    writeln!(output, "{answer}")?;
    Ok(output.flush()?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForwardQuestion {
    joints: Vec<f64>,
}

fn forward(robot: &Robot, frame: Option<&str>, line: &str) -> Result<serde_json::Value> {
    let ForwardQuestion { joints } = serde_json::from_str(line)
        .context("expected {\"joints\": [one number per arm joint, rad]}")?;
    let expected = robot.arm_joints().len();
    if joints.len() != expected {
        bail!(
            "{} joints are given; `{}` has {expected} arm joints: {}",
            joints.len(),
            robot.name(),
            joint_names(robot)
        );
    }
    let pose = match frame {
        None => robot.forward(&joints),
        Some(frame) => robot
            .frame_pose(frame, &joints)
            .with_context(|| format!("`{}` has no link `{frame}`", robot.name()))?,
    };
    Ok(pose_json(&pose))
}

fn pose_json(pose: &Pose) -> serde_json::Value {
    let position = pose.translation.vector;
    let rotation = pose.rotation.coords;
    json!({
        "position": [position.x, position.y, position.z],
        "quaternion_xyzw": [rotation.x, rotation.y, rotation.z, rotation.w],
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InverseQuestion {
    position: [f64; 3],
    quaternion_xyzw: Option<[f64; 4]>,
    approach: Option<[f64; 3]>,
}

fn inverse(robot: &Robot, line: &str) -> Result<serde_json::Value> {
    let question: InverseQuestion = serde_json::from_str(line)
        .context("expected {\"position\": [x,y,z]} with \"quaternion_xyzw\" or \"approach\"")?;
    let target = target(&question)?;
    Ok(match robot.inverse(&target, robot.home()) {
        Ok(solution) => json!({
            "joints": solution.joints,
            "position_error": solution.position_error,
            "rotation_error": solution.rotation_error,
        }),
        Err(refusal) => refused(&refusal),
    })
}

fn refused(refusal: &Refusal) -> serde_json::Value {
    json!({"refusal": refusal.to_string()})
}

fn target(question: &InverseQuestion) -> Result<IkTarget> {
    let position = Point3::from(question.position);
    match (question.quaternion_xyzw, question.approach) {
        (Some([x, y, z, w]), None) => {
            let quaternion = Quaternion::new(w, x, y, z);
            if (quaternion.norm() - 1.0).abs() > 1e-3 {
                bail!("the quaternion has length {}, not 1", quaternion.norm());
            }
            Ok(IkTarget::Pose(Pose::from_parts(
                Translation3::from(position),
                UnitQuaternion::from_quaternion(quaternion),
            )))
        }
        (None, Some(approach)) => {
            let approach = Unit::try_new(Vector3::from(approach), 1e-9)
                .context("the approach direction has no length")?;
            Ok(IkTarget::Approach {
                position,
                approach,
                opening: None,
            })
        }
        _ => bail!("give either \"quaternion_xyzw\" or \"approach\", not both or neither"),
    }
}

fn joint_names(robot: &Robot) -> String {
    let names: Vec<&str> = robot
        .arm_joints()
        .iter()
        .map(|joint| joint.name.as_str())
        .collect();
    names.join(", ")
}

/// Says on stderr what was guessed or left out of a robot's files.
pub fn print_warnings(robot: &Robot) {
    for warning in robot.warnings() {
        errln!("warning: {}: {warning}", robot.name());
    }
}

/// Returns facts about a robot, in rad, m and s.
fn facts(robot: &Robot) -> serde_json::Value {
    let arm_joints = robot.arm_joints().len();
    let joints: Vec<_> = robot
        .joints()
        .iter()
        .zip(robot.home().iter())
        .enumerate()
        .map(|(index, (joint, home))| {
            let limits = joint.limits;
            json!({
                "name": joint.name,
                "part": if index < arm_joints { "arm" } else { "gripper" },
                "unit": if joint.prismatic { "m" } else { "rad" },
                "min": limits.min,
                "max": limits.max,
                "velocity": limits.velocity,
                "acceleration": limits.acceleration,
                "jerk": limits.jerk,
                "effort": limits.effort,
                "home": home,
                "servo": joint.servo,
            })
        })
        .collect();
    let links: Vec<&str> = robot.links().iter().map(|it| it.name.as_str()).collect();
    let gripper = robot.gripper().map(|gripper| {
        json!({
            "joint": robot.joints()[gripper.joint].name,
            "closed": gripper.closed,
            "open": gripper.open,
            "widest": gripper.max_opening(),
        })
    });
    let unguarded = robot.unguarded_links().iter().map(ToString::to_string);
    let unguarded: Vec<String> = unguarded.collect();
    json!({
        "name": robot.name(),
        "tool": robot.links()[robot.tool_link_index()].name,
        "control_period": robot.control_period().as_secs_f64(),
        "following_error": robot.max_following_error(),
        "contact_effort": robot.contact_effort_ratio(),
        "joints": joints,
        "links": links,
        "gripper": gripper,
        "warnings": robot.warnings(),
        "unguarded": unguarded,
    })
}

/// Describes a robot for people.
pub fn describe(robot: &Robot) -> String {
    let mut text = format!(
        "{}: {} arm joints, {} links, tool frame `{}`, {:.0} Hz\n",
        robot.name(),
        robot.arm_joints().len(),
        robot.links().len(),
        robot.links()[robot.tool_link_index()].name,
        1.0 / robot.control_period().as_secs_f64()
    );
    for (joint, home) in robot.joints().iter().zip(robot.home().iter()) {
        let limits = joint.limits;
        let unit = if joint.prismatic { "m" } else { "rad" };
        text += &format!(
            "  {:<16} {:>8.4} to {:>7.4} {unit}, {:.2} {unit}/s, {:.1} {unit}/s², {:.0} {unit}/s³, home {home:.4} {unit}\n",
            joint.name, limits.min, limits.max, limits.velocity, limits.acceleration, limits.jerk
        );
    }
    match robot.gripper() {
        Some(gripper) => {
            text += &format!(
                "gripper: `{}`, opens to {:.0} mm\n",
                robot.joints()[gripper.joint].name,
                gripper.max_opening() * 1e3
            );
        }
        None => text += "no gripper: it can point, push and go home\n",
    }
    text
}
