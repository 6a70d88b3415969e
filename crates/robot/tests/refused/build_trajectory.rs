use std::time::Duration;

use enact_robot::Trajectory;
use enact_types::JointVector;

fn main() {
    let _ = Trajectory::new(vec![JointVector::zeros(6)], Duration::from_millis(5));
    let _ = Trajectory { samples: vec![JointVector::zeros(6)], period: Duration::from_millis(5) };
}
