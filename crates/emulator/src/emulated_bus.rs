//! Several servos on one bus, and the joints that they turn.

use std::time::Duration;

use enact_arm::protocol::{BROADCAST_ID, Codec, Packet, Scanner, ServoInstruction, Status};
use enact_arm::servo::{AlarmReset, Family};

use crate::fault::{Faults, FaultyReply};
use crate::plant::{JointDrive, Plant};
use crate::servo::EmulatedServo;

/// Longest packet that a host may send.
const MAX_PACKET_BYTES: usize = 1024;
/// Largest time step of the joints.
const STEP: Duration = Duration::from_millis(5);
/// Smallest number of recent arrivals that are kept.
const LOG: usize = 100_000;

/// Servos, the joints that they turn, and injected faults.
pub struct EmulatedBus {
    codec: &'static dyn Codec,
    servos: Vec<EmulatedServo>,
    plant: Box<dyn Plant>,
    faults: Faults,
    scanner: Scanner,
    now: Duration,
    /// Bit rate of the host, bits per second.
    host_baud: u32,
    /// True if bytes take time on the wire.
    timed: bool,
    /// Time when the last byte that is on the wire will have passed.
    busy_until: Duration,
    log: Vec<ReceivedPacket>,
    /// Number of arrivals that are no longer in the log.
    forgotten: usize,
}

/// An instruction that reached the servos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedPacket {
    /// Time of arrival.
    pub at: Duration,
    /// Id in the packet.
    pub id: u8,
    /// Its instruction code.
    pub code: u8,
    /// Bytes after the code.
    pub body: Vec<u8>,
}

