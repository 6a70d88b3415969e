//! One stop switch on two machines: a press on either side reaches the other, a release goes from the
//! driver to the node.

use std::sync::Mutex;
use std::time::Duration;

use enact_types::StopSwitch;

use super::lease_holder::{LeaseHolder, lock};
use crate::link::Urgency;
use crate::message::codec::{self, from_bytes};
use crate::message::order::{Order, OrderReply};
use crate::message::status::{PressedStop, sanitize_for_display};

/// Time to wait for the answer to a stop before it is sent again.
const ANSWER: Duration = Duration::from_millis(200);

/// What is known of the stop at the node.
#[derive(Debug, Default)]
pub(super) struct StopLink {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The stop that is pressed at the node.
    pressed: Option<PressedStop>,
    /// Number of the newest stop that is pressed here as well, or was.
    mirrored: u64,
    /// Number of the newest stop that was released.
    cleared: u64,
}

/// What is to be done.
enum Step {
    Nothing,
    Tell,
    Clear(u64),
}

impl StopLink {
    /// Takes what the node tells of its stop.
    pub(super) fn hear(&self, stop: Option<PressedStop>) {
        let mut known = lock(&self.known);
        // News from before the release are old.
        known.pressed = stop.filter(|stop| stop.number > known.cleared);
    }

    /// Returns whether a stop is pressed at the node, as far as is known.
    pub(super) fn is_pressed(&self) -> bool {
        lock(&self.known).pressed.is_some()
    }

    /// Makes both sides agree; `by` is who presses here.
    pub(super) fn synchronize_stops(&self, switch: &StopSwitch, holder: &LeaseHolder, by: &str) {
        match self.step(switch, by) {
            Step::Nothing => {}
            Step::Tell => {
                let (key, said) = (holder.keys.stop_key(), by.as_bytes().to_vec());
                let answer = holder
                    .link
                    .ask_bytes(&key, said, Urgency::Command, ANSWER)
                    .and_then(|bytes| {
                        from_bytes::<PressedStop>(&bytes.to_bytes(), codec::MAX_SMALL_BYTES).ok()
                    });
                if let Some(stop) = answer {
                    let mut known = lock(&self.known);
                    known.mirrored = known.mirrored.max(stop.number);
                    known.pressed = Some(stop);
                }
            }
            Step::Clear(stop) => {
                let sent = holder.order(Order::ClearStop { stop }, |_, _| {});
                if sent.reply == Some(OrderReply::Accepted) {
                    let mut known = lock(&self.known);
                    known.cleared = known.cleared.max(stop);
                    known.pressed = known.pressed.take().filter(|now| now.number > stop);
                } else if let Some(reply) = sent.reply
                    && super::lease_holder::has_no_lease(&reply)
                {
                    // Told when the next motion fails for it.
                    let _ = holder.take_again();
                }
            }
        }
    }

    fn step(&self, switch: &StopSwitch, by: &str) -> Step {
        let mut known = lock(&self.known);
        let pressed = known.pressed.clone();
        match (switch.is_pressed(), pressed) {
            (true, None) => Step::Tell,
            (true, Some(stop)) => {
                // Our own, of which the answer was lost. Somebody else's needs a release of its own.
                if stop.by == sanitize_for_display(by) {
                    known.mirrored = known.mirrored.max(stop.number);
                }
                Step::Nothing
            }
            (false, None) => Step::Nothing,
            (false, Some(stop)) if stop.number > known.mirrored => {
                tracing::warn!("stopped by {}", stop.by);
                known.mirrored = stop.number;
                switch.press();
                Step::Nothing
            }
            (false, Some(stop)) => Step::Clear(stop.number),
        }
    }
}
