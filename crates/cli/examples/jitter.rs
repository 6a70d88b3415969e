//! What keeping and showing a run cost the control loop: jitter and processor time with and
//! without a recording and a viewer's file, side by side. The loop's thread asks to be urgent, as
//! `realtime = true` in a launch file makes it. `cargo run --example jitter [SECONDS]`.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use enact_arm::{Arm, ArmError, ArmState, ArmThread, ContactPolicy, IdealArm};
use enact_camera::Camera;
use enact_recording::{ModelInfo, Recorder, RobotInfo, RunInfo};
use enact_robot::{Command, Gate, Robot, StartState, Trajectory};
use enact_runtime::{Event, Observer, TaskOptions};
use enact_sim::render::Appearance;
use enact_sim::{Scene, Simulator};
use enact_types::Frame;
use enact_viz::RerunObserver;

/// Rounds without and with observers, one after the other.
const ROUNDS: usize = 4;

/// An ideal arm that is paced by the clock and notes how late each cycle is.
struct Metronome {
    arm: IdealArm,
    period: Duration,
    due: Option<Instant>,
    /// Processor time of the loop's thread before its first cycle: locking the memory of the
    /// process is done once, and takes as long as there is memory.
    armed_seconds: Option<f64>,
    seen: Arc<Mutex<Seen>>,
}

/// What a loop was seen to do.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// How late each cycle was.
    late: Vec<Duration>,
    /// Processor time of the loop's thread from its first cycle on, seconds.
    loop_seconds: f64,
    /// Processor time of the process, seconds.
    process_seconds: f64,
}

impl Arm for Metronome {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.due = None;
        self.arm.state()
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        self.armed_seconds.get_or_insert_with(thread_seconds);
        let due = self.due.unwrap_or_else(Instant::now) + self.period;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let late = Instant::now().saturating_duration_since(due);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.late.push(late);
        self.due = Some(due);
        self.arm.cycle(command)
    }
}

/// The loop's thread drops its arm when it ends.
impl Drop for Metronome {
    fn drop(&mut self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.loop_seconds += thread_seconds() - self.armed_seconds.unwrap_or_default();
    }
}

fn main() {
    let seconds: u64 = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(30);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("it ships");
    let files = RobotInfo {
        name: "so101".to_owned(),
        urdf: read("robots/so101/robot.urdf"),
        toml: Some(read("robots/so101/robot.toml")),
        meshes: Vec::new(),
    };
    let robot = files.load_robot().expect("it ships");
    let scene = Scene::load(&root.join("scenes/tabletop.toml")).expect("it ships");
    let layout = scene.sample_layout(1);
    let frame = Simulator::new(&robot, &layout, false)
        .camera(Appearance::default(), 1)
        .capture()
        .expect("it renders");
    let folder = std::env::temp_dir().join(format!("enact-jitter-{}", std::process::id()));
    fs::create_dir(&folder).expect("the temporary folder can be written");
    let mut sides: [Seen; 2] = Default::default();
    for round in 0..2 * ROUNDS {
        let watched = round % 2;
        let before = process_seconds();
        let part = (seconds / (2 * ROUNDS as u64)).max(2);
        if watched == 0 {
            drive(&robot, &frame, &mut [], part, &mut sides[watched]);
        } else {
            let info = info(&files);
            let (mcap, rrd) = (folder.join("run.mcap"), folder.join("run.rrd"));
            let mut recording = Recorder::create(&mcap, &info, &robot, Vec::new(), Box::new(|| 0))
                .expect("the temporary folder can be written");
            let mut recorder = RerunObserver::to_file(&rrd, Box::new(|| 0))
                .expect("the temporary folder can be written");
            let mut observers: [&mut dyn Observer; 2] = [&mut recording, &mut recorder];
            drive(&robot, &frame, &mut observers, part, &mut sides[watched]);
            let lost = recording.finish().expect("the disk is not full").lost;
            assert_eq!(lost, 0, "entries were lost");
            recorder.finish().expect("the disk is not full");
        }
        sides[watched].process_seconds += process_seconds() - before;
    }
    for (name, seen) in ["off", "on"].into_iter().zip(&mut sides) {
        seen.late.sort();
        let count = seen.late.len() as f64;
        let at = |share: f64| seen.late[((count - 1.0) * share) as usize].as_secs_f64() * 1e6;
        println!(
            "journal and viewer {name:>3}: {count} cycles, late by 50 %: {:.0} µs, 99 %: {:.0} µs, 99.9 %: {:.0} µs; loop {:.2} µs a cycle; process {:.2} % of a core",
            at(0.5),
            at(0.99),
            at(0.999),
            1e6 * seen.loop_seconds / count,
            100.0 * seen.process_seconds / (count * robot.control_period().as_secs_f64()),
        );
    }
    drop(fs::remove_dir_all(folder));
}

