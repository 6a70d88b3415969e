//! Releases the stop of a node that nobody drives.

use std::sync::Arc;
use std::time::Duration;

use super::lease_holder::LeaseHolder;
use crate::error::NetworkError;
use crate::keys::NodeKeys;
use crate::link::Link;
use crate::message::order::{Order, OrderReply};
use crate::message::status::{ArmStatus, PressedStop};

/// Time to wait for an answer.
const ANSWER: Duration = Duration::from_secs(1);

/// Takes the lease of a node for a moment and releases its stop; returns the stop that was pressed, if one
/// was. Somebody has to have seen that nothing speaks against it.
///
/// # Errors
/// [`NetworkError`] if the node does not answer within `patience`, somebody else drives it, or it was stopped
/// again meanwhile.
pub fn clear_stop(
    link: &Arc<Link>,
    name: &str,
    holder: &str,
    patience: Duration,
) -> Result<Option<PressedStop>, NetworkError> {
    let keys = NodeKeys::of_arm(name)?;
    let node = format!("the arm's node `{name}`");
    let status: ArmStatus = link.ask_patiently(&node, &keys.status_key(), &[], patience)?;
    let Some(stop) = status.stop else {
        return Ok(None);
    };
    let lease = LeaseHolder::take(link, &keys, holder, status.digest, patience)?;
    lease.compare_clocks(ANSWER);
    let number = stop.number;
    let sent = lease.order(Order::ClearStop { stop: number }, |_, _| {});
    lease.order(Order::Release, |_, _| {});
    let reason = match sent.reply {
        Some(OrderReply::Accepted) => return Ok(Some(stop)),
        Some(OrderReply::Refused(refusal)) => refusal.to_string(),
        None => "it did not answer".to_owned(),
    };
    Err(NetworkError::Refused { node, reason })
}
