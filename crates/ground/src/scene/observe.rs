//! One frame's detections as solids in the base frame.

use std::fmt;

use enact_plan::Detection;
use enact_types::{Frame, NormalisedPoint, Point3};
use serde::{Deserialize, Serialize};

use super::cloud::Cloud;
use super::fit::fit;
use super::region::{Nothing, grow};
use super::relation::settle_bases;
use super::snap::snap;
use super::solid::Solid;

/// Points lower than this are the table, metres.
pub const TABLE_CLEARANCE: f64 = 0.004;
/// Size to assume where there is no depth, metres.
const GUESSED_RADIUS: f64 = 0.015;
/// Likely position error where there is no depth, metres.
const GUESSED_UNCERTAINTY: f64 = 0.02;
/// Two detections of one label this close are one thing seen twice, metres.
const SAME_PLACE: f64 = 0.012;

/// A detected object with its geometry.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What the model calls it.
    pub label: String,
    /// Where the model points.
    pub point: NormalisedPoint,
    /// Where and how large it is.
    pub solid: Solid,
}

/// A detection or memory that was given up, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What it was called.
    pub label: String,
    /// Where in the picture.
    pub point: NormalisedPoint,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NormalisedPoint { y, x } = self.point;
        write!(
            f,
            "{} at [{y}, {x}] is left out: {}",
            self.label, self.reason
        )
    }
}

/// Turns detections into solids; what lands on nothing solid is reported.
/// `is_robot` says which points are the robot's own.
pub fn observe(
    frame: &Frame,
    detections: &[Detection],
    is_robot: &dyn Fn(&Point3) -> bool,
) -> (Vec<Observation>, Vec<Report>) {
    let cloud = Cloud::new(frame);
    let (mut observations, mut reports) = (Vec::<Observation>::new(), Vec::new());
    for detection in detections {
        let solid = match &cloud {
            Some(cloud) => solid_at(frame, cloud, detection, is_robot).map_err(Nothing::reason),
            None => guess(frame, detection.point),
        };
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
            Err(reason) => reports.push(Report {
                label: detection.label.clone(),
                point: detection.point,
                reason: reason.to_owned(),
            }),
        }
    }
    settle(&mut observations);
    (observations, reports)
}

fn solid_at(
    frame: &Frame,
    cloud: &Cloud,
    detection: &Detection,
    is_robot: &dyn Fn(&Point3) -> bool,
) -> Result<Solid, Nothing> {
    let (x, y) = detection
        .point
        .to_pixel(frame.intrinsics.width, frame.intrinsics.height);
    let seed = snap(&frame.rgb, (x as usize, y as usize), &detection.label);
    let region = grow(cloud, seed, TABLE_CLEARANCE, is_robot)?;
    let points: Vec<Point3> = region
        .iter()
        .filter_map(|index| cloud.points[*index])
        .collect();
    let pixel = cloud.pixel_size(&points[0]);
    fit(&points, pixel).ok_or(Nothing::Speck)
}

fn guess(frame: &Frame, point: NormalisedPoint) -> Result<Solid, &'static str> {
    let (x, y) = point.to_pixel(frame.intrinsics.width, frame.intrinsics.height);
    let centre = frame
        .deproject_to_plane(x, y, GUESSED_RADIUS)
        .ok_or("that is not on the table")?;
    Ok(Solid::guess(
        centre.x,
        centre.y,
        GUESSED_RADIUS,
        GUESSED_UNCERTAINTY,
    ))
}

fn is_same(a: &Observation, b: &Observation) -> bool {
    let apart = (a.solid.centre() - b.solid.centre()).norm();
    a.label == b.label && apart < SAME_PLACE
}

fn settle(observations: &mut [Observation]) {
    let mut solids: Vec<Solid> = observations.iter().map(|o| o.solid.clone()).collect();
    settle_bases(&mut solids);
    for (observation, solid) in observations.iter_mut().zip(solids) {
        observation.solid = solid;
    }
}
