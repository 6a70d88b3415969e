//! Carry, release, withdraw.

use std::sync::Arc;

use enact_robot::{CollisionWorld, PostureCheck, TABLE_NAME};
use enact_types::{Point3, Refusal, Vector3};

use super::context::SkillContext;
use super::grasp::refusal_closest_to_success;
use super::motion_builder::MotionBuilder;
use super::release::ReleasePose;
use crate::motion::end_effector::{solve, translated_pose};
use crate::motion::obstacles::obstacle_from_solid;
use crate::motion::{Effect, Purpose};
use crate::scene::{HeldObject, SceneObject};

/// Height at which the held object passes above the rim, meters.
const RIM_CLEARANCE: f64 = 0.015;
/// Smallest height from which the object is lowered, meters.
const MIN_DESCENT: f64 = 0.03;
/// Additional tilts for the approach and the retreat, radians.
const MORE_TILT: [f64; 3] = [0.0, 0.2, 0.4];
/// Excess of the finger opening over the object's width, meters.
const SPARE: [f64; 2] = [0.02, 0.01];
/// Retreat distances of the hand, meters, in order of preference.
const RETREATS: [f64; 3] = [0.07, 0.05, 0.03];
/// Speeds, m/s.
const LOWER_SPEED: f64 = 0.1;
const RETREAT_SPEED: f64 = 0.12;
/// Time to open the fingers, seconds.
const OPENING: f64 = 0.5;
/// Distance of the hand to the target during the release, meters.
pub const HAND_RELEASE_CLEARANCE_M: f64 = 0.001;

/// A held object and its destination.
pub struct PutDown<'a> {
    /// Context of the skill.
    pub context: SkillContext<'a>,
    /// Object in the gripper.
    pub held: &'a HeldObject,
    /// Object that it goes in, on or beside, or its own previous pose.
    pub target: &'a SceneObject,
    /// Obstacles on the way there, with the held object.
    pub carrying: CollisionWorld,
    /// Direction of the object afterwards, radians, if the step asks for one.
    pub yaw: Option<f64>,
}

