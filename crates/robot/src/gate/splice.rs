//! Replacing the rest of a motion that is under way.

use enact_types::{JointVector, Refusal};

use super::{Gate, Trajectory, check_positions, rates};

/// Number of earlier samples that the third difference depends on.
const HISTORY: usize = 3;

/// A motion that replaces the rest of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Splice {
    /// The samples sent last, followed by the new ones.
    pub trajectory: Trajectory,
    /// Index of the first sample that has not been sent yet.
    pub next: usize,
}

impl Gate {
    /// Admits samples that replace the rest of an admitted trajectory; `sent` is the index of the
    /// last sample that was sent. All limits hold across the splice, and the arm is at rest after
    /// the last sample. The motion collides neither with the robot itself nor with the table, and
    /// the tool is slow near the table.
    ///
    /// # Errors
    /// A [`Refusal`] for the first limit that is violated; the trajectory may then continue
    /// unchanged.
    pub fn admit_splice(
        &self,
        trajectory: &Trajectory,
        sent: usize,
        samples: &[JointVector],
    ) -> Result<Splice, Refusal> {
        if samples.is_empty() {
            return Err(Refusal::Malformed("it has no samples".to_owned()));
        }
        for sample in samples {
            self.check_vector(sample, "a sample")?;
        }
        let before = trajectory.positions();
        let sent = sent.min(before.len() - 1);
        let first = (sent + 1).saturating_sub(HISTORY);
        let mut all = before[first..=sent].to_vec();
        let next = all.len();
        all.extend_from_slice(samples);
        let last = all.len() as isize - 1;
        for (index, joint) in self.joints.iter().enumerate() {
            let from = all[next - 1][index];
            check_positions(joint, from, samples.iter().map(|sample| sample[index]))?;
            let path = |at: isize| all[at.clamp(0, last) as usize][index];
            rates::check(joint, self.period, &path, next as isize..=last + 3, 1.0)?;
        }
        self.tool
            .check(&all[next - 1..], self.period, &self.table)?;
        self.collider.check_path(&all, &self.table)?;
        Ok(Splice {
            trajectory: Trajectory::new(all, self.period),
            next,
        })
    }
}
