//! A folder into which another program writes what a camera sees.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use enact_types::{DepthImage, Frame, Intrinsics, Pose, Reason, Stamp, StopSwitch};
use image::RgbImage;

use crate::decode::{self, is_whole};
use crate::depth::DepthFolder;
use crate::folder::{is_picture, visible_files};
use crate::{Camera, CameraError};

/// Time to wait for a new picture.
const FRAME_TIMEOUT: Duration = Duration::from_secs(2);
/// Polling period of the folder while waiting.
const PAUSE: Duration = Duration::from_millis(5);

/// Returns the newest picture of a folder once it has been written anew: each frame was finished
/// after it was requested. A folder in which nothing is written counts as a frozen camera.
#[derive(Debug)]
pub struct LiveFolder {
    folder: PathBuf,
    vertical_fov: f64,
    base_from_camera: Pose,
    patience: Duration,
    stop: StopSwitch,
    depth: Option<DepthFolder>,
    sequence: u64,
    first: Option<Instant>,
}

/// A picture file at one point in time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Picture {
    written: SystemTime,
    path: PathBuf,
    length: u64,
}

impl LiveFolder {
    /// Opens the PNG and JPEG files of `folder` as a camera placed at `base_from_camera` with
    /// `vertical_fov` in radians.
    ///
    /// # Errors
    /// [`CameraError`] if there is no such folder.
    pub fn open(
        folder: &Path,
        vertical_fov: f64,
        base_from_camera: Pose,
    ) -> Result<Self, CameraError> {
        let camera = Self {
            folder: folder.to_owned(),
            vertical_fov,
            base_from_camera,
            patience: FRAME_TIMEOUT,
            stop: StopSwitch::new(),
            depth: None,
            sequence: 0,
            first: None,
        };
        camera.newest()?;
        Ok(camera)
    }

    /// Ends waiting for a picture when this switch is pressed.
    pub fn with_stop_switch(self, stop: StopSwitch) -> Self {
        Self { stop, ..self }
    }

    /// Adds the depth of each picture: a file of the same name in another folder.
    pub fn with_depth(self, depth: DepthFolder) -> Self {
        Self {
            depth: Some(depth),
            ..self
        }
    }

    fn newest(&self) -> Result<Option<Picture>, CameraError> {
        let files =
            visible_files(&self.folder).map_err(|error| self.failed(Reason::from_error(error)))?;
        let pictures = files.filter(|path| is_picture(path));
        // A file that is being replaced may be gone.
        Ok(pictures.filter_map(|path| Picture::at(path).ok()).max())
    }

    fn failed(&self, reason: Reason) -> CameraError {
        CameraError::Folder {
            path: self.folder.display().to_string(),
            reason,
        }
    }

    /// Returns the error for a missing picture; `newest` is the latest file in the folder.
    fn silent(&self, newest: Option<Picture>) -> CameraError {
        let Some(picture) = newest else {
            let patience = self.patience.as_secs_f64();
            let reason = format!("no .png, .jpg or .jpeg file came within {patience} s");
            return self.failed(reason.into());
        };
        CameraError::Frozen {
            path: picture.path.display().to_string(),
            // A clock that was set back makes it new.
            age: picture.written.elapsed().unwrap_or_default(),
        }
    }
}

impl Picture {
    fn at(path: PathBuf) -> std::io::Result<Self> {
        let about = fs::metadata(&path)?;
        Ok(Self {
            written: about.modified()?,
            length: about.len(),
            path,
        })
    }

    /// Returns the time when it was written, which is after it was `asked` for.
    fn since(&self, asked: Instant) -> Instant {
        let now = Instant::now();
        let age = self.written.elapsed().unwrap_or_default();
        now.checked_sub(age).map_or(asked, |then| then.max(asked))
    }

