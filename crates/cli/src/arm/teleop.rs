//! `enact arm teleop`: an arm follows another one that is moved by hand.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use enact_arm::bus::Bus;
use enact_arm::driver::feedback::Reading;
use enact_arm::driver::joint::ServoJoint;
use enact_arm::{Arm, ArmState, ArmingFault, ShutdownMode, StopSwitch};
use enact_ground::motion::OnlineTrajectory;
use enact_robot::{Command, Gate};
use enact_types::JointVector;
use serde_json::json;

use super::args::{ArmTarget, TeleopArgs};
use super::guided_recording::GuidedRecording;
use super::hardware::Hardware;
use super::torque;
use crate::config_hint;
use crate::data_dir::DataDir;
use crate::out::error_message_with_sources;
use crate::stop_sources;

/// Number of control periods per reading of the leader.
const PERIODS: u64 = 2;
/// Silence after which the leader is no longer followed and the arm holds.
const STALE: Duration = Duration::from_millis(100);
/// Longest wait for the leader's first reading.
const LEADER_TIMEOUT: Duration = Duration::from_millis(500);
/// Share of its speed at which the follower moves until the arms are aligned…
const GENTLE: f64 = 0.15;
/// …and the largest difference of aligned joints, rad.
const ALIKE: f64 = 0.1;

/// Mirrors a leader until told to stop.
///
/// # Errors
/// If an arm is not there or not well, a port is lost, or the recording cannot be written.
pub fn teleop(data_dir: &DataDir, args: &TeleopArgs) -> Result<bool> {
    let well = follow(data_dir, args, || {
        let stop = StopSwitch::new();
        stop_sources::install_stop_sources(&stop, &args.stop)?;
        Ok(stop)
    })?;
    if args.target.json {
        outln!("{}", json!({"followed": well, "record": args.record}));
    }
    Ok(well)
}

/// Mirrors the leader that `args` name until this switch is pressed or their time is over; `false`
/// if an alarm of the arm ended it before.
///
/// # Errors
/// As [`teleop`].
pub fn follow_leader_until_stopped(
    data_dir: &DataDir,
    args: &TeleopArgs,
    stop: StopSwitch,
) -> Result<bool> {
    follow(data_dir, args, || Ok(stop))
}

fn follow(
    data_dir: &DataDir,
    args: &TeleopArgs,
    stop: impl FnOnce() -> Result<StopSwitch>,
) -> Result<bool> {
    let follower = Hardware::load(data_dir, &args.target)?;
    let leader = Hardware::load_leader(
        data_dir,
        &ArmTarget {
            port: args.leader.clone(),
            calibration: args.leader_calibration.clone(),
            ..args.target.clone()
        },
    )?;
    if follower.device_path()? == leader.device_path()? {
        bail!("leader and follower are on the same port");
    }
    let stop = stop()?;
    let leader = Leader::open(&leader)?;
    let recording = GuidedRecording::begin(data_dir, args, &follower)?;
    let mut arm = follower.open_armed_arm(ShutdownMode::Lower)?;
    errln!("the arm follows the leader; Ctrl-C ends it");
    let robot = Arc::new(follower.robot);
    let mut pair = TeleopArms {
        leader,
        mirror: FollowerArm::new(&robot, &arm.state()?)?,
        recording,
    };
    let periods = args
        .seconds
        .map(|seconds| (seconds / robot.control_period().as_secs_f64()) as u64);
    let over = |count| stop.is_pressed() || periods.is_some_and(|periods| count >= periods);
    let followed = pair.follow(&mut arm, over);
    let braked = pair.brake(&mut arm);
    let failure = match &followed {
        Err(error) => Some(error_message_with_sources(error)),
        Ok(false) => Some("an alarm of the arm ended it".to_owned()),
        Ok(true) => None,
    };
    let recording = pair.recording.take();
    let recorded = recording.map(|recording| recording.finish(failure.as_deref()));
    let well = followed?;
    braked?;
    recorded.transpose()?;
    arm.shut_down()?;
    Ok(well)
}

/// Both arms, and the recording of their motion.
struct TeleopArms {
    leader: Leader,
    mirror: FollowerArm,
    recording: Option<GuidedRecording>,
}

impl TeleopArms {
    /// Follows until it is over after so many periods; `false` if an alarm ended it before.
    fn follow(&mut self, arm: &mut dyn Arm, over: impl Fn(u64) -> bool) -> Result<bool> {
        let mut count = 0;
        while !over(count) {
            if count % PERIODS == 0 {
                self.leader.look()?;
                self.mirror.aim(self.leader.goal());
            }
            let (command, state) = self.mirror.step(arm)?;
            self.note(&state)?;
            self.mirror.check(&command, &state)?;
            if let Some(alarm) = state.alarm {
                errln!("{alarm}");
                return Ok(false);
            }
            count += 1;
        }
        Ok(true)
    }

    /// Brings the follower to rest, whatever ended it.
    fn brake(&mut self, arm: &mut dyn Arm) -> Result<()> {
        self.mirror.stop();
        let mut noted = Ok(());
        while !self.mirror.online_trajectory.is_at_rest() {
            let (_, state) = self.mirror.step(arm)?;
            noted = noted.and(self.note(&state));
        }
        noted
    }

