//! A run whose camera streams and fails in mid-task (faults 24 and 26 in docs/faults.md): the run ends with a
//! reason, and nothing moves afterwards.

use std::collections::VecDeque;
use std::io::Cursor;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use enact_arm::ArmThread;
use enact_camera::source::{Feed, FeedOutcome, Picture, Pixels, Source};
use enact_camera::{Camera, CameraError, PictureStream, StreamLimits};
use enact_dataset::ground_truth::GroundTruth;
use enact_plan::{
    Agent, CompositeAgent, ModelResponse, Plan, Planner, PlannerError, ScriptedPlanner, Situation,
};
use enact_runtime::{RuntimeError, Session, TaskOptions};
use enact_sim::render::{Appearance, SimCamera, pose_looking_at};
use enact_sim::{Layout, Simulator};
use enact_testkit::{load_shipped_robot, load_shipped_scene};
use enact_types::{Frame, Reason, StopSwitch};
use image::{ImageFormat, RgbImage};

/// Time from picture to picture.
const FRAME_PERIOD: Duration = Duration::from_millis(50);
/// Delay of a late stream.
const DELAY: Duration = Duration::from_secs(4);
/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(3600);
/// Worlds in real time need the computer for themselves.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

const POINT: &str = r#"{"steps":[{"skill":"point","object":"red cube"},{"skill":"home"},{"skill":"point","object":"red cube"},{"skill":"done"}]}"#;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Failure {
    None,
    Unplugged,
    Frozen,
    Black,
    Half,
    Late,
}

/// Streams what the simulator's camera sees, until it fails.
struct Streamed {
    eye: Arc<Mutex<Eye>>,
}

struct Eye {
    camera: SimCamera,
    how: Failure,
    failed: Arc<AtomicBool>,
    /// Pictures on their way, with the time at which they were taken.
    queue: VecDeque<(Instant, Vec<u8>)>,
    /// Whether pictures come late by now.
    is_late: bool,
    last: Vec<u8>,
}

impl Source for Streamed {
    fn place(&self) -> String {
        "simulated".to_owned()
    }

    fn open(&mut self) -> Result<Box<dyn Feed>, Reason> {
        let eye = self.eye.lock().unwrap();
        if eye.how == Failure::Unplugged && eye.failed.load(Ordering::SeqCst) {
            return Err("its plug was pulled".into());
        }
        Ok(Box::new(Feeding(Arc::clone(&self.eye))))
    }
}

struct Feeding(Arc<Mutex<Eye>>);

impl Feed for Feeding {
    fn next(&mut self, _: Duration) -> Result<FeedOutcome, Reason> {
        thread::sleep(FRAME_PERIOD);
        self.0.lock().unwrap().see()
    }
}

