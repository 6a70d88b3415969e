//! Synthetic recordings.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use enact_arm::ArmState;
use enact_arm::calibration::{Calibration, JointCalibration};
use enact_arm::driver::BusConfig;
use enact_export::lerobot::{CameraFeature, DatasetSpec, DatasetSummary, DatasetWriter};
use enact_export::pictures::{CameraTrack, HeldPictureCounts, deliver_sampled_pictures};
use enact_export::{Episode, EpisodeReader, ExportError, JointColumns, RecordedEpisodes, Units};
use enact_recording::stream::CameraStream;
use enact_recording::{ModelInfo, Recorder, RobotInfo, RunInfo, ServoInfo};
use enact_robot::Robot;
use enact_runtime::{Event, Observer, TaskEnd, TaskOptions, TaskReport};
use enact_types::{DepthImage, Frame, Intrinsics, JointVector, Pose, Stamp};
use image::RgbImage;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

pub const WIDE: u32 = 64;
pub const HIGH: u32 = 48;
/// Time between two readings, milliseconds.
pub const READING_PERIOD_MS: u64 = 10;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../robots/so101")
}

pub fn robot_info() -> RobotInfo {
    let read = |name: &str| fs::read_to_string(folder().join(name)).unwrap();
    RobotInfo {
        name: "so101".to_owned(),
        urdf: read("robot.urdf"),
        toml: Some(read("robot.toml")),
        meshes: Vec::new(),
    }
}

/// Returns servos whose ranges are not symmetric about anything.
pub fn servos(robot: &Robot) -> ServoInfo {
    let bus_config = BusConfig::load(&folder().join("bus.toml"), robot).unwrap();
    let joint = |(index, joint): (usize, &enact_robot::Joint)| {
        let calibration = JointCalibration {
            id: joint.servo.unwrap(),
            drive_mode: 0,
            homing_offset: 11,
            range_min: 700 + 13 * index as i64,
            range_max: 3411 - 7 * index as i64,
        };
        (joint.name.clone(), calibration)
    };
    let joints = robot.joints().iter().enumerate().map(joint).collect();
    ServoInfo::from_calibration(robot, &bus_config, &Calibration { joints }).unwrap()
}

/// A synthetic recording in progress.
pub struct Take {
    recorder: Recorder,
    films: BTreeMap<String, CameraStream>,
    pub robot: Robot,
    count: u64,
}

impl Take {
    pub fn begin(path: &Path) -> Self {
        let info = robot_info();
        let robot = info.load_robot().unwrap();
        let run = RunInfo {
            enact: "0".to_owned(),
            robot: info,
            scene: None,
            launch: Value::Null,
            seed: 0,
            model: ModelInfo {
                name: "none".to_owned(),
                sha256: None,
                perception: "none".to_owned(),
                planning: "person".to_owned(),
                planner: None,
            },
            servos: Some(servos(&robot)),
            prompts: None,
        };
        let clock = Box::new(|| 0);
        let recorder = Recorder::create(path, &run, &robot, Vec::new(), clock).unwrap();
        Self {
            recorder,
            films: BTreeMap::new(),
            robot,
            count: 0,
        }
    }

    pub fn task(&mut self, task: &str, dry_run: bool) {
        let robot = self.robot.clone();
        let options = TaskOptions {
            dry_run,
            ..TaskOptions::from_max_turns(1)
        };
        self.recorder.observe(&Event::TaskStarted {
            instruction: task,
            robot: &robot,
            options,
        });
    }

    pub fn reading(&mut self, milliseconds: u64, position: &[f64], commanded: Option<&[f64]>) {
        let vector = |values: &[f64]| JointVector::from(values.to_vec());
        let zeros = JointVector::zeros(position.len());
        self.recorder.observe(&Event::StateRead(&ArmState {
            stamp: at(milliseconds),
            position: vector(position),
            velocity: zeros.clone(),
            effort: zeros,
            commanded: commanded.map(vector),
            alarm: None,
        }));
    }

    /// Adds readings from one time to another, along [`way`].
    pub fn moves(&mut self, from: u64, until: u64) {
        for time in (from..=until).step_by(READING_PERIOD_MS as usize) {
            let (position, commanded) = (way(time as f64 - 40.0), way(time as f64));
            self.reading(time, &position, Some(&commanded));
        }
    }

    /// Adds a picture shown to a model.
    pub fn seen(&mut self, milliseconds: u64, shade: u8) {
        let frame = self.frame(milliseconds, shade);
        self.recorder.observe(&Event::FrameCaptured(&frame));
    }

    /// Adds a picture of a camera's stream.
    pub fn filmed(&mut self, camera: &str, milliseconds: u64, shade: u8) {
        let frame = self.frame(milliseconds, shade);
        let recorder = &self.recorder;
        let camera_stream = self
            .films
            .entry(camera.to_owned())
            .or_insert_with(|| recorder.camera_stream(camera, true));
        camera_stream.record_frame_waiting(frame, at(milliseconds));
    }

