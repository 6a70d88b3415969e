//! Admitted motion. Private fields, no constructor outside the gate, no deserialization.

use std::time::Duration;

use enact_types::JointVector;

/// One position of all joints that may be sent to an arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Command(JointVector);

impl Command {
    #[cfg(test)]
    pub(super) fn new(positions: JointVector) -> Self {
        Self(positions)
    }

    /// Where the joints are to be.
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
    /// `samples` have passed the gate and are not empty.
    pub(super) fn new(samples: Vec<JointVector>, period: Duration) -> Self {
        Self { samples, period }
    }

    /// How many samples; at least one.
    #[allow(clippy::len_without_is_empty, reason = "it never is")]
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Time between two samples.
    pub fn period(&self) -> Duration {
        self.period
    }

    /// Time from the first sample to the last.
    pub fn duration(&self) -> Duration {
        self.period * (self.samples.len() as u32 - 1)
    }

    /// The samples.
    pub fn positions(&self) -> &[JointVector] {
        &self.samples
    }

    /// Where it ends.
    pub fn end(&self) -> &JointVector {
        self.samples.last().expect("a trajectory has a sample")
    }

    /// The command of sample `index`; after the end, the last one.
    pub fn command(&self, index: usize) -> Command {
        Command(self.samples[index.min(self.samples.len() - 1)].clone())
    }

    /// Every command in order.
    pub fn commands(&self) -> impl ExactSizeIterator<Item = Command> + '_ {
        self.samples.iter().cloned().map(Command)
    }
}