fn encoded(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

impl Eye {
    fn see(&mut self) -> Result<FeedOutcome, Reason> {
        let failed = self.failed.load(Ordering::SeqCst);
        let how = if failed { self.how } else { Failure::None };
        let mut frame = self.camera.capture().unwrap();
        let now = Instant::now();
        let sent = match how {
            Failure::None => encoded(&frame.rgb),
            Failure::Unplugged => return Err("its plug was pulled".into()),
            Failure::Frozen => self.last.clone(),
            Failure::Black => {
                frame.rgb.fill(0);
                // A dark sensor is noisy, too.
                frame
                    .rgb
                    .put_pixel(0, 0, image::Rgb([(frame.sequence % 8) as u8; 3]));
                encoded(&frame.rgb)
            }
            Failure::Half => {
                let whole = encoded(&frame.rgb);
                whole[..whole.len() / 2].to_vec()
            }
            Failure::Late => {
                self.queue.push_back((now, encoded(&frame.rgb)));
                let is_old = |(taken, _): &(Instant, _)| now - *taken >= DELAY;
                // A busy computer takes fewer pictures at times; the line is no shorter for that.
                while self.queue.get(1).is_some_and(is_old) {
                    self.queue.pop_front();
                }
                let first = self.queue.front().expect("one was added").0;
                self.is_late |= now - first >= DELAY;
                if self.is_late {
                    thread::sleep(DELAY.saturating_sub(first.elapsed()));
                    self.queue.pop_front().expect("looked at").1
                } else {
                    // The line was as late before.
                    encoded(&frame.rgb)
                }
            }
        };
        self.last.clone_from(&sent);
        Ok(FeedOutcome::Picture(Picture {
            pixels: Pixels::File(sent),
            begun: now,
            stamp: None,
        }))
    }
}

/// Lets the camera fail when the plan is made.
struct Saboteur(ScriptedPlanner, Arc<AtomicBool>);

impl Planner for Saboteur {
    fn plan(
        &mut self,
        frame: &Frame,
        situation: &Situation,
    ) -> Result<ModelResponse<Plan>, PlannerError> {
        self.1.store(true, Ordering::SeqCst);
        self.0.plan(frame, situation)
    }
}

struct Outcome {
    ended: Result<(), RuntimeError>,
    /// Whether the arm stood still afterwards.
    stands: bool,
}

fn run(how: Failure) -> Outcome {
    let _alone = ONE_AT_A_TIME.lock();
    let robot = load_shipped_robot("so101");
    let mut layout: Layout = load_shipped_scene("tabletop").sample_layout(1);
    (layout.camera.width, layout.camera.height) = (160, 120);
    let simulator = Simulator::new(&robot, &layout, true);
    let failed = Arc::new(AtomicBool::new(false));
    let eye = Eye {
        camera: simulator.camera(Appearance::default(), 1),
        how,
        failed: Arc::clone(&failed),
        queue: VecDeque::new(),
        is_late: false,
        last: Vec::new(),
    };
    // A line that is late was so before.
    failed.store(how == Failure::Late, Ordering::SeqCst);
    let eye = Arc::new(Mutex::new(eye));
    let limits = match how {
        // A busy computer is late too.
        Failure::None => StreamLimits {
            patience: LONG,
            max_age: LONG,
            ..StreamLimits::default()
        },
        // These are told by what comes.
        Failure::Frozen | Failure::Black | Failure::Late => StreamLimits {
            patience: LONG,
            ..StreamLimits::default()
        },
        // These by what does not.
        Failure::Unplugged | Failure::Half => StreamLimits {
            patience: Duration::from_secs(10),
            max_age: LONG,
            ..StreamLimits::default()
        },
    };
    let source = Streamed {
        eye: Arc::clone(&eye),
    };
    let stream = PictureStream::start("main", Box::new(source), limits).unwrap();
    let place = layout.camera;
    let pose = pose_looking_at(&place.eye, &place.target);
    let camera = stream.create_camera(place.vertical_fov, pose, &StopSwitch::new());
    let agent: Box<dyn Agent> = Box::new(CompositeAgent {
        perceiver: GroundTruth::new(&simulator, &layout),
        planner: Saboteur(ScriptedPlanner::new(Plan::parse(POINT).unwrap()), failed),
    });
    // Until then the line is not full.
    while how == Failure::Late && !eye.lock().unwrap().is_late {
        thread::sleep(FRAME_PERIOD);
    }
    let arm = ArmThread::start(Box::new(simulator.arm()), &robot);
    let mut session = Session::new(robot, arm, Box::new(camera), agent, Vec::new()).unwrap();
    let ended = session.run_task("point at the red cube", TaskOptions::from_max_turns(2));
    let stamp = || simulator.with_world(|world| world.stamp());
    let before = stamp();
    thread::sleep(Duration::from_millis(300));
    Outcome {
        ended: ended.map(drop),
        // Time passes in this world only while the arm is commanded.
        stands: stamp() == before,
    }
}

fn error_of(how: Failure) -> CameraError {
    let outcome = run(how);
    assert!(outcome.stands, "{how:?}");
    match outcome.ended {
        Err(RuntimeError::Camera(error)) => error,
        other => panic!("{how:?}: {other:?}"),
    }
}

#[test]
fn a_stream_without_faults_is_as_good_as_any_camera() {
    let outcome = run(Failure::None);
    assert!(outcome.ended.is_ok(), "{:?}", outcome.ended);
}

#[test]
fn fault_24_a_stream_that_is_unplugged_ends_the_run_with_the_reason() {
    let error = error_of(Failure::Unplugged);
    assert!(matches!(error, CameraError::Lost { .. }), "{error}");
    assert!(error.to_string().contains("plug was pulled"), "{error}");
}

#[test]
fn fault_24_a_frozen_stream_ends_the_run_with_the_reason() {
    let error = error_of(Failure::Frozen);
    assert!(matches!(error, CameraError::Repeating { .. }), "{error}");
}

#[test]
fn fault_24_a_black_stream_ends_the_run_with_the_reason() {
    let error = error_of(Failure::Black).to_string();
    assert!(error.contains("is black"), "{error}");
}

#[test]
fn fault_24_half_pictures_alone_end_the_run_with_the_reason() {
    let error = error_of(Failure::Half).to_string();
    assert!(error.contains("its end is missing"), "{error}");
}

#[test]
fn fault_26_a_stream_that_is_seconds_late_ends_the_run_with_the_reason() {
    let error = error_of(Failure::Late);
    let CameraError::Lagging { lag, .. } = &error else {
        panic!("{error}");
    };
    assert!(*lag >= DELAY - FRAME_PERIOD, "{error}");
}
