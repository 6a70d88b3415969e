//! Recordings of an arm that is moved by hand, or follows one.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use enact_arm::{ArmState, StopSwitch};
use enact_camera::Camera;
use enact_plan::Usage;
use enact_recording::stream::{ArmClock, DEFAULT_CAMERA_NAME, JointTrack, StreamThread};
use enact_recording::{ModelInfo, Recorder, RobotInfo, RunInfo};
use enact_robot::Robot;
use enact_runtime::{Event, Observer, TaskEnd, TaskOptions, TaskReport};
use enact_sim::Scene;
use enact_types::{JointVector, Stamp};
use serde_json::json;

use super::args::TeleopArgs;
use super::hardware::Hardware;
use crate::camera::config::MAIN_CAMERA_NAME;
use crate::camera::open::{OpenCameras, with_measured_lens_and_place};
use crate::data_dir::DataDir;
use crate::launch::Launch;
use crate::recordings::run_recorder::{report_kept_recording, robot_info, wall_clock};

/// Default name of a task.
const TASK: &str = "teleoperation";

/// A recording in progress.
pub enum GuidedRecording {
    /// Lines of JSON.
    Lines(BufWriter<File>),
    /// A run as any other, with what the camera sees.
    Run(Box<RunRecording>),
}

/// A recorded run without the loop.
pub struct RunRecording {
    recorder: Recorder,
    path: PathBuf,
    robot: Robot,
    instruction: String,
    clock: ArmClock,
    first: Option<Stamp>,
    last: Stamp,
    track: JointTrack,
    _streams: Vec<StreamThread>,
}

impl GuidedRecording {
    /// Begins the recording that the command line asks for, if it asks for one.
    ///
    /// # Errors
    /// If the file cannot be made, or the camera gives no pictures.
    pub fn begin(data_dir: &DataDir, args: &TeleopArgs, arm: &Hardware) -> Result<Option<Self>> {
        let Some(path) = &args.record else {
            return Ok(None);
        };
        Ok(Some(if is_of_lines(path) {
            let file = File::create(path)
                .with_context(|| format!("cannot write the recording {}", path.display()))?;
            Self::Lines(BufWriter::new(file))
        } else {
            Self::Run(Box::new(RunRecording::begin(data_dir, args, arm, path)?))
        }))
    }

    /// Keeps where the leader was, where the follower was told to be, and where it was.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn keep_sample(&mut self, leader: Option<&JointVector>, state: &ArmState) -> Result<()> {
        match self {
            Self::Lines(file) => {
                let line = json!({
                    "t": state.stamp.seconds(),
                    "leader": leader,
                    "commanded": state.commanded,
                    "position": state.position,
                    "effort": state.effort,
                });
                writeln!(file, "{line}").context("cannot write the recording")
            }
            Self::Run(run) => {
                run.keep_sample(state);
                Ok(())
            }
        }
    }

    /// Completes it; `failure` is what ended the run before its time.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(self, failure: Option<&str>) -> Result<()> {
        match self {
            Self::Lines(mut file) => file.flush().context("cannot write the recording"),
            Self::Run(run) => run.finish(failure),
        }
    }
}

/// Returns whether a file's name asks for JSON lines.
fn is_of_lines(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| ["jsonl", "ndjson", "json"].iter().any(|it| end == *it))
}

impl RunRecording {
    fn begin(data_dir: &DataDir, args: &TeleopArgs, arm: &Hardware, path: &Path) -> Result<Self> {
        let mut launch = launch(data_dir, args)?;
        let fps = args.record_fps.unwrap_or(match &launch {
            Some(launch) => launch.stream_fps(),
            None => 0,
        });
        if let Some(launch) = &mut launch {
            launch.record_fps = Some(fps);
        }
        let track = JointTrack::default();
        let cameras = match launch.as_ref().filter(|_| fps > 0) {
            Some(launch) => cameras(data_dir, launch, &arm.robot, &track)?,
            None => Vec::new(),
        };
        let robot = &args.target.robot;
        let info = RunInfo {
            enact: env!("CARGO_PKG_VERSION").to_owned(),
            robot: RobotInfo {
                meshes: arm.robot.mesh_decompositions().to_vec(),
                ..robot_info(data_dir, robot, arm.robot.name())?
            },
            scene: None,
            launch: serde_json::to_value(&launch)?,
            seed: 0,
            model: ModelInfo {
                name: "none".to_owned(),
                sha256: None,
                perception: "none".to_owned(),
                planning: ModelInfo::HAND_GUIDED_SOURCE.to_owned(),
                planner: None,
            },
            servos: Some(arm.servo_info()?),
            prompts: None,
        };
        let command = std::env::args().collect();
        let clock = Box::new(wall_clock);
        let recorder = Recorder::create(path, &info, &arm.robot, command, clock)?;
        let clock = ArmClock::default();
        let streams = cameras.into_iter().map(|(name, camera)| {
            let camera_stream = recorder.camera_stream(&name, args.record_depth);
            StreamThread::start(camera, camera_stream, clock.clone(), fps)
        });
        let streams = streams.collect::<std::io::Result<Vec<_>>>()?;
        let instruction = args.instruction.clone().unwrap_or_else(|| {
            errln!("the task is called `{TASK}`; --instruction \"…\" says what the arm is to do");
            TASK.to_owned()
        });
        let mut run = Self {
            recorder,
            path: path.to_owned(),
            robot: arm.robot.clone(),
            instruction,
            clock,
            first: None,
            last: Stamp::ZERO,
            track,
            _streams: streams,
        };
        run.recorder.observe(&Event::TaskStarted {
            instruction: &run.instruction,
            robot: &run.robot,
            options: TaskOptions::from_max_turns(1),
        });
        Ok(run)
    }

