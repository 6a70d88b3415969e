//! Hold the fingertips above.

use std::f64::consts::PI;

use enact_types::{JointVector, Point3, Pose, Refusal};

use super::context::{Context, TILTS};
use super::grasp::{closest, require_in_reach};
use super::script::Script;
use crate::motion::Motion;
use crate::motion::hand::{Roll, solve};
use crate::scene::Solid;

/// Height of the fingertips above the object, metres, in order of preference.
const HOVERS: [f64; 2] = [0.035, 0.025];
/// Turns about the approach direction to try.
const ROLLS: u32 = 4;
/// So many other postures of the arm are tried.
const OTHERWISE: usize = 24;

/// The motion that holds the shut fingertips above the object of this name.
pub fn point(context: &Context<'_>, name: &str) -> Result<Motion, Refusal> {
    let solid = &context.find(name)?.solid;
    let carrying = context.carrying();
    require_in_reach(context, name, &solid.centre())?;
    let mut refusal = None;
    let others = otherwise(context, name, solid)
        .filter(|posture| {
            context
                .check(posture, context.gripper.closed, &carrying)
                .is_ok()
        })
        .take(OTHERWISE);
    for posture in postures(context, name, solid).chain(others.map(Ok)) {
        let mut script = Script::new(*context);
        let closed = context.gripper.closed;
        match posture.and_then(|posture| script.transit(&posture, closed, &carrying)) {
            Ok(()) => {
                return Ok(Motion {
                    segments: script.finish(),
                    tool_from_object: None,
                });
            }
            Err(why) => refusal = closest(refusal, why),
        }
    }
    Err(refusal.unwrap_or_else(|| Refusal::NotApplicable(format!("no way to the {name}"))))
}

/// Why no posture above an object that the arm reaches is free; `None` if one is, or if it
/// reaches none.
pub fn hindrance(context: &Context<'_>, name: &str, solid: &Solid) -> Option<Refusal> {
    let carrying = context.carrying();
    let mut refusal = None;
    for posture in postures(context, name, solid).flatten() {
        match context.check(&posture, context.gripper.closed, &carrying) {
            Ok(()) => return None,
            Err(why) => refusal = closest(refusal, why),
        }
    }
    let is_free = |posture: JointVector| {
        let closed = context.gripper.closed;
        context.check(&posture, closed, &carrying).is_ok()
    };
    refusal.filter(|_| !otherwise(context, name, solid).any(is_free))
}

/// Postures with the fingertips above an object, the best first.
fn postures<'a>(
    context: &Context<'a>,
    name: &str,
    solid: &Solid,
) -> impl Iterator<Item = Result<JointVector, Refusal>> {
    let context = *context;
    let solve = move |pose: Pose| solve(context.robot, &pose, context.joints, name);
    poses(&context, solid).into_iter().map(solve)
}

/// The arm's other postures there.
fn otherwise<'a>(
    context: &'a Context<'a>,
    name: &'a str,
    solid: &Solid,
) -> impl Iterator<Item = JointVector> + 'a {
    poses(context, solid).into_iter().flat_map(move |pose| {
        let nearest = solve(context.robot, &pose, context.joints, name);
        nearest.map_or_else(|_| Vec::new(), |known| context.others(&pose, &known))
    })
}

/// Tool poses with the fingertips above an object, the best first.
fn poses(context: &Context<'_>, solid: &Solid) -> Vec<Pose> {
    let mut poses = Vec::new();
    for hover in HOVERS {
        let height = solid.top + hover + context.gripper.fingertip_reach;
        let target = Point3::new(solid.x, solid.y, height);
        for tilt in TILTS {
            for step in 0..ROLLS {
                let turn = f64::from(step) * 2.0 * PI / f64::from(ROLLS);
                let grasp = &context.gripper.tool_from_grasp;
                let roll = Roll::FromHeading(turn);
                poses.push(context.hand.pose(grasp, &target, tilt, roll));
            }
        }
    }
    poses
}
