//! Fault 24: the driver on a clock that jumps.

mod common;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use common::{Bench, PROTOCOLS, bench, sweep_of};
use enact_arm::bus::{Bus, Transport};
use enact_arm::driver::{ArmingOptions, ServoArm};
use enact_arm::{Arm, ArmError, ShutdownMode};
use enact_emulator::EmulatedTransport;

/// A day, at which the time of the bus starts, so that its clock can go back.
const DAY: Duration = Duration::from_secs(86_400);

/// A transport whose clock is off by a number of seconds.
struct Shifted {
    line: EmulatedTransport,
    by: Arc<AtomicI64>,
}

impl Shifted {
    fn shown(&self, time: Duration) -> Duration {
        let by = self.by.load(Ordering::SeqCst);
        let far = Duration::from_secs(by.unsigned_abs());
        let shown = time + DAY;
        if by < 0 { shown - far } else { shown + far }
    }

    /// Returns the time of the underlying clock when this one shows `shown`, or its current time if
    /// that has passed.
    fn own(&self, shown: Duration) -> Duration {
        let now = self.line.now();
        now + shown.saturating_sub(self.shown(now))
    }
}

impl Transport for Shifted {
    fn now(&self) -> Duration {
        self.shown(self.line.now())
    }

    fn sleep_until(&mut self, time: Duration) {
        let own = self.own(time);
        self.line.sleep_until(own);
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.line.send(bytes)
    }

    fn receive(&mut self, into: &mut Vec<u8>, deadline: Duration) -> io::Result<usize> {
        let own = self.own(deadline);
        self.line.receive(into, own)
    }
}

/// Returns an arm on a bus whose clock jumps by a number of seconds once this is stored.
fn armed(bench: &Bench, jump: &Arc<AtomicI64>) -> ServoArm {
    let line = Shifted {
        line: bench.line.clone(),
        by: Arc::clone(jump),
    };
    let bus_config = &bench.bus_config;
    let bus = Bus::new(Box::new(line), bus_config.family.codec(), bus_config.baud);
    let options = ArmingOptions {
        shutdown: ShutdownMode::Release,
    };
    ServoArm::arm(bus, &bench.robot, bus_config, &bench.calibration, options).unwrap()
}

#[test]
fn fault_24_a_clock_that_jumps_back_makes_no_joint_jump_or_wait() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        let jump = Arc::new(AtomicI64::new(0));
        let mut arm = armed(&bench, &jump);
        let trajectory = sweep_of(&bench.robot, &arm.state().unwrap(), 0.6);
        let begun = bench.now();
        for at in 0..trajectory.len() {
            if at == 100 {
                jump.store(-3600, Ordering::SeqCst);
            }
            let state = arm.cycle(&trajectory.command_at(at)).unwrap();
            let command = &trajectory.command_at(at);
            let lag = state.position.max_difference(command.positions());
            assert!(lag < 0.1, "cycle {at}: {lag}");
        }
        let seconds = bench.now() - begun;
        assert!((seconds - 1.5).abs() < 0.02, "{seconds} s");
        assert!(arm.cycle_stats().overruns <= 1);
        assert_eq!(arm.cycle_stats().outliers, 0);
    }
}

/// It cannot be distinguished from a pause of the program.
#[test]
fn fault_24_a_clock_that_jumps_ahead_ends_the_motion_and_the_arm_holds() {
    for protocol in PROTOCOLS {
        let bench = bench(protocol, Vec::new());
        let jump = Arc::new(AtomicI64::new(0));
        let mut arm = armed(&bench, &jump);
        let trajectory = sweep_of(&bench.robot, &arm.state().unwrap(), 0.6);
        for at in 0..100 {
            arm.cycle(&trajectory.command_at(at)).unwrap();
        }
        let before = bench.truth(0);
        jump.store(3600, Ordering::SeqCst);
        let error = arm.cycle(&trajectory.command_at(100)).unwrap_err();
        assert!(matches!(error, ArmError::Stale(_)), "{error}");
        assert!((bench.truth(0) - before).abs() < 0.01);
        assert_eq!(bench.torque(), [true; 6]);
    }
}
