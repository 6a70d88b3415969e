//! An arm on another machine: whole trajectories go to its node, and heartbeats as long as one is waited for.
//!
//! | module | idea |
//! |---|---|
//! | `motion` | one motion, from the order to its end |
//! | `driver` | what goes on beside: heartbeats, the stop, the clocks |
//! | `lease_holder` | what is sent under a lease, signed and numbered |
//! | `stop_link` | one stop switch on two machines |
//! | [`release_stop`] | releases the stop of a node that nobody drives |

mod driver;
mod lease_holder;
mod motion;
pub mod release_stop;
mod stop_link;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use enact_arm::{ArmError, ArmState, ContactPolicy, Execution, ExecutionEnd, TrajectoryExecutor};
use enact_robot::{CollisionWorld, Robot, Trajectory};
use enact_types::{Refusal, StopSwitch};
use zenoh::pubsub::Subscriber;

use crate::clock::{NOTABLE_CLOCK_DIFFERENCE_S, Offset};
use crate::error::NetworkError;
use crate::keys::NodeKeys;
use crate::link::{Link, Urgency};
use crate::message::codec::{self, from_bytes};
use crate::message::order::{Ended, Motion, MotionEnd, Order, OrderReply, StateReply};
use crate::message::status::ArmStatus;
use crate::message::world::WorldMessage;
use driver::{Driver, WaitGuard};
use lease_holder::{LeaseHolder, lock};
use stop_link::StopLink;

/// Comparisons of clocks before anything moves.
const FIRST_COMPARISONS: usize = 4;
/// How long after it was sent a motion may begin.
const VALIDITY: Duration = Duration::from_secs(1);
/// Time to wait for one answer.
const ANSWER: Duration = Duration::from_secs(1);

/// What an arm on another machine is reached by.
#[derive(Clone, Debug)]
pub struct RemoteArmSetup {
    /// Name of its node.
    pub node: String,
    /// The robot, by this machine's own description.
    pub robot: Arc<Robot>,
    /// Who drives, for people.
    pub holder: String,
    /// Time after which a node that is not heard of is given up.
    pub patience: Duration,
}

/// An arm on another machine. Dropping it ends the lease.
pub struct RemoteArm {
    driver: Arc<Driver>,
    ended: Mutex<Receiver<Ended>>,
    robot: Arc<Robot>,
    patience: Duration,
    wall_ahead: f64,
    _heard: Vec<Subscriber<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl RemoteArm {
    /// Finds the node, compares descriptions and clocks with it, and takes the lease. `stop` stops the arm from
    /// here, and is pressed when somebody stops it elsewhere.
    ///
    /// # Errors
    /// [`NetworkError`] if the node does not answer, has another robot, is stopped, or is driven by somebody else.
    pub fn connect(
        link: &Arc<Link>,
        setup: &RemoteArmSetup,
        stop: StopSwitch,
    ) -> Result<Self, NetworkError> {
        let keys = NodeKeys::of_arm(&setup.node)?;
        let node = format!("the arm's node `{}`", keys.name());
        let status: ArmStatus =
            link.ask_patiently(&node, &keys.status_key(), &[], setup.patience)?;
        if status.digest != *setup.robot.digest() {
            return Err(NetworkError::OtherRobot {
                node,
                theirs: status.robot,
                their_digest: short(&status.digest),
                ours: setup.robot.name().to_owned(),
                our_digest: short(setup.robot.digest()),
            });
        }
        if let Some(pressed) = status.stop {
            let by = pressed.by;
            return Err(NetworkError::Stopped { node, by });
        }
        let lease = LeaseHolder::take(
            link,
            &keys,
            &setup.holder,
            *setup.robot.digest(),
            setup.patience,
        )?;
        let compare = |_| lease.compare_clocks(ANSWER);
        let wall_ahead = (0..FIRST_COMPARISONS).filter_map(compare).last();
        let Some(wall_ahead) = wall_ahead else {
            return Err(NetworkError::Silent {
                node,
                endpoints: link.describe_endpoints().to_owned(),
                waited: ANSWER * FIRST_COMPARISONS as u32,
            });
        };
        let driver = Arc::new(Driver {
            lease,
            stop,
            stop_link: StopLink::default(),
            motion: AtomicU64::new(0),
            heard: AtomicU64::new(link.clock().now()),
            is_over: AtomicBool::new(false),
        });
        let (sender, ended) = channel();
        let heard = vec![
            link.listen(&keys.status_key(), {
                let driver = Arc::clone(&driver);
                move |sample| {
                    let bytes = sample.payload().to_bytes();
                    if let Ok(status) = from_bytes::<ArmStatus>(&bytes, codec::MAX_SMALL_BYTES) {
                        driver.note_node_heard();
                        driver.stop_link.hear(status.stop);
                    }
                }
            })?,
            link.listen(&keys.outcome_key(), {
                let driver = Arc::clone(&driver);
                move |sample| {
                    let bytes = sample.payload().to_bytes();
                    if let Ok(outcome) = from_bytes::<Ended>(&bytes, codec::MAX_OUTCOME_BYTES) {
                        driver.note_node_heard();
                        // Whoever waited may be gone.
                        let _ = sender.send(outcome);
                    }
                }
            })?,
        ];
        let heartbeats = link.publisher(&keys.heartbeat_key(), Urgency::Heartbeat)?;
        let threads = driver::start(&driver, heartbeats, setup.holder.clone())?;
        if wall_ahead.abs() >= NOTABLE_CLOCK_DIFFERENCE_S {
            tracing::warn!("{}", differing_clocks(wall_ahead));
        }
        Ok(Self {
            driver,
            ended: Mutex::new(ended),
            robot: Arc::clone(&setup.robot),
            patience: setup.patience,
            wall_ahead,
            _heard: heard,
            threads,
        })
    }

    /// Returns the measured offset of the node's monotonic clock.
    pub fn clock_offset(&self) -> Option<Offset> {
        lock(&self.driver.lease.offset).offset()
    }

    /// Returns how far the clock of the wall at the node was ahead of ours, seconds, when the link was opened.
    pub fn wall_clock_ahead(&self) -> f64 {
        self.wall_ahead
    }

    /// Returns a sentence about clocks of the wall that differ notably.
    pub fn clock_note(&self) -> Option<String> {
        (self.wall_ahead.abs() >= NOTABLE_CLOCK_DIFFERENCE_S)
            .then(|| differing_clocks(self.wall_ahead))
    }
}

impl TrajectoryExecutor for RemoteArm {
    fn state(&self) -> Result<ArmState, ArmError> {
        let lease = &self.driver.lease;
        let answer: StateReply = lease
            .link
            .ask_patiently(
                &lease.describe_node(),
                &lease.keys.state_key(),
                &[],
                self.patience,
            )
            .map_err(remote)?;
        match answer {
            StateReply::Failed(what) => Err(ArmError::Remote(what)),
            StateReply::State(state) => {
                self.driver.note_node_heard();
                let execution = Execution {
                    end: ExecutionEnd::Finished,
                    samples: Vec::new(),
                    state,
                    followed: 0,
                };
                Ok(self.check_reported_joint_counts(execution)?.state)
            }
        }
    }

