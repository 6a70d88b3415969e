//! The lease: one client drives at a time.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Who drives, and until when.
#[derive(Debug)]
pub(crate) struct Lease {
    lasts: Duration,
    holder: Option<(String, Instant)>,
    /// Number of event streams that each client has open.
    streams: HashMap<String, usize>,
}

impl Lease {
    /// Creates a lease that nobody has; it lasts so long after its holder was last heard of.
    pub(crate) fn new(lasts: Duration) -> Self {
        Self {
            lasts,
            holder: None,
            streams: HashMap::new(),
        }
    }

    /// Returns who has it, and for how long.
    pub(crate) fn holder(&self, now: Instant) -> Option<(&str, Duration)> {
        let (name, until) = self.holder.as_ref()?;
        let left = until.checked_duration_since(now)?;
        Some((name, left))
    }

    /// Returns whether this client has it.
    pub(crate) fn is_held_by(&self, name: &str, now: Instant) -> bool {
        self.holder(now).is_some_and(|(holder, _)| holder == name)
    }

    /// Gives it to a client, whoever had it.
    pub(crate) fn give(&mut self, name: &str, now: Instant) {
        self.holder = Some((name.to_owned(), now + self.lasts));
    }

    /// Takes it back.
    pub(crate) fn end(&mut self) {
        self.holder = None;
    }

    /// Notes that a client was heard of; whether it is the holder.
    pub(crate) fn renew(&mut self, name: &str, now: Instant) -> bool {
        let is_holder = self.is_held_by(name, now);
        if is_holder {
            self.give(name, now);
        }
        is_holder
    }

    /// Returns who had it until it ran out, once.
    pub(crate) fn take_expired_holder(&mut self, now: Instant) -> Option<String> {
        let is_over = self.holder.is_some() && self.holder(now).is_none();
        is_over.then(|| self.holder.take().map(|(name, _)| name))?
    }

    /// Notes that a client opened an event stream.
    pub(crate) fn note_stream_opened(&mut self, name: &str) {
        *self.streams.entry(name.to_owned()).or_default() += 1;
    }

    /// Returns whether this client has it and no event stream open.
    pub(crate) fn is_holder_without_stream(&self, name: &str, now: Instant) -> bool {
        self.is_held_by(name, now) && !self.streams.contains_key(name)
    }

    /// Notes that an event stream broke; whether it was the holder's last.
    pub(crate) fn note_stream_closed(&mut self, name: &str, now: Instant) -> bool {
        let Some(open) = self.streams.get_mut(name) else {
            return false;
        };
        *open -= 1;
        if *open > 0 {
            return false;
        }
        self.streams.remove(name);
        self.is_held_by(name, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LASTS: Duration = Duration::from_secs(30);

    #[test]
    fn it_runs_out_unless_its_holder_is_heard_of() {
        let (mut lease, start) = (Lease::new(LASTS), Instant::now());
        lease.give("ada", start);
        assert!(lease.is_held_by("ada", start + LASTS));
        assert!(!lease.renew("lin", start));
        assert!(lease.renew("ada", start + LASTS));
        let end = start + 2 * LASTS;
        assert_eq!(lease.take_expired_holder(end), None);
        let later = end + Duration::from_millis(1);
        assert!(!lease.is_held_by("ada", later));
        assert!(!lease.renew("ada", later), "it is gone");
        assert_eq!(lease.take_expired_holder(later).as_deref(), Some("ada"));
        assert_eq!(lease.take_expired_holder(later), None, "once");
    }

    #[test]
    fn only_the_last_stream_of_its_holder_matters() {
        let (mut lease, now) = (Lease::new(LASTS), Instant::now());
        lease.give("ada", now);
        for name in ["ada", "ada", "lin"] {
            lease.note_stream_opened(name);
        }
        assert!(
            !lease.note_stream_closed("lin", now) && !lease.is_holder_without_stream("lin", now)
        );
        assert!(
            !lease.note_stream_closed("ada", now) && !lease.is_holder_without_stream("ada", now)
        );
        assert!(lease.note_stream_closed("ada", now) && lease.is_holder_without_stream("ada", now));
        assert!(!lease.note_stream_closed("ada", now), "none is open");
    }
}
