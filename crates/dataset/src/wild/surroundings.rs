//! Table, room and light.

use std::f64::consts::TAU;

use enact_robot::Shape;
use enact_sim::geometry::{Material, ROOM_SEGMENT_ID, RenderBody, TABLE_SEGMENT_ID};
use enact_sim::render::appearance::{Light, TablePattern, TableTop};
use enact_sim::render::{Appearance, Finish, Texture};
use enact_types::{Point3, Pose, Vector3};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use super::clutter::unlabeled_body;
use super::paint::{self, LinearRgb, log_uniform, scale_brightness};
use super::place::Ground;
use super::viewpoint::uniform_around_zero;

/// Half the thickness of the table top, meters.
const THICKNESS: f64 = 0.012;
/// Color of the table's body, which the look replaces.
const UNSEEN: LinearRgb = [0.5; 3];

/// Draws the table, the room around it and the look of the picture.
pub(super) fn random_surroundings(
    rng: &mut impl Rng,
    ground: &Ground,
) -> (Vec<RenderBody>, Appearance) {
    let mut bodies = vec![table(ground)];
    if rng.random_bool(0.8) {
        bodies.extend(room(rng, ground));
    }
    (bodies, look(rng, ground))
}

fn table(ground: &Ground) -> RenderBody {
    let [x, y] = ground.center;
    RenderBody {
        id: TABLE_SEGMENT_ID,
        shape: Shape::Box {
            half: [ground.half[0], ground.half[1], THICKNESS],
        }
        .into(),
        base_from_body: Pose::new(Vector3::new(x, y, -THICKNESS), Vector3::z() * ground.turn),
        color: UNSEEN,
        material: Material::Table,
    }
}

/// A floor, walls, and furniture as plain as it looks from afar.
fn room(rng: &mut impl Rng, ground: &Ground) -> Vec<RenderBody> {
    let [x, y] = ground.center;
    let depth = rng.random_range(0.15..0.9);
    let far = ground.half[0].max(ground.half[1]) + rng.random_range(0.3..2.5);
    let turn = Pose::translation(x, y, -depth) * Pose::rotation(Vector3::z() * ground.turn);
    let slab = |rng: &mut _, half: [f64; 3], at: [f64; 3], scale: f64| {
        let (color, finish) = (
            paint::random_room_color(rng),
            paint::random_clutter_finish(rng, scale),
        );
        let pose = turn * Pose::translation(at[0], at[1], at[2]);
        let matte = Finish {
            shine: 0.02,
            ..finish
        };
        RenderBody {
            id: ROOM_SEGMENT_ID,
            ..unlabeled_body(Shape::Box { half }, pose, color, matte)
        }
    };
    let mut bodies = vec![slab(rng, [8.0, 8.0, 0.05], [0.0, 0.0, -0.05], 0.15)];
    for side in [-1.0, 1.0] {
        if rng.random_bool(0.5) {
            bodies.push(slab(rng, [0.05, 8.0, 2.0], [side * far, 0.0, 2.0], 0.3));
        }
        if rng.random_bool(0.5) {
            bodies.push(slab(rng, [8.0, 0.05, 2.0], [0.0, side * far, 2.0], 0.3));
        }
    }
    for _ in 0..rng.random_range(0..5) {
        let half = [0.05, 0.05, 0.1].map(|least| least + rng.random_range(0.0..0.4));
        let angle = rng.random_range(0.0..TAU);
        let away = ground.half[0].hypot(ground.half[1]) + half[0] + rng.random_range(0.0..0.6);
        let at = [away * angle.cos(), away * angle.sin(), half[2]];
        bodies.push(slab(rng, half, at, 0.15));
    }
    bodies
}

