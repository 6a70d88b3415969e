//! The geometry of an object that stands on the table.

use enact_types::{Point3, Vector3};
use serde::{Deserialize, Serialize};

use super::contour::Contour;

/// Height below which something is flat: the table continues over it, meters.
pub const MAX_FLAT_HEIGHT_M: f64 = 0.002;

/// An upright object: a footprint between two heights, in the base frame, meters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Solid {
    /// Middle of the footprint along the base's `x`.
    pub x: f64,
    /// Middle of the footprint along the base's `y`.
    pub y: f64,
    /// Direction of the footprint's first axis about the base's `z`, radians.
    pub yaw: f64,
    /// Outline seen from above.
    pub footprint: Footprint,
    /// Height of the lowest point.
    pub base: f64,
    /// Height of the highest point.
    pub top: f64,
    /// True for a ball.
    pub ball: bool,
    /// The hollow, if the rim is higher than the middle.
    pub hollow: Option<Hollow>,
    /// The measured outline of what is neither a rectangle nor a disc: the footprint is then around
    /// it, or in it where it is that of a container with something attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contour: Option<Contour>,
    /// Likely error of the position, meters.
    pub uncertainty: f64,
    /// Likely error of the height, meters; zero where it is measured.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub height_uncertainty: f64,
}

/// An outline seen from above, meters, centered on the origin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Footprint {
    /// A rectangle along the axes of its frame.
    Rectangle {
        /// Half extents.
        half: [f64; 2],
    },
    /// A disc.
    Disc {
        /// Radius.
        radius: f64,
    },
}

/// The inside of a container.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hollow {
    /// Height of the floor in the base frame, meters.
    pub floor: f64,
    /// Outline of the opening, in the frame of the outer footprint.
    pub inner: Footprint,
    /// Radius of the floor where a round wall slopes, meters; none: the wall is upright.
    pub foot: Option<f64>,
}

impl Footprint {
    /// Returns the signed distance of `(u, v)` to the outline, negative inside, meters.
    pub fn distance(&self, u: f64, v: f64) -> f64 {
        match *self {
            Self::Disc { radius } => u.hypot(v) - radius,
            Self::Rectangle { half } => {
                let (du, dv) = (u.abs() - half[0], v.abs() - half[1]);
                du.max(0.0).hypot(dv.max(0.0)) + du.max(dv).min(0.0)
            }
        }
    }

    /// Returns half the extent along the unit direction `(u, v)`, meters.
    pub fn half_extent(&self, u: f64, v: f64) -> f64 {
        match *self {
            Self::Disc { radius } => radius,
            Self::Rectangle { half } => half[0] * u.abs() + half[1] * v.abs(),
        }
    }

    /// Returns the radius of the largest disc inside, meters.
    pub fn inner_radius(&self) -> f64 {
        match *self {
            Self::Disc { radius } => radius,
            Self::Rectangle { half } => half[0].min(half[1]),
        }
    }

    /// Returns the radius of the smallest disc around it, meters.
    pub fn outer_radius(&self) -> f64 {
        match *self {
            Self::Disc { radius } => radius,
            Self::Rectangle { half } => half[0].hypot(half[1]),
        }
    }

    /// Returns the outline moved inwards by `wall` meters, at least a point.
    pub fn shrunk(&self, wall: f64) -> Self {
        match *self {
            Self::Disc { radius } => Self::Disc {
                radius: (radius - wall).max(0.0),
            },
            Self::Rectangle { half } => Self::Rectangle {
                half: half.map(|extent| (extent - wall).max(0.0)),
            },
        }
    }
}

impl Solid {
    /// Creates a disc-shaped object of a guessed size, for a camera without depth.
    pub fn guess_disc(x: f64, y: f64, radius: f64, uncertainty: f64) -> Self {
        Self {
            x,
            y,
            yaw: 0.0,
            footprint: Footprint::Disc { radius },
            base: 0.0,
            top: 2.0 * radius,
            ball: false,
            hollow: None,
            contour: None,
            uncertainty,
            height_uncertainty: 0.0,
        }
    }

