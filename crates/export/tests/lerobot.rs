//! Synthetic recordings as data sets, read back.

mod common;

use std::cell::Cell;
use std::fs;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use common::{
    HIGH, Take, WIDE, add, entries, export, json, never, recording, rows, spec, survey, way,
};
use enact_export::lerobot::{DatasetWriter, VideoCodec};
use enact_export::{ExportError, JointColumns, Units};
use enact_runtime::TaskEnd;

const DATA: &str = "data/chunk-000/file-000.parquet";
const EPISODES: &str = "meta/episodes/chunk-000/file-000.parquet";

fn whole(rows: &RecordBatch, name: &str) -> Vec<i64> {
    let column = rows.column_by_name(name).unwrap();
    column.as_primitive::<Int64Type>().values().to_vec()
}

fn vectors(rows: &RecordBatch, name: &str) -> Vec<Vec<f32>> {
    let column = rows.column_by_name(name).unwrap().as_fixed_size_list();
    (0..column.len())
        .map(|row| {
            column
                .value(row)
                .as_primitive::<Float32Type>()
                .values()
                .to_vec()
        })
        .collect()
}

fn flags(rows: &RecordBatch, name: &str) -> Vec<bool> {
    let column = rows.column_by_name(name).unwrap().as_boolean();
    column.values().iter().collect()
}

/// Returns the red value of each picture of a camera, where all pixels are alike.
fn shades(rows: &RecordBatch, name: &str) -> Vec<u8> {
    let pictures = rows.column_by_name(name).unwrap().as_struct();
    let bytes = pictures.column_by_name("bytes").unwrap().as_binary::<i32>();
    let shade = |bytes: Option<&[u8]>| {
        let rgb = image::load_from_memory(bytes.unwrap()).unwrap().into_rgb8();
        assert_eq!(rgb.dimensions(), (WIDE, HIGH));
        rgb.get_pixel(20, 20).0[0]
    };
    bytes.iter().map(shade).collect()
}

#[test]
fn rows_say_what_lerobot_would_have_read_and_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    recording(&path, "wave", 1000, &[]);
    let recording = survey(&path);
    let set = folder.path().join("set");
    let summary = export(&recording, &set, false).unwrap();
    assert_eq!((summary.episodes, summary.samples), (1, 11));
    let info = json(&set, "meta/info.json");
    assert_eq!(info["robot_type"], "so_follower");
    assert_eq!(info["features"]["action"]["names"][0], "shoulder_pan.pos");
    assert_eq!(info["total_frames"], 11);
    let rows = rows(&set.join(DATA));
    assert_eq!(whole(&rows, "frame_index"), (0..11).collect::<Vec<_>>());
    let servos = recording.info.servos.as_ref().unwrap();
    let columns = JointColumns::for_lerobot(&recording.robot, servos, Units::Degrees).unwrap();
    let (states, actions) = (
        vectors(&rows, "observation.state"),
        vectors(&rows, "action"),
    );
    for sample in 0..11 {
        let time = sample as f64 * 100.0;
        let state: Vec<f32> = columns.convert_to_row(&way(time - 40.0)).collect();
        assert_eq!(states[sample], state);
        // The newest command when the next sample is taken.
        let until = (time + 100.0).min(1000.0);
        let newest = if sample < 10 { until - 10.0 } else { until };
        let near =
            [newest, until].map(|time| columns.convert_to_row(&way(time)).collect::<Vec<f32>>());
        assert!(near.contains(&actions[sample]), "sample {sample}");
        assert_ne!(actions[sample], states[sample]);
    }
    // Degrees from the middle of the range, and a share of the gripper's.
    assert!((states[3][0] - way(260.0)[0].to_degrees() as f32 * 4096.0 / 4095.0).abs() < 1e-3);
    assert!((0.0..=100.0).contains(&states[3][5]));
    assert_eq!(
        flags(&rows, "next.success"),
        [vec![false; 10], vec![true]].concat()
    );
}

