//! Solids that each tile of 16 × 16 pixels may see, and those that may shade it.

use enact_types::Vector3;

use super::appearance::{Appearance, Light};
use super::camera_rays::CameraRays;
use super::solid::{Ball, RenderSolid};
use crate::geometry::{FIRST_OBJECT_SEGMENT_ID, ROOM_SEGMENT_ID, TABLE_SEGMENT_ID};

/// Width and height of a tile in pixels.
pub(super) const TILE: usize = 16;
/// Distance beyond which solids do not darken the ambient light, meters.
const AMBIENT_REACH: f64 = 0.06;

/// The part of the scene that a tile needs, as indices of solids.
#[derive(Default)]
pub(super) struct Tile {
    /// Solids that may be visible.
    pub seen: Vec<usize>,
    /// Solids that may stand between the lamp and the visible ones.
    pub casters: Vec<usize>,
    /// The same for each further lamp.
    pub more_casters: Vec<Vec<usize>>,
    /// Solids that may darken the ambient light.
    pub near: Vec<usize>,
    /// Pixels that each object would cover if nothing hid it.
    pub unhidden: Vec<UnoccludedPixelCount>,
    /// Whether any of its pixels is in shadow.
    pub shadowed: bool,
}

/// Number of pixels that an object covers.
pub(super) struct UnoccludedPixelCount {
    pub id: u16,
    pub pixels: u32,
    last: usize,
}

impl Tile {
    /// Finds the solids that pixels `x..x_end` of rows `y..y_end` may see.
    pub fn new(view: &CameraRays, solids: &[RenderSolid], x: [usize; 2], y: [usize; 2]) -> Self {
        let bend = view.max_line_bend_in_tile_px();
        let out = |end: usize| if end == 0 { -bend } else { bend };
        let corners = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(i, j)| {
            view.ray_through_pixel(x[i] as f64 + out(i), y[j] as f64 + out(j))
                .normalize()
        });
        let cone = Cone::around(view.eye, &corners);
        let seen = (0..solids.len())
            .filter(|&index| cone.meets(&solids[index].bounds))
            .collect();
        Self {
            seen,
            ..Self::default()
        }
    }

    /// Finds the solids that may shade the surfaces within `hits`. Table and room cast no shadow.
    pub fn find_shadow_casters(&mut self, solids: &[RenderSolid], look: &Appearance, hits: &Ball) {
        self.casters = casters(solids, &look.light, hits);
        let lights = look.more_lights.iter();
        self.more_casters = lights.map(|light| casters(solids, light, hits)).collect();
        self.near = shading(solids)
            .filter(|&index| {
                let distance = (solids[index].bounds.center - hits.center).norm();
                distance < hits.radius + solids[index].inner_radius + AMBIENT_REACH
            })
            .collect();
    }

    /// Counts a pixel at which an object would be visible, once per pixel.
    pub fn count_unoccluded_pixel(&mut self, id: u16, pixel: usize) {
        if id < FIRST_OBJECT_SEGMENT_ID {
            return;
        }
        match self.unhidden.iter_mut().find(|cover| cover.id == id) {
            Some(cover) if cover.last == pixel => {}
            Some(cover) => {
                cover.pixels += 1;
                cover.last = pixel;
            }
            None => self.unhidden.push(UnoccludedPixelCount {
                id,
                pixels: 1,
                last: pixel,
            }),
        }
    }
}

/// Returns the solids that may stand between a lamp and the surfaces within `hits`.
fn casters(solids: &[RenderSolid], light: &Light, hits: &Ball) -> Vec<usize> {
    let lamp = light.position.coords;
    let cone = Cone::to_ball(lamp, hits);
    let reach = (hits.center - lamp).norm() + hits.radius;
    shading(solids)
        .filter(|&index| {
            // A ray to any point of the lamp stays this close to the ray to its center.
            let bounds = solids[index].bounds;
            let grown = Ball {
                radius: bounds.radius + light.radius,
                ..bounds
            };
            (grown.center - lamp).norm() - grown.radius < reach && cone.meets(&grown)
        })
        .collect()
}

