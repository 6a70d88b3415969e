//! Links that are slow, lossy or cut.

#![allow(clippy::print_stdout, reason = "figures for whoever runs it by hand")]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::tcp_proxy::{Delay, TcpProxy};
use common::udp_proxy::UdpProxy;
use common::{
    Log, PacedArm, TEST_TIMEOUT, address, connecting, driver, driver_setup, eventually, free_tcp,
    free_udp, listening, node_setup, so101, sweep, sweep_from,
};
use enact_arm::{ArmError, ArmThread, ContactPolicy, ExecutionEnd, StopSwitch, TrajectoryExecutor};
use enact_network::arm_node::{DEFAULT_LEASE_DURATION, DEFAULT_MAX_SILENCE};
use enact_network::{ArmNode, Link, NetworkConfig, RemoteArm};
use enact_robot::{CollisionWorld, Robot, Trajectory};
use enact_types::Refusal;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Starts a node that brakes after this time without a heartbeat.
fn node(link: &Arc<Link>, robot: &Arc<Robot>, silence: Duration) -> (ArmNode, Log) {
    let (paced, log) = PacedArm::new(robot);
    let thread = ArmThread::start(Box::new(paced), robot);
    let mut setup = node_setup(robot);
    setup.silence = silence;
    setup.lease = DEFAULT_LEASE_DURATION;
    (ArmNode::start(link, thread, setup).unwrap(), log)
}

/// Returns the next motion to and fro.
fn next(arm: &RemoteArm, robot: &Robot) -> Trajectory {
    let from = arm.state().unwrap().commanded_or_measured().clone();
    let by = if from[0] > robot.home()[0] { -0.8 } else { 0.8 };
    sweep_from(robot, &from, by)
}

/// Checks that no command ever left a limit, or was far from the one before.
fn check_limits(robot: &Robot, log: &Log) {
    let log = log.lock().unwrap();
    let period = robot.control_period().as_secs_f64();
    let mut before = robot.home().clone();
    for (_, state) in log.iter() {
        for (index, joint) in robot.joints().iter().enumerate() {
            let (at, limits) = (state.position[index], &joint.limits);
            assert!(limits.min <= at && at <= limits.max, "{}: {at}", joint.name);
            let speed = (at - before[index]).abs() / period;
            assert!(
                speed <= limits.velocity * (1.0 + 1e-9),
                "{}: {speed}",
                joint.name
            );
        }
        before = state.position.clone();
    }
}

/// Cuts the link in mid-move at this many moments, and mends it again.
fn cut(times: usize) {
    let robot = so101();
    let endpoint = free_tcp();
    let there = listening(&endpoint);
    let (node, log) = node(&there, &robot, DEFAULT_MAX_SILENCE);
    let proxy = TcpProxy::to(address(&endpoint), Delay::default());
    let arm = driver(&connecting(proxy.endpoint()), &robot);
    let around = CollisionWorld::with_table_only(&robot);
    let commands = || log.lock().unwrap().len();
    let mut random = ChaCha8Rng::seed_from_u64(23);
    let (mut braked, mut begun) = (0, 0);
    // Commands in the time without heartbeats, and some more where a busy machine took the last ones late.
    let silent =
        4 * (DEFAULT_MAX_SILENCE.as_secs_f64() / robot.control_period().as_secs_f64()) as usize;
    while begun < times {
        let motion = next(&arm, &robot);
        let goal = motion.end_positions().clone();
        let before = commands();
        let moment = random.random_range(1..380);
        let (execution, at_cut) = std::thread::scope(|scope| {
            let moving = scope.spawn(|| arm.execute(motion, &around, ContactPolicy::Expected));
            eventually("it gets there", || {
                commands() > before + moment || moving.is_finished()
            });
            if begun % 2 == 0 {
                proxy.cut();
            } else {
                proxy.close();
            }
            let at_cut = commands() - before;
            eventually("the arm is at rest", || node.status().motion.is_none());
            let last = log.lock().unwrap().last().unwrap().1.clone();
            assert!(
                last.velocity.iter().all(|speed| speed.abs() < 0.05),
                "at rest"
            );
            proxy.mend();
            (moving.join().unwrap(), at_cut)
        });
        let execution = execution.unwrap();
        match execution.end {
            // It was nearly there.
            ExecutionEnd::Finished => assert_eq!(execution.state.position, goal),
            ExecutionEnd::Fault(Refusal::NotApplicable(why)) if execution.followed > 0 => {
                assert!(why.contains("heard nothing"), "{why}");
                let after = execution.followed.saturating_sub(at_cut);
                assert!(after <= silent, "{after} commands without a heartbeat");
                braked += 1;
            }
            // A busy machine: the motion was not begun, or not in time.
            ExecutionEnd::Fault(Refusal::NotApplicable(_)) => continue,
            other => panic!("{other:?}"),
        }
        begun += 1;
    }
    assert!(braked > 0, "none was cut in mid-move");
    assert!(node.status().links_lost >= braked);
    check_limits(&robot, &log);
    // And it goes on, unless the machine is too busy for heartbeats.
    let goes_on = || {
        let motion = next(&arm, &robot);
        let done = arm.execute(motion, &around, ContactPolicy::Expected);
        done.unwrap().end == ExecutionEnd::Finished
    };
    eventually("it goes on", goes_on);
}

