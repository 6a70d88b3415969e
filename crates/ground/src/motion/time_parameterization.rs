//! Timing of the motion along a path: as fast as limits allow.
//!
//! The speed along the path is the fastest that the joints' velocity and acceleration limits and
//! the tool's own limits allow. A backward pass finds the largest speed at each place from which
//! the arm can still stop in time, and a forward pass uses as much of it as possible (Pham and
//! Pham, "A New Approach to Time-Optimal Path Parameterization Based on Reachability Analysis",
//! 2018). Jerk, which this leaves unbounded, is then bounded by a moving average over time, which
//! smooths the timing and leaves the path unchanged.

use enact_robot::{CollisionWorld, Robot};
use enact_types::{JointVector, Point3, Refusal};

use super::limit_ratio::{LimitRatio, PLANNED_LIMIT_SHARE};
use super::spline::Spline;
use super::topp_ra::{PathConstraint, fastest_path_times};

/// Number of places at which the speed along a path is computed.
const SPANS: usize = 100;
/// Planned share of a limit, because speeds are slightly higher between these places.
const MARGIN: f64 = 0.98;
/// Distance by which the tool slows down ahead of an obstacle's neighborhood, meters.
const EARLIER: f64 = 0.02;
/// Factor by which a round slows down or smooths beyond the computed need.
const SLACK: f64 = 1.02;
/// Number of slowing rounds; below it, the number of those that smooth instead where jerk is too
/// large.
const ROUNDS: usize = 16;
const SMOOTHING_ROUNDS: usize = 4;

/// Limits of the tool along a path, in addition to those of the joints.
pub struct ToolLimits<'a> {
    /// Largest speed of the working point, m/s.
    pub speed: f64,
    /// Largest acceleration of the working point, m/s².
    pub acceleration: f64,
    /// Obstacles near which the tool must be slow.
    pub around: &'a CollisionWorld,
}

impl<'a> ToolLimits<'a> {
    /// Returns the limits of a free motion.
    pub fn for_free_motion(around: &'a CollisionWorld) -> Self {
        Self {
            speed: f64::INFINITY,
            acceleration: f64::INFINITY,
            around,
        }
    }

    fn at(&self, robot: &Robot, point: &Point3, more: f64) -> f64 {
        let near = robot
            .tool_speed_limit()
            .speed_limit_at_point(point, self.around, more);
        near.map_or(self.speed, |(limit, _)| self.speed.min(limit))
    }

    /// Returns the largest ratio of the tool's speed to its limit, for samples `period` seconds
    /// apart.
    pub fn tool_speed_ratio(&self, robot: &Robot, samples: &[JointVector], period: f64) -> f64 {
        let place = |sample: &JointVector| {
            let point = robot.working_point(sample);
            (point, self.at(robot, &point, 0.0))
        };
        let places: Vec<(Point3, f64)> = samples.iter().map(place).collect();
        places
            .windows(2)
            .map(|pair| (pair[1].0 - pair[0].0).norm() / period / pair[0].1.min(pair[1].1))
            .fold(0.0, f64::max)
    }
}

/// Returns samples at the control period along a path, from rest to rest.
///
/// # Errors
/// If the path cannot be followed within the limits.
pub fn sample_timed_path(
    robot: &Robot,
    path: &Spline,
    tool: &ToolLimits<'_>,
) -> Result<Vec<JointVector>, Refusal> {
    let times = fastest_path_times(&rates(robot, path, tool));
    let period = robot.control_period().as_secs_f64();
    let ramp = robot
        .joints()
        .iter()
        .map(|joint| joint.limits.acceleration / joint.limits.jerk)
        .fold(period, f64::max);
    let (mut slowness, mut smoothing) = (1.0, ramp);
    for round in 0..ROUNDS {
        let shares = smoothed(
            &times.sample_path_shares(period / slowness),
            smoothing / period,
        );
        let samples: Vec<JointVector> = shares.into_iter().map(|share| path.at(share)).collect();
        let limit_ratio = LimitRatio::from_samples(&samples, robot.joints(), period);
        let speed = limit_ratio
            .velocity
            .max(tool.tool_speed_ratio(robot, &samples, period));
        let slower = speed.max(limit_ratio.acceleration.sqrt() * PLANNED_LIMIT_SHARE.sqrt())
            / PLANNED_LIMIT_SHARE;
        let jerk = limit_ratio.jerk / PLANNED_LIMIT_SHARE;
        if slower <= 1.0 && jerk <= 1.0 {
            return Ok(samples);
        }
        if slower > 1.0 {
            slowness *= slower * SLACK;
        }
        if jerk > 1.0 && round < SMOOTHING_ROUNDS {
            smoothing *= jerk * SLACK;
        } else if jerk > 1.0 {
            slowness *= jerk.cbrt() * SLACK;
        }
    }
    Err(Refusal::NotApplicable(
        "the way cannot be followed within the limits".to_owned(),
    ))
}

