//! What the threads of an arm's node share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use enact_arm::{ArmState, ArmThread};
use enact_robot::{CollisionWorld, Gate, Robot};
use enact_types::StopSwitch;

use super::deadman::Deadman;
use super::lease::Lease;
use crate::fault::{FaultCounts, MessageFault};
use crate::keys::NodeKeys;
use crate::link::Link;
use crate::message::order::{Ended, OutcomeQuestion};
use crate::message::status::{ArmStatus, PressedStop};

/// An arm's node.
pub(super) struct Node {
    pub(super) link: Arc<Link>,
    pub(super) keys: NodeKeys,
    pub(super) robot: Arc<Robot>,
    pub(super) gate: Gate,
    /// What is known here to be around, whatever a driver says.
    pub(super) around: CollisionWorld,
    pub(super) arm: ArmThread,
    pub(super) stop: StopSwitch,
    pub(super) deadman: Arc<Deadman>,
    /// How long a lease lasts without a heartbeat.
    pub(super) lease: Duration,
    state: Mutex<NodeState>,
}

/// What changes; never locked for long.
#[derive(Default)]
pub(super) struct NodeState {
    pub(super) lease: Option<Lease>,
    /// Number of the newest lease.
    pub(super) leases: u64,
    pub(super) refused: FaultCounts,
    pub(super) running: Option<OutcomeQuestion>,
    pub(super) ended: Option<Arc<Ended>>,
    pub(super) stop: Option<PressedStop>,
    /// Number of the newest stop.
    pub(super) stops: u64,
    pub(super) links_lost: u64,
    /// The newest reading of the arm in motion.
    pub(super) reading: Option<ArmState>,
}

impl Node {
    pub(super) fn new(
        link: Arc<Link>,
        keys: NodeKeys,
        robot: Arc<Robot>,
        around: CollisionWorld,
        arm: ArmThread,
        silence: Duration,
        lease: Duration,
    ) -> Self {
        // Leases of a node that was started again are newer than those before.
        let leases = (link.clock().unix_time_nanos() / 1000).max(0) as u64;
        Self {
            keys,
            gate: Gate::new(&robot),
            around,
            stop: arm.stop_switch(),
            arm,
            lease,
            deadman: Arc::new(Deadman::new(*link.clock(), silence)),
            state: Mutex::new(NodeState {
                leases,
                ..NodeState::default()
            }),
            robot,
            link,
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, NodeState> {
        // Whoever panicked has changed a field or has not.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> u64 {
        self.link.clock().now()
    }

    /// Counts a message that is not obeyed.
    pub(super) fn count_refused_message(&self, fault: MessageFault) {
        self.lock().refused.increment(fault);
    }

    /// Presses the stop, on behalf of somebody.
    pub(super) fn press_stop(&self, by: &str) -> PressedStop {
        // Before anything that may have to wait.
        self.stop.press();
        let mut state = self.lock();
        // Again: the one before may have been released meanwhile.
        self.stop.press();
        state.note_stop(by)
    }

    /// Notices a stop that was pressed at this machine, and a lease that has ended.
    pub(super) fn notice_stop_and_expired_lease(&self) {
        let now = self.now();
        let mut state = self.lock();
        if state.stop.is_none() && self.stop.is_pressed() {
            state.note_stop("somebody at the arm's own machine");
        }
        state.end_lease_if_expired(now);
    }

    pub(super) fn status(&self) -> ArmStatus {
        let now = self.now();
        let state = self.lock();
        let holder = state
            .lease
            .as_ref()
            .filter(|lease| lease.time_left(now).is_some());
        ArmStatus {
            name: self.keys.name().to_owned(),
            robot: self.robot.name().to_owned(),
            digest: *self.robot.digest(),
            period: self.robot.control_period().as_nanos() as u64,
            holder: holder.map(|lease| lease.holder.clone()),
            stop: state.stop.clone(),
            motion: state.running.as_ref().map(|running| running.motion),
            refused: state.refused.clone(),
            links_lost: state.links_lost,
        }
    }
}

impl NodeState {
    fn note_stop(&mut self, by: &str) -> PressedStop {
        self.stops += 1;
        let stop = PressedStop {
            number: self.stops,
            by: by.to_owned(),
        };
        self.stop = Some(stop.clone());
        stop
    }

    /// Ends the lease if its time is over and nothing moves.
    pub(super) fn end_lease_if_expired(&mut self, now: u64) {
        let is_over = |lease: &Lease| lease.time_left(now).is_none();
        if self.running.is_none() && self.lease.as_ref().is_some_and(is_over) {
            self.lease = None;
        }
    }
}
