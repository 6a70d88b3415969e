//! Readings of an arm, resampled to a steady rate.

use std::time::Duration;

use enact_arm::ArmState;

/// Interval without readings beyond which the arm stands and waits, nanoseconds; such time is no
/// part of the motion.
const PAUSE: u64 = 250_000_000;

/// Position of a sample in a recording: the number of motions begun, and of readings of the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordingPosition {
    /// Number of motions begun.
    pub motions: u32,
    /// Number of readings since the newest began.
    pub readings: u32,
}

/// A sequence of samples. A thousand seconds take about ten megabytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    /// Time of each sample on the arm's clock, nanoseconds.
    pub at: Vec<u64>,
    /// Position of each sample in the recording.
    pub place: Vec<RecordingPosition>,
    joints: usize,
    states: Vec<f64>,
    actions: Vec<f64>,
}

impl Samples {
    /// Returns the number of samples.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Returns whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Returns the measured positions of all joints, rad or m.
    pub fn state_of_sample(&self, sample: usize) -> &[f64] {
        &self.states[sample * self.joints..][..self.joints]
    }

    /// Returns the command in force until the next sample, rad or m.
    pub fn action_of_sample(&self, sample: usize) -> &[f64] {
        &self.actions[sample * self.joints..][..self.joints]
    }
}

/// Resamples readings to a steady rate.
#[derive(Clone, Debug)]
pub struct Resampler {
    fps: u32,
    keep_pauses: bool,
    samples: Samples,
    /// Beginning of the steady part that current readings belong to, and its number of samples so
    /// far.
    begin: u64,
    count: u64,
    newest: Option<Newest>,
    /// Whether the newest sample still lacks its command, the one in force until the next sample.
    pending: bool,
    left_out: u64,
}

#[derive(Clone, Debug)]
struct Newest {
    at: u64,
    place: RecordingPosition,
    position: Vec<f64>,
    goal: Vec<f64>,
}

impl Resampler {
    /// Creates a resampler for this many joints and samples per second.
    pub fn new(joints: usize, fps: u32, keep_pauses: bool) -> Self {
        Self {
            fps,
            keep_pauses,
            samples: Samples {
                joints,
                ..Samples::default()
            },
            begin: 0,
            count: 0,
            newest: None,
            pending: false,
            left_out: 0,
        }
    }

    /// Takes the next reading. A value that is not a number keeps its predecessor.
    pub fn push(&mut self, reading: &ArmState, place: RecordingPosition) {
        let at = reading.stamp.nanos();
        let Some(newest) = self.newest.take() else {
            if reading.position.is_finite() {
                self.begin = at;
                self.newest = Some(Newest {
                    at,
                    place,
                    position: reading.position.to_vec(),
                    goal: finite_or(reading.commanded_or_measured(), &reading.position),
                });
            }
            return;
        };
        if at < newest.at {
            self.newest = Some(newest);
            return;
        }
        let next = Newest {
            at,
            place,
            position: finite_or(&reading.position, &newest.position),
            goal: match &reading.commanded {
                Some(goal) => finite_or(goal, &newest.goal),
                None => newest.goal.clone(),
            },
        };
        if at - newest.at > PAUSE && !self.keep_pauses {
            self.sample(&newest, newest.at + 1);
            self.command(&newest);
            self.left_out += at - newest.at;
            self.begin = at;
            self.count = 0;
        } else {
            self.sample(&newest, at);
        }
        self.newest = Some(next);
    }

    /// Returns all samples up to the last reading, and the time that was left out.
    pub fn finish(mut self) -> (Samples, Duration) {
        if let Some(newest) = self.newest.take() {
            self.sample(&newest, newest.at + 1);
            self.command(&newest);
        }
        (self.samples, Duration::from_nanos(self.left_out))
    }

    /// Takes the due samples before `end` from the last reading.
    fn sample(&mut self, newest: &Newest, end: u64) {
        loop {
            let at = self.begin + self.count * 1_000_000_000 / u64::from(self.fps);
            if at >= end {
                return;
            }
            self.command(newest);
            self.samples.at.push(at);
            self.samples.place.push(newest.place);
            self.samples.states.extend(&newest.position);
            self.samples.actions.extend(&newest.goal);
            self.pending = true;
            self.count += 1;
        }
    }

