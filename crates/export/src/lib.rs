//! Exports recorded runs as tables for other programs.
//!
//! | module | idea |
//! |---|---|
//! | [`recorded_episodes`] | the tasks of a recording, each as an episode |
//! | [`resample`] | readings of an arm, resampled to a steady rate |
//! | [`pictures`] | the pictures of a recording, one for each sample |
//! | [`sample_picture`] | a picture on its way into a data set |
//! | [`histogram`] | distribution of pixel values, in bounded memory |
//! | [`units`] | units of joint values: LeRobot's, or this project's |
//! | [`csv`] | every reading of the arm as a line of CSV |
//! | [`lerobot`] | episodes as a LeRobot data set, version 3 |
//! | [`error`] | reasons why something cannot be exported |

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
pub use recorded_episodes::{Episode, EpisodeReader, RecordedEpisodes};
pub use sample_picture::{Pixels, SamplePicture};
pub use units::{JointColumns, Units};
