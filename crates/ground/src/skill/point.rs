//! Hold the fingertips above.

use std::f64::consts::PI;

use enact_types::{JointVector, Point3, Refusal};

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

/// The motion that holds the shut fingertips above the object of this name.
pub fn point(context: &Context<'_>, name: &str) -> Result<Motion, Refusal> {
    let solid = &context.find(name)?.solid;
    let carrying = context.carrying();
    require_in_reach(context, name, &solid.centre())?;
    let mut refusal = None;
    for posture in postures(context, name, solid) {
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
    refusal
}

/// Postures with the fingertips above an object, the best first.
fn postures<'a>(
    context: &Context<'a>,
    name: &str,
    solid: &Solid,
) -> impl Iterator<Item = Result<JointVector, Refusal>> {
    let context = *context;
    let ways = HOVERS.into_iter().flat_map(|hover| {
        let turns = (0..ROLLS).map(|step| f64::from(step) * 2.0 * PI / f64::from(ROLLS));
        TILTS
            .into_iter()
            .flat_map(move |tilt| turns.clone().map(move |turn| (hover, tilt, turn)))
    });
    ways.map(move |(hover, tilt, turn)| {
        let height = solid.top + hover + context.gripper.fingertip_reach;
        let target = Point3::new(solid.x, solid.y, height);
        let grasp = &context.gripper.tool_from_grasp;
        let roll = Roll::FromHeading(turn);
        let pose = context.hand.pose(grasp, &target, tilt, roll);
        solve(context.robot, &pose, context.joints, name)
    })
}
