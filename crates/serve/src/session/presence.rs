//! Whether clients who drive without an event stream are there.

use std::time::Instant;

use super::ArmSession;
use crate::access::Client;

impl ArmSession {
    /// Notes that the connection of a client broke. If it drives and watches no events either, what is
    /// being carried out pauses before its next step.
    pub fn lose(&self, client: &Client) {
        let mut inner = self.lock();
        if inner.lease.is_lost(&client.name, Instant::now()) {
            self.pause_without(&mut inner, &client.name);
            self.tell_status(&mut inner);
        }
    }

    /// Lets the loop go on if nothing holds it but that this client, who drives, was away.
    pub fn come_back(&self, client: &Client) {
        let mut inner = self.lock();
        let is_driver = inner.lease.is_of(&client.name, Instant::now());
        if is_driver && inner.paused.as_deref() == Some(&*absence(&client.name)) {
            inner.paused = None;
            self.tell_status(&mut inner);
            self.changed.notify_all();
        }
    }
}

/// Returns why the loop is paused without this driver.
pub(super) fn absence(driver: &str) -> String {
    format!("the driver {driver} is not there any more")
}
