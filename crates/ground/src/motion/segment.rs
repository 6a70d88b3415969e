//! A motion as a list of segments, each with a purpose.

use std::fmt;

use enact_robot::CollisionWorld;
use enact_types::{JointVector, Pose};
use serde::{Deserialize, Serialize};

/// The purpose of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Moves freely to a posture.
    Transit,
    /// Comes closer along the approach direction.
    Approach,
    /// Closes the fingers around an object.
    Close,
    /// Raises the grasped object.
    Lift,
    /// Lowers the held object to its destination.
    Lower,
    /// Opens the fingers.
    Open,
    /// Slides an object along the table.
    Push,
    /// Moves away from the touched object.
    Retreat,
}

impl Purpose {
    /// Returns its name in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Transit => "transit",
            Self::Approach => "approach",
            Self::Close => "close",
            Self::Lift => "lift",
            Self::Lower => "lower",
            Self::Open => "open",
            Self::Push => "push",
            Self::Retreat => "retreat",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The effect of the end of a segment on the scene memory.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// The gripper has grasped an object, if its fingers hold something.
    Grasp {
        /// Name of the object.
        object: String,
        /// Pose of the object in the hand.
        tool_from_object: Pose,
    },
    /// The gripper has released its object.
    Release {
        /// Direction of the object's first axis about the base's `z` after the release, radians, if
        /// the step asks for one.
        yaw: Option<f64>,
    },
}

/// A motion from rest to rest.
#[derive(Clone, Debug, PartialEq)]
pub struct MotionSegment {
    /// All joints at each control period; the first sample is the starting posture.
    pub samples: Vec<JointVector>,
    /// Purpose of the segment.
    pub purpose: Purpose,
    /// True if the hand or the held object is meant to touch something.
    pub contact_expected: bool,
    /// Obstacles that it was planned around, for the gate to check again.
    pub around: CollisionWorld,
    /// Effect of reaching its end.
    pub effect: Option<Effect>,
}

impl MotionSegment {
    /// Creates a segment that is clear of its obstacles; contact is expected where its purpose is
    /// to touch.
    pub fn new(purpose: Purpose, samples: Vec<JointVector>, around: &CollisionWorld) -> Self {
        Self {
            around: around.clone(),
            samples,
            purpose,
            contact_expected: matches!(
                purpose,
                Purpose::Close | Purpose::Lift | Purpose::Lower | Purpose::Open | Purpose::Push
            ),
            effect: None,
        }
    }

    /// Returns the joints at its end.
    pub fn end(&self) -> Option<&JointVector> {
        self.samples.last()
    }
}

/// The motion of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepMotion {
    /// Segments in order; each starts at the end of its predecessor.
    pub segments: Vec<MotionSegment>,
}

impl StepMotion {
    /// Returns the pose of the object in the hand if the motion grasps one.
    pub fn tool_from_object(&self) -> Option<Pose> {
        self.segments
            .iter()
            .find_map(|segment| match segment.effect {
                Some(Effect::Grasp {
                    tool_from_object, ..
                }) => Some(tool_from_object),
                _ => None,
            })
    }
}
