//! Arms, hands and cables that reach into the picture.

use std::f64::consts::{FRAC_PI_2, PI};

use enact_robot::{Robot, Shape};
use enact_sim::geometry::{Material, ROBOT_SEGMENT_ID, RenderBody};
use enact_sim::render::Finish;
use enact_types::{Point3, Pose, Vector3};
use nalgebra::{Translation3, UnitQuaternion};
use rand::{Rng, RngExt};

use super::clutter::unlabeled_body;
use super::paint::{self, LinearRgb};
use super::place::Ground;
use super::viewpoint::uniform_around_zero;

/// Draws the limbs of a picture.
pub(super) fn random_limbs(rng: &mut impl Rng, ground: &Ground) -> Vec<RenderBody> {
    let mut bodies = Vec::new();
    if rng.random_bool(0.45) {
        bodies.extend(arm(rng, ground));
    }
    if rng.random_bool(0.12) {
        bodies.extend(hand(rng, ground));
    }
    if rng.random_bool(0.2) {
        bodies.extend(own_fingers(rng, ground));
    }
    while rng.random_bool(0.3) {
        bodies.extend(cable(rng, ground));
    }
    bodies
}

/// Returns a pose in the middle between two points whose `z` axis runs from one to the other.
fn between(from: &Point3, to: &Point3) -> Pose {
    let turn = UnitQuaternion::rotation_between(&Vector3::z(), &(to - from))
        .unwrap_or_else(|| UnitQuaternion::new(Vector3::x() * PI));
    Pose::from_parts(Translation3::from((from.coords + to.coords) / 2.0), turn)
}

/// Returns a rod with round ends from point to point.
fn rod(from: &Point3, to: &Point3, radius: f64) -> (Shape, Pose) {
    let half_length = (to - from).norm() / 2.0;
    let shape = Shape::Capsule {
        radius,
        half_length,
    };
    (shape, between(from, to))
}

/// Draws the two colors of an arm and the finish of its parts.
fn livery(rng: &mut impl Rng) -> ([LinearRgb; 2], Finish) {
    let dark = [0.02, 0.02, 0.022];
    let body = match rng.random_range(0..10) {
        0..5 => paint::random_neutral_color(rng),
        5..8 => paint::random_nameable_color(rng),
        _ => paint::random_color(rng),
    };
    let joints = if rng.random_bool(0.7) {
        dark
    } else {
        paint::random_color(rng)
    };
    ([body, joints], paint::random_plain_finish(rng))
}

/// An arm with a few links, from the edge of the table towards the middle.
fn arm(rng: &mut impl Rng, ground: &Ground) -> Vec<RenderBody> {
    let ([paint, joint_paint], finish) = livery(rng);
    let view = ground.view;
    let [x, y] = ground.random_ground_point_near_edge(rng);
    let thick = view.unit * rng.random_range(0.5..1.6);
    let finish = Finish {
        bevel: 0.2 * thick,
        ..finish
    };
    let mut bodies = Vec::new();
    let mut at = Point3::new(x, y, 0.0);
    let mut heading = (view.target.y - y).atan2(view.target.x - x) + uniform_around_zero(rng, 0.7);
    let mut pitch = FRAC_PI_2;
    let links = rng.random_range(2..=4);
    for link in 0..=links {
        let direction = Vector3::new(
            pitch.cos() * heading.cos(),
            pitch.cos() * heading.sin(),
            pitch.sin(),
        );
        let mut next = at + direction * (thick * rng.random_range(1.6..4.5));
        next.z = next.z.max(0.8 * thick);
        let half = [0.5, 0.35, 0.5].map(|share| share * thick);
        let half_length = (next - at).norm() / 2.0;
        let (shape, pose) = match rng.random_range(0..3) {
            0 => rod(&at, &next, 0.4 * thick),
            1 => {
                let half = [half[0], half[1], half_length];
                (Shape::Box { half }, between(&at, &next))
            }
            _ => {
                let radius = 0.4 * thick;
                let shape = Shape::Cylinder {
                    radius,
                    half_length,
                };
                (shape, between(&at, &next))
            }
        };
        bodies.push(unlabeled_body(shape, pose, paint, finish));
        let across = Vector3::new(-heading.sin(), heading.cos(), 0.0) * (0.6 * thick);
        let (_, axle) = rod(&(next - across), &(next + across), 0.5 * thick);
        let shape = Shape::Cylinder {
            radius: 0.5 * thick,
            half_length: 0.6 * thick,
        };
        bodies.push(unlabeled_body(shape, axle, joint_paint, finish));
        at = next;
        heading += uniform_around_zero(rng, 0.35);
        pitch = if link + 1 == links {
            rng.random_range(-1.5..0.0)
        } else {
            rng.random_range(-0.9..1.3)
        };
    }
    let ahead = Vector3::new(heading.cos(), heading.sin(), pitch.sin().min(0.0)).normalize();
    let across = Vector3::new(-heading.sin(), heading.cos(), 0.0);
    let open = thick * rng.random_range(0.15..0.7);
    for side in [-1.0, 1.0] {
        let root = at + across * (side * open);
        let mut tip = root + ahead * (1.8 * thick) - across * (side * 0.3 * open);
        tip.z = tip.z.max(0.1 * thick);
        let half = [0.12 * thick, 0.3 * thick, (tip - root).norm() / 2.0];
        bodies.push(unlabeled_body(
            Shape::Box { half },
            between(&root, &tip),
            joint_paint,
            finish,
        ));
    }
    bodies
}

