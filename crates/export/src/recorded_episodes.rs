//! The tasks of a recording, each as an episode at a steady rate.

use std::path::{Path, PathBuf};
use std::time::Duration;

use enact_recording::message::{JointStates, OutcomeMessage, TaskMessage};
use enact_recording::{Message, MessageScanner, RunInfo, Topic};
use enact_robot::Robot;
use enact_runtime::{TaskEnd, TaskReport};
use enact_types::JointVector;

use crate::error::ExportError;
use crate::pictures::{CameraTrack, CameraTrackFinder};
use crate::resample::{RecordingPosition, Resampler, Samples};

/// Length of the shortest episode, samples.
const MIN_EPISODE_SAMPLES: usize = 2;

/// A recording, without its pictures.
#[derive(Debug)]
pub struct RecordedEpisodes {
    /// Path of the file.
    pub path: PathBuf,
    /// Settings and versions of the run.
    pub info: RunInfo,
    /// The robot that acted.
    pub robot: Robot,
    /// Tasks in which the arm moved.
    pub episodes: Vec<Episode>,
    /// Tasks that make no episode, with reasons.
    pub left_out: Vec<SkippedTask>,
    /// Recorded tracks of its cameras.
    pub tracks: Vec<CameraTrack>,
}

/// A task from its first reading of the arm to its last.
#[derive(Clone, Debug)]
pub struct Episode {
    /// Instruction of the person.
    pub task: String,
    /// Whether the goal was reached, from the best available source; `None` where the recording was
    /// cut off.
    pub reached: Option<bool>,
    /// Samples at a steady rate.
    pub samples: Samples,
    /// Time that the arm stood waiting, which is left out.
    pub waited: Duration,
}

/// A task that makes no episode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedTask {
    /// Instruction of the task.
    pub task: String,
    /// Reason why it makes no episode.
    pub why: &'static str,
}

/// Settings for reading a recording.
#[derive(Clone, Copy, Debug)]
pub struct EpisodeReader {
    /// Samples per second.
    pub fps: u32,
    /// Whether to keep the time in which the arm stands and waits for a plan.
    pub keep_pauses: bool,
}

impl EpisodeReader {
    /// Reads all of a recording except its pictures. `stop` is polled to abort.
    ///
    /// # Errors
    /// If it cannot be read, or is inconsistent.
    ///
    /// # Examples
    /// ```
    /// # use std::path::Path;
    /// # use enact_arm::{Arm, IdealArm};
    /// # use enact_recording::{ModelInfo, Recorder, RobotInfo, RunInfo};
    /// # use enact_runtime::{Event, Observer, TaskOptions};
    /// # use enact_types::Stamp;
    /// use enact_export::EpisodeReader;
    ///
    /// # let so101 = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots/so101"));
    /// # let info = RunInfo {
    /// #     enact: "0.1.0".to_owned(),
    /// #     robot: RobotInfo {
    /// #         name: "so101".to_owned(),
    /// #         urdf: std::fs::read_to_string(so101.join("robot.urdf"))?,
    /// #         toml: Some(std::fs::read_to_string(so101.join("robot.toml"))?),
    /// #         meshes: Vec::new(),
    /// #     },
    /// #     scene: None,
    /// #     launch: serde_json::Value::Null,
    /// #     seed: 0,
    /// #     model: ModelInfo {
    /// #         name: "none".to_owned(),
    /// #         sha256: None,
    /// #         perception: "none".to_owned(),
    /// #         planning: ModelInfo::HAND_GUIDED_SOURCE.to_owned(),
    /// #         planner: None,
    /// #     },
    /// #     servos: None,
    /// #     prompts: None,
    /// # };
    /// # let robot = info.robot.load_robot()?;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("run.mcap");
    /// # let mut recorder = Recorder::create(&path, &info, &robot, Vec::new(), Box::new(|| 0))?;
    /// # let options = TaskOptions::from_max_turns(1);
    /// # recorder.observe(&Event::TaskStarted { instruction: "wave", robot: &robot, options });
    /// # let mut reading = IdealArm::new(&robot).state()?;
    /// # for step in 0..=100 {
    /// #     reading.stamp = Stamp::from_nanos(step * 10_000_000);
    /// #     reading.position[0] = step as f64 * 0.004;
    /// #     reading.commanded = Some(reading.position.clone());
    /// #     recorder.observe(&Event::StateRead(&reading));
    /// # }
    /// # recorder.finish()?;
    /// let filter = EpisodeReader {
    ///     fps: 30,
    ///     keep_pauses: false,
    /// };
    /// let recorded = filter.read_episodes(&path, &|| false)?;
    /// for episode in &recorded.episodes {
    ///     println!("{}: {} samples", episode.task, episode.samples.len());
    /// }
    /// assert_eq!(recorded.episodes[0].task, "wave");
    /// assert!(!recorded.episodes[0].samples.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_episodes(
        &self,
        path: &Path,
        stop: &dyn Fn() -> bool,
    ) -> Result<RecordedEpisodes, ExportError> {
        let read = self.read(path, stop);
        read.map_err(|error| ExportError::within(path, error))
    }

    fn read(&self, path: &Path, stop: &dyn Fn() -> bool) -> Result<RecordedEpisodes, ExportError> {
        let mut found: Option<(RunInfo, Robot)> = None;
        let mut tasks = TaskCollector::new(*self);
        let mut tracks = CameraTrackFinder::default();
        let mut scanner = MessageScanner::open(path)?;
        for record in &mut scanner {
            if stop() {
                return Err(ExportError::Stopped);
            }
            let record = record?;
            if record.topic == Topic::Run && found.is_none() {
                let info: RunInfo = record.deserialize_message()?;
                let robot = info.robot.load_robot()?;
                tasks.joints = robot.joints().len();
                found = Some((info, robot));
            }
            tasks.take(&record)?;
            tracks.push(&record);
        }
        let (info, robot) = found.ok_or_else(|| scanner.no_run_error())?;
        tasks.close();
        Ok(RecordedEpisodes {
            path: path.to_owned(),
            info,
            robot,
            episodes: tasks.episodes,
            left_out: tasks.left_out,
            tracks: tracks.finish(),
        })
    }
}

