//! `enact check`: load what is there and say what is wrong.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use enact_eval::draw;
use enact_eval::suite::Suite;
use enact_sim::Scene;

use crate::home::{Home, names_in};
use crate::launch::Launch;

/// Checks `files`, or all that ship, and writes a line for each; `false` if any is wrong.
pub fn check(home: &Home, files: &[PathBuf], output: &mut impl Write) -> Result<bool> {
    let all;
    let files = if files.is_empty() {
        all = shipped(home)?;
        &all
    } else {
        files
    };
    let mut sound = true;
    for file in files {
        match check_one(home, file) {
            Ok(kind) => writeln!(output, "ok: {} ({kind})", file.display())?,
            Err(error) => {
                sound = false;
                writeln!(output, "bad: {}\n{error:#}", file.display())?;
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
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    match kind_of(&text) {
        Kind::Launch => check_launch(home, path).map(|()| "launch"),
        Kind::Scene => Scene::load(path).map(|_| "scene").map_err(Into::into),
        Kind::Suite => check_suite(home, path).map(|()| "suite"),
    }
}

enum Kind {
    Launch,
    Scene,
    Suite,
}

/// A suite says what it is about; a launch names a robot and a model; nothing else does.
fn kind_of(text: &str) -> Kind {
    let names = |key: &str| {
        text.lines()
            .any(|line| line.trim_start().starts_with(key) && line.contains('='))
    };
    if names("about") {
        Kind::Suite
    } else if names("robot") || names("model") {
        Kind::Launch
    } else {
        Kind::Scene
    }
}

/// Every task of a suite can be drawn.
fn check_suite(home: &Home, path: &Path) -> Result<()> {
    let suite = Suite::load(path)?;
    let scene = home
        .resolve(&suite.scene, &home.scenes())
        .with_context(|| format!("in {}", path.display()))?;
    let scene = std::fs::read_to_string(&scene)?;
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
    if launch.model.starts_with("models/") && !home.path().join(&launch.model).is_dir() {
        bail!("{}: there is no folder {}", path.display(), launch.model);
    }
    Ok(())
}
