//! Pictures and the objects in them.

use std::f64::consts::FRAC_PI_2;

use enact_plan::Detection;
use enact_robot::Robot;
use enact_sim::geometry::FIRST_OBJECT_SEGMENT_ID;
use enact_sim::render::{
    Appearance, Card, ObjectInView, RenderedPicture, objects_in_view, pose_looking_at, render,
};
use enact_sim::{CameraPlace, Layout, ObjectShape, Scene, World};
use enact_types::{JointVector, NormalizedPoint, Pose, Vector3};
use image::{GrayImage, Luma, RgbImage};
use nalgebra::{Translation3, UnitQuaternion};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::plans::no_action::written_demand;

/// Smallest number of visible pixels of a listed object; nobody could name a smaller one.
const MIN_PIXELS: u32 = 20;
/// Smallest visible share of a listed object, relative to an unobstructed view.
const MIN_VISIBLE_SHARE: f64 = 0.15;
/// Share of pictures with a card of text on the table.
const WITH_CARD: f64 = 0.15;
/// Share of pictures whose camera is far from its nominal pose.
const FAR_OFF: f64 = 0.12;

/// A picture and the objects in it.
#[derive(Clone, Debug)]
pub struct FrameExample {
    /// Picture as the camera took it.
    pub picture: RgbImage,
    /// Objects in reading order.
    pub objects: Vec<SeenObject>,
    /// Object that each pixel shows: its number among `objects`, from 1; 0 for anything else.
    pub shown: GrayImage,
}

/// The appearance of an object in a picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeenObject {
    /// Color and shape in words.
    pub label: String,
    /// Position as the model is to write it.
    pub point: NormalizedPoint,
    /// Position as fractions of width and height.
    pub at: [f64; 2],
    /// Square root of the share of the picture that the object covers.
    pub extent: f64,
    /// Share of the object's pixels within the picture that nothing hides.
    pub visible: f64,
}

impl FrameExample {
    /// Creates an example of a picture in which `seen` is listed; `label` names an object by its
    /// segmentation id.
    pub(crate) fn new(
        picture: RenderedPicture,
        seen: &[ObjectInView],
        label: impl Fn(u16) -> String,
    ) -> Self {
        let mut seen: Vec<(u16, SeenObject)> = seen
            .iter()
            .map(|seen| (seen.id, describe(seen, label(seen.id), &picture)))
            .collect();
        seen.sort_by_key(|(_, seen)| (seen.point.y, seen.point.x));
        let (ids, objects): (Vec<u16>, Vec<SeenObject>) = seen.into_iter().unzip();
        Self {
            shown: shown(&picture, &ids),
            picture: picture.rgb,
            objects,
        }
    }

    /// Returns the completion that the model is to learn.
    pub fn target_completion(&self) -> String {
        let detections: Vec<Detection> = self
            .objects
            .iter()
            .map(|seen| Detection::at_point(seen.point, &seen.label))
            .collect();
        Detection::write_list(&detections)
    }
}

/// Returns the `index`th picture of a data set, which depends only on the seed. Scene, arm, camera,
/// light and surfaces are random.
pub fn generate_frame_example(scene: &Scene, robot: &Robot, seed: u64, index: u64) -> FrameExample {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index);
    let layout = scene.sample_layout(rng.next_u64());
    let mut world = World::new(robot, &layout);
    world.teleport_arm(&posture(&mut rng, robot));
    arrange(&mut rng, &layout, &mut world);
    world.settle();
    let camera = shaken(&mut rng, layout.camera);
    let look = Appearance {
        card: maybe_random_text_card(&mut rng),
        ..any_look(&mut rng)
    };
    let base_from_camera = pose_looking_at(&camera.eye, &camera.target) * tilt(&mut rng);
    let picture = render(
        &world.visible_bodies(),
        &camera.intrinsics(),
        &base_from_camera,
        &look,
        rng.next_u64(),
    );
    let seen: Vec<ObjectInView> = objects_in_view(&picture.segmentation)
        .into_iter()
        .filter(|seen| seen.pixels >= MIN_PIXELS && seen.visible >= MIN_VISIBLE_SHARE)
        .collect();
    let label =
        |id: u16| layout.objects[usize::from(id - FIRST_OBJECT_SEGMENT_ID)].color_and_shape_label();
    FrameExample::new(picture, &seen, label)
}

fn shown(picture: &RenderedPicture, ids: &[u16]) -> GrayImage {
    let (width, height) = picture.rgb.dimensions();
    GrayImage::from_fn(width, height, |x, y| {
        let id = picture.segmentation.segment_id_at(x, y);
        let number = ids.iter().position(|listed| *listed == id);
        Luma([number.map_or(0, |number| number as u8 + 1)])
    })
}

fn describe(seen: &ObjectInView, label: String, picture: &RenderedPicture) -> SeenObject {
    let (width, height) = picture.rgb.dimensions();
    let (x, y) = seen.point;
    SeenObject {
        label,
        point: NormalizedPoint::from_pixel(x, y, width, height),
        at: [x / f64::from(width), y / f64::from(height)],
        extent: (f64::from(seen.pixels) / f64::from(width * height)).sqrt(),
        visible: seen.visible,
    }
}

