//! A motion written segment by segment.

use enact_robot::CollisionWorld;
use enact_types::{JointVector, Pose, Refusal};

use super::context::SkillContext;
use crate::motion::point_to_point::move_to;
use crate::motion::transit::transit;
use crate::motion::{Effect, MotionSegment, Purpose, StepMotion, cartesian_path};

/// A motion under construction: where the arm is after the segments so far.
#[derive(Clone)]
pub struct MotionBuilder<'a> {
    context: SkillContext<'a>,
    at: JointVector,
    segments: Vec<MotionSegment>,
}

impl<'a> MotionBuilder<'a> {
    /// Nothing yet, the arm where it is.
    pub fn new(context: SkillContext<'a>) -> Self {
        Self {
            context,
            at: context.joints.clone(),
            segments: Vec::new(),
        }
    }

    /// Where the arm is after the segments so far.
    pub fn at(&self) -> &JointVector {
        &self.at
    }

    /// The motion so far.
    pub fn finish(self) -> StepMotion {
        StepMotion {
            segments: self.segments,
        }
    }

    /// Says what the end of the last segment changes.
    pub fn effect(&mut self, effect: Effect) {
        if let Some(segment) = self.segments.last_mut() {
            segment.effect = Some(effect);
        }
    }

    /// Moves freely to a posture of the arm, the gripper to `gripper` on the way.
    pub fn transit(
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
    pub fn line(
        &mut self,
        pose: &Pose,
        speed: f64,
        purpose: Purpose,
        around: &CollisionWorld,
    ) -> Result<(), Refusal> {
        let SkillContext { robot, .. } = self.context;
        let postures = cartesian_path::postures(robot, &self.at, pose)?;
        let samples = cartesian_path::timed(robot, &self.at, postures, speed, around)?;
        robot.collider().check_path(&samples, around)?;
        self.push(MotionSegment::new(purpose, samples, around));
        Ok(())
    }

    /// Moves the gripper alone, in at least `seconds`.
    pub fn gripper(
        &mut self,
        position: f64,
        seconds: f64,
        purpose: Purpose,
        around: &CollisionWorld,
    ) -> Result<(), Refusal> {
        let count = self.context.robot.arm_joints().len();
        let goal = self.with_gripper(&self.at[..count], position);
        let SkillContext { robot, .. } = self.context;
        let samples = move_to(robot, &self.at, &goal, seconds)?;
        robot.collider().check_path(&samples, around)?;
        self.push(MotionSegment::new(purpose, samples, around));
        Ok(())
    }

    /// Moves home around everything on the table, with an empty gripper as at home.
    pub fn home(&mut self) -> Result<(), Refusal> {
        self.home_around(self.context.around)
    }

    /// The same around what the table holds by then.
    pub fn home_around(&mut self, around: &CollisionWorld) -> Result<(), Refusal> {
        let SkillContext { robot, gripper, .. } = self.context;
        let home = robot.home();
        let opening = home.get(gripper.joint).copied();
        self.transit(home, opening.unwrap_or(gripper.closed), around)
    }

    fn with_gripper(&self, arm: &[f64], position: f64) -> JointVector {
        let arm = &arm[..self.context.robot.arm_joints().len()];
        self.context.with_gripper_at(arm, &self.at, position)
    }

    fn push(&mut self, segment: MotionSegment) {
        if let Some(end) = segment.end() {
            self.at = end.clone();
        }
        self.segments.push(segment);
    }
}