    /// Sets the newest sample's command to the one last in force.
    fn command(&mut self, newest: &Newest) {
        if std::mem::take(&mut self.pending) {
            let from = self.samples.actions.len() - self.samples.joints;
            self.samples.actions[from..].copy_from_slice(&newest.goal);
        }
    }
}

fn finite_or(values: &[f64], before: &[f64]) -> Vec<f64> {
    let held = |(value, before): (&f64, &f64)| if value.is_finite() { *value } else { *before };
    values.iter().zip(before).map(held).collect()
}

#[cfg(test)]
mod tests {
    use enact_types::{JointVector, Stamp};

    use super::*;

    fn reading(milliseconds: u64, position: f64, goal: Option<f64>) -> ArmState {
        let vector = JointVector::from(vec![position]);
        ArmState {
            stamp: Stamp::from_nanos(milliseconds * 1_000_000),
            position: vector.clone(),
            velocity: vector.clone(),
            effort: vector,
            commanded: goal.map(|goal| JointVector::from(vec![goal])),
            alarm: None,
        }
    }

    fn resampled(readings: &[ArmState], keep_pauses: bool) -> (Samples, Duration) {
        let mut resampler = Resampler::new(1, 10, keep_pauses);
        for (count, reading) in readings.iter().enumerate() {
            let place = RecordingPosition {
                motions: 1,
                readings: count as u32,
            };
            resampler.push(reading, place);
        }
        resampler.finish()
    }

    fn milliseconds(samples: &Samples) -> Vec<u64> {
        samples.at.iter().map(|at| at / 1_000_000).collect()
    }

    #[test]
    fn samples_are_evenly_spaced_and_never_from_the_future() {
        let readings: Vec<ArmState> = [450, 505, 598, 603, 800, 950]
            .map(|at| reading(at, at as f64, Some(at as f64 + 0.5)))
            .to_vec();
        let (samples, left_out) = resampled(&readings, false);
        assert_eq!(milliseconds(&samples), [450, 550, 650, 750, 850, 950]);
        let states: Vec<f64> = (0..6).map(|at| samples.state_of_sample(at)[0]).collect();
        assert_eq!(states, [450.0, 505.0, 603.0, 603.0, 800.0, 950.0]);
        // In force until the next sample, not when this one was taken.
        let actions: Vec<f64> = (0..6).map(|at| samples.action_of_sample(at)[0]).collect();
        assert_eq!(actions, [505.5, 603.5, 603.5, 800.5, 950.5, 950.5]);
        assert_eq!(samples.place[2].readings, 3);
        assert_eq!(left_out, Duration::ZERO);
        assert!(resampled(&[], false).0.is_empty());
    }

    #[test]
    fn a_pause_is_left_out_unless_it_is_kept() {
        let readings: Vec<ArmState> = [0, 60, 120, 5120, 5180, 5240]
            .map(|at| reading(at, at as f64, Some(at as f64 + 0.5)))
            .to_vec();
        let (samples, left_out) = resampled(&readings, false);
        assert_eq!(milliseconds(&samples), [0, 100, 5120, 5220]);
        let actions: Vec<f64> = (0..4).map(|at| samples.action_of_sample(at)[0]).collect();
        assert_eq!(actions, [60.5, 120.5, 5180.5, 5240.5]);
        assert_eq!(left_out, Duration::from_secs(5));
        let (samples, _) = resampled(&readings, true);
        assert_eq!(samples.len(), 53);
        assert_eq!(samples.state_of_sample(40)[0], 120.0);
    }

    #[test]
    fn what_was_not_heard_is_as_before() {
        let readings = [
            reading(0, f64::NAN, None),
            reading(50, 1.0, None),
            reading(120, 2.0, Some(3.0)),
            reading(160, f64::NAN, Some(f64::NAN)),
            // Time never goes backwards.
            reading(90, 9.0, Some(9.0)),
            reading(250, 4.0, None),
        ];
        let (samples, _) = resampled(&readings, false);
        assert_eq!(milliseconds(&samples), [50, 150, 250]);
        let both = |at| {
            (
                samples.state_of_sample(at)[0],
                samples.action_of_sample(at)[0],
            )
        };
        assert_eq!([0, 1, 2].map(both), [(1.0, 3.0), (2.0, 3.0), (4.0, 3.0)]);
    }
}
