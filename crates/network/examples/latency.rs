//! How long an order takes to an arm's node on this host and back, beside the same on a thread: motions of one
//! sample, which end as they begin. Prints medians and 99.9th percentiles.
//!
//! `cargo run --release -p enact-network --features zenoh --example latency`

#![allow(clippy::print_stdout, reason = "it is what this is for")]

use std::error::Error;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use enact_arm::{ArmThread, ContactPolicy, IdealArm, StopSwitch, TrajectoryExecutor};
use enact_network::arm_node::{DEFAULT_LEASE_DURATION, DEFAULT_MAX_SILENCE};
use enact_network::{ArmNode, ArmNodeSetup, Link, NetworkConfig, RemoteArm, RemoteArmSetup};
use enact_robot::{CollisionWorld, Gate, Robot};

/// Motions that are timed.
const MOTIONS: usize = 5000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../robots/so101");
    let robot = Arc::new(Robot::load(&folder)?);
    let around = CollisionWorld::with_table_only(&robot);
    let here = ArmThread::start(Box::new(IdealArm::new(&robot)), &robot);
    report("on a thread", &timed(&robot, &here, &around)?);

    let endpoint = format!("tcp/{}", TcpListener::bind("127.0.0.1:0")?.local_addr()?);
    let there = Link::open(&NetworkConfig::listening_at([endpoint.as_str()]))?;
    let setup = ArmNodeSetup {
        name: "latency".to_owned(),
        robot: Arc::clone(&robot),
        obstacles: Vec::new(),
        walls: Vec::new(),
        silence: DEFAULT_MAX_SILENCE,
        lease: DEFAULT_LEASE_DURATION,
    };
    let thread = ArmThread::start(Box::new(IdealArm::new(&robot)), &robot);
    let _node = ArmNode::start(&there, thread, setup)?;
    let near = Link::open(&NetworkConfig::connecting_to([endpoint.as_str()]))?;
    let setup = RemoteArmSetup {
        node: "latency".to_owned(),
        robot: Arc::clone(&robot),
        holder: "latency".to_owned(),
        patience: Duration::from_secs(10),
    };
    let arm = RemoteArm::connect(&near, &setup, StopSwitch::new())?;
    report("over Zenoh", &timed(&robot, &arm, &around)?);
    Ok(())
}

/// Returns the times of many motions, s, in order.
fn timed(
    robot: &Robot,
    arm: &dyn TrajectoryExecutor,
    around: &CollisionWorld,
) -> Result<Vec<f64>, Box<dyn Error>> {
    let gate = Gate::new(robot);
    let mut times = Vec::with_capacity(MOTIONS);
    for _ in 0..MOTIONS {
        let state = arm.state()?;
        let stay = gate.admit_among_obstacles(
            vec![state.commanded_or_measured().clone()],
            &state.as_start_state(),
            around,
        )?;
        let begun = Instant::now();
        arm.execute(stay, around, ContactPolicy::Expected)?;
        times.push(begun.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

fn report(what: &str, times: &[f64]) {
    let at = |share: f64| 1e6 * times[((times.len() - 1) as f64 * share) as usize];
    let (median, most) = (at(0.5), at(0.999));
    println!("{what}: median {median:.0} µs, 99.9 % within {most:.0} µs");
}
