//! The table and what stands on it.

use enact_robot::Robot;
use enact_types::{JointVector, Point3, Refusal};

use super::body::{Body, Placed};
use super::distance::{lowest, to_shape};
use crate::scene::{Footprint, Solid};

/// Every so many samples of a motion are checked.
const CHECKED_EVERY: usize = 4;
/// Distances larger than this need not be known, metres.
const FAR: f64 = 0.05;
/// A motion may start or end this much closer than its start and end are, metres.
const TOUCH: f64 = 0.0005;

/// What the arm must stay clear of.
#[derive(Clone, Debug)]
pub struct Obstacles {
    /// Objects by name.
    pub solids: Vec<(String, Solid)>,
    /// Smallest distance to objects, metres.
    pub margin: f64,
    /// Smallest distance to the table, metres.
    pub table_margin: f64,
    /// Whether what is held may touch the table.
    pub held_may_touch: bool,
}

/// How close the arm comes to one obstacle, and with which part.
#[derive(Clone, Debug)]
struct Clearance {
    distance: f64,
    part: String,
}

impl Obstacles {
    /// The same without the objects of these names.
    pub fn without(&self, names: &[&str]) -> Self {
        let mut fewer = self.clone();
        fewer
            .solids
            .retain(|(name, _)| !names.contains(&name.as_str()));
        fewer
    }

    /// The same with another distance to objects.
    pub fn with_margin(&self, margin: f64) -> Self {
        Self {
            margin,
            ..self.clone()
        }
    }

    /// Refuses a posture that comes too close to something.
    pub fn check(&self, robot: &Robot, body: &Body, joints: &[f64]) -> Result<(), Refusal> {
        let margins = self.margins();
        self.refuse_below(&margins, &self.clearances(robot, body, joints))
    }

    /// Refuses a motion that comes too close to something on its way. What is
    /// too close at the start or end must not come closer than it is there.
    pub fn check_path(
        &self,
        robot: &Robot,
        body: &Body,
        samples: &[JointVector],
    ) -> Result<(), Refusal> {
        let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
            return Ok(());
        };
        let start = self.clearances(robot, body, first);
        let end = self.clearances(robot, body, last);
        let margins: Vec<f64> = self
            .margins()
            .into_iter()
            .zip(start.iter().zip(&end))
            .map(|(margin, (start, end))| {
                margin.min(start.distance - TOUCH).min(end.distance - TOUCH)
            })
            .collect();
        samples
            .iter()
            .step_by(CHECKED_EVERY)
            .try_for_each(|joints| {
                self.refuse_below(&margins, &self.clearances(robot, body, joints))
            })
    }

    fn margins(&self) -> Vec<f64> {
        std::iter::once(self.table_margin)
            .chain(self.solids.iter().map(|_| self.margin))
            .collect()
    }

    /// The table's clearance first, then each object's.
    fn clearances(&self, robot: &Robot, body: &Body, joints: &[f64]) -> Vec<Clearance> {
        let mut placed = body.at(robot, joints);
        placed.retain(|placed| placed.part.roams);
        let table = placed
            .iter()
            .filter(|placed| !(placed.part.held && self.held_may_touch))
            .map(|placed| (lowest(&placed.part.shape, &placed.base_from_shape), placed));
        let objects = self.solids.iter().map(|(_, solid)| {
            nearest(
                placed
                    .iter()
                    .map(|placed| (to_solid(placed, solid), placed)),
            )
        });
        std::iter::once(nearest(table)).chain(objects).collect()
    }

    fn refuse_below(&self, margins: &[f64], clearances: &[Clearance]) -> Result<(), Refusal> {
        for (index, (margin, clearance)) in margins.iter().zip(clearances).enumerate() {
            if clearance.distance < *margin {
                return Err(Refusal::Collision {
                    first: clearance.part.clone(),
                    second: match index {
                        0 => "table".to_owned(),
                        _ => self.solids[index - 1].0.clone(),
                    },
                    distance: clearance.distance,
                    margin: *margin,
                });
            }
        }
        Ok(())
    }
}

fn nearest<'a>(distances: impl Iterator<Item = (f64, &'a Placed<'a>)>) -> Clearance {
    distances.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(
        Clearance {
            distance: f64::INFINITY,
            part: String::new(),
        },
        |(distance, placed)| Clearance {
            distance,
            part: placed.part.name.clone(),
        },
    )
}

/// Distance between a part and an object, by points on the surface of each; at
/// most `FAR` beyond the balls around them.
fn to_solid(placed: &Placed<'_>, solid: &Solid) -> f64 {
    let middle = Point3::from(placed.base_from_shape.translation.vector);
    let around = solid.footprint.outer_radius().hypot(solid.height() / 2.0);
    let apart = (middle - solid.centre()).norm() - around - placed.part.radius;
    if apart > FAR {
        return apart;
    }
    let of_part = placed
        .part
        .points
        .iter()
        .map(|point| solid.distance(&(placed.base_from_shape * point)));
    let of_solid = outline_points(solid).into_iter().map(|point| {
        to_shape(
            &placed.part.shape,
            &placed.base_from_shape.inverse_transform_point(&point),
        )
    });
    of_part.chain(of_solid).fold(f64::INFINITY, f64::min)
}

/// Points on the rim, the waist and the foot of an object, and on its lid.
fn outline_points(solid: &Solid) -> Vec<Point3> {
    let (sin, cos) = solid.yaw.sin_cos();
    let place = |[u, v]: [f64; 2], z: f64| {
        Point3::new(solid.x + cos * u - sin * v, solid.y + sin * u + cos * v, z)
    };
    let outline: Vec<[f64; 2]> = match solid.footprint {
        Footprint::Disc { radius } => (0..16)
            .map(|step| f64::from(step) * std::f64::consts::FRAC_PI_8)
            .map(|angle| [radius * angle.cos(), radius * angle.sin()])
            .collect(),
        Footprint::Rectangle { half: [u, v] } => [-1.0, -0.5, 0.0, 0.5, 1.0]
            .into_iter()
            .flat_map(|share| {
                [
                    [share * u, -v],
                    [share * u, v],
                    [-u, share * v],
                    [u, share * v],
                ]
            })
            .collect(),
    };
    let middle = (solid.base + solid.top) / 2.0;
    let levels = if solid.ball {
        vec![middle]
    } else {
        vec![solid.base, middle, solid.top]
    };
    let lid = (solid.hollow.is_none()).then(|| place([0.0, 0.0], solid.top));
    levels
        .into_iter()
        .flat_map(|z| outline.iter().map(move |point| place(*point, z)))
        .chain(lid)
        .collect()
}
