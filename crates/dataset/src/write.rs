//! A data set as a folder.
//!
//! | file | holds |
//! |---|---|
//! | `dataset.json` | how many, how large, which seed, a checksum of each file |
//! | `frames.rgb` | pictures, 8-bit RGB, row by row, one after another |
//! | `frames.ids` | for each picture as the camera took it, a byte per pixel: which object of the line it shows, from 1, or 0 |
//! | `frames.jsonl` | a line per picture: objects, and the completion to be learned |
//! | `plans.jsonl` | a line per situation: prompt, completion, kind |

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use enact_robot::Robot;
use enact_sim::Scene;
use image::RgbImage;
use rayon::prelude::*;
use serde_json::json;

use crate::frames::{self, FrameExample};
use crate::plans;
use crate::wild;
use crate::wording::WordingSplit;

/// Number of pictures rendered between two writes.
const BATCH: u64 = 256;

/// Settings of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatasetConfig {
    /// Number of pictures.
    pub frames: u64,
    /// Number of situations with plans.
    pub plans: u64,
    /// Seed of the random generator.
    pub seed: u64,
    /// Look of the pictures.
    pub look: DatasetLook,
    /// Split of the wordings.
    pub wordings: WordingSplit,
    /// Width and height of a prepared picture, pixels.
    pub size: [u32; 2],
}

/// Look of the pictures of a data set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DatasetLook {
    /// As the simulator of runs shows the scene.
    #[default]
    Simulator,
    /// Any table from any side: see [`wild`].
    Wild,
}

impl fmt::Display for DatasetLook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Simulator => "simulator",
            Self::Wild => "wild",
        })
    }
}

/// Writes the data set into `folder`, which is created if missing. `prepare` does to a picture what
/// is done before the model sees it; `progress` receives the number of pictures written.
///
/// # Errors
/// The first folder or file that cannot be created or written.
pub fn write(
    folder: &Path,
    scene: &Scene,
    robot: &Robot,
    order: &DatasetConfig,
    prepare: &(dyn Fn(&RgbImage) -> RgbImage + Sync),
    progress: &dyn Fn(u64),
) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut pictures = ChecksummedFile::create(&folder.join("frames.rgb"))?;
    let mut shown = ChecksummedFile::create(&folder.join("frames.ids"))?;
    let mut camera = [0, 0];
    let mut lines = ChecksummedFile::create(&folder.join("frames.jsonl"))?;
    let mut written = 0;
    while written < order.frames {
        let end = order.frames.min(written + BATCH);
        let batch: Vec<FrameExample> = (written..end)
            .into_par_iter()
            .map(|index| {
                let mut example = match order.look {
                    DatasetLook::Simulator => {
                        frames::generate_frame_example(scene, robot, order.seed, index)
                    }
                    DatasetLook::Wild => {
                        wild::generate_wild_frame_example(robot, order.size, order.seed, index)
                    }
                };
                example.picture = prepare(&example.picture);
                example
            })
            .collect();
        for example in &batch {
            pictures.write_all(example.picture.as_raw())?;
            shown.write_all(example.shown.as_raw())?;
            camera = example.shown.dimensions().into();
            writeln!(lines, "{}", describe(example, order.size))?;
        }
        written = end;
        progress(written);
    }
    let mut situations = ChecksummedFile::create(&folder.join("plans.jsonl"))?;
    for index in 0..order.plans {
        serde_json::to_writer(
            &mut situations,
            &plans::generate_plan_example(order.seed, index, order.wordings),
        )?;
        situations.write_all(b"\n")?;
    }
    let summary = json!({
        "frames": order.frames,
        "width": order.size[0],
        "height": order.size[1],
        "camera": camera,
        "plans": order.plans,
        "seed": order.seed,
        "look": order.look.to_string(),
        "version": env!("CARGO_PKG_VERSION"),
        "crc32": {
            "frames.rgb": pictures.finish()?,
            "frames.ids": shown.finish()?,
            "frames.jsonl": lines.finish()?,
            "plans.jsonl": situations.finish()?,
        },
    });
    std::fs::write(folder.join("dataset.json"), format!("{summary:#}\n"))
}

fn describe(example: &FrameExample, [width, height]: [u32; 2]) -> serde_json::Value {
    let objects: Vec<serde_json::Value> = example
        .objects
        .iter()
        .map(|seen| {
            json!({
                "label": seen.label,
                "point": seen.point,
                "pixel": [seen.at[0] * f64::from(width), seen.at[1] * f64::from(height)],
                "radius": seen.extent * f64::from(width * height).sqrt() / std::f64::consts::PI.sqrt(),
                "visible": seen.visible,
            })
        })
        .collect();
    json!({"objects": objects, "target": example.target_completion()})
}

/// A file with a running checksum.
struct ChecksummedFile {
    file: BufWriter<File>,
    crc32: crc32fast::Hasher,
}

impl ChecksummedFile {
    fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::new(File::create(path)?),
            crc32: crc32fast::Hasher::new(),
        })
    }

    fn finish(mut self) -> io::Result<String> {
        self.file.flush()?;
        Ok(format!("{:08x}", self.crc32.finalize()))
    }
}

impl Write for ChecksummedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.crc32.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
