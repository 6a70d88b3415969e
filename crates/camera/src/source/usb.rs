//! Webcams, by the kernel's Video4Linux.
//!
//! The layer that talks to the kernel is thin and cannot be tested without a camera: which format is
//! chosen, and what becomes of pictures, is decided above it.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use enact_types::Reason;
use moq_v4l::buffer::{Flags as BufferFlags, Type};
use moq_v4l::io::mmap::Stream as MappedStream;
use moq_v4l::io::traits::CaptureStream;
use moq_v4l::video::Capture;
use moq_v4l::video::capture::Parameters;
use moq_v4l::{Device, Format, FourCC};

use super::yuyv::Yuyv;
use super::{Feed, FeedOutcome, Picture, Pixels, Source};

/// Longest wait for a picture; some webcams begin slowly.
const FRAME_TIME: Duration = Duration::from_secs(3);

/// Formats that are understood, best first: compressed pictures leave room on the wire.
const FORMATS: [&[u8; 4]; 3] = [b"MJPG", b"JPEG", b"YUYV"];

/// A mode of a camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mode {
    /// Name of the pixel format: four letters.
    pub format: String,
    /// Width, pixels.
    pub width: u32,
    /// Height, pixels.
    pub height: u32,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}x{}", self.format, self.width, self.height)
    }
}

/// A camera that is plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsbDevice {
    /// Its device file.
    pub path: PathBuf,
    /// A path that stays the same when it is plugged in again, if there is one.
    pub by_id: Option<PathBuf>,
    /// What it calls itself.
    pub name: String,
    /// What it can do, or why that cannot be told.
    pub modes: Result<Vec<Mode>, String>,
}

/// Returns the cameras that are plugged in, in the order of their device files.
pub fn devices() -> Vec<UsbDevice> {
    let Ok(entries) = std::fs::read_dir("/dev") else {
        return Vec::new();
    };
    let number = |path: &Path| {
        let name = path.file_name()?.to_str()?.strip_prefix("video")?;
        name.parse::<u32>().ok()
    };
    let mut paths: Vec<(u32, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| Some((number(&entry.path())?, entry.path())))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .filter_map(|(_, path)| device(path))
        .collect()
}

/// Returns the camera behind a device file; `None` if it gives no pictures, but its metadata, say.
fn device(path: PathBuf) -> Option<UsbDevice> {
    let modes = match Device::with_path(&path) {
        Ok(device) => Ok(modes(&device).ok().filter(|modes| !modes.is_empty())?),
        Err(error) => Err(why(&path, &error)),
    };
    Some(UsbDevice {
        by_id: by_id(&path),
        name: name(&path),
        modes,
        path,
    })
}

/// Returns what a camera calls itself.
fn name(path: &Path) -> String {
    let file = path.file_name().unwrap_or_default();
    let about = Path::new("/sys/class/video4linux").join(file).join("name");
    let name = std::fs::read(about).unwrap_or_default();
    String::from_utf8_lossy(&name).trim().to_owned()
}

fn by_id(path: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir("/dev/v4l/by-id").ok()?;
    let mut links = entries.filter_map(|entry| Some(entry.ok()?.path()));
    links.find(|link| link.canonicalize().is_ok_and(|target| target == path))
}

fn modes(device: &Device) -> std::io::Result<Vec<Mode>> {
    let mut modes = Vec::new();
    for format in device.enum_formats()? {
        for size in device.enum_framesizes(format.fourcc)? {
            // Cameras that scale have sizes without end.
            for size in size.size.to_discrete().into_iter().take(64) {
                modes.push(Mode {
                    format: format.fourcc.to_string(),
                    width: size.width,
                    height: size.height,
                });
            }
        }
    }
    Ok(modes)
}

fn why(path: &Path, error: &std::io::Error) -> String {
    let path = path.display();
    match error.kind() {
        ErrorKind::NotFound => {
            format!("there is no {path}; `enact camera list` shows what is plugged in")
        }
        ErrorKind::PermissionDenied => {
            format!("{path} is not permitted: `sudo usermod -aG video $USER`, then log in again")
        }
        ErrorKind::ResourceBusy => format!("{path} is in use by another program"),
        _ => format!("{path}: {error}"),
    }
}

/// What is wanted of a webcam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedMode {
    /// Width, pixels.
    pub width: u32,
    /// Height, pixels.
    pub height: u32,
    /// Pictures a second.
    pub fps: u32,
}

/// A webcam.
#[derive(Clone, Debug)]
pub struct UsbSource {
    path: PathBuf,
    wanted: WantedMode,
}

impl UsbSource {
    /// Refers to the webcam at a device file, in the mode that is nearest to the wanted one.
    pub fn new(path: &Path, wanted: WantedMode) -> Self {
        Self {
            path: path.to_owned(),
            wanted,
        }
    }
}

