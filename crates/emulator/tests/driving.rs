//! The driver against servos that work.

mod common;

use std::time::Duration;

use common::{PROTOCOLS, bench};
use enact_arm::bus::Line;
use enact_arm::{Arm, Ending, Unfit};

#[test]
fn an_arm_is_armed_where_it_is_and_follows() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        assert_eq!(bench.torque(), [false; 6]);
        let mut arm = bench.arm().unwrap();
        assert_eq!(bench.torque(), [true; 6]);
        let state = arm.state().unwrap();
        let home = bench.robot.home();
        assert!(
            state.position.max_difference(home) < 0.001,
            "{}",
            state.position
        );
        assert_eq!(state.alarm, None);
        let trajectory = bench.sweep(&state, 0.6);
        let begun = bench.now();
        for at in 0..trajectory.len() {
            arm.cycle(&trajectory.command(at)).unwrap();
        }
        let seconds = bench.now() - begun;
        assert!(
            (seconds - 1.5).abs() < 0.01,
            "300 cycles at 200 Hz took {seconds} s"
        );
        assert!((bench.truth(0) - home[0] - 0.6).abs() < 0.02);
        let timing = arm.timing();
        assert_eq!((timing.overruns, timing.outliers, timing.resent), (0, 0, 0));
        let counters = arm.counters();
        assert_eq!(
            (counters.missing, counters.retries, counters.corrupt),
            (0, 0, 0)
        );
    }
}

#[test]
fn an_arm_is_left_as_chosen() {
    for protocol in PROTOCOLS {
        for ending in [Ending::Hold, Ending::Lower, Ending::Release] {
            let bench = bench(protocol, Vec::new());
            let mut arm = bench.arm_to(ending).unwrap();
            let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
            for at in 0..trajectory.len() {
                arm.cycle(&trajectory.command(at)).unwrap();
            }
            arm.end().unwrap();
            let held = ending == Ending::Hold;
            assert_eq!(bench.torque(), [held; 6], "{ending:?}");
            bench.line.with(|network| {
                let now = Duration::from_secs(60);
                network.advance(now);
            });
            let sunk = trajectory.end()[0] - bench.truth(0);
            assert_eq!(sunk.abs() < 0.02, held, "{ending:?} sank by {sunk}");
        }
    }
}

#[test]
fn an_arm_is_armed_again_and_again() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        for ending in [Ending::Hold, Ending::Lower, Ending::Hold, Ending::Release] {
            let before = bench.truth(0);
            let mut arm = bench.arm_to(ending).unwrap();
            let state = arm.state().unwrap();
            assert!((state.position[0] - bench.truth(0)).abs() < 0.002);
            assert!((bench.truth(0) - before).abs() < 0.05, "it did not jump");
        }
    }
}

#[test]
fn an_arm_that_still_sinks_is_armed_once_it_lies_still() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        // It was held 0.8 rad above where it rests, and is let go of now.
        let above = bench.robot.home()[0] + 0.8;
        bench.guide(Some(above));
        bench.line.clone().sleep_until(Duration::from_secs(1));
        bench.guide(None);
        let arm = bench.arm().unwrap();
        assert!(bench.now() > 2.5, "it took its time: {} s", bench.now());
        assert!((bench.truth(0) - bench.robot.home()[0]).abs() < 0.01);
        drop(arm);
        // Somebody who goes on moving it is told so.
        bench.guide(Some(above + 20.0));
        let error = bench.arm().map(drop).unwrap_err();
        assert_eq!(error, Unfit::Moves("shoulder_pan".to_owned()).into());
        assert_eq!(bench.torque(), [false; 6]);
    }
}

/// Fault 25.
#[test]
fn a_panic_in_mid_move_leaves_the_arm_as_chosen() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        let mut arm = bench.arm_to(Ending::Release).unwrap();
        let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
        let driving = std::thread::spawn(move || {
            for at in 0..trajectory.len() {
                assert!(at < 100, "something that nobody thought of");
                arm.cycle(&trajectory.command(at)).unwrap();
            }
        });
        assert!(driving.join().is_err());
        assert_eq!(bench.torque(), [false; 6]);
    }
}
