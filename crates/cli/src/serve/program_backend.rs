//! Pictures, runs, models and configurations, as the rest of the program has them.

use std::fs::{self, File};
use std::io::Cursor;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use enact_camera::Camera;
use enact_recording::Recording;
use enact_serve::backend::{
    Backend, BackendError, ConfigKind, LiveViewPiece, Models, Replayed, Run, ViewerFile,
};
use enact_serve::session::readings::LatestArmReading;
use enact_sim::Scene;
use enact_types::StopSwitch;
use image::codecs::jpeg::JpegEncoder;
use serde_json::Value;

use crate::check::check_launch;
use crate::data_dir::DataDir;
use crate::out::error_message_with_sources;
use crate::recordings::args::ReplayArgs;
use crate::recordings::replay::Player;
use crate::recordings::view::show_recording;
use crate::recordings::{open, runs};
use crate::rerun_view::{LiveFeed, ViewTarget, viewer_file};
use crate::setup::{RunModels, Setup};

/// How long a picture counts as the newest: whoever asks meanwhile gets the same.
const PICTURE_LIFETIME: Duration = Duration::from_millis(80);
/// Quality of the pictures, of 100.
const QUALITY: u8 = 80;

/// The rest of the program.
pub struct ProgramBackend {
    data_dir: DataDir,
    camera: Mutex<SharedCamera>,
    runs: PathBuf,
    models: Models,
    replaying: Mutex<()>,
    viewing: Mutex<()>,
    live: Option<(LiveFeed, Arc<LatestArmReading>)>,
}

/// A camera, and its newest picture.
struct SharedCamera {
    camera: Box<dyn Camera>,
    newest: Option<(Instant, Arc<[u8]>)>,
}

impl ProgramBackend {
    /// Creates it for a set-up, with the folder of recordings that is shown.
    ///
    /// # Errors
    /// If the main camera cannot be opened.
    pub fn new(
        data_dir: &DataDir,
        setup: &Setup,
        models: &RunModels,
        runs: PathBuf,
    ) -> Result<Self> {
        let both = || models.both.as_ref().map(|choice| choice.name.clone());
        let name = |choice: &Option<crate::model_choice::ModelChoice>| {
            choice
                .as_ref()
                .map(|choice| choice.name.clone())
                .or_else(both)
        };
        Ok(Self {
            data_dir: data_dir.clone(),
            camera: Mutex::new(SharedCamera {
                camera: setup.open_camera_for_onlooker(setup.launch.cameras.main_camera())?,
                newest: None,
            }),
            runs,
            models: Models {
                name: models
                    .asked_models()
                    .next()
                    .map(|_| models.main_model_name().to_owned()),
                perceiver: name(&models.perceiver),
                planner: name(&models.planner),
            },
            replaying: Mutex::new(()),
            viewing: Mutex::new(()),
            live: None,
        })
    }

    /// Adds what shows the arm to viewers that come and go, and the newest reading of its joints.
    #[must_use]
    pub fn with_live_view(mut self, feed: LiveFeed, readings: Arc<LatestArmReading>) -> Self {
        self.live = Some((feed, readings));
        self
    }

