//! A draft `robot.toml` that contains everything that was guessed, ready to be edited.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use crate::description::{Gripper, Joint, Robot};
use crate::limits::to_toml_key;

/// Choices for a URDF whose structure does not reveal which part is the arm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportChoices {
    /// Fixed link that carries the arm.
    pub base: Option<String>,
    /// Link at the end of the arm, before the hand.
    pub tip: Option<String>,
    /// Link of the tool frame.
    pub tool: Option<String>,
    /// Joint that drives the gripper.
    pub gripper: Option<String>,
    /// Joints that are held at a position, rad or m.
    pub fixed: BTreeMap<String, f64>,
    /// Package folders that contain the URDF's meshes.
    pub packages: BTreeMap<String, PathBuf>,
}

impl ImportChoices {
    /// Returns the choices as lines of a `robot.toml`.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        let named = [
            ("chain.base", &self.base),
            ("chain.tip", &self.tip),
            ("tool", &self.tool),
            ("gripper.joint", &self.gripper),
        ];
        for (key, name) in named {
            if let Some(name) = name {
                text += &format!("{key} = {}\n", quoted(name));
            }
        }
        for (package, place) in &self.packages {
            let place = quoted(&place.to_string_lossy());
            text += &format!("packages.{} = {place}\n", to_toml_key(package));
        }
        for (joint, position) in &self.fixed {
            text += &format!("chain.fixed.{} = {position}\n", to_toml_key(joint));
        }
        text
    }
}

/// Returns the text of a `robot.toml` for a robot loaded from a URDF and these choices: the choices
/// as keys, everything else as comments to uncomment. `from` names the URDF.
pub fn draft_robot_toml(robot: &Robot, chosen: &ImportChoices, from: &str) -> String {
    let mut text = format!(
        "# Made by `enact robot import` from {from}.\n\
         # A key behind `# ` is what the URDF says or what was guessed: take the `# ` away and\n\
         # change it. Metres, radians and seconds; positions also in degrees (home_deg, min_deg).\n"
    );
    for warning in robot.warnings() {
        text += &format!("# - {}\n", warning.replace('\n', " "));
    }
    text += "\n";
    text += &chosen.to_toml();
    let mut guess = |key: &str, value: String| {
        writeln!(text, "# {key} = {value}").expect("strings take all");
    };
    if chosen.base.is_none() {
        guess("chain.base", quoted(&robot.links[0].name));
    }
    if chosen.tip.is_none() {
        guess("chain.tip", quoted(&robot.links[tip(robot)].name));
    }
    if chosen.tool.is_none() {
        guess("tool", quoted(&robot.links[robot.tool_link].name));
    }
    let rate = 1.0 / robot.control_period.as_secs_f64();
    guess("control_rate_hz", rate.round().to_string());
    guess("following_error", robot.following_error.to_string());
    guess("contact_effort", robot.contact_effort.to_string());
    for (joint, home) in robot.joints.iter().zip(robot.home.iter()) {
        guess(
            &format!("joints.{}", to_toml_key(&joint.name)),
            limits(joint, *home),
        );
    }
    let [x, y] = robot.workspace.origin;
    guess("workspace.origin", format!("[{x}, {y}]"));
    guess("base.front", format!("{:.4}", robot.base_front_x()));
    if let Some(gripper) = &robot.gripper {
        let joint = &robot.joints[gripper.joint];
        if chosen.gripper.is_none() {
            guess("gripper.joint", quoted(&joint.name));
        }
        for (key, value) in keys(gripper, joint.prismatic) {
            guess(&format!("gripper.{key}"), value);
        }
    }
    text
}

/// Returns the link that the last joint of the arm moves.
fn tip(robot: &Robot) -> usize {
    let mut at = robot.tool_link;
    while let Some(mount) = &robot.links[at].mount {
        let joint = mount.motion.as_ref().map(|motion| motion.joint);
        if joint == robot.arm_joints.checked_sub(1) {
            return at;
        }
        at = mount.parent;
    }
    at
}

fn limits(joint: &Joint, home: f64) -> String {
    let limits = &joint.limits;
    format!(
        "{{ home = {home}, velocity = {}, acceleration = {}, jerk = {}, effort = {} }}",
        limits.velocity, limits.acceleration, limits.jerk, limits.effort
    )
}

fn keys(gripper: &Gripper, prismatic: bool) -> Vec<(&'static str, String)> {
    let position = |value: f64| match prismatic {
        true => value,
        false => value.to_degrees(),
    };
    let rows: Vec<String> = gripper
        .openings
        .iter()
        .map(|(joint, opening)| format!("[{}, {opening}]", position(*joint)))
        .collect();
    let names = match prismatic {
        true => ["closed", "open", "openings"],
        false => ["closed_deg", "open_deg", "openings_deg"],
    };
    let vector = |v: [f64; 3]| format!("[{}, {}, {}]", v[0], v[1], v[2]);
    vec![
        (names[0], position(gripper.closed).to_string()),
        (names[1], position(gripper.open).to_string()),
        (names[2], format!("[{}]", rows.join(", "))),
        ("tool_from_grasp", vector(gripper.tool_from_grasp.into())),
        (
            "opening_axis",
            vector(gripper.opening_axis.into_inner().into()),
        ),
        (
            "approach_axis",
            vector(gripper.approach_axis.into_inner().into()),
        ),
        ("parallel", gripper.parallel.to_string()),
        ("fingertip_reach", gripper.fingertip_reach.to_string()),
    ]
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
