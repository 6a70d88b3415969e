//! Observers of a run: console, recordings, rerun.

use std::fs::File;
use std::io::{BufWriter, Stderr, stderr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use enact_recording::OutcomeRecorder;
use enact_recording::stream::{DEFAULT_CAMERA_NAME, FrameSink};
use enact_runtime::{EventLog, Observer};

use crate::args::SetupArgs;
use crate::camera::config::MAIN_CAMERA_NAME;
use crate::camera_stream::CameraStreamSinks;
use crate::data_dir::DataDir;
use crate::methods::IdleMethodsObserver;
use crate::recordings::run_recorder::{FOLDER, RunRecorder, wall_clock};
use crate::rerun_view::{self, LiveFeed, Page, RerunView};
use crate::setup::Setup;
use crate::terminal_observer::TerminalObserver;

/// All observers of a run.
pub struct RunObservers {
    console: TerminalObserver<Stderr>,
    unasked: IdleMethodsObserver,
    event_log: Option<(PathBuf, EventLog<BufWriter<File>>)>,
    views: Vec<RerunView>,
    run_recorder: Option<RunRecorder>,
}

impl RunObservers {
    /// Creates the observers that the command line asks for, for `instruction`; `scripted` if a
    /// file plans.
    ///
    /// # Errors
    /// If a file cannot be created or the viewer cannot be reached.
    pub fn open(
        data_dir: &DataDir,
        args: &SetupArgs,
        setup: &Setup,
        instruction: &str,
        scripted: bool,
    ) -> Result<Self> {
        let folder = Path::new(FOLDER);
        Self::open_with_recording_folder(folder, data_dir, args, setup, instruction, scripted)
    }

    /// The same with another folder for the recording, unless the command line names a file for it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with_recording_folder(
        folder: &Path,
        data_dir: &DataDir,
        args: &SetupArgs,
        setup: &Setup,
        instruction: &str,
        scripted: bool,
    ) -> Result<Self> {
        let event_log = args
            .event_log
            .as_deref()
            .map(|path| {
                let file = File::create(path)
                    .with_context(|| format!("cannot write the event log {}", path.display()))?;
                anyhow::Ok((path.to_owned(), EventLog::new(BufWriter::new(file))))
            })
            .transpose()?;
        let view = args.view.as_ref();
        let view =
            view.map(|shown| RerunView::open_for_run(shown, Box::new(wall_clock), &setup.stop));
        let scores = args.models.score_steps;
        Ok(Self {
            console: TerminalObserver::new(stderr()),
            unasked: IdleMethodsObserver::new(&args.methods, &args.draws, args.free_text, scores),
            event_log,
            views: view.transpose()?.into_iter().collect(),
            run_recorder: RunRecorder::begin(
                data_dir,
                &args.recording,
                setup,
                instruction,
                scripted,
                folder,
            )?,
        })
    }

    /// Adds what shows the run to viewers that come and go, if the program has a viewer; to be called
    /// before [`camera_stream_sinks`](Self::camera_stream_sinks).
    ///
    /// # Errors
    /// If nothing can be recorded.
    pub fn add_live_view(&mut self, setup: &Setup) -> Result<Option<LiveFeed>> {
        let cameras = setup.launch.cameras.all();
        let names = cameras.map(|camera| camera.name.clone());
        let others = names.filter(|name| name != MAIN_CAMERA_NAME).collect();
        let opened = rerun_view::open_live_view(&setup.robot, others, Box::new(wall_clock))?;
        Ok(opened.map(|(view, feed)| {
            self.views.push(view);
            feed
        }))
    }

    /// Returns all of them, for a session.
    pub fn observers(&mut self) -> Vec<Box<dyn Observer + '_>> {
        let mut all: Vec<Box<dyn Observer + '_>> =
            vec![Box::new(&mut self.console), Box::new(&mut self.unasked)];
        if let Some((_, event_log)) = &mut self.event_log {
            all.push(Box::new(event_log));
        }
        for view in &mut self.views {
            all.push(Box::new(view.observer()));
        }
        if let Some(run_recorder) = &mut self.run_recorder {
            all.push(Box::new(&mut run_recorder.recorder));
        }
        all
    }

    /// Returns who gets the pictures of each camera while the arm moves: the recording, and what shows
    /// the run. The main camera's are shown whenever the model looks.
    pub fn camera_stream_sinks(&mut self, setup: &Setup) -> Vec<CameraStreamSinks> {
        let mut films = Vec::new();
        if setup.launch.stream_fps() == 0 {
            return films;
        }
        for camera in setup.launch.cameras.all() {
            let mut sinks: Vec<Box<dyn FrameSink>> = Vec::new();
            let is_main = camera.name == MAIN_CAMERA_NAME;
            if let Some(run_recorder) = &self.run_recorder {
                let name = if is_main {
                    DEFAULT_CAMERA_NAME
                } else {
                    &camera.name
                };
                let with_depth = setup.launch.record_depth;
                let stream = run_recorder.recorder.camera_stream(name, with_depth);
                sinks.push(Box::new(stream));
            }
            if !is_main {
                let views = self.views.iter_mut();
                sinks.extend(views.map(|view| view.other_camera_sink(&camera.name)));
            }
            if !sinks.is_empty() {
                let camera = camera.name.clone();
                films.push(CameraStreamSinks { camera, sinks });
            }
        }
        films
    }

    /// Returns the recorder of the tasks' outcomes, if the run is recorded.
    pub fn outcome_recorder(&self) -> Option<OutcomeRecorder> {
        let run_recorder = self.run_recorder.as_ref()?;
        Some(run_recorder.recorder.outcome_recorder())
    }

    /// Has the recording keep a line of its own.
    pub fn record_note(&mut self, name: &str, text: &str) {
        if let Some(run_recorder) = &mut self.run_recorder {
            run_recorder.recorder.record_log_line(name, text);
        }
    }

    /// Notes whether the goal was reached.
    pub fn record_goal_reached(&mut self, reached: bool) {
        if let Some(run_recorder) = &mut self.run_recorder {
            run_recorder.recorder.record_outcome(reached);
        }
    }

    /// Writes out what is left to write; a page that shows the run stays for whom it is given. One
    /// that cannot be written does not keep the others from being written.
    ///
    /// # Errors
    /// Everything that was asked for and could not be written, with what to do.
    pub fn finish(self) -> Result<Option<Page>> {
        let mut failures = Vec::new();
        let mut note = |failure: anyhow::Error| failures.push(format!("{failure:#}"));
        if let Some((path, event_log)) = self.event_log {
            let written = event_log.finish().with_context(|| {
                format!(
                    "the event log {} is not complete, name another file with --event-log",
                    path.display()
                )
            });
            written.map_or_else(&mut note, drop);
        }
        let mut page = None;
        for view in self.views {
            match view.finish() {
                Ok(shown) => page = page.or(shown),
                Err(error) => note(error),
            }
        }
        if let Some(run_recorder) = self.run_recorder {
            run_recorder.finish().unwrap_or_else(&mut note);
        }
        match failures.as_slice() {
            [] => Ok(page),
            // The run is over: what came of it was said before.
            _ => bail!(
                "the run is over as it was told, but {}",
                failures.join("\nand ")
            ),
        }
    }
}