    fn camera(&self) -> MutexGuard<'_, SharedCamera> {
        self.camera.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for ProgramBackend {
    fn picture(&self) -> Result<Arc<[u8]>, BackendError> {
        let mut shared = self.camera();
        if let Some((at, picture)) = &shared.newest
            && at.elapsed() < PICTURE_LIFETIME
        {
            return Ok(Arc::clone(picture));
        }
        let unavailable = |error: &(dyn std::error::Error + 'static)| {
            BackendError::Unavailable(enact_types::reason::join_error_messages(error))
        };
        let frame = shared.camera.capture().map_err(|it| unavailable(&it))?;
        let mut jpeg = Cursor::new(Vec::new());
        frame
            .rgb
            .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY))
            .map_err(|it| unavailable(&it))?;
        let picture: Arc<[u8]> = jpeg.into_inner().into();
        shared.newest = Some((Instant::now(), Arc::clone(&picture)));
        Ok(picture)
    }

    fn runs(&self) -> Result<Vec<Run>, BackendError> {
        let files = runs::recordings(&self.runs);
        let files =
            files.map_err(|error| BackendError::Unavailable(error_message_with_sources(&error)))?;
        Ok(files.iter().map(|file| run_of(file)).collect())
    }

    fn run_file(&self, name: &str) -> Result<PathBuf, BackendError> {
        let file = self.runs.join(name);
        // A link could lead anywhere.
        match fs::symlink_metadata(&file) {
            Ok(found) if found.is_file() => Ok(file),
            _ => Err(BackendError::NotFound(format!("there is no run {name}"))),
        }
    }

    fn run_info(&self, name: &str) -> Result<Run, BackendError> {
        Ok(run_of(&self.run_file(name)?))
    }

    fn story(&self, name: &str) -> Result<Value, BackendError> {
        let file = self.run_file(name)?;
        let story =
            open(&file).and_then(|recording| runs::run_details_json(Path::new(name), &recording));
        story.map_err(|error| BackendError::Invalid(error_message_with_sources(&error)))
    }

    fn open_rrd(&self, name: &str) -> Result<File, BackendError> {
        let file = self.run_file(name)?;
        let _one_at_a_time = alone(
            &self.viewing,
            "another run is being prepared for the viewer",
        )?;
        let shown = || -> Result<File> {
            let folder = tempfile::tempdir()?;
            let target = folder.path().join("run.rrd");
            show_recording(
                &open(&file)?,
                &ViewTarget::File(target.clone()),
                &StopSwitch::new(),
            )?;
            Ok(File::open(target)?)
        };
        shown().map_err(|error| BackendError::Invalid(error_message_with_sources(&error)))
    }

    fn live_view(&self, after: Option<u64>) -> Result<LiveViewPiece, BackendError> {
        let none = || BackendError::NotFound("this program has no viewer for the arm".to_owned());
        let (feed, readings) = self.live.as_ref().ok_or_else(none)?;
        if let Some(reading) = readings.newest() {
            feed.show_arm(&reading.position, reading.at);
        }
        let piece = feed.encode_updates_or_snapshot(after);
        piece.map_err(|error| BackendError::Unavailable(error_message_with_sources(&error)))
    }

    fn viewer_file(&self, name: &str) -> Option<ViewerFile> {
        viewer_file(name)
    }

    fn replay_in_simulation(&self, name: &str) -> Result<Replayed, BackendError> {
        let file = self.run_file(name)?;
        let _one_at_a_time = alone(&self.replaying, "another run is being replayed")?;
        // It has a world and a switch of its own.
        let args = ReplayArgs::for_whole_recording(&file);
        let player = Player::open(&self.data_dir, &args, StopSwitch::new());
        let outcome = player.and_then(|player| player.play(|_, _| true, |_, _| {}));
        let outcome =
            outcome.map_err(|error| BackendError::Invalid(error_message_with_sources(&error)))?;
        Ok(Replayed {
            as_recorded: outcome.is_as_recorded(),
            motions: outcome.motions,
            tool_off_m: outcome.tool,
        })
    }

    fn models(&self) -> Models {
        self.models.clone()
    }

    fn check_config(&self, kind: ConfigKind, text: &str) -> Option<String> {
        match kind {
            ConfigKind::Scene => {
                let checked = Scene::parse(Path::new("scene.toml"), text);
                checked
                    .err()
                    .map(|error| error_message_with_sources(&error.into()))
            }
            ConfigKind::Launch => {
                let fault = self.fault_of_launch(text);
                fault.unwrap_or_else(|error| Some(error_message_with_sources(&error)))
            }
        }
    }
}

impl ProgramBackend {
    /// Returns what is wrong with the text of a launch file, if anything is.
    fn fault_of_launch(&self, text: &str) -> Result<Option<String>> {
        let folder = tempfile::tempdir()?;
        let place = folder.path().canonicalize()?;
        let file = place.join("launch.toml");
        fs::write(&file, text)?;
        let checked = check_launch(&self.data_dir, &file);
        // Whoever sent the text knows of no folder.
        let place = format!("{}{MAIN_SEPARATOR}", place.display());
        Ok(checked
            .err()
            .map(|error| error_message_with_sources(&error).replace(&place, "")))
    }
}

/// Takes what one at a time may have.
fn alone<'a>(taken: &'a Mutex<()>, otherwise: &str) -> Result<MutexGuard<'a, ()>, BackendError> {
    taken
        .try_lock()
        .map_err(|_| BackendError::Busy(otherwise.to_owned()))
}

/// Returns what the file of a recording is of.
fn run_of(file: &Path) -> Run {
    let outline = Recording::read_outline(file);
    let line = runs::run_summary_json(file, outline.as_ref());
    let name = file.file_name().unwrap_or_default();
    Run {
        name: name.to_string_lossy().into_owned(),
        tasks: serde_json::from_value(line["tasks"].clone()).unwrap_or_default(),
        outcome: line["outcome"].as_str().unwrap_or_default().to_owned(),
        reached: line["reached"].as_bool(),
        seconds: line["seconds"].as_f64(),
        unix_seconds: line["unix_seconds"].as_f64(),
        error: line["error"].as_str().map(str::to_owned),
    }
}
