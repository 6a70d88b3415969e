//! Several servos on one bus, and the joints that they turn.

use std::time::Duration;

use enact_arm::protocol::{BROADCAST, Codec, Instruction, Scanner, Status};
use enact_arm::servo::Family;

use crate::fault::{Faults, Trouble};
use crate::plant::{Drive, Plant};
use crate::servo::Servo;

/// The longest packet that a host may send.
const LONGEST: usize = 1024;
/// Joints move in steps no longer than this.
const STEP: Duration = Duration::from_millis(5);

/// Servos, what they turn, and what goes wrong.
pub struct Network {
    codec: &'static dyn Codec,
    servos: Vec<Servo>,
    plant: Box<dyn Plant>,
    faults: Faults,
    scanner: Scanner,
    now: Duration,
    byte_time: Duration,
    log: Vec<Arrival>,
}

/// An instruction that reached the servos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When.
    pub at: Duration,
    /// The packet's id, code and body.
    pub id: u8,
    /// Its instruction code.
    pub code: u8,
    /// What follows.
    pub body: Vec<u8>,
}

/// Bytes on their way to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// When the last of them arrives.
    pub at: Duration,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Network {
    /// A bus at `baud` bits per second. The servo at an index turns the joint at that index;
    /// servos beyond the joints turn nothing.
    pub fn new(
        family: Family,
        servos: Vec<Servo>,
        plant: Box<dyn Plant>,
        baud: u32,
        faults: Faults,
    ) -> Self {
        let mut network = Self {
            codec: family.codec(),
            servos,
            plant,
            faults,
            scanner: Scanner::default(),
            now: Duration::ZERO,
            byte_time: Duration::from_nanos(10_000_000_000 / u64::from(baud.max(1))),
            log: Vec::new(),
        };
        network.sense();
        network
    }

    /// The servos.
    pub fn servos(&mut self) -> &mut [Servo] {
        &mut self.servos
    }

    /// What goes wrong.
    pub fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// The joints.
    pub fn plant(&self) -> &dyn Plant {
        self.plant.as_ref()
    }

    /// Everything that arrived so far.
    pub fn log(&self) -> &[Arrival] {
        &self.log
    }

    /// Whether the adapter is unplugged now.
    pub fn is_unplugged(&self) -> bool {
        self.faults.is_unplugged(self.now)
    }

    /// Lets time pass until `now`.
    pub fn advance(&mut self, now: Duration) {
        while self.now < now {
            let step = STEP.min(now - self.now);
            let drives: Vec<Drive> = self.servos.iter().map(Servo::drive).collect();
            self.plant.advance(step, &drives);
            self.now += step;
            self.sense();
        }
    }

    /// Takes bytes that the host began to send at `now`; the replies arrive in order of time.
    pub fn receive(&mut self, bytes: &[u8], now: Duration) -> Vec<Reply> {
        self.advance(now);
        let heard = now + self.byte_time * bytes.len() as u32;
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
        let mut wire = heard;
        while let Some(frame) = self.scanner.next(self.codec, LONGEST) {
            self.log.push(Arrival {
                at: now,
                id: frame.id,
                code: frame.code,
                body: frame.body.clone(),
            });
            let Some(instruction) = Instruction::decode(self.codec, &frame) else {
                continue;
            };
            for status in self.obey(frame.id, &instruction) {
                self.put(&status, &mut wire, &mut replies);
            }
        }
        replies.sort_by_key(|reply| reply.at);
        replies
    }

    /// Puts an answer on the wire, after those that are there, as faults let it.
    fn put(&mut self, status: &Status, wire: &mut Duration, replies: &mut Vec<Reply>) {
        let mut bytes = Vec::new();
        if self.codec.encode_status(status, &mut bytes).is_err() {
            return;
        }
        let delay = self.return_delay(status.id);
        for Trouble { bytes, late } in self.faults.spoil(self.codec, status.id, bytes, self.now) {
            *wire += delay + self.byte_time * bytes.len() as u32;
            replies.push(Reply {
                at: *wire + late,
                bytes,
            });
        }
    }

    fn obey(&mut self, id: u8, instruction: &Instruction) -> Vec<Status> {
        let now = self.now;
        let all = id == BROADCAST;
        for servo in &mut self.servos {
            servo.heard(now);
        }
        let mut answers = Vec::new();
        let mut each = |act: &mut dyn FnMut(&mut Servo) -> Option<Status>| {
            for servo in self
                .servos
                .iter_mut()
                .filter(|servo| all || servo.id() == id)
            {
                let loud = !all || matches!(instruction, Instruction::Ping);
                answers.extend(act(servo).filter(|_| loud));
            }
        };
        match *instruction {
            Instruction::Ping => each(&mut |servo| Some(servo.pinged())),
            Instruction::Read { address, count } if !all => {
                each(&mut |servo| servo.read(address, count));
            }
            Instruction::Read { .. } => {}
            Instruction::Write { address, data } => each(&mut |servo| servo.write(address, data)),
            Instruction::Stage { address, data } => {
                each(&mut |servo| Some(servo.stage(address, data)));
            }
            Instruction::Action => each(&mut |servo| {
                servo.act();
                None
            }),
            // To a Feetech servo this is no reboot: it answers nothing more.
            Instruction::Reboot => each(&mut |servo| {
                let answer = servo.pinged();
                let x = servo.model().family == Family::X;
                x.then(|| {
                    servo.power_up();
                    Status {
                        data: Vec::new(),
                        ..answer
                    }
                })
            }),
            Instruction::SyncRead {
                address,
                count,
                ids,
            } => {
                for id in ids {
                    let asked = self.servos.iter().filter(|servo| servo.id() == *id);
                    answers.extend(asked.filter_map(|servo| servo.read(address, count)));
                }
            }
            Instruction::SyncWrite {
                address,
                count,
                items,
            } => {
                for item in items.chunks_exact(usize::from(count) + 1) {
                    for servo in self.servos.iter_mut().filter(|servo| servo.id() == item[0]) {
                        servo.write(address, &item[1..]);
                    }
                }
            }
        }
        answers
    }

    fn return_delay(&self, id: u8) -> Duration {
        let servo = self.servos.iter().find(|servo| servo.id() == id);
        let units = servo.map_or(0, |servo| servo.get(servo.model().roles.return_delay));
        Duration::from_micros(2 * units.unsigned_abs())
    }

    /// Tells the servos what their joints do, and what ails them.
    fn sense(&mut self) {
        for (index, servo) in self.servos.iter_mut().enumerate() {
            let mut motion = self.plant.motion(index);
            self.faults.ail(servo, &mut motion, self.now);
            servo.sense(&motion, self.now);
        }
    }
}
