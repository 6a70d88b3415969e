//! The right to drive: one session at a time, until it ends it or is not heard of for a while.

use std::time::Duration;

use crate::clock::OffsetEstimate;
use crate::fault::MessageFault;
use crate::message::envelope::UnverifiedEnvelope;
use crate::message::{Channel, Envelope, SecretKey, SessionId};
use serde::de::DeserializeOwned;

/// Usual time that a lease lasts without a heartbeat.
pub const DEFAULT_LEASE_DURATION: Duration = Duration::from_secs(3);
/// Greatest time by which a message may come from the future, by errors of measurement, ns.
const FUTURE: i128 = 50_000_000;

/// A lease that was granted.
#[derive(Debug)]
pub struct Lease {
    /// Its number; it grows with each lease.
    pub number: u64,
    /// Who holds it.
    pub session: SessionId,
    /// Who that is, for people.
    pub holder: String,
    /// What the holder signs with.
    pub key: SecretKey,
    /// How long it lasts without a heartbeat.
    lasts: Duration,
    /// When it ends, ns on the node's clock.
    ends: u64,
    /// Number of the last message, by channel.
    orders: u64,
    heartbeats: u64,
    /// How far the node's clock is ahead of the holder's.
    pub offset: OffsetEstimate,
}

impl Lease {
    /// Grants a lease at `now` on the node's clock.
    pub fn grant(
        number: u64,
        session: SessionId,
        holder: String,
        now: u64,
        lasts: Duration,
    ) -> Self {
        Self {
            lasts,
            number,
            session,
            holder,
            key: SecretKey::random_key(),
            ends: now + lasts.as_nanos() as u64,
            orders: 0,
            heartbeats: 0,
            offset: OffsetEstimate::default(),
        }
    }

    /// Returns how long it lasts yet; `None` once it has ended.
    pub fn time_left(&self, now: u64) -> Option<Duration> {
        let left = self.ends.checked_sub(now).filter(|left| *left > 0)?;
        Some(Duration::from_nanos(left))
    }

    /// Makes it last from now on.
    pub fn renew(&mut self, now: u64) {
        self.ends = now + self.lasts.as_nanos() as u64;
    }

    /// Checks who sent a message, in which order and for which robot, and remembers its number. Its age is
    /// for [`check_message_age`](Self::check_message_age).
    ///
    /// # Errors
    /// The first [`MessageFault`].
    pub fn check_message<T: DeserializeOwned>(
        &mut self,
        sealed: &UnverifiedEnvelope<'_, T>,
        channel: Channel,
        robot: &[u8; 32],
    ) -> Result<(), MessageFault> {
        let Envelope {
            session,
            lease,
            sequence,
            clocks,
            robot: theirs,
            ..
        } = &sealed.envelope;
        if *lease < self.number {
            return Err(MessageFault::LeaseEnded);
        }
        if *session != self.session || *lease != self.number {
            return Err(MessageFault::Foreign);
        }
        if !sealed.has_valid_signature(channel, &self.key) {
            return Err(MessageFault::Forged);
        }
        if theirs != robot {
            return Err(MessageFault::OtherRobot);
        }
        let last = match channel {
            Channel::Order => &mut self.orders,
            Channel::Heartbeat => &mut self.heartbeats,
        };
        match sequence.cmp(last) {
            std::cmp::Ordering::Less => Err(MessageFault::Reordered),
            std::cmp::Ordering::Equal => Err(MessageFault::Repeated),
            std::cmp::Ordering::Greater => {
                *last = *sequence;
                if let Some(exchange) = clocks {
                    self.offset.add_exchange(*exchange);
                }
                Ok(())
            }
        }
    }

    /// Checks that a message came within `window` after it was sent, and not before.
    ///
    /// # Errors
    /// [`MessageFault::Stale`] otherwise, and if the clocks were never compared.
    pub fn check_message_age(
        &self,
        sent: u64,
        now: u64,
        window: Duration,
    ) -> Result<(), MessageFault> {
        let age = self
            .offset
            .min_message_age(sent, now)
            .ok_or(MessageFault::Stale)?;
        let window = window.as_nanos() as i128;
        if -FUTURE <= age && age <= window {
            Ok(())
        } else {
            Err(MessageFault::Stale)
        }
    }
}
