//! Episodes as a LeRobot data set, version 3: tables in parquet, pictures as video or within
//! them, and what the tables mean in JSON. The format is that of
//! <https://huggingface.co/docs/lerobot/lerobot-dataset-v3>, as LeRobot 0.4.4 to 0.6.1 read it.
//!
//! | module | idea |
//! |---|---|
//! | [`feature`] | what a sample consists of |
//! | [`writer`] | episodes into a data set, one recording after another |
//! | `staging` | a folder that is there as a whole or not at all |
//! | `existing` | a data set that is there already, to append to |
//! | `camera_writer` | the pictures of a camera, as video or for the table |
//! | [`video`] | pictures through the program `ffmpeg` |
//! | `depth` | depth as LeRobot's videos keep it |
//! | `data` | samples as rows of numbered files |
//! | `episodes` | an episode per row, with where it is and its statistics |
//! | `stats` | how the values of a feature are spread |
//! | `tasks` | each task with its number |
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
