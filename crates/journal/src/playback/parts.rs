//! What was taken in, demand by demand.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use enact_bridge::{Ending, Order, Report};

use crate::error::JournalError;
use crate::message::Ordered;
use crate::reader::{Journal, Record};
use crate::topic::Topic;

/// Which demand is met now, and which of all ended in a stop.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    /// The number of demands that were begun.
    begun: Arc<AtomicUsize>,
    stopped: Arc<Vec<bool>>,
}

impl Course {
    /// The course of a journal, not begun yet.
    pub(super) fn of(journal: &Journal) -> Result<Self, JournalError> {
        let mut stopped = Vec::new();
        for record in journal.records() {
            match (record.topic, stopped.last_mut()) {
                (Topic::Task, _) => stopped.push(false),
                // Nobody but a person ends a look before anything was said of it.
                (Topic::Order, _) => stopped.push(record.read::<Ordered>()?.order == Order::See),
                (Topic::Perception | Topic::Broke, Some(last)) => *last = false,
                (Topic::Report, Some(last)) => {
                    *last = record.read::<Report>()?.ending == Ending::Stopped;
                }
                _ => {}
            }
        }
        Ok(Self {
            begun: Arc::default(),
            stopped: Arc::new(stopped),
        })
    }

    /// The next demand begins.
    pub(super) fn go_on(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    /// The index of the demand in hand.
    fn at(&self) -> usize {
        self.begun.load(Ordering::Relaxed).saturating_sub(1)
    }
}

/// What comes next.
pub(super) enum Next<T> {
    There(T),
    /// Somebody did not wait for it.
    Stopped,
    /// The recording ends here.
    Over,
}

/// Things of one kind, each with the demand that it was taken in for.
#[derive(Debug)]
pub(super) struct Parts<T> {
    course: Course,
    parts: Vec<VecDeque<T>>,
}

impl<T> Parts<T> {
    /// What `read` finds in each record, given the one that follows.
    pub(super) fn of(
        journal: &Journal,
        course: &Course,
        mut read: impl FnMut(&Record, Option<&Record>) -> Result<Option<T>, JournalError>,
    ) -> Result<Self, JournalError> {
        let mut parts: Vec<VecDeque<T>> = vec![VecDeque::new()];
        let records = journal.records();
        let mut demands = 0;
        for (index, record) in records.iter().enumerate() {
            if matches!(record.topic, Topic::Task | Topic::Order) {
                demands += 1;
                parts.resize_with(demands, VecDeque::new);
            }
            if let (Some(thing), Some(part)) =
                (read(record, records.get(index + 1))?, parts.last_mut())
            {
                part.push_back(thing);
            }
        }
        Ok(Self {
            course: course.clone(),
            parts,
        })
    }

    /// The next of the demand in hand.
    pub(super) fn next(&mut self) -> Next<T> {
        let at = self.course.at();
        match self.parts.get_mut(at).and_then(VecDeque::pop_front) {
            Some(thing) => Next::There(thing),
            None if self.course.stopped.get(at) == Some(&true) => Next::Stopped,
            None => Next::Over,
        }
    }
}
