//! What is listed: cubes, cylinders, balls, bowls and trays as other people have them.

use std::f64::consts::{FRAC_PI_2, TAU};

use enact_robot::Shape;
use enact_sim::geometry::{FIRST_OBJECT_SEGMENT_ID, Material, RenderBody};
use enact_sim::parts::{TRAY_FLOOR_THICKNESS_M, convex_parts_of_shape};
use enact_sim::render::Finish;
use enact_sim::{Color, ObjectShape};
use enact_types::{Point3, Pose, Vector3};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use super::paint::{self, LinearRgb};
use super::place::Ground;
use super::viewpoint::uniform_around_zero;

/// Part of the picture's width and height in which things stand.
const PICTURE_SHARE: f64 = 0.96;
/// Largest width of a container as a share of the picture's.
const WIDEST: f64 = 0.4;
/// Share of small things that are put in or on another one.
const ON_ANOTHER: f64 = 0.22;
/// Share of things whose name another one may have too.
const ALIKE: f64 = 0.15;

/// A thing with a name.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    shape: ObjectShape,
    color: Color,
    /// Its middle.
    pub center: Point3,
    /// Radius of a ball that looks about as large.
    pub radius: f64,
    /// Its parts, all with its id.
    pub bodies: Vec<RenderBody>,
}

impl Thing {
    /// Returns color and shape in words.
    pub fn label(&self) -> String {
        format!("{} {}", self.color, self.shape)
    }
}

/// Something that another thing can stand in or on.
struct Host {
    at: [f64; 2],
    height: f64,
    /// Radius of the free circle, meters.
    room: f64,
}

/// Draws up to eight things and their places, containers first.
pub(super) fn random_things(rng: &mut impl Rng, ground: &mut Ground) -> Vec<Thing> {
    let count = *[0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7, 8]
        .choose(rng)
        .expect("not empty");
    let mut kinds: Vec<(ObjectShape, Color)> = Vec::new();
    while kinds.len() < count {
        let kind = (
            shape(rng),
            *Color::ALL_COLORS.choose(rng).expect("not empty"),
        );
        if !kinds.contains(&kind) || rng.random_bool(ALIKE) {
            kinds.push(kind);
        }
    }
    kinds.sort_by_key(|(shape, _)| !shape.is_container());
    let mut hosts = Vec::new();
    let mut things: Vec<Thing> = Vec::new();
    for (shape, color) in kinds {
        let size = size(rng, shape, ground);
        let id = FIRST_OBJECT_SEGMENT_ID + things.len() as u16;
        let paint = paint::random_color_named(rng, color);
        let draft = Draft {
            id,
            shape,
            size,
            paint,
        };
        things.extend(
            draft
                .placed(rng, ground, &mut hosts)
                .map(|(center, bodies)| Thing {
                    shape,
                    color,
                    center,
                    radius: looks(shape, size),
                    bodies,
                }),
        );
    }
    things
}

fn shape(rng: &mut impl Rng) -> ObjectShape {
    match rng.random_range(0..100) {
        0..36 => ObjectShape::Cube,
        36..59 => ObjectShape::Cylinder,
        59..74 => ObjectShape::Ball,
        74..87 => ObjectShape::Bowl,
        _ => ObjectShape::Tray,
    }
}

/// Draws extents along x, y, z in meters.
fn size(rng: &mut impl Rng, shape: ObjectShape, ground: &Ground) -> [f64; 3] {
    let unit = ground.view.unit;
    let widest = 2.0 * WIDEST * ground.view.half_width;
    let mut times = |low: f64, high: f64| unit * rng.random_range(low..high);
    match shape {
        ObjectShape::Cube => {
            let side = times(0.7, 1.5);
            let sides = [side, side, side];
            if rng.random_bool(0.3) {
                sides.map(|side| side * rng.random_range(0.85..1.18))
            } else {
                sides
            }
        }
        ObjectShape::Cylinder => {
            let width = times(0.6, 1.2);
            [width, width, width * rng.random_range(0.5..2.4)]
        }
        ObjectShape::Ball => [times(0.7, 1.5); 3],
        ObjectShape::Bowl => {
            let width = times(2.0, 4.5).min(widest).max(1.3 * unit);
            [width, width, width * rng.random_range(0.25..0.6)]
        }
        _ => {
            let width = times(2.0, 5.0).min(widest).max(1.3 * unit);
            let depth = width * rng.random_range(0.55..1.0);
            let height = width * rng.random_range(0.08..0.42_f64).powf(1.3);
            [width, depth, height.max(2.0 * TRAY_FLOOR_THICKNESS_M)]
        }
    }
}

/// Returns the radius of a ball that looks about as large from above and from the side.
fn looks(shape: ObjectShape, [x, y, z]: [f64; 3]) -> f64 {
    if shape.is_container() {
        0.35 * (x * y).sqrt()
    } else {
        0.5 * (x * y * z).cbrt()
    }
}

/// A thing without a place.
struct Draft {
    id: u16,
    shape: ObjectShape,
    size: [f64; 3],
    paint: LinearRgb,
}