    /// Returns the picture if the file is complete and was not written to in the meantime.
    fn read(&self) -> Result<RgbImage, Reason> {
        let bytes = fs::read(&self.path).map_err(Reason::from_error)?;
        let now = Self::at(self.path.clone()).map_err(Reason::from_error)?;
        if now != *self || !is_whole(&bytes) {
            return Err("it is half-written".into());
        }
        decode::decode(&bytes)
    }
}

impl Camera for LiveFolder {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        let (frame, _) = self.capture_timed()?;
        Ok(frame)
    }

    /// Takes a picture and the time when its file was written; the latency of the camera and its
    /// program is unknown.
    ///
    /// # Errors
    /// [`CameraError`] if no new picture arrives.
    fn capture_timed(&mut self) -> Result<(Frame, Instant), CameraError> {
        let asked = Instant::now();
        let before = self.newest()?;
        let mut broken = None;
        loop {
            let newest = self.newest()?;
            // A file that is replaced is gone for a moment, and then an older one is the newest.
            if newest > before
                && let Some(picture) = &newest
            {
                match picture
                    .read()
                    .and_then(|rgb| self.with_its_depth(picture, rgb))
                {
                    Ok((rgb, depth)) => {
                        return Ok((self.frame(rgb, depth), picture.since(asked)));
                    }
                    Err(reason) => {
                        broken = Some(CameraError::Picture {
                            path: picture.path.display().to_string(),
                            reason,
                        });
                    }
                }
            }
            if asked.elapsed() >= self.patience {
                return Err(broken.unwrap_or_else(|| self.silent(newest)));
            }
            if self.stop.is_pressed() {
                return Err(CameraError::Stopped);
            }
            std::thread::sleep(PAUSE);
        }
    }
}

impl LiveFolder {
    /// Returns the picture with the depth that was written with it.
    fn with_its_depth(
        &self,
        picture: &Picture,
        rgb: RgbImage,
    ) -> Result<(RgbImage, Option<DepthImage>), Reason> {
        let Some(folder) = &self.depth else {
            return Ok((rgb, None));
        };
        let depth =
            folder.read_if_written_together(&picture.path, picture.written, rgb.dimensions())?;
        Ok((rgb, Some(depth)))
    }

