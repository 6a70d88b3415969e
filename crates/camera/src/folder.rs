//! Pictures from disk, one after another.

use std::path::{Path, PathBuf};

use enact_types::{Frame, Intrinsics, Pose, Reason, Stamp};

use crate::{Camera, CameraError};

/// Returns the pictures of a folder in the order of their names, then the last one repeatedly, like
/// a camera with a static scene.
#[derive(Debug)]
pub struct FolderCamera {
    pictures: Vec<PathBuf>,
    vertical_fov: f64,
    base_from_camera: Pose,
    sequence: u64,
}

impl FolderCamera {
    /// Opens the PNG and JPEG files of `folder` as a camera placed at `base_from_camera` with
    /// `vertical_fov` in radians.
    ///
    /// # Errors
    /// [`CameraError`] if the folder cannot be read.
    pub fn open(
        folder: &Path,
        vertical_fov: f64,
        base_from_camera: Pose,
    ) -> Result<Self, CameraError> {
        let failed = |reason: Reason| CameraError::Folder {
            path: folder.display().to_string(),
            reason,
        };
        let entries = std::fs::read_dir(folder).map_err(|error| failed(Reason::of(error)))?;
        let mut pictures: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| is_picture(path))
            .collect();
        pictures.sort();
        if pictures.is_empty() {
            return Err(failed("it holds no .png, .jpg or .jpeg file".into()));
        }
        Ok(Self {
            pictures,
            vertical_fov,
            base_from_camera,
            sequence: 0,
        })
    }
}

impl Camera for FolderCamera {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        let index = (self.sequence as usize).min(self.pictures.len() - 1);
        let path = &self.pictures[index];
        let rgb = image::open(path)
            .map_err(|error| CameraError::Picture {
                path: path.display().to_string(),
                reason: Reason::of(error),
            })?
            .into_rgb8();
        let frame = Frame {
            sequence: self.sequence,
            stamp: Stamp::from_nanos(self.sequence),
            intrinsics: Intrinsics::from_vertical_fov(rgb.width(), rgb.height(), self.vertical_fov),
            rgb,
            depth: None,
            base_from_camera: self.base_from_camera,
        };
        self.sequence += 1;
        Ok(frame)
    }
}

pub(crate) fn is_picture(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| {
            ["png", "jpg", "jpeg"].contains(&extension.to_ascii_lowercase().as_str())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    #[test]
    fn pictures_come_in_order_and_the_last_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        for (name, red) in [("b.png", 2), ("a.png", 1)] {
            RgbImage::from_pixel(8, 6, Rgb([red, 0, 0]))
                .save(folder.path().join(name))
                .unwrap();
        }
        std::fs::write(folder.path().join("notes.txt"), "no picture").unwrap();
        let mut camera = FolderCamera::open(folder.path(), 0.8, Pose::identity()).unwrap();
        let reds: Vec<u8> = (0..3)
            .map(|_| camera.capture().unwrap().rgb.get_pixel(0, 0)[0])
            .collect();
        assert_eq!(reds, [1, 2, 2]);
    }

    #[test]
    fn a_folder_without_pictures_is_one_clear_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = FolderCamera::open(folder.path(), 0.8, Pose::identity()).unwrap_err();
        assert!(error.to_string().contains("no .png"), "{error}");
    }
}
