//! What a recording contains, and what remains of it after truncation.

mod common;

use std::fs;
use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

use common::{ABSENT, BOUNDS, PUT_CUBE_PLAN, Stage, record};
use enact_arm::{Arm, ArmThread};
use enact_recording::{Recorder, Recording, RunEnd, Topic};
use enact_runtime::{Event, Observer};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Returns everything that equal runs have in common.
fn essence(recording: &Recording) -> Vec<(Topic, u64, Vec<u8>)> {
    recording
        .messages()
        .iter()
        .filter(|record| !record.topic.holds_wall_time())
        .map(|record| (record.topic, record.at.nanos(), record.json.clone()))
        .collect()
}

#[test]
fn three_runs_with_one_seed_give_one_journal_but_for_wall_times() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, seed, wall| {
        let path = folder.path().join(name);
        record(&path, seed, PUT_CUBE_PLAN, wall);
        Recording::open(&path).unwrap()
    };
    let first = run("a.mcap", 7, 1_000);
    for (name, wall) in [("b.mcap", 2_000), ("c.mcap", 3_000)] {
        let again = run(name, 7, wall);
        assert!(essence(&first) == essence(&again));
        assert_ne!(first.run_start(), again.run_start());
    }
    assert!(essence(&first) != essence(&run("d.mcap", 8, 1_000)));
}

#[test]
fn everything_that_was_seen_and_measured_comes_back_bit_for_bit() {
    struct Witness(Vec<enact_types::Frame>, Vec<enact_arm::ArmState>);
    impl Observer for Witness {
        fn observe(&mut self, event: &Event<'_>) {
            match event {
                Event::FrameCaptured(frame) => self.0.push((*frame).clone()),
                Event::MotionEnded(execution) => self.1.extend(execution.samples.clone()),
                _ => {}
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let stage = Stage::new(3);
    let mut witness = Witness(Vec::new(), Vec::new());
    let mut writer = stage.recording(&path, 0);
    let observers: Vec<Box<dyn Observer>> = vec![Box::new(&mut writer), Box::new(&mut witness)];
    stage
        .session(PUT_CUBE_PLAN, observers)
        .run_task("put it", BOUNDS)
        .unwrap();
    writer.finish().unwrap();

    let recording = Recording::open(&path).unwrap();
    assert!(recording.is_whole());
    assert_eq!(recording.run_info().unwrap(), stage.info);
    let frames = recording.frames().unwrap();
    assert_eq!(frames.len(), witness.0.len());
    for (read, seen) in frames.iter().zip(&witness.0) {
        assert!(read.rgb == seen.rgb && read.depth == seen.depth);
        assert_eq!(read.base_from_camera, seen.base_from_camera);
        assert_eq!((read.stamp, read.sequence), (seen.stamp, seen.sequence));
        assert_eq!(read.intrinsics, seen.intrinsics);
    }
    let motions = recording.motions().unwrap();
    let readings: Vec<_> = motions
        .iter()
        .flat_map(|motion| motion.readings.clone())
        .collect();
    assert!(readings.len() > 1000);
    assert!(readings == witness.1);
    let commands: usize = motions.iter().map(|m| m.planned.positions.len()).sum();
    assert_eq!(readings.len(), commands + motions.len());
}

#[test]
fn a_run_says_how_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");

    record(&path, 1, PUT_CUBE_PLAN, 0);
    let recording = Recording::open(&path).unwrap();
    assert!(matches!(recording.run_end(), RunEnd::Ended(_)));
    assert_eq!(recording.is_goal_reached(), Some(true));

    let report = record(&path, 1, ABSENT, 0);
    assert!(!report.refusals.is_empty());
    let recording = Recording::open(&path).unwrap();
    assert_eq!(recording.is_goal_reached(), Some(false));
    assert!(
        recording
            .log_lines()
            .any(|line| line.message.contains("golden crown"))
    );

    let stage = Stage::new(1);
    let mut writer = stage.recording(&path, 0);
    let mut session = stage.session(PUT_CUBE_PLAN, vec![Box::new(&mut writer)]);
    let broken = catch_unwind(AssertUnwindSafe(|| {
        session.look_at_table().unwrap();
        panic!("of the test");
    }));
    assert!(broken.is_err());
    drop(session);
    drop(writer);
    assert_eq!(Recording::open(&path).unwrap().run_end(), RunEnd::Truncated);
}

#[test]
fn a_panic_is_noted_on_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let stage = Stage::new(1);
    let broken = catch_unwind(AssertUnwindSafe(|| {
        let _writer = stage.recording(&path, 0);
        panic!("of the test");
    }));
    assert!(broken.is_err());
    let recording = Recording::open(&path).unwrap();
    assert!(matches!(recording.run_end(), RunEnd::Failed(broke) if broke.how == "panic"));
    assert!(recording.is_whole());
}

#[test]
fn a_journal_cut_anywhere_yields_all_whole_chunks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    record(&path, 2, PUT_CUBE_PLAN, 0);
    let bytes = fs::read(&path).unwrap();
    let whole = Recording::parse(&bytes).unwrap();
    let summary = mcap::Summary::read(&bytes).unwrap().unwrap();
    let chunks = &summary.chunk_indexes;
    assert!(chunks.len() > 5, "{}", chunks.len());
    let messages_before = |cut: usize| -> u64 {
        chunks
            .iter()
            .filter(|chunk| chunk.chunk_start_offset + chunk.chunk_length <= cut as u64)
            .map(|chunk| {
                let indexes = summary.read_message_indexes(&bytes, chunk).unwrap();
                indexes
                    .values()
                    .map(|entries| entries.len() as u64)
                    .sum::<u64>()
            })
            .sum()
    };
    let config = Config {
        cases: 100,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&(0..bytes.len()), |cut| {
            match Recording::parse(&bytes[..cut]) {
                Ok(recording) => {
                    let expected = messages_before(cut) as usize;
                    // Of a truncated chunk, what can be decompressed may be there too.
                    let read = recording.messages();
                    prop_assert!(read.len() >= expected);
                    prop_assert!(read == &whole.messages()[..read.len()]);
                    prop_assert!(!recording.is_whole());
                    prop_assert_eq!(recording.damage(), None);
                    // A reader that continues gets an error or a message.
                    drop((
                        recording.run_info(),
                        recording.frames(),
                        recording.motions(),
                        recording.run_end(),
                    ));
                }
                Err(_) => prop_assert!(messages_before(cut) == 0),
            }
            Ok(())
        })
        .unwrap();
}

