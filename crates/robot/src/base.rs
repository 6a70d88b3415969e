//! The foot that the arm stands on.

use enact_types::Vector3;
use serde::Deserialize;

use crate::description::Robot;

/// `[base]` of `robot.toml`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Base {
    /// How far its straight front reaches along `x`, in the base frame, meters; as far as its shapes
    /// where that is not given.
    pub front: Option<f64>,
}

impl Base {
    /// Returns a description of the first invalid value, if any.
    pub(crate) fn find_invalid_value(&self) -> Option<String> {
        let front = self.front?;
        (!(-2.0..=2.0).contains(&front))
            .then(|| format!("front = {front} is not within 2 m of the base frame"))
    }
}

impl Robot {
    /// Returns how far the front of the base reaches along `x`, in the base frame, meters: a sheet is
    /// laid against it to find a camera's place.
    pub fn base_front_x(&self) -> f64 {
        self.base.front.unwrap_or_else(|| {
            let shapes = self.links[0].shapes.iter();
            shapes
                .map(|it| {
                    let along = it.link_from_shape.rotation.inverse() * Vector3::x();
                    it.link_from_shape.translation.x + it.shape.extent_along(&along)
                })
                .fold(0.0, f64::max)
        })
    }
}
