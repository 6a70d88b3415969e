//! A recorded run can be read back.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use enact_arm::{ArmState, ContactPolicy, Execution, ExecutionEnd};
use enact_plan::{
    Detection, ModelResponse, ObjectView, Outcome, Plan, Rejection, Situation, Skill, Step, Usage,
    Verdict,
};
use enact_robot::{Gate, HalfSpace, Obstacle, Robot, Shape, StartState, Trajectory};
use enact_runtime::report::TaskEnd;
use enact_runtime::{Event, Observer, TaskOptions, TaskReport, UserCommand};
use enact_types::{
    DepthImage, Frame, Intrinsics, JointVector, NormalizedPoint, Point3, Pose, Stamp, Vector3,
};
use enact_viz::live_feed::LivePiece;
use enact_viz::{LiveFeed, Page, RerunObserver, VizError, WallClock};
use rerun::external::re_log_types::EntityPath;
use rerun::{ChunkStore, ChunkStoreConfig};

/// Number of states in the synthetic motion, 5 ms apart.
const STATES: u64 = 201;
/// Number of states kept, 20 ms apart.
const KEPT_STATES: u64 = 51;

fn robot() -> Robot {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../robots/so101");
    Robot::load(&folder).unwrap()
}

fn frame() -> Frame {
    Frame {
        sequence: 1,
        stamp: Stamp::ZERO,
        rgb: image::RgbImage::new(64, 48),
        depth: Some(DepthImage {
            width: 64,
            height: 48,
            meters: vec![0.5; 64 * 48],
        }),
        intrinsics: Intrinsics::from_vertical_fov(64, 48, 0.8),
        base_from_camera: Pose::translation(0.3, 0.0, 0.5),
    }
}

fn objects() -> Vec<ObjectView> {
    let view = |name: &str, y, reachable| ObjectView {
        name: name.to_owned(),
        point: NormalizedPoint { y, x: 500 },
        position: Point3::new(0.2, 0.0, 0.015),
        size: 0.03,
        reachable,
        rests: None,
        affords: vec![Skill::Pick],
        receives: Vec::new(),
    };
    vec![view("red cube", 400, true), view("blue bowl", 600, false)]
}

fn answer<T>(parsed: Result<T, Rejection>) -> ModelResponse<T> {
    ModelResponse {
        prompt: "What is there?".to_owned(),
        completion: "```a cube```".to_owned(),
        thinking: String::new(),
        parsed,
        usage: Usage::default(),
        grammar: None,
        tokens: Vec::new(),
        pointing: None,
        dropped: Vec::new(),
        exchanges: Vec::new(),
    }
}

/// Returns the states of an arm that rests at home for a second.
fn states(robot: &Robot) -> Vec<ArmState> {
    let zeros = JointVector::zeros(robot.joints().len());
    let state = |index| ArmState {
        stamp: Stamp::ZERO.later_by(Duration::from_millis(5 * index)),
        position: robot.home().clone(),
        velocity: zeros.clone(),
        effort: zeros.clone(),
        commanded: (index % 2 == 0).then(|| robot.home().clone()),
        alarm: None,
    };
    (0..STATES).map(state).collect()
}

fn execution(samples: Vec<ArmState>, robot: &Robot) -> Execution {
    Execution {
        end: ExecutionEnd::Finished,
        state: samples.last().unwrap_or(&states(robot)[0]).clone(),
        followed: samples.len(),
        samples,
    }
}

fn trajectory(robot: &Robot) -> Trajectory {
    let start = StartState {
        measured: robot.home(),
        commanded: None,
    };
    Gate::new(robot)
        .admit(vec![robot.home().clone(); 40], &start)
        .unwrap()
}

/// Sends every kind of event to `observer`.
fn run(observer: &mut RerunObserver, robot: &Robot) {
    let detections = vec![Detection::at_point(
        NormalizedPoint { y: 400, x: 500 },
        "red cube",
    )];
    let step = Step::pick_step("red cube");
    let plan = Plan {
        steps: vec![step.clone()],
    };
    let outcome = Outcome {
        step: step.clone(),
        verdict: Verdict::No,
        reason: "the gripper is empty".to_owned(),
    };
    let report = TaskReport {
        ending: TaskEnd::OutOfTurns,
        turns: 1,
        steps: vec![outcome.clone()],
        refusals: Vec::new(),
        said: Vec::new(),
        arm_seconds: 1.0,
        usage: Usage::default(),
    };
    let rail = Shape::Box {
        half: [0.01, 0.2, 0.02],
    };
    let obstacles = [Arc::new(Obstacle::new("rail", [(rail, Pose::identity())]))];
    let walls = [HalfSpace {
        name: "upper wall of the workspace".to_owned(),
        normal: -Vector3::z_axis(),
        offset: -0.4,
        margin: 0.01,
    }];
    for event in [
        Event::MotionEnded(&execution(states(robot), robot)),
        Event::CollisionWorld {
            obstacles: &obstacles,
            walls: &walls,
        },
        Event::TaskStarted {
            instruction: "pick the red cube",
            robot,
            options: TaskOptions::from_max_turns(1),
        },
        Event::ApprovalRequired,
        Event::Previewed(&[trajectory(robot)]),
        Event::Approved(false),
        Event::UserCommand(UserCommand::See),
        Event::TurnStarted(1),
        Event::FrameCaptured(&frame()),
        Event::Perceived {
            answer: &answer(Ok(detections)),
            objects: &objects(),
            dropped: &["`ghost`: nothing solid there".to_owned()],
        },
        Event::Planned {
            situation: &Situation::default(),
            answer: &answer(Err(Rejection("no steps".to_owned()))),
        },
        Event::Planned {
            situation: &Situation::default(),
            answer: &answer(Ok(plan)),
        },
        Event::StepStarted(&step),
        Event::MotionStarted {
            purpose: "approach",
            trajectory: &trajectory(robot),
            contact: ContactPolicy::Expected,
        },
        Event::MotionEnded(&execution(states(robot), robot)),
        Event::MotionEnded(&execution(Vec::new(), robot)),
        Event::StateRead(&states(robot)[0]),
        Event::StepVerified(&outcome),
        Event::Said("I give up."),
        Event::TaskEnded(&report),
    ] {
        observer.observe(&event);
    }
}

