//! The driver's side of a lease: what is sent under it, signed and numbered.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::OffsetEstimate;
use crate::error::NetworkError;
use crate::fault::MessageFault;
use crate::keys::NodeKeys;
use crate::link::{Link, NoAnswer};
use crate::message::codec::{self, to_bytes};
use crate::message::lease::{LeaseReply, LeaseRequest};
use crate::message::order::{Heartbeat, Order, OrderRefusal, OrderReply};
use crate::message::{Channel, Envelope, SecretKey, SessionId};

/// Time to wait for the answer to an order; the gate of a slow machine takes a while.
const ANSWER: Duration = Duration::from_millis(1500);

/// Holds the lease of an arm's node.
pub(super) struct LeaseHolder {
    pub(super) link: Arc<Link>,
    pub(super) keys: NodeKeys,
    session: SessionId,
    holder: String,
    robot: [u8; 32],
    held: Mutex<Held>,
    /// Number of the last order; locked while one is on its way, so that they stay in order.
    orders: Mutex<u64>,
    heartbeats: AtomicU64,
    pub(super) offset: Mutex<OffsetEstimate>,
}

#[derive(Clone, Copy)]
struct Held {
    number: u64,
    key: SecretKey,
}

/// An order that was sent.
pub(super) struct SentOrder {
    /// Lease and number of it.
    pub(super) lease: u64,
    pub(super) number: u64,
    /// The answer, if one came.
    pub(super) reply: Option<OrderReply>,
}

impl LeaseHolder {
    /// Takes the lease.
    ///
    /// # Errors
    /// [`NetworkError`] if somebody else has it, or the node does not answer within `patience`.
    pub(super) fn take(
        link: &Arc<Link>,
        keys: &NodeKeys,
        holder: &str,
        robot: [u8; 32],
        patience: Duration,
    ) -> Result<Self, NetworkError> {
        let session = SessionId::random_id();
        let node = format!("the arm's node `{}`", keys.name());
        let request = LeaseRequest {
            session,
            holder: holder.to_owned(),
            robot,
        };
        let question = to_bytes(&request);
        let reply = link.ask_patiently(&node, &keys.lease_key(), &question, patience)?;
        Ok(Self {
            held: Mutex::new(granted(node, reply)?),
            link: Arc::clone(link),
            keys: keys.clone(),
            session,
            holder: holder.to_owned(),
            robot,
            orders: Mutex::new(0),
            heartbeats: AtomicU64::new(0),
            offset: Mutex::default(),
        })
    }

    /// Returns the node, for messages.
    pub(super) fn describe_node(&self) -> String {
        format!("the arm's node `{}`", self.keys.name())
    }

    /// Takes the lease again after it has ended.
    ///
    /// # Errors
    /// [`NetworkError`] if somebody else has it now.
    pub(super) fn take_again(&self) -> Result<(), NetworkError> {
        let request = LeaseRequest {
            session: self.session,
            holder: self.holder.clone(),
            robot: self.robot,
        };
        let question = to_bytes(&request);
        let reply = self.link.ask_patiently(
            &self.describe_node(),
            &self.keys.lease_key(),
            &question,
            ANSWER,
        )?;
        *lock(&self.held) = granted(self.describe_node(), reply)?;
        Ok(())
    }

    /// Compares clocks with the node once, and returns how far its clock of the wall is ahead, seconds.
    pub(super) fn compare_clocks(&self, patience: Duration) -> Option<f64> {
        let asked = self.link.clock().unix_time_nanos();
        let (exchange, pong) = self.link.compare_clocks(&self.keys.clock_key(), patience)?;
        let back = self.link.clock().unix_time_nanos();
        lock(&self.offset).add_exchange(exchange);
        let midway = asked + (back - asked) / 2;
        Some((pong.time_of_day - midway) as f64 * 1e-9)
    }

    /// Sends an order and waits for its answer. `before` is called with its lease and number before it is
    /// sent.
    pub(super) fn order(&self, order: Order, before: impl FnOnce(u64, u64)) -> SentOrder {
        let mut orders = lock(&self.orders);
        *orders += 1;
        let (held, number) = (*lock(&self.held), *orders);
        before(held.number, number);
        let bytes = self.sealed(&held, number, Channel::Order, order);
        let reply = match self.link.ask(
            &self.keys.order_key(),
            bytes,
            codec::MAX_SMALL_BYTES,
            ANSWER,
        ) {
            Ok(reply) => Some(reply),
            Err(NoAnswer::Silent) => None,
            Err(NoAnswer::Garbled(garbled)) => {
                tracing::warn!(
                    "the answer of {} is not understood: {garbled}",
                    self.describe_node()
                );
                None
            }
        };
        SentOrder {
            lease: held.number,
            number,
            reply,
        }
    }

    /// Returns the next heartbeat.
    pub(super) fn next_heartbeat(&self, motion: Option<u64>) -> Vec<u8> {
        let number = self.heartbeats.fetch_add(1, Ordering::SeqCst) + 1;
        let held = *lock(&self.held);
        self.sealed(&held, number, Channel::Heartbeat, Heartbeat { motion })
    }

    fn sealed<T: serde::Serialize>(
        &self,
        held: &Held,
        sequence: u64,
        channel: Channel,
        body: T,
    ) -> Vec<u8> {
        let envelope = Envelope {
            session: self.session,
            lease: held.number,
            sequence,
            sent: self.link.clock().now(),
            clocks: lock(&self.offset).newest_exchange(),
            robot: self.robot,
            body,
        };
        envelope.to_signed_bytes(channel, &held.key)
    }
}

/// Returns whether an order was refused because the lease has ended.
pub(super) fn has_no_lease(reply: &OrderReply) -> bool {
    matches!(
        reply,
        OrderReply::Refused(OrderRefusal::Message(
            MessageFault::LeaseEnded | MessageFault::Foreign
        ))
    )
}

fn granted(node: String, reply: LeaseReply) -> Result<Held, NetworkError> {
    match reply {
        LeaseReply::Granted { lease, key, .. } => Ok(Held { number: lease, key }),
        LeaseReply::Held { holder, left_ms } => Err(NetworkError::Held {
            node,
            holder,
            left: Duration::from_millis(left_ms),
        }),
        LeaseReply::OtherRobot => Err(NetworkError::Refused {
            node,
            reason: MessageFault::OtherRobot.to_string(),
        }),
    }
}

/// Locks; whoever panicked has changed a value or has not.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
