//! The workspace of an arm.

use serde::Deserialize;

/// `[workspace]` of `robot.toml`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Workspace {
    /// Origin, in the base frame, of scenes for any arm: `x` and `y`, meters. Zero for an arm with
    /// the reach of the SO-101.
    pub origin: [f64; 2],
}

impl Workspace {
    /// Returns a description of the first invalid value, if any.
    pub(crate) fn fault(&self) -> Option<String> {
        let is_near = |at: &f64| (-10.0..=10.0).contains(at);
        let [x, y] = self.origin;
        (!self.origin.iter().all(is_near))
            .then(|| format!("origin = [{x}, {y}] is not within 10 m of the base"))
    }
}
