//! Perceived objects as obstacles.

use std::f64::consts::{PI, TAU};

use enact_robot::Obstacle;
use enact_robot::description::Shape;
use enact_robot::mesh::Hull;
use enact_types::{Point3, Pose, Vector3};
use nalgebra::{Translation3, UnitQuaternion};

use crate::scene::{Contour, Footprint, Hollow, Solid};

/// Number of flat pieces in the wall of a round container.
const SIDES: u32 = 16;
/// Smallest floor and wall thickness of an obstacle, meters.
const THINNEST: f64 = 0.001;
/// What reaches so far beyond the wall of a container is attached to it, meters.
const ATTACHED: f64 = 0.002;

/// Returns the space that an object of this name fills. A container is its wall and its floor; what
/// has an outline of its own is filled by upright pieces.
pub fn obstacle_from_solid(name: &str, solid: &Solid) -> Obstacle {
    let base_from_solid = Pose::from_parts(
        Translation3::new(solid.x, solid.y, solid.base),
        UnitQuaternion::from_axis_angle(&Vector3::z_axis(), solid.yaw),
    );
    let pieces = match (solid.hollow, &solid.contour) {
        (None, None) => vec![(enclosing_convex_shape(solid), up(solid.height() / 2.0))],
        (None, Some(contour)) => contour
            .convex_pieces()
            .iter()
            .map(|piece| (upright(piece, solid.height()), up(solid.height() / 2.0)))
            .collect(),
        (Some(hollow), None) => container(solid, hollow),
        (Some(hollow), Some(contour)) => {
            let mut pieces = container(solid, hollow);
            pieces.extend(attached(solid, contour));
            pieces
        }
    };
    let placed = pieces
        .into_iter()
        .map(|(shape, place)| (shape, base_from_solid * place));
    Obstacle::new(name, placed)
}

/// Returns a convex shape that holds a solid, in the frame of
/// [`HeldObject`](crate::scene::HeldObject).
pub fn enclosing_convex_shape(solid: &Solid) -> Shape {
    match &solid.contour {
        None => prism(&solid.footprint, solid.height(), solid.ball),
        Some(contour) => upright(contour.ring(), solid.height()),
    }
}

/// Returns the lowest height of a solid whose frame, that of
/// [`HeldObject`](crate::scene::HeldObject), is at this pose, meters.
pub fn lowest_height_at_pose(solid: &Solid, base_from_object: &Pose) -> f64 {
    match &solid.contour {
        None => enclosing_convex_shape(solid).lowest_point_height(base_from_object),
        Some(contour) => {
            let ends = ends(contour.ring(), solid.height());
            let heights = ends.map(|corner| (base_from_object * corner).z);
            heights.fold(f64::INFINITY, f64::min)
        }
    }
}

/// Returns the convex hull of a polygon's upright prism, about its middle height.
fn upright(polygon: &[[f64; 2]], height: f64) -> Shape {
    let corners: Vec<Point3> = ends(polygon, height).collect();
    Shape::Hull(Hull::new(&corners, 0.0))
}

fn ends(polygon: &[[f64; 2]], height: f64) -> impl Iterator<Item = Point3> {
    let ends = [-height / 2.0, height / 2.0];
    let at = move |[x, y]: &[f64; 2]| ends.map(|z| Point3::new(*x, *y, z));
    polygon.iter().flat_map(at)
}

/// Returns what is attached to a round container outside its wall, such as a handle.
fn attached(solid: &Solid, contour: &Contour) -> impl Iterator<Item = (Shape, Pose)> {
    let wall = solid.footprint.inner_radius();
    let (height, middle) = (solid.height(), up(solid.height() / 2.0));
    contour
        .convex_pieces()
        .into_iter()
        .filter_map(move |piece| {
            let outside = |[x, y]: &[f64; 2]| x.hypot(*y) > wall - ATTACHED;
            let piece: Vec<[f64; 2]> = piece.into_iter().filter(outside).collect();
            let sticks_out = piece.iter().any(|[x, y]| x.hypot(*y) > wall + ATTACHED);
            (piece.len() >= 3 && sticks_out).then(|| (upright(&piece, height), middle))
        })
}

fn prism(footprint: &Footprint, height: f64, ball: bool) -> Shape {
    let half_length = (height / 2.0).max(THINNEST / 2.0);
    match *footprint {
        Footprint::Disc { radius } if ball => Shape::Sphere { radius },
        Footprint::Disc { radius } => Shape::Cylinder {
            radius,
            half_length,
        },
        Footprint::Rectangle { half: [u, v] } => Shape::Box {
            half: [u, v, half_length],
        },
    }
}