#[test]
fn our_own_units_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    recording(&path, "wave", 300, &[]);
    let recording = survey(&path);
    let set = folder.path().join("set");
    let spec = spec(&recording, Units::Radians);
    let mut writer = DatasetWriter::begin(&set, spec, false, &never).unwrap();
    add(&mut writer, &recording).unwrap();
    writer.finish().unwrap();
    let info = json(&set, "meta/info.json");
    assert_eq!(info["robot_type"], "so101");
    let action = &info["features"]["action"];
    assert_eq!(action["names"][5], "gripper.rad");
    assert!(action["info"]["units"].as_str().unwrap().starts_with("rad"));
    let rows = rows(&set.join(DATA));
    let own: Vec<f32> = way(60.0).iter().map(|value| *value as f32).collect();
    assert_eq!(vectors(&rows, "observation.state")[1], own);
}

/// Returns numpy's results for the same values.
fn spread(mut values: Vec<f64>) -> [(&'static str, f64); 6] {
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / count;
    let quantile = |share: f64| {
        let at = share * (count - 1.0);
        let (low, high) = (values[at.floor() as usize], values[at.ceil() as usize]);
        low + (high - low) * at.fract()
    };
    [
        ("min", values[0]),
        ("max", values[values.len() - 1]),
        ("mean", mean),
        ("std", variance.sqrt()),
        ("q01", quantile(0.01)),
        ("q90", quantile(0.9)),
    ]
}

#[test]
fn statistics_are_those_of_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    for (number, until) in [700, 1300].into_iter().enumerate() {
        let path = folder.path().join(format!("{number}.mcap"));
        recording(&path, "wave", until, &[("front", 100)]);
        export(&survey(&path), &set, number > 0).unwrap();
    }
    let data = [
        "data/chunk-000/file-000.parquet",
        "data/chunk-000/file-001.parquet",
    ];
    let parts = data.map(|name| rows(&set.join(name)));
    let stats = json(&set, "meta/stats.json");
    for name in ["action", "observation.state"] {
        let all: Vec<Vec<f32>> = parts.iter().flat_map(|rows| vectors(rows, name)).collect();
        assert_eq!(all.len(), 22);
        for joint in 0..6 {
            let values = all.iter().map(|row| f64::from(row[joint])).collect();
            for (what, expected) in spread(values) {
                let said = stats[name][what][joint].as_f64().unwrap();
                assert!((said - expected).abs() < 1e-9, "{name} {what} {joint}");
            }
        }
        assert_eq!(stats[name]["count"][0], 22);
    }
    assert_eq!(stats["index"]["max"][0], 21.0);
    let red: Vec<f64> = parts
        .iter()
        .flat_map(|rows| shades(rows, "observation.images.front"))
        .map(|shade| f64::from(shade) / 255.0)
        .collect();
    for (what, expected) in spread(red).into_iter().take(4) {
        let said = stats["observation.images.front"][what][0][0][0]
            .as_f64()
            .unwrap();
        // JPEG preserves colors approximately.
        assert!((said - expected).abs() < 0.02, "{what}: {said} {expected}");
    }
    // The episode's own statistics.
    let file = "meta/episodes/chunk-000/file-001.parquet";
    let episode = rows(&set.join(file));
    let own = vectors(&parts[1], "action")
        .iter()
        .map(|row| f64::from(row[2]))
        .collect();
    for (what, expected) in spread(own) {
        let column = episode
            .column_by_name(&format!("stats/action/{what}"))
            .unwrap();
        let said = column.as_list::<i32>().value(0);
        let said = said.as_primitive::<Float64Type>().value(2);
        assert!((said - expected).abs() < 1e-9, "{what}");
    }
}

