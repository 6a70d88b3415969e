//! Cameras and boards with known truth.
#![allow(dead_code, reason = "each test takes what it needs")]

use enact_calibration::{Board, Corner, Lens, LensModel, Sheet};
use image::{GrayImage, Luma};
use nalgebra::{Isometry3, Point2, Rotation3, Translation3, UnitQuaternion, Vector3};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub const SIZE: (u32, u32) = (640, 480);

pub fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// A webcam with a good deal of distortion.
pub fn webcam() -> Lens {
    Lens {
        model: LensModel::BrownConrady,
        fx: 536.0,
        fy: 540.0,
        cx: 325.0,
        cy: 236.0,
        distortion: vec![-0.28, 0.09, 0.0005, -0.0008, 0.0],
    }
}

/// Draws from a normal distribution (Box–Muller).
pub fn normal(rng: &mut impl Rng, std: f64) -> f64 {
    let (u, v): (f64, f64) = (rng.random_range(1e-12..1.0), rng.random_range(0.0..1.0));
    std * (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// Returns the middle of a board.
pub fn middle(board: &Board) -> Point2<f64> {
    let corners = board.corners();
    let sum = corners
        .iter()
        .fold(nalgebra::Vector2::zeros(), |sum, c| sum + c.coords);
    Point2::from(sum / corners.len() as f64)
}

/// How a board is held before the camera: its middle is seen at `pixel` from `distance`, it leans by an angle toward a direction, and
/// is turned in its plane; meters and radians.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub pixel: (f64, f64),
    pub distance: f64,
    pub tilt: (f64, f64),
    pub turn: f64,
}

/// Returns `camera_from_board`.
pub fn pose(lens: &Lens, board: &Board, view: View) -> Isometry3<f64> {
    let View {
        pixel,
        distance,
        tilt: (angle, direction),
        turn,
    } = view;
    let axis = Vector3::new(direction.cos(), direction.sin(), 0.0);
    let rotation = Rotation3::new(axis * angle) * Rotation3::new(Vector3::z() * turn);
    let ray = lens
        .unproject(&Point2::new(pixel.0, pixel.1))
        .expect("the pixel is in the picture");
    let middle = middle(board);
    let at = ray * (distance / ray.z) - rotation * Vector3::new(middle.x, middle.y, 0.0);
    Isometry3::from_parts(
        Translation3::from(at),
        UnitQuaternion::from_rotation_matrix(&rotation),
    )
}

/// Returns all corners of a board as a camera sees them, each off by so many pixels (1 σ); `None` where not all are in the picture.
pub fn seen(
    lens: &Lens,
    board: &Board,
    pose: &Isometry3<f64>,
    noise: f64,
    rng: &mut impl Rng,
) -> Option<Vec<Corner>> {
    let inside = |p: &Point2<f64>| {
        (2.0..f64::from(SIZE.0) - 3.0).contains(&p.x)
            && (2.0..f64::from(SIZE.1) - 3.0).contains(&p.y)
    };
    let corners = board.corners().into_iter().enumerate();
    corners
        .map(|(id, on_board)| {
            let point = pose * nalgebra::Point3::new(on_board.x, on_board.y, 0.0);
            let pixel = lens.project(&point.coords).filter(inside)?;
            let pixel = Point2::new(pixel.x + normal(rng, noise), pixel.y + normal(rng, noise));
            Some(Corner {
                id,
                on_board,
                pixel,
            })
        })
        .collect()
}

/// Rays of a camera through the quarters of each pixel.
pub struct Rays(Vec<Option<Vector3<f64>>>);

impl Rays {
    pub fn new(lens: &Lens) -> Self {
        let quarters = [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)];
        let pixels =
            (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (f64::from(x), f64::from(y))));
        let rays = pixels.flat_map(|(x, y)| quarters.map(|(dx, dy)| Point2::new(x + dx, y + dy)));
        Self(rays.map(|pixel| lens.unproject(&pixel)).collect())
    }

    /// Renders a board's sheet on a gray table, with noise in gray levels (1 σ).
    pub fn render(
        &self,
        board: &Board,
        pose: &Isometry3<f64>,
        noise: f64,
        rng: &mut impl Rng,
    ) -> GrayImage {
        const PER_MM: f64 = 3.0;
        let sheet = Sheet::new(board);
        let on_paper = sheet.origin_mm();
        let sheet = sheet.to_picture(PER_MM);
        let to_board = pose.inverse();
        let brightness = |ray: &Option<Vector3<f64>>| -> f64 {
            let Some(ray) = ray else { return 90.0 };
            let (origin, ray) = (to_board.translation.vector, to_board.rotation * ray);
            let at = origin - ray * (origin.z / ray.z);
            let pixel = |meters: f64, origin: f64| (meters * 1e3 + origin) * PER_MM - 0.5;
            bilinear(&sheet, pixel(at.x, on_paper.0), pixel(at.y, on_paper.1))
                .map_or(90.0, |white| 30.0 + 190.0 * white / 255.0)
        };
        GrayImage::from_fn(SIZE.0, SIZE.1, |x, y| {
            let first = (y * SIZE.0 + x) as usize * 4;
            let mean = self.0[first..first + 4].iter().map(brightness).sum::<f64>() / 4.0;
            Luma([(mean + normal(rng, noise)).round().clamp(0.0, 255.0) as u8])
        })
    }
}

fn bilinear(picture: &GrayImage, x: f64, y: f64) -> Option<f64> {
    let inside = x >= 0.0
        && y >= 0.0
        && x + 1.0 < f64::from(picture.width())
        && y + 1.0 < f64::from(picture.height());
    inside.then(|| {
        let (i, j, u, v) = (x as u32, y as u32, x.fract(), y.fract());
        let at = |i, j| f64::from(picture.get_pixel(i, j).0[0]);
        (at(i, j) * (1.0 - u) + at(i + 1, j) * u) * (1.0 - v)
            + (at(i, j + 1) * (1.0 - u) + at(i + 1, j + 1) * u) * v
    })
}

/// Where boards are seen and how they lean: well spread.
pub fn good_views() -> Vec<View> {
    let places = [
        (320.0, 240.0),
        (190.0, 160.0),
        (450.0, 160.0),
        (190.0, 320.0),
        (450.0, 320.0),
        (320.0, 150.0),
        (320.0, 330.0),
    ];
    (0..21)
        .map(|i| View {
            pixel: places[i as usize % 7],
            distance: 0.42 + 0.02 * f64::from(i % 3),
            tilt: (0.4 + 0.07 * f64::from(i % 4), 1.3 * f64::from(i)),
            turn: 0.4 * f64::from(i % 5) - 0.8,
        })
        .collect()
}
