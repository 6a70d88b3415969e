//! Replies of a servo, and effects of writes.

use std::time::Duration;

use enact_arm::protocol::Status;
use enact_arm::servo::Register;

use super::{EmulatedServo, MEMORY};

/// Error numbers of Dynamixel's status packets.
const UNKNOWN: u8 = 2;
const RANGE: u8 = 4;
const LENGTH: u8 = 5;
const LIMIT: u8 = 6;
const ACCESS: u8 = 7;
/// Bit of the error that reports an alarm.
const ALERT: u8 = 0x80;
/// Value that makes a Feetech servo call its current position the middle of its turn.
const CALL_IT_MIDDLE: i64 = 128;

impl EmulatedServo {
    /// Records that a packet arrived on the bus.
    pub fn record_packet_arrival(&mut self, now: Duration) {
        self.last_heard = now;
    }

    /// Replies to a ping.
    pub fn reply_to_ping(&self) -> Status {
        let [low, high] = self.model.number.to_le_bytes();
        let mut data = vec![low, high];
        let firmware = self.model.map.firmware.iter();
        data.extend(firmware.map(|register| self.register_value(*register) as u8));
        match self.family.refuses {
            false => self.status(0, &[]),
            true => self.status(0, &data),
        }
    }

    /// Replies to an unknown instruction.
    pub fn reply_to_unknown_instruction(&self) -> Option<Status> {
        self.family.refuses.then(|| self.status(UNKNOWN, &[]))
    }

    /// Replies to a read.
    pub fn reply_to_read(&self, address: u16, count: u16) -> Option<Status> {
        let end = self.end_of_table();
        if address >= end {
            return self.family.refuses.then(|| self.status(RANGE, &[]));
        }
        let to = usize::from(address.saturating_add(count).min(end));
        Some(self.status(0, &self.memory[usize::from(address)..to]))
    }

    /// Executes a write; the reply reports the result.
    pub fn execute_write(&mut self, address: u16, data: &[u8]) -> Option<Status> {
        let end = usize::from(address) + data.len();
        // A servo whose id is changed replies with the old one.
        let id = self.id();
        let refusal = match self.family.refuses {
            false if address >= self.end_of_table() => return None,
            false => 0,
            true => self.refuses(address, data),
        };
        let torque = self.model.map.torque_enable;
        let was_off = self.register_value(torque) == 0;
        if refusal == 0 && end <= MEMORY {
            self.memory[usize::from(address)..end].copy_from_slice(data);
            self.follow_up(address, end);
        }
        if self.family.begins_where_it_is && was_off && self.register_value(torque) == 1 {
            // Whatever goal it had before.
            let map = self.model.map;
            self.write_memory(map.goal_position, self.register_value(map.position));
        }
        Some(Status {
            id,
            ..self.status(refusal, &[])
        })
    }

    /// Stages a write.
    pub fn stage_write(&mut self, address: u16, data: &[u8]) -> Status {
        self.staged = Some((address, data.to_vec()));
        self.status(0, &[])
    }

    /// Executes the staged write.
    pub fn execute_staged_write(&mut self) {
        if let Some((address, data)) = self.staged.take() {
            self.execute_write(address, &data);
        }
    }

    fn status(&self, refusal: u8, data: &[u8]) -> Status {
        let bits = self.alarm_bits();
        let error = match self.family.refuses {
            false => bits as u8,
            true if bits == 0 => refusal,
            true => refusal | ALERT,
        };
        Status {
            id: self.id(),
            error,
            data: data.to_vec(),
        }
    }

    /// Returns the error with which a servo rejects a write; 0 if it accepts it.
    fn refuses(&self, address: u16, data: &[u8]) -> u8 {
        let registers = self.model.registers;
        let Some(first) = registers
            .iter()
            .find(|register| register.address == address)
        else {
            return ACCESS;
        };
        let settings = address < self.model.map.torque_enable.address;
        let torque = self.register_value(self.model.map.torque_enable) != 0;
        if !first.writable || settings && torque {
            return ACCESS;
        }
        if data.len() < first.width.into() {
            return LENGTH;
        }
        let Some(value) = first.decode(&data[..first.width.into()]) else {
            return LENGTH;
        };
        self.refuses_value(first, value)
    }

    fn refuses_value(&self, register: &Register, value: i64) -> u8 {
        let map = self.model.map;
        let is_goal = register.name.starts_with("goal_");
        if is_goal && self.watchdog_has_tripped() {
            return RANGE;
        }
        if *register == map.goal_position {
            let (min, max) = (
                self.register_value(map.min_position),
                self.register_value(map.max_position),
            );
            let one_turn = !self.counts_turns();
            if one_turn && !(min <= value && value <= max) {
                return LIMIT;
            }
        }
        if *register == map.output_limit && value.abs() > self.register_value(map.output_ceiling) {
            return LIMIT;
        }
        0
    }

    /// Applies the effects of writing the registers from `address` to `end`.
    fn follow_up(&mut self, address: u16, end: usize) {
        let map = self.model.map;
        let touched = |register: Register| {
            let from = usize::from(register.address);
            from < end && from + usize::from(register.width) > address.into()
        };
        if self.family.goal_turns_torque_on {
            if touched(map.goal_position) {
                self.write_memory(map.torque_enable, 1);
            }
            if touched(map.torque_enable)
                && self.register_value(map.torque_enable) == CALL_IT_MIDDLE
            {
                self.call_it_middle();
            }
        }
        let unlocked = map.lock.is_none_or(|lock| self.register_value(lock) == 0);
        let settings = usize::from(map.torque_enable.address);
        if unlocked {
            let to = end.min(settings);
            if usize::from(address) < to {
                self.kept[address.into()..to].copy_from_slice(&self.memory[address.into()..to]);
            }
        }
    }

    /// Makes the current position read as the middle of the turn.
    fn call_it_middle(&mut self) {
        let map = self.model.map;
        let offset = self.raw - self.model.steps_per_turn / 2;
        self.set_register(map.homing_offset, offset);
        self.write_memory(map.torque_enable, 0);
    }

    /// Returns the first address at which no request may begin.
    fn end_of_table(&self) -> u16 {
        self.family.end_of_table
    }
}
