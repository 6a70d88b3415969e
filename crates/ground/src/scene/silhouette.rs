//! Estimates the geometry of an object from its silhouette alone, on a table at height zero: for a
//! camera without depth.
//!
//! Seen from the camera, an object hides a part of the table. The bearings of that part around the
//! foot of the camera are the object's own, and so is its near edge. The distance by which it extends
//! beyond the footprint tells the object's height. Only the name tells whether it is hollow or a
//! ball.

use enact_types::Point3;
use nalgebra::Vector2;

use super::fit::{FLOOR, WALL, percentile};
use super::outline::{self, Fitted, Rectangle};
use super::solid::{Footprint, Hollow, Solid};

/// Likely error of a position, meters.
const UNCERTAINTY: f64 = 0.008;
/// Share of outlying pixels beyond an edge.
const STRAYS: f64 = 0.01;
/// Minimum height, meters.
const LOWEST: f64 = 0.005;
/// Minimum height of a container, in radii: a wall that leans outwards hides its own foot.
const SHALLOWEST: f64 = 0.73;
/// Sine of the angle to the line of sight below which a side shows no length.
const TURNED_AWAY: f64 = 0.25;
/// Largest half range of bearings: right below the camera they tell nothing, radians.
const WIDEST: f64 = 0.8;
/// Width of the bins of bearings, pixels.
const BIN: f64 = 2.0;
/// Words for hollow objects, and for those that roll.
const CONTAINERS: [&str; 14] = [
    "bowl",
    "box",
    "tray",
    "bin",
    "basket",
    "plate",
    "dish",
    "cup",
    "mug",
    "pot",
    "pan",
    "crate",
    "bucket",
    "container",
];
const BALLS: [&str; 2] = ["ball", "sphere"];

/// Extent of a silhouette around the foot of the camera, meters and radians.
struct Span {
    /// Height of the camera.
    height: f64,
    near: f64,
    far: f64,
    bearing: f64,
    /// Half the difference between its bearings.
    half_angle: f64,
}

/// Returns the solid called `label` whose silhouette hides these points of the table from an `eye`
/// with pixels of `pixel_angle` radians; `None` if they form no shape.
pub fn solid(hidden: &[Point3], eye: &Point3, pixel_angle: f64, label: &str) -> Option<Solid> {
    let span = Span::of(hidden, eye, pixel_angle)?;
    let is_named = |words: &[&str]| {
        let label = label.to_lowercase();
        let mut named = label.split(|letter: char| !letter.is_alphanumeric());
        named.any(|word| words.contains(&word))
    };
    let mut solid = if is_named(&BALLS) {
        span.ball(eye)
    } else if is_named(&CONTAINERS) {
        span.container(eye)
    } else {
        span.prism(eye, &near_edge(hidden, &span, eye, BIN * pixel_angle))
    };
    solid.uncertainty = UNCERTAINTY;
    let sizes = [solid.footprint.inner_radius(), solid.height()];
    sizes
        .iter()
        .all(|size| size.is_finite() && *size > 0.0)
        .then_some(solid)
}

impl Span {
    fn of(hidden: &[Point3], eye: &Point3, pixel_angle: f64) -> Option<Self> {
        let count = hidden.len().max(1) as f64;
        let middle = hidden
            .iter()
            .map(|point| flat(point, eye))
            .sum::<Vector2<f64>>()
            / count;
        let heading = middle.y.atan2(middle.x);
        let turned = hidden.iter().map(|point| {
            let [x, y] = [flat(point, eye).norm(), bearing(point, eye) - heading];
            (x, y.sin().asin())
        });
        let (mut ranges, mut bearings): (Vec<f64>, Vec<f64>) = turned.unzip();
        ranges.sort_by(f64::total_cmp);
        bearings.sort_by(f64::total_cmp);
        let edges = |sorted: &[f64]| {
            Some((
                percentile(sorted, STRAYS)?,
                percentile(sorted, 1.0 - STRAYS)?,
            ))
        };
        let ((near, far), (right, left)) = (edges(&ranges)?, edges(&bearings)?);
        // Pixels are seen from middle to middle, and the farther the flatter.
        let half = |range: f64| pixel_angle * (range.powi(2) + eye.z.powi(2)) / eye.z / 2.0;
        let aside = pixel_angle * eye.z.hypot(middle.norm()) / middle.norm() / 2.0;
        let half_angle = (left - right) / 2.0 + aside;
        (eye.z > 0.0 && half_angle < WIDEST).then(|| Self {
            height: eye.z,
            near: near - half(near),
            far: far + half(far),
            bearing: heading + (left + right) / 2.0,
            half_angle,
        })
    }

    /// Returns a solid in the middle of its bearings, `range` meters from the foot of the camera.
    fn at(&self, eye: &Point3, range: f64, radius: f64) -> Solid {
        let (sin, cos) = self.bearing.sin_cos();
        Solid::guess(
            eye.x + range * cos,
            eye.y + range * sin,
            radius,
            UNCERTAINTY,
        )
    }

    /// Returns the height of an object whose farthest foot is at `range`.
    fn top(&self, range: f64) -> f64 {
        (self.height * (1.0 - range / self.far)).max(LOWEST)
    }

    /// Returns range and radius of the disc within the bearings that starts at the near edge.
    fn disc(&self) -> (f64, f64) {
        let sine = self.half_angle.sin();
        let radius = self.near * sine / (1.0 - sine);
        (self.near + radius, radius)
    }

    /// Returns the ball that both rays touching it in the vertical plane through its middle
    /// determine.
    fn ball(&self, eye: &Point3) -> Solid {
        let [low, high] = [self.near, self.far].map(|range| range.atan2(self.height));
        let (middle, half) = ((low + high) / 2.0, (high - low) / 2.0);
        let distance = self.height / (middle.cos() + half.sin());
        let solid = self.at(eye, distance * middle.sin(), distance * half.sin());
        Solid {
            ball: true,
            ..solid
        }
    }

