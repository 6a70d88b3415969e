//! Whole motions on a bad bus: 5 % of the replies corrupted, 2 % of the packets lost.

mod common;

use std::time::Duration;

use common::{PROTOCOLS, seeded};
use enact_arm::{Arm, ArmThread, ContactPolicy, ExecutionEnd};
use enact_emulator::{Fault, Rule};

#[test]
fn every_motion_succeeds_or_stops_cleanly_and_no_joint_leaves_its_limits_or_jumps() {
    let mut successes = 0;
    for protocol in PROTOCOLS {
        for seed in 0..20 {
            let bench = seeded(protocol, Vec::new(), seed);
            let mut arm = bench.arm().unwrap();
            let rules = [
                Rule::always(Fault::Corrupt).with_probability(0.05),
                Rule::always(Fault::Silent).with_probability(0.02),
                Rule::always(Fault::LostRequest).with_probability(0.02),
            ];
            bench.line.with_locked_bus(|emulated_bus| {
                rules.map(|rule| emulated_bus.faults_mut().add(rule))
            });
            let trajectory = bench.sweep(&arm.state().unwrap(), 0.6);
            let thread = ArmThread::start(Box::new(arm), &bench.robot);
            // A clean stop is an error or a fault that leaves the arm at its command.
            let execution = thread.execute(trajectory, ContactPolicy::Limit(0.5));
            successes += usize::from(
                execution.is_ok_and(|execution| execution.end == ExecutionEnd::Finished),
            );
            drop(thread);
            check_goals(&bench);
        }
    }
    assert!(successes >= 36, "{successes} of 40");
}

/// Checks that every goal that arrived is within the joint's limits and near the previous one.
fn check_goals(bench: &common::Bench) {
    let model = bench.bus_config.servos[0].model;
    let goal = model.map.goal_position;
    let mut last: [Option<(i64, Duration)>; 6] = [None; 6];
    let log = bench
        .line
        .with_locked_bus(|emulated_bus| emulated_bus.received_packets().to_vec());
    let mut goals = 0;
    for arrival in log.iter().filter(|arrival| arrival.code == 0x83) {
        let head = if model.map.watchdog.is_some() { 4 } else { 2 };
        if arrival.body[0] != goal.address as u8 {
            continue;
        }
        for item in arrival.body[head..].chunks(1 + usize::from(goal.width)) {
            let joint = usize::from(item[0]) - 1;
            let steps = goal.decode(&item[1..]).unwrap();
            let own = &bench.calibration.joints[joint].1;
            assert!((own.range_min..=own.range_max).contains(&steps));
            if let Some((before, _)) = last[joint] {
                // The joint's largest displacement in one control period, and rounding. A lost
                // write omits one.
                let fastest = 3.0 * 0.005 / model.step_size_rad();
                assert!(
                    (steps - before).abs() as f64 <= 3.0 * fastest + 1.0,
                    "{before} to {steps}"
                );
            }
            last[joint] = Some((steps, arrival.at));
            goals += 1;
        }
    }
    assert!(goals > 1000, "{goals}");
}
