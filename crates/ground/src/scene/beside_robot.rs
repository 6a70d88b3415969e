//! Tells what is seen close beside the robot from what is the robot, or behind it.
//!
//! The robot's shapes have a skin, and the camera's pose is off by some millimeters, so that its
//! outline in a picture is wider than the robot. What stands in that band is in full view.

use enact_types::{Frame, Point3};

use super::point_cloud::PointCloud;
use super::table_plane::TableAppearance;

/// Range and number of heights at which the robot is searched for along a ray, meters.
const TALLEST: f64 = 0.4;
const SLICES: u32 = 100;
/// Width of the band along the robot's outline in which something else may be seen, meters: its
/// skin (8 mm) and the error of a camera's pose.
const BAND: f64 = 0.016;
/// Directions in which the outline is looked for.
const DIRECTIONS: u32 = 16;
/// Pixels from a region at which the table must be seen; nearer ones mix two colors, most of all
/// where a camera keeps colors for squares of two by two.
const RING: (usize, usize) = (4, 5);
/// Smallest share of those around a region that show the table.
const MIN_TABLE_SHARE: f64 = 0.95;

/// Where the robot is in a picture.
pub(super) struct RobotOutline<'a> {
    frame: &'a Frame,
    is_robot: &'a dyn Fn(&Point3) -> bool,
}

impl<'a> RobotOutline<'a> {
    pub(super) fn new(frame: &'a Frame, is_robot: &'a dyn Fn(&Point3) -> bool) -> Self {
        Self { frame, is_robot }
    }

    /// Returns whether the robot, or its skin, is between the camera and the table at a pixel.
    pub(super) fn covers(&self, pixel: (f64, f64)) -> bool {
        self.nearest(pixel).is_some()
    }

    /// Returns the point of the robot that is nearest to the camera along the ray of a pixel.
    fn nearest(&self, (x, y): (f64, f64)) -> Option<Point3> {
        (0..=SLICES)
            .rev()
            .map(|slice| TALLEST * f64::from(slice) / f64::from(SLICES))
            .filter_map(|height| self.frame.deproject_to_plane(x, y, height))
            .find(|point| (self.is_robot)(point))
    }

    /// Returns whether a pixel is farther within the outline than the robot's own is off.
    fn is_deep(&self, cloud: &PointCloud, (x, y): (f64, f64)) -> bool {
        let Some(point) = self.nearest((x, y)) else {
            return false;
        };
        let band = BAND / cloud.pixel_size(&point);
        (0..DIRECTIONS).all(|number| {
            let turn = std::f64::consts::TAU * f64::from(number) / f64::from(DIRECTIONS);
            let (across, along) = turn.sin_cos();
            self.covers((x + band * along, y + band * across))
        })
    }

    /// Returns whether a region is something beside the robot, in full view: none of it is deep
    /// within the outline, and the table is seen all around it.
    pub(super) fn is_beside(
        &self,
        cloud: &PointCloud,
        region: &[usize],
        table: &TableAppearance,
    ) -> bool {
        let middle = |pixel: usize| {
            let at = |along: usize| along as f64 + 0.5;
            (at(pixel % cloud.width), at(pixel / cloud.width))
        };
        let around = ring(cloud, region);
        let of_table = |pixel: &&usize| {
            !table.is_not_table_color(&cloud.colors[**pixel])
                && !self.is_deep(cloud, middle(**pixel))
        };
        let shown = around.iter().filter(of_table).count() as f64;
        !region.is_empty()
            && shown >= MIN_TABLE_SHARE * around.len() as f64
            && !region
                .iter()
                .any(|pixel| self.is_deep(cloud, middle(*pixel)))
    }
}

/// Returns the pixels around a region that are clear of its edge.
fn ring(cloud: &PointCloud, region: &[usize]) -> Vec<usize> {
    const FAR: u8 = u8::MAX;
    let mut away = vec![FAR; cloud.points.len()];
    for pixel in region {
        away[*pixel] = 0;
    }
    let mut reached = region.to_vec();
    let mut next = 0;
    while let Some(&pixel) = reached.get(next) {
        next += 1;
        let further = away[pixel] + 1;
        if usize::from(further) > RING.1 {
            continue;
        }
        for neighbor in cloud.neighbors(pixel) {
            if away[neighbor] == FAR {
                away[neighbor] = further;
                reached.push(neighbor);
            }
        }
    }
    reached.retain(|pixel| usize::from(away[*pixel]) >= RING.0);
    reached
}