#[test]
fn a_link_that_is_cut_in_mid_move_brakes_the_arm_and_the_run_goes_on() {
    cut(6);
}

#[test]
#[ignore = "takes minutes"]
fn a_link_that_is_cut_at_fifty_moments_brakes_the_arm() {
    cut(50);
}

#[test]
fn a_link_that_stays_cut_ends_the_run_with_one_sentence_and_leaves_a_stop_at_the_arm() {
    let robot = so101();
    let endpoint = free_tcp();
    let there = listening(&endpoint);
    let (node, log) = node(&there, &robot, DEFAULT_MAX_SILENCE);
    let proxy = TcpProxy::to(address(&endpoint), Delay::default());
    let mut setup = driver_setup(&robot);
    setup.patience = Duration::from_secs(3);
    let near = connecting(proxy.endpoint());
    let arm = RemoteArm::connect(&near, &setup, StopSwitch::new()).unwrap();
    let around = CollisionWorld::with_table_only(&robot);
    let error = std::thread::scope(|scope| {
        let moving = scope.spawn(|| arm.execute(sweep(&robot), &around, ContactPolicy::Expected));
        eventually("it moves", || {
            log.lock().unwrap().len() > 20 || moving.is_finished()
        });
        proxy.cut();
        moving.join().unwrap()
    });
    match error {
        Err(ArmError::Remote(what)) => assert!(what.contains("heard of"), "{what}"),
        // It braked before the link was cut: the machine is busy, and the driver was told in time.
        Ok(execution) => assert!(matches!(execution.end, ExecutionEnd::Fault(_))),
        other => panic!("{other:?}"),
    }
    eventually("the arm is at rest", || node.status().motion.is_none());
    node.stop_switch().press();
    eventually("it is latched", || node.status().stop.is_some());
    check_limits(&robot, &log);
}

/// Drives over links of 50 ms delay and 20 ms jitter, heartbeats over one that loses 5 %; returns how many of
/// these motions were done.
fn slow(motions: usize, silence: Duration) -> usize {
    let robot = so101();
    let (endpoint, lossy) = (free_tcp(), free_udp());
    let config = NetworkConfig::listening_at([endpoint.as_str(), lossy.as_str()]);
    let there = Link::open(&config).unwrap();
    let (node, log) = node(&there, &robot, silence);
    let delay = Delay {
        least: Duration::from_millis(50),
        jitter: Duration::from_millis(20),
    };
    let proxy = TcpProxy::to(address(&endpoint), delay);
    let heartbeats = UdpProxy::to(address(&lossy), delay, 0.05);
    let mut config = NetworkConfig::connecting_to([proxy.endpoint()]);
    config.heartbeat = vec![heartbeats.endpoint().to_owned()];
    let near = Link::open(&config).unwrap();
    let arm = driver(&near, &robot);
    let offset = arm.clock_offset().unwrap();
    assert!(offset.within >= 50_000_000, "{offset:?}");
    let around = CollisionWorld::with_table_only(&robot);
    let finished = (0..motions)
        .filter(|_| {
            let motion = next(&arm, &robot);
            let done = arm.execute(motion, &around, ContactPolicy::Limit(0.9));
            done.unwrap().end == ExecutionEnd::Finished
        })
        .count();
    check_limits(&robot, &log);
    drop(arm);
    let status = node.status();
    println!(
        "refused: {:?}, links lost: {}",
        status.refused, status.links_lost
    );
    finished
}

#[test]
fn a_slow_and_lossy_link_is_enough() {
    assert_eq!(slow(2, TEST_TIMEOUT), 2);
}

#[test]
#[ignore = "takes a minute of an idle machine"]
fn a_slow_and_lossy_link_is_enough_twenty_times() {
    let begun = Instant::now();
    assert_eq!(slow(20, DEFAULT_MAX_SILENCE), 20);
    println!("{:.1} s", begun.elapsed().as_secs_f64());
}