/// Two seconds of motion, then a picture, as a busy run has them.
fn drive(
    robot: &Robot,
    frame: &Frame,
    observers: &mut [&mut dyn Observer],
    seconds: u64,
    seen: &mut Seen,
) {
    let shared = Arc::new(Mutex::new(std::mem::take(seen)));
    let arm = Metronome {
        arm: IdealArm::new(robot),
        period: robot.control_period(),
        due: None,
        armed_seconds: None,
        seen: Arc::clone(&shared),
    };
    let arm = ArmThread::start(Box::new(arm), robot);
    for denied in arm.request_realtime().expect("it answers") {
        println!("{denied}");
    }
    let trajectory = stay(robot, Duration::from_secs(2));
    let contact = ContactPolicy::Limit(0.9);
    let mut tell = |event: &Event<'_>| {
        for observer in observers.iter_mut() {
            observer.observe(event);
        }
    };
    tell(&Event::TaskStarted {
        instruction: "stay",
        robot,
        options: TaskOptions::from_max_turns(1),
    });
    for _ in 0..seconds / 2 {
        tell(&Event::FrameCaptured(frame));
        tell(&Event::MotionStarted {
            purpose: "stay",
            trajectory: &trajectory,
            contact,
        });
        let execution = arm
            .execute(trajectory.clone(), contact)
            .expect("it answers");
        tell(&Event::MotionEnded(&execution));
    }
    drop(arm);
    *seen = std::mem::take(&mut *shared.lock().unwrap_or_else(PoisonError::into_inner));
}

fn stay(robot: &Robot, time: Duration) -> Trajectory {
    let count = time.as_nanos() / robot.control_period().as_nanos();
    let start = StartState {
        measured: robot.home(),
        commanded: None,
    };
    Gate::new(robot)
        .admit(vec![robot.home().clone(); count as usize], &start)
        .expect("staying at home is admitted")
}

fn info(robot: &RobotInfo) -> RunInfo {
    RunInfo {
        enact: env!("CARGO_PKG_VERSION").to_owned(),
        robot: robot.clone(),
        scene: None,
        launch: serde_json::Value::Null,
        seed: 0,
        model: ModelInfo {
            name: "none".to_owned(),
            sha256: None,
            perception: "none".to_owned(),
            planning: "none".to_owned(),
            planner: None,
        },
        servos: None,
        prompts: None,
    }
}

/// Processor time of this process so far, also of threads that have ended; Linux only, else zero.
fn process_seconds() -> f64 {
    // Fields 14 and 15 of proc(5), in hundredths of a second.
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat
        .rsplit(") ")
        .next()
        .unwrap_or_default()
        .split(' ')
        .filter_map(|field| field.parse().ok())
        .collect();
    fields
        .get(10..12)
        .map_or(0.0, |ticks| (ticks[0] + ticks[1]) / 100.0)
}

/// Processor time of the calling thread so far, to the nanosecond; Linux only, else zero.
fn thread_seconds() -> f64 {
    let times = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let running = times.split(' ').next().and_then(|text| text.parse().ok());
    running.unwrap_or(0.0) / 1e9
}
