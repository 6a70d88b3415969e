//! The newest events, with numbers by which a stream that broke continues.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use serde::Serialize;
use tokio::sync::watch;

/// Number of events that are kept.
const MAX_EVENTS: usize = 2000;

/// An event.
#[derive(Clone, Debug)]
pub struct EventRecord {
    /// Its number; later events have greater ones.
    pub number: u64,
    /// Its type.
    pub kind: &'static str,
    /// As it is sent. It is written once, and all who watch share it.
    pub text: Bytes,
}

impl EventRecord {
    /// Returns its data, JSON.
    pub fn data(&self) -> &str {
        let text = std::str::from_utf8(&self.text).unwrap_or_default();
        let (_, data) = text.split_once(DATA).unwrap_or_default();
        data.trim_end()
    }
}

/// What is before the data of an event.
const DATA: &str = "\ndata: ";

/// Returns an event as it is sent to whoever watches: a server-sent event. `data` is one line, as JSON
/// is.
pub fn format_server_sent_event(kind: &str, id: Option<&str>, data: &str) -> Bytes {
    let id = id.map_or_else(String::new, |id| format!("\nid: {id}"));
    format!("event: {kind}{id}{DATA}{data}\n\n").into()
}

/// Events after a number.
#[derive(Clone, Debug, Default)]
pub struct NewerEvents {
    /// In order.
    pub events: Vec<EventRecord>,
    /// Whether some before them are not kept any more.
    pub gap: bool,
}

/// The newest events. A reader keeps only the number of what it has read, so that a slow one costs
/// nothing.
#[derive(Debug)]
pub struct EventLog {
    /// Tells numbers of this run of the program from those of others.
    run: String,
    ring: Mutex<VecDeque<EventRecord>>,
    newest: watch::Sender<u64>,
}

impl EventLog {
    /// Creates an empty log; `run` is another one for each run of the program.
    pub fn new(run: &str) -> Self {
        Self {
            run: run.to_owned(),
            ring: Mutex::default(),
            newest: watch::Sender::new(0),
        }
    }

    /// Adds an event.
    pub fn push(&self, kind: &'static str, data: &impl Serialize) {
        let Ok(data) = serde_json::to_string(data) else {
            tracing::error!("an event of type {kind} cannot be written");
            return;
        };
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let number = *self.newest.borrow() + 1;
        if ring.len() == MAX_EVENTS {
            ring.pop_front();
        }
        ring.push_back(EventRecord {
            number,
            kind,
            text: format_server_sent_event(kind, Some(&self.id_from_number(number)), &data),
        });
        self.newest.send_replace(number);
    }

    /// Returns at most `most` of the events after this number.
    pub fn events_after(&self, number: u64, most: usize) -> NewerEvents {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let first = ring.partition_point(|event| event.number <= number);
        NewerEvents {
            gap: ring.front().is_some_and(|event| event.number > number + 1),
            events: ring.range(first..).take(most).cloned().collect(),
        }
    }

    /// Returns the number of the newest event, and tells of newer ones.
    pub fn watch_newest_number(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// Returns the id of an event of this number.
    pub fn id_from_number(&self, number: u64) -> String {
        format!("{}-{number}", self.run)
    }

    /// Returns the number in an id; `None` if it is of another run of the program.
    pub fn number_from_id(&self, id: &str) -> Option<u64> {
        let (run, number) = id.rsplit_once('-')?;
        let number = number.parse().ok()?;
        (run == self.run && number <= *self.newest.borrow()).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(newer: &NewerEvents) -> Vec<u64> {
        newer.events.iter().map(|event| event.number).collect()
    }

    #[test]
    fn a_reader_continues_where_it_was() {
        let log = EventLog::new("a");
        for step in 0..5 {
            log.push("step", &step);
        }
        assert_eq!(numbers(&log.events_after(0, 10)), [1, 2, 3, 4, 5]);
        assert_eq!(numbers(&log.events_after(3, 10)), [4, 5]);
        assert_eq!(numbers(&log.events_after(0, 2)), [1, 2]);
        assert!(log.events_after(5, 10).events.is_empty());
        assert_eq!(log.number_from_id(&log.id_from_number(3)), Some(3));
        let last = &log.events_after(4, 1).events[0];
        assert_eq!(last.data(), "4");
        assert_eq!(&*last.text, b"event: step\nid: a-5\ndata: 4\n\n");
    }

    #[test]
    fn an_event_is_written_once_for_all_who_read_it() {
        let log = EventLog::new("a");
        log.push("thought", &"line\nbreak\ndata: 7");
        let (first, second) = (log.events_after(0, 1), log.events_after(0, 1));
        let [first, second] = [&first.events[0], &second.events[0]];
        assert_eq!(first.text.as_ptr(), second.text.as_ptr());
        assert_eq!(first.data(), "\"line\\nbreak\\ndata: 7\"");
        assert_eq!(
            &*format_server_sent_event("gap", None, "{}"),
            b"event: gap\ndata: {}\n\n"
        );
    }

    #[test]
    fn what_is_missing_is_told() {
        let log = EventLog::new("a");
        for step in 0..MAX_EVENTS + 10 {
            log.push("step", &step);
        }
        assert!(log.events_after(9, 1).gap);
        assert!(!log.events_after(10, 1).gap);
        assert_eq!(log.events_after(0, usize::MAX).events.len(), MAX_EVENTS);
    }

    #[test]
    fn ids_of_another_run_or_of_nothing_are_not_known() {
        let log = EventLog::new("a");
        log.push("step", &1);
        for id in ["b-1", "a-2", "a-x", "1", "", "a-99999999999999999999"] {
            assert_eq!(log.number_from_id(id), None, "{id}");
        }
    }
}