/// The fingers that a camera on the wrist sees at the edge of its picture.
fn own_fingers(rng: &mut impl Rng, ground: &Ground) -> Vec<RenderBody> {
    let view = ground.view;
    let ([paint, tip_paint], finish) = livery(rng);
    let depth = view.distance * rng.random_range(0.25..0.6);
    let slope = view.half_width / view.distance;
    let edge = depth * f64::from(view.intrinsics.height) / 2.0 / view.intrinsics.fy;
    let side = if rng.random_bool(0.7) { 1.0 } else { -1.0 };
    let apart = depth * slope * rng.random_range(0.1..0.7);
    let wide = depth * slope * rng.random_range(0.06..0.2);
    [-1.0, 1.0]
        .into_iter()
        .flat_map(|beside| {
            let root = Point3::new(beside * apart, side * 1.4 * edge, 0.8 * depth);
            let knee = Point3::new(beside * apart, side * 0.75 * edge, depth);
            let tip = Point3::new(0.7 * beside * apart, side * 0.5 * edge, 1.25 * depth);
            [(root, knee, paint, 1.0), (knee, tip, tip_paint, 0.6)]
        })
        .map(|(from, to, paint, times)| {
            let half = [times * wide, times * wide, (to - from).norm() / 2.0];
            let pose = view.base_from_camera * between(&from, &to);
            unlabeled_body(Shape::Box { half }, pose, paint, finish)
        })
        .collect()
}

/// A hand at the end of a forearm.
fn hand(rng: &mut impl Rng, ground: &Ground) -> Vec<RenderBody> {
    let unit = ground.view.unit;
    let light = rng.random_range(0.15..1.0_f32);
    let skin = [0.62 * light, 0.36 * light, 0.25 * light];
    let sleeve = paint::random_color(rng);
    let finish = Finish {
        shine: 0.03,
        ..paint::random_plain_finish(rng)
    };
    let [x, y] = ground.random_ground_point_near_edge(rng);
    let [to_x, to_y] = ground.random_ground_point_in_view(rng);
    let big = unit * rng.random_range(0.7..1.1);
    let elbow = Point3::new(x, y, 2.0 * big);
    let reach = Vector3::new(to_x - x, to_y - y, 0.0);
    let heading = reach.try_normalize(1e-9).unwrap_or_else(Vector3::x);
    let wrist = elbow + reach * rng.random_range(0.3..0.9) - Vector3::z() * (0.8 * big);
    let palm = wrist + heading * (1.2 * big);
    let across = Vector3::new(-heading.y, heading.x, 0.0);
    let mut bodies = vec![
        (rod(&(elbow - reach), &wrist, 0.7 * big), sleeve),
        (rod(&wrist, &palm, 0.65 * big), skin),
    ];
    for finger in 0..5 {
        let off = (f64::from(finger) - 2.0) * 0.36 * big;
        let root = palm + across * off;
        let length = if finger == 0 { 0.9 } else { 1.5 } * big;
        let splay = across * (0.3 * off);
        let mut tip =
            root + heading * length + splay - Vector3::z() * (big * rng.random_range(0.0..1.0));
        tip.z = tip.z.max(0.2 * big);
        bodies.push((rod(&root, &tip, 0.2 * big), skin));
    }
    bodies
        .into_iter()
        .map(|((shape, pose), paint)| unlabeled_body(shape, pose, paint, finish))
        .collect()
}

/// A cable that winds over the table.
fn cable(rng: &mut impl Rng, ground: &Ground) -> Vec<RenderBody> {
    let unit = ground.view.unit;
    let radius = unit * rng.random_range(0.05..0.13);
    let color = if rng.random_bool(0.7) {
        paint::random_neutral_color(rng)
    } else {
        paint::random_color(rng)
    };
    let finish = paint::random_plain_finish(rng);
    let [x, y] = ground.random_ground_point_near_edge(rng);
    let [to_x, to_y] = ground.random_ground_point_in_view(rng);
    let mut heading = (to_y - y).atan2(to_x - x);
    let mut at = Point3::new(x, y, radius);
    let mut bend = 0.0;
    (0..rng.random_range(6..16))
        .map(|_| {
            bend = 0.6 * bend + uniform_around_zero(rng, 0.3);
            heading += bend;
            let next = at + Vector3::new(heading.cos(), heading.sin(), 0.0) * (0.9 * unit);
            let (shape, pose) = rod(&at, &next, radius);
            at = next;
            unlabeled_body(shape, pose, color, finish)
        })
        .collect()
}

/// This robot's arm, which stands at the edge of the table in any posture, as its maker or another
/// color of filament made it.
pub(super) fn own_arm(rng: &mut impl Rng, ground: &Ground, robot: &Robot) -> Vec<RenderBody> {
    let [x, y] = ground.random_ground_point_near_edge(rng);
    let target = &ground.view.target;
    let heading = (target.y - y).atan2(target.x - x) + uniform_around_zero(rng, 0.6);
    let base = Pose::new(Vector3::new(x, y, 0.0), Vector3::z() * heading);
    let mut joints = robot.home().clone();
    for (value, joint) in joints.iter_mut().zip(robot.joints()) {
        *value = (*value + uniform_around_zero(rng, 0.5)).clamp(joint.limits.min, joint.limits.max);
    }
    let ([paint, _], finish) = livery(rng);
    let is_repainted = rng.random_bool(0.6);
    let poses = robot.link_poses(&joints);
    let links = robot.links().iter().zip(poses);
    links
        .flat_map(|(link, pose)| {
            link.shapes.iter().map(move |part| RenderBody {
                id: ROBOT_SEGMENT_ID,
                shape: part.shape.clone().into(),
                base_from_body: base * pose * part.link_from_shape,
                // Motors stay black.
                color: if is_repainted && part.color.iter().sum::<f32>() > 0.3 {
                    paint
                } else {
                    part.color
                },
                material: Material::Coated(finish),
            })
        })
        .collect()
}
