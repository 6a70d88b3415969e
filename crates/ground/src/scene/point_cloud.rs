//! The pixels of a frame as points in space, with their colors.

use enact_types::{Frame, Point3};

use super::color::Color;

/// The pixels of a frame, row by row.
pub struct PointCloud {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Position of each pixel in the base frame; `None` without a depth reading.
    pub points: Vec<Option<Point3>>,
    /// Color of each pixel.
    pub colors: Vec<Color>,
    /// Position of the camera in the base frame.
    pub eye: Point3,
    /// Meters that neighboring pixels are apart at one meter.
    pub pixel_angle: f64,
}

impl PointCloud {
    /// Creates the point cloud of a frame; `None` if the camera has no depth.
    pub fn new(frame: &Frame) -> Option<Self> {
        frame.depth.as_ref()?;
        Some(Self::of(frame, |x, y| frame.deproject(x, y)))
    }

    /// Creates the point cloud of an empty table.
    pub fn of_empty_table(frame: &Frame) -> Self {
        Self::of(frame, |x, y| frame.deproject_to_plane(x, y, 0.0))
    }

    fn of(frame: &Frame, point: impl Fn(f64, f64) -> Option<Point3>) -> Self {
        let (width, height) = (frame.intrinsics.width, frame.intrinsics.height);
        let count = width as usize * height as usize;
        let (mut points, mut colors) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for y in 0..height {
            let middle = f64::from(y) + 0.5;
            points.extend((0..width).map(|x| point(f64::from(x) + 0.5, middle)));
            colors.extend((0..width).map(|x| Color::from_rgb(frame.rgb.get_pixel(x, y).0)));
        }
        Self {
            width: width as usize,
            height: height as usize,
            points,
            colors,
            eye: Point3::from(frame.base_from_camera.translation.vector),
            pixel_angle: 1.0 / frame.intrinsics.fx,
        }
    }

    /// Returns the size of a pixel at `point`, meters.
    pub fn pixel_size(&self, point: &Point3) -> f64 {
        (point - self.eye).norm() * self.pixel_angle
    }

    /// Returns the pixels beside `index`, up to four.
    pub fn neighbors(&self, index: usize) -> impl Iterator<Item = usize> {
        let (x, y) = (index % self.width, index / self.width);
        [
            (x > 0).then(|| index - 1),
            (x + 1 < self.width).then_some(index + 1),
            (y > 0).then(|| index - self.width),
            (y + 1 < self.height).then_some(index + self.width),
        ]
        .into_iter()
        .flatten()
    }

    /// Returns whether a pixel is in the outermost row or column.
    pub fn is_at_the_edge(&self, index: usize) -> bool {
        self.neighbors(index).count() < 4
    }

    /// Returns the pixels within `radius` columns and rows of `(x, y)`, row by row.
    pub fn pixels_within(&self, x: usize, y: usize, radius: usize) -> impl Iterator<Item = usize> {
        let columns = x.saturating_sub(radius)..(x + radius + 1).min(self.width);
        let rows = y.saturating_sub(radius)..(y + radius + 1).min(self.height);
        let width = self.width;
        rows.flat_map(move |row| columns.clone().map(move |column| row * width + column))
    }

    /// Returns the pixels within `radius` columns and rows of `(x, y)`, nearest first.
    pub fn pixels_nearest_first(&self, x: usize, y: usize, radius: usize) -> Vec<usize> {
        let columns = x.saturating_sub(radius)..(x + radius + 1).min(self.width);
        let rows = y.saturating_sub(radius)..(y + radius + 1).min(self.height);
        let mut pixels: Vec<(usize, usize)> = rows
            .flat_map(|row| columns.clone().map(move |column| (column, row)))
            .collect();
        pixels.sort_by_key(|(column, row)| {
            (
                column.abs_diff(x).pow(2) + row.abs_diff(y).pow(2),
                *row,
                *column,
            )
        });
        pixels
            .into_iter()
            .map(|(column, row)| row * self.width + column)
            .collect()
    }
}
