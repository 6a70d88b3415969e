//! Pictures of a table in light and shade, from any side, without depth.

use enact_types::{Frame, Intrinsics, Point3, Pose, Stamp, Vector3};
use image::{Rgb, RgbImage};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Table;

/// Nothing on these tables is higher, meters.
const HIGHEST: f64 = 0.12;
const GAMMA: f64 = 2.2;

/// A camera, the light, and what the table looks like.
#[derive(Clone)]
pub struct Look {
    pub eye: Point3,
    pub target: Point3,
    /// Columns and rows.
    pub size: [u32; 2],
    /// Meters that neighboring pixels are apart at one meter.
    pub pixel_angle: f64,
    /// Where the light comes from.
    pub toward_light: Vector3,
    /// Linear light in the shade, as a share of that in full light.
    pub shade: f64,
    /// Error of each channel, of 255.
    pub noise: f64,
    /// Whether colors are kept for squares of two by two pixels, as JPEG does.
    pub subsampled: bool,
    pub surface: fn(f64, f64) -> [u8; 3],
}

impl Look {
    /// From so high above the horizon of the target, from a side, at 0.7 m.
    pub fn from(elevation: f64, azimuth: f64, target: [f64; 2]) -> Self {
        let (up, out) = elevation.to_radians().sin_cos();
        let azimuth = azimuth.to_radians();
        let away = Vector3::new(out * azimuth.cos(), out * azimuth.sin(), up);
        let target = Point3::new(target[0], target[1], 0.0);
        Self {
            eye: target + away * 0.7,
            target,
            size: [320, 240],
            pixel_angle: 0.0017,
            toward_light: Vector3::new(0.5, 0.6, 1.0),
            shade: 0.3,
            noise: 1.0,
            subsampled: true,
            surface: |_, _| [128, 128, 128],
        }
    }

    fn base_from_camera(&self) -> Pose {
        let way = self.target - self.eye;
        let down = if way.xy().norm() > 1e-3 * way.norm() {
            -Vector3::z()
        } else {
            Vector3::x()
        };
        let rotation = nalgebra::UnitQuaternion::face_towards(&way, &down);
        Pose::from_parts(self.eye.coords.into(), rotation)
    }

    /// Takes a picture; also returns the body that each pixel shows.
    pub fn picture(&self, table: &Table) -> (Frame, Vec<Option<usize>>) {
        let [width, height] = self.size;
        let fov = 2.0 * (f64::from(height) / 2.0 * self.pixel_angle).atan();
        let intrinsics = Intrinsics::from_vertical_fov(width, height, fov);
        let base_from_camera = self.base_from_camera();
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let (mut rgb, mut owners) = (RgbImage::new(width, height), Vec::new());
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            let pixel = intrinsics.deproject(f64::from(x) + 0.5, f64::from(y) + 0.5, 1.0);
            let pixel = pixel.expect("a camera without distortion sees everywhere");
            let ray = base_from_camera.rotation * pixel.coords;
            let (color, owner) = self.color(table, ray);
            let noisy = color.map(|value| value + self.noise * rng.random_range(-1.0..1.0));
            rgb.put_pixel(x, y, Rgb(noisy.map(|value| value.clamp(0.0, 255.0) as u8)));
            owners.push(owner);
        }
        if self.subsampled {
            subsample(&mut rgb);
        }
        let frame = Frame {
            sequence: 0,
            stamp: Stamp::ZERO,
            rgb,
            depth: None,
            intrinsics,
            base_from_camera,
        };
        (frame, owners)
    }

    /// The color that a ray from the eye meets, and the body.
    fn color(&self, table: &Table, ray: Vector3) -> ([f64; 3], Option<usize>) {
        let start = self.eye + ray * ((HIGHEST - self.eye.z) / ray.z).max(0.0);
        let Some((at, owner)) = meets(table, start, ray.normalize()) else {
            return ([0.0; 3], None);
        };
        let color = match owner {
            Some(owner) => table.bodies[owner].color(),
            None => (self.surface)(at.x, at.y),
        };
        let normal = owner.map_or(Vector3::z(), |owner| normal(table, owner, &at));
        let light = self.toward_light.normalize();
        let lit = normal.dot(&light).max(0.0) / light.z;
        let is_lit = lit > 0.0 && {
            let outside = at + normal * 5e-4;
            meets(table, outside, light).is_none_or(|(_, hit)| hit.is_none())
        };
        let light = self.shade + (1.0 - self.shade) * if is_lit { lit } else { 0.0 };
        (
            color.map(|value| f64::from(value) * light.powf(1.0 / GAMMA)),
            owner,
        )
    }
}

/// Where a line of sight meets a body or the table, below the highest thing.
fn meets(table: &Table, from: Point3, way: Vector3) -> Option<(Point3, Option<usize>)> {
    let mut at = from;
    for _ in 0..300 {
        let (distance, owner) = table.nearest(&at);
        if distance < 5e-5 {
            return Some((at, owner));
        }
        at += way * distance;
        if at.z > HIGHEST + 1e-6 || at.coords.norm() > 5.0 {
            return None;
        }
    }
    Some((at, None))
}

fn normal(table: &Table, body: usize, at: &Point3) -> Vector3 {
    let slope = |axis: Vector3| {
        let [ahead, behind] =
            [1e-5, -1e-5].map(|by| table.bodies[body].distance(&(at + axis * by)));
        ahead - behind
    };
    let normal = Vector3::new(
        slope(Vector3::x()),
        slope(Vector3::y()),
        slope(Vector3::z()),
    );
    normal.try_normalize(1e-12).unwrap_or(Vector3::z())
}

/// Gives every square of two by two pixels one color, and keeps the brightness of each pixel.
fn subsample(rgb: &mut RgbImage) {
    let luma = |[r, g, b]: [f64; 3]| 0.299 * r + 0.587 * g + 0.114 * b;
    let [columns, rows] = [rgb.width() / 2, rgb.height() / 2];
    for (x, y) in (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))) {
        let at = [[0, 0], [1, 0], [0, 1], [1, 1]].map(|[dx, dy]| (2 * x + dx, 2 * y + dy));
        let own = at.map(|(x, y)| rgb.get_pixel(x, y).0.map(f64::from));
        let mean = [0, 1, 2].map(|channel| own.iter().map(|one| one[channel]).sum::<f64>() / 4.0);
        for ((x, y), one) in at.into_iter().zip(own) {
            let brighter = luma(one) - luma(mean);
            let value = mean.map(|value| (value + brighter).clamp(0.0, 255.0) as u8);
            rgb.put_pixel(x, y, Rgb(value));
        }
    }
}