    /// Returns the center of the object.
    pub fn center(&self) -> Point3 {
        Point3::new(self.x, self.y, (self.base + self.top) / 2.0)
    }

    /// Returns the largest extent, meters.
    pub fn largest_extent(&self) -> f64 {
        let across = match self.footprint {
            Footprint::Rectangle { half } => 2.0 * half[0].max(half[1]),
            Footprint::Disc { radius } => 2.0 * radius,
        };
        across.max(self.height())
    }

    /// Returns the height from lowest to highest point, meters.
    pub fn height(&self) -> f64 {
        self.top - self.base
    }

    /// Returns the height of the surface on which things in or on it rest, meters.
    pub fn support_surface_height(&self) -> f64 {
        self.hollow.map_or(self.top, |hollow| hollow.floor)
    }

    /// Returns the height of the highest point if it is as high as it may well be, meters.
    pub fn upper_bound_of_top(&self) -> f64 {
        self.top + self.height_uncertainty
    }

    /// Returns the height from lowest to highest point if it is as low as it may well be, meters.
    pub fn lower_bound_of_height(&self) -> f64 {
        (self.height() - self.height_uncertainty).max(0.0)
    }

    /// Returns the solid as high as it may well be.
    pub fn with_upper_bound_height(&self) -> Self {
        Self {
            top: self.upper_bound_of_top(),
            ..self.clone()
        }
    }

    /// Returns whether it is as flat as a print or a sheet, which nothing can bump into.
    pub fn is_flat(&self) -> bool {
        self.hollow.is_none() && self.height() < MAX_FLAT_HEIGHT_M
    }

    /// Returns whether it can be turned about the vertical without changing.
    pub fn is_round(&self) -> bool {
        matches!(self.footprint, Footprint::Disc { .. })
    }

    /// Returns half its extent along a horizontal direction of the base frame, meters.
    pub fn half_extent(&self, direction: &Vector3) -> f64 {
        let [u, v] = self.turned(direction.x, direction.y);
        let length = u.hypot(v).max(f64::MIN_POSITIVE);
        let (u, v) = (u / length, v / length);
        match &self.contour {
            None => self.footprint.half_extent(u, v),
            Some(contour) => contour.reach_along(u, v).max(contour.reach_along(-u, -v)),
        }
    }

    /// Radius of the smallest upright cylinder around it, meters.
    pub fn outer_radius(&self) -> f64 {
        let radius = self.footprint.outer_radius();
        match &self.contour {
            None => radius,
            Some(contour) => contour.outer_radius().max(radius),
        }
    }

    /// The highest place that is nearest to its middle of mass, base frame.
    pub fn peak(&self) -> Point3 {
        let [u, v] = self.contour.as_ref().map_or([0.0; 2], Contour::peak);
        let [x, y] = self.footprint_to_base(u, v);
        Point3::new(x, y, self.top)
    }

    /// A place in the frame of the footprint, in the base frame seen from above.
    pub fn footprint_to_base(&self, u: f64, v: f64) -> [f64; 2] {
        let (sin, cos) = self.yaw.sin_cos();
        [self.x + cos * u - sin * v, self.y + sin * u + cos * v]
    }

    /// Returns the smallest extent of the footprint between two parallel sides, meters.
    pub fn smallest_width(&self) -> f64 {
        2.0 * self.footprint.inner_radius()
    }

    /// Converts a point of the base frame, seen from above, to the frame of the footprint.
    pub fn base_to_footprint(&self, x: f64, y: f64) -> [f64; 2] {
        self.turned(x - self.x, y - self.y)
    }

    /// Returns the signed distance of a point of the base frame, seen from above, to the footprint,
    /// meters.
    pub fn signed_distance_to_footprint(&self, x: f64, y: f64) -> f64 {
        let [u, v] = self.base_to_footprint(x, y);
        self.outline_distance(u, v)
    }

