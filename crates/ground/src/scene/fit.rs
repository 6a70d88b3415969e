//! Completes the geometry of an object from its visible surface.

use enact_types::Point3;

use super::footprint_fit::{self, Circle, Rectangle};
use super::solid::{Footprint, Hollow, Solid};

/// Largest depth of a point below the top that still belongs to the top face or rim, meters.
const TOP: f64 = 0.003;
/// Smallest depth of a point below the top that belongs to the sides, meters.
const SIDE: f64 = 0.005;
/// Height below which an object shows no usable sides, meters.
const LOW: f64 = 0.012;
/// Largest residual of a ball, meters.
const BALL_RESIDUAL: f64 = 0.0008;
/// Radii of balls, meters.
const BALL_RADII: std::ops::Range<f64> = 0.006..0.06;
/// Minimum width of a container, meters.
const MIN_CONTAINER: f64 = 0.04;
/// Largest share of a container's top points near its middle.
const RIM_ONLY: f64 = 0.05;
/// Wall thickness assumed if the rim does not show it, meters.
pub const DEFAULT_WALL_THICKNESS_M: f64 = 0.004;
/// Floor thickness assumed if the floor is hidden, meters.
pub const DEFAULT_FLOOR_THICKNESS_M: f64 = 0.005;
/// Likely error of a position measured by depth, meters.
pub const DEPTH_POSITION_ERROR_M: f64 = 0.003;

/// Completes the solid whose visible surface are `points`, seen with pixels
/// of `pixel` meters, on a table at height zero. The side turned away is taken
/// to mirror the side seen. `None` if the points make no shape.
pub fn fit_solid(points: &[Point3], pixel: f64) -> Option<Solid> {
    let mut heights: Vec<f64> = points.iter().map(|point| point.z).collect();
    heights.sort_by(f64::total_cmp);
    let near_top = percentile(&heights, 0.97)?;
    if let Some(ball) = ball(points, near_top) {
        return Some(ball);
    }
    let face: Vec<[f64; 2]> = above(points, near_top - TOP);
    let face_heights = &heights[heights.partition_point(|z| *z <= near_top - TOP)..];
    let top = percentile(face_heights, 0.5)?;
    let base = base(percentile(&heights, 0.02)?, pixel);
    if is_rim(&face) {
        container(points, &face, base, near_top, pixel)
    } else {
        prism(points, base, top, pixel)
    }
}

fn ball(points: &[Point3], near_top: f64) -> Option<Solid> {
    let fitted = footprint_fit::fit_ball(points)?;
    let (center, radius) = (fitted.shape.center, fitted.shape.radius);
    let convincing = fitted.residual < BALL_RESIDUAL
        && BALL_RADII.contains(&radius)
        && (center.z + radius - near_top).abs() < TOP;
    convincing.then(|| Solid {
        base: center.z - radius,
        top: center.z + radius,
        ball: true,
        ..Solid::guess_disc(center.x, center.y, radius, DEPTH_POSITION_ERROR_M)
    })
}

/// Returns the height of the table if the sides come down to it, or else the lowest visible height.
fn base(lowest: f64, pixel: f64) -> f64 {
    if lowest < LOW {
        0.0
    } else {
        lowest - pixel / 2.0
    }
}

/// Returns whether the highest points surround an area without any.
fn is_rim(face: &[[f64; 2]]) -> bool {
    let extremes = [0, 1].map(|axis| {
        face.iter()
            .map(|point| point[axis])
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
    });
    let middle = extremes.map(|(low, high)| (low + high) / 2.0);
    let half = extremes.map(|(low, high)| (high - low) / 2.0);
    let inside = face
        .iter()
        .filter(|point| {
            [0, 1]
                .map(|axis| (point[axis] - middle[axis]) / half[axis])
                .map(|share| share * share)
                .iter()
                .sum::<f64>()
                < 0.25
        })
        .count();
    half[0].min(half[1]) * 2.0 > MIN_CONTAINER && (inside as f64) < RIM_ONLY * face.len() as f64
}

fn container(
    points: &[Point3],
    rim: &[[f64; 2]],
    base: f64,
    near_top: f64,
    pixel: f64,
) -> Option<Solid> {
    let rectangle = footprint_fit::fit_rectangle(rim, rim)?;
    let disc = footprint_fit::fit_circle(rim);
    let mut solid = Solid::guess_disc(0.0, 0.0, 0.0, DEPTH_POSITION_ERROR_M);
    match disc {
        Some(disc) if disc.residual <= rectangle.residual => {
            let Circle { center, .. } = disc.shape;
            let mut radii: Vec<f64> = rim
                .iter()
                .map(|point| (point[0] - center[0]).hypot(point[1] - center[1]))
                .collect();
            radii.sort_by(f64::total_cmp);
            [solid.x, solid.y] = center;
            solid.footprint = Footprint::Disc {
                radius: percentile(&radii, 0.95)? + pixel / 2.0,
            };
            solid.hollow = Some(Hollow {
                floor: base + DEFAULT_FLOOR_THICKNESS_M,
                inner: Footprint::Disc {
                    radius: percentile(&radii, 0.05)? - pixel / 4.0,
                },
                foot: None,
            });
        }
        _ => {
            let shape = widened(rectangle.shape, pixel / 8.0);
            [solid.x, solid.y] = shape.center();
            solid.yaw = shape.yaw;
            solid.footprint = Footprint::Rectangle {
                half: shape.half_extents(),
            };
            solid.hollow = Some(Hollow {
                floor: base + DEFAULT_FLOOR_THICKNESS_M,
                inner: solid.footprint.shrunk(DEFAULT_WALL_THICKNESS_M),
                foot: None,
            });
        }
    }
    (solid.base, solid.top) = (base, near_top);
    lower_floor(&mut solid, points);
    Some(solid)
}

