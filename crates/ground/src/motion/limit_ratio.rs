//! Finite differences relative to limits, computed as the gate does.

use enact_robot::description::{Joint, Limits};
use enact_types::JointVector;

/// Share of each limit that planned motions use.
pub const PLANNED_LIMIT_SHARE: f64 = 0.95;

/// Largest velocity, acceleration and jerk over all joints, each as a share of its limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LimitRatio {
    /// Velocity over its limit.
    pub velocity: f64,
    /// Acceleration over its limit.
    pub acceleration: f64,
    /// Jerk over its limit.
    pub jerk: f64,
}

impl LimitRatio {
    /// Returns the ratios of samples `period` seconds apart, at rest before and after.
    pub fn from_samples(samples: &[JointVector], joints: &[Joint], period: f64) -> Self {
        joints
            .iter()
            .enumerate()
            .map(|(joint, description)| {
                let positions = samples.iter().map(|sample| sample[joint]).collect();
                Self::of_joint(positions, &description.limits, period)
            })
            .fold(Self::default(), Self::max)
    }

    fn of_joint(positions: Vec<f64>, limits: &Limits, period: f64) -> Self {
        let (Some(first), Some(last)) = (positions.first().copied(), positions.last().copied())
        else {
            return Self::default();
        };
        let mut values: Vec<f64> = [first; 3]
            .into_iter()
            .chain(positions)
            .chain([last; 3])
            .collect();
        let mut worst = [limits.velocity, limits.acceleration, limits.jerk];
        for limit in &mut worst {
            values = values
                .windows(2)
                .map(|pair| (pair[1] - pair[0]) / period)
                .collect();
            let largest = values
                .iter()
                .fold(0.0, |worst: f64, value| worst.max(value.abs()));
            *limit = largest / *limit;
        }
        let [velocity, acceleration, jerk] = worst;
        Self {
            velocity,
            acceleration,
            jerk,
        }
    }

    fn max(self, other: Self) -> Self {
        Self {
            velocity: self.velocity.max(other.velocity),
            acceleration: self.acceleration.max(other.acceleration),
            jerk: self.jerk.max(other.jerk),
        }
    }
}
