//! `enact export --lerobot`: episodes of recordings as a data set.

use std::path::Path;

use anyhow::{Context, Result, bail};
use enact_arm::calibration::Calibration;
use enact_export::lerobot::{CameraFeature, DatasetSpec, DatasetWriter, VideoCodec};
use enact_export::pictures::{CameraTrack, HeldPictureCounts};
use enact_export::{Episode, JointColumns, RecordedEpisodes, Units};
use enact_recording::ServoInfo;
use serde_json::{Value, json};

use super::args::{DatasetExportArgs, ExportArgs, TaskFilter, UnitsArg};
use super::picture_source::PictureSource;
use crate::arm::arm_config::nominal_servo_info;
use crate::arm::hardware::bus_config;
use crate::data_dir::DataDir;
use crate::progress;

/// Longest episode whose times are distinct as 32-bit floats to a tenth of a millisecond in
/// LeRobot, seconds.
const MAX_EPISODE_S: usize = 2048;

/// A recording with its selected episodes and the source of their pictures.
struct Part<'a> {
    recording: &'a RecordedEpisodes,
    episodes: Vec<&'a Episode>,
    source: PictureSource,
}

/// Writes a LeRobot data set, or appends to one; returns what was written.
///
/// # Errors
/// If the recordings hold nothing to export, do not go together or do not fit the data set to add
/// to, or a file cannot be written.
pub fn write(
    data_dir: &DataDir,
    folder: &Path,
    recordings: &[RecordedEpisodes],
    args: &ExportArgs,
    stop: &dyn Fn() -> bool,
) -> Result<Value> {
    let set = &args.set;
    let parts = recordings.iter().map(|recording| choose(recording, args));
    let parts: Vec<Part<'_>> = parts.collect::<Result<_>>()?;
    let parts: Vec<&Part<'_>> = parts.iter().filter(|it| !it.episodes.is_empty()).collect();
    let Some(first) = parts.first() else {
        bail!("there is nothing to export: no recording has a task to take");
    };
    let tracks = agree(&parts, set)?;
    let columns = columns(data_dir, first.recording, set)?;
    for part in &parts[1..] {
        require_alike(first.recording, part.recording)?;
    }
    let spec = DatasetSpec {
        columns,
        fps: args.fps,
        cameras: tracks.iter().map(|track| camera(track, set)).collect(),
        outcome: !set.without_outcome,
    };
    let mut writer = DatasetWriter::begin(folder, spec, set.append, stop)?;
    for note in writer.spec_differences() {
        errln!("    note  {note}");
    }
    let samples = |part: &&Part<'_>| {
        part.episodes
            .iter()
            .map(|it| it.samples.len())
            .sum::<usize>()
    };
    let pictures = parts.iter().map(samples).sum::<usize>() * tracks.len();
    let bar = progress::bar(pictures as u64, "pictures");
    let appended = set.append;
    for part in &parts {
        let columns = self::columns(data_dir, part.recording, set)?;
        writer.set_joint_columns(columns)?;
        writer.announce_episodes(&part.episodes);
        let wanted: Vec<&CameraTrack> = tracks
            .iter()
            .filter_map(|track| {
                part.source
                    .camera_tracks()
                    .iter()
                    .find(|own| same(own, track))
            })
            .collect();
        let held = part.source.deliver(
            part.recording,
            &part.episodes,
            &wanted,
            args.fps,
            &mut |number, shot| {
                bar.inc(1);
                writer.push_picture(number, shot)
            },
        )?;
        tell_of_held(part.recording, &wanted, &held);
        writer.write_episodes(&part.episodes)?;
    }
    bar.finish_and_clear();
    let spec = writer.spec().clone();
    let summary = writer.finish()?;
    let total = match appended {
        true => format!(", {} in all", summary.total),
        false => String::new(),
    };
    errln!(
        "  written  {}: {} episode{}, {} samples at {} per second{total}",
        folder.display(),
        summary.episodes,
        if summary.episodes == 1 { "" } else { "s" },
        summary.samples,
        spec.fps,
    );
    errln!(
        "     arm  {}, {}",
        spec.columns.robot_type,
        spec.columns.units
    );
    let mut cameras = Vec::new();
    for camera in &spec.cameras {
        let kept = camera.codec.map_or("files", VideoCodec::name);
        let (key, width, height) = (camera.key(), camera.width, camera.height);
        errln!("  camera  {key}, {width} x {height}, {kept}");
        cameras.push(json!({"key": key, "width": width, "height": height, "format": kept}));
    }
    Ok(json!({
        "path": folder,
        "episodes": summary.episodes,
        "samples": summary.samples,
        "total_episodes": summary.total,
        "fps": spec.fps,
        "robot_type": spec.columns.robot_type,
        "units": spec.columns.units.to_string(),
        "cameras": cameras,
    }))
}

