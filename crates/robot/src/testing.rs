//! The shipped robots, for tests.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::description::Robot;

/// Returns the folder of shipped robots.
pub fn robots_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../robots")
}

/// Returns a shipped robot.
pub fn load_shipped_robot(name: &str) -> Robot {
    Robot::load(&robots_folder().join(name)).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the SO-101.
pub fn so101() -> &'static Robot {
    static SO101: LazyLock<Robot> = LazyLock::new(|| load_shipped_robot("so101"));
    &SO101
}
