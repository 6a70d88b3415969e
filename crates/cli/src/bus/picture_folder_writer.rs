//! Writes the newest picture of the scene's camera to a folder.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use enact_camera::Camera;
use enact_sim::render::Appearance;
use enact_sim::{SimCamera, Simulator};

/// Writes pictures to a folder.
pub struct PictureFolderWriter {
    camera: SimCamera,
    folder: PathBuf,
    /// A picture is taken so often.
    period: Duration,
    last: Option<Instant>,
}

impl PictureFolderWriter {
    /// Creates a writer to a folder, which is created, of `fps` pictures per second.
    pub fn create(
        folder: &Path,
        simulator: &Simulator,
        look: Appearance,
        seed: u64,
        fps: u32,
    ) -> Result<Self> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let mut pictures = Self {
            camera: simulator.camera(look, seed),
            folder: folder.to_owned(),
            period: Duration::from_secs(1) / fps,
            last: None,
        };
        pictures.write_picture_if_due()?;
        Ok(pictures)
    }

    /// Takes a picture if it is time to. Whoever reads finds a whole one.
    pub fn write_picture_if_due(&mut self) -> Result<()> {
        if self.last.is_some_and(|last| last.elapsed() < self.period) {
            return Ok(());
        }
        self.last = Some(Instant::now());
        let frame = self.camera.capture()?;
        let new = self.folder.join("view.png.new");
        let path = self.folder.join("view.png");
        frame
            .rgb
            .save_with_format(&new, image::ImageFormat::Png)
            .and_then(|()| Ok(std::fs::rename(&new, &path)?))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}
