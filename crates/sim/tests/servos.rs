//! The arm driven by emulated servos, in the bus's own time.

use std::time::Duration;

use enact_arm::driver::{ArmingOptions, BusConfig, ServoArm};
use enact_arm::{Arm, ArmThread, ContactPolicy, ExecutionEnd, ShutdownMode};
use enact_emulator::{BusBuilder, EmulatedTransport, Faults, make_plausible_calibration};
use enact_robot::{Gate, Robot, StartState};
use enact_sim::{Scene, SimPlant, Simulator};
use enact_testkit::repository_root;
use enact_types::JointVector;

struct Bench {
    robot: Robot,
    bus_config: BusConfig,
    simulator: Simulator,
    line: EmulatedTransport,
}

fn bench(protocol: &str) -> Bench {
    let robot = Robot::load(&repository_root().join("robots/so101")).unwrap();
    let bus_config = BusConfig::load(
        &repository_root().join("robots/so101").join(protocol),
        &robot,
    )
    .unwrap();
    let scene = Scene::load(&repository_root().join("scenes/tabletop.toml")).unwrap();
    let simulator = Simulator::new(&robot, &scene.sample_layout(1), false);
    let line = BusBuilder {
        robot: &robot,
        bus_config: &bus_config,
        calibration: &make_plausible_calibration(&robot, &bus_config),
        faults: Faults::default(),
    }
    .build_transport(Box::new(SimPlant::new(
        simulator.clone(),
        &robot,
        &bus_config,
    )))
    .unwrap();
    line.with_locked_bus(enact_emulator::EmulatedBus::hold_joints);
    Bench {
        robot,
        bus_config,
        simulator,
        line,
    }
}

impl Bench {
    fn arm(&self, shutdown: ShutdownMode) -> ServoArm {
        let calibration = make_plausible_calibration(&self.robot, &self.bus_config);
        let bus = self.line.host_side_bus(&self.bus_config);
        ServoArm::arm(
            bus,
            &self.robot,
            &self.bus_config,
            &calibration,
            ArmingOptions { shutdown },
        )
        .unwrap_or_else(|error| panic!("{error}"))
    }

    fn pass(&self, seconds: f64) {
        use enact_arm::bus::Transport;
        let end = self.line.now() + Duration::from_secs_f64(seconds);
        self.line.clone().sleep_until(end);
    }

    fn position(&self) -> JointVector {
        self.simulator
            .with_world(|world| world.arm_state().position)
    }
}

#[test]
fn an_arm_follows_and_holds_itself_up_until_its_torque_goes() {
    for protocol in ["bus.toml", "bus-dynamixel.toml"] {
        let bench = bench(protocol);
        let mut arm = bench.arm(ShutdownMode::Hold);
        let state = arm.state().unwrap();
        let from = state.commanded.clone().unwrap();
        let sample = |step: usize| -> JointVector {
            let t = step as f64 / 300.0;
            let mut joints = from.clone();
            joints[0] += 0.8 * t * t * t * (10.0 - 15.0 * t + 6.0 * t * t);
            joints
        };
        let start = StartState {
            measured: &state.position,
            commanded: Some(&from),
        };
        let gate = Gate::new(&bench.robot);
        let trajectory = gate.admit((0..=300).map(sample).collect(), &start).unwrap();
        let thread = ArmThread::start(Box::new(arm), &bench.robot);
        let execution = thread
            .execute(trajectory, ContactPolicy::Limit(0.9))
            .unwrap();
        assert_eq!(execution.end, ExecutionEnd::Finished, "{protocol}");
        drop(thread);
        bench.pass(1.0);
        let there = bench.position();
        assert!((there[0] - from[0] - 0.8).abs() < 0.01, "{there}");
        drop(bench.arm(ShutdownMode::Release));
        bench.pass(3.0);
        let sagged = bench.position().max_difference(&there);
        assert!(sagged > 0.1, "it moved by {sagged} rad without torque");
    }
}
