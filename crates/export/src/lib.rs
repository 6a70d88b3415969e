//! Recorded runs as tables that others read.
//!
//! | module | idea |
//! |---|---|
//! | [`episode`] | a run at a steady rate: state, action, picture |
//! | [`csv`] | every reading of the arm as a line |
//! | [`lerobot`] | episodes as a LeRobot data set, version 3 |
//! | [`error`] | why something cannot be exported |

pub mod csv;
pub mod episode;
pub mod error;
pub mod lerobot;

pub use episode::{Episode, Sample};
pub use error::ExportError;