/// Table and room are left out: nothing that matters is below or behind them.
fn shading(solids: &[RenderSolid]) -> impl Iterator<Item = usize> {
    (0..solids.len())
        .filter(|&index| ![TABLE_SEGMENT_ID, ROOM_SEGMENT_ID].contains(&solids[index].id))
}

/// All rays from a point within an angle of an axis.
struct Cone {
    apex: Vector3,
    axis: Vector3,
    cos: f64,
    sin: f64,
}

impl Cone {
    /// Returns a cone that contains these unit directions.
    fn around(apex: Vector3, directions: &[Vector3]) -> Self {
        let axis = directions.iter().sum::<Vector3>().normalize();
        let cos = directions
            .iter()
            .map(|direction| direction.dot(&axis))
            .fold(1.0, f64::min);
        Self::new(apex, axis, cos)
    }

    /// Returns a cone that contains a ball; everything if the apex is inside.
    fn to_ball(apex: Vector3, ball: &Ball) -> Self {
        let to_center = ball.center - apex;
        let distance = to_center.norm();
        if distance <= ball.radius {
            return Self::new(apex, Vector3::z(), -1.0);
        }
        let sin = ball.radius / distance;
        Self::new(apex, to_center / distance, (1.0 - sin * sin).sqrt())
    }

    fn new(apex: Vector3, axis: Vector3, cos: f64) -> Self {
        let sin = (1.0 - cos * cos).max(0.0).sqrt();
        Self {
            apex,
            axis,
            cos,
            sin,
        }
    }

    /// Returns whether the ball may reach into the cone; never a false negative.
    fn meets(&self, ball: &Ball) -> bool {
        if self.cos <= 0.0 {
            return true;
        }
        let to_center = ball.center - self.apex;
        let along = to_center.dot(&self.axis);
        let beside = (to_center.norm_squared() - along * along).max(0.0).sqrt();
        beside * self.cos - along * self.sin <= ball.radius * (1.0 + 1e-9) + 1e-9
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_ball_with_a_point_in_the_cone_is_never_culled(
            turn in 0.0..std::f64::consts::TAU, share in 0.0..1.0f64, distance in 0.01..2.0f64,
            offset in [-1.0..1.0f64, -1.0..1.0, -1.0..1.0], radius in 0.001..0.3f64,
        ) {
            let half_angle = 0.1f64;
            let apex = Vector3::new(0.3, -0.2, 0.5);
            let cone = Cone::new(apex, Vector3::z(), half_angle.cos());
            let angle = half_angle * share;
            let direction = Vector3::new(angle.sin() * turn.cos(), angle.sin() * turn.sin(), angle.cos());
            let inside = apex + direction * distance;
            let center = inside + Vector3::from(offset).cap_magnitude(0.999) * radius;
            let ball = Ball { center, radius };
            prop_assert!(cone.meets(&ball));
        }
    }

    #[test]
    fn a_ball_beside_or_behind_is_culled() {
        let cone = Cone::new(Vector3::zeros(), Vector3::z(), 0.1f64.cos());
        let at = |x: f64, z: f64| {
            cone.meets(&Ball {
                center: Vector3::new(x, 0.0, z),
                radius: 0.1,
            })
        };
        assert!(at(0.0, 1.0) && !at(0.5, 1.0) && !at(0.0, -2.0));
    }

    #[test]
    fn an_object_of_two_parts_covers_a_pixel_once() {
        let mut tile = Tile::default();
        for (id, pixel) in [(10, 0), (10, 0), (11, 0), (10, 1), (TABLE_SEGMENT_ID, 1)] {
            tile.count_unoccluded_pixel(id, pixel);
        }
        let counts: Vec<_> = tile.unhidden.iter().map(|c| (c.id, c.pixels)).collect();
        assert_eq!(counts, [(10, 2), (11, 1)]);
    }
}
