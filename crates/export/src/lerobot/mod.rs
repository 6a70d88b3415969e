//! Episodes as a LeRobot data set, version 3: tables in parquet, pictures as video or within the
//! tables, and metadata in JSON. The format is that of
//! <https://huggingface.co/docs/lerobot/lerobot-dataset-v3>, as LeRobot 0.4.4 to 0.6.1 read it.
//!
//! | module | idea |
//! |---|---|
//! | [`feature`] | features of a sample |
//! | [`writer`] | episodes into a data set, one recording after another |
//! | `staging` | a folder that appears as a whole or not at all |
//! | `existing` | an existing data set to append to |
//! | `camera_writer` | the pictures of a camera, as video or for the table |
//! | [`video`] | pictures through the program `ffmpeg` |
//! | `depth` | depth as stored in LeRobot's videos |
//! | `data` | samples as rows of numbered files |
//! | `episodes` | episodes as rows, with their location and statistics |
//! | `stats` | statistics of the values of a feature |
//! | `tasks` | tasks with their numbers |
//! | `table` | columns into parquet and back |

mod camera_writer;
mod data;
mod depth;
mod episodes;
mod existing;
pub mod feature;
mod staging;
mod stats;
mod table;
mod tasks;
pub mod video;
pub mod writer;

pub use feature::{CameraFeature, DatasetSpec};
pub use video::VideoCodec;
pub use writer::{DatasetSummary, DatasetWriter};
