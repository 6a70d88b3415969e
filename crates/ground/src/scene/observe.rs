//! Converts one frame's detections to solids in the base frame.

use std::fmt;

use enact_plan::{Bounds, Detection};
use enact_types::{Frame, Intrinsics, NormalizedPoint, Point3};
use serde::{Deserialize, Serialize};

use super::beside_robot::RobotOutline;
use super::contents::{is_same_blob, mean_pixel_position, split_contents_from_container};
use super::fit::{DEPTH_POSITION_ERROR_M, fit_solid};
use super::measure::{with_measured_outline, with_outline_from_silhouette};
use super::point_cloud::PointCloud;
use super::region::{NoRegion, grow, grow_by_color};
use super::relation::lower_hidden_undersides;
use super::shape_prior::ShapePrior;
use super::silhouette;
use super::snap::snap_to_named_color;
use super::solid::Solid;
use super::table_plane::TableAppearance;

/// Height below which points belong to the table, meters.
pub const MAX_TABLE_POINT_HEIGHT_M: f64 = 0.004;
/// Radius assumed where nothing but the place is seen, meters, and that of a container.
const GUESSED_RADIUS: f64 = 0.015;
const GUESSED_CONTAINER: f64 = 0.05;
/// Likely position error without depth, meters.
const GUESSED_UNCERTAINTY: f64 = 0.02;
/// Largest amount by which a box is too small on each side, as a share of its size.
const TOO_SMALL: f64 = 0.15;
/// Smallest share of the grown region inside a box that is around it.
const MIN_INSIDE_SHARE: f64 = 0.2;
/// Largest distance between two detections of one object under one label, meters.
const SAME_PLACE: f64 = 0.012;
/// Largest difference of positions and sizes between two detections of one object under different
/// labels, meters.
const SAME_SOLID: f64 = 0.003;

/// A detected object with its geometry.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Name of the object, in the model's words.
    pub label: String,
    /// Point given by the model.
    pub point: NormalizedPoint,
    /// Its position and size.
    pub solid: Solid,
}

/// A detection or remembered object that was dropped, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedDetection {
    /// Its label.
    pub label: String,
    /// Its point in the picture.
    pub point: NormalizedPoint,
    /// The reason.
    pub reason: String,
}

impl fmt::Display for DroppedDetection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NormalizedPoint { y, x } = self.point;
        write!(
            f,
            "{} at [{y}, {x}] is left out: {}",
            self.label, self.reason
        )
    }
}

/// Turns detections into solids; what lands on nothing solid is reported. `cloud` is the frame's
/// point cloud, if it has depth. `is_robot` says which points are the robot's own.
pub fn observe(
    frame: &Frame,
    cloud: Option<&PointCloud>,
    detections: &[Detection],
    is_robot: &dyn Fn(&Point3) -> bool,
) -> (Vec<Observation>, Vec<DroppedDetection>) {
    let solids = match cloud {
        Some(cloud) => measured(frame, cloud, detections, is_robot),
        None => silhouettes(frame, detections, is_robot),
    };
    let (mut observations, mut reports) = (Vec::<Observation>::new(), Vec::new());
    for (detection, solid) in detections.iter().zip(solids) {
        let found = solid.map(|solid| Observation {
            label: detection.label.clone(),
            point: detection.point,
            solid,
        });
        let found =
            found.and_then(
                |found| match observations.iter().any(|known| is_same(known, &found)) {
                    true => Err("it is listed twice"),
                    false => Ok(found),
                },
            );
        match found {
            Ok(observation) => observations.push(observation),
            Err(reason) => reports.push(DroppedDetection {
                label: detection.label.clone(),
                point: detection.point,
                reason: reason.to_owned(),
            }),
        }
    }
    settle(&mut observations);
    (observations, reports)
}

