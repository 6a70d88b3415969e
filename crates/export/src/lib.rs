//! Recorded runs as tables that others read.
//!
//! | module | idea |
//! |---|---|
//! | [`recorded_episodes`] | what a recording holds of use: its tasks, each as an episode |
//! | [`resample`] | readings of an arm at a steady rate |
//! | [`pictures`] | the pictures of a recording, one for each sample |
//! | [`sample_picture`] | a picture on its way into a data set |
//! | [`histogram`] | how values of pixels are spread, in bounded memory |
//! | [`units`] | what numbers stand for: LeRobot's, or our own |
//! | [`csv`] | every reading of the arm as a line |
//! | [`lerobot`] | episodes as a LeRobot data set, version 3 |
//! | [`error`] | why something cannot be exported |

pub mod csv;
pub mod error;
pub mod histogram;
pub mod lerobot;
pub mod pictures;
pub mod recorded_episodes;
pub mod resample;
pub mod sample_picture;
pub mod units;

pub use error::ExportError;
pub use recorded_episodes::{Episode, EpisodeFilter, RecordedEpisodes};
pub use sample_picture::{Pixels, SamplePicture};
pub use units::{JointColumns, Units};
