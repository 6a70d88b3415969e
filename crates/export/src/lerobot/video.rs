//! Encodes pictures through the program `ffmpeg`.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use enact_types::Reason;
use serde_json::{Map, Value, json};

use crate::error::ExportError;

/// A video codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoCodec {
    /// AV1, LeRobot's default.
    Av1,
    /// H.264.
    H264,
    /// Lossless HEVC with twelve bits, LeRobot's default for depth.
    Hevc,
}

/// Length of a group of pictures, as in LeRobot: every second picture can be decoded without its
/// predecessor.
const GROUP: u32 = 2;

impl VideoCodec {
    /// Returns the best available codec for pictures of this size, or for depth.
    pub fn best(width: u32, height: u32, depth: bool) -> Option<Self> {
        let candidates: &[Self] = match depth {
            true => &[Self::Hevc],
            false => &[Self::Av1, Self::H264],
        };
        let works = |codec: &&Self| codec.works(width, height);
        candidates.iter().find(works).copied()
    }

    /// Returns the codec with this name in `meta/info.json`.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Av1, Self::H264, Self::Hevc];
        all.into_iter().find(|codec| codec.name() == name)
    }

    /// Returns its name in `meta/info.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Av1 => "av1",
            Self::H264 => "h264",
            Self::Hevc => "hevc",
        }
    }

    /// Returns whether an installed `ffmpeg` has the codec and accepts pictures of this size.
    pub fn works(self, width: u32, height: u32) -> bool {
        let mut command = self.command(width, height, 10);
        let child = command.args(["-f", "null", "-"]).spawn();
        let Ok(mut child) = child else {
            return false;
        };
        if let Some(mut pipe) = child.stdin.take() {
            // A rejection shows in the exit status.
            let _ = pipe.write_all(&vec![0; self.bytes(width, height)]);
        }
        child.wait().is_ok_and(|status| status.success())
    }

    /// Returns its entry in `meta/info.json`, as LeRobot 0.6 writes it.
    pub(super) fn info_json_entry(self) -> Map<String, Value> {
        let (pixels, crf, preset, more) = match self {
            Self::Av1 => ("yuv420p", 30, json!(12), json!({})),
            Self::H264 => ("yuv420p", 23, json!("medium"), json!({})),
            Self::Hevc => (
                "gray12le",
                30,
                json!(null),
                json!({"x265-params": "lossless=1"}),
            ),
        };
        let info = json!({
            "video.codec": self.name(),
            "video.pix_fmt": pixels,
            "video.g": GROUP,
            "video.crf": crf,
            "video.preset": preset,
            "video.fast_decode": 0,
            "video.video_backend": "pyav",
            "video.extra_options": more,
        });
        match info {
            Value::Object(info) => info,
            _ => Map::new(),
        }
    }

    /// Returns the number of bytes of an input picture.
    fn bytes(self, width: u32, height: u32) -> usize {
        let each = if self == Self::Hevc { 2 } else { 3 };
        each * width as usize * height as usize
    }

    /// Returns the `ffmpeg` command except for its output.
    fn command(self, width: u32, height: u32, fps: u32) -> Command {
        let (from, own): (&str, &[&str]) = match self {
            Self::Av1 => (
                "rgb24",
                &[
                    "-c:v",
                    "libsvtav1",
                    "-preset",
                    "12",
                    "-crf",
                    "30",
                    "-pix_fmt",
                    "yuv420p",
                ],
            ),
            Self::H264 => (
                "rgb24",
                &[
                    "-c:v", "libx264", "-preset", "medium", "-crf", "23", "-pix_fmt", "yuv420p",
                ],
            ),
            Self::Hevc => (
                "gray12le",
                &[
                    "-c:v",
                    "libx265",
                    "-x265-params",
                    "lossless=1:log-level=none",
                    "-pix_fmt",
                    "gray12le",
                ],
            ),
        };
        let mut command = program();
        command
            .args(["-f", "rawvideo", "-pix_fmt", from])
            .args(["-s", &format!("{width}x{height}")])
            .args(["-r", &fps.to_string(), "-i", "-", "-an"])
            .args(own)
            .args(["-g", &GROUP.to_string()])
            // SVT-AV1 logs independently of ffmpeg.
            .env("SVT_LOG", "1");
        command
    }
}

