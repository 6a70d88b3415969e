//! Depth from 16-bit PNG files, as RealSense's tools and data sets of RGB-D write them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use enact_types::{DepthImage, Reason};
use image::DynamicImage;

use crate::decode::{self, is_whole};

/// Longest time between the writing of a picture and of its depth.
const TOGETHER: Duration = Duration::from_millis(200);

/// A folder with the depth of pictures: 16-bit PNG files called like the pictures, 0 where there is no
/// reading.
#[derive(Clone, Debug, PartialEq)]
pub struct DepthFolder {
    folder: PathBuf,
    /// Meters to the unit.
    scale: f64,
}

impl DepthFolder {
    /// RealSense's usual scale: a millimeter to the unit.
    pub const MILLIMETER_SCALE: f64 = 0.001;

    /// Refers to `folder`, whose files have `scale` meters to the unit.
    pub fn new(folder: &Path, scale: f64) -> Self {
        Self {
            folder: folder.to_owned(),
            scale,
        }
    }

    /// Returns the depth of a picture of this size.
    pub(crate) fn read_for_picture(
        &self,
        picture: &Path,
        size: (u32, u32),
    ) -> Result<DepthImage, Reason> {
        let path = self.path_of(picture);
        self.read(&path, size).map_err(|reason| {
            reason.reworded(|why| format!("its depth {} is no use: {why}", path.display()))
        })
    }

    /// Returns the depth of a picture that was written at `written`: with it, not before.
    pub(crate) fn read_if_written_together(
        &self,
        picture: &Path,
        written: SystemTime,
        size: (u32, u32),
    ) -> Result<DepthImage, Reason> {
        let path = self.path_of(picture);
        let modified = fs::metadata(&path).and_then(|about| about.modified());
        let modified = modified.map_err(|error| {
            let text = format!("its depth {} cannot be read: {error}", path.display());
            Reason::from_text_and_source(text, error)
        })?;
        let apart = match modified.duration_since(written) {
            Ok(after) => after,
            Err(before) => before.duration(),
        };
        if apart > TOGETHER {
            let seconds = apart.as_secs_f64();
            let path = path.display();
            return Err(format!("its depth {path} was written {seconds:.1} s apart").into());
        }
        self.read_for_picture(picture, size)
    }

    fn path_of(&self, picture: &Path) -> PathBuf {
        let stem = picture.file_stem().unwrap_or_default();
        let mut name = stem.to_owned();
        name.push(".png");
        self.folder.join(name)
    }

    fn read(&self, path: &Path, size: (u32, u32)) -> Result<DepthImage, Reason> {
        let bytes = fs::read(path).map_err(Reason::from_error)?;
        if !is_whole(&bytes) {
            return Err("it is half-written".into());
        }
        let DynamicImage::ImageLuma16(depth) = decode::decode_oriented(&bytes)? else {
            return Err("it is no gray picture of 16 bits".into());
        };
        let (width, height) = depth.dimensions();
        // The picture may have been scaled down, and its depth is not blended with what is beside.
        let is_alike =
            u64::from(width) * u64::from(size.1) == u64::from(height) * u64::from(size.0);
        if !is_alike || width < size.0 {
            let (w, h) = size;
            let reason = format!("it has {width} x {height} pixels, the picture {w} x {h}");
            return Err(reason.into());
        }
        let meters = (0..size.1)
            .flat_map(|y| (0..size.0).map(move |x| (x, y)))
            .map(|(x, y)| {
                let middle = |at: u32, has: u32, shows: u32| {
                    ((2 * u64::from(at) + 1) * u64::from(has) / (2 * u64::from(shows))) as u32
                };
                let (x, y) = (middle(x, width, size.0), middle(y, height, size.1));
                (f64::from(depth.get_pixel(x, y)[0]) * self.scale) as f32
            })
            .collect();
        Ok(DepthImage {
            width: size.0,
            height: size.1,
            meters,
        })
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Luma, Rgb, RgbImage};

    use super::*;
    use crate::{Camera, FolderCamera, LiveFolder};
    use enact_types::Pose;

    fn write_depth(path: &Path, width: u32, height: u32) {
        ImageBuffer::from_fn(width, height, |x, y| Luma([(x * 100 + y) as u16]))
            .save(path)
            .unwrap();
    }

    #[test]
    fn depth_beside_a_picture_is_read_in_meters() {
        let folder = tempfile::tempdir().unwrap();
        let depth = folder.path().join("depth");
        fs::create_dir(&depth).unwrap();
        let picture = RgbImage::from_pixel(8, 6, Rgb([9; 3]));
        picture.save(folder.path().join("view.jpg")).unwrap();
        let open = |scale: f64| {
            let camera = FolderCamera::open(folder.path(), 0.8, Pose::identity()).unwrap();
            camera.with_depth(DepthFolder::new(&depth, scale))
        };
        let missing = open(0.001).capture().unwrap_err().to_string();
        assert!(missing.contains("view.png is no use"), "{missing}");
        write_depth(&depth.join("view.png"), 8, 6);
        let at = |scale: f64| {
            let frame = open(scale).capture().unwrap();
            frame.depth.unwrap().depth_at(7.5, 5.5).unwrap()
        };
        assert!((at(0.001) - 0.705).abs() < 1e-6);
        assert!((at(0.0002) - 0.141).abs() < 1e-6);
        let none = open(0.001)
            .capture()
            .unwrap()
            .depth
            .unwrap()
            .depth_at(0.5, 0.5);
        assert_eq!(none, None, "zero is no reading");
        // Depth of twice the size is that of the same places.
        write_depth(&depth.join("view.png"), 16, 12);
        assert!((at(0.001) - 1.511).abs() < 1e-6);
        write_depth(&depth.join("view.png"), 8, 5);
        let error = open(0.001).capture().unwrap_err().to_string();
        assert!(error.contains("8 x 5 pixels, the picture 8 x 6"), "{error}");
        picture.save(depth.join("view.png")).unwrap();
        let error = open(0.001).capture().unwrap_err().to_string();
        assert!(error.contains("16 bits"), "{error}");
    }

    #[test]
    fn depth_of_another_moment_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("view.png");
        RgbImage::new(8, 6).save(&path).unwrap();
        let depth = folder.path().join("depth");
        fs::create_dir(&depth).unwrap();
        write_depth(&depth.join("view.png"), 8, 6);
        let written = fs::metadata(&path).unwrap().modified().unwrap();
        let folder = DepthFolder::new(&depth, 0.001);
        assert!(
            folder
                .read_if_written_together(&path, written, (8, 6))
                .is_ok()
        );
        let later = written + Duration::from_secs(3);
        let error = folder
            .read_if_written_together(&path, later, (8, 6))
            .unwrap_err();
        assert!(error.text().contains("apart"), "{error}");
        let live = LiveFolder::open(path.parent().unwrap(), 0.8, Pose::identity());
        live.unwrap().with_depth(folder);
    }
}