    fn keep_sample(&mut self, state: &ArmState) {
        self.clock.note_stamp_while_moving(state.stamp);
        self.track.note_position(&state.position);
        self.first.get_or_insert(state.stamp);
        self.last = state.stamp;
        self.recorder.observe(&Event::StateRead(state));
    }

    fn finish(mut self, failure: Option<&str>) -> Result<()> {
        match failure {
            Some(reason) => self.recorder.record_failure("error", reason),
            None => {
                let first = self.first.unwrap_or(self.last);
                let report = TaskReport {
                    // The person is done.
                    ending: TaskEnd::Done,
                    turns: 0,
                    steps: Vec::new(),
                    refusals: Vec::new(),
                    said: Vec::new(),
                    arm_seconds: self.last.since(first).as_secs_f64(),
                    usage: Usage::default(),
                };
                self.recorder.observe(&Event::TaskEnded(&report));
            }
        }
        report_kept_recording(self.recorder.finish()?, &self.path);
        Ok(())
    }
}

/// Loads the launch file whose camera is recorded: the named one, or that of the robot; `None` if
/// no picture is to be recorded.
fn launch(data_dir: &DataDir, args: &TeleopArgs) -> Result<Option<Launch>> {
    let robot = Path::new(&args.target.robot).file_stem();
    let robot = robot.map(|name| name.to_string_lossy().into_owned());
    let own = robot.filter(|name| {
        data_dir
            .launch_folder()
            .join(format!("{name}.toml"))
            .is_file()
    });
    match args.launch.clone().or(own) {
        Some(name) => Ok(Some(Launch::load(
            &data_dir.find_toml_file(&name, &data_dir.launch_folder())?,
        )?)),
        None if args.record_fps == Some(0) => Ok(None),
        None => bail!(
            "no launch file is called like {}: name one whose camera films with --launch, or record \
             without pictures with --record-fps 0",
            args.target.robot
        ),
    }
}

/// Opens the cameras of a launch file that see a real arm move, and waits for a picture of each. The
/// main one is called as recordings call it.
fn cameras(
    data_dir: &DataDir,
    launch: &Launch,
    robot: &Robot,
    track: &JointTrack,
) -> Result<Vec<(String, Box<dyn Camera>)>> {
    let scene = Scene::load(&data_dir.find_toml_file(&launch.scene, &data_dir.scenes_folder())?)?;
    let scene_camera = scene.sample_layout(launch.seed).camera;
    let (opened, robot) = (OpenCameras::default(), Arc::new(robot.clone()));
    let mut cameras = Vec::new();
    for config in launch.cameras.all() {
        let name = &config.name;
        if !config.source.is_live() {
            bail!(
                "the launch file's camera `{name}` does not see a real arm move; name another file with --launch, \
                 or record without pictures with --record-fps 0"
            );
        }
        let hint = || {
            format!(
                "no picture of the camera `{name}` to record; begin the camera's program (docs/your-arm.md has the \
                 line), name another launch file with --launch, or record without pictures with --record-fps 0"
            )
        };
        let place = config.place.place_with_scene_defaults(&scene_camera);
        let opened = opened.open_camera(config, &place, &StopSwitch::new());
        let mut camera = opened.with_context(hint)?;
        camera.capture().with_context(hint)?;
        let camera = with_measured_lens_and_place(camera, &config.place, &place, &robot, track)?;
        let name = if name == MAIN_CAMERA_NAME {
            DEFAULT_CAMERA_NAME
        } else {
            name
        };
        cameras.push((name.to_owned(), camera));
    }
    Ok(cameras)
}