impl<'a> PutDown<'a> {
    /// Returns a motion along the first of these release poses that can be planned completely.
    ///
    /// # Errors
    /// The refusal that was closest to success, if none can be planned.
    pub fn plan_first_feasible_release(
        &self,
        paths: &[ReleasePose],
    ) -> Result<MotionBuilder<'a>, Refusal> {
        let mut refusal = None;
        for path in paths {
            for spare in SPARE {
                for more in MORE_TILT {
                    match self.plan_release_motion(path, spare, more) {
                        Ok(script) => return Ok(script),
                        Err(why) => refusal = refusal_closest_to_success(refusal, why),
                    }
                }
            }
        }
        Err(refusal.unwrap_or_else(|| {
            Refusal::NotApplicable(format!("no way to the {}", self.target.name))
        }))
    }

    /// Approaches from above with the hand tilted by `more`, opens by `spare`, and retreats.
    ///
    /// # Errors
    /// If a part of the motion is unreachable, blocked, or beyond a limit.
    pub fn plan_release_motion(
        &self,
        path: &ReleasePose,
        spare: f64,
        more: f64,
    ) -> Result<MotionBuilder<'a>, Refusal> {
        let SkillContext {
            robot,
            gripper,
            end_effector,
            ..
        } = self.context;
        let empty = self
            .context
            .around
            .with_capped_margins(HAND_RELEASE_CLEARANCE_M);
        let open = self.opened(path, spare, &self.context.posture_check_among(&empty))?;
        let middle = self.held.tool_from_object.translation.vector.into();
        let over = path.object_center(self.held) + Vector3::z() * self.descent(path);
        let above = end_effector.tool_pose_for_target(&middle, &over, path.tilt + more, path.roll);
        let posture = solve(robot, &above, &path.posture, &self.target.name)?;
        let mut script = MotionBuilder::new(self.context);
        script.add_transit(&posture, gripper.closed, &self.carrying)?;
        let touching = self
            .carrying
            .with_capped_margins(HAND_RELEASE_CLEARANCE_M)
            .with_touch_allowed(&[TABLE_NAME]);
        let lowered = &path.base_from_tool;
        script.add_straight_line(lowered, LOWER_SPEED, Purpose::Lower, &touching)?;
        script.add_gripper_motion(open, OPENING, Purpose::Open, &empty)?;
        script.set_segment_effect(Effect::Release { yaw: self.yaw });
        self.retreat(&mut script, path, &empty)?;
        script.add_move_home_around(&self.afterwards(path))?;
        Ok(script)
    }

    /// Returns the obstacles once the object has been released.
    fn afterwards(&self, path: &ReleasePose) -> CollisionWorld {
        let put_down = obstacle_from_solid(
            &self.held.object.name,
            &path.object_after_release(self.held),
        );
        let mut around = self.context.around.clone();
        // The fingers may still be around it.
        around
            .obstacles
            .push((Arc::new(put_down), HAND_RELEASE_CLEARANCE_M));
        around
    }

    /// Checks that the fingers can open at one of these poses.
    ///
    /// # Errors
    /// The refusal that was closest to success; `None` if there are no poses.
    pub fn check_fingers_can_open(
        &self,
        paths: &[ReleasePose],
        around: &PostureCheck<'_>,
    ) -> Result<(), Option<Refusal>> {
        let mut refusal = None;
        for path in paths {
            for spare in SPARE {
                match self.opened(path, spare, around) {
                    Ok(_) => return Ok(()),
                    Err(why) => refusal = refusal_closest_to_success(refusal, why),
                }
            }
        }
        Err(refusal)
    }

    /// Returns the position of the gripper's joint with the fingers `spare` wider than the object;
    /// refuses fingers that would be too close to an obstacle.
    fn opened(
        &self,
        path: &ReleasePose,
        spare: f64,
        around: &PostureCheck<'_>,
    ) -> Result<f64, Refusal> {
        let gripper = self.context.gripper;
        let (axis, at) = (gripper.opening_axis.into_inner(), gripper.tool_from_grasp);
        let width = self.held.grasped_width(&axis, &at) + spare;
        let open = gripper.joint_for_opening(width.min(gripper.max_opening()));
        let checked = self.context.check_posture(&path.posture, open, around);
        checked.map(|()| open)
    }

    /// Returns the height from which the held object is lowered, meters.
    fn descent(&self, path: &ReleasePose) -> f64 {
        let rim = self.target.solid.upper_bound_of_top() + RIM_CLEARANCE;
        (rim - path.object_underside_height(self.held)).max(MIN_DESCENT)
    }

    /// Retreats straight up, or back along the approach, or tilting on the way.
    fn retreat(
        &self,
        script: &mut MotionBuilder<'_>,
        path: &ReleasePose,
        around: &CollisionWorld,
    ) -> Result<(), Refusal> {
        let SkillContext {
            end_effector,
            gripper,
            ..
        } = self.context;
        let from = &path.base_from_tool;
        let grasp = gripper.tool_from_grasp;
        let tilted = |far: f64, more: f64| {
            let up: Point3 = from * grasp + Vector3::z() * far;
            end_effector.tool_pose_for_target(&grasp, &up, path.tilt + more, path.roll)
        };
        let mut refusal = None;
        for far in RETREATS {
            let straight = [Vector3::z(), -end_effector.approach_direction(from)]
                .map(|by| translated_pose(from, by * far));
            let paths = straight
                .into_iter()
                .chain(MORE_TILT[1..].iter().map(|more| tilted(far, *more)));
            for away in paths {
                match script.add_straight_line(&away, RETREAT_SPEED, Purpose::Retreat, around) {
                    Ok(()) => return Ok(()),
                    Err(why) => refusal = refusal_closest_to_success(refusal, why),
                }
            }
        }
        refusal.map_or(Ok(()), Err)
    }
}