fn look(rng: &mut impl Rng, ground: &Ground) -> Appearance {
    let target = ground.view.target;
    let power = rng.random_range(0.0..1.4_f32);
    let fill = rng.random_range(0.12..1.1_f32);
    let cast = cast(rng, 0.22);
    let brightness = log_uniform(rng, 0.25, 2.5) as f32;
    let mut more_lights = Vec::new();
    while more_lights.len() < 2 && rng.random_bool(0.25) {
        let power = rng.random_range(0.1..0.7);
        more_lights.push(lamp(rng, &target, power));
    }
    let sky_cast = self::cast(rng, 0.1);
    Appearance {
        light: lamp(rng, &target, power),
        more_lights,
        sky: std::array::from_fn(|i| fill * sky_cast[i] * cast[i]),
        bounce: std::array::from_fn(|i| 0.5 * fill * sky_cast[i] * cast[i]),
        table: top(rng, ground.view.unit),
        card: None,
        background: [
            paint::random_room_color(rng),
            paint::random_neutral_color(rng),
        ],
        gloss: *[0.3, 1.0, 1.0, 2.0, 6.0].choose(rng).expect("not empty"),
        exposure: brightness / (0.7 * power + 0.9 * fill),
        gamma: rng.random_range(1.8..2.6),
        noise: rng.random_range(0.002..0.012),
        shade_jitter: 0.1,
        seed: rng.next_u64(),
    }
}

/// Draws how a sensor that is set for other light weighs red, green and blue.
fn cast(rng: &mut impl Rng, most: f64) -> LinearRgb {
    let warmth = uniform_around_zero(rng, most) as f32;
    let tint = uniform_around_zero(rng, 0.4 * most) as f32;
    [1.0 + warmth, 1.0 + tint, 1.0 - warmth]
}

/// Draws a lamp, from a bare bulb to a window, whose light has this strength on the table.
fn lamp(rng: &mut impl Rng, target: &Point3, power: f32) -> Light {
    let (rise, turn) = (rng.random_range(0.2..1.5_f64), rng.random_range(0.0..TAU));
    let away = rng.random_range(0.5..2.2);
    let towards = Vector3::new(rise.cos() * turn.cos(), rise.cos() * turn.sin(), rise.sin());
    let color = cast(rng, 0.15);
    Light {
        position: target + towards * away,
        radius: away * log_uniform(rng, 0.005, 0.2),
        color: color.map(|channel| power * channel),
    }
}

/// Draws the table top; features are chosen to suit things of this size.
fn top(rng: &mut impl Rng, unit: f64) -> TableTop {
    use Texture::*;
    let patterns = [
        (TablePattern::Wood, 1.5, 5.0, 18),
        (TablePattern::Plain, 1.0, 2.0, 20),
        (TablePattern::Checker, 0.3, 2.0, 5),
        (TablePattern::Stripes, 0.3, 2.0, 4),
        (TablePattern::Speckle, 0.1, 0.3, 7),
        (TablePattern::Textured(Grid), 0.4, 1.6, 6),
        (TablePattern::Textured(Mat), 0.3, 0.7, 9),
        (TablePattern::Textured(Weave), 0.05, 0.2, 9),
        (TablePattern::Textured(Print), 0.07, 0.2, 8),
        (TablePattern::Textured(Marble), 0.5, 2.0, 4),
        (TablePattern::Textured(Dots), 0.5, 1.2, 5),
        (TablePattern::Textured(Worn), 1.0, 4.0, 5),
    ];
    let (pattern, low, high, _) = *patterns
        .choose_weighted(rng, |(.., weight)| *weight)
        .expect("weights are positive");
    TableTop {
        pattern,
        colors: tones(rng, pattern),
        scale: unit * rng.random_range(low..high),
        turn: rng.random_range(0.0..TAU),
    }
}

/// Draws the two colors of a table top: mostly wood, white, gray or black, and sometimes just that
/// of a thing.
fn tones(rng: &mut impl Rng, pattern: TablePattern) -> [LinearRgb; 2] {
    let base = match rng.random_range(0..10) {
        0..7 => paint::random_neutral_color(rng),
        7..9 => paint::random_color(rng),
        _ => paint::random_nameable_color(rng),
    };
    let is_inked = matches!(
        pattern,
        TablePattern::Textured(Texture::Print | Texture::Mat | Texture::Grid | Texture::Dots)
    );
    let second = if is_inked {
        paint::random_neutral_color(rng)
    } else if rng.random_bool(0.75) {
        scale_brightness(&base, rng.random_range(0.5..1.5))
    } else {
        paint::random_color(rng)
    };
    [base, second]
}
