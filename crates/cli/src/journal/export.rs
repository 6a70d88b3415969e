//! `enact export`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use enact_arm::{Arm, ArmError, ArmState, ArmThread};
use enact_camera::Camera;
use enact_export::episode::{self, Picture};
use enact_export::lerobot::Dataset;
use enact_export::{Episode, csv};
use enact_journal::{Journal, Replay};
use enact_sim::render::Look;
use enact_sim::{SimArm, SimCamera};
use enact_types::{Frame, Stamp};

use super::args::ExportArgs;
use super::open;
use super::stage::Stage;

/// Writes what is asked for.
pub fn export(args: &ExportArgs) -> Result<()> {
    if args.csv.is_none() && args.lerobot.is_none() && args.mp4.is_none() {
        bail!("say what to write: --csv FILE, --lerobot DIR or --mp4 FILE");
    }
    let journals = args.files.iter().map(|file| open(file));
    let journals: Vec<Journal> = journals.collect::<Result<_>>()?;
    // Before any file is touched.
    if args.csv.is_some() {
        require_one(&journals, "--csv")?;
    }
    if args.mp4.is_some() {
        require_one(&journals, "--mp4")?;
    }
    if let Some(path) = &args.csv {
        let failure = || format!("cannot write {}", path.display());
        let file = File::create(path).with_context(failure)?;
        csv::write(&journals[0], BufWriter::new(file)).with_context(failure)?;
    }
    if args.lerobot.is_none() && args.mp4.is_none() {
        return Ok(());
    }
    let mut episodes = Vec::new();
    for journal in &journals {
        episodes.extend(episodes_of(journal, args)?);
    }
    if let Some(folder) = &args.lerobot {
        write_dataset(folder, &journals, &episodes, args.fps)?;
    }
    if let Some(path) = &args.mp4 {
        film(path, &episodes, args.fps)?;
    }
    Ok(())
}

fn require_one(journals: &[Journal], option: &str) -> Result<()> {
    match journals {
        [_] => Ok(()),
        _ => bail!("{option} takes one recording; {} are given", journals.len()),
    }
}

fn write_dataset(
    folder: &Path,
    journals: &[Journal],
    episodes: &[Episode],
    fps: u32,
) -> Result<()> {
    let robot = journals[0].info()?.robot;
    for journal in journals {
        let other = journal.info()?.robot;
        if other != robot {
            bail!(
                "a data set is of one robot; there are `{}` and `{}`, or two versions of it",
                robot.name,
                other.name
            );
        }
    }
    let dataset = Dataset {
        robot: &robot.load()?,
        fps,
        episodes,
    };
    dataset.write(folder)?;
    eprintln!("  written  {}", folder.display());
    Ok(())
}

/// The tasks of a recording, with a picture rendered for each sample where that can be.
fn episodes_of(journal: &Journal, args: &ExportArgs) -> Result<Vec<Episode>> {
    let mut episodes = episode::episodes(journal, args.fps)?;
    if args.as_taken || journal.info()?.scene.is_none() {
        return Ok(episodes);
    }
    let frames = render(journal, args.fps)?;
    for episode in &mut episodes {
        episode.set_pictures(&frames)?;
    }
    Ok(episodes)
}

/// Replays a run in its world, with a camera that runs all the time.
fn render(journal: &Journal, fps: u32) -> Result<Vec<Frame>> {
    let stage = Stage::of(journal)?;
    let film = Arc::new(Mutex::new(Vec::new()));
    let arm = Filmed {
        arm: stage.simulator.arm(),
        camera: stage
            .simulator
            .camera(Look::default(), journal.info()?.seed),
        fps,
        film: Arc::clone(&film),
    };
    let arm = ArmThread::start(Box::new(arm), &stage.robot);
    let replay = Replay::new(&stage.robot, &arm);
    for motion in &journal.motions()? {
        let departure = replay.motion(motion)?;
        if let Some(refusal) = departure.refused {
            bail!("the run cannot be replayed for its pictures: {refusal}; try --as-taken");
        }
    }
    drop(arm);
    let mut frames = film.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *frames))
}

/// An arm that is filmed while it moves.
struct Filmed {
    arm: SimArm,
    camera: SimCamera,
    fps: u32,
    film: Arc<Mutex<Vec<Frame>>>,
}

impl Filmed {
    fn film(&mut self, now: Stamp) -> Result<(), ArmError> {
        let mut frames = self.film.lock().unwrap_or_else(PoisonError::into_inner);
        let due = |taken: usize| taken as u64 * 1_000_000_000 / u64::from(self.fps);
        while now.nanos() >= due(frames.len()) {
            let frame = self.camera.capture();
            frames.push(frame.map_err(|error| ArmError::Silent(error.to_string()))?);
        }
        Ok(())
    }
}

impl Arm for Filmed {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        let state = self.arm.state()?;
        self.film(state.stamp)?;
        Ok(state)
    }

    fn cycle(&mut self, command: &enact_robot::Command) -> Result<ArmState, ArmError> {
        let state = self.arm.cycle(command)?;
        self.film(state.stamp)?;
        Ok(state)
    }
}

/// Has ffmpeg make a film of the pictures.
fn film(path: &Path, episodes: &[Episode], fps: u32) -> Result<()> {
    let samples = episodes.iter().flat_map(|episode| &episode.samples);
    let pictures: Vec<&Arc<Picture>> = samples.filter_map(|it| it.picture.as_ref()).collect();
    if pictures.is_empty() {
        bail!("no picture was kept in this recording");
    }
    let rate = fps.to_string();
    let mut ffmpeg = Command::new("ffmpeg")
        .args([
            "-y",
            "-loglevel",
            "error",
            "-f",
            "image2pipe",
            "-framerate",
            &rate,
        ])
        .args(["-c:v", "png", "-i", "-", "-pix_fmt", "yuv420p"])
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("a film needs the program `ffmpeg`, which cannot be started")?;
    let mut pipe = ffmpeg.stdin.take().context("ffmpeg takes no input")?;
    for picture in pictures {
        if pipe.write_all(&picture.png).is_err() {
            break;
        }
    }
    drop(pipe);
    let status = ffmpeg.wait()?;
    if !status.success() {
        bail!("ffmpeg could not write {} ({status})", path.display());
    }
    eprintln!("  written  {}", path.display());
    Ok(())
}