#[test]
fn each_instruction_that_moved_the_arm_is_an_episode() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.mcap");
    let mut take = Take::begin(&path);
    take.seen(0, 9);
    take.task("is there a cube?", false);
    take.reading(0, &way(0.0), None);
    take.ends(TaskEnd::Said, Vec::new());
    take.task("put the cube on the moon", false);
    take.reading(10, &way(0.0), Some(&way(0.0)));
    take.ends(TaskEnd::OutOfTurns, vec!["it is too far".to_owned()]);
    take.task("show me", true);
    take.moves(20, 500);
    take.ends(TaskEnd::DryRun, Vec::new());
    take.task("wave", false);
    take.moves(600, 900);
    take.ends(TaskEnd::OutOfTurns, Vec::new());
    take.task("nod", false);
    take.moves(1000, 1400);
    take.ends(TaskEnd::Done, Vec::new());
    take.task("wave", false);
    take.moves(1500, 1700);
    take.ends(TaskEnd::Done, Vec::new());
    take.outcome(false);
    assert_eq!(take.finish(), 0);
    let recording = survey(&path);
    let told: Vec<_> = recording
        .episodes
        .iter()
        .map(|it| (it.task.as_str(), it.reached))
        .collect();
    let expected = [
        ("wave", Some(false)),
        ("nod", Some(true)),
        ("wave", Some(false)),
    ];
    assert_eq!(told, expected);
    let left: Vec<_> = recording.left_out.iter().map(|it| it.why).collect();
    assert_eq!(left, ["nothing moved", "nothing moved", "it was a dry run"]);
    let set = folder.path().join("set");
    export(&recording, &set, false).unwrap();
    let rows = common::rows(&set.join(DATA));
    assert_eq!(
        whole(&rows, "episode_index"),
        [0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2]
    );
    assert_eq!(
        whole(&rows, "task_index"),
        [0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0]
    );
    assert_eq!(whole(&rows, "index"), (0..12).collect::<Vec<_>>());
    let reached = flags(&rows, "next.success");
    assert_eq!(reached.iter().filter(|it| **it).count(), 1);
    assert!(reached[8]);
    let episodes = common::rows(&set.join(EPISODES));
    assert_eq!(whole(&episodes, "length"), [4, 5, 3]);
    assert_eq!(whole(&episodes, "dataset_from_index"), [0, 4, 9]);
    assert_eq!(whole(&episodes, "dataset_to_index"), [4, 9, 12]);
    let info = json(&set, "meta/info.json");
    assert_eq!(
        (&info["total_episodes"], &info["total_tasks"]),
        (&3.into(), &2.into())
    );
    // Every picture is the one that was seen.
    assert_eq!(shades(&rows, "observation.images.front"), [9; 12]);
}

#[test]
fn a_sample_has_the_newest_picture_of_each_camera() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let mut take = Take::begin(&path);
    take.task("wave", false);
    // A picture shown to a model does not count where cameras record streams.
    take.seen(0, 255);
    for time in [30, 130, 230, 630] {
        take.filmed("front", time, (time / 10) as u8);
    }
    for time in (0..=800).step_by(33) {
        take.filmed("wrist", time, (time / 10) as u8);
    }
    take.moves(0, 800);
    take.ends(TaskEnd::Done, Vec::new());
    assert_eq!(take.finish(), 0);
    let recording = survey(&path);
    let set = folder.path().join("set");
    let mut writer =
        DatasetWriter::begin(&set, spec(&recording, Units::Degrees), false, &never).unwrap();
    let held = add(&mut writer, &recording).unwrap();
    writer.finish().unwrap();
    let rows = common::rows(&set.join(DATA));
    let near = |name: &str, expected: [u8; 9]| {
        for (own, expected) in shades(&rows, name).into_iter().zip(expected) {
            assert!(own.abs_diff(expected) <= 2, "{name}: {own} {expected}");
        }
    };
    near(
        "observation.images.front",
        [3, 3, 13, 23, 23, 23, 23, 63, 63],
    );
    near(
        "observation.images.wrist",
        [0, 9, 19, 29, 39, 49, 59, 69, 79],
    );
    let tracks = recording.tracks.iter().zip(&held);
    for (track, held) in tracks.filter(|(track, _)| !track.depth) {
        let expected = if track.camera == "front" {
            (1, 2)
        } else {
            (0, 0)
        };
        assert_eq!((held.early, held.stale), expected, "{}", track.camera);
    }
    // Depth is beside the pictures, as 32-bit floats.
    let info = json(&set, "meta/info.json");
    let feature = &info["features"]["observation.images.wrist_depth"];
    assert_eq!(feature["shape"][2], 1);
    assert_eq!(feature["info"]["is_depth_map"], true);
    assert_eq!(feature["info"]["depth_unit"], "m");
    let depth = rows
        .column_by_name("observation.images.wrist_depth")
        .unwrap();
    let bytes = depth.as_struct().column_by_name("bytes").unwrap();
    let file = bytes.as_binary::<i32>().value(0);
    assert!(file.starts_with(b"II\x2a\0"));
    let first = f32::from_le_bytes([file[8], file[9], file[10], file[11]]);
    assert!((first - 0.2).abs() < 1e-3, "{first}");
    let stats = json(&set, "meta/stats.json");
    let mean = stats["observation.images.wrist_depth"]["mean"][0][0][0].as_f64();
    assert!((0.2..0.3).contains(&mean.unwrap()));
}

