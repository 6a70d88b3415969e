//! A table with bodies and a depth camera, rendered by sphere tracing.
#![allow(dead_code, reason = "each test uses some of it")]

pub mod lit;
pub mod shapes;

use enact_types::{DepthImage, Frame, Intrinsics, NormalizedPoint, Point3, Pose, Stamp, Vector3};
use image::{Rgb, RgbImage};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
pub use shapes::Body;

const WIDTH: u32 = 320;
const HEIGHT: u32 = 240;
/// Size of a picture, pixels.
pub const SIZE: [u32; 2] = [WIDTH, HEIGHT];
/// Where the camera is, and what it looks at.
pub const IN_FRONT: [[f64; 3]; 2] = [[0.62, 0.0, 0.52], [0.19, 0.0, 0.02]];
/// The same for one that looks down from almost straight above.
pub const ABOVE: [[f64; 3]; 2] = [[0.32, 0.08, 0.78], [0.2, 0.0, 0.0]];
/// Standard deviation of the depth, meters.
const NOISE: f64 = 0.0005;

/// Bodies on a table at height zero.
pub struct Table {
    pub bodies: Vec<Body>,
}

impl Table {
    /// Renders a picture from in front and above; also returns the body that each pixel shows.
    pub fn render(&self, seed: u64) -> (Frame, Vec<Option<usize>>) {
        self.render_from(IN_FRONT, SIZE, seed)
    }

    /// Renders the same in another size.
    pub fn render_in(&self, size: [u32; 2], seed: u64) -> (Frame, Vec<Option<usize>>) {
        self.render_from(IN_FRONT, size, seed)
    }

    /// Renders it from another place, given by the eye and what it looks at.
    pub fn render_from(
        &self,
        [eye, target]: [[f64; 3]; 2],
        [width, height]: [u32; 2],
        seed: u64,
    ) -> (Frame, Vec<Option<usize>>) {
        let intrinsics = Intrinsics::from_vertical_fov(width, height, 42_f64.to_radians());
        let base_from_camera = look_at(Point3::from(eye), Point3::from(target));
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut rgb = RgbImage::new(width, height);
        let (mut meters, mut owners) = (Vec::new(), Vec::new());
        for y in 0..height {
            for x in 0..width {
                let pixel = intrinsics.deproject(f64::from(x) + 0.5, f64::from(y) + 0.5, 1.0);
                let pixel = pixel.expect("a camera without distortion sees everywhere");
                let ray = base_from_camera.rotation * pixel.coords;
                let eye = Point3::from(base_from_camera.translation.vector);
                let (depth, owner) = self.trace(eye, ray);
                let bell = (0..12).map(|_| rng.random_range(-0.5..0.5)).sum::<f64>();
                meters.push((depth + NOISE * bell) as f32);
                let shade = rng.random_range(0.6..1.0);
                let color = owner.map_or([168, 128, 88], |owner| self.bodies[owner].color());
                rgb.put_pixel(
                    x,
                    y,
                    Rgb(color.map(|value| (f64::from(value) * shade) as u8)),
                );
                owners.push(owner);
            }
        }
        let depth = Some(DepthImage {
            width,
            height,
            meters,
        });
        let frame = Frame {
            sequence: 0,
            stamp: Stamp::ZERO,
            rgb,
            depth,
            intrinsics,
            base_from_camera,
        };
        (frame, owners)
    }

    fn trace(&self, eye: Point3, ray: Vector3) -> (f64, Option<usize>) {
        let length = ray.norm();
        let mut depth = 0.1;
        for _ in 0..400 {
            let point = eye + ray * depth;
            let (distance, owner) = self.nearest(&point);
            if distance < 2e-5 {
                return (depth, owner);
            }
            depth += distance / length;
        }
        (depth, None)
    }

    fn nearest(&self, point: &Point3) -> (f64, Option<usize>) {
        self.bodies
            .iter()
            .enumerate()
            .map(|(index, body)| (body.distance(point), Some(index)))
            .fold((point.z, None), |a, b| if b.0 < a.0 { b } else { a })
    }
}

/// Returns the optical frame of a camera at `eye` that looks at `target`.
fn look_at(eye: Point3, target: Point3) -> Pose {
    let down = -Vector3::z();
    let rotation = nalgebra::UnitQuaternion::face_towards(&(target - eye), &down);
    Pose::from_parts(eye.coords.into(), rotation)
}

/// Returns the pixel of a body nearest to the centroid of its pixels.
pub fn middle_of(frame: &Frame, owners: &[Option<usize>], body: usize) -> NormalizedPoint {
    let width = frame.intrinsics.width as usize;
    let pixels: Vec<(f64, f64)> = (0..owners.len())
        .filter(|index| owners[*index] == Some(body))
        .map(|index| ((index % width) as f64 + 0.5, (index / width) as f64 + 0.5))
        .collect();
    let count = pixels.len() as f64;
    let (x, y) = pixels.iter().fold((0.0, 0.0), |sum, p| {
        (sum.0 + p.0 / count, sum.1 + p.1 / count)
    });
    let (x, y) = pixels
        .into_iter()
        .min_by(|a, b| {
            (a.0 - x)
                .hypot(a.1 - y)
                .total_cmp(&(b.0 - x).hypot(b.1 - y))
        })
        .expect("every body is in the picture");
    NormalizedPoint::from_pixel(x, y, frame.intrinsics.width, frame.intrinsics.height)
}