/// Selects episodes of a recording, and reports those left out.
fn choose<'a>(recording: &'a RecordedEpisodes, args: &ExportArgs) -> Result<Part<'a>> {
    let name = recording.path.display();
    for left in &recording.left_out {
        errln!("left out  {name}: `{}`: {}", left.task, left.why);
    }
    let mut episodes = Vec::new();
    for episode in &recording.episodes {
        if args.set.only == Some(TaskFilter::Reached) && episode.reached != Some(true) {
            errln!("left out  {name}: `{}`: not reached", episode.task);
            continue;
        }
        if episode.waited.as_secs_f64() >= 1.0 {
            let seconds = episode.waited.as_secs_f64();
            errln!(
                "    note  {name}: `{}`: {seconds:.1} s in which the arm waited are left out (--keep-pauses)",
                episode.task
            );
        }
        if episode.samples.len() > MAX_EPISODE_S * args.fps as usize {
            errln!(
                "    note  {name}: `{}` is longer than {MAX_EPISODE_S} s: LeRobot may not tell its times apart",
                episode.task
            );
        }
        episodes.push(episode);
    }
    Ok(Part {
        recording,
        episodes,
        source: PictureSource::from_recording(recording, args.as_taken)?,
    })
}

/// Returns the requested tracks that all recordings have.
fn agree(parts: &[&Part<'_>], set: &DatasetExportArgs) -> Result<Vec<CameraTrack>> {
    let first = parts[0];
    let wanted = |track: &&CameraTrack| {
        let named = set.cameras.as_ref();
        let named = named.is_none_or(|names| names.contains(&track.camera));
        named && (set.depth || !track.depth)
    };
    if let Some(names) = &set.cameras {
        let is_unknown = |name: &&String| {
            let mut tracks = first.source.camera_tracks().iter();
            !tracks.any(|track| track.camera == **name)
        };
        if let Some(unknown) = names.iter().find(is_unknown) {
            let mut known: Vec<&str> = Vec::new();
            for track in first
                .source
                .camera_tracks()
                .iter()
                .filter(|track| !track.depth)
            {
                known.push(&track.camera);
            }
            bail!(
                "{}: there is no camera `{unknown}`; there are: {}",
                first.recording.path.display(),
                known.join(", ")
            );
        }
    }
    let tracks: Vec<CameraTrack> = first
        .source
        .camera_tracks()
        .iter()
        .filter(wanted)
        .cloned()
        .collect();
    for part in &parts[1..] {
        let own: Vec<&CameraTrack> = part.source.camera_tracks().iter().filter(wanted).collect();
        let (here, there) = (&part.recording.path, &first.recording.path);
        for track in &tracks {
            let Some(other) = own.iter().find(|own| same(own, track)) else {
                lacks(here, there, track)?;
                continue;
            };
            if (other.width, other.height) != (track.width, track.height) {
                bail!(
                    "camera `{}` has {} x {} pixels in {}, {} x {} in {}: a data set needs one size",
                    track.camera,
                    track.width,
                    track.height,
                    there.display(),
                    other.width,
                    other.height,
                    here.display()
                );
            }
        }
        if let Some(more) = own
            .iter()
            .find(|own| !tracks.iter().any(|it| same(own, it)))
        {
            lacks(there, here, more)?;
        }
    }
    Ok(tracks)
}

fn lacks(here: &Path, there: &Path, track: &CameraTrack) -> Result<()> {
    let what = if track.depth { "depth" } else { "pictures" };
    bail!(
        "{} has no {what} of camera `{}`, which {} has; --cameras chooses those that all have",
        here.display(),
        track.camera,
        there.display()
    )
}

fn same(one: &CameraTrack, other: &CameraTrack) -> bool {
    (&one.camera, one.depth) == (&other.camera, other.depth)
}

fn camera(track: &CameraTrack, set: &DatasetExportArgs) -> CameraFeature {
    let codec = match set.images {
        true => None,
        false => VideoCodec::best(track.width, track.height, track.depth),
    };
    CameraFeature {
        name: track.camera.clone(),
        width: track.width,
        height: track.height,
        depth: track.depth,
        codec,
    }
}

/// Returns the columns of the data set.
fn columns(
    data_dir: &DataDir,
    recording: &RecordedEpisodes,
    set: &DatasetExportArgs,
) -> Result<JointColumns> {
    let robot = &recording.robot;
    if set.units == Some(UnitsArg::Rad) {
        return Ok(JointColumns::in_radians_and_meters(robot));
    }
    let servos = servos(data_dir, recording, set)?;
    let Some(servos) = servos.filter(|servos| !servos.lerobot.is_empty()) else {
        if set.units.is_some() {
            bail!(
                "LeRobot has no class for `{}`, whose servos nothing tells of (bus.toml): only --units rad is left",
                robot.name()
            );
        }
        return Ok(JointColumns::in_radians_and_meters(robot));
    };
    let units = match set.units {
        Some(UnitsArg::Normalized) => Units::Normalized,
        Some(UnitsArg::Degrees) => Units::Degrees,
        _ => Units::default_for_servos(&servos),
    };
    Ok(JointColumns::for_lerobot(robot, &servos, units)?)
}

/// Returns the recorded servos, or else those that an arm of its kind has.
fn servos(
    data_dir: &DataDir,
    recording: &RecordedEpisodes,
    set: &DatasetExportArgs,
) -> Result<Option<ServoInfo>> {
    let robot = &recording.robot;
    let launched = &recording.info.launch;
    let name = launched["robot"].as_str().unwrap_or(robot.name());
    if let Some(path) = &set.calibration {
        let bus_config = bus_config(data_dir, robot, name, None)?;
        let servos = ServoInfo::from_calibration(robot, &bus_config, &Calibration::load(path)?);
        return Ok(Some(servos.with_context(|| path.display().to_string())?));
    }
    if let Some(servos) = &recording.info.servos {
        return Ok(Some(servos.clone()));
    }
    let nominal = nominal_servo_info(data_dir, name, robot);
    let real = launched["arm"]["source"] == "servos";
    if real && nominal.is_some() {
        bail!(
            "{}: it does not say how the arm was calibrated; --calibration FILE.json does, or --units rad does without",
            recording.path.display()
        );
    }
    Ok(nominal)
}

/// Checks that two recordings are of one robot and can be read in one way.
fn require_alike(first: &RecordedEpisodes, other: &RecordedEpisodes) -> Result<()> {
    let names = |recording: &RecordedEpisodes| -> Vec<String> {
        let joints = recording.robot.joints().iter();
        joints.map(|joint| joint.name.clone()).collect()
    };
    let kind = |recording: &RecordedEpisodes| {
        let servos = recording.info.servos.as_ref();
        servos.and_then(|servos| servos.lerobot.first().cloned())
    };
    if first.robot.name() != other.robot.name()
        || names(first) != names(other)
        || kind(first) != kind(other)
    {
        bail!(
            "a data set is of one robot; {} is of `{}`, {} of `{}`",
            first.path.display(),
            first.robot.name(),
            other.path.display(),
            other.robot.name()
        );
    }
    Ok(())
}

fn tell_of_held(recording: &RecordedEpisodes, tracks: &[&CameraTrack], held: &[HeldPictureCounts]) {
    for (track, held) in tracks.iter().zip(held) {
        let parts = [
            (held.early, "samples before the first picture have that one"),
            (held.stale, "samples have a picture older than two periods"),
            (
                held.spoiled,
                "pictures cannot be read; the ones before are held",
            ),
        ];
        for (count, what) in parts.into_iter().filter(|(count, _)| *count > 0) {
            let name = if track.depth { "depth" } else { "camera" };
            errln!(
                "    note  {}: {name} `{}`: {count} {what}",
                recording.path.display(),
                track.camera
            );
        }
    }
}
