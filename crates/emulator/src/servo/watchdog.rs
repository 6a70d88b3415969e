//! The bus watchdog: a servo that hears nothing for too long stops where it is.

use std::time::Duration;

use super::EmulatedServo;

/// Register value of a tripped watchdog.
const TRIPPED: i64 = -1;
/// Unit of a watchdog's timeout.
const WATCHDOG_UNIT: Duration = Duration::from_millis(20);

impl EmulatedServo {
    /// Holds the servo where it is if its bus was silent for longer than its watchdog allows.
    pub(super) fn trip_watchdog_if_silent(&mut self, now: Duration) {
        let Some(watchdog) = self.model.map.watchdog else {
            return;
        };
        let units = self.register_value(watchdog);
        let torque = self.register_value(self.model.map.torque_enable) == 1;
        if units > 0 && torque && now > self.last_heard + WATCHDOG_UNIT * units as u32 {
            self.write_memory(watchdog, TRIPPED);
            // It stays where it is, whatever it is commanded. In a multi-turn mode, however, the
            // firmware forgets the offset, and the servo moves.
            let map = self.model.map;
            let forgotten = if self.counts_turns() {
                self.applied_homing_offset()
            } else {
                0
            };
            self.write_memory(
                map.goal_position,
                self.register_value(map.position) - forgotten,
            );
        }
    }

    /// Returns whether its watchdog has stopped it.
    pub(super) fn watchdog_has_tripped(&self) -> bool {
        let watchdog = self.model.map.watchdog;
        watchdog.is_some_and(|watchdog| self.register_value(watchdog) == TRIPPED)
    }
}
