use enact_robot::Command;
use enact_types::JointVector;

fn main() {
    let _ = Command(JointVector::zeros(6));
}
