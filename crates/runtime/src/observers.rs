//! All observers of a run.

use crate::event::{Event, Observer};

/// The observers of a session; each event reaches them in the order in which they were added.
pub(crate) struct Observers<'a>(Vec<Box<dyn Observer + 'a>>);

impl<'a> Observers<'a> {
    pub(crate) fn new(observers: Vec<Box<dyn Observer + 'a>>) -> Self {
        Self(observers)
    }

    pub(crate) fn notify(&mut self, event: &Event<'_>) {
        for observer in &mut self.0 {
            observer.observe(event);
        }
    }
}
