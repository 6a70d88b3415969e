//! Whole runs on emulated servos that drive the simulator's arm, in the bus's own time.
#![allow(clippy::print_stdout, reason = "measurements are for reading")]

mod bench;

use bench::{Bench, PROTOCOLS, PUT_CUBE_INSTRUCTION};
use enact_arm::ShutdownMode;
use enact_emulator::{Fault, Rule};
use enact_runtime::TaskOptions;
use enact_sim::Goal;

/// Result of a run.
struct Run {
    /// Whether the cube is in the bowl.
    inside: bool,
    /// Outcomes of the steps, or the error.
    report: Result<String, String>,
    bench: Bench,
}

fn put_red_cube_in_blue_bowl(protocol: &str, seed: u64, rules: &[Rule]) -> Run {
    let bench = Bench::new(protocol, seed);
    let arm = bench.arm(ShutdownMode::Release, rules);
    let mut session = bench.session(arm, bench.camera(), bench.agent());
    let options = TaskOptions::from_max_turns(3);
    let report = session.run_task(PUT_CUBE_INSTRUCTION, options);
    drop(session);
    let goal = Goal::Inside("red cube".to_owned(), "blue bowl".to_owned());
    Run {
        inside: bench.simulator.with_world(|world| goal.is_satisfied(world)),
        report: report
            .map(|report| format!("{:?}", report.steps))
            .map_err(|error| error.to_string()),
        bench,
    }
}

#[test]
fn the_cube_ends_in_the_bowl_on_both_protocols() {
    for protocol in PROTOCOLS {
        for seed in 1..=2 {
            let run = put_red_cube_in_blue_bowl(protocol, seed, &[]);
            assert!(run.inside, "{protocol}, seed {seed}: {:?}", run.report);
        }
    }
}

/// Corrupts 5 % of the answers and loses 2 % of the packets each way.
fn noise() -> [Rule; 3] {
    [
        Rule::always(Fault::Corrupt).with_probability(0.05),
        Rule::always(Fault::Silent).with_probability(0.02),
        Rule::always(Fault::LostRequest).with_probability(0.02),
    ]
}

impl Run {
    /// Checks that the run ended well or reported why not, that no joint left its limits or jumped,
    /// and that the motors are off at the end, as configured.
    fn check(&self) {
        assert!(self.goals() > 1000, "it moved");
        self.check_joints();
        let torque = self.bench.torque();
        assert_eq!(torque, [false; 6], "{:?}", self.report);
    }

    /// Checks that every received goal is within its joint's range and near the previous one;
    /// returns their number.
    fn goals(&self) -> usize {
        let map = self.bench.bus_config.servos[0].model.map;
        let goal = map.goal_position;
        let head = if map.watchdog.is_some() { 4 } else { 2 };
        let mut last = [None; 6];
        let mut count = 0;
        let log = self
            .bench
            .line
            .with_locked_bus(|emulated_bus| emulated_bus.received_packets().to_vec());
        for arrival in log.iter().filter(|arrival| arrival.code == 0x83) {
            if arrival.body[0] != goal.address as u8 {
                continue;
            }
            for item in arrival.body[head..].chunks(1 + usize::from(goal.width)) {
                let joint = usize::from(item[0]) - 1;
                let steps = goal.decode(&item[1..]).unwrap();
                let own = &self.bench.calibration.joints[joint].1;
                assert!((own.range_min..=own.range_max).contains(&steps));
                // The fastest joint's motion in a control period. A lost write skips one goal, and
                // the next may be lost as well.
                let motions = last[joint].map_or(0, |before: i64| (steps - before).abs());
                assert!(motions <= 31, "joint {joint} jumped by {motions} steps");
                last[joint] = Some(steps);
                count += 1;
            }
        }
        count
    }

    /// Checks that physics had every joint within its limits, except for its compliance under load,
    /// and no faster than its servo was allowed to turn it.
    fn check_joints(&self) {
        const GIVE: f64 = 0.03;
        let trace = self.bench.trace.lock().unwrap();
        for (index, joint) in self.bench.robot.joints().iter().enumerate() {
            let limits = joint.limits;
            let (low, high) = (trace.lowest[index], trace.highest[index]);
            assert!(
                limits.min - GIVE <= low && high <= limits.max + GIVE,
                "{} went from {low:.3} to {high:.3}",
                joint.name
            );
            // A motor that is switched off at the end lets its joint fall.
            let fastest = trace.fastest[index];
            assert!(
                fastest <= 2.0 * limits.velocity,
                "{}: {fastest:.2} rad/s",
                joint.name
            );
        }
    }
}

#[test]
fn on_a_bad_bus_a_run_succeeds_or_ends_cleanly_and_no_joint_jumps() {
    for protocol in PROTOCOLS {
        let run = put_red_cube_in_blue_bowl(protocol, 3, &noise());
        run.check();
        assert!(run.inside || run.report.is_err(), "{:?}", run.report);
    }
}

/// `cargo test -p enact-runtime --test emulated -- --ignored --nocapture` prints the rates.
#[test]
#[ignore = "takes minutes"]
fn success_on_fifty_seeds_and_on_a_bad_bus() {
    for protocol in PROTOCOLS {
        let failed: Vec<String> = (9001..=9050)
            .map(|seed| (seed, put_red_cube_in_blue_bowl(protocol, seed, &[])))
            .filter(|(_, run)| !run.inside)
            .map(|(seed, run)| format!("{seed}: {:?}", run.report))
            .collect();
        println!("{protocol}: {} of 50 failed {failed:#?}", failed.len());
        assert!(failed.len() <= 2);
    }
}

/// As above: runs at 5 % corrupted and 2 % lost packets.
#[test]
#[ignore = "takes minutes"]
fn twenty_runs_on_a_bad_bus() {
    for protocol in PROTOCOLS {
        let (mut inside, mut ended) = (0, Vec::new());
        for seed in 9001..=9020 {
            let run = put_red_cube_in_blue_bowl(protocol, seed, &noise());
            run.check();
            if run.inside {
                inside += 1;
            } else {
                ended.push((seed, run.report));
            }
        }
        println!("{protocol}, bad bus: {inside} of 20 in the bowl; the others ended by {ended:#?}");
    }
}