    fn frame(&mut self, milliseconds: u64, shade: u8) -> Frame {
        self.count += 1;
        Frame {
            sequence: self.count,
            stamp: at(milliseconds),
            rgb: RgbImage::from_pixel(WIDE, HIGH, image::Rgb([shade, shade / 2, 7])),
            depth: Some(DepthImage {
                width: WIDE,
                height: HIGH,
                meters: vec![0.2 + f32::from(shade) * 1e-3; (WIDE * HIGH) as usize],
            }),
            intrinsics: Intrinsics::from_vertical_fov(WIDE, HIGH, 0.8),
            base_from_camera: Pose::identity(),
        }
    }

    pub fn ends(&mut self, ending: TaskEnd, refusals: Vec<String>) {
        self.recorder.observe(&Event::TaskEnded(&TaskReport {
            ending,
            turns: 1,
            steps: Vec::new(),
            refusals,
            said: Vec::new(),
            arm_seconds: 0.0,
            usage: enact_plan::Usage::default(),
        }));
    }

    pub fn outcome(&mut self, reached: bool) {
        self.recorder.record_outcome(reached);
    }

    /// Completes the file; returns how many messages the disk was too slow for.
    pub fn finish(self) -> u64 {
        self.recorder.finish().unwrap().lost
    }
}

fn at(milliseconds: u64) -> Stamp {
    Stamp::from_nanos(milliseconds * 1_000_000)
}

/// Returns the positions of six joints at a time in milliseconds.
pub fn way(milliseconds: f64) -> Vec<f64> {
    let swing = |joint: f64| 0.5 * (milliseconds / 400.0 + joint).sin();
    let mut way: Vec<f64> = (0..5).map(|joint| swing(f64::from(joint))).collect();
    way.push(0.8 + swing(5.0));
    way
}

/// Writes a recording of one task of this many milliseconds; each camera is a name and its period
/// in milliseconds.
pub fn recording(path: &Path, task: &str, until: u64, cameras: &[(&str, u64)]) -> u64 {
    let mut take = Take::begin(path);
    take.task(task, false);
    let mut pictures: Vec<(u64, &str)> = Vec::new();
    for (name, period) in cameras {
        pictures.extend((0..=until / period).map(|count| (count * period, *name)));
    }
    pictures.sort_unstable();
    for (time, name) in pictures {
        take.filmed(name, time, (time / 10) as u8);
    }
    take.moves(0, until);
    take.ends(TaskEnd::Done, Vec::new());
    take.outcome(true);
    take.finish()
}

pub const SURVEY: EpisodeReader = EpisodeReader {
    fps: 10,
    keep_pauses: false,
};

pub fn survey(path: &Path) -> RecordedEpisodes {
    SURVEY.read_episodes(path, &|| false).unwrap()
}

pub fn never() -> bool {
    false
}

/// Returns the specification of a data set of these recordings, with pictures as files.
pub fn spec(recording: &RecordedEpisodes, units: Units) -> DatasetSpec {
    let servos = recording.info.servos.as_ref().unwrap();
    let camera = |track: &CameraTrack| CameraFeature {
        name: track.camera.clone(),
        width: track.width,
        height: track.height,
        depth: track.depth,
        codec: None,
    };
    DatasetSpec {
        columns: match units {
            Units::Radians => JointColumns::in_radians_and_meters(&recording.robot),
            _ => JointColumns::for_lerobot(&recording.robot, servos, units).unwrap(),
        },
        fps: SURVEY.fps,
        cameras: recording.tracks.iter().map(camera).collect(),
        outcome: true,
    }
}

/// Adds a recording to a data set in progress.
pub fn add(
    writer: &mut DatasetWriter<'_>,
    recording: &RecordedEpisodes,
) -> Result<Vec<HeldPictureCounts>, ExportError> {
    let episodes: Vec<&Episode> = recording.episodes.iter().collect();
    let tracks: Vec<&CameraTrack> = recording.tracks.iter().collect();
    writer.announce_episodes(&episodes);
    let held = deliver_sampled_pictures(
        recording,
        &episodes,
        &tracks,
        SURVEY.fps,
        &mut |camera, shot| writer.push_picture(camera, shot),
    )?;
    writer.write_episodes(&episodes)?;
    Ok(held)
}

/// Writes a recording as its own data set, or adds it to an existing one.
pub fn export(
    recording: &RecordedEpisodes,
    folder: &Path,
    append: bool,
) -> Result<DatasetSummary, ExportError> {
    let spec = spec(recording, Units::Degrees);
    let mut writer = DatasetWriter::begin(folder, spec, append, &never)?;
    add(&mut writer, recording)?;
    writer.finish()
}

pub fn json(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

/// Returns all rows of a file.
pub fn rows(path: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = reader.schema().clone();
    let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    arrow_select::concat::concat_batches(&schema, &batches).unwrap()
}

/// Returns the entries of a folder, including hidden ones.
pub fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
