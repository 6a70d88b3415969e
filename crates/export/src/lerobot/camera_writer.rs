//! The pictures of a camera, as video or for the table.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use super::data::{FileNumber, VIDEO_FILE_BYTES};
use super::depth;
use super::feature::CameraFeature;
use super::staging::Staging;
use super::stats::Stats;
use super::video::{VideoCodec, VideoWriter};
use crate::error::ExportError;
use crate::histogram::Histogram;
use crate::sample_picture::{Pixels, SamplePicture};

/// Writes the pictures of a camera, episode after episode.
pub(super) struct CameraWriter {
    camera: CameraFeature,
    fps: u32,
    store: Store,
    /// Histograms of the current episode.
    histograms: Vec<Histogram>,
    frames: usize,
    files: Vec<SpoolRange>,
    done: VecDeque<EpisodeVideo>,
}

/// The pictures of an episode.
pub(super) struct EpisodeVideo {
    pub(super) stats: Stats,
    /// Clip within a video, if the pictures are video.
    pub(super) clip: Option<VideoClip>,
    /// Place of each picture in the spool.
    pub(super) files: Vec<SpoolRange>,
}

/// A part of a video, in seconds from its beginning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct VideoClip {
    pub(super) number: FileNumber,
    pub(super) from: f64,
    pub(super) to: f64,
}

/// A range of bytes in the spool.
#[derive(Clone, Copy, Debug)]
pub(super) struct SpoolRange {
    at: u64,
    pub(super) length: usize,
}

enum Store {
    Video {
        codec: VideoCodec,
        number: FileNumber,
        /// The video being written, its path, and its number of pictures.
        open: Option<(VideoWriter, PathBuf, u64)>,
        from: u64,
    },
    Spool {
        file: File,
        end: u64,
        /// The most recently written picture.
        newest: Option<(u64, SpoolRange)>,
    },
}

impl CameraWriter {
    /// Creates a writer whose next new video, if any, has this number.
    pub(super) fn new(
        camera: CameraFeature,
        fps: u32,
        number: FileNumber,
        staging: &Staging,
    ) -> Result<Self, ExportError> {
        let store = match camera.codec {
            Some(codec) => Store::Video {
                codec,
                number,
                open: None,
                from: 0,
            },
            None => Store::Spool {
                // The file has no name, so nothing of it remains.
                file: tempfile::tempfile_in(staging.folder())
                    .map_err(|error| ExportError::caused(staging.folder(), error))?,
                end: 0,
                newest: None,
            },
        };
        Ok(Self {
            camera,
            fps,
            store,
            histograms: Vec::new(),
            frames: 0,
            files: Vec::new(),
            done: VecDeque::new(),
        })
    }

    /// Takes the picture of the next sample of an episode with this many samples.
    pub(super) fn push(
        &mut self,
        shot: &SamplePicture,
        length: usize,
        staging: &Staging,
    ) -> Result<(), ExportError> {
        let CameraFeature {
            name,
            width,
            height,
            ..
        } = &self.camera;
        let (wide, high) = shot.size();
        if (wide, high) != (*width, *height) {
            return Err(ExportError::Unfit(format!(
                "camera `{name}`: a picture has {wide} x {high} pixels, others have {width} x {height}"
            )));
        }
        self.keep(shot, staging)?;
        if self.histograms.is_empty() {
            let empty = shot.histograms().iter().map(Histogram::with_bins_of);
            self.histograms = empty.collect();
        }
        for (all, own) in self.histograms.iter_mut().zip(shot.histograms()) {
            all.merge(own);
        }
        self.frames += 1;
        if self.frames == length {
            self.cut();
        }
        Ok(())
    }

