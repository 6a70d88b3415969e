//! The pictures of a recording, one for each sample.

use std::collections::BTreeMap;

use enact_recording::{Message, MessageScanner, RecordingError, Topic};

use crate::error::ExportError;
use crate::recorded_episodes::{Episode, RecordedEpisodes};
use crate::sample_picture::{Pixels, SamplePicture};

/// The camera whose pictures the model sees.
pub const SEEN: &str = "front";

/// What a camera left in a recording: pictures, or depth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraTrack {
    /// The camera.
    pub camera: String,
    /// Whether it is depth.
    pub depth: bool,
    /// Whether it was recorded at a rate of its own; else they are what a model was shown.
    pub streamed: bool,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// What pictures had to be held for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldPictures {
    /// Samples before the first picture, which have that one.
    pub early: usize,
    /// Samples with a picture older than two periods.
    pub stale: usize,
    /// Pictures that cannot be read; the ones before are held for them.
    pub spoiled: usize,
}

/// Camera, whether it is depth, whether it is a stream: what a message belongs to.
type Key = (String, bool, bool);

fn key(record: &Message) -> Option<Key> {
    let (depth, streamed) = match record.topic {
        Topic::Image => (false, false),
        Topic::Depth => (true, false),
        Topic::StreamImage => (false, true),
        Topic::StreamDepth => (true, true),
        _ => return None,
    };
    let camera = record.camera.as_deref().unwrap_or(SEEN);
    Some((camera.to_owned(), depth, streamed))
}

fn decoded(record: &Message, depth: bool) -> Result<SamplePicture, RecordingError> {
    Ok(SamplePicture::new(if depth {
        Pixels::Depth(record.depth()?.1)
    } else {
        Pixels::Rgb(record.picture()?.rgb)
    }))
}

/// Finds what cameras left.
#[derive(Debug, Default)]
pub(crate) struct CameraTracks {
    found: BTreeMap<Key, (u32, u32)>,
}

impl CameraTracks {
    pub(crate) fn take(&mut self, record: &Message) {
        if let Some(key) = key(record)
            && !self.found.contains_key(&key)
            && let Ok(first) = decoded(record, key.1)
        {
            self.found.insert(key, first.size());
        }
    }

    /// Streams, or, where there are none, what was shown to a model.
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

/// Hands over a picture of each of `tracks` for every sample of `episodes`, in order: the newest
/// that was taken by then, or the first of all. `push` is told the track's number. Tracks do not
/// wait for each other.
///
/// # Errors
/// If the recording cannot be read, a camera changes the size of its pictures, or `push` fails.
pub fn deliver(
    recording: &RecordedEpisodes,
    episodes: &[&Episode],
    tracks: &[&CameraTrack],
    fps: u32,
    push: &mut dyn FnMut(usize, &SamplePicture) -> Result<(), ExportError>,
) -> Result<Vec<HeldPictures>, ExportError> {
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
    /// Times of the samples that have no picture yet.
    times: &'a [u64],
    /// Older than this, a picture is stale, nanoseconds.
    stale: u64,
    newest: Option<Message>,
    /// The newest that can be read, with the time at which it was taken.
    shot: Option<(u64, SamplePicture)>,
    held: HeldPictures,
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
            held: HeldPictures::default(),
        }
    }

    fn take(&mut self, record: Message, push: Push<'_>) -> Result<(), ExportError> {
        // Samples from before the first picture have it too: they wait for it.
        if self.newest.is_some() || self.shot.is_some() {
            self.advance(record.at.nanos(), push)?;
        }
        self.newest = Some(record);
        if self.shot.is_none() {
            self.develop()?;
        }
        Ok(())
    }

    /// The samples before `end` have the picture that is held.
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

    /// Reads the newest picture, if that is not done yet.
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