/// Chooses the mode that is nearest in size to the wanted one; among those the format that is best.
/// `None` if no format is understood.
fn choose(modes: &[Mode], wanted: &WantedMode) -> Option<Mode> {
    let rank = |mode: &Mode| {
        let known = |format: &&[u8; 4]| mode.format.as_bytes() == format.as_slice();
        FORMATS.iter().position(known)
    };
    let distance =
        |mode: &Mode| mode.width.abs_diff(wanted.width) + mode.height.abs_diff(wanted.height);
    modes
        .iter()
        .filter_map(|mode| Some((distance(mode), rank(mode)?, mode)))
        .min_by_key(|(distance, rank, _)| (*distance, *rank))
        .map(|(_, _, mode)| mode.clone())
}

impl Source for UsbSource {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn needs_exposure_settling(&self) -> bool {
        true
    }

    fn open(&mut self) -> Result<Box<dyn Feed>, Reason> {
        let failed =
            |error: std::io::Error| Reason::from_text_and_source(why(&self.path, &error), error);
        let device = Device::with_path(&self.path).map_err(failed)?;
        let modes = modes(&device).map_err(failed)?;
        let mode = choose(&modes, &self.wanted).ok_or_else(|| {
            let formats: Vec<&str> = modes.iter().map(|mode| mode.format.as_str()).collect();
            let formats = formats.join(", ");
            Reason::from(format!(
                "it gives neither MJPG nor YUYV pictures ({formats}); have ffmpeg serve it as MJPEG"
            ))
        })?;
        let letters: [u8; 4] = mode.format.as_bytes().try_into().unwrap_or(*b"MJPG");
        let format = Format::new(mode.width, mode.height, FourCC::new(&letters));
        let format = device.set_format(&format).map_err(failed)?;
        if format.fourcc != FourCC::new(&letters) {
            return Err(format!("it refuses its own format {mode}").into());
        }
        // A camera without a choice of rates has its own.
        let _ = device.set_params(&Parameters::with_fps(self.wanted.fps));
        let mut stream = MappedStream::new(&device, Type::VideoCapture).map_err(failed)?;
        stream.set_timeout(FRAME_TIME);
        Ok(Box::new(UsbFeed {
            stream,
            format,
            is_raw: &letters == b"YUYV",
        }))
    }
}

struct UsbFeed {
    stream: MappedStream<'static>,
    format: Format,
    is_raw: bool,
}

impl Feed for UsbFeed {
    fn next(&mut self, _: Duration) -> Result<FeedOutcome, Reason> {
        let (bytes, about) = match self.stream.next() {
            Ok(next) => next,
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                let seconds = FRAME_TIME.as_secs();
                return Err(format!("the webcam sent nothing for {seconds} s").into());
            }
            Err(error) => {
                let text = format!("the webcam is gone or broken: {error}");
                return Err(Reason::from_text_and_source(text, error));
            }
        };
        if about.flags.contains(BufferFlags::ERROR) {
            return Ok(FeedOutcome::Damaged("its transfer failed".into()));
        }
        let used = (about.bytesused as usize).min(bytes.len());
        let bytes = bytes[..used].to_vec();
        let Format {
            width,
            height,
            stride,
            ..
        } = self.format;
        let pixels = if self.is_raw {
            Pixels::Yuyv(Yuyv {
                width,
                height,
                stride: stride.max(2 * width),
                bytes,
            })
        } else {
            Pixels::File(bytes)
        };
        let clock = about.timestamp;
        let stamp = clock.sec as f64 + clock.usec as f64 * 1e-6;
        Ok(FeedOutcome::Picture(Picture {
            pixels,
            begun: Instant::now(),
            stamp: (stamp > 0.0).then_some(stamp),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(format: &str, width: u32, height: u32) -> Mode {
        Mode {
            format: format.to_owned(),
            width,
            height,
        }
    }

    #[test]
    fn compressed_pictures_are_preferred_to_raw_ones() {
        let modes = [
            mode("YUYV", 640, 480),
            mode("H264", 640, 480),
            mode("MJPG", 1920, 1080),
            mode("MJPG", 640, 480),
            mode("YUYV", 800, 600),
        ];
        let chosen = |width, height| {
            let fps = 30;
            let wanted = WantedMode { width, height, fps };
            choose(&modes, &wanted).map(|mode| mode.to_string())
        };
        assert_eq!(chosen(640, 480).as_deref(), Some("MJPG 640x480"));
        assert_eq!(chosen(1280, 1024).as_deref(), Some("MJPG 1920x1080"));
        assert_eq!(chosen(800, 600).as_deref(), Some("YUYV 800x600"));
        let wanted = WantedMode {
            width: 640,
            height: 480,
            fps: 30,
        };
        assert_eq!(choose(&[mode("H264", 640, 480)], &wanted), None);
    }

    #[test]
    fn a_webcam_that_is_not_there_is_said_to_be_so() {
        let wanted = WantedMode {
            width: 640,
            height: 480,
            fps: 30,
        };
        let mut source = UsbSource::new(Path::new("/dev/video-of-nobody"), wanted);
        assert!(source.needs_exposure_settling());
        let reason = source.open().err().unwrap();
        assert!(reason.text().contains("enact camera list"), "{reason}");
        // What is plugged in here, if anything, does not matter.
        for device in devices() {
            assert!(device.path.starts_with("/dev"));
        }
    }
}