/// Sets the floor to what is seen of it.
fn lower_floor(solid: &mut Solid, points: &[Point3]) {
    let Some(hollow) = solid.hollow else { return };
    let core = hollow.inner.shrunk(0.4 * hollow.inner.inner_radius());
    let mut heights: Vec<f64> = points
        .iter()
        .filter(|point| {
            let [u, v] = solid.base_to_footprint(point.x, point.y);
            core.distance(u, v) < 0.0
        })
        .map(|point| point.z)
        .collect();
    heights.sort_by(f64::total_cmp);
    if let (true, Some(low)) = (heights.len() >= 8, percentile(&heights, 0.2)) {
        let floor = low.clamp(solid.base, solid.top);
        let foot = foot(solid, &hollow, floor, points);
        solid.hollow = Some(Hollow {
            floor,
            foot,
            ..hollow
        });
    }
}

/// Returns how far the floor of a round container is seen to reach; `None` if it reaches the wall.
fn foot(solid: &Solid, hollow: &Hollow, floor: f64, points: &[Point3]) -> Option<f64> {
    let Footprint::Disc { radius } = hollow.inner else {
        return None;
    };
    let mut reaches: Vec<f64> = points
        .iter()
        .filter(|point| (point.z - floor).abs() < TOP)
        .map(|point| (point.x - solid.x).hypot(point.y - solid.y))
        .filter(|reach| *reach < radius)
        .collect();
    reaches.sort_by(f64::total_cmp);
    let foot = percentile(&reaches, 0.95)?;
    (reaches.len() >= 8 && (0.4 * radius..0.92 * radius).contains(&foot)).then_some(foot)
}

fn prism(points: &[Point3], base: f64, top: f64, pixel: f64) -> Option<Solid> {
    let all: Vec<[f64; 2]> = points.iter().map(|point| [point.x, point.y]).collect();
    let sides: Vec<[f64; 2]> = points
        .iter()
        .filter(|point| point.z < top - SIDE)
        .map(|point| [point.x, point.y])
        .collect();
    let shows_sides = top - base > LOW && sides.len() >= 12;
    let boundary = if shows_sides { &sides } else { &all };
    let rectangle = footprint_fit::fit_rectangle(&all, boundary)?;
    let circle = shows_sides
        .then(|| footprint_fit::fit_circle(&sides))
        .flatten();
    let mut solid = Solid::guess_disc(0.0, 0.0, 0.0, DEPTH_POSITION_ERROR_M);
    match circle {
        Some(circle)
            if circle.residual < rectangle.residual && covers(&circle.shape, &rectangle.shape) =>
        {
            [solid.x, solid.y] = circle.shape.center;
            solid.footprint = Footprint::Disc {
                radius: circle.shape.radius,
            };
        }
        _ => {
            let shape = settled(rectangle.shape, &sides, pixel);
            [solid.x, solid.y] = shape.center();
            solid.yaw = shape.yaw;
            solid.footprint = Footprint::Rectangle {
                half: shape.half_extents(),
            };
        }
    }
    (solid.base, solid.top) = (base, top);
    Some(solid)
}

/// Returns whether the circle and the rectangle around the points are about equal.
fn covers(circle: &Circle, rectangle: &Rectangle) -> bool {
    let [u, v] = rectangle.half_extents();
    let [x, y] = rectangle.center();
    let apart = (circle.center[0] - x).hypot(circle.center[1] - y);
    apart < circle.radius / 2.0 && (0.7..1.3).contains(&(circle.radius / u.max(v)))
}

/// Moves visible sides to the middle of their points, and sides that face away to where the last
/// pixel of the top ends.
fn settled(rectangle: Rectangle, sides: &[[f64; 2]], pixel: f64) -> Rectangle {
    let Rectangle {
        yaw,
        mut low,
        mut high,
    } = rectangle;
    let local: Vec<[f64; 2]> = footprint_fit::rotate_into_axes(sides, yaw).collect();
    for axis in [0, 1] {
        low[axis] = settled_side(&local, axis, low[axis], -pixel);
        high[axis] = settled_side(&local, axis, high[axis], pixel);
    }
    Rectangle { yaw, low, high }
}

fn settled_side(local: &[[f64; 2]], axis: usize, extreme: f64, outwards: f64) -> f64 {
    let mut near: Vec<f64> = local
        .iter()
        .map(|point| point[axis])
        .filter(|value| (value - extreme).abs() < 0.0025)
        .collect();
    near.sort_by(f64::total_cmp);
    if near.len() * 4 > local.len() {
        near[near.len() / 2]
    } else {
        extreme + outwards / 2.0
    }
}

fn widened(rectangle: Rectangle, by: f64) -> Rectangle {
    Rectangle {
        low: rectangle.low.map(|side| side - by),
        high: rectangle.high.map(|side| side + by),
        ..rectangle
    }
}

fn above(points: &[Point3], height: f64) -> Vec<[f64; 2]> {
    points
        .iter()
        .filter(|point| point.z > height)
        .map(|point| [point.x, point.y])
        .collect()
}

/// Returns the value below which `share` of the sorted values lie; `None` if there are none.
pub fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let index = (share * sorted.len() as f64) as usize;
    sorted.get(index.min(sorted.len().checked_sub(1)?)).copied()
}
