//! `enact check`: validates files.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use enact_arm::calibration::Calibration;
use enact_arm::driver::BusConfig;
use enact_eval::episode_setup;
use enact_eval::suite::Suite;
use enact_model::ModelConfig;
use enact_sim::Scene;
use enact_types::text;
use serde_json::json;

use crate::bus::emulate::read_faults;
use crate::camera::file::CameraFile;
use crate::camera::locate;
use crate::data_dir::{self, DataDir, SHIPPED_MODEL, toml_names_in};
use crate::file_kind::FileKind;
use crate::launch::Launch;
use crate::methods::constitution;
use crate::out::error_message_with_sources;
use crate::recordings;
use crate::setup::{check_camera_mounts, read_plan};

/// Checks `files`, or all that ship, and prints a line for each; returns `false` if any is wrong.
///
/// # Errors
/// If the list of files that ship cannot be read. A file that is wrong is no error here.
pub fn check_files(data_dir: &DataDir, files: &[PathBuf], as_json: bool) -> Result<bool> {
    let all;
    let files = if files.is_empty() {
        if data_dir::is_shipped_model_missing(&data_dir.resolve_model_name(SHIPPED_MODEL)) {
            errln!("enact: {}", data_dir::missing_model_message());
        }
        all = shipped(data_dir)?;
        &all
    } else {
        files
    };
    let mut sound = true;
    for file in files {
        let checked = check_one(data_dir, file);
        sound &= checked.is_ok();
        match (checked, as_json) {
            (Ok(kind), false) => outln!("ok: {} ({kind})", file.display()),
            (Err(error), false) => outln!(
                "bad: {}\n{}",
                file.display(),
                error_message_with_sources(&error)
            ),
            (Ok(kind), true) => outln!("{}", json!({"file": file, "ok": true, "kind": kind})),
            (Err(error), true) => {
                let error = error_message_with_sources(&error);
                outln!("{}", json!({"file": file, "ok": false, "error": error}));
            }
        }
    }
    Ok(sound)
}

fn shipped(data_dir: &DataDir) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(data_dir.robots_folder()).context("cannot read robots/")? {
        files.push(entry?.path());
    }
    files.retain(|path| path.is_dir());
    for folder in [
        data_dir.scenes_folder(),
        data_dir.launch_folder(),
        data_dir.suites_folder(),
    ] {
        let names = toml_names_in(&folder);
        files.extend(names.iter().map(|name| folder.join(format!("{name}.toml"))));
    }
    files.sort();
    Ok(files)
}

fn check_one(data_dir: &DataDir, path: &Path) -> Result<&'static str> {
    let is_robot = path.is_dir()
        || path
            .extension()
            .is_some_and(|extension| extension == "urdf");
    if is_robot {
        data_dir.load_robot_to_move_at(path)?;
        if let Some(rules) =
            constitution::path_in_robot_folder(data_dir, &path.display().to_string())
        {
            constitution::read(&rules)?;
        }
        return Ok("robot");
    }
    if path
        .file_name()
        .is_some_and(|name| name == constitution::FILE)
    {
        return constitution::read(path).map(|_| "constitution");
    }
    if path.file_name().is_some_and(|name| name == "robot.toml") {
        data_dir.load_robot_to_move_at(path.parent().unwrap_or(Path::new(".")))?;
        return Ok("robot");
    }
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    match FileKind::detect_from_content(path) {
        Some(FileKind::Launch) => check_launch(data_dir, path).map(|()| "launch"),
        Some(FileKind::Suite) => check_suite(data_dir, path).map(|()| "suite"),
        Some(FileKind::Scene) => Ok(Scene::load(path).map(|_| "scene")?),
        Some(FileKind::Faults) => read_faults(Some(path)).map(|_| "faults"),
        Some(FileKind::Bus) => check_bus_config(data_dir, path).map(|()| "bus"),
        Some(FileKind::Model) => match ModelConfig::read_file(path) {
            Ok(_) => Ok("model settings"),
            Err(what) => bail!("{what}"),
        },
        Some(FileKind::Plan) => read_plan(path).map(|_| "plan"),
        Some(FileKind::Calibration) => Ok(Calibration::load(path).map(|_| "calibration")?),
        Some(FileKind::Camera) => CameraFile::load(path).map(|_| "camera"),
        Some(FileKind::Urdf) => data_dir.load_robot_to_move_at(path).map(|_| "robot"),
        Some(FileKind::Robot) => bail!(
            "{} reads like a robot.toml; only one of that name beside a robot.urdf counts",
            path.display()
        ),
        Some(FileKind::Recording) => match recordings::open(path)?.damage() {
            None => Ok("recording"),
            Some(damage) => bail!("{}: {damage}", path.display()),
        },
        None => nothing_known(path),
    }
}