/// Returns `ffmpeg`, quiet and not interrupted by a Ctrl-C meant for this program.
fn program() -> Command {
    let mut command = Command::new("ffmpeg");
    command
        .args(["-nostdin", "-hide_banner", "-loglevel", "error", "-y"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// A video being written. It is abandoned if dropped before it is finished.
#[derive(Debug)]
pub struct VideoWriter {
    path: PathBuf,
    child: Child,
    pipe: Option<ChildStdin>,
}

impl VideoWriter {
    /// Starts a video.
    ///
    /// # Errors
    /// If `ffmpeg` cannot be started.
    pub fn begin(
        path: &Path,
        codec: VideoCodec,
        (width, height): (u32, u32),
        fps: u32,
    ) -> Result<Self, ExportError> {
        let mut command = codec.command(width, height, fps);
        command.arg(path);
        Self::of(command, path)
    }

    /// Starts a video of RGB pictures for viewing, in the format of the file's extension.
    ///
    /// # Errors
    /// If `ffmpeg` cannot be started.
    pub fn begin_rgb_video(
        path: &Path,
        (width, height): (u32, u32),
        fps: u32,
    ) -> Result<Self, ExportError> {
        let mut command = program();
        command
            .args(["-f", "rawvideo", "-pix_fmt", "rgb24"])
            .args(["-s", &format!("{width}x{height}")])
            .args(["-r", &fps.to_string(), "-i", "-", "-an"])
            .args([
                "-vf",
                "pad=ceil(iw/2)*2:ceil(ih/2)*2",
                "-pix_fmt",
                "yuv420p",
            ])
            .arg(path);
        Self::of(command, path)
    }

    fn of(mut command: Command, path: &Path) -> Result<Self, ExportError> {
        let failed = |error: std::io::Error| {
            let text = format!("it needs the program `ffmpeg`, which cannot be started: {error}");
            ExportError::file(path, Reason::from_text_and_source(text, error))
        };
        let mut child = command.spawn().map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            pipe: child.stdin.take(),
            child,
        })
    }

    /// Writes the next picture as raw bytes.
    ///
    /// # Errors
    /// If `ffmpeg` accepts no more, with its reason.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        let written = match &mut self.pipe {
            Some(pipe) => pipe.write_all(bytes).is_ok(),
            None => false,
        };
        if written {
            return Ok(());
        }
        self.pipe = None;
        self.close()
    }

    /// Writes the remaining pictures and completes the file.
    ///
    /// # Errors
    /// If `ffmpeg` could not write it, with its reason.
    pub fn finish(mut self) -> Result<(), ExportError> {
        self.close()?;
        let synced = File::open(&self.path).and_then(|file| file.sync_all());
        synced.map_err(|error| ExportError::caused(&self.path, error))
    }

    fn close(&mut self) -> Result<(), ExportError> {
        let took_all = self.pipe.take().is_some();
        let mut reason = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            // Without a reason its exit status suffices.
            let _ = stderr.read_to_string(&mut reason);
        }
        let status = self.child.wait();
        match status {
            Ok(status) if status.success() && took_all => Ok(()),
            Ok(status) => {
                let last = reason.trim().lines().last().unwrap_or_default();
                let text = format!("ffmpeg could not write it ({status}) {last}");
                Err(ExportError::file(&self.path, text.trim_end()))
            }
            Err(error) => Err(ExportError::caused(&self.path, error)),
        }
    }
}

impl Drop for VideoWriter {
    fn drop(&mut self) {
        if self.pipe.take().is_some() {
            // Abandoned: its output is not needed.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
