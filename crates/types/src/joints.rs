//! One number per joint, in the robot's order.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

/// One number per joint in the order of the robot description: radians for a
/// revolute joint, meters for a prismatic one, or their time derivatives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JointVector(Vec<f64>);

impl JointVector {
    /// Creates a vector of zeros. It stands for a number of joints here, never for a default pose.
    pub fn zeros(joints: usize) -> Self {
        Self(vec![0.0; joints])
    }

    /// Returns whether every entry is finite.
    pub fn is_finite(&self) -> bool {
        self.0.iter().all(|value| value.is_finite())
    }

    /// Returns the largest absolute difference to `other`, joint by joint; infinite if the lengths
    /// differ or an entry is NaN.
    pub fn max_difference(&self, other: &Self) -> f64 {
        if self.len() != other.len() {
            return f64::INFINITY;
        }
        let worst = |worst: f64, (a, b): (&f64, &f64)| {
            let difference = (a - b).abs();
            if difference <= worst {
                worst
            } else if difference.is_nan() {
                f64::INFINITY
            } else {
                difference
            }
        };
        self.iter().zip(other.iter()).fold(0.0, worst)
    }
}

impl From<Vec<f64>> for JointVector {
    fn from(values: Vec<f64>) -> Self {
        Self(values)
    }
}

impl FromIterator<f64> for JointVector {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl Deref for JointVector {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.0
    }
}

impl DerefMut for JointVector {
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.0
    }
}

impl fmt::Display for JointVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, value) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{value:.4}")?;
        }
        f.write_str("]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_positive_containment_proof() {
        let a = JointVector::from(vec![0.0, 1.0]);
        assert_eq!(a.max_difference(&vec![0.5, -1.0].into()), 2.0);
        assert_eq!(a.max_difference(&vec![f64::NAN, 1.0].into()), f64::INFINITY);
        assert_eq!(a.max_difference(&vec![0.0].into()), f64::INFINITY);
    }
}
