//! Cameras that film a run while it is recorded.

mod common;

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{BOUNDS, PUT_CUBE_PLAN, Stage, record};
use enact_arm::{Arm, IdealArm};
use enact_camera::{Camera, CameraError};
use enact_recording::message::{JointStates, OutcomeMessage, TaskMessage};
use enact_recording::stream::{
    ArmClock, ArmClockCamera, CameraStream, ClockedArm, LockstepArm, StreamThread,
};
use enact_recording::{Log, Message, Playback, Recording, Topic, verify_by_playback};
use enact_runtime::{Event, Observer, TaskReport};
use enact_sim::render::Appearance;
use enact_types::{Frame, Intrinsics, Pose, Stamp};
use image::{Rgb, RgbImage};

/// Records a run in the simulator, filmed at `fps` pictures per second.
fn filmed(path: &Path, seed: u64, fps: u32, with_depth: bool) -> TaskReport {
    let stage = Stage::new(seed);
    let mut recording = stage.recording(path, 0);
    let arm = LockstepArm::new(
        Box::new(stage.simulator.arm()),
        Box::new(stage.simulator.camera(Appearance::default(), seed)),
        recording.camera_stream("front", with_depth),
        fps,
    );
    let mut session =
        stage.session_of(Box::new(arm), PUT_CUBE_PLAN, vec![Box::new(&mut recording)]);
    let report = session
        .run_task("put the red cube in the blue bowl", BOUNDS)
        .unwrap();
    drop(session);
    recording.record_outcome(report.reports_success());
    assert_eq!(recording.finish().unwrap().lost, 0);
    report
}

fn of_the_film(record: &&Message) -> bool {
    record.camera.is_some()
}

fn essence(recording: &Recording) -> Vec<(Topic, Stamp, &[u8])> {
    let records = recording.messages().iter();
    records
        .filter(|record| !record.topic.holds_wall_time())
        .map(|record| (record.topic, record.at, record.json.as_slice()))
        .collect()
}

#[test]
fn the_simulator_is_filmed_at_instants_of_its_own_and_does_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let report = filmed(&path("a.mcap"), 3, 10, true);
    filmed(&path("b.mcap"), 3, 10, true);
    record(&path("plain.mcap"), 3, PUT_CUBE_PLAN, 0);
    let [first, again, plain] =
        ["a.mcap", "b.mcap", "plain.mcap"].map(|name| Recording::open(&path(name)).unwrap());
    assert!(essence(&first) == essence(&again));

    // Without the film it equals the run that was not filmed.
    let of_the_loop = |recording: &Recording| -> Vec<_> {
        let records = recording.messages().iter();
        let records = records.filter(|record| record.topic.is_of_the_loop());
        records
            .map(|record| (record.topic, record.at, record.json.clone()))
            .collect()
    };
    assert!(of_the_loop(&first) == of_the_loop(&plain));
    assert_eq!(plain.messages().iter().filter(of_the_film).count(), 0);
    let verification = verify_by_playback(&first).unwrap();
    assert_eq!(verification.difference, None);

    // One picture per period, on the arm's clock.
    let shots: Vec<&Message> = first.messages_of_topic(Topic::StreamImage).collect();
    let expected = (report.arm_seconds * 10.0).floor() as usize + 1;
    assert_eq!(shots.len(), expected);
    for (number, shot) in shots.iter().enumerate() {
        let late = shot.at.seconds() - number as f64 / 10.0;
        assert!((-1e-9..0.0051).contains(&late), "{number}: {late}");
        assert_eq!(shot.camera.as_deref(), Some("front"));
    }
    // They show what the model saw, which is captured at other times and recorded without loss.
    let (taken, shot) = (&first.frames().unwrap()[0], shots[1].picture().unwrap());
    assert!(shot.stamp.since(taken.stamp).as_secs_f64() < 0.11);
    assert_eq!(taken.rgb.dimensions(), shot.rgb.dimensions());
    let pairs = taken.rgb.as_raw().iter().zip(shot.rgb.as_raw());
    let off: f64 = pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
    let mean = off / shot.rgb.as_raw().len() as f64;
    assert!(mean < 6.0, "{mean}");
    // The arm moves in them.
    let middle = shots[shots.len() / 2].picture().unwrap().rgb;
    assert!(middle != shot.rgb);
    let measured = first.messages_of_topic(Topic::StreamDepth).nth(1).unwrap();
    let (at, depth) = measured.depth_image().unwrap();
    assert_eq!((at, depth.width), (shot.stamp, shot.rgb.width()));
    let exact = &taken.depth.as_ref().unwrap().meters;
    let near = depth.meters.iter().zip(exact);
    let near = near.filter(|(a, b)| (*a - *b).abs() < 0.004).count();
    assert!(near > exact.len() * 9 / 10, "{near} of {}", exact.len());
    assert_eq!(first.messages_of_topic(Topic::StreamCalibration).count(), 1);
}

