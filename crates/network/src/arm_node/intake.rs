//! What comes in: orders, heartbeats, requests for the lease, stops.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use enact_arm::{ArmState, ContactPolicy};
use enact_robot::Trajectory;
use enact_types::Refusal;
use zenoh::query::Query;

use super::lease::Lease;
use super::state::{Node, NodeState};
use crate::fault::MessageFault;
use crate::link::{question_bytes, reply};
use crate::message::Channel;
use crate::message::codec::{self, Garbled, from_bytes};
use crate::message::envelope::UnverifiedEnvelope;
use crate::message::lease::{LeaseReply, LeaseRequest};
use crate::message::order::{
    Heartbeat, Motion, Order, OrderRefusal, OrderReply, OutcomeQuestion, OutcomeReply, StateReply,
};
use crate::message::status::sanitize_for_display;

/// Greatest age of a heartbeat that counts: what is queued for longer is no sign of life.
const HEARTBEAT_AGE: Duration = Duration::from_millis(500);
/// Greatest time after which a motion may begin.
const VALIDITY: Duration = Duration::from_secs(2);
/// Longest motion.
const MAX_MOTION_DURATION: Duration = Duration::from_secs(100);
/// Interval at which an idle arm is read.
const IDLE: Duration = Duration::from_millis(100);

/// A question that cannot be answered on Zenoh's thread.
pub(super) enum Inquiry {
    /// An order that came at this time.
    Order(Query, u64),
    State(Query),
    Outcome(Query),
}

/// A motion that was admitted.
pub(super) struct Job {
    pub(super) trajectory: Trajectory,
    pub(super) contact: ContactPolicy,
    pub(super) motion: OutcomeQuestion,
    /// When it was ordered.
    pub(super) ordered: u64,
}