    fn container(&self, eye: &Point3) -> Solid {
        let (mut range, mut radius) = self.disc();
        let upright = self.top(range + radius);
        let top = upright.max(SHALLOWEST * radius);
        // As far as the wall leans outwards, the near edge is that of the rim.
        let nearer = 1.0 - (top - upright) / self.height;
        (range, radius) = (range * nearer, radius * nearer);
        let footprint = Footprint::Disc { radius };
        Solid {
            top,
            hollow: Some(Hollow {
                floor: FLOOR,
                inner: footprint.shrunk(WALL),
                foot: None,
            }),
            ..self.at(eye, range, radius)
        }
    }

    /// Returns a disc, or a rectangle if that fits the near edge better.
    fn prism(&self, eye: &Point3, edge: &[[f64; 2]]) -> Solid {
        let (range, radius) = self.disc();
        let disc = Solid {
            top: self.top(range + radius),
            ..self.at(eye, range, radius)
        };
        let seen = outline::rectangle(edge, edge);
        let round = outline::circle(edge);
        let edges = [-self.half_angle, self.half_angle].map(|off| self.bearing + off);
        let nearer = |seen: &Fitted<Rectangle>| {
            round
                .as_ref()
                .is_none_or(|round| seen.residual <= round.residual)
        };
        let Some(shape) = seen
            .filter(nearer)
            .and_then(|seen| completed(&seen.shape, edges))
        else {
            return disc;
        };
        let farthest = shape
            .corners()
            .map(|[x, y]| x.hypot(y))
            .into_iter()
            .fold(0.0, f64::max);
        let [x, y] = shape.center();
        Solid {
            yaw: shape.yaw,
            footprint: Footprint::Rectangle { half: shape.half() },
            top: self.top(farthest),
            ..Solid::guess(eye.x + x, eye.y + y, radius, UNCERTAINTY)
        }
    }
}

/// Returns the rectangle with the near sides of `seen`, as wide as the bearings; a side that faces
/// away is assumed to be as long as the other. Both rectangles are relative to the eye's foot.
fn completed(seen: &Rectangle, edges: [f64; 2]) -> Option<Rectangle> {
    let local = edges.map(|edge| Vector2::new((edge - seen.yaw).cos(), (edge - seen.yaw).sin()));
    // Where the eye is at zero, each side lies wholly beyond it or not.
    let [u, v] = [0, 1].map(|axis| near_side(seen.low[axis], seen.high[axis]));
    let (low, high) = match (u, v) {
        (Some(u), Some(v)) => {
            let corner = Vector2::new(u, v);
            let [along_u, along_v] = [Vector2::new(u.signum(), 0.0), Vector2::new(0.0, v.signum())];
            // Edges are the right one and the left one.
            let (edge_u, edge_v) = if corner.perp(&along_u) < 0.0 {
                (local[0], local[1])
            } else {
                (local[1], local[0])
            };
            let length = |along: Vector2<f64>, edge: Vector2<f64>| {
                let sine = along.perp(&edge);
                (sine.abs() > TURNED_AWAY).then(|| -corner.perp(&edge) / sine)
            };
            let [length_u, length_v] = match (length(along_u, edge_u), length(along_v, edge_v)) {
                (Some(u), Some(v)) => [u, v],
                (Some(one), None) | (None, Some(one)) => [one, one],
                (None, None) => return None,
            };
            let far = corner + along_u * length_u + along_v * length_v;
            (corner.inf(&far), corner.sup(&far))
        }
        (side, other) => {
            let axis = usize::from(side.is_none());
            let side = side.or(other)?;
            let ends = local.map(|edge| edge[1 - axis] * side / edge[axis]);
            let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
            let far = side + (high - low) * side.signum();
            let [mut least, mut most] = [Vector2::zeros(); 2];
            (least[axis], most[axis]) = (side.min(far), side.max(far));
            (least[1 - axis], most[1 - axis]) = (low, high);
            (least, most)
        }
    };
    Some(Rectangle {
        yaw: seen.yaw,
        low: low.into(),
        high: high.into(),
    })
}

/// Returns the end of an interval that is nearer to zero; `None` if zero is inside.
fn near_side(low: f64, high: f64) -> Option<f64> {
    (low * high > 0.0).then_some(if low > 0.0 { low } else { high })
}

/// Returns the nearest point of each bearing around the eye's foot, except for the outermost
/// bearings, which may show no foot.
fn near_edge(hidden: &[Point3], span: &Span, eye: &Point3, step: f64) -> Vec<[f64; 2]> {
    let mut nearest = std::collections::BTreeMap::<i64, (f64, [f64; 2])>::new();
    for point in hidden {
        let range = flat(point, eye).norm();
        let turned = (bearing(point, eye) - span.bearing).sin();
        let known = nearest
            .entry((turned / step).round() as i64)
            .or_insert((f64::INFINITY, [0.0; 2]));
        if range < known.0 {
            *known = (range, flat(point, eye).into());
        }
    }
    let points: Vec<[f64; 2]> = nearest.into_values().map(|(_, point)| point).collect();
    points
        .get(1..points.len().saturating_sub(1))
        .unwrap_or_default()
        .to_vec()
}

fn flat(point: &Point3, eye: &Point3) -> Vector2<f64> {
    Vector2::new(point.x - eye.x, point.y - eye.y)
}

fn bearing(point: &Point3, eye: &Point3) -> f64 {
    (point.y - eye.y).atan2(point.x - eye.x)
}
