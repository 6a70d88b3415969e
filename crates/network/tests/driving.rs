//! An arm is driven from elsewhere as it is here, and stopped from anywhere.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{
    NAME, PacedArm, TEST_TIMEOUT, connecting, driver, driver_setup, eventually, free_tcp,
    listening, node, node_setup, robot, so101, sweep, sweep_from,
};
use enact_arm::{ArmThread, ContactPolicy, ExecutionEnd, IdealArm, StopSwitch, TrajectoryExecutor};
use enact_network::remote_arm::release_stop::clear_stop;
use enact_network::{ArmNode, Clock, Link, NetworkConfig, NetworkError, RemoteArm, presence};
use enact_robot::{CollisionWorld, Obstacle, Shape};
use enact_types::Refusal;

#[test]
fn a_trajectory_is_followed_as_on_this_machine() {
    let robot = so101();
    let here = ArmThread::start(Box::new(IdealArm::new(&robot)), &robot);
    let endpoint = free_tcp();
    let there = listening(&endpoint);
    let node = node(&there, IdealArm::new(&robot), &robot);
    let arm = driver(&connecting(&endpoint), &robot);
    let around = CollisionWorld::with_table_only(&robot);
    let mut from = robot.home().clone();
    for (by, contact) in [
        (0.8, ContactPolicy::Limit(0.5)),
        (-0.7, ContactPolicy::Expected),
    ] {
        let motion = sweep_from(&robot, &from, by);
        let local = here.execute(motion.clone(), contact).unwrap();
        let remote = arm.execute(motion, &around, contact).unwrap();
        assert_eq!(remote.end, ExecutionEnd::Finished);
        assert_eq!(remote, local, "to the last bit");
        from = remote.state.position.clone();
        assert_eq!(arm.state().unwrap(), here.state().unwrap());
    }
    assert_eq!(node.status().refused.total(), 0);
    assert_eq!(node.status().holder.as_deref(), Some("a test"));
}

#[test]
fn the_node_admits_nothing_that_its_own_gate_does_not() {
    let robot = so101();
    let endpoint = free_tcp();
    let link = listening(&endpoint);
    // Something that only the node knows of, where the tool goes.
    let goal = sweep(&robot).end_positions().clone();
    let ball = Obstacle::new(
        "pillar",
        [(Shape::Sphere { radius: 0.05 }, robot.forward(&goal))],
    );
    let thread = ArmThread::start(Box::new(IdealArm::new(&robot)), &robot);
    let mut setup = node_setup(&robot);
    setup.obstacles = vec![Arc::new(ball)];
    let _node = ArmNode::start(&link, thread, setup).unwrap();
    let arm = driver(&connecting(&endpoint), &robot);
    let around = CollisionWorld::with_table_only(&robot);
    let refused = arm
        .execute(sweep(&robot), &around, ContactPolicy::Expected)
        .unwrap();
    let ExecutionEnd::Fault(Refusal::NotApplicable(why)) = refused.end else {
        panic!("{:?}", refused.end);
    };
    assert!(why.contains("pillar"), "{why}");
    assert_eq!(refused.followed, 0);
    let away = sweep_from(&robot, robot.home(), -0.8);
    let moved = arm.execute(away, &around, ContactPolicy::Expected).unwrap();
    assert_eq!(moved.end, ExecutionEnd::Finished);
    // From somewhere else than where the arm is.
    let elsewhere = sweep(&robot);
    let refused = arm
        .execute(elsewhere, &around, ContactPolicy::Expected)
        .unwrap();
    assert!(matches!(refused.end, ExecutionEnd::Fault(_)));
    assert_eq!(refused.followed, 0);
}

#[test]
fn a_stop_from_a_third_node_is_latched_until_the_driver_releases_it() {
    let robot = so101();
    let endpoint = free_tcp();
    let link = listening(&endpoint);
    let (paced, log) = PacedArm::new(&robot);
    let node = node(&link, paced, &robot);
    let arm = driver(&connecting(&endpoint), &robot);
    let around = CollisionWorld::with_table_only(&robot);
    let third = connecting(&endpoint);
    let stopped = std::thread::scope(|scope| {
        let moving = scope.spawn(|| arm.execute(sweep(&robot), &around, ContactPolicy::Expected));
        eventually("it moves", || log.lock().unwrap().len() > 60);
        let stopped = presence::stop_arms(&third, "*", "the third", TEST_TIMEOUT).unwrap();
        assert_eq!(stopped[0].0, NAME);
        moving.join().unwrap().unwrap()
    });
    assert_eq!(stopped.end, ExecutionEnd::Stopped);
    assert!(stopped.state.velocity[0].abs() < 0.05, "it is at rest");
    let goal = sweep(&robot).end_positions().clone();
    assert!(stopped.state.position.max_difference(&goal) > 0.05);
    assert_eq!(node.status().stop.unwrap().by, "the third");
    eventually("the driver is told", || arm.stop_switch().is_pressed());
    let from = stopped.state.position.clone();
    let again = arm
        .execute(
            sweep_from(&robot, &from, 0.2),
            &around,
            ContactPolicy::Expected,
        )
        .unwrap();
    assert_eq!((again.end, again.followed), (ExecutionEnd::Stopped, 0));
    // Whoever does not hold the lease cannot release it.
    let error = clear_stop(&third, NAME, "the third", Duration::ZERO).unwrap_err();
    assert!(matches!(error, NetworkError::Held { .. }), "{error}");
    arm.stop_switch().release();
    let on = arm
        .execute(
            sweep_from(&robot, &from, 0.2),
            &around,
            ContactPolicy::Expected,
        )
        .unwrap();
    assert_eq!(on.end, ExecutionEnd::Finished);
    assert_eq!(node.status().stop, None);
}