/// Returns a clock that advances by a second whenever it is read.
fn clock() -> WallClock {
    let seconds = AtomicU64::new(1);
    Box::new(move || 1_000_000_000 * seconds.fetch_add(1, Ordering::Relaxed))
}

fn record(folder: &Path) -> PathBuf {
    let path = folder.join("run.rrd");
    let mut observer = RerunObserver::to_file(&path, clock()).unwrap();
    run(&mut observer, &robot());
    observer.finish().unwrap();
    path
}

fn read(path: &Path) -> ChunkStore {
    let mut file = File::open(path).unwrap();
    let stores = ChunkStore::from_rrd_reader(&ChunkStoreConfig::ALL_DISABLED, &mut file).unwrap();
    let kinds: Vec<_> = stores.keys().map(|id| id.is_blueprint()).collect();
    assert!(kinds.contains(&true), "the layout is missing");
    stores
        .into_iter()
        .find_map(|(id, store)| id.is_recording().then_some(store))
        .expect("the file holds a recording")
}

fn rows(store: &ChunkStore, path: &str) -> usize {
    let path = EntityPath::from(path);
    store
        .iter_physical_chunks()
        .filter(|chunk| *chunk.entity_path() == path)
        .map(|chunk| chunk.num_rows())
        .sum()
}

#[test]
fn everything_that_happens_is_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = read(&record(folder.path()));
    let entities: Vec<_> = store
        .all_entities()
        .iter()
        .map(ToString::to_string)
        .collect();
    for path in [
        "/world/camera",
        "/world/camera/image",
        "/world/camera/depth",
        "/world/camera/image/detections",
        "/world/camera/image/objects",
        "/world/camera/image/boxes",
        "/world/cloud",
        "/world/keep_out/0/rail/0",
        "/world/keep_out/workspace",
        "/world/contact/grip",
        "/world/contact/bump",
        "/conversation",
        "/timings/look",
        "/timings/perceive",
        "/timings/plan",
        "/timings/ground",
        "/timings/move",
        "/timings/judge",
        "/world/objects",
        "/world/path/planned",
        "/world/path/travelled",
        "/model/perception/prompt",
        "/model/perception/completion",
        "/model/plan/prompt",
        "/model/plan/completion",
    ] {
        assert!(
            entities.iter().any(|entity| entity == path),
            "{path} is missing in {entities:#?}"
        );
    }
    // Task, supervised, agreed, order, turn, seen, dropped, rejected, plan, step, motion, verdict,
    // said, ended.
    assert_eq!(rows(&store, "log"), 14);
}

#[test]
fn the_arm_moves_fifty_times_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let store = read(&record(folder.path()));
    let robot = robot();
    for link in robot.links() {
        // Once more at home, before the arm reports, and once at its final place.
        let path = format!("world/robot/{}", link.name);
        assert_eq!(rows(&store, &path) as u64, KEPT_STATES + 2, "{path}");
        // One ghost where the plan would end, and one where the motion ends.
        assert_eq!(rows(&store, &format!("world/ghost/{}", link.name)), 2);
        for shape in 0..link.shapes.len() {
            assert!(
                rows(&store, &format!("{path}/{shape}")) > 0,
                "{path}/{shape}"
            );
        }
    }
    for joint in robot.joints() {
        // Once more for name and color.
        for (path, count) in [
            (format!("joints/position/{}", joint.name), KEPT_STATES + 1),
            (
                format!("joints/position/{}/commanded", joint.name),
                KEPT_STATES + 1,
            ),
            (format!("joints/position/{}/min", joint.name), 2 + 1),
            (format!("joints/position/{}/max", joint.name), 2 + 1),
            (format!("joints/velocity/{}", joint.name), KEPT_STATES + 1),
            (format!("joints/velocity/{}/max", joint.name), 2 + 1),
            (format!("joints/load/{}", joint.name), KEPT_STATES + 1),
            (format!("joints/load/{}/min", joint.name), 2 + 1),
        ] {
            assert_eq!(rows(&store, &path) as u64, count, "{path}");
        }
    }
}