/// Returns the solid of each detection, or the reason why there is none.
fn measured(
    frame: &Frame,
    cloud: &PointCloud,
    detections: &[Detection],
    is_robot: &dyn Fn(&Point3) -> bool,
) -> Vec<Result<Solid, &'static str>> {
    let pixels: Vec<(f64, f64)> = detections
        .iter()
        .map(|detection| {
            let Intrinsics { width, height, .. } = frame.intrinsics;
            detection.point.to_pixel(width, height)
        })
        .collect();
    let table = TableAppearance::new(cloud, MAX_TABLE_POINT_HEIGHT_M);
    let seeds: Vec<(usize, usize)> = detections
        .iter()
        .zip(&pixels)
        .map(|(detection, (x, y))| {
            snap_to_named_color(&frame.rgb, (*x as usize, *y as usize), &detection.label)
        })
        .collect();
    let mut regions: Vec<Result<Vec<usize>, NoRegion>> = detections
        .iter()
        .zip(&seeds)
        .map(|(detection, seed)| {
            let region = grow(cloud, *seed, &table, is_robot)?;
            Ok(within(cloud, region, detection.bounds.as_ref()))
        })
        .collect();
    part_contents(cloud, &pixels, &mut regions);
    regions
        .into_iter()
        .zip(detections.iter().zip(seeds))
        .map(|(region, (detection, seed))| match region {
            Ok(region) => solid_of(cloud, &region),
            Err(NoRegion::Flat) => {
                flat(cloud, seed, &table, &detection.label).ok_or(NoRegion::Flat)
            }
            Err(why) => Err(why),
        })
        .map(|solid| solid.map_err(NoRegion::reason))
        .collect()
}

/// Returns what lies flat at a pixel; `None` if it is not called so, or does not stand out from the
/// table by its color.
fn flat(
    cloud: &PointCloud,
    seed: (usize, usize),
    table: &TableAppearance,
    label: &str,
) -> Option<Solid> {
    if !ShapePrior::from_label(label).is_flat() {
        return None;
    }
    let region = grow_by_color(cloud, seed, table)?;
    let points = on_table(cloud, &region);
    let solid = silhouette::flat_solid_from_points(&points, &cloud.eye, cloud.pixel_angle, label)?;
    Some(Solid {
        uncertainty: DEPTH_POSITION_ERROR_M,
        ..solid
    })
}

/// Returns the part of a region within the model's box, which may be a little too small; all of it
/// if the region is not where the box is.
fn within(cloud: &PointCloud, region: Vec<usize>, bounds: Option<&Bounds>) -> Vec<usize> {
    let Some(Bounds { low, high }) = bounds else {
        return region;
    };
    let size = [cloud.width, cloud.height].map(|size| u32::try_from(size).unwrap_or(u32::MAX));
    let [low, high] = [low, high].map(|corner| corner.to_pixel(size[0], size[1]));
    let [wider, taller] = [high.0 - low.0, high.1 - low.1].map(|side| TOO_SMALL * side + 1.0);
    let is_inside = |pixel: &usize| {
        let x = (pixel % cloud.width) as f64 + 0.5;
        let y = (pixel / cloud.width) as f64 + 0.5;
        (low.0 - wider..=high.0 + wider).contains(&x)
            && (low.1 - taller..=high.1 + taller).contains(&y)
    };
    let inside: Vec<usize> = region.iter().copied().filter(is_inside).collect();
    if (inside.len() as f64) < MIN_INSIDE_SHARE * region.len() as f64 {
        region
    } else {
        inside
    }
}

/// Returns the solid of each detection without depth, from its silhouette if it stands out from the
/// table.
fn silhouettes(
    frame: &Frame,
    detections: &[Detection],
    is_robot: &dyn Fn(&Point3) -> bool,
) -> Vec<Result<Solid, &'static str>> {
    let cloud = PointCloud::of_empty_table(frame);
    let table = TableAppearance::new(&cloud, MAX_TABLE_POINT_HEIGHT_M);
    let robot = RobotOutline::new(frame, is_robot);
    let outline = |detection: &Detection| {
        let Intrinsics { width, height, .. } = frame.intrinsics;
        let (x, y) = detection.point.to_pixel(width, height);
        let seed = snap_to_named_color(&frame.rgb, (x as usize, y as usize), &detection.label);
        let region = grow_by_color(&cloud, seed, &table).unwrap_or_default();
        let region = within(&cloud, region, detection.bounds.as_ref());
        if robot.covers((x, y)) && !robot.is_beside(&cloud, &region, &table) {
            return Err(NoRegion::Robot.reason());
        }
        let shape = |region: &[usize]| {
            let hidden: Vec<Point3> = on_table(&cloud, region);
            silhouette::solid_from_silhouette(
                &hidden,
                &cloud.eye,
                cloud.pixel_angle,
                &detection.label,
            )
        };
        let known = shape(&region);
        let is_guess = known.as_ref().is_none_or(|(_, is_known)| !is_known);
        let boxed = || {
            let bounds = detection.bounds.as_ref()?;
            let (solid, _) = shape(&ellipse(&cloud, bounds))?;
            Some(Solid {
                uncertainty: GUESSED_UNCERTAINTY,
                ..solid
            })
        };
        let shape = known.map(|(solid, _)| solid).or_else(boxed);
        let shape = shape.map_or_else(|| guess(frame, detection), Ok)?;
        let mut solid = with_outline_from_silhouette(&cloud, &region, shape, is_guess);
        if region.iter().any(|pixel| cloud.is_at_the_edge(*pixel)) {
            // Only a part of it is in the picture.
            solid.uncertainty = GUESSED_UNCERTAINTY;
            solid.height_uncertainty = solid.height_uncertainty.max(solid.height() / 2.0);
        }
        Ok(solid)
    };
    detections.iter().map(outline).collect()
}

