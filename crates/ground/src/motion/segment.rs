//! A motion as a list of segments with a purpose each.

use std::fmt;

use enact_robot::CollisionWorld;
use enact_types::{JointVector, Pose};
use serde::{Deserialize, Serialize};

/// What a segment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Move freely to a posture.
    Transit,
    /// Come closer along the approach direction.
    Approach,
    /// Close the fingers around something.
    Close,
    /// Raise what was grasped.
    Lift,
    /// Lower what is held to where it goes.
    Lower,
    /// Open the fingers.
    Open,
    /// Slide something along the table.
    Push,
    /// Move away from what was touched.
    Retreat,
}

impl Purpose {
    /// Its name in words.
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

/// What the end of a segment changes in what is known of the scene.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// The gripper has taken an object, if its fingers hold something.
    Grasp {
        /// Name of the object.
        object: String,
        /// Where it is in the hand.
        tool_from_object: Pose,
    },
    /// The gripper has let go of what it held.
    Release {
        /// Direction of the object's first axis about the base's `z` then, radians, where the
        /// step is about that.
        yaw: Option<f64>,
    },
}

/// A motion from rest to rest.
#[derive(Clone, Debug, PartialEq)]
pub struct MotionSegment {
    /// All joints at each control period; the first is where the arm is.
    pub samples: Vec<JointVector>,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether the hand or what it holds is meant to touch something.
    pub contact_expected: bool,
    /// What it was planned to stay clear of, for the gate to check again.
    pub around: CollisionWorld,
    /// What is changed once its end is reached.
    pub effect: Option<Effect>,
}

impl MotionSegment {
    /// A segment that is clear of what is around; contact is expected where its purpose
    /// is to touch.
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

    /// Where it ends.
    pub fn end(&self) -> Option<&JointVector> {
        self.samples.last()
    }
}

/// What a step does with the arm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepMotion {
    /// In order; each starts where the one before ends.
    pub segments: Vec<MotionSegment>,
}

impl StepMotion {
    /// Where the object will be in the hand that the motion grasps, if it does.
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
