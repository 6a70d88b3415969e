//! Requirements on the start of an episode.

use enact_sim::Goal;
use serde::Deserialize;

/// A requirement on the start; names are roles.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum StartRequirement {
    /// A requirement on distances.
    Space(SpatialRequirement),
    /// A state that could be a goal, too.
    State(Goal),
}

/// A requirement on distances; a difference below 2 cm does not count.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SpatialRequirement {
    /// The first is nearer to the arm's base than the second.
    NearerToArm(String, String),
    /// The first is nearer to the third than the second is.
    Nearer(String, String, String),
    /// The first is farther left in the picture than the second.
    Lefter(String, String),
    /// The first is nearer to the bottom of the picture than the second.
    Lower(String, String),
    /// The first is near the line between the others.
    Between(String, String, String),
    /// The first is not near the line between the others.
    NotBetween(String, String, String),
}

impl StartRequirement {
    /// Returns the names of the roles that the requirement mentions.
    pub(super) fn names(&self) -> Vec<&str> {
        match self {
            Self::State(goal) => goal.names_and_placeholders(),
            Self::Space(space) => space.names(),
        }
    }
}

impl SpatialRequirement {
    fn names(&self) -> Vec<&str> {
        match self {
            Self::NearerToArm(a, b) | Self::Lefter(a, b) | Self::Lower(a, b) => vec![a, b],
            Self::Nearer(a, b, c) | Self::Between(a, b, c) | Self::NotBetween(a, b, c) => {
                vec![a, b, c]
            }
        }
    }
}
