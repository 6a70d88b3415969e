//! An arm with limited speed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use enact_arm::{Arm, ArmError, ArmState};
use enact_robot::{Command, Robot, Trajectory};
use enact_types::{Refusal, StopSwitch};

/// Waits before each reading until as much time has passed as the arm needs at its pace.
pub struct PacedArm {
    arm: Box<dyn Arm>,
    period: Duration,
    due: Option<Instant>,
    /// Without it no time is waited for.
    on: Arc<AtomicBool>,
    /// Switch that ends all waiting.
    stop: StopSwitch,
}

impl PacedArm {
    /// Runs `arm` at `speed` times its own pace, while `on` and until `stop` is pressed.
    pub fn new(
        arm: Box<dyn Arm>,
        robot: &Robot,
        speed: f64,
        on: Arc<AtomicBool>,
        stop: StopSwitch,
    ) -> Self {
        Self {
            arm,
            period: robot.control_period().div_f64(speed),
            due: None,
            on,
            stop,
        }
    }
}

impl Arm for PacedArm {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        self.due = None;
        self.arm.state()
    }

    fn admits(&self, trajectory: &Trajectory) -> Result<(), Refusal> {
        self.arm.admits(trajectory)
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        if self.on.load(Ordering::Relaxed) {
            let due = self.due.unwrap_or_else(Instant::now) + self.period;
            self.stop
                .sleep_unless_pressed(due.saturating_duration_since(Instant::now()));
            self.due = Some(due);
        }
        self.arm.cycle(command)
    }

    fn idle(&mut self) -> Result<(), ArmError> {
        self.due = None;
        self.arm.idle()
    }
}

#[cfg(test)]
mod tests {
    use enact_types::JointVector;

    use super::*;

    /// An arm whose servos stop by themselves unless they are read while it is idle.
    struct Watched(Arc<AtomicBool>);

    impl Arm for Watched {
        fn state(&mut self) -> Result<ArmState, ArmError> {
            Err(ArmError::Gone)
        }

        fn admits(&self, _trajectory: &Trajectory) -> Result<(), Refusal> {
            Err(Refusal::NotApplicable("out of its range".to_owned()))
        }

        fn cycle(&mut self, _command: &Command) -> Result<ArmState, ArmError> {
            Err(ArmError::Gone)
        }

        fn idle(&mut self) -> Result<(), ArmError> {
            self.0.store(true, Ordering::Relaxed);
            Ok(())
        }
    }

    #[test]
    fn the_arm_is_looked_after_and_asked_as_without_a_pace() {
        let robots = concat!(env!("CARGO_MANIFEST_DIR"), "/../../robots");
        let robot = Robot::load_by_name("so101", robots.as_ref()).unwrap();
        let (on, cared_for) = <(Arc<AtomicBool>, Arc<AtomicBool>)>::default();
        let arm = Box::new(Watched(Arc::clone(&cared_for)));
        let mut paced = PacedArm::new(arm, &robot, 0.25, on, StopSwitch::new());
        paced.idle().unwrap();
        assert!(cared_for.load(Ordering::Relaxed));
        let home: JointVector = robot.home().clone();
        let start = enact_robot::StartState {
            measured: &home,
            commanded: Some(&home),
        };
        let stay = enact_robot::Gate::new(&robot).admit(vec![home.clone(); 2], &start);
        paced.admits(&stay.unwrap()).unwrap_err();
    }
}