    fn execute(
        &self,
        trajectory: Trajectory,
        around: &CollisionWorld,
        contact: ContactPolicy,
    ) -> Result<Execution, ArmError> {
        self.wait_for_stop_release();
        if self.driver.stop.is_pressed() {
            return self.not_begun(ExecutionEnd::Stopped);
        }
        let motion = Motion {
            samples: trajectory.positions().to_vec(),
            period: trajectory.sample_period().as_nanos() as u64,
            contact,
            around: WorldMessage::from_collision_world(around),
            valid_ms: VALIDITY.as_millis() as u32,
        };
        // Heartbeats end with this call, however it ends.
        let _waiting = WaitGuard(&self.driver);
        self.driver.note_node_heard();
        let (id, reply) = self.send(&motion)?;
        if let Some(OrderReply::Refused(refusal)) = reply {
            self.driver.motion.store(0, Ordering::SeqCst);
            return self.refused(refusal);
        }
        let fault = |what: String| ExecutionEnd::Fault(Refusal::NotApplicable(what));
        match self.wait(&id)? {
            None => self.not_begun(fault(
                "the motion did not reach the arm in time, and was not begun".to_owned(),
            )),
            Some(MotionEnd::Ended(execution)) => self.check_reported_joint_counts(execution),
            Some(MotionEnd::Failed(what)) => Err(ArmError::Remote(what)),
            Some(MotionEnd::LinkLost {
                silence_ms,
                execution,
            }) => self.check_reported_joint_counts(Execution {
                end: fault(format!(
                    "the arm's node heard nothing of this program for {silence_ms} ms, so the arm braked \
                     along its path and holds"
                )),
                ..execution
            }),
        }
    }

    fn stop_switch(&self) -> StopSwitch {
        self.driver.stop.clone()
    }
}

impl Drop for RemoteArm {
    fn drop(&mut self) {
        self.driver.is_over.store(true, Ordering::SeqCst);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the arm's driver panicked");
            }
        }
        // If it is not heard, the lease ends by itself.
        self.driver.lease.order(Order::Release, |_, _| {});
    }
}

fn remote(error: NetworkError) -> ArmError {
    ArmError::Remote(error.to_string())
}

fn differing_clocks(ahead: f64) -> String {
    let (seconds, direction) = (ahead.abs(), if ahead > 0.0 { "ahead" } else { "behind" });
    format!(
        "the clock at the arm is {seconds:.1} s {direction} of this machine's: motions go by the measured offset, \
         but times in logs and recordings of both do not agree"
    )
}

/// Returns the beginning of a digest, for people.
fn short(digest: &[u8; 32]) -> String {
    digest[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