/// Collects tasks as they are read.
struct TaskCollector {
    survey: EpisodeReader,
    joints: usize,
    place: RecordingPosition,
    open: Option<OpenTask>,
    episodes: Vec<Episode>,
    left_out: Vec<SkippedTask>,
}

/// A task whose end or outcome has not been read yet.
struct OpenTask {
    task: String,
    dry_run: bool,
    over: bool,
    moved: bool,
    goal: Option<JointVector>,
    reached: Option<bool>,
    resampler: Resampler,
}

impl TaskCollector {
    fn new(survey: EpisodeReader) -> Self {
        Self {
            survey,
            joints: 0,
            place: RecordingPosition::default(),
            open: None,
            episodes: Vec::new(),
            left_out: Vec::new(),
        }
    }

    fn take(&mut self, record: &Message) -> Result<(), ExportError> {
        match record.topic {
            Topic::Task => {
                self.close();
                let TaskMessage {
                    instruction: task,
                    options,
                } = record.deserialize_message()?;
                self.open = Some(OpenTask {
                    task,
                    dry_run: options.dry_run,
                    over: false,
                    moved: false,
                    goal: None,
                    reached: None,
                    resampler: Resampler::new(
                        self.joints,
                        self.survey.fps,
                        self.survey.keep_pauses,
                    ),
                });
            }
            Topic::Motion => {
                self.place.motions += 1;
                self.place.readings = 0;
                if let Some(open) = &mut self.open {
                    open.moved |= !open.over;
                }
            }
            Topic::JointStates => self.read(record)?,
            Topic::Report => {
                if let Some(open) = &mut self.open {
                    let report: TaskReport = record.deserialize_message()?;
                    open.over = true;
                    open.dry_run |= report.ending == TaskEnd::DryRun;
                    open.reached.get_or_insert(report.reports_success());
                }
            }
            Topic::Failure => {
                if let Some(open) = &mut self.open {
                    open.over = true;
                    open.reached.get_or_insert(false);
                }
            }
            Topic::Outcome => {
                if let Some(open) = &mut self.open {
                    open.reached = Some(record.deserialize_message::<OutcomeMessage>()?.reached);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn read(&mut self, record: &Message) -> Result<(), ExportError> {
        let place = self.place;
        self.place.readings += 1;
        let Some(open) = self.open.as_mut().filter(|open| !open.over) else {
            return Ok(());
        };
        let reading = record.deserialize_message::<JointStates>()?.to_arm_state();
        let given = reading.position.len();
        if given != self.joints {
            return Err(ExportError::Unfit(format!(
                "the reading at {} has {given} joints, the robot {}",
                reading.stamp, self.joints
            )));
        }
        // A person who guides the arm by hand sends commands without planning a motion.
        if let Some(goal) = &reading.commanded {
            open.moved |= open.goal.as_ref().is_some_and(|before| before != goal);
            open.goal = Some(goal.clone());
        }
        open.resampler.push(&reading, place);
        Ok(())
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        let (samples, waited) = open.resampler.finish();
        let why = if open.dry_run {
            "it was a dry run"
        } else if !open.moved {
            "nothing moved"
        } else if samples.len() < MIN_EPISODE_SAMPLES {
            "the arm was not read while it moved"
        } else {
            self.episodes.push(Episode {
                task: open.task,
                reached: open.reached,
                samples,
                waited,
            });
            return;
        };
        self.left_out.push(SkippedTask {
            task: open.task,
            why,
        });
    }
}
