//! The pictures of a recording, one for each sample.

use std::collections::BTreeMap;

use enact_recording::{Message, MessageScanner, RecordingError, Topic};

use crate::error::ExportError;
use crate::recorded_episodes::{Episode, RecordedEpisodes};
use crate::sample_picture::{Pixels, SamplePicture};

/// Camera whose pictures the model sees.
pub const MODEL_CAMERA_NAME: &str = "front";

/// The recorded pictures, or depth, of a camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraTrack {
    /// Name of the camera.
    pub camera: String,
    /// Whether it is depth.
    pub depth: bool,
    /// Whether it was recorded at its own rate; otherwise it holds the pictures shown to a model.
    pub streamed: bool,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// Counts of pictures that had to be held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldPictureCounts {
    /// Samples before the first picture, which use the first.
    pub early: usize,
    /// Samples with a picture older than two periods.
    pub stale: usize,
    /// Unreadable pictures; their predecessors are held in their place.
    pub spoiled: usize,
}

/// Camera, whether it is depth, and whether it is a stream, to which a message belongs.
type Key = (String, bool, bool);

fn key(record: &Message) -> Option<Key> {
    let (depth, streamed) = match record.topic {
        Topic::Image => (false, false),
        Topic::Depth => (true, false),
        Topic::StreamImage => (false, true),
        Topic::StreamDepth => (true, true),
        _ => return None,
    };
    let camera = record.camera.as_deref().unwrap_or(MODEL_CAMERA_NAME);
    Some((camera.to_owned(), depth, streamed))
}

fn decoded(record: &Message, depth: bool) -> Result<SamplePicture, RecordingError> {
    Ok(SamplePicture::new(if depth {
        Pixels::Depth(record.depth_image()?.1)
    } else {
        Pixels::Rgb(record.picture()?.rgb)
    }))
}

/// Finds the tracks of cameras.
#[derive(Debug, Default)]
pub(crate) struct CameraTrackFinder {
    found: BTreeMap<Key, (u32, u32)>,
}

impl CameraTrackFinder {
    pub(crate) fn push(&mut self, record: &Message) {
        if let Some(key) = key(record)
            && !self.found.contains_key(&key)
            && let Ok(first) = decoded(record, key.1)
        {
            self.found.insert(key, first.size());
        }
    }

    /// Returns the streams, or, where there are none, the pictures shown to a model.
    pub(crate) fn finish(self) -> Vec<CameraTrack> {
        let any = self.found.keys().any(|(_, _, streamed)| *streamed);
        let tracks = self.found.into_iter().filter(|(key, _)| key.2 == any);
        tracks
            .map(|((camera, depth, streamed), (width, height))| CameraTrack {
                camera,
                depth,
                streamed,
                width,
                height,
            })
            .collect()
    }
}

/// Delivers a picture of each of `tracks` for every sample of `episodes`, in order: the newest that
/// was taken by then, or the first of all. `push` receives the track's index. Tracks do not wait
/// for each other.
///
/// # Errors
/// If the recording cannot be read, a camera changes the size of its pictures, or `push` fails.
pub fn deliver_sampled_pictures(
    recording: &RecordedEpisodes,
    episodes: &[&Episode],
    tracks: &[&CameraTrack],
    fps: u32,
    push: &mut dyn FnMut(usize, &SamplePicture) -> Result<(), ExportError>,
) -> Result<Vec<HeldPictureCounts>, ExportError> {
    let times: Vec<u64> = episodes
        .iter()
        .flat_map(|episode| episode.samples.at.iter().copied())
        .collect();
    let mut holders: Vec<Holder<'_>> = tracks
        .iter()
        .map(|track| Holder::new(track, &times, 2_000_000_000 / u64::from(fps)))
        .collect();
    for record in MessageScanner::open(&recording.path)? {
        let record = record?;
        let Some(key) = key(&record) else {
            continue;
        };
        let (camera, depth, streamed) = key;
        let number = tracks.iter().position(|track| {
            track.camera == camera && track.depth == depth && track.streamed == streamed
        });
        if let Some(number) = number {
            holders[number].take(record, &mut |shot| push(number, shot))?;
        }
    }
    let mut held = Vec::new();
    for (number, mut holder) in holders.into_iter().enumerate() {
        holder.advance(u64::MAX, &mut |shot| push(number, shot))?;
        held.push(holder.held);
    }
    Ok(held)
}

/// A track, with the picture that is held until the next.
struct Holder<'a> {
    track: &'a CameraTrack,
    /// Times of the samples that have no picture yet, nanoseconds.
    times: &'a [u64],
    /// Age beyond which a picture is stale, nanoseconds.
    stale: u64,
    newest: Option<Message>,
    /// Newest readable picture, with the time at which it was taken.
    shot: Option<(u64, SamplePicture)>,
    held: HeldPictureCounts,
}

type Push<'p> = &'p mut dyn FnMut(&SamplePicture) -> Result<(), ExportError>;

impl<'a> Holder<'a> {
    fn new(track: &'a CameraTrack, times: &'a [u64], stale: u64) -> Self {
        Self {
            track,
            times,
            stale,
            newest: None,
            shot: None,
            held: HeldPictureCounts::default(),
        }
    }

    fn take(&mut self, record: Message, push: Push<'_>) -> Result<(), ExportError> {
        // Samples before the first picture wait for it and use it too.
        if self.newest.is_some() || self.shot.is_some() {
            self.advance(record.at.nanos(), push)?;
        }
        self.newest = Some(record);
        if self.shot.is_none() {
            self.develop()?;
        }
        Ok(())
    }

    /// Gives the held picture to the samples before `end`.
    fn advance(&mut self, end: u64, push: Push<'_>) -> Result<(), ExportError> {
        while let Some((at, rest)) = self.times.split_first() {
            if *at >= end {
                return Ok(());
            }
            self.develop()?;
            let Some((taken, shot)) = &self.shot else {
                return Ok(());
            };
            if taken > at {
                self.held.early += 1;
            } else if at - taken > self.stale {
                self.held.stale += 1;
            }
            push(shot)?;
            self.times = rest;
        }
        Ok(())
    }

    /// Decodes the newest picture, if that has not been done.
    fn develop(&mut self) -> Result<(), ExportError> {
        let Some(record) = self.newest.take() else {
            return Ok(());
        };
        let Ok(shot) = decoded(&record, self.track.depth) else {
            self.held.spoiled += 1;
            return Ok(());
        };
        let CameraTrack {
            camera,
            width,
            height,
            ..
        } = self.track;
        let (wide, high) = shot.size();
        if (wide, high) != (*width, *height) {
            return Err(ExportError::Unfit(format!(
                "camera `{camera}`: the picture at {} has {wide} x {high} pixels, the first has {width} x {height}",
                record.at
            )));
        }
        self.shot = Some((record.at.nanos(), shot));
        Ok(())
    }
}
