//! `enact check`: load what is there and say what is wrong.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use enact_arm::calibration::Calibration;
use enact_arm::driver::Wiring;
use enact_eval::draw;
use enact_eval::suite::Suite;
use enact_model::Settings;
use enact_sim::Scene;
use enact_types::text;
use serde_json::json;

use crate::bus::emulate::read_faults;
use crate::home::{self, Home, SHIPPED_MODEL, names_in};
use crate::journal;
use crate::kind::Kind;
use crate::launch::Launch;
use crate::out::told;
use crate::setup::read_plan;

/// Checks `files`, or all that ship, and prints a line for each; `false` if any is wrong.
pub fn check(home: &Home, files: &[PathBuf], as_json: bool) -> Result<bool> {
    let all;
    let files = if files.is_empty() {
        if home::is_missing(&home.model(SHIPPED_MODEL)) {
            errln!("enact: {}", home::missing_model());
        }
        all = shipped(home)?;
        &all
    } else {
        files
    };
    let mut sound = true;
    for file in files {
        let checked = check_one(home, file);
        sound &= checked.is_ok();
        match (checked, as_json) {
            (Ok(kind), false) => outln!("ok: {} ({kind})", file.display()),
            (Err(error), false) => outln!("bad: {}\n{}", file.display(), told(&error)),
            (Ok(kind), true) => outln!("{}", json!({"file": file, "ok": true, "kind": kind})),
            (Err(error), true) => {
                let error = told(&error);
                outln!("{}", json!({"file": file, "ok": false, "error": error}));
            }
        }
    }
    Ok(sound)
}

fn shipped(home: &Home) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(home.robots()).context("cannot read robots/")? {
        files.push(entry?.path());
    }
    files.retain(|path| path.is_dir());
    for folder in [home.scenes(), home.launches(), home.suites()] {
        let names = names_in(&folder);
        files.extend(names.iter().map(|name| folder.join(format!("{name}.toml"))));
    }
    files.sort();
    Ok(files)
}

fn check_one(home: &Home, path: &Path) -> Result<&'static str> {
    let is_robot = path.is_dir()
        || path
            .extension()
            .is_some_and(|extension| extension == "urdf");
    if is_robot {
        home.guarded_at(path)?;
        return Ok("robot");
    }
    if path.file_name().is_some_and(|name| name == "robot.toml") {
        home.guarded_at(path.parent().unwrap_or(Path::new(".")))?;
        return Ok("robot");
    }
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    match Kind::of(path) {
        Some(Kind::Launch) => check_launch(home, path).map(|()| "launch"),
        Some(Kind::Suite) => check_suite(home, path).map(|()| "suite"),
        Some(Kind::Scene) => Ok(Scene::load(path).map(|_| "scene")?),
        Some(Kind::Faults) => read_faults(Some(path)).map(|_| "faults"),
        Some(Kind::Wiring) => check_wiring(home, path).map(|()| "bus"),
        Some(Kind::Settings) => match Settings::read_file(path) {
            Ok(_) => Ok("model settings"),
            Err(what) => bail!("{what}"),
        },
        Some(Kind::Plan) => read_plan(path).map(|_| "plan"),
        Some(Kind::Calibration) => Ok(Calibration::load(path).map(|_| "calibration")?),
        Some(Kind::Urdf) => home.guarded_at(path).map(|_| "robot"),
        Some(Kind::Robot) => bail!(
            "{} reads like a robot.toml; only one of that name beside a robot.urdf counts",
            path.display()
        ),
        Some(Kind::Recording) => match journal::open(path)?.damage() {
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
        "{} says nothing that a robot, scene, launch, suite or another file of enact's would say",
        path.display()
    )
}

/// A bus.toml fits the robot beside it.
fn check_wiring(home: &Home, path: &Path) -> Result<()> {
    let robot = home.guarded_at(path.parent().unwrap_or(Path::new(".")))?;
    Wiring::load(path, &robot)?;
    Ok(())
}

/// Every task of a suite can be drawn.
fn check_suite(home: &Home, path: &Path) -> Result<()> {
    let suite = Suite::load(path)?;
    let scene = home
        .resolve(&suite.scene, &home.scenes())
        .with_context(|| format!("in {}", path.display()))?;
    let scene = std::fs::read(&scene).and_then(text::decode)?;
    let robot = home.guarded("so101")?;
    for number in 0..suite.tasks.len() as u64 {
        draw::episode(&suite, &scene, &robot, 0, number)
            .map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
    }
    Ok(())
}

fn check_launch(home: &Home, path: &Path) -> Result<()> {
    let launch = Launch::load(path)?;
    let inside = || format!("{} names it", path.display());
    let robot = home.guarded(&launch.robot).with_context(inside)?;
    let arm = launch.arm.check(home, &launch.robot, &robot);
    arm.with_context(inside)?;
    let scene = home
        .resolve(&launch.scene, &home.scenes())
        .with_context(inside)?;
    Scene::load(&scene).with_context(inside)?;
    // An installed program has the launch files that ship, but perhaps not the model.
    let may_be_missing = home.is_embedded() && launch.model == SHIPPED_MODEL;
    if launch.model.starts_with("models/")
        && !may_be_missing
        && !Path::new(&home.model(&launch.model)).is_dir()
    {
        bail!("{}: there is no folder {}", path.display(), launch.model);
    }
    Ok(())
}
