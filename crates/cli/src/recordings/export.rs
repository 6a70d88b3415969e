//! `enact export`.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result, bail};
use enact_arm::StopSwitch;
use enact_export::lerobot::video::VideoWriter;
use enact_export::pictures::MODEL_CAMERA_NAME;
use enact_export::{EpisodeReader, ExportError, Pixels, RecordedEpisodes, csv};
use serde_json::{Map, Value, json};

use super::args::ExportArgs;
use super::picture_source::PictureSource;
use super::{lerobot, open_readable};
use crate::data_dir::DataDir;
use crate::progress;
use crate::stop_sources::stop_on_interrupt;

/// Writes what `args` ask for.
///
/// # Errors
/// If nothing is asked for, a recording cannot be read or used, or a file cannot be written.
pub fn export(data_dir: &DataDir, args: &ExportArgs) -> Result<()> {
    if args.csv.is_none() && args.lerobot.is_none() && args.mp4.is_none() {
        bail!("say what to write: --csv FILE, --lerobot DIR or --mp4 FILE");
    }
    // Before any file is touched.
    if args.csv.is_some() {
        require_one(args, "--csv")?;
    }
    if args.mp4.is_some() {
        require_one(args, "--mp4")?;
    }
    let written = write(data_dir, args)?;
    if args.json {
        outln!("{}", Value::from(written));
    }
    Ok(())
}

/// Writes each format, and returns what was written by the name of the format.
fn write(data_dir: &DataDir, args: &ExportArgs) -> Result<Map<String, Value>> {
    let mut written = Map::new();
    if let Some(path) = &args.csv {
        let run = open_readable(&args.files[0])?;
        let failure = || format!("cannot write {}", path.display());
        let file = File::create(path).with_context(failure)?;
        csv::write(&run, BufWriter::new(file)).with_context(failure)?;
        written.insert("csv".into(), json!({"path": path}));
    }
    if args.lerobot.is_none() && args.mp4.is_none() {
        return Ok(written);
    }
    let switch = StopSwitch::new();
    stop_on_interrupt(switch.clone())?;
    let stop = || switch.is_pressed();
    let survey = EpisodeReader {
        fps: args.fps,
        keep_pauses: args.keep_pauses,
    };
    let recordings = args
        .files
        .iter()
        .map(|file| survey.read_episodes(file, &stop));
    let recordings: Vec<RecordedEpisodes> = recordings.collect::<Result<_, _>>()?;
    if let Some(folder) = &args.lerobot {
        let set = lerobot::write(data_dir, folder, &recordings, args, &stop)?;
        written.insert("lerobot".into(), set);
    }
    if let Some(path) = &args.mp4 {
        film(path, &recordings[0], args, &stop)?;
        written.insert("mp4".into(), json!({"path": path, "fps": args.fps}));
    }
    Ok(written)
}

fn require_one(args: &ExportArgs, option: &str) -> Result<()> {
    match args.files.len() {
        1 => Ok(()),
        more => bail!("{option} takes one recording; {more} are given"),
    }
}

/// Makes a film of a recording.
fn film(
    path: &Path,
    recording: &RecordedEpisodes,
    args: &ExportArgs,
    stop: &dyn Fn() -> bool,
) -> Result<()> {
    let source = PictureSource::from_recording(recording, args.as_taken)?;
    let tracks = source.camera_tracks();
    // What the model sees, if that was kept.
    let colors = tracks
        .iter()
        .position(|track| !track.depth && track.camera == MODEL_CAMERA_NAME)
        .or_else(|| tracks.iter().position(|track| !track.depth));
    let Some(colors) = colors.filter(|_| !recording.episodes.is_empty()) else {
        bail!(
            "{}: no picture was kept of what the arm did",
            recording.path.display()
        );
    };
    let size = (tracks[colors].width, tracks[colors].height);
    let mut film = VideoWriter::begin_rgb_video(path, size, args.fps)?;
    let episodes: Vec<_> = recording.episodes.iter().collect();
    let pictures: usize = episodes.iter().map(|it| it.samples.len()).sum();
    let bar = progress::bar(pictures as u64, "pictures");
    source.deliver(
        recording,
        &episodes,
        &[&tracks[colors]],
        args.fps,
        &mut |_, shot| {
            bar.inc(1);
            if stop() {
                return Err(ExportError::Stopped);
            }
            match shot.pixels() {
                Pixels::Rgb(rgb) => film.push(rgb.as_raw()),
                Pixels::Depth(_) => Ok(()),
            }
        },
    )?;
    bar.finish_and_clear();
    film.finish()?;
    errln!("  written  {}", path.display());
    Ok(())
}
