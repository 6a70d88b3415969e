//! Hold the fingertips above.

use enact_types::{Point3, Refusal};

use super::context::{Context, TILTS};
use super::grasp::{closest, require_in_reach};
use super::script::Script;
use crate::motion::Motion;
use crate::motion::hand::{Roll, solve};

/// Height of the fingertips above the object, metres, in order of preference.
const HOVERS: [f64; 2] = [0.035, 0.025];
/// Turns about the approach direction to try.
const ROLLS: u32 = 4;

/// The motion that holds the shut fingertips above the object of this name.
pub fn point(context: &Context<'_>, name: &str) -> Result<Motion, Refusal> {
    let Context {
        robot,
        gripper,
        hand,
        ..
    } = *context;
    let solid = &context.find(name)?.solid;
    let carrying = context.carrying();
    require_in_reach(context, name, &solid.centre())?;
    let mut refusal = None;
    for hover in HOVERS {
        let height = solid.top + hover + gripper.fingertip_reach;
        let target = Point3::new(solid.x, solid.y, height);
        for tilt in TILTS {
            for step in 0..ROLLS {
                let turn = f64::from(step) * 2.0 * std::f64::consts::PI / f64::from(ROLLS);
                let pose = hand.pose(
                    &gripper.tool_from_grasp,
                    &target,
                    tilt,
                    Roll::FromHeading(turn),
                );
                let mut script = Script::new(*context);
                let moved = solve(robot, &pose, context.joints, name)
                    .and_then(|posture| script.transit(&posture, gripper.closed, &carrying));
                match moved {
                    Ok(()) => {
                        return Ok(Motion {
                            segments: script.finish(),
                            tool_from_object: None,
                        });
                    }
                    Err(why) => refusal = closest(refusal, why),
                }
            }
        }
    }
    Err(refusal.unwrap_or_else(|| Refusal::NotApplicable(format!("no way to the {name}"))))
}
