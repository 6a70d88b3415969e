//! Pictures from disk, one after another.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use enact_types::{Frame, Intrinsics, Pose, Reason, Stamp};

use crate::depth::DepthFolder;
use crate::{Camera, CameraError, decode};

/// Returns the pictures of a folder in the order of their names, numbers by their value, then the last
/// one repeatedly, like a camera with a static scene.
#[derive(Debug)]
pub struct FolderCamera {
    pictures: Vec<PathBuf>,
    depth: Option<DepthFolder>,
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
        let files = visible_files(folder).map_err(|error| failed(Reason::from_error(error)))?;
        let mut files: Vec<PathBuf> = files.collect();
        files.sort_by(|one, other| {
            natord::compare(&one.to_string_lossy(), &other.to_string_lossy())
        });
        let is_one = |path: &&PathBuf| is_picture(path) || begins_as_picture(path);
        let pictures: Vec<PathBuf> = files.iter().filter(is_one).cloned().collect();
        if pictures.is_empty() {
            let other = files.first().and_then(|path| path.file_name());
            let other = other.map(|name| format!(", but `{}`", name.to_string_lossy()));
            let reason = format!(
                "it holds no PNG or JPEG picture{}",
                other.unwrap_or_default()
            );
            return Err(failed(reason.into()));
        }
        Ok(Self {
            pictures,
            depth: None,
            vertical_fov,
            base_from_camera,
            sequence: 0,
        })
    }

    /// Adds the depth of each picture: a file of the same name in another folder.
    pub fn with_depth(self, depth: DepthFolder) -> Self {
        Self {
            depth: Some(depth),
            ..self
        }
    }
}

impl Camera for FolderCamera {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        let index = (self.sequence as usize).min(self.pictures.len() - 1);
        let path = &self.pictures[index];
        let failed = |reason| CameraError::Picture {
            path: path.display().to_string(),
            reason,
        };
        let bytes = fs::read(path).map_err(|error| failed(Reason::from_error(error)))?;
        let rgb = decode::decode(&bytes).map_err(failed)?;
        if !decode::is_whole(&bytes) {
            return Err(failed("its end is missing".into()));
        }
        let depth = self.depth.as_ref();
        let depth = depth.map(|depth| depth.read_for_picture(path, rgb.dimensions()));
        let frame = Frame {
            sequence: self.sequence,
            stamp: Stamp::from_nanos(self.sequence),
            intrinsics: Intrinsics::from_vertical_fov(rgb.width(), rgb.height(), self.vertical_fov),
            rgb,
            depth: depth.transpose().map_err(failed)?,
            base_from_camera: self.base_from_camera,
        };
        self.sequence += 1;
        Ok(frame)
    }
}

/// Returns what is in a folder, but hidden files: systems and programs keep those beside pictures.
pub(crate) fn visible_files(folder: &Path) -> io::Result<impl Iterator<Item = PathBuf>> {
    let is_visible = |path: &PathBuf| {
        let name = path.file_name();
        name.is_some_and(|name| !name.to_string_lossy().starts_with('.'))
    };
    let entries = fs::read_dir(folder)?.filter_map(Result::ok);
    Ok(entries.map(|entry| entry.path()).filter(is_visible))
}

/// Returns whether a file is a picture by its name.
pub(crate) fn is_picture(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| {
            ["png", "jpg", "jpeg"].contains(&extension.to_ascii_lowercase().as_str())
        })
}

/// Returns whether a file is a picture, though its name does not say so.
fn begins_as_picture(path: &Path) -> bool {
    let mut beginning = [0; 8];
    path.is_file()
        && File::open(path).is_ok_and(|mut file| file.read_exact(&mut beginning).is_ok())
        && decode::is_picture(&beginning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgb, RgbImage};

    use crate::decode::tests::encoded;

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
    fn numbers_come_in_their_order_and_files_of_the_system_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        for (name, red) in [("shot10.png", 10), ("shot9.png", 9), ("shot1.png", 1)] {
            fs::write(place(name), encoded([red, 0, 0], ImageFormat::Png)).unwrap();
        }
        fs::write(place("._shot1.png"), [0, 5, 22, 7]).unwrap();
        fs::write(place(".thumb.png"), []).unwrap();
        let mut camera = FolderCamera::open(folder.path(), 0.8, Pose::identity()).unwrap();
        let reds: Vec<u8> = (0..3)
            .map(|_| camera.capture().unwrap().rgb.get_pixel(0, 0)[0])
            .collect();
        assert_eq!(reds, [1, 9, 10]);
    }

    #[test]
    fn a_picture_whose_end_is_missing_is_not_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = encoded([90, 0, 0], ImageFormat::Jpeg);
        bytes.truncate(bytes.len() - 40);
        fs::write(folder.path().join("a.jpg"), bytes).unwrap();
        let mut camera = FolderCamera::open(folder.path(), 0.8, Pose::identity()).unwrap();
        let error = camera.capture().unwrap_err().to_string();
        assert!(
            error.contains("a.jpg") && error.contains("missing"),
            "{error}"
        );
    }

    #[test]
    fn a_folder_without_pictures_is_one_clear_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = FolderCamera::open(folder.path(), 0.8, Pose::identity()).unwrap_err();
        assert!(error.to_string().contains("no PNG or JPEG"), "{error}");
    }

    #[test]
    fn a_picture_is_what_it_holds_not_what_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let png = encoded([9, 0, 0], ImageFormat::Png);
        fs::write(place("a.jpg"), &png).unwrap();
        fs::write(place("b"), encoded([90, 0, 0], ImageFormat::Jpeg)).unwrap();
        fs::write(place(".c.png.part"), png).unwrap();
        let mut camera = FolderCamera::open(folder.path(), 0.8, Pose::identity()).unwrap();
        assert_eq!(camera.pictures.len(), 2);
        assert_eq!(camera.capture().unwrap().rgb.get_pixel(0, 0)[0], 9);
        assert!(camera.capture().unwrap().rgb.get_pixel(0, 0)[0].abs_diff(90) < 4);
        // A file that is called a picture and is none is an error, not left out.
        fs::write(place("a.jpg"), "<html>").unwrap();
        let mut camera = FolderCamera::open(folder.path(), 0.8, Pose::identity()).unwrap();
        let error = camera.capture().unwrap_err().to_string();
        assert!(
            error.contains("a.jpg") && error.contains("no picture"),
            "{error}"
        );
    }
}
