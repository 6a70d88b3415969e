//! Where on the ground there is still room.

use std::f64::consts::TAU;

use rand::{Rng, RngExt};

use super::viewpoint::{Viewpoint, uniform_around_zero};

/// Number of places tried for one thing.
const PLACES: usize = 40;
/// Smallest gap between two things, as a share of a small thing's width.
const GAP: f64 = 0.15;

/// A rectangular table top, and what stands on it.
#[derive(Debug)]
pub(super) struct Ground<'a> {
    pub view: &'a Viewpoint,
    /// Middle of the table.
    pub center: [f64; 2],
    /// Half its extents, meters.
    pub half: [f64; 2],
    /// Its direction about the vertical, radians.
    pub turn: f64,
    /// Circles that are taken: center and radius.
    taken: Vec<([f64; 2], f64)>,
}

impl<'a> Ground<'a> {
    /// Draws a table below the camera: usually larger than the view, often with an edge in it.
    pub fn new(view: &'a Viewpoint, rng: &mut impl Rng) -> Self {
        let largest = if rng.random_bool(0.55) { 6.0 } else { 1.6 };
        let mut half = || view.half_width.max(0.4 * view.distance) * rng.random_range(0.7..largest);
        let half = [half(), half()];
        let shift = half.map(|half| 0.6 * half);
        Self {
            view,
            center: [
                view.target.x + uniform_around_zero(rng, shift[0].min(view.distance)),
                view.target.y + uniform_around_zero(rng, shift[1].min(view.distance)),
            ],
            half,
            turn: rng.random_range(0.0..TAU),
            taken: Vec::new(),
        }
    }

    /// Returns whether a circle lies on the table.
    fn is_on_table(&self, [x, y]: [f64; 2], radius: f64) -> bool {
        let (sin, cos) = self.turn.sin_cos();
        let (x, y) = (x - self.center[0], y - self.center[1]);
        let (along, across) = (cos * x + sin * y, cos * y - sin * x);
        along.abs() + radius < self.half[0] && across.abs() + radius < self.half[1]
    }

    /// Draws a free place for a circle of this radius within the given part of the picture's width
    /// and height around its middle, and takes it; `None` if there is hardly any room.
    pub fn take_free_place(
        &mut self,
        rng: &mut impl Rng,
        radius: f64,
        part: f64,
    ) -> Option<[f64; 2]> {
        let gap = GAP * self.view.unit;
        for _ in 0..PLACES {
            let at = [
                0.5 + uniform_around_zero(rng, part / 2.0),
                0.5 + uniform_around_zero(rng, part / 2.0),
            ];
            if let Some(at) = self.view.ground_point_seen_at(at)
                && self.is_on_table(at, radius)
                && self
                    .taken
                    .iter()
                    .all(|([x, y], other)| (at[0] - x).hypot(at[1] - y) > radius + other + gap)
            {
                self.taken.push((at, radius));
                return Some(at);
            }
        }
        None
    }

    /// Draws a point of the ground near the edge of the picture or beyond it.
    pub fn random_ground_point_near_edge(&self, rng: &mut impl Rng) -> [f64; 2] {
        for _ in 0..PLACES {
            let (along, beyond) = (rng.random_range(-0.1..1.1), rng.random_range(-0.15..0.25));
            let at = match rng.random_range(0..4) {
                0 => [along, beyond],
                1 => [along, 1.0 - beyond],
                2 => [beyond, along],
                _ => [1.0 - beyond, along],
            };
            if let Some(at) = self.view.ground_point_seen_at(at) {
                return at;
            }
        }
        let angle = rng.random_range(0.0..TAU);
        let target = &self.view.target;
        let away = 1.2 * self.view.half_width;
        [target.x + away * angle.cos(), target.y + away * angle.sin()]
    }

    /// Draws a point of the ground anywhere in the picture.
    pub fn random_ground_point_in_view(&self, rng: &mut impl Rng) -> [f64; 2] {
        let at = [rng.random_range(0.1..0.9), rng.random_range(0.1..0.9)];
        self.view
            .ground_point_seen_at(at)
            .unwrap_or([self.view.target.x, self.view.target.y])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn what_is_placed_overlaps_nothing_and_is_on_the_table() {
        for seed in 0..50 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let view = Viewpoint::random(&mut rng, [336, 336]);
            let mut ground = Ground::new(&view, &mut rng);
            let radius = view.unit;
            let places: Vec<[f64; 2]> = (0..8)
                .filter_map(|_| ground.take_free_place(&mut rng, radius, 0.9))
                .collect();
            assert!(!places.is_empty(), "{seed}");
            for (index, a) in places.iter().enumerate() {
                assert!(ground.is_on_table(*a, radius));
                for b in &places[..index] {
                    assert!((a[0] - b[0]).hypot(a[1] - b[1]) > 2.0 * radius);
                }
            }
        }
    }
}