#[test]
fn depth_is_filmed_if_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    filmed(&path, 3, 2, false);
    let recording = Recording::open(&path).unwrap();
    assert!(recording.messages_of_topic(Topic::StreamImage).count() > 5);
    assert_eq!(recording.messages_of_topic(Topic::StreamDepth).count(), 0);
}

/// Returns a picture whenever it is asked, each brighter than the previous one; every fourth is
/// lost.
struct Counting(Arc<AtomicU8>);

impl Counting {
    fn boxed() -> Box<dyn Camera> {
        Box::new(Self(Arc::default()))
    }
}

impl Camera for Counting {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        if number.is_multiple_of(4) {
            return Err(CameraError::Exhausted);
        }
        Ok(Frame {
            sequence: number.into(),
            // A camera has its own clock.
            stamp: Stamp::from_nanos(7),
            rgb: RgbImage::from_pixel(8, 6, Rgb([number; 3])),
            depth: None,
            intrinsics: Intrinsics::from_vertical_fov(8, 6, 0.7),
            base_from_camera: Pose::identity(),
        })
    }
}

#[test]
fn a_camera_films_by_itself_while_the_arm_moves() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let recording = Stage::new(1).recording(&path, 0);
    let clock = ArmClock::default();
    let camera = Counting(Arc::default());
    let taken = Arc::clone(&camera.0);
    let camera_stream = recording.camera_stream("wrist-2", false);
    let streaming =
        StreamThread::start(Box::new(camera), camera_stream, clock.clone(), 50).unwrap();
    // The arm's clock started long before.
    let origin = Instant::now();
    let now = || Stamp::ZERO.later_by(Duration::from_secs(100) + origin.elapsed());
    let until = |enough: u8| {
        let patience = Instant::now() + Duration::from_secs(60);
        move |taken: &AtomicU8| taken.load(Ordering::Relaxed) >= enough || Instant::now() > patience
    };
    // An arm that has not reported yet is not filmed; one at rest is, once.
    sleep(Duration::from_millis(50));
    assert_eq!(taken.load(Ordering::Relaxed), 0);
    clock.note_stamp(now());
    let found = until(1);
    while !found(&taken) {
        sleep(Duration::from_millis(5));
    }
    sleep(Duration::from_millis(200));
    let begun = now();
    let over = until(30);
    while !over(&taken) {
        clock.note_stamp_while_moving(now());
        sleep(Duration::from_millis(5));
    }
    let ended = now();
    sleep(Duration::from_millis(300));
    drop(streaming);
    assert_eq!(recording.finish().unwrap().lost, 0);

    let recording = Recording::open(&path).unwrap();
    let shots: Vec<&Message> = recording.messages_of_topic(Topic::StreamImage).collect();
    let at: Vec<f64> = shots.iter().map(|shot| shot.at.seconds()).collect();
    assert!(at.is_sorted());
    assert!((99.9..begun.seconds() - 0.1).contains(&at[0]), "{at:?}");
    assert!(at[1] >= begun.seconds() - 1e-6, "{begun} {at:?}");
    assert!(at.len() >= 20, "{at:?}");
    // It stops within the remainder of a tenth of a second; a busy computer takes longer to notice.
    let late = at.last().unwrap() - ended.seconds();
    assert!(late < 0.25, "{late}");
    let seconds = at.last().unwrap() - at[1];
    let most = (seconds * 50.0 * 1.1) as usize + 3;
    assert!(at.len() <= most, "{} in {seconds} s", at.len());
    assert!(
        shots
            .iter()
            .all(|shot| shot.camera.as_deref() == Some("wrist-2"))
    );
    let seen: Vec<u8> = shots
        .iter()
        .map(|shot| shot.picture().unwrap().rgb.get_pixel(0, 0)[0])
        .collect();
    assert!(seen.windows(2).all(|two| two[0] < two[1]), "{seen:?}");
}

/// A camera that gives some pictures and is lost then.
struct Dying(Counting, u8);

impl Camera for Dying {
    fn capture(&mut self) -> Result<Frame, CameraError> {
        if self.0.0.load(Ordering::Relaxed) < self.1 {
            return self.0.capture();
        }
        Err(CameraError::Lost {
            camera: "`wrist`".to_owned(),
            reason: "its plug was pulled".into(),
        })
    }
}

