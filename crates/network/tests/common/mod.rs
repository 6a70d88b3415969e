//! An arm in real time, links that are slow, lossy or cut, and the motions of these tests.

#![allow(dead_code, reason = "each test uses a part")]

pub mod tcp_proxy;
pub mod udp_proxy;

use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use enact_arm::{Arm, ArmError, ArmState, ArmThread, IdealArm};
use enact_network::{ArmNode, ArmNodeSetup, Link, NetworkConfig, RemoteArm, RemoteArmSetup};
use enact_robot::{Command, Gate, Robot, StartState, Trajectory};
use enact_types::{JointVector, StopSwitch};

/// Longer than anything takes, even on a very busy machine.
pub const TEST_TIMEOUT: Duration = Duration::from_secs(60);
/// Name of the node.
pub const NAME: &str = "bench";

/// Returns the SO-101.
pub fn so101() -> Arc<Robot> {
    static SO101: LazyLock<Arc<Robot>> = LazyLock::new(|| Arc::new(robot("so101")));
    Arc::clone(&SO101)
}

/// Returns a shipped robot.
pub fn robot(name: &str) -> Robot {
    let robots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../robots");
    Robot::load(&robots.join(name)).unwrap()
}

/// What an arm was commanded, and when.
pub type Log = Arc<Mutex<Vec<(Instant, ArmState)>>>;

/// An ideal arm that takes its time.
pub struct PacedArm {
    arm: IdealArm,
    period: Duration,
    due: Option<Instant>,
    log: Log,
}

impl PacedArm {
    pub fn new(robot: &Robot) -> (Self, Log) {
        let log = Log::default();
        let arm = Self {
            arm: IdealArm::new(robot),
            period: robot.control_period(),
            due: None,
            log: Arc::clone(&log),
        };
        (arm, log)
    }
}

impl Arm for PacedArm {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.arm.state()
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        let now = Instant::now();
        let due = self.due.map_or(now, |due| due.max(now));
        std::thread::sleep(due.saturating_duration_since(now));
        self.due = Some(due + self.period);
        let state = self.arm.cycle(command)?;
        self.log
            .lock()
            .unwrap()
            .push((Instant::now(), state.clone()));
        Ok(state)
    }
}

/// Returns an endpoint on this machine that is free.
pub fn free_tcp() -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    format!("tcp/{}", port.unwrap())
}

/// Returns an endpoint on this machine that is free.
pub fn free_udp() -> String {
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr();
    format!("udp/{}", port.unwrap())
}

/// Returns the address in an endpoint.
pub fn address(endpoint: &str) -> &str {
    endpoint.split_once('/').unwrap().1
}

/// Opens a link that listens.
pub fn listening(endpoint: &str) -> Arc<Link> {
    Link::open(&NetworkConfig::listening_at([endpoint])).unwrap()
}

/// Opens a link that connects.
pub fn connecting(endpoint: &str) -> Arc<Link> {
    Link::open(&NetworkConfig::connecting_to([endpoint])).unwrap()
}

/// Starts the node of an arm, with nothing around but the table.
pub fn node(link: &Arc<Link>, arm: impl Arm + 'static, robot: &Arc<Robot>) -> ArmNode {
    let thread = ArmThread::start(Box::new(arm), robot);
    ArmNode::start(link, thread, node_setup(robot)).unwrap()
}

pub fn node_setup(robot: &Arc<Robot>) -> ArmNodeSetup {
    ArmNodeSetup {
        name: NAME.to_owned(),
        robot: Arc::clone(robot),
        obstacles: Vec::new(),
        walls: Vec::new(),
        // Where the link is not the matter, a busy machine must not be either.
        silence: TEST_TIMEOUT,
        lease: TEST_TIMEOUT,
    }
}

pub fn driver_setup(robot: &Arc<Robot>) -> RemoteArmSetup {
    RemoteArmSetup {
        node: NAME.to_owned(),
        robot: Arc::clone(robot),
        holder: "a test".to_owned(),
        patience: TEST_TIMEOUT,
    }
}

/// Connects to the node of these tests.
pub fn driver(link: &Arc<Link>, robot: &Arc<Robot>) -> RemoteArm {
    RemoteArm::connect(link, &driver_setup(robot), StopSwitch::new()).unwrap()
}

/// Returns a motion of the first joint by this many radians in two seconds, from these joints.
pub fn sweep_from(robot: &Robot, from: &JointVector, by: f64) -> Trajectory {
    let steps = 400;
    let sample = |step: usize| -> JointVector {
        let t = step as f64 / steps as f64;
        let mut joints = from.clone();
        joints[0] += by * t * t * t * (10.0 - 15.0 * t + 6.0 * t * t);
        joints
    };
    let start = StartState {
        measured: from,
        commanded: None,
    };
    Gate::new(robot)
        .admit((0..=steps).map(sample).collect(), &start)
        .unwrap()
}

/// Returns a motion of the first joint from home.
pub fn sweep(robot: &Robot) -> Trajectory {
    sweep_from(robot, robot.home(), 0.8)
}

/// Waits until something is so.
pub fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < TEST_TIMEOUT, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
