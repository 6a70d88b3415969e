use enact_robot::{Command, Trajectory};
use enact_types::JointVector;

fn main() {
    let _ = Command::default();
    let _ = Trajectory::default();
    let _: Command = JointVector::zeros(6).into();
}