#[test]
fn the_recording_is_dated_by_turn_arm_time_and_wall_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = read(&record(folder.path()));
    let timelines = store.schema().timelines();
    let names: Vec<_> = timelines.keys().map(|name| name.as_str()).collect();
    assert_eq!(names, ["arm_time", "turn", "wall_time"]);
}

/// Waits for a piece with rows of an entity after this one, and returns how many they are.
fn news(feed: &LiveFeed, after: u64, entity: &str) -> (usize, u64) {
    loop {
        let piece = feed.piece_after(Some(after)).unwrap();
        let count = match piece.rrd.is_empty() {
            true => 0,
            false => rows(&live(&piece), entity),
        };
        if count > 0 {
            return (count, piece.next);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn live(piece: &LivePiece) -> ChunkStore {
    let mut bytes = piece.rrd.as_slice();
    let stores = ChunkStore::from_rrd_reader(&ChunkStoreConfig::ALL_DISABLED, &mut bytes).unwrap();
    let mut stores = stores.into_iter();
    let found = stores.find_map(|(id, store)| id.is_recording().then_some(store));
    found.expect("the piece is one of the recording")
}

#[test]
fn a_viewer_that_comes_late_sees_the_arm_as_it_is_and_then_what_is_new() {
    let robot = robot();
    let (mut observer, feed) = RerunObserver::with_live_feed(&robot, Vec::new(), clock()).unwrap();
    run(&mut observer, &robot);
    // Everything that was logged so far is in the feed then.
    observer.finish().unwrap();
    let first = feed.piece_after(None).unwrap();
    let store = live(&first);
    let tool = format!(
        "world/robot/{}",
        robot.links()[robot.tool_link_index()].name
    );
    assert!(rows(&store, &tool) > 0);
    assert!(rows(&store, "conversation") > 0);

    let mut positions = robot.home().to_vec();
    feed.show_arm(&positions, Stamp::from_nanos(20_000_000_000));
    let (count, second) = news(&feed, first.next, &tool);
    assert_eq!(count, 1);
    // Neither a reading from before nor one of an arm that stands still is news.
    positions[0] += 0.1;
    feed.show_arm(&positions, Stamp::from_nanos(10_000_000_000));
    positions[0] -= 0.099;
    feed.show_arm(&positions, Stamp::from_nanos(21_000_000_000));
    positions[0] += 0.1;
    feed.show_arm(&positions, Stamp::from_nanos(22_000_000_000));
    assert_eq!(news(&feed, second, &tool).0, 1);
}

#[test]
fn a_file_that_cannot_be_written_is_one_clear_message() {
    let folder = tempfile::tempdir().unwrap();
    let error = RerunObserver::to_file(&folder.path().join("missing/run.rrd"), clock());
    let error = error.err().unwrap();
    assert!(matches!(error, VizError::File { .. }));
    assert!(error.to_string().contains("missing/run.rrd"), "{error}");
}

#[test]
#[ignore = "needs the program `rerun`: pip install rerun-sdk==0.36.3"]
fn rerun_itself_takes_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let status = std::process::Command::new("rerun")
        .args(["rrd", "verify"])
        .arg(record(folder.path()))
        .status()
        .unwrap();
    assert!(status.success());
}

/// Returns the part of a recording that a page sends.
fn download(page: &Page) -> Vec<u8> {
    let host = page.url().trim_start_matches("http://").to_owned();
    let mut connection = TcpStream::connect(&host).unwrap();
    write!(connection, "GET /run.rrd HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut reader = BufReader::new(connection);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).unwrap();
    }
    let mut recording = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).unwrap();
        let size = usize::from_str_radix(size.trim_end(), 16).unwrap();
        if size == 0 {
            return recording;
        }
        let mut piece = vec![0; size + 2];
        reader.read_exact(&mut piece).unwrap();
        recording.extend_from_slice(&piece[..size]);
    }
}

#[test]
fn a_page_has_what_a_file_has() {
    let folder = tempfile::tempdir().unwrap();
    let page = Page::start_serving().unwrap();
    let mut observer = RerunObserver::to_page(&page, clock()).unwrap();
    run(&mut observer, &robot());
    observer.finish().unwrap();
    let path = folder.path().join("page.rrd");
    std::fs::write(&path, download(&page)).unwrap();
    let (page, file) = (read(&path), read(&record(folder.path())));
    let mut entities = file.all_entities_sorted();
    assert_eq!(page.all_entities_sorted(), entities);
    entities.retain(|entity| rows(&page, &entity.to_string()) != rows(&file, &entity.to_string()));
    assert!(entities.is_empty(), "{entities:?}");
}
