//! A picture for each sample of a recording: as it was taken, or rendered by replaying a
//! simulated run.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, bail};
use enact_arm::{Arm, ArmError, ArmState, ArmThread};
use enact_camera::Camera;
use enact_export::pictures::{self, CameraTrack, HeldPictureCounts};
use enact_export::resample::RecordingPosition;
use enact_export::{Episode, ExportError, Pixels, RecordedEpisodes, SamplePicture};
use enact_recording::Replay;
use enact_sim::render::Appearance;
use enact_sim::{Layout, SimArm, SimCamera};
use enact_types::Frame;
use serde_json::Value;

use super::open;
use super::replay_world::ReplayWorld;
use crate::camera::config::MAIN_CAMERA_NAME;

/// Maximum number of pictures that are rendered ahead.
const AHEAD: usize = 8;

/// Source of pictures.
pub enum PictureSource {
    /// The recording.
    Recorded(Vec<CameraTrack>),
    /// The world of the recording, which is replayed.
    Rendered(Vec<CameraTrack>),
}

/// Takes a picture of a track.
pub type PictureCallback<'a> = &'a mut dyn FnMut(usize, &SamplePicture) -> Result<(), ExportError>;

impl PictureSource {
    /// Chooses streams if there are any, or else a replay of a simulated run, unless its pictures
    /// shall be `as_taken`.
    ///
    /// # Errors
    /// If the recorded scene cannot be read.
    pub fn from_recording(recording: &RecordedEpisodes, as_taken: bool) -> Result<Self> {
        let streamed = recording.tracks.iter().any(|track| track.streamed);
        let simulated = main_source(&recording.info.launch).is_none_or(|source| source == "sim");
        let scene = recording.info.scene.as_ref();
        let Some(scene) = scene.filter(|_| simulated && !streamed && !as_taken) else {
            return Ok(Self::Recorded(recording.tracks.clone()));
        };
        let layout: Layout = serde_json::from_value(scene.layout.clone())
            .with_context(|| format!("{}: its scene cannot be read", recording.path.display()))?;
        let track = |depth| CameraTrack {
            camera: pictures::MODEL_CAMERA_NAME.to_owned(),
            depth,
            streamed: false,
            width: layout.camera.width,
            height: layout.camera.height,
        };
        let mut tracks = vec![track(false)];
        if layout.camera.depth {
            tracks.push(track(true));
        }
        Ok(Self::Rendered(tracks))
    }

    /// Returns the available camera tracks.
    pub fn camera_tracks(&self) -> &[CameraTrack] {
        match self {
            Self::Recorded(tracks) | Self::Rendered(tracks) => tracks,
        }
    }

    /// Hands over a picture of each of `tracks` for every sample; returns how long pictures had to
    /// be held.
    ///
    /// # Errors
    /// If a picture is missing, damaged or not taken by `push`, or the replay fails.
    pub fn deliver(
        &self,
        recording: &RecordedEpisodes,
        episodes: &[&Episode],
        tracks: &[&CameraTrack],
        fps: u32,
        push: PictureCallback<'_>,
    ) -> Result<Vec<HeldPictureCounts>> {
        if tracks.is_empty() || episodes.is_empty() {
            return Ok(Vec::new());
        }
        if let Self::Recorded(_) = self {
            return Ok(pictures::deliver_sampled_pictures(
                recording, episodes, tracks, fps, push,
            )?);
        }
        let places: Vec<RecordingPosition> = episodes
            .iter()
            .flat_map(|episode| episode.samples.place.iter().copied())
            .collect();
        let count = places.len();
        let (sender, frames) = sync_channel(AHEAD);
        let developed = thread::scope(|scope| {
            let rendering = scope.spawn(move || render(recording, places, sender));
            let taken = take(frames.iter().take(count), tracks, push);
            // A replay that nobody watches any more ends.
            drop(frames);
            let rendered = rendering.join();
            let rendered = rendered.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (taken, rendered)
        });
        match developed {
            (Ok(taken), Ok(())) if taken == count => {
                Ok(vec![HeldPictureCounts::default(); tracks.len()])
            }
            (Ok(taken), Ok(())) => bail!(
                "{}: its replay ends after {taken} of {count} pictures; try --as-taken",
                recording.path.display()
            ),
            (Err(error), _) => Err(error),
            (_, Err(error)) => Err(error),
        }
    }
}

/// Returns where the main camera's pictures came from, according to a launch file.
fn main_source(launch: &Value) -> Option<&str> {
    let cameras = &launch["camera"];
    let is_main = |camera: &&Value| {
        camera["name"]
            .as_str()
            .is_none_or(|name| name == MAIN_CAMERA_NAME)
    };
    let main = match cameras.as_array() {
        Some(several) => several.iter().find(is_main)?,
        None => cameras,
    };
    main["source"].as_str()
}

