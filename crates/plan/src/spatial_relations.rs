//! Spatial words. Left, right, in front and behind are as the camera sees them.

use serde::{Deserialize, Serialize};

/// Position of an object relative to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Inside a hollow object.
    In,
    /// On top of an object.
    On,
    /// On the table, nearer to the left edge of the picture.
    #[serde(rename = "left of")]
    LeftOf,
    /// On the table, nearer to the right edge of the picture.
    #[serde(rename = "right of")]
    RightOf,
    /// On the table, nearer to the camera.
    #[serde(rename = "in front of")]
    InFrontOf,
    /// On the table, farther from the camera.
    Behind,
    /// On the table, on any side.
    #[serde(rename = "next to")]
    NextTo,
}

impl Relation {
    /// Every relation.
    pub const ALL_RELATIONS: [Self; 7] = [
        Self::In,
        Self::On,
        Self::LeftOf,
        Self::RightOf,
        Self::InFrontOf,
        Self::Behind,
        Self::NextTo,
    ];

    /// The relations of objects side by side on the table.
    pub const BESIDE_RELATIONS: [Self; 5] = [
        Self::LeftOf,
        Self::RightOf,
        Self::InFrontOf,
        Self::Behind,
        Self::NextTo,
    ];

    /// Returns the words that a plan uses for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::On => "on",
            Self::LeftOf => "left of",
            Self::RightOf => "right of",
            Self::InFrontOf => "in front of",
            Self::Behind => "behind",
            Self::NextTo => "next to",
        }
    }

    /// Returns whether the object stands on the table beside the other.
    pub fn is_beside(self) -> bool {
        Self::BESIDE_RELATIONS.contains(&self)
    }

    /// Returns the side of the other on which the object stands, if that matters.
    pub fn side(self) -> Option<Direction> {
        match self {
            Self::LeftOf => Some(Direction::Left),
            Self::RightOf => Some(Direction::Right),
            Self::InFrontOf => Some(Direction::Closer),
            Self::Behind => Some(Direction::Away),
            Self::In | Self::On | Self::NextTo => None,
        }
    }
}

/// A direction on the table as seen in the camera's picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Towards the left edge of the picture.
    Left,
    /// Towards the right edge of the picture.
    Right,
    /// Away from the camera.
    Away,
    /// Closer to the camera.
    Closer,
}

impl Direction {
    /// Every direction.
    pub const ALL_DIRECTIONS: [Self; 4] = [Self::Left, Self::Right, Self::Away, Self::Closer];

    /// Returns the word that a plan uses for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Away => "away",
            Self::Closer => "closer",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_as_they_are_written() {
        for relation in Relation::ALL_RELATIONS {
            let text = serde_json::to_string(&relation).unwrap();
            assert_eq!(text, format!("\"{}\"", relation.name()));
            assert_eq!(serde_json::from_str::<Relation>(&text).unwrap(), relation);
        }
    }
}