    fn keep(&mut self, shot: &SamplePicture, staging: &Staging) -> Result<(), ExportError> {
        match &mut self.store {
            Store::Spool { file, end, newest } => {
                let place = match newest {
                    Some((id, place)) if *id == shot.id() => *place,
                    _ => {
                        let bytes = shot.encode_as_file()?;
                        let written = file.seek(SeekFrom::Start(*end));
                        let written = written.and_then(|_| file.write_all(bytes));
                        written.map_err(|error| ExportError::caused(staging.folder(), error))?;
                        let place = SpoolRange {
                            at: *end,
                            length: bytes.len(),
                        };
                        *end += bytes.len() as u64;
                        place
                    }
                };
                *newest = Some((shot.id(), place));
                self.files.push(place);
                Ok(())
            }
            Store::Video {
                codec,
                number,
                open,
                from,
            } => {
                let full = |path: &PathBuf| {
                    fs::metadata(path).is_ok_and(|file| file.len() >= VIDEO_FILE_BYTES)
                };
                if self.frames == 0
                    && let Some((video, ..)) = open.take_if(|(_, path, _)| full(path))
                {
                    video.finish()?;
                    *number = number.next();
                }
                let (video, _, count) = match open {
                    Some(open) => open,
                    None => {
                        let folder = format!("videos/{}", self.camera.key());
                        let path = staging.prepare_path(&number.path(&folder, "mp4"))?;
                        let size = (self.camera.width, self.camera.height);
                        let video = VideoWriter::begin(&path, *codec, size, self.fps)?;
                        open.insert((video, path, 0))
                    }
                };
                if self.frames == 0 {
                    *from = *count;
                }
                match shot.pixels() {
                    Pixels::Rgb(rgb) => video.push(rgb.as_raw())?,
                    Pixels::Depth(depth) => video.push(&depth::encode_depths(&depth.meters))?,
                }
                *count += 1;
                Ok(())
            }
        }
    }

    /// Ends an episode.
    fn cut(&mut self) {
        let histograms = std::mem::take(&mut self.histograms);
        let seconds = |frames: u64| frames as f64 / f64::from(self.fps);
        let clip = match &self.store {
            Store::Video {
                number,
                open: Some((.., count)),
                from,
                ..
            } => Some(VideoClip {
                number: *number,
                from: seconds(*from),
                to: seconds(*count),
            }),
            _ => None,
        };
        self.done.push_back(EpisodeVideo {
            stats: Stats {
                picture: true,
                spreads: histograms.iter().map(Histogram::summary).collect(),
                count: self.frames as u64,
            },
            clip,
            files: std::mem::take(&mut self.files),
        });
        self.frames = 0;
    }

    /// Returns the number of complete episodes that are not taken yet.
    pub(super) fn untaken_episode_count(&self) -> usize {
        self.done.len()
    }

    /// Takes the oldest complete episode.
    pub(super) fn take_oldest_episode(&mut self) -> Option<EpisodeVideo> {
        self.done.pop_front()
    }

    /// Reads a picture from the spool.
    pub(super) fn read_spooled_picture(&mut self, place: SpoolRange) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; place.length];
        if let Store::Spool { file, .. } = &mut self.store {
            file.seek(SeekFrom::Start(place.at))?;
            file.read_exact(&mut bytes)?;
        }
        Ok(bytes)
    }

    /// Frees the spool once all of its pictures are taken.
    pub(super) fn clear_spool(&mut self) -> std::io::Result<()> {
        if let Store::Spool { file, end, newest } = &mut self.store {
            *end = 0;
            *newest = None;
            file.set_len(0)?;
        }
        Ok(())
    }

    /// Completes the video that is being written.
    pub(super) fn finish(&mut self) -> Result<(), ExportError> {
        match &mut self.store {
            Store::Video { open, .. } => {
                let video = open.take().map(|(video, ..)| video);
                video.map_or(Ok(()), VideoWriter::finish)
            }
            Store::Spool { .. } => Ok(()),
        }
    }

    /// Returns the camera.
    pub(super) fn camera(&self) -> &CameraFeature {
        &self.camera
    }
}