/// Separates two detections that found one blob: the one whose point is nearer to the contents lies
/// in the other.
fn part_contents(
    cloud: &PointCloud,
    pixels: &[(f64, f64)],
    regions: &mut [Result<Vec<usize>, NoRegion>],
) {
    for first in 0..regions.len() {
        for second in first + 1..regions.len() {
            let (Ok(a), Ok(b)) = (&regions[first], &regions[second]) else {
                continue;
            };
            if !is_same_blob(a, b) {
                continue;
            }
            let Some((content, container)) = split_contents_from_container(cloud, a) else {
                continue;
            };
            let [x, y] = mean_pixel_position(cloud, &content);
            let away = |index: usize| (pixels[index].0 - x).hypot(pixels[index].1 - y);
            let (inner, outer) = if away(first) < away(second) {
                (first, second)
            } else {
                (second, first)
            };
            regions[inner] = Ok(content);
            regions[outer] = Ok(container);
        }
    }
}

fn solid_of(cloud: &PointCloud, region: &[usize]) -> Result<Solid, NoRegion> {
    let points: Vec<Point3> = region
        .iter()
        .filter_map(|index| cloud.points[*index])
        .collect();
    let first = points.first().ok_or(NoRegion::Speck)?;
    let solid = fit_solid(&points, cloud.pixel_size(first)).ok_or(NoRegion::Speck)?;
    Ok(with_measured_outline(cloud, region, solid))
}

/// Returns where pixels show the table.
fn on_table(cloud: &PointCloud, pixels: &[usize]) -> Vec<Point3> {
    let points = pixels.iter().filter_map(|pixel| cloud.points[*pixel]);
    points.collect()
}

/// Returns the pixels of the ellipse that fills the model's box: what is in the corners of a box is
/// seldom of its object.
fn ellipse(cloud: &PointCloud, Bounds { low, high }: &Bounds) -> Vec<usize> {
    let size = [cloud.width, cloud.height].map(|size| u32::try_from(size).unwrap_or(u32::MAX));
    let [low, high] = [low, high].map(|corner| corner.to_pixel(size[0], size[1]));
    let off = |at: f64, low: f64, high: f64| {
        (2.0 * at - low - high) / (high - low).max(f64::MIN_POSITIVE)
    };
    let is_inside = |pixel: &usize| {
        let [x, y] = [pixel % cloud.width, pixel / cloud.width].map(|along| along as f64 + 0.5);
        off(x, low.0, high.0).hypot(off(y, low.1, high.1)) < 1.0
    };
    (0..cloud.points.len()).filter(is_inside).collect()
}

fn guess(frame: &Frame, detection: &Detection) -> Result<Solid, &'static str> {
    let Detection { point, label, .. } = detection;
    let (x, y) = point.to_pixel(frame.intrinsics.width, frame.intrinsics.height);
    let radius = if ShapePrior::from_label(label).hollow {
        GUESSED_CONTAINER
    } else {
        GUESSED_RADIUS
    };
    let guess = |x: f64, y: f64| {
        silhouette::guess_solid_from_label(label, x, y, radius, GUESSED_UNCERTAINTY)
    };
    let middle = guess(0.0, 0.0).height() / 2.0;
    let center = frame.deproject_to_plane(x, y, middle);
    let center = center.ok_or("that is not on the table")?;
    Ok(guess(center.x, center.y))
}

fn is_same(a: &Observation, b: &Observation) -> bool {
    let apart = (a.solid.center() - b.solid.center()).norm();
    let size = |solid: &Solid| [solid.outer_radius(), solid.height()];
    let mut sizes = size(&a.solid).into_iter().zip(size(&b.solid));
    if a.label == b.label {
        apart < SAME_PLACE
    } else {
        apart < SAME_SOLID && sizes.all(|(a, b)| (a - b).abs() < SAME_SOLID)
    }
}

fn settle(observations: &mut [Observation]) {
    let mut solids: Vec<Solid> = observations.iter().map(|o| o.solid.clone()).collect();
    lower_hidden_undersides(&mut solids);
    for (observation, solid) in observations.iter_mut().zip(solids) {
        observation.solid = solid;
    }
}