    fn outline_distance(&self, u: f64, v: f64) -> f64 {
        match &self.contour {
            None => self.footprint.distance(u, v),
            Some(contour) => contour.distance(u, v),
        }
    }

    /// Returns whether a point of the base frame, seen from above, is over the hollow.
    pub fn is_over_hollow(&self, x: f64, y: f64) -> bool {
        let [u, v] = self.base_to_footprint(x, y);
        self.hollow
            .is_some_and(|hollow| hollow.inner.distance(u, v) < 0.0)
    }

    /// Returns the signed distance of a point of the base frame to the material, meters. A
    /// container has material in its wall and floor only.
    pub fn signed_distance_to_material(&self, point: &Point3) -> f64 {
        let [u, v] = self.base_to_footprint(point.x, point.y);
        let slab = |base: f64, top: f64| (base - point.z).max(point.z - top);
        let outline = self.outline_distance(u, v);
        let outside = combine(outline, slab(self.base, self.top));
        match self.hollow {
            None => outside,
            Some(hollow) => {
                let wall = outline.max(-self.wall_distance(&hollow, [u, v], point.z));
                let floor = combine(outline, slab(self.base, hollow.floor));
                combine(wall, slab(self.base, self.top)).min(floor)
            }
        }
    }

    /// Returns the signed distance to the inside of the wall, negative in free space, meters.
    fn wall_distance(&self, hollow: &Hollow, [u, v]: [f64; 2], z: f64) -> f64 {
        let (Some(foot), Footprint::Disc { radius }) = (hollow.foot, hollow.inner) else {
            return hollow.inner.distance(u, v);
        };
        let (out, up) = (radius - foot, self.top - hollow.floor);
        let share = ((z - hollow.floor) / up).clamp(0.0, 1.0);
        (u.hypot(v) - foot - share * out) * up / out.hypot(up)
    }

    fn turned(&self, dx: f64, dy: f64) -> [f64; 2] {
        let (sin, cos) = self.yaw.sin_cos();
        [cos * dx + sin * dy, cos * dy - sin * dx]
    }
}

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

/// Combines the distances to a prism's outline and slab to the distance to the prism.
fn combine(plan: f64, slab: f64) -> f64 {
    plan.max(0.0).hypot(slab.max(0.0)) + plan.max(slab).min(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bowl() -> Solid {
        Solid {
            top: 0.04,
            hollow: Some(Hollow {
                floor: 0.005,
                inner: Footprint::Disc { radius: 0.045 },
                foot: None,
            }),
            ..Solid::guess_disc(0.2, 0.0, 0.05, 0.0)
        }
    }

    #[test]
    fn the_inside_of_a_bowl_is_free() {
        let bowl = bowl();
        assert!(bowl.signed_distance_to_material(&Point3::new(0.2, 0.0, 0.025)) > 0.015);
        assert!(bowl.signed_distance_to_material(&Point3::new(0.2475, 0.0, 0.02)) < 0.0);
        assert!(bowl.signed_distance_to_material(&Point3::new(0.2, 0.0, 0.003)) < 0.0);
        assert!(
            (bowl.signed_distance_to_material(&Point3::new(0.26, 0.0, 0.02)) - 0.01).abs() < 1e-12
        );
    }

    proptest! {
        #[test]
        fn the_distance_never_grows_faster_than_the_way(
            a in prop::array::uniform3(-0.1..0.1), b in prop::array::uniform3(-0.1..0.1), yaw in -3.0..3.0,
        ) {
            let solid = Solid {
                yaw,
                footprint: Footprint::Rectangle { half: [0.02, 0.03] },
                ..Solid::guess_disc(0.0, 0.0, 0.02, 0.0)
            };
            let (a, b) = (Point3::from(a), Point3::from(b));
            let difference = (solid.signed_distance_to_material(&a) - solid.signed_distance_to_material(&b)).abs();
            prop_assert!(difference <= (a - b).norm() + 1e-12);
        }
    }
}