    /// Writes down how the arms are; not any more once that has failed.
    fn note(&mut self, state: &ArmState) -> Result<()> {
        let Some(mut recording) = self.recording.take() else {
            return Ok(());
        };
        recording.keep_sample(self.leader.goal(), state)?;
        self.recording = Some(recording);
        Ok(())
    }
}

/// The arm that is moved by hand.
struct Leader {
    bus: Bus,
    ids: Vec<u8>,
    joints: Vec<ServoJoint>,
    position: JointVector,
    /// Time at which every joint was last heard.
    heard: Duration,
}

impl Leader {
    /// Lets go of an arm that its calibration fits.
    fn open(hardware: &Hardware) -> Result<Self> {
        let calibration = hardware.load_calibration().context("the leader")?;
        let joints =
            ServoJoint::joints_of_robot(&hardware.robot, &hardware.bus_config, &calibration)
                .map_err(|unfit| anyhow::anyhow!("the leader: {unfit}"))?;
        let mut bus = hardware.open_bus()?;
        check_calibration(&mut bus, &joints)?;
        drop(bus);
        torque::switch_motors_off(hardware)?;
        let mut leader = Self {
            ids: joints.iter().map(|joint| joint.servo.id).collect(),
            position: JointVector::zeros(joints.len()),
            joints,
            bus: hardware.open_bus()?,
            heard: Duration::ZERO,
        };
        let end = leader.bus.now() + LEADER_TIMEOUT;
        while leader.heard == Duration::ZERO && leader.bus.now() < end {
            leader.look()?;
        }
        if leader.heard == Duration::ZERO {
            bail!("the leader does not answer; `enact arm doctor` says why");
        }
        Ok(leader)
    }

    /// Reads its position. A lost port is an error, after which the follower brakes.
    fn look(&mut self) -> Result<()> {
        let map = self.joints[0].servo.model.map;
        let answers = self
            .bus
            .sync_read(&self.ids, map.feedback, map.feedback_length)
            .context("the leader")?;
        let position = |(joint, answer): (&ServoJoint, &Option<_>)| {
            let reading = Reading::new(joint.servo.model, answer.as_ref()?)?;
            Some(joint.position_from_steps(reading.steps))
        };
        let positions: Option<JointVector> =
            self.joints.iter().zip(&answers).map(position).collect();
        if let Some(positions) = positions {
            self.position = positions;
            self.heard = self.bus.now();
        }
        Ok(())
    }

    /// Returns its position, unless that is too old.
    fn goal(&self) -> Option<&JointVector> {
        (self.bus.now() - self.heard <= STALE).then_some(&self.position)
    }
}

/// Checks that the leader has its own calibration: with another arm's, the follower would do
/// something else.
fn check_calibration(bus: &mut Bus, joints: &[ServoJoint]) -> Result<()> {
    let differences = ServoJoint::find_mismatches(joints, bus).context("the leader")?;
    if !differences.is_empty() {
        let unfit = ArmingFault::OtherCalibration(differences);
        bail!("the leader: {unfit}\nhint: name its own with --leader-calibration");
    }
    Ok(())
}

/// The arm that follows.
struct FollowerArm {
    online_trajectory: OnlineTrajectory,
    gate: Gate,
    /// True if the arms have been aligned since the leader was last silent.
    alike: bool,
    last: JointVector,
    /// True once it brakes.
    stopping: bool,
}

impl FollowerArm {
    fn new(robot: &Arc<enact_robot::Robot>, state: &ArmState) -> Result<Self> {
        let start = state.as_start_state();
        let online_trajectory =
            OnlineTrajectory::new(robot, &start).map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
        Ok(Self {
            online_trajectory,
            gate: Gate::new(robot),
            alike: false,
            last: state.position.clone(),
            stopping: false,
        })
    }

    /// Makes for where the leader is; for nothing new if nobody knows.
    fn aim(&mut self, goal: Option<&JointVector>) {
        let Some(goal) = goal else {
            self.stop();
            // Who knows where it comes back.
            self.alike = false;
            return;
        };
        self.stopping = false;
        self.alike |= self.last.max_difference(goal) < ALIKE;
        let speed = if self.alike { 1.0 } else { GENTLE };
        // What is refused is not followed: the motion before goes on to its end.
        if let Err(refusal) = self.online_trajectory.aim(goal, speed) {
            tracing::debug!("{refusal}");
        }
    }

    fn stop(&mut self) {
        if !self.stopping {
            self.online_trajectory.stop();
            self.stopping = true;
        }
    }

    fn step(&mut self, arm: &mut dyn Arm) -> Result<(Command, ArmState)> {
        let command = self.online_trajectory.advance();
        let state = arm.cycle(&command)?;
        self.last = command.positions().clone();
        Ok((command, state))
    }

    /// Checks that the follower is where it was told to be.
    fn check(&self, command: &Command, state: &ArmState) -> Result<()> {
        self.gate
            .check_following(command, &state.position)
            .map_err(|refusal| config_hint::error_with_hint(&refusal))
    }
}
