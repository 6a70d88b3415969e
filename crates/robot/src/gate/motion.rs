//! Admitted motion. The fields are private, there is no constructor outside the gate, and no
//! deserialization.

use std::time::Duration;

use enact_types::JointVector;

/// Positions of all joints that may be sent to an arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Command(JointVector);

impl Command {
    #[cfg(test)]
    pub(super) fn new(positions: JointVector) -> Self {
        Self(positions)
    }

    /// Returns the commanded positions.
    pub fn positions(&self) -> &JointVector {
        &self.0
    }
}

/// Positions of all joints, one per control period, at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory {
    samples: Vec<JointVector>,
    period: Duration,
}

impl Trajectory {
    /// Creates a trajectory; `samples` have passed the gate and are not empty.
    pub(super) fn new(samples: Vec<JointVector>, period: Duration) -> Self {
        Self { samples, period }
    }

    /// Returns the number of samples; at least one.
    #[allow(clippy::len_without_is_empty, reason = "it never is")]
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Returns the time between two samples.
    pub fn sample_period(&self) -> Duration {
        self.period
    }

    /// Returns the time from the first sample to the last.
    pub fn duration(&self) -> Duration {
        self.period * (self.samples.len() as u32 - 1)
    }

    /// Returns the samples.
    pub fn positions(&self) -> &[JointVector] {
        &self.samples
    }

    /// Returns the last sample.
    pub fn end_positions(&self) -> &JointVector {
        self.samples.last().expect("a trajectory has a sample")
    }

    /// Returns the command of sample `index`, or of the last sample beyond the end.
    pub fn command_at(&self, index: usize) -> Command {
        Command(self.samples[index.min(self.samples.len() - 1)].clone())
    }

    /// Returns all commands in order.
    pub fn commands(&self) -> impl ExactSizeIterator<Item = Command> + '_ {
        self.samples.iter().cloned().map(Command)
    }
}
