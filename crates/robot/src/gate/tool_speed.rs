//! Tool speed limit near people and things.

use std::time::Duration;

use enact_types::{JointVector, Point3, Refusal};

use crate::chain::Chain;
use crate::collision::CollisionWorld;
use crate::description::Robot;
use crate::tool_speed::ToolSpeed;

/// The working point of an arm and its speed limit.
#[derive(Clone, Debug)]
pub(super) struct ToolSpeedCheck {
    chain: Chain,
    arm_joints: usize,
    tool_from_point: Point3,
    speed: ToolSpeed,
}

impl ToolSpeedCheck {
    pub(super) fn new(robot: &Robot) -> Self {
        Self {
            chain: robot.chain.clone(),
            arm_joints: robot.arm_joints().len(),
            tool_from_point: robot.gripper_or_bare_tool().tool_from_grasp,
            speed: *robot.tool_speed_limit(),
        }
    }

    /// Checks that from each sample to the next the working point keeps its speed limit if it is
    /// near something at either sample.
    pub(super) fn check(
        &self,
        samples: &[JointVector],
        period: Duration,
        around: &CollisionWorld,
    ) -> Result<(), Refusal> {
        let at = |joints: &JointVector| {
            let point = self.chain.forward(&joints[..self.arm_joints]) * self.tool_from_point;
            (point, self.speed.speed_limit_at_point(&point, around, 0.0))
        };
        let Some(mut before) = samples.first().map(at) else {
            return Ok(());
        };
        for sample in &samples[1..] {
            let now = at(sample);
            if let Some((limit, near)) = before.1.or(now.1) {
                let speed = (now.0 - before.0).norm() / period.as_secs_f64();
                let within = speed <= limit;
                if !within {
                    return Err(Refusal::ToolSpeed {
                        near: near.to_owned(),
                        speed,
                        limit,
                    });
                }
            }
            before = now;
        }
        Ok(())
    }
}