#[test]
fn fault_27_a_second_camera_that_dies_is_a_gap_in_its_own_film_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let recording = Stage::new(1).recording(&path, 0);
    let clock = ArmClock::default();
    let front = Counting(Arc::default());
    let taken = Arc::clone(&front.0);
    let film = |name: &str, camera: Box<dyn Camera>| {
        let stream = recording.camera_stream(name, false);
        StreamThread::start(camera, stream, clock.clone(), 50).unwrap()
    };
    let films = [
        film("front", Box::new(front)),
        film("wrist", Box::new(Dying(Counting(Arc::default()), 5))),
    ];
    let origin = Instant::now();
    let patience = origin + Duration::from_secs(60);
    while taken.load(Ordering::Relaxed) < 30 && Instant::now() < patience {
        clock.note_stamp_while_moving(Stamp::ZERO.later_by(origin.elapsed()));
        sleep(Duration::from_millis(5));
    }
    drop(films);
    recording.finish().unwrap();
    let recording = Recording::open(&path).unwrap();
    let count = |name: &str| {
        let shots = recording.messages_of_topic(Topic::StreamImage);
        let is_its = |shot: &&Message| shot.camera.as_deref() == Some(name);
        shots.filter(is_its).count()
    };
    assert!(count("front") >= 20, "{}", count("front"));
    assert!((1..=5).contains(&count("wrist")), "{}", count("wrist"));
}

#[test]
fn pictures_of_the_loop_have_the_arms_time_too() {
    let clock = ArmClock::default();
    let mut camera = ArmClockCamera::new(Counting::boxed(), clock.clone());
    assert_eq!(camera.capture().unwrap().stamp.nanos(), 7);
    let stage = Stage::new(1);
    let mut arm = ClockedArm::new(Box::new(IdealArm::new(&stage.robot)), clock.clone());
    let now = arm.state().unwrap().stamp;
    let frame = camera.capture().unwrap();
    assert!(frame.stamp >= now && frame.stamp.since(now) < Duration::from_secs(60));
    assert_ne!(frame.stamp.nanos(), 7);
}

#[test]
fn a_film_outlives_its_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let recording = Stage::new(1).recording(&path, 0);
    let mut camera_stream: CameraStream = recording.camera_stream("front", true);
    camera_stream.record_frame_waiting(Counting::boxed().capture().unwrap(), Stamp::from_nanos(5));
    // Never back.
    camera_stream.record_frame_or_drop(Counting::boxed().capture().unwrap(), Stamp::from_nanos(3));
    assert_eq!(recording.finish().unwrap().lost, 0);
    camera_stream.record_frame_waiting(Counting::boxed().capture().unwrap(), Stamp::ZERO);
    camera_stream.record_frame_or_drop(Counting::boxed().capture().unwrap(), Stamp::ZERO);
    let recording = Recording::open(&path).unwrap();
    let at: Vec<u64> = recording
        .messages_of_topic(Topic::StreamImage)
        .map(|it| it.at.nanos())
        .collect();
    assert_eq!(at, [5, 5]);
}

#[test]
fn whoever_only_shows_what_would_be_done_reaches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let stage = Stage::new(1);
    let mut recording = stage.recording(&path, 0);
    let outcomes = recording.outcome_recorder();
    let mut session = stage.session(PUT_CUBE_PLAN, vec![Box::new(&mut recording)]);
    let dry = enact_runtime::TaskOptions {
        dry_run: true,
        ..BOUNDS
    };
    session.run_task("put it", BOUNDS).unwrap();
    outcomes.record_outcome(true);
    session.run_task("put it", dry).unwrap();
    // As programs before this one did.
    outcomes.record_outcome(true);
    drop(session);
    recording.finish().unwrap();
    let recording = Recording::open(&path).unwrap();
    assert_eq!(recording.is_goal_reached(), None);
    let told: Vec<(Topic, Option<bool>)> = recording
        .messages()
        .iter()
        .filter_map(|record| match record.topic {
            Topic::Task => Some((
                Topic::Task,
                Some(
                    record
                        .deserialize_message::<TaskMessage>()
                        .unwrap()
                        .options
                        .dry_run,
                ),
            )),
            Topic::Report => Some((Topic::Report, None)),
            Topic::Outcome => Some((
                Topic::Outcome,
                Some(
                    record
                        .deserialize_message::<OutcomeMessage>()
                        .unwrap()
                        .reached,
                ),
            )),
            _ => None,
        })
        .collect();
    let of = |dry| {
        [
            (Topic::Task, Some(dry)),
            (Topic::Report, None),
            (Topic::Outcome, Some(true)),
        ]
    };
    assert_eq!(told, [of(false), of(true)].concat());
}

