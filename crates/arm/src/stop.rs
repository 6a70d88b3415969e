//! The switch that stops an arm.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A latched stop: once pressed the arm slows down along its path and takes no further
/// trajectory until the switch is released. Clones are the same switch.
#[derive(Clone, Debug, Default)]
pub struct StopSwitch(Arc<AtomicBool>);

impl StopSwitch {
    /// A released switch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the arm. Safe to call from a signal handler's thread.
    pub fn press(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Lets the arm move again.
    pub fn release(&self) {
        self.0.store(false, Ordering::SeqCst);
    }

    /// Whether it was pressed and not released since.
    pub fn is_pressed(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_stays_and_reaches_every_clone() {
        let switch = StopSwitch::new();
        let clone = switch.clone();
        clone.press();
        assert!(switch.is_pressed());
        switch.release();
        assert!(!clone.is_pressed());
    }
}
