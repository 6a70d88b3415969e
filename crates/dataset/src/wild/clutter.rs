//! What lies around and is not listed: boxes with print, papers, tags, slabs, everyday things.

use std::f64::consts::{FRAC_PI_2, TAU};

use enact_robot::Shape;
use enact_sim::ObjectShape;
use enact_sim::geometry::{BodyShape, FIXTURE_SEGMENT_ID, Material, RenderBody};
use enact_sim::parts::convex_parts_of_shape;
use enact_sim::render::{Finish, Texture};
use enact_types::{Pose, Vector3};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use super::paint::{self, LinearRgb};
use super::place::Ground;

/// Part of the picture's width and height, and some beyond, in which clutter stands.
const PICTURE_SHARE: f64 = 1.15;
/// Everyday shapes that no listed thing has.
const EVERYDAY: [ObjectShape; 5] = [
    ObjectShape::Mug,
    ObjectShape::Bottle,
    ObjectShape::Banana,
    ObjectShape::Screwdriver,
    ObjectShape::Bracket,
];

/// Returns a body that is no object.
pub(super) fn unlabeled_body(
    shape: impl Into<BodyShape>,
    base_from_body: Pose,
    color: LinearRgb,
    finish: Finish,
) -> RenderBody {
    RenderBody {
        id: FIXTURE_SEGMENT_ID,
        shape: shape.into(),
        base_from_body,
        color,
        material: Material::Coated(finish),
    }
}

/// Draws what else is on the table.
pub(super) fn random_clutter(rng: &mut impl Rng, ground: &mut Ground) -> Vec<RenderBody> {
    let mut bodies = Vec::new();
    if rng.random_bool(0.12) {
        bodies.extend(slab(rng, ground));
    }
    for _ in 0..often(rng, 0.3) {
        bodies.extend(printed_box(rng, ground));
    }
    for _ in 0..often(rng, 0.25) {
        bodies.push(sheet(rng, ground));
    }
    for _ in 0..often(rng, 0.3) {
        bodies.extend(everyday(rng, ground));
    }
    for _ in 0..often(rng, 0.15) {
        bodies.extend(pen(rng, ground));
    }
    for _ in 0..often(rng, 0.15) {
        bodies.extend(pale_block(rng, ground));
    }
    bodies
}

/// Draws a number of things; each further one has this probability.
fn often(rng: &mut impl Rng, probability: f64) -> usize {
    (0..3).take_while(|_| rng.random_bool(probability)).count()
}

/// Returns the pose of a body whose middle is at this height.
fn upright(rng: &mut impl Rng, at: [f64; 2], height: f64) -> Pose {
    let yaw = Pose::rotation(Vector3::z() * rng.random_range(0.0..TAU));
    Pose::translation(at[0], at[1], height) * yaw
}

/// A box of cardboard or plastic, larger than what is listed or much longer than wide.
fn printed_box(rng: &mut impl Rng, ground: &mut Ground) -> Option<RenderBody> {
    let unit = ground.view.unit;
    let width = unit * rng.random_range(0.6..2.2);
    let length = width * rng.random_range(2.2..4.0);
    let half = [length, width, unit * rng.random_range(0.3..3.0)].map(|side| side / 2.0);
    let at = ground.take_free_place(rng, half[0].hypot(half[1]), PICTURE_SHARE)?;
    let pose = upright(rng, at, half[2]);
    let (color, finish) = (
        paint::random_color(rng),
        paint::random_clutter_finish(rng, unit),
    );
    Some(unlabeled_body(Shape::Box { half }, pose, color, finish))
}

/// A sheet of paper, a mat or a board with a tag, flat under whatever stands there.
fn sheet(rng: &mut impl Rng, ground: &Ground) -> RenderBody {
    let unit = ground.view.unit;
    let at = ground.random_ground_point_in_view(rng);
    let side = unit * rng.random_range(1.0..4.0);
    let (half, color, finish) = match rng.random_range(0..3) {
        0 => {
            let finish = Finish {
                texture: Texture::Tag,
                second: [0.02; 3],
                scale: side / 10.0,
                ..paint::random_plain_finish(rng)
            };
            ([side / 2.0, side / 2.0], [0.8; 3], finish)
        }
        1 => {
            let finish = Finish {
                texture: Texture::Print,
                second: [0.05; 3],
                scale: 0.1 * unit,
                ..paint::random_plain_finish(rng)
            };
            ([0.7 * side, side], [0.75; 3], finish)
        }
        _ => (
            [0.8 * side, side],
            paint::random_color(rng),
            paint::random_clutter_finish(rng, unit),
        ),
    };
    let half = [half[0], half[1], 2e-4];
    // Two sheets on one another must not be equally high.
    let height = half[2] * rng.random_range(1.0..3.0);
    unlabeled_body(Shape::Box { half }, upright(rng, at, height), color, finish)
}

