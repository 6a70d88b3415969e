//! Pictures of an episode, for its report.

use std::io::Cursor;
use std::path::Path;

use enact_camera::Camera;
use enact_sim::Simulator;
use enact_sim::render::Appearance;
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;

/// Quality of the pictures, 1 to 100.
const QUALITY: u8 = 80;

/// The first and the last picture of an episode, as JPEG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshots {
    /// What the robot saw first.
    pub first: Vec<u8>,
    /// How things stand at the end.
    pub last: Vec<u8>,
}

impl Snapshots {
    /// Takes the last picture now; `None` if that is not possible.
    pub fn take(first: &RgbImage, simulator: &Simulator, seed: u64) -> Option<Self> {
        let last = simulator
            .camera(Appearance::default(), seed)
            .capture()
            .ok()?;
        Some(Self {
            first: jpeg(first)?,
            last: jpeg(&last.rgb)?,
        })
    }

    /// Reads the pictures of an episode that [`save`](Self::save) has written.
    pub fn load(folder: &Path, episode: u64) -> Option<Self> {
        let read = |which: &str| std::fs::read(folder.join(file(episode, which))).ok();
        Some(Self {
            first: read("first")?,
            last: read("last")?,
        })
    }

    /// Writes the pictures of an episode to a folder, which is created.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn save(&self, folder: &Path, episode: u64) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join(file(episode, "first")), &self.first)?;
        std::fs::write(folder.join(file(episode, "last")), &self.last)
    }
}

fn file(episode: u64, which: &str) -> String {
    format!("{episode}-{which}.jpg")
}

fn jpeg(picture: &RgbImage) -> Option<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    picture.write_with_encoder(encoder).ok()?;
    Some(bytes.into_inner())
}