/// Returns floor and wall, in a frame at the center of the underside.
fn container(solid: &Solid, hollow: Hollow) -> Vec<(Shape, Pose)> {
    let thickness = (hollow.floor - solid.base).max(THINNEST);
    let mut pieces = vec![(
        prism(&solid.footprint, thickness, false),
        up(thickness / 2.0),
    )];
    let half_height = solid.height() / 2.0;
    let slab = |half: [f64; 2], at: [f64; 2], turn: f64| {
        let turn = UnitQuaternion::from_axis_angle(&Vector3::z_axis(), turn);
        let at = turn * Vector3::new(at[0], at[1], half_height);
        let half = [half[0], half[1], half_height];
        (Shape::Box { half }, Pose::from_parts(at.into(), turn))
    };
    match (solid.footprint, hollow.inner) {
        (Footprint::Rectangle { half: [u, v] }, Footprint::Rectangle { half: [in_u, in_v] }) => {
            let wall = [u - in_u, v - in_v].map(|wall| wall.max(THINNEST) / 2.0);
            for side in [-1.0, 1.0] {
                pieces.push(slab([wall[0], v], [side * (u - wall[0]), 0.0], 0.0));
                pieces.push(slab([u, wall[1]], [0.0, side * (v - wall[1])], 0.0));
            }
        }
        (outer, inner) => {
            let radius = outer.inner_radius();
            let wall = (radius - inner.outer_radius()).max(THINNEST) / 2.0;
            // Flat pieces that meet halfway between the inner and the outer edge.
            let along = radius * (PI / f64::from(SIDES)).tan();
            let out = hollow.foot.map_or(0.0, |foot| inner.outer_radius() - foot);
            for side in 0..SIDES {
                let turn = TAU * f64::from(side) / f64::from(SIDES);
                pieces.push(if out > 0.0 {
                    let size = [wall, along, solid.top - hollow.floor];
                    sloping(size, inner.outer_radius(), out, thickness, turn)
                } else {
                    slab([wall, along], [radius - wall, 0.0], turn)
                });
            }
        }
    }
    pieces
}

/// Returns a flat piece of a wall that leans outwards by `out` meters on its way up, from the
/// height `floor`; its inside ends at `rim` meters from the center. `size` is half its thickness,
/// half its width, and its height.
fn sloping(
    [wall, along, height]: [f64; 3],
    rim: f64,
    out: f64,
    floor: f64,
    turn: f64,
) -> (Shape, Pose) {
    let lean = out.atan2(height);
    let turn = UnitQuaternion::from_axis_angle(&Vector3::z_axis(), turn);
    let lean_outwards = UnitQuaternion::from_axis_angle(&Vector3::y_axis(), lean);
    let normal = lean_outwards * Vector3::x() * wall;
    let middle = Vector3::new(rim - out / 2.0, 0.0, floor + height / 2.0) + normal;
    let half = [wall, along, out.hypot(height) / 2.0];
    let place = Pose::from_parts((turn * middle).into(), turn * lean_outwards);
    (Shape::Box { half }, place)
}

fn up(by: f64) -> Pose {
    Pose::translation(0.0, 0.0, by)
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_types::Point3;

    #[test]
    fn a_wall_that_slopes_leaves_less_room_at_the_floor() {
        let solid = Solid {
            top: 0.04,
            hollow: Some(Hollow {
                floor: 0.006,
                inner: Footprint::Disc { radius: 0.05 },
                foot: Some(0.034),
            }),
            ..Solid::guess_disc(0.2, 0.0, 0.055, 0.0)
        };
        let obstacle = obstacle_from_solid("it", &solid);
        for step in 0..400 {
            let (x, z) = (
                f64::from(step % 20) / 19.0 * 0.048,
                f64::from(step / 20) / 19.0,
            );
            let point = Point3::new(0.2 + x, 0.0, 0.008 + 0.03 * z);
            let (told, truth) = (
                obstacle.distance_to_point(&point),
                solid.signed_distance_to_material(&point),
            );
            if truth > 0.0 {
                assert!((told - truth).abs() < 0.003, "{point}: {told} {truth}");
            }
        }
        let tip = |z| obstacle.distance_to_point(&Point3::new(0.24, 0.0, z));
        assert!(tip(0.010) < 0.0 && tip(0.035) > 0.005);
    }

    #[test]
    fn pieces_fill_what_the_solid_fills() {
        let hollow = |inner| {
            Some(Hollow {
                floor: 0.006,
                inner,
                foot: None,
            })
        };
        let solid = Solid {
            yaw: 0.4,
            top: 0.05,
            ..Solid::guess_disc(0.2, -0.1, 0.05, 0.0)
        };
        let box_shaped = Solid {
            footprint: Footprint::Rectangle { half: [0.06, 0.04] },
            ..solid.clone()
        };
        let all = [
            solid.clone(),
            box_shaped.clone(),
            Solid {
                hollow: hollow(Footprint::Disc { radius: 0.045 }),
                ..solid
            },
            Solid {
                hollow: hollow(Footprint::Rectangle {
                    half: [0.056, 0.036],
                }),
                ..box_shaped
            },
        ];
        for solid in all {
            let obstacle = obstacle_from_solid("it", &solid);
            for step in 0..20 * 20 * 10 {
                let [x, y, z] = [step % 20, step / 20 % 20, step / 400].map(f64::from);
                let point =
                    Point3::new(0.1 + 0.2 * x / 19.0, -0.2 + 0.2 * y / 19.0, 0.08 * z / 9.0);
                let (told, truth) = (
                    obstacle.distance_to_point(&point),
                    solid.signed_distance_to_material(&point),
                );
                if truth > 0.0 || told > 0.0 {
                    assert!(
                        (told - truth).abs() < 0.0015,
                        "{solid:?} {point}: {told} {truth}"
                    );
                }
            }
        }
    }
}