/// Draws a posture: usually near home, as when the robot looks, and sometimes elsewhere.
fn posture(rng: &mut ChaCha8Rng, robot: &Robot) -> JointVector {
    let spread = *[0.03, 0.03, 0.03, 0.6].choose(rng).expect("not empty");
    let arm = robot.arm_joints().len();
    (0..20)
        .map(|_| {
            let mut joints = robot.home().clone();
            for (value, joint) in joints.iter_mut().zip(robot.joints()) {
                let moved = *value + rng.random_range(-spread..spread);
                *value = moved.clamp(joint.limits.min, joint.limits.max);
            }
            if let Some(gripper) = robot.gripper() {
                joints[gripper.joint] = rng.random_range(gripper.closed..gripper.open * 0.6);
            }
            joints
        })
        .find(|joints| robot.forward(&joints[..arm]).translation.z > 0.06)
        .unwrap_or_else(|| robot.home().clone())
}

/// Puts some objects in or on others, as after some work.
fn arrange(rng: &mut ChaCha8Rng, layout: &Layout, world: &mut World) {
    let hosts = |index: usize| {
        let is_host =
            |host: &usize| *host != index && layout.objects[*host].shape != ObjectShape::Ball;
        (0..layout.objects.len())
            .filter(is_host)
            .collect::<Vec<_>>()
    };
    let mut moved = Vec::new();
    let mut taken = Vec::new();
    for (index, item) in layout.objects.iter().enumerate() {
        if item.shape.is_container() || !rng.random_bool(0.22) {
            continue;
        }
        let free: Vec<usize> = hosts(index)
            .into_iter()
            .filter(|host| !moved.contains(host) && !taken.contains(host))
            .collect();
        let Some(&host) = free.choose(rng) else {
            continue;
        };
        let under = &layout.objects[host];
        let slack = if under.shape.is_container() {
            0.018
        } else {
            0.004
        };
        let floor = if under.shape.is_container() {
            0.007
        } else {
            under.size[2]
        };
        let mut pose = under.base_from_object;
        pose.translation.vector += Vector3::new(
            rng.random_range(-slack..slack),
            rng.random_range(-slack..slack),
            floor - under.size[2] / 2.0 + item.size[2] / 2.0 + 0.001,
        );
        world.teleport_object(index, &pose);
        moved.push(index);
        taken.push(host);
    }
}

/// Perturbs the camera's pose: a camera is never mounted exactly, and sometimes it is so far off
/// that the picture cuts through objects.
fn shaken(rng: &mut ChaCha8Rng, camera: CameraPlace) -> CameraPlace {
    let times = if rng.random_bool(FAR_OFF) { 4.0 } else { 1.0 };
    let mut by = |most: f64| rng.random_range(-most..most) * times;
    CameraPlace {
        eye: camera.eye + Vector3::new(by(0.02), by(0.03), by(0.02)),
        target: camera.target + Vector3::new(by(0.015), by(0.02), 0.0),
        vertical_fov: camera.vertical_fov + by(0.03),
        ..camera
    }
}

fn tilt(rng: &mut ChaCha8Rng) -> Pose {
    let roll = rng.random_range(-0.02..0.02);
    Pose::from_parts(
        Translation3::identity(),
        UnitQuaternion::from_euler_angles(0.0, 0.0, roll),
    )
}

fn any_look(rng: &mut ChaCha8Rng) -> Appearance {
    if rng.random_bool(0.3) {
        Appearance {
            seed: rng.next_u64(),
            ..Appearance::default()
        }
    } else {
        Appearance::random(rng)
    }
}

/// Occasionally draws a card with text on the table, which is never an object, whatever it says.
pub(crate) fn maybe_random_text_card(rng: &mut ChaCha8Rng) -> Option<Card> {
    if !rng.random_bool(WITH_CARD) {
        return None;
    }
    let radius = rng.random_range(0.12..0.36);
    let angle = rng.random_range(-1.3_f64..1.3);
    let center = [radius * angle.cos(), radius * angle.sin()];
    // Lines along the base's y read upright in a camera that faces the arm.
    let turn = FRAC_PI_2 + rng.random_range(-0.6..0.6);
    let width = rng.random_range(0.06..0.16);
    Some(Card::from_text(&written_demand(rng), center, width, turn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_plan::PictureConvention;
    use std::path::Path;

    #[test]
    fn pictures_repeat_and_list_what_they_show_in_reading_order() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let scene = Scene::load(&root.join("scenes/mixed.toml")).unwrap();
        let robot = Robot::load(&root.join("robots/so101")).unwrap();
        let first = generate_frame_example(&scene, &robot, 5, 0);
        assert_eq!(
            first.picture,
            generate_frame_example(&scene, &robot, 5, 0).picture
        );
        assert_ne!(
            first.picture,
            generate_frame_example(&scene, &robot, 5, 1).picture
        );
        let convention = PictureConvention::default();
        let listed = convention
            .parse(&first.target_completion())
            .unwrap()
            .detections;
        assert!(!listed.is_empty());
        assert!(listed.is_sorted_by_key(|seen| (seen.point.y, seen.point.x)));
        let (width, height) = first.shown.dimensions();
        for (number, object) in (1..).zip(&first.objects) {
            let [x, y] = object.at;
            let at = (x * f64::from(width), y * f64::from(height));
            let pixel = first.shown.get_pixel(at.0 as u32, at.1 as u32);
            assert_eq!(pixel.0, [number], "{object:?}");
        }
    }
}
