//! What is between the points, as ros2_control's `joint_trajectory_controller` has it: a cubic
//! between points with velocities, a quintic between points with accelerations too. Points of
//! positions alone, which that controller joins by straight lines with steps of velocity, are joined
//! by the cubic spline that is at rest at both ends (de Boor, "A Practical Guide to Splines", 1978,
//! ch. IV).

use super::{Waypoint, Waypoints};

/// Motion of the controller's joints from rest.
#[derive(Clone, Debug)]
pub struct Spline {
    /// Points with velocities; the first is the start.
    knots: Vec<Waypoint>,
}

impl Spline {
    /// Creates the motion that begins at rest at `start`, at time 0.
    pub fn from_rest(start: &[f64], waypoints: &Waypoints) -> Self {
        let given = &waypoints.points;
        let rest = |like: &Option<Vec<f64>>| like.as_ref().map(|_| vec![0.0; start.len()]);
        let mut knots = vec![Waypoint {
            time: 0.0,
            positions: start.to_vec(),
            velocities: rest(&given[0].velocities),
            accelerations: rest(&given[0].accelerations),
        }];
        // A point at time 0 says where the arm is; the arm knows it better.
        knots.extend(given.iter().filter(|point| point.time > 0.0).cloned());
        if knots[0].velocities.is_none() {
            add_velocities(&mut knots, start.len());
        }
        Self { knots }
    }

    /// Returns when it ends, seconds.
    pub fn duration(&self) -> f64 {
        self.knots.last().map_or(0.0, |knot| knot.time)
    }

    /// Returns the positions at `time`; those of the ends beyond them.
    pub fn positions_at(&self, time: f64) -> Vec<f64> {
        let after = self.knots.partition_point(|knot| knot.time <= time);
        if after == 0 {
            return self.knots[0].positions.clone();
        }
        let Some(to) = self.knots.get(after) else {
            return self.knots[after - 1].positions.clone();
        };
        let from = &self.knots[after - 1];
        (0..from.positions.len())
            .map(|joint| between(from, to, joint, time))
            .collect()
    }
}

fn between(from: &Waypoint, to: &Waypoint, joint: usize, time: f64) -> f64 {
    let span = to.time - from.time;
    let u = (time - from.time) / span;
    let rate = |point: &Waypoint| point.velocities.as_ref().map_or(0.0, |v| v[joint] * span);
    let (p0, p1) = (from.positions[joint], to.positions[joint]);
    let (v0, v1) = (rate(from), rate(to));
    let rise = p1 - p0;
    let accelerations = from.accelerations.as_ref().zip(to.accelerations.as_ref());
    match accelerations {
        // Hermite's quintic and cubic on 0..=1.
        Some((a0, a1)) => {
            let (a0, a1) = (a0[joint] * span * span, a1[joint] * span * span);
            let c3 = 10.0 * rise - 6.0 * v0 - 4.0 * v1 - 1.5 * a0 + 0.5 * a1;
            let c4 = -15.0 * rise + 8.0 * v0 + 7.0 * v1 + 1.5 * a0 - a1;
            let c5 = 6.0 * rise - 3.0 * (v0 + v1) - 0.5 * (a0 - a1);
            p0 + u * (v0 + u * (0.5 * a0 + u * (c3 + u * (c4 + u * c5))))
        }
        None => {
            let c2 = 3.0 * rise - 2.0 * v0 - v1;
            let c3 = v0 + v1 - 2.0 * rise;
            p0 + u * (v0 + u * (c2 + u * c3))
        }
    }
}

/// Adds the velocities of the spline that is at rest at both ends, by Thomas's algorithm.
fn add_velocities(knots: &mut [Waypoint], joints: usize) {
    let count = knots.len();
    // By joint, then by knot.
    let mut velocities = vec![vec![0.0; count]; joints];
    if count > 2 {
        let spans: Vec<f64> = knots
            .windows(2)
            .map(|pair| pair[1].time - pair[0].time)
            .collect();
        for (joint, rates) in velocities.iter_mut().enumerate() {
            let slope = |at: usize| {
                (knots[at + 1].positions[joint] - knots[at].positions[joint]) / spans[at]
            };
            // Continuous acceleration at each inner knot i:
            // v[i-1] / h[i-1] + 2 v[i] (1 / h[i-1] + 1 / h[i]) + v[i+1] / h[i]
            //   = 3 (slope[i-1] / h[i-1] + slope[i] / h[i])
            let mut upper = vec![0.0; count];
            let mut value = vec![0.0; count];
            for at in 1..count - 1 {
                let (before, after) = (1.0 / spans[at - 1], 1.0 / spans[at]);
                let right = 3.0 * (slope(at - 1) * before + slope(at) * after);
                let pivot = 2.0 * (before + after) - before * upper[at - 1];
                upper[at] = after / pivot;
                value[at] = (right - before * value[at - 1]) / pivot;
            }
            for at in (1..count - 1).rev() {
                rates[at] = value[at] - upper[at] * rates[at + 1];
            }
        }
    }
    for (at, knot) in knots.iter_mut().enumerate() {
        knot.velocities = Some(velocities.iter().map(|rates| rates[at]).collect());
    }
}