#[test]
fn a_stop_of_the_driver_and_one_at_the_arm_itself_work() {
    let robot = so101();
    let endpoint = free_tcp();
    let link = listening(&endpoint);
    let (paced, log) = PacedArm::new(&robot);
    let node = node(&link, paced, &robot);
    let near = connecting(&endpoint);
    let arm = driver(&near, &robot);
    let around = CollisionWorld::with_table_only(&robot);
    let mut from = robot.home().clone();
    for switch in [arm.stop_switch(), node.stop_switch()] {
        let motion = sweep_from(&robot, &from, 0.4);
        let goal = motion.end_positions().clone();
        let before = log.lock().unwrap().len();
        let stopped = std::thread::scope(|scope| {
            let moving = scope.spawn(|| arm.execute(motion, &around, ContactPolicy::Expected));
            eventually("it moves", || log.lock().unwrap().len() > before + 60);
            switch.press();
            moving.join().unwrap().unwrap()
        });
        assert_eq!(stopped.end, ExecutionEnd::Stopped);
        assert!(stopped.state.position.max_difference(&goal) > 0.01);
        eventually("both know", || {
            node.status().stop.is_some() && arm.stop_switch().is_pressed()
        });
        arm.stop_switch().release();
        eventually("both forget", || node.status().stop.is_none());
        from = arm.state().unwrap().commanded_or_measured().clone();
    }
    // A stopped node lets nobody drive until somebody has cleared it.
    drop(arm);
    node.stop_arm("somebody");
    let stopped = RemoteArm::connect(&near, &driver_setup(&robot), StopSwitch::new());
    let error = stopped.err().unwrap();
    assert!(matches!(error, NetworkError::Stopped { .. }), "{error}");
    let cleared = clear_stop(&near, NAME, "a test", TEST_TIMEOUT).unwrap();
    assert_eq!(cleared.unwrap().by, "somebody");
    assert!(!node.stop_switch().is_pressed());
    driver(&near, &robot);
}

#[test]
fn one_drives_at_a_time() {
    let robot = so101();
    let endpoint = free_tcp();
    let link = listening(&endpoint);
    let node = node(&link, IdealArm::new(&robot), &robot);
    let first = driver(&connecting(&endpoint), &robot);
    let other = connecting(&endpoint);
    let mut setup = driver_setup(&robot);
    setup.holder = "another test".to_owned();
    let error = RemoteArm::connect(&other, &setup, StopSwitch::new()).err();
    let Some(NetworkError::Held { holder, .. }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(holder, "a test");
    drop(first);
    let second = RemoteArm::connect(&other, &setup, StopSwitch::new()).unwrap();
    assert_eq!(node.status().holder.as_deref(), Some("another test"));
    drop(second);
    assert_eq!(node.status().holder, None);
}

#[test]
fn another_robot_is_noticed_before_anything_moves() {
    let robot = so101();
    let endpoint = free_tcp();
    let link = listening(&endpoint);
    let _node = node(&link, IdealArm::new(&robot), &robot);
    let other = Arc::new(self::robot("ur5e"));
    let connected = RemoteArm::connect(
        &connecting(&endpoint),
        &driver_setup(&other),
        StopSwitch::new(),
    );
    let error = connected.err().unwrap();
    assert!(matches!(error, NetworkError::OtherRobot { .. }), "{error}");
}

#[test]
fn clocks_five_seconds_apart_are_noticed_and_do_not_matter() {
    let robot = so101();
    for ahead in [5_000_000_000, -5_000_000_000] {
        let endpoint = free_tcp();
        let config = NetworkConfig::listening_at([endpoint.as_str()]);
        let link = Link::open_with_clock(&config, Clock::with_wall_clock_ahead(ahead)).unwrap();
        let _node = node(&link, IdealArm::new(&robot), &robot);
        let near = connecting(&endpoint);
        let arm = driver(&near, &robot);
        let error = (arm.wall_clock_ahead() - ahead as f64 * 1e-9).abs();
        assert!(error < 1.0, "{}", arm.wall_clock_ahead());
        assert!(arm.clock_note().unwrap().contains("5.0 s"));
        let around = CollisionWorld::with_table_only(&robot);
        let moved = arm.execute(sweep(&robot), &around, ContactPolicy::Expected);
        assert_eq!(moved.unwrap().end, ExecutionEnd::Finished);
    }
}

#[test]
fn who_is_there_is_told() {
    let robot = so101();
    let endpoint = free_tcp();
    let link = listening(&endpoint);
    let node = node(&link, IdealArm::new(&robot), &robot);
    let near = connecting(&endpoint);
    let _arm = driver(&near, &robot);
    let there = presence::nodes(&near, Duration::from_secs(5));
    assert_eq!(there.len(), 1, "{there:?}");
    assert_eq!(
        (there[0].kind.as_str(), there[0].name.as_str()),
        ("arm", NAME)
    );
    assert_eq!(there[0].arm.as_ref().unwrap().robot, "so101");
    assert!(there[0].wall_ahead.unwrap().abs() < 1.0);
    drop(node);
    eventually("it is gone", || {
        presence::nodes(&near, Duration::from_secs(5)).is_empty()
    });
}