/// Hands over frames; how many.
fn take(
    frames: impl Iterator<Item = Frame>,
    tracks: &[&CameraTrack],
    push: PictureCallback<'_>,
) -> Result<usize> {
    let mut count = 0;
    for frame in frames {
        count += 1;
        let (mut rgb, mut depth) = (Some(frame.rgb), frame.depth);
        for (number, track) in tracks.iter().enumerate() {
            let pixels = match track.depth {
                false => rgb.take().map(Pixels::Rgb),
                true => depth.take().map(Pixels::Depth),
            };
            let pixels = pixels.context("a picture without depth was rendered")?;
            push(number, &SamplePicture::new(pixels))?;
        }
    }
    Ok(count)
}

/// Replays a run in its world and takes a picture wherever one is wanted.
fn render(
    recording: &RecordedEpisodes,
    places: Vec<RecordingPosition>,
    frames: SyncSender<Frame>,
) -> Result<()> {
    let run = open(&recording.path)?;
    let world = ReplayWorld::from_recording(&run)?;
    let camera = world
        .simulator
        .camera(Appearance::default(), recording.info.seed);
    let photographer = RenderingArm {
        camera,
        places: places.into_iter().peekable(),
        frames,
        at: RecordingPosition::default(),
    };
    let shared = Arc::new(Mutex::new(photographer));
    let with = |do_it: &dyn Fn(&mut RenderingArm) -> Result<(), ArmError>| {
        do_it(&mut shared.lock().unwrap_or_else(PoisonError::into_inner))
    };
    with(&|photographer| photographer.until(RecordingPosition::default()))?;
    let arm = FilmedArm {
        arm: world.simulator.arm(),
        photographer: Arc::clone(&shared),
    };
    let arm = ArmThread::start(Box::new(arm), &world.robot);
    let replay = Replay::new(&world.robot, &arm);
    for motion in &run.motions()? {
        with(&|photographer| photographer.begin())?;
        let deviation = replay.replay_motion(motion)?;
        if let Some(refusal) = deviation.refused {
            bail!(
                "{}: the run cannot be replayed for its pictures: {refusal}; try --as-taken",
                recording.path.display()
            );
        }
        // The arm stands until the next motion begins.
        with(&|photographer| photographer.until_the_next())?;
        if with(&|photographer| photographer.is_wanted()).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Renders pictures of a world while an arm moves in it.
struct RenderingArm {
    camera: SimCamera,
    places: std::iter::Peekable<std::vec::IntoIter<RecordingPosition>>,
    frames: SyncSender<Frame>,
    at: RecordingPosition,
}

impl RenderingArm {
    /// Renders all requested pictures up to this place in the recording.
    fn until(&mut self, place: RecordingPosition) -> Result<(), ArmError> {
        self.at = place;
        while self.places.next_if(|wanted| *wanted <= place).is_some() {
            let frame = self.camera.capture();
            let frame = frame.map_err(|error| ArmError::Silent(error.to_string()))?;
            let sent = self.frames.send(frame);
            sent.map_err(|_| ArmError::Silent("no more pictures are needed".to_owned()))?;
        }
        Ok(())
    }

    /// Starts the next motion.
    fn begin(&mut self) -> Result<(), ArmError> {
        let motions = self.at.motions + 1;
        self.until(RecordingPosition {
            motions,
            readings: 0,
        })
    }

    /// Takes note of a reading of the arm.
    fn reading(&mut self) -> Result<(), ArmError> {
        let readings = self.at.readings + 1;
        self.until(RecordingPosition {
            readings,
            ..self.at
        })
    }

    fn until_the_next(&mut self) -> Result<(), ArmError> {
        self.until(RecordingPosition {
            readings: u32::MAX,
            ..self.at
        })
    }

    /// Returns an error once no more pictures are wanted.
    fn is_wanted(&mut self) -> Result<(), ArmError> {
        let wanted = self.places.peek().map(drop);
        wanted.ok_or_else(|| ArmError::Silent("all pictures are taken".to_owned()))
    }
}

/// An arm whose motion is filmed.
struct FilmedArm {
    arm: SimArm,
    photographer: Arc<Mutex<RenderingArm>>,
}

impl Arm for FilmedArm {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.arm.state()
    }

    fn cycle(&mut self, command: &enact_robot::Command) -> Result<ArmState, ArmError> {
        let state = self.arm.cycle(command)?;
        let photographer = self.photographer.lock();
        photographer
            .unwrap_or_else(PoisonError::into_inner)
            .reading()?;
        Ok(state)
    }
}