/// Returns the constraints at evenly spaced places of a path.
fn rates(robot: &Robot, path: &Spline, tool: &ToolLimits<'_>) -> Vec<PathConstraint> {
    let at = |step: usize| step as f64 / SPANS as f64;
    let points: Vec<Point3> = (0..=SPANS)
        .map(|step| robot.working_point(&path.at(at(step))))
        .collect();
    (0..=SPANS)
        .map(|step| {
            let (first, second) = path.derivatives(at(step));
            let mut rate = PathConstraint::default();
            for (index, joint) in robot.joints().iter().enumerate() {
                let limits = joint.limits;
                rate.bound_velocity(
                    first[index].abs(),
                    MARGIN * PLANNED_LIMIT_SHARE * limits.velocity,
                );
                let acceleration = MARGIN * PLANNED_LIMIT_SHARE * limits.acceleration;
                rate.bound_acceleration(first[index], second[index], acceleration);
            }
            let middle = step.clamp(1, SPANS - 1);
            let [before, here, after] =
                [middle - 1, middle, middle + 1].map(|at| points[at].coords);
            let along = (after - before) * (SPANS as f64 / 2.0);
            let bend = (after + before - here * 2.0) * (SPANS as f64).powi(2);
            let speed = tool.at(robot, &points[step], EARLIER);
            rate.bound_velocity(along.norm(), MARGIN * PLANNED_LIMIT_SHARE * speed);
            for axis in 0..3 {
                rate.bound_acceleration(along[axis], bend[axis], tool.acceleration);
            }
            rate
        })
        .collect()
}

/// Returns the mean over the `width` samples up to each one, at rest before the first and after the
/// last.
fn smoothed(shares: &[f64], width: f64) -> Vec<f64> {
    let width = width.ceil().max(1.0) as usize;
    let last = shares.len() - 1;
    let at = |index: usize| match index.checked_sub(width) {
        None => 0.0,
        Some(index) => shares[index.min(last)],
    };
    // `at(k)` is the position `width` samples before k.
    (0..last + width)
        .map(|end| {
            let sum: f64 = (1..=width).map(|back| at(end + back)).sum();
            sum / width as f64
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_robot::HalfSpace;
    use std::path::Path;

    fn robot() -> Robot {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../robots/so101");
        Robot::load(&folder).unwrap()
    }

    /// Returns a swing of the first joint with a nod of the others on the way.
    fn swing(robot: &Robot, nod: f64) -> Spline {
        let knots = (0..=20).map(|step| {
            let share = f64::from(step) / 20.0;
            let mut joints = robot.home().clone();
            joints[0] += 1.6 * share - 0.8;
            joints[1] += 0.9 + nod * (2.0 * std::f64::consts::PI * share).cos();
            joints[2] -= 0.5;
            joints[3] -= 0.8;
            joints
        });
        Spline::through(knots.collect()).unwrap()
    }

    #[test]
    fn it_keeps_all_limits_nearly_fills_one_and_stays_on_the_path() {
        let (robot, nowhere) = (robot(), CollisionWorld::default());
        let path = swing(&robot, 0.1);
        let period = robot.control_period().as_secs_f64();
        let samples =
            sample_timed_path(&robot, &path, &ToolLimits::for_free_motion(&nowhere)).unwrap();
        let limit_ratio = LimitRatio::from_samples(&samples, robot.joints(), period);
        let most = limit_ratio
            .velocity
            .max(limit_ratio.acceleration)
            .max(limit_ratio.jerk);
        assert!(most <= PLANNED_LIMIT_SHARE && most > 0.8, "{limit_ratio:?}");
        assert_eq!(samples[0], path.at(0.0));
        assert_eq!(samples[samples.len() - 1], path.at(1.0));
        for sample in &samples {
            let share = (sample[0] - samples[0][0]) / 1.6;
            assert!(path.at(share).max_difference(sample) < 1e-3);
        }
        // The minimum for the first joint at its top speed; each end needs a single ramp.
        let least = 1.6 / robot.joints()[0].limits.velocity;
        let took = samples.len() as f64 * period;
        assert!(took < least + 0.6, "{took} s instead of {least} s");
    }

    #[test]
    fn the_tool_is_slow_near_the_table_only() {
        let robot = robot();
        let path = swing(&robot, 0.25);
        let period = robot.control_period().as_secs_f64();
        let lowest = (0..=100)
            .map(|step| robot.working_point(&path.at(f64::from(step) / 100.0)).z)
            .fold(f64::INFINITY, f64::min);
        let table = |height: f64| CollisionWorld {
            half_spaces: vec![HalfSpace {
                offset: lowest - height,
                ..HalfSpace::table_half_space(0.0)
            }],
            ..CollisionWorld::default()
        };
        let fastest = |around: &CollisionWorld| {
            let samples =
                sample_timed_path(&robot, &path, &ToolLimits::for_free_motion(around)).unwrap();
            let points: Vec<Point3> = samples
                .iter()
                .map(|joints| robot.working_point(joints))
                .collect();
            points
                .windows(2)
                .map(|pair| {
                    let speed = (pair[1] - pair[0]).norm() / period;
                    let limit = robot
                        .tool_speed_limit()
                        .speed_limit_at_point(&pair[0], around, 0.0);
                    (speed, limit.is_some())
                })
                .collect::<Vec<_>>()
        };
        let (near, far) = (fastest(&table(0.045)), fastest(&table(0.5)));
        assert!(near.iter().any(|(_, near)| *near) && near.iter().any(|(_, near)| !*near));
        for (speed, is_near) in &near {
            assert!(
                !is_near || *speed <= robot.tool_speed_limit().near,
                "{speed}"
            );
        }
        let top = |speeds: &[(f64, bool)]| {
            speeds
                .iter()
                .fold(0.0_f64, |top, (speed, _)| top.max(*speed))
        };
        assert!(top(&near) > robot.tool_speed_limit().near, "{}", top(&near));
        assert!(near.len() > far.len());
    }

    #[test]
    fn a_mean_over_time_starts_and_ends_at_rest() {
        let shares = smoothed(&[0.0, 0.5, 1.0], 2.0);
        assert_eq!(shares, [0.0, 0.25, 0.75, 1.0]);
    }
}