#[test]
fn a_picture_that_cannot_be_read_costs_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    recording(&path, "wave", 500, &[("front", 100)]);
    // Spoil the third picture: its text is unpacked, changed and packed again.
    let bytes = fs::read(&path).unwrap();
    let spoiled = folder.path().join("spoiled.mcap");
    let mut pictures = 0;
    let mut writer =
        mcap::Writer::new(std::io::BufWriter::new(fs::File::create(&spoiled).unwrap())).unwrap();
    for message in mcap::MessageStream::new(&bytes).unwrap() {
        let mut message = message.unwrap();
        if message.channel.topic == "/streams/front/image" {
            pictures += 1;
            if pictures == 3 {
                let text = String::from_utf8(message.data.to_vec()).unwrap();
                let begin = text.find("\"data\":\"").unwrap() + 40;
                let mut text = text.into_bytes();
                text[begin..begin + 400].fill(b'A');
                message.data = text.into();
            }
        }
        writer.write(&message).unwrap();
    }
    writer.finish().unwrap();
    let recording = survey(&spoiled);
    let set = folder.path().join("set");
    let mut writer =
        DatasetWriter::begin(&set, spec(&recording, Units::Degrees), false, &never).unwrap();
    let held = add(&mut writer, &recording).unwrap();
    writer.finish().unwrap();
    let colors = recording
        .tracks
        .iter()
        .position(|track| !track.depth)
        .unwrap();
    assert_eq!(held[colors].spoiled, 1);
    let rows = common::rows(&set.join(DATA));
    let shades = shades(&rows, "observation.images.front");
    assert_eq!(shades.len(), 6);
    assert_eq!(shades[2], shades[1]);
    assert!(shades[3] > shades[2]);
}

