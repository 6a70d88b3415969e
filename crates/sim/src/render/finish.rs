//! Finishes: how the surface of a body differs from one even color.

use enact_types::Vector3;

use super::appearance::LinearRgb;
use super::pattern::Texture;
use super::texture::mix;

/// The surface of a body: its texture, its highlights and its edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finish {
    /// Where the second color shows.
    pub texture: Texture,
    /// Second color, linear.
    pub second: LinearRgb,
    /// Size of a feature of the texture, meters.
    pub scale: f64,
    /// Strength of highlights: 0 for chalk, 0.16 for molded plastic, 0.5 for lacquer.
    pub shine: f32,
    /// How narrow highlights are: their exponent as a power of two.
    pub sharpness: u8,
    /// Width of the rounded edges of a box, meters.
    pub bevel: f64,
    /// Whether flat pieces around the body's `z` axis are shaded as one round wall.
    pub round: bool,
    /// Seed of the texture.
    pub seed: u64,
}

impl Default for Finish {
    /// Returns molded plastic.
    fn default() -> Self {
        Self {
            texture: Texture::Plain,
            second: [0.0; 3],
            scale: 0.01,
            shine: 0.16,
            sharpness: 5,
            bevel: 0.0,
            round: false,
            seed: 0,
        }
    }
}

impl Finish {
    /// Returns the color at a point of a body of color `base`, averaged over about `pixel` meters.
    /// Point and normal are in the body's frame.
    pub(super) fn color_at(
        &self,
        base: &LinearRgb,
        point: &Vector3,
        normal: &Vector3,
        pixel: f64,
    ) -> LinearRgb {
        if self.texture == Texture::Plain {
            return *base;
        }
        let (u, v) = self.on_face(point, normal);
        let share = self
            .texture
            .second_color_share(u, v, pixel, self.scale, self.seed);
        mix(base, &self.second, share as f32)
    }

    /// Returns coordinates on the face that points along the normal; bands run around the `z` axis.
    fn on_face(&self, point: &Vector3, normal: &Vector3) -> (f64, f64) {
        match normal.iamax() {
            _ if self.texture == Texture::Bands => (point.z, 0.0),
            0 => (point.y, point.z),
            1 => (point.x, point.z),
            _ => (point.x, point.y),
        }
    }

    /// Returns the normal that light falls on, in the body's frame: flat pieces of a round wall are
    /// shaded as round, and the edges of a box of these half extents as worn off.
    pub(super) fn bent_normal(
        &self,
        point: &Vector3,
        normal: &Vector3,
        half: Option<&Vector3>,
    ) -> Vector3 {
        if self.round {
            return rounded(point, normal);
        }
        let (true, Some(half)) = (self.bevel > 0.0, half) else {
            return *normal;
        };
        let over = Vector3::from_fn(|axis, _| {
            let beyond = point[axis].abs() - (half[axis] - self.bevel);
            (beyond / self.bevel).clamp(0.0, 1.0) * point[axis].signum()
        });
        let along = normal.dot(&over);
        (normal + 0.8 * (over - normal * along)).normalize()
    }
}

/// Returns the normal turned about `z` to point away from the axis, or towards it.
fn rounded(point: &Vector3, normal: &Vector3) -> Vector3 {
    let flat = normal.xy().norm();
    let from_axis = point.xy();
    if flat < 1e-6 || from_axis.norm() < 1e-9 {
        return *normal;
    }
    let outward = from_axis.normalize() * (flat * normal.xy().dot(&from_axis).signum());
    Vector3::new(outward.x, outward.y, normal.z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_lean_over_and_faces_stay_flat() {
        let finish = Finish {
            bevel: 0.002,
            ..Finish::default()
        };
        let half = Vector3::new(0.01, 0.01, 0.01);
        let bent =
            |x: f64| finish.bent_normal(&Vector3::new(x, 0.0, 0.01), &Vector3::z(), Some(&half));
        assert_eq!(bent(0.005), Vector3::z());
        assert!(bent(0.0099).x > 0.5 && bent(-0.0099).x < -0.5);
        assert!((bent(0.0095).norm() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_round_wall_faces_away_from_its_axis_outside_and_towards_it_inside() {
        let finish = Finish {
            round: true,
            ..Finish::default()
        };
        let point = Vector3::new(0.03, 0.004, 0.0);
        let out = point.normalize();
        assert!((finish.bent_normal(&point, &Vector3::x(), None) - out).norm() < 1e-12);
        assert!((finish.bent_normal(&point, &-Vector3::x(), None) + out).norm() < 1e-12);
        assert_eq!(
            finish.bent_normal(&point, &Vector3::z(), None),
            Vector3::z()
        );
    }
}