/// Says what a file is not.
fn nothing_known(path: &Path) -> Result<&'static str> {
    let text = std::fs::read(path).and_then(text::decode);
    let text = text.with_context(|| format!("cannot read {}", path.display()))?;
    if text.trim().is_empty() {
        bail!("{} is empty", path.display());
    }
    bail!(
        "{} is no robot, scene, launch file, suite or other file that enact reads",
        path.display()
    )
}

/// Checks that a bus.toml fits the robot beside it.
fn check_bus_config(data_dir: &DataDir, path: &Path) -> Result<()> {
    let robot = data_dir.load_robot_to_move_at(path.parent().unwrap_or(Path::new(".")))?;
    BusConfig::load(path, &robot)?;
    Ok(())
}

/// Checks that every task of a suite can be drawn.
fn check_suite(data_dir: &DataDir, path: &Path) -> Result<()> {
    crate::renamed::warn_of_keys(path);
    let suite = Suite::load(path)?;
    let scene = data_dir
        .find_toml_file(&suite.scene, &data_dir.scenes_folder())
        .with_context(|| format!("in {}", path.display()))?;
    let scene = std::fs::read(&scene).and_then(text::decode)?;
    let robot = data_dir.load_robot_to_move("so101")?;
    for number in 0..suite.tasks.len() as u64 {
        episode_setup::draw_random_episode(&suite, &scene, &robot, 0, number)
            .map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// Checks the files of the launch file's cameras, and warns of what changed since it was measured.
fn check_cameras(data_dir: &DataDir, path: &Path, launch: &Launch) -> Result<()> {
    let measured = launch
        .cameras
        .all()
        .filter_map(|camera| camera.place.calibration.as_ref());
    for file in measured {
        let camera = CameraFile::load(file)?;
        let robot = data_dir.load_robot_to_move(&launch.robot)?;
        // An arm that is not here cannot be compared; that it is missing is said elsewhere.
        let arm = locate::arm_calibration_sha256(data_dir, launch)
            .ok()
            .flatten();
        for change in camera.changes_since_measurement(robot.name(), arm.as_deref()) {
            errln!(
                "warning: {}: {change}; measure it again with `enact camera locate`",
                path.display()
            );
        }
    }
    Ok(())
}

pub(crate) fn check_launch(data_dir: &DataDir, path: &Path) -> Result<()> {
    crate::renamed::warn_of_keys(path);
    let launch = Launch::load(path)?;
    let inside = || format!("{} names it", path.display());
    let robot = data_dir
        .load_robot_to_move(&launch.robot)
        .with_context(inside)?;
    let arm = launch.arm.check_bus_config(data_dir, &launch.robot, &robot);
    arm.with_context(inside)?;
    check_camera_mounts(&launch, &robot).with_context(inside)?;
    let scene = data_dir
        .find_toml_file(&launch.scene, &data_dir.scenes_folder())
        .with_context(inside)?;
    Scene::load(&scene).with_context(inside)?;
    check_cameras(data_dir, path, &launch).with_context(inside)?;
    let models = [
        &launch.model,
        &launch.perception.model,
        &launch.planning.model,
    ];
    for model in models.into_iter().flatten() {
        // An installed program has the launch files that ship, but perhaps not the model.
        let may_be_missing = data_dir.is_embedded() && model == SHIPPED_MODEL;
        if model.starts_with("models/")
            && !may_be_missing
            && !Path::new(&data_dir.resolve_model_name(model)).is_dir()
        {
            bail!("{}: there is no folder {model}", path.display());
        }
    }
    Ok(())
}