#[test]
fn a_data_set_grows_by_what_agrees_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    let path = |name: &str| folder.path().join(format!("{name}.mcap"));
    recording(&path("one"), "wave", 400, &[("front", 100)]);
    recording(&path("two"), "nod", 600, &[("front", 50)]);
    recording(&path("blind"), "nod", 600, &[]);
    let one = survey(&path("one"));
    export(&one, &set, true).unwrap();
    let before = fs::read(set.join(DATA)).unwrap();
    let refused = export(&one, &set, false).unwrap_err().to_string();
    assert!(refused.contains("--append"), "{refused}");
    let summary = export(&survey(&path("two")), &set, true).unwrap();
    assert_eq!(
        (summary.episodes, summary.samples, summary.total),
        (1, 7, 2)
    );
    // The previous content is unchanged, to the byte.
    assert_eq!(fs::read(set.join(DATA)).unwrap(), before);
    let info = json(&set, "meta/info.json");
    assert_eq!(info["total_frames"], 12);
    assert_eq!(info["splits"]["train"], "0:2");
    let more = rows(&set.join("data/chunk-000/file-001.parquet"));
    assert_eq!(whole(&more, "index"), (5..12).collect::<Vec<_>>());
    assert_eq!(whole(&more, "task_index"), [1; 7]);
    let episodes = rows(&set.join("meta/episodes/chunk-000/file-001.parquet"));
    assert_eq!(whole(&episodes, "data/file_index"), [1]);
    assert_eq!(whole(&episodes, "episode_index"), [1]);
    // A mismatch is refused and changes nothing.
    let refuse =
        |why: &str, change: &dyn Fn(&mut enact_export::lerobot::DatasetSpec), name: &str| {
            let recording = survey(&path(name));
            let mut spec = spec(&recording, Units::Degrees);
            change(&mut spec);
            let error = DatasetWriter::begin(&set, spec, true, &never)
                .err()
                .unwrap()
                .to_string();
            assert!(error.contains(why), "{error}");
        };
    refuse("not 30; try --fps 10", &|spec| spec.fps = 30, "one");
    refuse(
        "robot_type is `so_follower`",
        &|spec| spec.columns.robot_type = "koch_follower".to_owned(),
        "one",
    );
    refuse("has `observation.images.front`", &|_| {}, "blind");
    refuse(
        "`observation.images.front`: shape",
        &|spec| spec.cameras[0].width = 32,
        "one",
    );
    refuse(
        "`action`: names",
        &|spec| spec.columns.names[0] = "waist.pos".to_owned(),
        "one",
    );
    refuse("has `next.success`", &|spec| spec.outcome = false, "one");
    assert_eq!(json(&set, "meta/info.json"), info);
    fs::write(
        set.join("meta/info.json"),
        r#"{"codebase_version": "v2.1"}"#,
    )
    .unwrap();
    refuse("version v2.1", &|_| {}, "one");
    fs::remove_file(set.join("meta/info.json")).unwrap();
    refuse("meta/info.json cannot be read", &|_| {}, "one");
}

#[test]
fn a_data_set_without_outcomes_stays_without() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    let path = folder.path().join("run.mcap");
    recording(&path, "wave", 400, &[]);
    let run = survey(&path);
    let mut without = spec(&run, Units::Degrees);
    without.outcome = false;
    let mut writer = DatasetWriter::begin(&set, without, false, &never).unwrap();
    add(&mut writer, &run).unwrap();
    writer.finish().unwrap();
    let mut writer = DatasetWriter::begin(&set, spec(&run, Units::Degrees), true, &never).unwrap();
    assert!(writer.spec_differences()[0].contains("next.success"));
    add(&mut writer, &run).unwrap();
    assert_eq!(writer.finish().unwrap().total, 2);
    let more = rows(&set.join("data/chunk-000/file-001.parquet"));
    assert!(more.column_by_name("next.success").is_none());
}

#[test]
fn whoever_stops_it_finds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    recording(&path, "wave", 900, &[("front", 100)]);
    let run = survey(&path);
    let set = folder.path().join("set");
    let mut stopped = 0;
    for patience in 0..60_u32 {
        let left = Cell::new(patience);
        let stop = || left.replace(left.get().saturating_sub(1)) == 0;
        let export = || -> Result<(), ExportError> {
            let mut writer = DatasetWriter::begin(&set, spec(&run, Units::Degrees), false, &stop)?;
            add(&mut writer, &run)?;
            writer.finish().map(drop)
        };
        match export() {
            Err(ExportError::Stopped) => {
                stopped += 1;
                assert_eq!(entries(folder.path()), ["run.mcap"]);
            }
            Ok(()) => {
                assert_eq!(entries(folder.path()), ["run.mcap", "set"]);
                fs::remove_dir_all(&set).unwrap();
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(stopped > 20, "{stopped}");
    let error = SURVEY_STOPPED(&path);
    assert!(matches!(error, ExportError::Stopped), "{error}");
}

const SURVEY_STOPPED: fn(&Path) -> ExportError =
    |path| common::SURVEY.read_episodes(path, &|| true).unwrap_err();

#[test]
fn what_is_no_recording_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("empty.mcap", &b""[..]),
        ("notes.mcap", b"notes"),
        ("cut.mcap", mcap::MAGIC),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let error = common::SURVEY
            .read_episodes(&path, &never)
            .unwrap_err()
            .to_string();
        assert!(error.contains(name), "{error}");
    }
    let missing = folder.path().join("missing.mcap");
    let error = common::SURVEY
        .read_episodes(&missing, &never)
        .unwrap_err()
        .to_string();
    assert!(error.contains("missing.mcap"), "{error}");
}