/// Returns a recording as earlier versions completed it: without what is told once more at its end.
fn as_before(bytes: &[u8]) -> Vec<u8> {
    let mut sink = Cursor::new(Vec::new());
    let mut writer = mcap::Writer::new(&mut sink).unwrap();
    for message in mcap::MessageStream::new(bytes).unwrap() {
        writer.write(&message.unwrap()).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    sink.into_inner()
}

/// Returns where a recording has a text.
fn place_of(text: &str, bytes: &[u8]) -> Option<usize> {
    let mut windows = bytes.windows(text.len());
    windows.position(|window| window == text.as_bytes())
}

#[test]
fn an_outline_tells_what_the_whole_journal_tells() {
    let folder = tempfile::tempdir().unwrap();
    for (name, plan) in [("put.mcap", PUT_CUBE_PLAN), ("absent.mcap", ABSENT)] {
        let path = folder.path().join(name);
        record(&path, 2, plan, 0);
        let now = fs::read(&path).unwrap();
        let begin = mcap::MAGIC.len() + 200;
        // What the outline looks at: a record at the end, or else the chunks themselves.
        let at = place_of("enact.outline", &now).unwrap();
        let before = as_before(&now);
        assert_eq!(place_of("enact.outline", &before), None);
        let chunks = begin..before.len() / 2;
        for (bytes, looked_at) in [(now, at + 60..at + 160), (before, chunks)] {
            fs::write(&path, &bytes).unwrap();
            outline_is_as_the_whole(&path);
            // Without its end it is read whole.
            let whole = Recording::open(&path).unwrap();
            let cut = folder.path().join("cut.mcap");
            fs::write(&cut, &bytes[..bytes.len() - 1]).unwrap();
            let cut = Recording::read_outline(&cut).unwrap();
            assert_eq!(cut.messages(), whole.messages());
            assert!(!cut.is_whole());
            // So is one with a difference from what was written where the outline looks.
            let mut damaged = bytes;
            for byte in &mut damaged[looked_at] {
                *byte ^= 1;
            }
            let path = folder.path().join("damaged.mcap");
            fs::write(&path, &damaged).unwrap();
            assert!(Recording::read_outline(&path).unwrap().damage().is_some());
        }
    }
}

fn outline_is_as_the_whole(path: &Path) {
    let (whole, outline) = (
        Recording::open(path).unwrap(),
        Recording::read_outline(path).unwrap(),
    );
    let told = |recording: &Recording| {
        (
            recording.task_instructions(),
            recording.is_goal_reached(),
            recording.run_end(),
            recording.run_start(),
            recording.duration(),
            recording.damage(),
        )
    };
    assert_eq!(told(&outline), told(&whole), "{}", path.display());
    assert!(!outline.task_instructions().is_empty());
    assert!(outline.messages().len() < whole.messages().len() / 10);
}

#[test]
fn a_byte_that_is_not_what_was_written_is_told_as_damage_and_nothing_wrong_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    record(&path, 2, PUT_CUBE_PLAN, 0);
    let bytes = fs::read(&path).unwrap();
    let whole = Recording::parse(&bytes).unwrap();
    assert_eq!(whole.damage(), None);
    let strategy = (mcap::MAGIC.len()..bytes.len(), 1..=u8::MAX);
    let config = Config {
        cases: 100,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&strategy, |(at, change)| {
            let mut bytes = bytes.clone();
            bytes[at] ^= change;
            match Recording::parse(&bytes) {
                Ok(recording) => {
                    prop_assert!(recording.damage().is_some(), "{at} {change}");
                    prop_assert!(!recording.is_whole());
                    let read = recording.messages();
                    prop_assert!(read == &whole.messages()[..read.len()]);
                    if let Err(error) = recording.run_info() {
                        prop_assert!(error.to_string().contains("damaged"), "{}", error);
                    }
                }
                Err(error) => prop_assert!(at < 64, "{at} {change}: {error}"),
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn nonsense_is_not_a_journal() {
    for bytes in [&b""[..], b"nonsense", mcap::MAGIC] {
        let read = Recording::parse(bytes).and_then(|recording| recording.run_info());
        assert!(read.unwrap_err().to_string().contains("not a recording"));
    }
}

/// A disk that does nothing until it is told to.
struct SlowDisk {
    inner: Cursor<Vec<u8>>,
    gate: Receiver<()>,
    kept: std::sync::mpsc::Sender<Vec<u8>>,
    waited: bool,
}

impl Write for SlowDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.waited {
            self.gate.recv().map_err(io::Error::other)?;
            self.waited = true;
        }
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for SlowDisk {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

impl Drop for SlowDisk {
    fn drop(&mut self) {
        let _ = self.kept.send(self.inner.get_ref().clone());
    }
}

#[test]
fn a_slow_disk_costs_entries_that_are_counted_and_no_time() {
    let stage = Stage::new(1);
    let (open, gate) = channel();
    let (kept, file) = channel();
    let disk = SlowDisk {
        inner: Cursor::new(Vec::new()),
        gate,
        kept,
        waited: false,
    };
    let mut writer =
        Recorder::create_for_writer(disk, &stage.info, &stage.robot, Vec::new(), Box::new(|| 0));
    let line = "x".repeat(1_000_000);
    for _ in 0..100 {
        // Would wait forever if it waited for the disk.
        writer.observe(&Event::Said(&line));
    }
    open.send(()).unwrap();
    let mut arm = stage.simulator.arm();
    let state = arm.state().unwrap();
    // By now there may or may not be room again; at the end everything is reported.
    writer.observe(&Event::StateRead(&state));
    let lost = writer.finish().unwrap().lost;
    assert!(lost > 100, "{lost}");
    let bytes = file.recv().unwrap();
    let recording = Recording::parse(&bytes).unwrap();
    assert!(recording.is_whole());
    let said = recording.messages_of_topic(Topic::Speech).count() as u64;
    let logged = recording.messages_of_topic(Topic::Log).count() as u64;
    assert!(said + logged + lost >= 200, "{said} {logged} {lost}");
}

#[test]
fn an_arm_that_reports_no_numbers_is_kept_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let stage = Stage::new(1);
    let arm = ArmThread::start(Box::new(stage.simulator.arm()), &stage.robot);
    let mut state = arm.state().unwrap();
    state.effort[0] = f64::NAN;
    let mut writer = stage.recording(&path, 0);
    writer.observe(&Event::StateRead(&state));
    writer.finish().unwrap();
    let recording = Recording::open(&path).unwrap();
    let record = recording
        .messages_of_topic(Topic::JointStates)
        .next()
        .unwrap();
    let read: enact_recording::message::JointStates = record.deserialize_message().unwrap();
    assert!(read.to_arm_state().effort[0].is_nan());
    assert_eq!(read.to_arm_state().position, state.position);
}

#[test]
fn a_recording_that_grows_is_told_from_one_that_was_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let stage = Stage::new(1);
    let mut writer = stage.recording(&path, 0);
    let begun = writer.worth_keeping_flag();
    let is_begun = || begun.load(std::sync::atomic::Ordering::Relaxed);
    // Also before anything has reached the disk.
    assert!(Recording::open(&path).unwrap().is_growing());
    assert!(!is_begun());
    let mut session = stage.session(PUT_CUBE_PLAN, vec![Box::new(&mut writer)]);
    session.run_task("put it", BOUNDS).unwrap();
    drop(session);
    assert!(is_begun());
    writer.record_log_line("ended", "by a test");
    let growing = Recording::read_outline(&path).unwrap();
    assert!(growing.is_growing() && !growing.is_whole());
    assert!(growing.damage().is_none());
    let is_on_disk = (0..1000).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::metadata(&path).unwrap().len() > 0
    });
    assert!(is_on_disk);
    // As after a kill: the same bytes, and nobody who writes more.
    let cut = folder.path().join("cut.mcap");
    fs::write(&cut, fs::read(&path).unwrap()).unwrap();
    let cut = Recording::open(&cut).unwrap();
    assert!(!cut.is_growing() && !cut.is_whole());
    writer.finish().unwrap();
    for whole in [Recording::open(&path), Recording::read_outline(&path)] {
        let whole = whole.unwrap();
        assert!(whole.is_whole() && !whole.is_growing());
    }
    let recording = Recording::open(&path).unwrap();
    let last = recording.log_lines().last().unwrap();
    assert_eq!((&*last.name, &*last.message), ("ended", "by a test"));
}
