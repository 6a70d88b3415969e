//! Who drives: the lease, as clients ask for it, keep it and lose it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::ArmSession;
use super::state::Inner;
use super::status::Driver;
use crate::access::{Client, Role};
use crate::problem::{Problem, ProblemKind};

/// An event stream that a client has open. Dropped when the stream breaks.
#[derive(Debug)]
pub struct OpenEventStream {
    session: Arc<ArmSession>,
    client: String,
}

impl Drop for OpenEventStream {
    fn drop(&mut self) {
        let (session, client) = (Arc::clone(&self.session), std::mem::take(&mut self.client));
        let close = move || session.close_stream(&client);
        // Threads that answer requests do not wait for the session.
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(close)),
            Err(_) => close(),
        }
    }
}

impl ArmSession {
    /// Notes that a client watches events.
    pub fn open_event_stream(self: &Arc<Self>, client: &Client) -> OpenEventStream {
        self.lock().lease.note_stream_opened(&client.name);
        OpenEventStream {
            session: Arc::clone(self),
            client: client.name.clone(),
        }
    }

    /// Notes that an event stream broke.
    fn close_stream(&self, client: &str) {
        let mut inner = self.lock();
        if inner.lease.note_stream_closed(client, Instant::now()) {
            self.pause_without_driver(&mut inner, client);
            self.publish_status_if_changed(&mut inner);
        }
    }

    /// Notes that the connection of a client broke that may watch no events. If it drives, and watches
    /// none, what is being carried out pauses before its next step.
    pub fn note_connection_lost(&self, client: &Client) {
        let mut inner = self.lock();
        if inner
            .lease
            .is_holder_without_stream(&client.name, Instant::now())
        {
            self.pause_without_driver(&mut inner, &client.name);
            self.publish_status_if_changed(&mut inner);
        }
    }

    /// Lets the loop go on if nothing holds it but that this client, who drives, was away.
    pub fn resume_after_absence(&self, client: &Client) {
        let mut inner = self.lock();
        let is_driver = inner.lease.is_held_by(&client.name, Instant::now());
        if is_driver && inner.paused.as_deref() == Some(&*absence(&client.name)) {
            inner.paused = None;
            self.publish_status_if_changed(&mut inner);
            self.changed.notify_all();
        }
    }

    /// Notes that a client was heard of.
    pub fn renew_lease(&self, client: &Client) {
        self.lock().lease.renew(&client.name, Instant::now());
    }

    /// Gives the lease to a client, or renews it.
    ///
    /// # Errors
    /// [`ProblemKind::Leased`] if somebody else has it and it is not taken by force, or
    /// [`ProblemKind::Role`].
    pub fn take_lease(&self, client: &Client, force: bool) -> Result<Driver, Problem> {
        client.require_role(if force { Role::Admin } else { Role::Drive })?;
        let mut inner = self.lock();
        let now = Instant::now();
        let reason = match inner.lease.holder(now) {
            Some((holder, _)) if holder == client.name => None,
            Some((holder, left)) if !force => {
                return Err(Problem::new(ProblemKind::Leased, held_by(holder, left)));
            }
            Some((holder, _)) => Some(format!("{} took it from {holder}", client.name)),
            None => Some(format!("{} took it", client.name)),
        };
        inner.lease.give(&client.name, now);
        Ok(self.driven(&mut inner, reason.as_deref()))
    }

    /// Gives the lease back.
    ///
    /// # Errors
    /// [`ProblemKind::NotDriver`].
    pub fn release_lease(&self, client: &Client) -> Result<(), Problem> {
        let mut inner = self.lock();
        self.require_lease(&inner, client)?;
        inner.lease.end();
        self.publish_driver_change(&inner, &format!("{} gave it back", client.name));
        self.pause_without_driver(&mut inner, &client.name);
        self.publish_status_if_changed(&mut inner);
        Ok(())
    }

    /// Hands the lease over to another client, who may drive.
    ///
    /// # Errors
    /// [`ProblemKind::NotDriver`].
    pub fn hand_over_lease(&self, client: &Client, to: &Client) -> Result<Driver, Problem> {
        to.require_role(Role::Drive)?;
        let mut inner = self.lock();
        self.require_lease(&inner, client)?;
        inner.lease.give(&to.name, Instant::now());
        let reason = format!("{} handed it over to {}", client.name, to.name);
        Ok(self.driven(&mut inner, Some(&reason)))
    }

    /// Pauses what is being carried out for want of a driver.
    pub(super) fn pause_without_driver(&self, inner: &mut Inner, driver: &str) {
        let running = inner.running.and_then(|id| inner.tasks.get(&id));
        if running.is_some_and(|entry| entry.work.may_move_arm()) {
            inner.paused.get_or_insert_with(|| absence(driver));
        }
    }

    /// Checks that a client drives.
    ///
    /// # Errors
    /// [`ProblemKind::NotDriver`].
    pub(super) fn require_lease(&self, inner: &Inner, client: &Client) -> Result<(), Problem> {
        let detail = match inner.lease.holder(Instant::now()) {
            Some((holder, _)) if holder == client.name => return Ok(()),
            Some((holder, left)) => held_by(holder, left),
            None => "nobody has the lease; POST /v1/driver takes it".to_owned(),
        };
        Err(Problem::new(ProblemKind::NotDriver, detail))
    }

    /// Tells who drives now, if that is news.
    fn driven(&self, inner: &mut Inner, reason: Option<&str>) -> Driver {
        if let Some(reason) = reason {
            self.publish_driver_change(inner, reason);
            self.publish_status_if_changed(inner);
        }
        let holder = inner.lease.holder(Instant::now());
        let (name, left) = holder.unwrap_or_default();
        Driver {
            name: name.to_owned(),
            expires_in_s: left.as_secs_f64(),
        }
    }
}

/// Returns why the loop is paused without this driver.
fn absence(driver: &str) -> String {
    format!("the driver {driver} is not there any more")
}

/// Says who has the lease, for how long, and how to get it.
fn held_by(holder: &str, left: Duration) -> String {
    let seconds = left.as_secs_f64();
    format!("{holder} has the lease for another {seconds:.0} s; ask {holder} to hand it over")
}