#[test]
fn a_lesson_is_a_line_of_the_log_as_long_as_the_recording_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let stage = Stage::new(1);
    let mut recording = stage.recording(&path, 0);
    let outcomes = recording.outcome_recorder();
    let mut session = stage.session(PUT_CUBE_PLAN, vec![Box::new(&mut recording)]);
    session.run_task("put it", BOUNDS).unwrap();
    drop(session);
    outcomes.note_lesson("Look twice.");
    recording.finish().unwrap();
    outcomes.note_lesson("Never read.");
    let recording = Recording::open(&path).unwrap();
    let lines: Vec<Log> = recording
        .messages_of_topic(Topic::Log)
        .map(|it| it.deserialize_message().unwrap())
        .collect();
    let lesson = |line: &&Log| line.name == "lesson";
    let lessons: Vec<&str> = lines
        .iter()
        .filter(lesson)
        .map(|line| line.message.as_str())
        .collect();
    assert_eq!(lessons, ["Look twice."]);
    assert_eq!(lines.last().unwrap().message, "Look twice.");
}

/// Returns the file in the format from before viewers got additional data.
fn as_before(bytes: &[u8]) -> Vec<u8> {
    let mut writer = mcap::Writer::new(Cursor::new(Vec::new())).unwrap();
    let mut channels = BTreeMap::new();
    for message in mcap::MessageStream::new(bytes).unwrap() {
        let message = message.unwrap();
        let topic = message.channel.topic.clone();
        if ["/scene", "/robot_description"].contains(&topic.as_str()) {
            continue;
        }
        let channel = *channels.entry(topic.clone()).or_insert_with(|| {
            let empty = BTreeMap::new();
            writer.add_channel(0, &topic, "json", &empty).unwrap()
        });
        let mut data = message.data.to_vec();
        if topic == "/joint_states" {
            let read: JointStates = simd_json::serde::from_slice(&mut data.clone()).unwrap();
            let before = serde_json::json!({
                "timestamp": read.timestamp,
                "name": read.name,
                "position": read.position,
                "velocity": read.velocity,
                "effort": read.effort,
                "commanded": read.commanded,
            });
            data = before.to_string().into_bytes();
        }
        let header = mcap::records::MessageHeader {
            channel_id: channel,
            sequence: message.sequence,
            log_time: message.log_time,
            publish_time: message.publish_time,
        };
        writer.write_to_known_channel(&header, &data).unwrap();
    }
    writer.finish().unwrap();
    writer.into_inner().into_inner()
}

#[test]
fn recordings_of_before_are_read_and_verified() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    record(&path, 5, PUT_CUBE_PLAN, 0);
    let bytes = std::fs::read(&path).unwrap();
    let (now, before) = (
        Recording::parse(&bytes).unwrap(),
        Recording::parse(&as_before(&bytes)).unwrap(),
    );
    assert!(before.messages().len() < now.messages().len());
    assert!(before.motions().unwrap() == now.motions().unwrap());
    let verification = verify_by_playback(&before).unwrap();
    assert_eq!(verification.difference, None);
    assert_eq!(verification.same, verify_by_playback(&now).unwrap().same);
}

#[test]
fn what_a_person_had_the_arm_do_is_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.mcap");
    let mut stage = Stage::new(1);
    stage.info.scene = None;
    stage.info.model.planning = enact_recording::ModelInfo::HAND_GUIDED_SOURCE.to_owned();
    let mut recording = stage.recording(&path, 0);
    let mut arm = IdealArm::new(&stage.robot);
    let mut state = arm.state().unwrap();
    recording.observe(&Event::TaskStarted {
        instruction: "wave",
        robot: &stage.robot,
        options: BOUNDS,
    });
    for step in 0..100 {
        state.stamp = Stamp::from_nanos(step * 5_000_000);
        state.position[0] = step as f64 * 0.001;
        state.commanded = Some(state.position.clone());
        recording.observe(&Event::StateRead(&state));
    }
    recording.finish().unwrap();
    let recording = Recording::open(&path).unwrap();
    let verification = verify_by_playback(&recording).unwrap();
    assert_eq!((verification.same, verification.difference), (101, None));
    struct Seen(Vec<f64>);
    impl Observer for Seen {
        fn observe(&mut self, event: &Event<'_>) {
            if let Event::StateRead(state) = event {
                self.0.push(state.position[0]);
            }
        }
    }
    let mut seen = Seen(Vec::new());
    let playback = Playback::new(&recording).unwrap();
    playback.play(vec![Box::new(&mut seen)]).unwrap();
    assert_eq!((seen.0.len(), seen.0[99]), (100, 0.099));
    // Link poses are recorded, as in any run.
    assert!(recording.messages_of_topic(Topic::Transforms).count() > 20);
}
