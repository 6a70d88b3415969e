//! Carry, release, withdraw.

use std::sync::Arc;

use enact_robot::{Surroundings, TABLE};
use enact_types::{Point3, Refusal, Vector3};

use super::context::Context;
use super::grasp::closest;
use super::release::Release;
use super::script::Script;
use crate::motion::hand::{shifted, solve};
use crate::motion::solids::obstacle;
use crate::motion::{Effect, Purpose};
use crate::scene::{Held, SceneObject};

/// How far the held object passes above the rim, metres.
const RIM_CLEARANCE: f64 = 0.015;
/// Least height from which to come down, metres.
const LEAST_DESCENT: f64 = 0.03;
/// Additional tilts to come from and to withdraw to, radians.
const MORE_TILT: [f64; 3] = [0.0, 0.2, 0.4];
/// How much wider than the object the fingers open, metres.
const SPARE: [f64; 2] = [0.02, 0.01];
/// How far the hand withdraws, metres, in order of preference.
const RETREATS: [f64; 3] = [0.07, 0.05, 0.03];
/// Speeds, m/s.
const LOWER_SPEED: f64 = 0.1;
const RETREAT_SPEED: f64 = 0.12;
/// Time to open the fingers, seconds.
const OPENING: f64 = 0.5;
/// Distance of the hand to the target while it releases, metres.
pub const TARGET_MARGIN: f64 = 0.001;

/// What is put down where.
pub struct PutDown<'a> {
    /// What the skill rests on.
    pub context: Context<'a>,
    /// What the gripper holds.
    pub held: &'a Held,
    /// What it goes in, on or beside, or where it was before.
    pub target: &'a SceneObject,
    /// What to stay clear of on the way there, with what is held.
    pub carrying: Surroundings,
    /// Direction of the object afterwards, radians, where the step is about that.
    pub yaw: Option<f64>,
}

impl<'a> PutDown<'a> {
    /// The first way that can be planned through.
    pub fn first(&self, ways: &[Release]) -> Result<Script<'a>, Refusal> {
        let mut refusal = None;
        for way in ways {
            for spare in SPARE {
                for more in MORE_TILT {
                    match self.through(way, spare, more) {
                        Ok(script) => return Ok(script),
                        Err(why) => refusal = closest(refusal, why),
                    }
                }
            }
        }
        Err(refusal.unwrap_or_else(|| {
            Refusal::NotApplicable(format!("no way to the {}", self.target.name))
        }))
    }

    /// Comes from above with the hand tilted by `more`, opens by `spare`, withdraws.
    pub fn through(&self, way: &Release, spare: f64, more: f64) -> Result<Script<'a>, Refusal> {
        let Context {
            robot,
            gripper,
            hand,
            ..
        } = self.context;
        let empty = self.context.around.within(TARGET_MARGIN);
        let open = self.opened(way, spare, &empty)?;
        let middle = self.held.tool_from_object.translation.vector.into();
        let over = way.middle(self.held) + Vector3::z() * self.descent(way);
        let above = hand.pose(&middle, &over, way.tilt + more, way.roll);
        let posture = solve(robot, &above, &way.posture, &self.target.name)?;
        let mut script = Script::new(self.context);
        script.transit(&posture, gripper.closed, &self.carrying)?;
        let touching = self.carrying.within(TARGET_MARGIN).touching(&[TABLE]);
        let lowered = &way.base_from_tool;
        script.line(lowered, LOWER_SPEED, Purpose::Lower, &touching)?;
        script.gripper(open, OPENING, Purpose::Open, &empty)?;
        script.effect(Effect::Release { yaw: self.yaw });
        self.retreat(&mut script, way, &empty)?;
        script.home_around(&self.afterwards(way))?;
        Ok(script)
    }

    /// What to stay clear of once the object has been let go.
    fn afterwards(&self, way: &Release) -> Surroundings {
        let put_down = obstacle(&self.held.object.name, &way.put_down(self.held));
        let mut around = self.context.around.clone();
        // The fingers may still be around it.
        around.obstacles.push((Arc::new(put_down), TARGET_MARGIN));
        around
    }

    /// Whether the fingers open in one of these ways; else why not, if there is one.
    pub fn opens(&self, ways: &[Release], around: &Surroundings) -> Result<(), Option<Refusal>> {
        let mut refusal = None;
        for way in ways {
            for spare in SPARE {
                match self.opened(way, spare, around) {
                    Ok(_) => return Ok(()),
                    Err(why) => refusal = closest(refusal, why),
                }
            }
        }
        Err(refusal)
    }

    /// The gripper's joint with the fingers `spare` wider than the object; refuses fingers that
    /// would be too close to something there.
    fn opened(&self, way: &Release, spare: f64, around: &Surroundings) -> Result<f64, Refusal> {
        let gripper = self.context.gripper;
        let width = self.grasped_width() + spare;
        let open = gripper.joint_for(width.min(gripper.widest()));
        let checked = self.context.check(&way.posture, open, around);
        checked.map(|()| open)
    }

    /// From how far up the held object comes down.
    fn descent(&self, way: &Release) -> f64 {
        let rim = self.target.solid.top + RIM_CLEARANCE;
        (rim - way.underside(self.held)).max(LEAST_DESCENT)
    }

    /// Width of the held object between the fingers, metres.
    fn grasped_width(&self) -> f64 {
        let opening = self.context.gripper.opening_axis.into_inner();
        let along = self.held.tool_from_object.rotation.inverse() * opening;
        let flat = along.x.hypot(along.y).max(f64::MIN_POSITIVE);
        let footprint = &self.held.object.solid.footprint;
        2.0 * footprint.half_extent(along.x / flat, along.y / flat)
    }

    /// Withdraws straight up, or back along the approach, or tilting on the way.
    fn retreat(
        &self,
        script: &mut Script<'_>,
        way: &Release,
        around: &Surroundings,
    ) -> Result<(), Refusal> {
        let Context { hand, gripper, .. } = self.context;
        let from = &way.base_from_tool;
        let grasp = gripper.tool_from_grasp;
        let tilted = |far: f64, more: f64| {
            let up: Point3 = from * grasp + Vector3::z() * far;
            hand.pose(&grasp, &up, way.tilt + more, way.roll)
        };
        let mut refusal = None;
        for far in RETREATS {
            let straight = [Vector3::z(), -hand.approach(from)].map(|by| shifted(from, by * far));
            let ways = straight
                .into_iter()
                .chain(MORE_TILT[1..].iter().map(|more| tilted(far, *more)));
            for away in ways {
                match script.line(&away, RETREAT_SPEED, Purpose::Retreat, around) {
                    Ok(()) => return Ok(()),
                    Err(why) => refusal = closest(refusal, why),
                }
            }
        }
        refusal.map_or(Ok(()), Err)
    }
}
