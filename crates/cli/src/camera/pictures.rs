//! Pictures of a board: from a folder, or from the camera of a launch file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use enact_camera::Camera;
use enact_sim::Simulator;
use enact_sim::render::Appearance;
use enact_types::StopSwitch;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader};

use super::config::CameraSource;
use super::open::OpenCameras;
use crate::data_dir::DataDir;
use crate::launch::Launch;

/// Returns the files of a folder by their names, but hidden ones.
///
/// # Errors
/// If it cannot be read or is empty.
pub fn list_visible_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry
            .with_context(|| format!("cannot read {}", folder.display()))?
            .path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // A live session keeps its poses beside its pictures.
        let is_other = name.starts_with('.') || name.ends_with(".jsonl");
        if path.is_file() && !is_other {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        bail!("{} holds no pictures", folder.display());
    }
    paths.sort();
    Ok(paths)
}

/// Reads a picture by its content, not its name, turned as its tag says.
///
/// # Errors
/// If it cannot be read.
pub fn read_gray_picture(path: &Path) -> Result<GrayImage> {
    let mut decoder = ImageReader::open(path)?
        .with_guessed_format()?
        .into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture.into_luma8())
}

/// The camera of a launch file.
pub struct LiveCamera {
    camera: Box<dyn Camera>,
    /// Ends every wait.
    pub stop: StopSwitch,
    save: Option<PathBuf>,
    taken: usize,
}

impl LiveCamera {
    /// Opens the camera of this name, else the main one; pictures are kept in `save`, if that is given.
    ///
    /// # Errors
    /// If the camera or the folder cannot be opened.
    pub fn open(
        data_dir: &DataDir,
        launch: &Launch,
        name: &str,
        stop: StopSwitch,
        save: Option<&Path>,
    ) -> Result<Self> {
        let robot = data_dir.load_robot_to_move(&launch.robot)?;
        let layout = data_dir.load_layout(&launch.scene, &robot, launch.seed)?;
        let config = launch.cameras.camera_named_or_main(name);
        let camera: Box<dyn Camera> = match &config.source {
            CameraSource::Sim => Box::new(
                Simulator::new(&robot, &layout, false).camera(Appearance::default(), launch.seed),
            ),
            _ => OpenCameras::default().open_camera(
                config,
                &config.place.place_with_scene_defaults(&layout.camera),
                &stop,
            )?,
        };
        if let Some(folder) = save {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        Ok(Self {
            camera,
            stop,
            save: save.map(Path::to_owned),
            taken: 0,
        })
    }

    /// Takes a picture, and returns it with its name.
    ///
    /// # Errors
    /// If the camera gives none, or it cannot be kept.
    pub fn take_picture(&mut self) -> Result<(String, GrayImage)> {
        let frame = self.camera.capture()?;
        self.taken += 1;
        let name = format!("{:04}.png", self.taken);
        if let Some(folder) = &self.save {
            let path = folder.join(&name);
            let kept = frame.rgb.save(&path);
            kept.with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok((name, DynamicImage::ImageRgb8(frame.rgb).into_luma8()))
    }
}
