//! Whole runs on emulated servos that turn the arm of the simulator, in the bus's own time.
#![allow(clippy::print_stdout, reason = "measurements are for reading")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use enact_arm::ArmThread;
use enact_arm::Ending;
use enact_arm::calibration::Calibration;
use enact_arm::driver::{Options, ServoArm, Wiring};
use enact_bridge::{Bounds, Session};
use enact_dataset::truth::Truth;
use enact_emulator::{EmulatedLine, Emulator, Fault, Faults, Rule, nominal_calibration};
use enact_plan::{Pair, Plan, ScriptedPlanner};
use enact_robot::Robot;
use enact_sim::render::Look;
use enact_sim::{Goal, Scene, SimPlant, Simulator};

const PROTOCOLS: [&str; 2] = ["bus.toml", "bus-dynamixel.toml"];
const PLAN: &str = r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"place","object":"red cube","relation":"in","target":"blue bowl"},{"skill":"done"}]}"#;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What came of a run.
struct Run {
    /// Whether the cube is in the bowl.
    inside: bool,
    /// The steps as they went, or what broke.
    report: Result<String, String>,
    wiring: Wiring,
    calibration: Calibration,
    line: EmulatedLine,
}

fn put_red_cube_in_blue_bowl(protocol: &str, seed: u64, rules: &[Rule]) -> Run {
    let robot = Arc::new(Robot::load(&root().join("robots/so101")).unwrap());
    let wiring = Wiring::load(&root().join("robots/so101").join(protocol), &robot).unwrap();
    let calibration = nominal_calibration(&robot, &wiring);
    let scene = Scene::load(&root().join("scenes/tabletop.toml")).unwrap();
    let layout = scene.draw(seed);
    let simulator = Simulator::new(&robot, &layout, false);
    let line = Emulator {
        robot: &robot,
        wiring: &wiring,
        calibration: &calibration,
        faults: Faults::new(Vec::new(), seed),
    }
    .with(Box::new(SimPlant::new(simulator.clone(), &robot, &wiring)))
    .unwrap();
    let options = Options {
        ending: Ending::Release,
    };
    let arm = ServoArm::arm(line.bus(&wiring), &robot, &wiring, &calibration, options)
        .unwrap_or_else(|error| panic!("{error}"));
    line.with(|network| {
        rules
            .iter()
            .for_each(|rule| network.faults().add(rule.clone()))
    });
    let mut session = Session::new(
        Arc::clone(&robot),
        ArmThread::start(Box::new(arm), &robot),
        Box::new(simulator.camera(Look::default(), seed)),
        Box::new(Pair {
            perceiver: Truth::new(&simulator, &layout),
            planner: ScriptedPlanner::new(Plan::parse(PLAN).unwrap()),
        }),
        Vec::new(),
    )
    .unwrap();
    let bounds = Bounds {
        turns: 3,
        dry_run: false,
        rank: 1,
        marks: false,
    };
    let report = session.run("put the red cube in the blue bowl", bounds);
    drop(session);
    let goal = Goal::Inside("red cube".to_owned(), "blue bowl".to_owned());
    Run {
        inside: simulator.with_world(|world| goal.holds(world)),
        report: report
            .map(|report| format!("{:?}", report.steps))
            .map_err(|error| error.to_string()),
        wiring,
        calibration,
        line,
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

/// 5 % of the answers corrupted, 2 % of the packets lost each way.
fn noise() -> [Rule; 3] {
    [
        Rule::always(Fault::Corrupt).at_rate(0.05),
        Rule::always(Fault::Silent).at_rate(0.02),
        Rule::always(Fault::LostRequest).at_rate(0.02),
    ]
}

/// Every goal that arrived is within its joint's range and near the one before; how many.
fn check_goals(run: &Run) -> usize {
    let roles = run.wiring.servos[0].model.roles;
    let goal = roles.goal_position;
    let head = if roles.watchdog.is_some() { 4 } else { 2 };
    let mut last = [None; 6];
    let mut count = 0;
    let log = run.line.with(|network| network.log().to_vec());
    for arrival in log.iter().filter(|arrival| arrival.code == 0x83) {
        if arrival.body[0] != goal.address as u8 {
            continue;
        }
        for item in arrival.body[head..].chunks(1 + usize::from(goal.width)) {
            let joint = usize::from(item[0]) - 1;
            let steps = goal.decode(&item[1..]).unwrap();
            let own = &run.calibration.joints[joint].1;
            assert!((own.range_min..=own.range_max).contains(&steps));
            // The fastest joint's motion in a control period; a lost write leaves one out, and
            // so may the one after it.
            let way = last[joint].map_or(0, |before: i64| (steps - before).abs());
            assert!(way <= 31, "joint {joint} jumped by {way} steps");
            last[joint] = Some(steps);
            count += 1;
        }
    }
    count
}

#[test]
fn on_a_bad_bus_a_run_succeeds_or_ends_cleanly_and_no_goal_jumps() {
    for protocol in PROTOCOLS {
        let run = put_red_cube_in_blue_bowl(protocol, 3, &noise());
        assert!(check_goals(&run) > 1000);
        // A run that broke off has told why, and left the arm limp.
        let torque = run.line.with(|network| {
            let mut servos = network.servos().iter();
            servos.any(|servo| servo.get(servo.model().roles.torque_enable) == 1)
        });
        assert!(
            run.inside || run.report.is_err() && !torque,
            "{:?}",
            run.report
        );
    }
}

/// `cargo test -p enact-bridge --test emulated -- --ignored --nocapture` prints the rates.
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
        let bad: Vec<Run> = (9001..=9020)
            .map(|seed| put_red_cube_in_blue_bowl(protocol, seed, &noise()))
            .collect();
        let inside = bad.iter().filter(|run| run.inside).count();
        let ended: Vec<&String> = bad
            .iter()
            .filter_map(|run| run.report.as_ref().err())
            .collect();
        assert!(bad.iter().all(|run| check_goals(run) > 0));
        println!("{protocol}, bad bus: {inside} of 20 in the bowl; ended by {ended:?}");
    }
}