/// Bytes on their way to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Time when the last of them arrives.
    pub at: Duration,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl EmulatedBus {
    /// Creates a bus at `baud` bits per second. The servo at an index turns the joint at that
    /// index; servos beyond the joints turn nothing.
    pub fn new(
        family: Family,
        servos: Vec<EmulatedServo>,
        plant: Box<dyn Plant>,
        baud: u32,
        faults: Faults,
    ) -> Self {
        let mut emulated_bus = Self {
            codec: family.codec(),
            servos,
            plant,
            faults,
            scanner: Scanner::default(),
            now: Duration::ZERO,
            host_baud: baud,
            timed: true,
            busy_until: Duration::ZERO,
            log: Vec::new(),
            forgotten: 0,
        };
        emulated_bus.sense();
        emulated_bus
    }

    /// Makes the servos hold their joints where they are, as a driver leaves them. Without this
    /// they are limp, as after power-on.
    pub fn hold_joints(&mut self) {
        for servo in &mut self.servos {
            let map = servo.model().map;
            servo.set_register(map.goal_position, servo.register_value(map.position));
            servo.set_register(map.return_delay, 0);
            servo.set_register(map.torque_enable, 1);
        }
    }

    /// Returns the servos.
    pub fn servos_mut(&mut self) -> &mut [EmulatedServo] {
        &mut self.servos
    }

    /// Returns the injected faults.
    pub fn faults_mut(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// Returns the joints.
    pub fn plant(&self) -> &dyn Plant {
        self.plant.as_ref()
    }

    /// Sets whether bytes take time on the wire and servos delay their replies.
    pub fn set_realistic_timing(&mut self, timed: bool) {
        self.timed = timed;
    }

    /// Sets the bit rate of the host; servos set to another rate receive nothing.
    pub fn set_host_baud(&mut self, baud: u32) {
        self.host_baud = baud;
    }

    /// Returns the joints, to be moved by hand.
    pub fn plant_mut(&mut self) -> &mut dyn Plant {
        self.plant.as_mut()
    }

    /// Returns the received packets, oldest first. Of a long run only the end is kept.
    pub fn received_packets(&self) -> &[ReceivedPacket] {
        &self.log
    }

    /// Returns the packets received after the first `seen`, and the total number.
    pub fn received_packets_since(&self, seen: usize) -> (&[ReceivedPacket], usize) {
        let from = seen.saturating_sub(self.forgotten).min(self.log.len());
        (&self.log[from..], self.forgotten + self.log.len())
    }

    /// Returns whether the adapter is unplugged now.
    pub fn is_unplugged(&self) -> bool {
        self.faults.is_unplugged(self.now)
    }

    /// Returns whether adapter and servos are frozen now.
    pub fn is_frozen(&self, now: Duration) -> bool {
        self.faults.is_frozen(now)
    }

    /// Advances time to `now`.
    pub fn advance(&mut self, now: Duration) {
        while self.now < now {
            let step = STEP.min(now - self.now);
            let drives: Vec<JointDrive> = self
                .servos
                .iter()
                .map(EmulatedServo::drive_command)
                .collect();
            self.plant.advance(step, &drives);
            self.now += step;
            self.sense();
        }
    }

    /// Receives bytes that the host began to send at `now`; the returned replies are in order of
    /// time.
    pub fn receive_from_host(&mut self, bytes: &[u8], now: Duration) -> Vec<Reply> {
        self.advance(now);
        let heard = self.busy_until.max(now) + self.wire_time(bytes.len());
        self.busy_until = heard;
        let mut replies = Vec::new();
        if self.faults.echoes(now) {
            replies.push(Reply {
                at: heard,
                bytes: bytes.to_vec(),
            });
        }
        if self.faults.loses_request(now) {
            return replies;
        }
        self.scanner.push(bytes);
        while let Some(frame) = self.scanner.next(self.codec, MAX_PACKET_BYTES) {
            self.note(&frame, now);
            for status in self.answers(&frame) {
                self.put(&status, &mut replies);
            }
        }
        replies.sort_by_key(|reply| reply.at);
        replies
    }

    fn note(&mut self, frame: &Packet, at: Duration) {
        if self.log.len() >= 2 * LOG {
            self.log.drain(..LOG);
            self.forgotten += LOG;
        }
        self.log.push(ReceivedPacket {
            at,
            id: frame.id,
            code: frame.code,
            body: frame.body.clone(),
        });
    }

    /// Returns the servos' replies to a packet.
    fn answers(&mut self, frame: &Packet) -> Vec<Status> {
        match ServoInstruction::decode(self.codec, frame) {
            Some(instruction) => self.obey(frame.id, &instruction),
            None => {
                let asked = self.servos.iter().filter(|servo| servo.id() == frame.id);
                asked
                    .filter_map(EmulatedServo::reply_to_unknown_instruction)
                    .collect()
            }
        }
    }

    /// Returns the transmission time of bytes.
    fn wire_time(&self, bytes: usize) -> Duration {
        if self.timed {
            // A byte takes ten bits.
            Duration::from_nanos(10_000_000_000 / u64::from(self.host_baud.max(1))) * bytes as u32
        } else {
            Duration::ZERO
        }
    }

    /// Puts a reply on the wire after those already there, modified by faults.
    fn put(&mut self, status: &Status, replies: &mut Vec<Reply>) {
        let mut bytes = Vec::new();
        if self.codec.encode_status(status, &mut bytes).is_err() {
            return;
        }
        let delay = self.return_delay(status.id);
        for FaultyReply { bytes, late } in self
            .faults
            .apply_to_reply(self.codec, status.id, bytes, self.now)
        {
            self.busy_until += delay + self.wire_time(bytes.len());
            replies.push(Reply {
                at: self.busy_until + late,
                bytes,
            });
        }
    }

    fn obey(&mut self, id: u8, instruction: &ServoInstruction) -> Vec<Status> {
        let (now, baud) = (self.now, self.host_baud);
        let all = id == BROADCAST_ID;
        let mut servos: Vec<&mut EmulatedServo> = self
            .servos
            .iter_mut()
            .filter(|servo| servo.baud() == Some(baud))
            .collect();
        for servo in &mut servos {
            servo.record_packet_arrival(now);
        }
        let mut answers = Vec::new();
        let mut each = |act: &mut dyn FnMut(&mut EmulatedServo) -> Option<Status>| {
            for servo in servos.iter_mut().filter(|servo| all || servo.id() == id) {
                let loud = !all || matches!(instruction, ServoInstruction::Ping);
                answers.extend(act(servo).filter(|_| loud));
            }
        };
        match *instruction {
            ServoInstruction::Ping => each(&mut |servo| Some(servo.reply_to_ping())),
            ServoInstruction::Read { address, count } if !all => {
                each(&mut |servo| servo.reply_to_read(address, count));
            }
            ServoInstruction::Read { .. } => {}
            ServoInstruction::Write { address, data } => {
                each(&mut |servo| servo.execute_write(address, data))
            }
            ServoInstruction::Stage { address, data } => {
                each(&mut |servo| Some(servo.stage_write(address, data)));
            }
            ServoInstruction::Action => each(&mut |servo| {
                servo.execute_staged_write();
                None
            }),
            // For some servos this is not a reboot: they no longer reply.
            ServoInstruction::Reboot => each(&mut |servo| {
                let answer = servo.reply_to_ping();
                let reboots = servo.model().family_facts().restart == AlarmReset::Reboot;
                reboots.then(|| {
                    servo.power_cycle();
                    Status {
                        data: Vec::new(),
                        ..answer
                    }
                })
            }),
            ServoInstruction::SyncRead {
                address,
                count,
                ids,
            } => {
                for id in ids {
                    let asked = servos.iter().filter(|servo| servo.id() == *id);
                    answers.extend(asked.filter_map(|servo| servo.reply_to_read(address, count)));
                }
            }
            ServoInstruction::SyncWrite {
                address,
                count,
                items,
            } => {
                for item in items.chunks_exact(usize::from(count) + 1) {
                    for servo in servos.iter_mut().filter(|servo| servo.id() == item[0]) {
                        servo.execute_write(address, &item[1..]);
                    }
                }
            }
        }
        answers
    }

    fn return_delay(&self, id: u8) -> Duration {
        if !self.timed {
            return Duration::ZERO;
        }
        let servo = self.servos.iter().find(|servo| servo.id() == id);
        let units = servo.map_or(0, |servo| {
            servo.register_value(servo.model().map.return_delay)
        });
        Duration::from_micros(2 * units.unsigned_abs())
    }

    /// Updates the servos' sensors from their joints, and applies faults.
    fn sense(&mut self) {
        for (index, servo) in self.servos.iter_mut().enumerate() {
            let mut motion = self.plant.joint_measurement(index);
            self.faults.apply_to_servo(servo, &mut motion, self.now);
            servo.update_sensor_registers(&motion, self.now);
        }
    }
}
