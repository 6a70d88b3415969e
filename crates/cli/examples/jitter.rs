//! What keeping and showing a run cost the control loop: jitter and processor time with and
//! without a journal and a viewer's file, side by side. `cargo run --example jitter [SECONDS]`.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use enact_arm::{Arm, ArmError, ArmState, ArmThread, Contact, IdealArm};
use enact_bridge::{Bounds, Event, Observer};
use enact_camera::Camera;
use enact_journal::{JournalWriter, ModelInfo, RobotInfo, RunInfo};
use enact_record::Recorder;
use enact_robot::{Command, Gate, Robot, Start, Trajectory};
use enact_sim::render::Look;
use enact_sim::{Scene, Simulator};
use enact_types::Frame;

/// Rounds without and with observers, one after the other.
const ROUNDS: usize = 4;

/// An ideal arm that is paced by the clock and notes how late each cycle is.
struct Metronome {
    arm: IdealArm,
    period: Duration,
    due: Option<Instant>,
    late: Arc<Mutex<Vec<Duration>>>,
}

impl Arm for Metronome {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.due = None;
        self.arm.state()
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        let due = self.due.unwrap_or_else(Instant::now) + self.period;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        late.push(Instant::now().saturating_duration_since(due));
        self.due = Some(due);
        self.arm.cycle(command)
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
    };
    let robot = files.load().expect("it ships");
    let scene = Scene::load(&root.join("scenes/tabletop.toml")).expect("it ships");
    let layout = scene.draw(1);
    let frame = Simulator::new(&robot, &layout, false)
        .camera(Look::default(), 1)
        .capture()
        .expect("it renders");
    let folder = std::env::temp_dir().join(format!("enact-jitter-{}", std::process::id()));
    fs::create_dir(&folder).expect("the temporary folder can be written");
    let mut late: [Vec<Duration>; 2] = Default::default();
    let mut cpu = [0.0; 2];
    for round in 0..2 * ROUNDS {
        let watched = round % 2;
        let before = processor_seconds();
        let part = (seconds / (2 * ROUNDS as u64)).max(2);
        if watched == 0 {
            late[watched].extend(drive(&robot, &frame, &mut [], part));
        } else {
            let info = info(&files);
            let (mcap, rrd) = (folder.join("run.mcap"), folder.join("run.rrd"));
            let mut journal =
                JournalWriter::create(&mcap, &info, &robot, Vec::new(), Box::new(|| 0))
                    .expect("the temporary folder can be written");
            let mut recorder = Recorder::to_file(&rrd, Box::new(|| 0))
                .expect("the temporary folder can be written");
            let mut observers: [&mut dyn Observer; 2] = [&mut journal, &mut recorder];
            late[watched].extend(drive(&robot, &frame, &mut observers, part));
            let lost = journal.finish().expect("the disk is not full").lost;
            assert_eq!(lost, 0, "entries were lost");
            recorder.finish().expect("the disk is not full");
        }
        cpu[watched] += processor_seconds() - before;
    }
    for (name, watched) in [("off", 0), ("on", 1)] {
        let late = &mut late[watched];
        late.sort();
        let at = |share: f64| late[((late.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
        println!(
            "journal and viewer {name:>3}: {} cycles, late by 50 %: {:.0} µs, 99 %: {:.0} µs, 99.9 %: {:.0} µs; {:.2} % of a core",
            late.len(),
            at(0.5),
            at(0.99),
            at(0.999),
            100.0 * cpu[watched] / (late.len() as f64 * robot.control_period().as_secs_f64()),
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
) -> Vec<Duration> {
    let late = Arc::new(Mutex::new(Vec::new()));
    let arm = Metronome {
        arm: IdealArm::new(robot),
        period: robot.control_period(),
        due: None,
        late: Arc::clone(&late),
    };
    let arm = ArmThread::start(Box::new(arm), robot);
    let trajectory = stay(robot, Duration::from_secs(2));
    let contact = Contact::Limit(0.9);
    let mut tell = |event: &Event<'_>| {
        for observer in observers.iter_mut() {
            observer.observe(event);
        }
    };
    tell(&Event::Started {
        task: "stay",
        robot,
        bounds: Bounds::of_turns(1),
    });
    for _ in 0..seconds / 2 {
        tell(&Event::Saw(frame));
        tell(&Event::Moving {
            purpose: "stay",
            trajectory: &trajectory,
            contact,
        });
        let execution = arm
            .execute(trajectory.clone(), contact)
            .expect("it answers");
        tell(&Event::Moved(&execution));
    }
    drop(arm);
    let late = late.lock().unwrap_or_else(PoisonError::into_inner);
    late.clone()
}

fn stay(robot: &Robot, time: Duration) -> Trajectory {
    let count = time.as_nanos() / robot.control_period().as_nanos();
    let start = Start {
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
        },
    }
}

/// Processor time of this process so far; Linux only, else zero.
fn processor_seconds() -> f64 {
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
