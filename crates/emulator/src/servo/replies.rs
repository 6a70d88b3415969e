//! What a servo answers, and what writes bring about.

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
/// Bit of them that says: an alarm.
const ALERT: u8 = 0x80;
/// What makes a Feetech servo call its present position the middle of its turn.
const CALL_IT_MIDDLE: i64 = 128;

impl EmulatedServo {
    /// A packet for this bus came.
    pub fn heard(&mut self, now: Duration) {
        self.last_heard = now;
    }

    /// Answers a ping.
    pub fn pinged(&self) -> Status {
        let [low, high] = self.model.number.to_le_bytes();
        let mut data = vec![low, high];
        let firmware = self.model.map.firmware.iter();
        data.extend(firmware.map(|register| self.get(*register) as u8));
        match self.manner.refuses {
            false => self.status(0, &[]),
            true => self.status(0, &data),
        }
    }

    /// Answers an instruction that it does not know.
    pub fn puzzled(&self) -> Option<Status> {
        self.manner.refuses.then(|| self.status(UNKNOWN, &[]))
    }

    /// Answers a read.
    pub fn read(&self, address: u16, count: u16) -> Option<Status> {
        let end = self.end_of_table();
        if address >= end {
            return self.manner.refuses.then(|| self.status(RANGE, &[]));
        }
        let to = usize::from(address.saturating_add(count).min(end));
        Some(self.status(0, &self.memory[usize::from(address)..to]))
    }

    /// Does a write; the answer tells how it went.
    pub fn write(&mut self, address: u16, data: &[u8]) -> Option<Status> {
        let end = usize::from(address) + data.len();
        // A servo that is given another id answers with the old one.
        let id = self.id();
        let refusal = match self.manner.refuses {
            false if address >= self.end_of_table() => return None,
            false => 0,
            true => self.refuses(address, data),
        };
        let torque = self.model.map.torque_enable;
        let was_off = self.get(torque) == 0;
        if refusal == 0 && end <= MEMORY {
            self.memory[usize::from(address)..end].copy_from_slice(data);
            self.follow_up(address, end);
        }
        if self.manner.begins_where_it_is && was_off && self.get(torque) == 1 {
            // Whatever goal it was given before.
            let map = self.model.map;
            self.write_memory(map.goal_position, self.get(map.position));
        }
        Some(Status {
            id,
            ..self.status(refusal, &[])
        })
    }

    /// Keeps a write for later.
    pub fn stage(&mut self, address: u16, data: &[u8]) -> Status {
        self.staged = Some((address, data.to_vec()));
        self.status(0, &[])
    }

    /// Does what was staged.
    pub fn act(&mut self) {
        if let Some((address, data)) = self.staged.take() {
            self.write(address, &data);
        }
    }

    fn status(&self, refusal: u8, data: &[u8]) -> Status {
        let bits = self.alarm_bits();
        let error = match self.manner.refuses {
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

    /// Why a servo that refuses does not take a write; 0 if it does.
    fn refuses(&self, address: u16, data: &[u8]) -> u8 {
        let registers = self.model.registers;
        let Some(first) = registers
            .iter()
            .find(|register| register.address == address)
        else {
            return ACCESS;
        };
        let settings = address < self.model.map.torque_enable.address;
        let torque = self.get(self.model.map.torque_enable) != 0;
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
        if is_goal && self.has_tripped() {
            return RANGE;
        }
        if *register == map.goal_position {
            let (min, max) = (self.get(map.min_position), self.get(map.max_position));
            let one_turn = !self.counts_turns();
            if one_turn && !(min <= value && value <= max) {
                return LIMIT;
            }
        }
        if *register == map.output_limit && value.abs() > self.get(map.output_ceiling) {
            return LIMIT;
        }
        0
    }

    /// What writing the registers from `address` to `end` brings about.
    fn follow_up(&mut self, address: u16, end: usize) {
        let map = self.model.map;
        let touched = |register: Register| {
            let from = usize::from(register.address);
            from < end && from + usize::from(register.width) > address.into()
        };
        if self.manner.goal_turns_torque_on {
            if touched(map.goal_position) {
                self.write_memory(map.torque_enable, 1);
            }
            if touched(map.torque_enable) && self.get(map.torque_enable) == CALL_IT_MIDDLE {
                self.call_it_middle();
            }
        }
        let unlocked = map.lock.is_none_or(|lock| self.get(lock) == 0);
        let settings = usize::from(map.torque_enable.address);
        if unlocked {
            let to = end.min(settings);
            if usize::from(address) < to {
                self.kept[address.into()..to].copy_from_slice(&self.memory[address.into()..to]);
            }
        }
    }

    /// Makes the present position read as the middle of the turn.
    fn call_it_middle(&mut self) {
        let map = self.model.map;
        let offset = self.raw - self.model.steps_per_turn / 2;
        self.set(map.homing_offset, offset);
        self.write_memory(map.torque_enable, 0);
    }

    /// First address that no request may begin at.
    fn end_of_table(&self) -> u16 {
        self.manner.end_of_table
    }
}
