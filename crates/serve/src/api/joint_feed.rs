//! The joints as an event, written once for all who watch at about the same time.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use serde_json::json;

use crate::session::ArmSession;
use crate::session::events::format_server_sent_event;

/// How long a reading counts as the newest: half the interval at which each stream tells the joints.
const MAX_READING_AGE: Duration = Duration::from_millis(100);

/// The newest joints, as they are sent. With hundreds who watch, each would otherwise write them, and be
/// in the way of the arm that notes its readings.
#[derive(Debug, Default)]
pub(super) struct JointFeed(Mutex<Option<(Instant, Bytes)>>);

impl JointFeed {
    /// Returns the joints of a session as an event.
    pub(super) fn newest(&self, session: &ArmSession) -> Bytes {
        self.at(Instant::now(), || {
            let data = json!({"joints": session.joint_readings()}).to_string();
            format_server_sent_event("joints", None, &data)
        })
    }

    fn at(&self, now: Instant, write: impl FnOnce() -> Bytes) -> Bytes {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, text)) = &*newest
            && now.saturating_duration_since(*at) < MAX_READING_AGE
        {
            return text.clone();
        }
        let text = write();
        *newest = Some((now, text.clone()));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_who_ask_at_a_time_get_the_same_text() {
        let (feed, start) = (JointFeed::default(), Instant::now());
        let after = |milliseconds| start + Duration::from_millis(milliseconds);
        let told = |at, text: &'static str| feed.at(at, || Bytes::from_static(text.as_bytes()));
        assert_eq!(told(after(0), "first"), "first");
        assert_eq!(told(after(99), "second"), "first");
        assert_eq!(told(after(100), "third"), "third");
        assert_eq!(told(after(90), "late"), "third");
        assert_eq!(told(after(300), "fourth"), "fourth");
    }
}
