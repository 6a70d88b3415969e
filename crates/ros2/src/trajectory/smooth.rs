//! Steps of acceleration turned into ramps.
//!
//! What motion planners send has steps of acceleration, which no motor follows and the gate does not
//! admit. A moving average over a window turns a step of acceleration `a` into a ramp of jerk
//! `a / window`, and leaves the path by at most `a * window² / 24` (Biagiotti & Melchiorri,
//! "Trajectory Planning for Automatic Machines and Robots", 2008, sec. 4.5). Rest stays rest, and
//! greatest velocity and acceleration do not grow; the motion ends one window later.

use enact_types::JointVector;

/// Returns the moving average of samples over `half` samples to either side, beginning and ending at
/// rest where the samples do.
pub fn moving_average(samples: &[JointVector], half: usize) -> Vec<JointVector> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return Vec::new();
    };
    let window = 2 * half + 1;
    let at = |index: isize| -> &JointVector {
        let end = samples.len() as isize - 1;
        &samples[index.clamp(0, end) as usize]
    };
    let count = samples.len() + 2 * half;
    (0..count)
        .map(|index| {
            // Exactly the ends, where rounding would leave the last command.
            if index == 0 {
                return first.clone();
            }
            if index == count - 1 {
                return last.clone();
            }
            let newest = index as isize;
            let oldest = newest - 2 * half as isize;
            (0..first.len())
                .map(|joint| {
                    // Joints that rest are left exactly as they are.
                    let anchor = at(oldest)[joint];
                    let excess = (oldest..=newest).map(|index| at(index)[joint] - anchor);
                    anchor + excess.sum::<f64>() / window as f64
                })
                .collect()
        })
        .collect()
}