    fn frame(&mut self, rgb: RgbImage, depth: Option<DepthImage>) -> Frame {
        let first = *self.first.get_or_insert_with(Instant::now);
        let sequence = self.sequence;
        self.sequence += 1;
        Frame {
            sequence,
            stamp: Stamp::ZERO.later_by(first.elapsed()),
            intrinsics: Intrinsics::from_vertical_fov(rgb.width(), rgb.height(), self.vertical_fov),
            rgb,
            depth,
            base_from_camera: self.base_from_camera,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use image::{ImageFormat, Rgb};
    use tempfile::TempDir;

    use super::*;

    fn encoded(red: u8, format: ImageFormat) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        RgbImage::from_pixel(64, 48, Rgb([red, 0, 0]))
            .write_to(&mut bytes, format)
            .unwrap();
        bytes.into_inner()
    }

    fn open(folder: &TempDir) -> LiveFolder {
        let mut camera = LiveFolder::open(folder.path(), 0.8, Pose::identity()).unwrap();
        camera.patience = Duration::from_millis(300);
        camera
    }

    /// Calls `writer` a moment after the picture was requested.
    fn capture_while(
        camera: &mut LiveFolder,
        writer: impl FnOnce() + Send,
    ) -> Result<Frame, CameraError> {
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(50));
                writer();
            });
            camera.capture()
        })
    }

    fn red(frame: &Frame) -> u8 {
        frame.rgb.get_pixel(0, 0)[0]
    }

    #[test]
    fn a_picture_is_one_that_was_written_after_it_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("view.png");
        fs::write(&path, encoded(10, ImageFormat::Png)).unwrap();
        let mut camera = open(&folder);
        for (number, brightness) in [(0, 20), (1, 30)] {
            let bytes = encoded(brightness, ImageFormat::Png);
            let frame = capture_while(&mut camera, || fs::write(&path, bytes).unwrap()).unwrap();
            assert_eq!((frame.sequence, red(&frame)), (number, brightness));
        }
        // Works with numbered files too.
        let next = folder.path().join("view0002.png");
        let bytes = encoded(40, ImageFormat::Png);
        let frame = capture_while(&mut camera, || fs::write(next, bytes).unwrap()).unwrap();
        assert_eq!((frame.sequence, red(&frame)), (2, 40));
    }

    #[test]
    fn a_picture_is_as_old_as_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("view.png");
        let mut camera = open(&folder);
        camera.patience = Duration::from_secs(20);
        let bytes = encoded(20, ImageFormat::Png);
        let asked = Instant::now();
        let (written, taken) = thread::scope(|scope| {
            let writer = scope.spawn(|| {
                thread::sleep(Duration::from_millis(50));
                fs::write(&path, bytes).unwrap();
                Instant::now()
            });
            let (_, taken) = camera.capture_timed().unwrap();
            (writer.join().unwrap(), taken)
        });
        assert!(taken >= asked + Duration::from_millis(40));
        // File systems have coarse clocks.
        assert!(taken <= written + Duration::from_millis(20));
    }

    /// Fault 24.
    #[test]
    fn a_picture_that_is_not_written_anew_is_a_frozen_camera() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("view.png");
        fs::write(&path, encoded(10, ImageFormat::Png)).unwrap();
        #[expect(
            clippy::disallowed_methods,
            reason = "files have times of the wall clock"
        )]
        let an_hour_ago = SystemTime::now() - Duration::from_secs(3600);
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(an_hour_ago).unwrap();
        let mut camera = open(&folder);
        let asked = Instant::now();
        let error = camera.capture().unwrap_err().to_string();
        assert!(asked.elapsed() < Duration::from_secs(2));
        assert!(
            error.contains("frozen") && error.contains("view.png") && error.contains("3600 s"),
            "{error}"
        );
        // It may recover.
        let bytes = encoded(20, ImageFormat::Png);
        let frame = capture_while(&mut camera, || fs::write(&path, bytes).unwrap()).unwrap();
        assert_eq!(red(&frame), 20);
    }

    #[test]
    fn a_half_written_picture_is_read_again() {
        for (name, format) in [("a.png", ImageFormat::Png), ("a.jpg", ImageFormat::Jpeg)] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(name);
            fs::write(&path, encoded(10, format)).unwrap();
            let mut camera = open(&folder);
            let bytes = encoded(200, format);
            let half = bytes.len() - 20;
            let frame = capture_while(&mut camera, || {
                fs::write(&path, &bytes[..half]).unwrap();
                thread::sleep(Duration::from_millis(50));
                fs::write(&path, &bytes).unwrap();
            });
            assert!(red(&frame.unwrap()) > 190, "{name}");
            // A file that stays incomplete is an error that says so.
            let error = capture_while(&mut camera, || fs::write(&path, &bytes[..half]).unwrap());
            let error = error.unwrap_err().to_string();
            assert!(error.contains("half-written"), "{error}");
        }
    }

    #[test]
    fn a_stop_ends_the_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let stop = StopSwitch::new();
        let mut camera = open(&folder).with_stop_switch(stop.clone());
        camera.patience = Duration::from_secs(3600);
        let error = capture_while(&mut camera, || stop.press()).unwrap_err();
        assert!(matches!(error, CameraError::Stopped), "{error}");
    }

    #[test]
    fn a_camera_that_never_began_is_one_clear_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = open(&folder).capture().unwrap_err().to_string();
        assert!(error.contains("came within 0.3 s"), "{error}");
        let nowhere = folder.path().join("nowhere");
        assert!(LiveFolder::open(&nowhere, 0.8, Pose::identity()).is_err());
    }
}
