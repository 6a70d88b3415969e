//! Speed limit of the tool near people and things.

use enact_types::Point3;
use serde::Deserialize;

use crate::collision::CollisionWorld;

/// `[tool_speed]` of `robot.toml`.
///
/// The default is the reduced speed of ISO 10218-1:2011, 5.6.2.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ToolSpeed {
    /// Largest speed of the working point near the table, workspace walls and keep-out places, m/s.
    pub near: f64,
    /// Distance within which something counts as near, meters.
    pub within: f64,
}

impl Default for ToolSpeed {
    fn default() -> Self {
        Self {
            near: 0.25,
            within: 0.05,
        }
    }
}

impl ToolSpeed {
    /// Returns the speed limit at a point that is `more` meters nearer than it seems, and what it
    /// is near to; `None` if only the joints limit the tool.
    pub fn speed_limit_at_point<'a>(
        &self,
        point: &Point3,
        around: &'a CollisionWorld,
        more: f64,
    ) -> Option<(f64, &'a str)> {
        let near = around.find_slow_zone_near(point, self.within + more)?;
        Some((self.near, near))
    }

    /// Returns a description of the first invalid value, if any.
    pub(crate) fn find_invalid_value(&self) -> Option<String> {
        if !(0.001..=10.0).contains(&self.near) {
            Some(format!("near = {} is outside 0.001 to 10 m/s", self.near))
        } else if !(0.0..=10.0).contains(&self.within) {
            Some(format!("within = {} is outside 0 to 10 m", self.within))
        } else {
            None
        }
    }
}
