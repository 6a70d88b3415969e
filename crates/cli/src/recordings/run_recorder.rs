//! Records a run to a file.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use chrono::Local;
use enact_recording::{
    ModelInfo, OutcomeRecorder, PlannerInfo, Recorder, RecordingSummary, RobotInfo, RunInfo,
    SceneInfo,
};
use enact_robot::load::read_urdf;
use enact_types::{StopSwitch, text};
use sha2::{Digest, Sha256};

use super::args::RecordArgs;
use crate::args::PerceptionSource;
use crate::arm::arm_config::ArmConfig;
use crate::camera::config::CameraSource;
use crate::data_dir::DataDir;
use crate::setup::Setup;

/// Default folder of recordings.
pub(crate) const FOLDER: &str = "runs";
/// Maximum length of the task in a file name, characters.
const WORDS: usize = 40;
/// Largest weights that are hashed on every run, bytes.
const HASHED: u64 = 1 << 30;

/// A recording of a run, and its path.
pub struct RunRecorder {
    /// The recording.
    pub recorder: Recorder,
    path: PathBuf,
    /// True if the recording was requested explicitly.
    wanted: bool,
    /// Dropped after the recording.
    unused: UnusedFile,
}

/// A file that is removed again if the program gives up before anything is begun that it could tell.
struct UnusedFile {
    path: PathBuf,
    begun: Arc<AtomicBool>,
}