/// A mug, bottle, banana, screwdriver or bracket of any color.
fn everyday(rng: &mut impl Rng, ground: &mut Ground) -> Vec<RenderBody> {
    let shape = *EVERYDAY.choose(rng).expect("not empty");
    let times = ground.view.unit / 0.03 * rng.random_range(0.8..1.5);
    let size = shape
        .size_range()
        .map(|(low, high)| times * (low + high) / 2.0);
    let Some(at) = ground.take_free_place(rng, shape.footprint_radius(size), PICTURE_SHARE) else {
        return Vec::new();
    };
    let pose = upright(rng, at, size[2] / 2.0);
    let color = paint::random_color(rng);
    let finish = Finish {
        bevel: 0.0,
        ..paint::random_clutter_finish(rng, ground.view.unit)
    };
    convex_parts_of_shape(shape, size)
        .into_iter()
        .map(|part| unlabeled_body(part.shape, pose * part.object_from_part, color, finish))
        .collect()
}

/// A pen or a roll of tape that lies around.
fn pen(rng: &mut impl Rng, ground: &mut Ground) -> Option<RenderBody> {
    let unit = ground.view.unit;
    let radius = unit * rng.random_range(0.1..0.2);
    let half_length = unit * rng.random_range(1.2..2.5);
    let at = ground.take_free_place(rng, half_length, PICTURE_SHARE)?;
    let pose = upright(rng, at, radius) * Pose::rotation(Vector3::y() * FRAC_PI_2);
    let rod = Shape::Capsule {
        radius,
        half_length,
    };
    let (color, finish) = (paint::random_color(rng), paint::random_plain_finish(rng));
    Some(unlabeled_body(rod, pose, color, finish))
}

/// A block, can or ball without a color that has a name: white, gray, black or of bare wood.
fn pale_block(rng: &mut impl Rng, ground: &mut Ground) -> Option<RenderBody> {
    let unit = ground.view.unit;
    let width = unit * rng.random_range(0.7..1.6);
    let height = width * rng.random_range(0.6..1.6);
    let at = ground.take_free_place(rng, 0.71 * width, PICTURE_SHARE)?;
    let shape = match rng.random_range(0..3) {
        0 => Shape::Cylinder {
            radius: width / 2.0,
            half_length: height / 2.0,
        },
        _ => Shape::Box {
            half: [width, width, height].map(|side| side / 2.0),
        },
    };
    let pose = upright(rng, at, height / 2.0);
    let (color, finish) = (
        paint::random_neutral_color(rng),
        paint::random_plain_finish(rng),
    );
    Some(unlabeled_body(shape, pose, color, finish))
}

/// A laptop: keys on a flat base, and a screen that leans back.
fn slab(rng: &mut impl Rng, ground: &mut Ground) -> Vec<RenderBody> {
    let unit = ground.view.unit;
    let half = [
        unit * rng.random_range(2.0..4.0),
        unit * rng.random_range(3.0..5.5),
        0.15 * unit,
    ];
    let Some(at) = ground.take_free_place(rng, 0.8 * half[0].hypot(half[1]), 1.5) else {
        return Vec::new();
    };
    let pose = upright(rng, at, half[2]);
    let case = paint::random_neutral_color(rng);
    let keys = Finish {
        texture: Texture::Grid,
        second: paint::random_neutral_color(rng),
        scale: 0.5 * unit,
        ..paint::random_plain_finish(rng)
    };
    let screen = Finish {
        texture: Texture::Print,
        second: paint::random_color(rng),
        scale: 0.15 * unit,
        shine: 0.6,
        ..paint::random_plain_finish(rng)
    };
    let lean = rng.random_range(0.1..0.5);
    let hinge = Pose::translation(-half[0], 0.0, half[2]) * Pose::rotation(-Vector3::y() * lean);
    let lid = [0.08 * unit, half[1], half[0]];
    vec![
        unlabeled_body(Shape::Box { half }, pose, case, keys),
        unlabeled_body(
            Shape::Box { half: lid },
            pose * hinge * Pose::translation(0.0, 0.0, half[0]),
            paint::random_color(rng),
            screen,
        ),
    ]
}
