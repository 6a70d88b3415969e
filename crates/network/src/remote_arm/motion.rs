//! One motion, from the order to its end.

use std::sync::atomic::Ordering;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use enact_arm::{ArmError, ArmState, Execution, ExecutionEnd, TrajectoryExecutor};
use enact_types::Refusal;

use super::driver::STOP_POLL_PERIOD;
use super::lease_holder::{has_no_lease, lock};
use super::{ANSWER, RemoteArm, VALIDITY, remote};
use crate::error::NetworkError;
use crate::link::NoAnswer;
use crate::message::codec::{self, to_bytes};
use crate::message::order::{
    Motion, MotionEnd, Order, OrderRefusal, OrderReply, OutcomeQuestion, OutcomeReply,
};

/// Interval at which the node is asked what came of a motion, in case it was not heard.
const ASK: Duration = Duration::from_millis(250);

impl RemoteArm {
    /// Waits until a stop that was released here is released at the node as well.
    pub(super) fn wait_for_stop_release(&self) {
        let begun = Instant::now();
        let is_settled = || self.driver.stop.is_pressed() || !self.driver.stop_link.is_pressed();
        while !is_settled() && begun.elapsed() < 2 * ANSWER {
            std::thread::sleep(STOP_POLL_PERIOD);
        }
    }

    /// Sends a motion; takes the lease again first if it has ended.
    pub(super) fn send(
        &self,
        motion: &Motion,
    ) -> Result<(OutcomeQuestion, Option<OrderReply>), ArmError> {
        let driver = &self.driver;
        let send = || {
            let begin = |_, number| driver.motion.store(number, Ordering::SeqCst);
            driver.lease.order(Order::Follow(motion.clone()), begin)
        };
        let mut sent = send();
        if sent.reply.as_ref().is_some_and(has_no_lease) {
            driver.lease.take_again().map_err(remote)?;
            sent = send();
        }
        let id = OutcomeQuestion {
            lease: sent.lease,
            motion: sent.number,
        };
        Ok((id, sent.reply))
    }

    /// Waits for the end of a motion; `None` if it was never begun.
    pub(super) fn wait(&self, id: &OutcomeQuestion) -> Result<Option<MotionEnd>, ArmError> {
        let driver = &self.driver;
        let begun = Instant::now();
        let mut asked = Instant::now();
        let ended = lock(&self.ended);
        loop {
            match ended.recv_timeout(ASK / 5) {
                Ok(outcome) if outcome.motion == *id => return Ok(Some(outcome.end)),
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(STOP_POLL_PERIOD),
            }
            if asked.elapsed() >= ASK {
                asked = Instant::now();
                let key = driver.lease.keys.outcome_key();
                let answer =
                    driver
                        .lease
                        .link
                        .ask(&key, to_bytes(id), codec::MAX_OUTCOME_BYTES, ANSWER);
                match answer {
                    Ok(OutcomeReply::Ended(end)) => return Ok(Some(end)),
                    Ok(OutcomeReply::Running) => driver.note_node_heard(),
                    Ok(OutcomeReply::Unknown) => {
                        driver.note_node_heard();
                        // From then on, the node would refuse it as stale.
                        if begun.elapsed() > 2 * VALIDITY {
                            return Ok(None);
                        }
                    }
                    Err(NoAnswer::Garbled(garbled)) => {
                        let node = driver.lease.describe_node();
                        return Err(remote(NetworkError::Garbled { node, garbled }));
                    }
                    Err(NoAnswer::Silent) => {}
                }
            }
            let silence = driver.silence();
            if silence > self.patience {
                let (node, seconds) = (driver.lease.describe_node(), silence.as_secs_f64());
                return Err(ArmError::Remote(format!(
                    "{node} has not been heard of for {seconds:.1} s; without heartbeats the arm has braked \
                     along its path and holds"
                )));
            }
        }
    }

    /// Returns an execution that did not begin.
    pub(super) fn not_begun(&self, end: ExecutionEnd) -> Result<Execution, ArmError> {
        let state = TrajectoryExecutor::state(self)?;
        Ok(Execution {
            end,
            samples: vec![state.clone()],
            state,
            followed: 0,
        })
    }

    pub(super) fn refused(&self, refusal: OrderRefusal) -> Result<Execution, ArmError> {
        let fault = |what: String| ExecutionEnd::Fault(Refusal::NotApplicable(what));
        match refusal {
            OrderRefusal::Stopped => self.not_begun(ExecutionEnd::Stopped),
            OrderRefusal::Arm(what) => Err(ArmError::Remote(what)),
            OrderRefusal::Gate(refusal) => self.not_begun(fault(format!(
                "the gate at the arm does not admit it: {refusal}"
            ))),
            OrderRefusal::Busy | OrderRefusal::Message(_) => {
                self.not_begun(fault(format!("the arm's node does not obey: {refusal}")))
            }
        }
    }

    pub(super) fn check_reported_joint_counts(
        &self,
        execution: Execution,
    ) -> Result<Execution, ArmError> {
        let joints = self.robot.joints().len();
        let fits = |state: &ArmState| {
            let all = [&state.position, &state.velocity, &state.effort];
            all.into_iter()
                .chain(&state.commanded)
                .all(|vector| vector.len() == joints)
        };
        if fits(&execution.state) && execution.samples.iter().all(fits) {
            Ok(execution)
        } else {
            Err(ArmError::Remote(format!(
                "{} reports an arm of another number of joints than {joints}",
                self.driver.lease.describe_node()
            )))
        }
    }
}
