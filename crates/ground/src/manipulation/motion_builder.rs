//! Builds a motion segment by segment.

use enact_robot::CollisionWorld;
use enact_types::{JointVector, Pose, Refusal};

use super::context::SkillContext;
use crate::motion::point_to_point::sample_fastest_move;
use crate::motion::transit::transit;
use crate::motion::{Effect, MotionSegment, Purpose, StepMotion, cartesian_path};

/// A motion under construction, with the posture after its segments so far.
#[derive(Clone)]
pub struct MotionBuilder<'a> {
    context: SkillContext<'a>,
    at: JointVector,
    segments: Vec<MotionSegment>,
}

impl<'a> MotionBuilder<'a> {
    /// Creates an empty motion from the current posture.
    pub fn new(context: SkillContext<'a>) -> Self {
        Self {
            context,
            at: context.joints.clone(),
            segments: Vec::new(),
        }
    }

    /// Returns all joints after the segments so far.
    pub fn end_joints(&self) -> &JointVector {
        &self.at
    }

    /// Returns the motion so far.
    pub fn into_step_motion(self) -> StepMotion {
        StepMotion {
            segments: self.segments,
        }
    }

    /// Sets the effect of the end of the last segment.
    pub fn set_segment_effect(&mut self, effect: Effect) {
        if let Some(segment) = self.segments.last_mut() {
            segment.effect = Some(effect);
        }
    }

    /// Moves freely to a posture of the arm while the gripper moves to `gripper`.
    ///
    /// # Errors
    /// If no path is clear and within limits.
    pub fn add_transit(
        &mut self,
        arm: &[f64],
        gripper: f64,
        around: &CollisionWorld,
    ) -> Result<(), Refusal> {
        let goal = self.with_gripper(arm, gripper);
        let SkillContext {
            robot, searches, ..
        } = self.context;
        for segment in transit(robot, around, &self.at, &goal, searches)? {
            self.push(segment);
        }
        Ok(())
    }

    /// Moves the tool along a straight line to `pose`, at most at `speed` m/s.
    ///
    /// # Errors
    /// If a part of the line is unreachable, blocked, or beyond a limit.
    pub fn add_straight_line(
        &mut self,
        pose: &Pose,
        speed: f64,
        purpose: Purpose,
        around: &CollisionWorld,
    ) -> Result<(), Refusal> {
        let SkillContext { robot, .. } = self.context;
        let postures = cartesian_path::postures_along_line(robot, &self.at, pose)?;
        let samples =
            cartesian_path::samples_within_tool_speed(robot, &self.at, postures, speed, around)?;
        robot.collider().check_path(&samples, around)?;
        self.push(MotionSegment::new(purpose, samples, around));
        Ok(())
    }

    /// Moves only the gripper, in at least `seconds`.
    ///
    /// # Errors
    /// If an obstacle is too close or a limit is exceeded.
    pub fn add_gripper_motion(
        &mut self,
        position: f64,
        seconds: f64,
        purpose: Purpose,
        around: &CollisionWorld,
    ) -> Result<(), Refusal> {
        let count = self.context.robot.arm_joints().len();
        let goal = self.with_gripper(&self.at[..count], position);
        let SkillContext { robot, .. } = self.context;
        let samples = sample_fastest_move(robot, &self.at, &goal, seconds)?;
        robot.collider().check_path(&samples, around)?;
        self.push(MotionSegment::new(purpose, samples, around));
        Ok(())
    }

    /// Moves home around everything on the table, with the empty gripper as at home.
    ///
    /// # Errors
    /// If no path is clear and within limits.
    pub fn add_move_home(&mut self) -> Result<(), Refusal> {
        self.add_move_home_around(self.context.around)
    }

    /// Moves home around the given obstacles, such as those that the table holds by then.
    ///
    /// # Errors
    /// If no path is clear and within limits.
    pub fn add_move_home_around(&mut self, around: &CollisionWorld) -> Result<(), Refusal> {
        let SkillContext { robot, gripper, .. } = self.context;
        let home = robot.home();
        let opening = home.get(gripper.joint).copied();
        self.add_transit(home, opening.unwrap_or(gripper.closed), around)
    }

    fn with_gripper(&self, arm: &[f64], position: f64) -> JointVector {
        let arm = &arm[..self.context.robot.arm_joints().len()];
        self.context.joints_with_gripper_at(arm, &self.at, position)
    }

    fn push(&mut self, segment: MotionSegment) {
        if let Some(end) = segment.end() {
            self.at = end.clone();
        }
        self.segments.push(segment);
    }
}