/// Answers what comes until nothing can come any more; readings of the idle arm go to `readings`.
pub(super) fn serve(
    node: &Node,
    inquiries: &Receiver<Inquiry>,
    jobs: &SyncSender<Job>,
    readings: &SyncSender<ArmState>,
) {
    loop {
        match inquiries.recv_timeout(IDLE) {
            Ok(Inquiry::Order(query, received)) => {
                reply(&query, &node.order(&question_bytes(&query), received, jobs));
            }
            Ok(Inquiry::State(query)) => reply(&query, &node.read()),
            Ok(Inquiry::Outcome(query)) => reply(&query, &node.outcome(&question_bytes(&query))),
            Err(RecvTimeoutError::Timeout) => {
                let is_idle = node.lock().running.is_none();
                if is_idle && let Ok(state) = node.arm.state() {
                    // Nobody may be there to publish it in time.
                    let _ = readings.try_send(state);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

impl Node {
    /// Takes a heartbeat that came now.
    pub(super) fn heartbeat(&self, bytes: &[u8]) {
        let now = self.now();
        let taken = UnverifiedEnvelope::<Heartbeat>::read_unverified(bytes, codec::MAX_SMALL_BYTES)
            .map_err(|garbled| fault_of(&garbled))
            .and_then(|sealed| {
                let mut state = self.lock();
                let lease = state.holder(sealed.envelope.lease, now)?;
                lease.check_message(&sealed, Channel::Heartbeat, self.robot.digest())?;
                lease.check_message_age(sealed.envelope.sent, now, HEARTBEAT_AGE)?;
                lease.renew(now);
                if let Some(motion) = sealed.envelope.body.motion {
                    self.deadman.note_heartbeat(motion, now);
                }
                Ok(())
            });
        if let Err(fault) = taken {
            self.count_refused_message(fault);
        }
    }

    /// Grants the lease, or says who has it.
    pub(super) fn lend(&self, bytes: &[u8]) -> Option<LeaseReply> {
        let request: LeaseRequest = match from_bytes(bytes, codec::MAX_SMALL_BYTES) {
            Ok(request) => request,
            Err(garbled) => {
                self.count_refused_message(fault_of(&garbled));
                return None;
            }
        };
        if request.robot != *self.robot.digest() {
            self.count_refused_message(MessageFault::OtherRobot);
            return Some(LeaseReply::OtherRobot);
        }
        let now = self.now();
        let mut state = self.lock();
        state.end_lease_if_expired(now);
        if let Some(lease) = &state.lease {
            let left = lease.time_left(now).unwrap_or_default();
            return Some(LeaseReply::Held {
                holder: lease.holder.clone(),
                left_ms: left.as_millis() as u64,
            });
        }
        state.leases += 1;
        let holder = sanitize_for_display(&request.holder);
        let lease = Lease::grant(state.leases, request.session, holder, now, self.lease);
        let granted = LeaseReply::Granted {
            lease: lease.number,
            key: lease.key,
            lasts_ms: self.lease.as_millis() as u64,
        };
        state.lease = Some(lease);
        Some(granted)
    }

    /// Obeys an order, or says why not.
    fn order(&self, bytes: &[u8], received: u64, jobs: &SyncSender<Job>) -> OrderReply {
        match self.obey(bytes, received, jobs) {
            Ok(()) => OrderReply::Accepted,
            Err(refusal) => {
                if let OrderRefusal::Message(fault) = refusal {
                    self.count_refused_message(fault);
                }
                OrderReply::Refused(refusal)
            }
        }
    }

    fn obey(
        &self,
        bytes: &[u8],
        received: u64,
        jobs: &SyncSender<Job>,
    ) -> Result<(), OrderRefusal> {
        let sealed = UnverifiedEnvelope::<Order>::read_unverified(bytes, codec::MAX_MOTION_BYTES)
            .map_err(|garbled| OrderRefusal::Message(fault_of(&garbled)))?;
        let mut state = self.lock();
        let lease = state.holder(sealed.envelope.lease, received)?;
        lease.check_message(&sealed, Channel::Order, self.robot.digest())?;
        let validity = match &sealed.envelope.body {
            Order::Follow(motion) => Duration::from_millis(motion.valid_ms.into()).min(VALIDITY),
            _ => VALIDITY,
        };
        // As it stands now, not when it came: it may have waited here.
        lease.check_message_age(sealed.envelope.sent, self.now(), validity)?;
        lease.renew(self.now());
        let id = OutcomeQuestion {
            lease: sealed.envelope.lease,
            motion: sealed.envelope.sequence,
        };
        match sealed.envelope.body {
            Order::Release if state.running.is_some() => Err(OrderRefusal::Busy),
            Order::Release => {
                state.lease = None;
                Ok(())
            }
            Order::ClearStop { stop } => {
                if state.stop.as_ref().is_some_and(|now| now.number != stop) {
                    return Err(OrderRefusal::Stopped);
                }
                state.stop = None;
                self.stop.release();
                Ok(())
            }
            Order::Follow(_) if state.running.is_some() => Err(OrderRefusal::Busy),
            Order::Follow(_) if self.stop.is_pressed() => Err(OrderRefusal::Stopped),
            Order::Follow(motion) => {
                drop(state);
                let contact = motion.contact;
                let trajectory = self.admit(motion)?;
                let job = Job {
                    trajectory,
                    contact,
                    motion: id.clone(),
                    ordered: received,
                };
                self.lock().running = Some(id);
                if jobs.try_send(job).is_err() {
                    self.lock().running = None;
                    return Err(OrderRefusal::Busy);
                }
                Ok(())
            }
        }
    }

    /// Has the node's own gate admit a motion, from where the arm is, among what the driver knows and
    /// what is known here.
    fn admit(&self, motion: Motion) -> Result<Trajectory, OrderRefusal> {
        let refused = |what: String| OrderRefusal::Gate(Refusal::Malformed(what));
        let period = self.robot.control_period();
        if u128::from(motion.period) != period.as_nanos() {
            return Err(refused(format!(
                "its samples are {} ns apart, and this arm takes one every {} ns",
                motion.period,
                period.as_nanos()
            )));
        }
        let longest = MAX_MOTION_DURATION.as_nanos() / period.as_nanos().max(1);
        if motion.samples.len() as u128 > longest {
            return Err(refused(format!(
                "it lasts longer than {} s",
                MAX_MOTION_DURATION.as_secs()
            )));
        }
        if let ContactPolicy::Limit(limit) = motion.contact
            && !(0.0..=1.0).contains(&limit)
        {
            return Err(refused(format!(
                "an effort of {limit} times its limit is no contact"
            )));
        }
        let mut around = motion
            .around
            .to_collision_world(&self.robot)
            .map_err(OrderRefusal::Gate)?;
        around.obstacles.extend(self.around.obstacles.clone());
        around.half_spaces.extend(self.around.half_spaces.clone());
        let state = self
            .arm
            .state()
            .map_err(|error| OrderRefusal::Arm(error.to_string()))?;
        self.gate
            .admit_among_obstacles(motion.samples, &state.as_start_state(), &around)
            .map_err(OrderRefusal::Gate)
    }

    /// Reads the arm, or returns the last reading while it moves.
    fn read(&self) -> StateReply {
        {
            let state = self.lock();
            if state.running.is_some()
                && let Some(reading) = &state.reading
            {
                return StateReply::State(reading.clone());
            }
        }
        match self.arm.state() {
            Ok(state) => StateReply::State(state),
            Err(error) => StateReply::Failed(error.to_string()),
        }
    }

    fn outcome(&self, bytes: &[u8]) -> OutcomeReply {
        let asked: OutcomeQuestion = match from_bytes(bytes, codec::MAX_SMALL_BYTES) {
            Ok(asked) => asked,
            Err(garbled) => {
                self.count_refused_message(fault_of(&garbled));
                return OutcomeReply::Unknown;
            }
        };
        let state = self.lock();
        if state.running.as_ref() == Some(&asked) {
            return OutcomeReply::Running;
        }
        let ended = state.ended.clone();
        drop(state);
        match ended {
            Some(ended) if ended.motion == asked => OutcomeReply::Ended(ended.end.clone()),
            _ => OutcomeReply::Unknown,
        }
    }
}

impl NodeState {
    /// Returns the lease, if somebody holds one now, for a message under the lease of this number.
    fn holder(&mut self, number: u64, now: u64) -> Result<&mut Lease, MessageFault> {
        self.end_lease_if_expired(now);
        let newest = self.leases;
        self.lease.as_mut().ok_or(if number <= newest {
            MessageFault::LeaseEnded
        } else {
            MessageFault::Foreign
        })
    }
}

impl From<MessageFault> for OrderRefusal {
    fn from(fault: MessageFault) -> Self {
        Self::Message(fault)
    }
}

fn fault_of(garbled: &Garbled) -> MessageFault {
    match garbled {
        Garbled::Version { .. } => MessageFault::Version,
        Garbled::TooLong { .. } | Garbled::Nonsense(_) => MessageFault::Garbage,
    }
}

/// Hands a question on, or refuses it if too many wait.
pub(super) fn queue_inquiry(node: &Arc<Node>, inquiries: &SyncSender<Inquiry>, inquiry: Inquiry) {
    let Err(refused) = inquiries.try_send(inquiry) else {
        return;
    };
    node.count_refused_message(MessageFault::Flood);
    let (std::sync::mpsc::TrySendError::Full(inquiry)
    | std::sync::mpsc::TrySendError::Disconnected(inquiry)) = refused;
    if let Inquiry::Order(query, _) = inquiry {
        let flood = OrderRefusal::Message(MessageFault::Flood);
        reply(&query, &OrderReply::Refused(flood));
    }
}