impl Draft {
    /// Draws a place for it, and returns its middle and its parts; `None` if there is no room.
    fn placed(
        &self,
        rng: &mut impl Rng,
        ground: &mut Ground,
        hosts: &mut Vec<Host>,
    ) -> Option<(Point3, Vec<RenderBody>)> {
        let [x, y, z] = self.size;
        let lies = self.shape == ObjectShape::Cylinder && rng.random_bool(0.25);
        let (half_height, footprint) = match self.shape {
            _ if lies => (x / 2.0, x.hypot(z) / 2.0),
            ObjectShape::Cylinder | ObjectShape::Ball | ObjectShape::Bowl => (z / 2.0, x / 2.0),
            _ => (z / 2.0, x.hypot(y) / 2.0),
        };
        let is_small = !self.shape.is_container();
        let fits = |host: &Host| footprint < host.room;
        let host = (is_small && rng.random_bool(ON_ANOTHER))
            .then(|| hosts.iter().position(fits))
            .flatten()
            .map(|index| hosts.swap_remove(index));
        let (at, height) = match host {
            Some(host) => {
                let slack = host.room - footprint;
                let off = [
                    uniform_around_zero(rng, slack.max(1e-6)),
                    uniform_around_zero(rng, slack.max(1e-6)),
                ];
                let at = [host.at[0] + 0.6 * off[0], host.at[1] + 0.6 * off[1]];
                (at, host.height)
            }
            None => (ground.take_free_place(rng, footprint, PICTURE_SHARE)?, 0.0),
        };
        if !lies {
            hosts.extend(self.host(at, height));
        }
        let center = Point3::new(at[0], at[1], height + half_height);
        let yaw = Pose::rotation(Vector3::z() * rng.random_range(0.0..TAU));
        let lying = Pose::rotation(Vector3::y() * if lies { FRAC_PI_2 } else { 0.0 });
        let pose = Pose::translation(center.x, center.y, center.z) * yaw * lying;
        Some((center, self.bodies(rng, &pose)))
    }

    /// Returns the room that it offers to another thing.
    fn host(&self, at: [f64; 2], height: f64) -> Option<Host> {
        let [x, y, z] = self.size;
        let (height, room) = match self.shape {
            ObjectShape::Ball => return None,
            ObjectShape::Bowl => (height + 0.006, 0.3 * x),
            ObjectShape::Tray => (height + TRAY_FLOOR_THICKNESS_M, 0.45 * x.min(y)),
            // What stands on another thing may overhang a little.
            _ => (height + z, 0.8 * x.min(y)),
        };
        Some(Host { at, height, room })
    }

    fn bodies(&self, rng: &mut impl Rng, pose: &Pose) -> Vec<RenderBody> {
        let [x, y, z] = self.size;
        let width = x.min(y);
        let mut finish = paint::random_thing_finish(rng, &self.paint, width);
        finish.round = self.shape == ObjectShape::Bowl;
        if self.shape.is_container() {
            finish.bevel = 0.0;
        }
        let body = |part_pose: Pose, shape| self.body(shape, pose * part_pose, finish);
        let mut bodies: Vec<RenderBody> = convex_parts_of_shape(self.shape, self.size)
            .into_iter()
            .map(|part| body(part.object_from_part, part.shape))
            .collect();
        if self.shape == ObjectShape::Cube && rng.random_bool(0.15) {
            let along = rng.random_range(1..=3);
            bodies.extend(studs(along, [x, y, z]).map(|(at, stud)| body(at, stud.into())));
        }
        bodies
    }

    fn body(
        &self,
        shape: enact_sim::geometry::BodyShape,
        base_from_body: Pose,
        finish: Finish,
    ) -> RenderBody {
        RenderBody {
            id: self.id,
            shape,
            base_from_body,
            color: self.paint,
            material: Material::Coated(finish),
        }
    }
}

/// Returns rows of studs on a toy brick, `along` each way.
fn studs(along: usize, [x, y, z]: [f64; 3]) -> impl Iterator<Item = (Pose, Shape)> {
    let pitch = [x / along as f64, y / along as f64];
    let radius = 0.3 * pitch[0].min(pitch[1]);
    let half_length = 0.35 * radius;
    (0..along * along).map(move |index| {
        let place = |number: usize, pitch: f64| (number as f64 - (along - 1) as f64 / 2.0) * pitch;
        let at = Pose::translation(
            place(index % along, pitch[0]),
            place(index / along, pitch[1]),
            z / 2.0 + half_length,
        );
        let stud = Shape::Cylinder {
            radius,
            half_length,
        };
        (at, stud)
    })
}

#[cfg(test)]
mod tests {
    use super::super::viewpoint::Viewpoint;
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn every_shape_and_color_occurs_and_stands_on_the_table_or_higher() {
        let mut labels = std::collections::BTreeSet::new();
        for seed in 0..300 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let view = Viewpoint::random(&mut rng, [336, 336]);
            let mut ground = Ground::new(&view, &mut rng);
            let things = random_things(&mut rng, &mut ground);
            assert!(things.len() <= 8);
            for (index, thing) in things.iter().enumerate() {
                labels.insert(thing.label());
                assert!(thing.center.z > 0.0);
                let id = FIRST_OBJECT_SEGMENT_ID + index as u16;
                assert!(thing.bodies.iter().all(|body| body.id == id));
            }
        }
        assert_eq!(labels.len(), 30, "{labels:?}");
    }
}