impl Drop for UnusedFile {
    fn drop(&mut self) {
        // A panic is told in it.
        if !self.begun.load(Ordering::Relaxed) && !std::thread::panicking() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A recording that is being written, for whoever adds to it beside its recorder.
#[derive(Debug)]
pub struct ActiveRecording {
    /// Its file.
    pub path: PathBuf,
    /// Takes what comes of tasks.
    pub outcomes: OutcomeRecorder,
}

impl RunRecorder {
    /// Begins to keep a run, if it is to be kept: in `folder`, unless another file is named. Where
    /// nobody asked for it, a folder that cannot be written is no reason not to run.
    ///
    /// # Errors
    /// If the file that was asked for cannot be made.
    pub fn begin(
        data_dir: &DataDir,
        args: &RecordArgs,
        setup: &Setup,
        instruction: &str,
        scripted: bool,
        folder: &Path,
    ) -> Result<Option<Self>> {
        if args.no_record {
            return Ok(None);
        }
        let path = args
            .record
            .clone()
            .unwrap_or_else(|| free_path(folder, instruction));
        let info = info(data_dir, setup, scripted)?;
        let command = std::env::args().collect();
        match Recorder::create(&path, &info, &setup.robot, command, Box::new(wall_clock)) {
            Ok(recorder) => {
                let begun = ActiveRecording {
                    path: path.clone(),
                    outcomes: recorder.outcome_recorder(),
                };
                // A set-up has one run.
                let _ = setup.recording.set(begun);
                let unused = UnusedFile {
                    path: path.clone(),
                    begun: recorder.worth_keeping_flag(),
                };
                Ok(Some(Self {
                    recorder,
                    unused,
                    path,
                    wanted: args.record.is_some(),
                }))
            }
            Err(error) if args.record.is_none() => {
                errln!("enact: this run is not kept: {error}");
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Completes the recording and says where it is.
    ///
    /// # Errors
    /// If it cannot be completed and was asked for; else that is only said.
    pub fn finish(self) -> Result<()> {
        // A run that came to its end is kept, whatever it was.
        self.unused.begun.store(true, Ordering::Relaxed);
        let kept = match self.recorder.finish() {
            Ok(kept) => kept,
            Err(error) if self.wanted => {
                let path = self.path.display();
                return Err(error).with_context(|| {
                    format!("the recording {path} is not complete, name another file with --record")
                });
            }
            Err(error) => {
                errln!("enact: {} is not complete: {error}", self.path.display());
                return Ok(());
            }
        };
        report_kept_recording(kept, &self.path);
        Ok(())
    }
}

/// Says where a recording is and whether all of it is there.
pub fn report_kept_recording(kept: RecordingSummary, path: &Path) {
    if kept.lost > 0 {
        errln!("     lost  {} entries: the disk was too slow", kept.lost);
    }
    errln!("     kept  {}", path.display());
}

/// Returns nanoseconds since 1970.
pub fn wall_clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_nanos() as u64)
}

/// Returns `FOLDER/TIME-TASK.mcap`, with a number if that is taken.
fn free_path(folder: &Path, instruction: &str) -> PathBuf {
    let time = Local::now().format("%Y-%m-%dT%H-%M-%S");
    let stem = format!("{time}-{}", in_a_name(instruction));
    let name = |number: u32| match number {
        1 => format!("{stem}.mcap"),
        _ => format!("{stem}-{number}.mcap"),
    };
    let mut paths = (1..).map(|number| folder.join(name(number)));
    paths
        .find(|path| !path.exists())
        .unwrap_or_else(|| folder.join(name(1)))
}

/// Converts a task to a part of a file name.
fn in_a_name(instruction: &str) -> String {
    let words: Vec<&str> = instruction
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let name: String = words.join("-").to_lowercase().chars().take(WORDS).collect();
    name.trim_end_matches('-').to_owned()
}

fn info(data_dir: &DataDir, setup: &Setup, scripted: bool) -> Result<RunInfo> {
    let launch = &setup.launch;
    // Around real servos there is what is seen, not what the scene's file would draw.
    let scene = match launch.arm {
        ArmConfig::Servos(_) | ArmConfig::Ros2(_) | ArmConfig::Zenoh(_) => None,
        ArmConfig::Sim | ArmConfig::Emulated(_) => Some(SceneInfo {
            name: launch.scene.clone(),
            toml: read(&data_dir.find_toml_file(&launch.scene, &data_dir.scenes_folder())?)?,
            layout: serde_json::to_value(&setup.layout)?,
        }),
    };
    let simulated = launch.cameras.main_camera().source == CameraSource::Sim;
    let truth = setup.perception_source() == PerceptionSource::GroundTruth;
    let models = setup.models_of_run(scripted)?;
    let weights = |name: &str| hash(Path::new(name), &setup.stop);
    Ok(RunInfo {
        enact: env!("CARGO_PKG_VERSION").to_owned(),
        robot: RobotInfo {
            meshes: setup.robot.mesh_decompositions().to_vec(),
            ..robot_info(data_dir, &launch.robot, setup.robot.name())?
        },
        scene,
        launch: serde_json::to_value(launch)?,
        seed: launch.seed,
        model: ModelInfo {
            name: models.main_model_name().to_owned(),
            sha256: models
                .asked_models()
                .next()
                .and_then(|it| weights(&it.name)),
            perception: match (truth, simulated) {
                (true, true) => "truth".to_owned(),
                _ => "model".to_owned(),
            },
            planning: if scripted { "file" } else { "model" }.to_owned(),
            planner: models.separate_planner_name().map(|name| PlannerInfo {
                name: name.to_owned(),
                sha256: weights(name),
            }),
        },
        servos: setup.servo_info(data_dir)?,
        prompts: setup.prompts_sha256(),
    })
}

/// Reads the texts, without the meshes, of the robot that `Robot::find` finds by this name or path.
///
/// # Errors
/// If a file cannot be read.
pub fn robot_info(data_dir: &DataDir, name_or_path: &str, name: &str) -> Result<RobotInfo> {
    let shipped = data_dir.robots_folder().join(name_or_path);
    let place = if shipped.is_dir() {
        shipped
    } else {
        PathBuf::from(name_or_path)
    };
    let (urdf, toml) = if place.is_dir() {
        let toml = place.join("robot.toml");
        let toml = toml.exists().then(|| read(&toml)).transpose()?;
        (place.join("robot.urdf"), toml)
    } else {
        (place, None)
    };
    Ok(RobotInfo {
        name: name.to_owned(),
        urdf: read_urdf(&urdf)?,
        toml,
        meshes: Vec::new(),
    })
}

fn read(path: &Path) -> Result<String> {
    fs::read(path)
        .and_then(text::decode)
        .with_context(|| format!("cannot read {}", path.display()))
}

/// Returns the SHA-256 of the weights in a file or folder; `None` if there are none or too many, or
/// `stop` is pressed meanwhile.
fn hash(model: &Path, stop: &StopSwitch) -> Option<String> {
    let is_weights = |path: &Path| {
        path.extension()
            .is_some_and(|end| ["safetensors", "gguf", "uqff"].iter().any(|it| end == *it))
    };
    let mut files: Vec<PathBuf> = if model.is_dir() {
        let entries = fs::read_dir(model).ok()?.flatten();
        entries.map(|entry| entry.path()).collect()
    } else {
        vec![model.to_owned()]
    };
    files.retain(|file| is_weights(file) && file.is_file());
    files.sort();
    let sizes = files
        .iter()
        .map(|file| fs::metadata(file).map(|it| it.len()));
    let size: u64 = sizes.sum::<Result<u64, _>>().ok()?;
    if size == 0 || size > HASHED {
        return None;
    }
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    for file in files {
        let mut file = fs::File::open(file).ok()?;
        while !stop.is_pressed() {
            match file.read(&mut buffer).ok()? {
                0 => break,
                count => hasher.update(&buffer[..count]),
            }
        }
    }
    if stop.is_pressed() {
        return None;
    }
    let digest = hasher.finalize();
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_tell_of_the_task() {
        assert_eq!(
            in_a_name("Put the red cube, please!"),
            "put-the-red-cube-please"
        );
        assert_eq!(in_a_name("把红色方块/放进碗里"), "把红色方块-放进碗里");
        assert_eq!(in_a_name("../../etc"), "etc");
        assert!(in_a_name(&"word ".repeat(40)).chars().count() <= WORDS);
    }

    #[test]
    fn weights_are_summed_up() {
        let folder = tempfile::tempdir().unwrap();
        let stop = StopSwitch::new();
        assert_eq!(hash(folder.path(), &stop), None);
        fs::write(folder.path().join("model.safetensors"), "abc").unwrap();
        fs::write(folder.path().join("notes.txt"), "no weights").unwrap();
        // The example of FIPS 180-2.
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash(folder.path(), &stop).as_deref(), Some(sum));
        stop.press();
        assert_eq!(hash(folder.path(), &stop), None);
    }
}