#[test]
fn a_recording_that_was_cut_is_taken_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    recording(&path, "wave", 20_000, &[("front", 20)]);
    let bytes = fs::read(&path).unwrap();
    let cut = folder.path().join("cut.mcap");
    fs::write(&cut, &bytes[..bytes.len() * 2 / 3]).unwrap();
    let recording = survey(&cut);
    // Readings come after all pictures in the file.
    let samples: usize = recording.episodes.iter().map(|it| it.samples.len()).sum();
    assert!(samples < 201);
    assert!(recording.episodes.iter().all(|it| it.reached.is_none()));
}

/// Without ffmpeg, pictures are files, which other tests cover.
#[test]
fn videos_hold_one_episode_after_another() {
    let Some(codec) = VideoCodec::best(WIDE, HIGH, false) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set");
    for (number, until) in [500, 700].into_iter().enumerate() {
        let path = folder.path().join(format!("{number}.mcap"));
        let mut take = Take::begin(&path);
        for begin in [0, 2000] {
            for time in (begin..=begin + until).step_by(50) {
                take.filmed("front", time, (time / 20) as u8);
            }
            take.task("wave", false);
            take.moves(begin, begin + until);
            take.ends(TaskEnd::Done, Vec::new());
        }
        assert_eq!(take.finish(), 0);
        let run = survey(&path);
        let mut spec = spec(&run, Units::Degrees);
        spec.cameras.retain(|camera| !camera.depth);
        spec.cameras[0].codec = Some(codec);
        let mut writer = DatasetWriter::begin(&set, spec, number > 0, &never).unwrap();
        let episodes: Vec<_> = run.episodes.iter().collect();
        let tracks: Vec<_> = run.tracks.iter().filter(|track| !track.depth).collect();
        writer.announce_episodes(&episodes);
        enact_export::pictures::deliver_sampled_pictures(
            &run,
            &episodes,
            &tracks,
            10,
            &mut |camera, shot| writer.push_picture(camera, shot),
        )
        .unwrap();
        writer.write_episodes(&episodes).unwrap();
        writer.finish().unwrap();
    }
    let info = json(&set, "meta/info.json");
    let feature = &info["features"]["observation.images.front"];
    assert_eq!(feature["dtype"], "video");
    assert_eq!(feature["info"]["video.codec"], codec.name());
    for (number, length) in [(0, 6), (1, 8)] {
        let video = format!("videos/observation.images.front/chunk-000/file-00{number}.mp4");
        assert!(fs::metadata(set.join(video)).unwrap().len() > 100);
        let episodes = rows(&set.join(format!("meta/episodes/chunk-000/file-00{number}.parquet")));
        let column = |name: &str| {
            let name = format!("videos/observation.images.front/{name}");
            let column = episodes.column_by_name(&name).unwrap();
            column.as_primitive::<Float64Type>().values().to_vec()
        };
        let length = f64::from(length) / 10.0;
        assert_eq!(column("from_timestamp"), [0.0, length]);
        assert_eq!(column("to_timestamp"), [length, 2.0 * length]);
    }
}
