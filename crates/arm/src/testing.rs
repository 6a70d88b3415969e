//! Helpers of several tests.

use enact_robot::Robot;

/// Returns the shipped SO-101.
pub fn so101() -> Robot {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101");
    Robot::load(path.as_ref()).expect("the robot that ships loads")
}
