//! Recorded inputs, request by request.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use enact_runtime::{TaskEnd, TaskReport, UserCommand};

use crate::error::RecordingError;
use crate::message::UserCommandMessage;
use crate::reader::{Message, Recording};
use crate::topic::Topic;

/// The current request, and which of all requests were stopped.
#[derive(Clone, Debug, Default)]
pub(super) struct UserRequestCursor {
    /// Number of requests started so far.
    begun: Arc<AtomicUsize>,
    stopped: Arc<Vec<bool>>,
}

impl UserRequestCursor {
    /// Creates the cursor of a recording, before its first request.
    pub(super) fn of(recording: &Recording) -> Result<Self, RecordingError> {
        let mut stopped = Vec::new();
        for record in recording.messages() {
            match (record.topic, stopped.last_mut()) {
                (Topic::Task, _) => stopped.push(false),
                // Only a person ends a look before any response to it.
                (Topic::UserCommand, _) => stopped.push(
                    record.deserialize_message::<UserCommandMessage>()?.order == UserCommand::See,
                ),
                (Topic::Perception | Topic::Failure, Some(last)) => *last = false,
                (Topic::Report, Some(last)) => {
                    *last = record.deserialize_message::<TaskReport>()?.ending == TaskEnd::Stopped;
                }
                _ => {}
            }
        }
        Ok(Self {
            begun: Arc::default(),
            stopped: Arc::new(stopped),
        })
    }

    /// Starts the next request.
    pub(super) fn begin_next_user_request(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the index of the current request.
    fn at(&self) -> usize {
        self.begun.load(Ordering::Relaxed).saturating_sub(1)
    }
}

/// Next recorded input.
pub(super) enum NextInputOrEnd<T> {
    There(T),
    /// It was not waited for, because of a stop.
    Stopped,
    /// The recording ends here.
    Over,
}

/// Recorded inputs of one kind, each with the request that it was taken for.
#[derive(Debug)]
pub(super) struct RecordedInputs<T> {
    course: UserRequestCursor,
    parts: Vec<VecDeque<T>>,
}

impl<T> RecordedInputs<T> {
    /// Collects what `read` returns for each record, given the record that follows.
    pub(super) fn of(
        recording: &Recording,
        course: &UserRequestCursor,
        mut read: impl FnMut(&Message, Option<&Message>) -> Result<Option<T>, RecordingError>,
    ) -> Result<Self, RecordingError> {
        let mut parts: Vec<VecDeque<T>> = vec![VecDeque::new()];
        let records = recording.messages();
        let mut demands = 0;
        for (index, record) in records.iter().enumerate() {
            if matches!(record.topic, Topic::Task | Topic::UserCommand) {
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

    /// Returns the next input of the current request without taking it, if there is one.
    pub(super) fn peek(&self) -> Option<&T> {
        self.parts.get(self.course.at())?.front()
    }

    /// Returns the next input of the current request.
    pub(super) fn next(&mut self) -> NextInputOrEnd<T> {
        let at = self.course.at();
        match self.parts.get_mut(at).and_then(VecDeque::pop_front) {
            Some(thing) => NextInputOrEnd::There(thing),
            None if self.course.stopped.get(at) == Some(&true) => NextInputOrEnd::Stopped,
            None => NextInputOrEnd::Over,
        }
    }
}
