//! Watches the stop switch and the lease, on a thread of its own.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::ArmSession;

/// Interval of looks at switch and lease.
const POLL_PERIOD: Duration = Duration::from_millis(50);

/// Watches until the session is gone; `presses` tell who pressed the switch.
pub(super) fn spawn_stop_and_lease_watcher(session: &Arc<ArmSession>, presses: Receiver<String>) {
    let session: Weak<ArmSession> = Arc::downgrade(session);
    thread::spawn(move || {
        loop {
            let by = match presses.recv_timeout(POLL_PERIOD) {
                Ok(by) => Some(by),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let Some(session) = session.upgrade() else {
                return;
            };
            session.look_after(by);
        }
    });
}

impl ArmSession {
    /// Tells whether the switch is pressed, if that is news, and ends a lease that ran out.
    fn look_after(&self, by: Option<String>) {
        let mut inner = self.lock();
        let inner = &mut *inner;
        let pressed = self.stop.is_pressed();
        if pressed && inner.stopped.is_none() {
            let reason = by.unwrap_or_else(|| "it was stopped beside the arm".to_owned());
            self.events
                .push("stop", &json!({"stopped": true, "reason": reason}));
            inner.stopped = Some(reason);
        } else if !pressed && inner.stopped.take().is_some() {
            self.events
                .push("stop", &json!({"stopped": false, "reason": null}));
        }
        if let Some(name) = inner.lease.take_expired_holder(Instant::now()) {
            self.publish_driver_change(inner, &format!("{name} was not heard of"));
            self.pause_without_driver(inner, &name);
        }
        self.publish_status_if_changed(inner);
    }
}
