//! Effects of faults on replies and servos.

use std::time::Duration;

use enact_arm::protocol::{Alarm, Codec};
use rand::{Rng, RngExt};

use super::{Fault, Faults};
use crate::plant::JointMeasurement;
use crate::servo::EmulatedServo;

/// A reply as it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FaultyReply {
    pub bytes: Vec<u8>,
    pub late: Duration,
}

impl Faults {
    /// Applies faults to a reply on the wire.
    pub(crate) fn apply_to_reply(
        &mut self,
        codec: &dyn Codec,
        id: u8,
        bytes: Vec<u8>,
        now: Duration,
    ) -> Vec<FaultyReply> {
        let mut answer = vec![FaultyReply {
            bytes,
            late: Duration::ZERO,
        }];
        for fault in self.strike(Some(id), now, |_| true) {
            match fault {
                Fault::Silent => answer.clear(),
                Fault::Corrupt => self.change(&mut answer),
                Fault::Truncated => {
                    for part in &mut answer {
                        part.bytes.truncate(part.bytes.len() / 2);
                    }
                }
                Fault::Pieces => {
                    answer = answer
                        .iter()
                        .flat_map(|part| {
                            part.bytes.iter().map(|byte| FaultyReply {
                                bytes: vec![*byte],
                                late: part.late,
                            })
                        })
                        .collect();
                }
                Fault::Garbage => {
                    let garbage: [u8; 5] = self.chance.random();
                    self.before(&mut answer, &garbage);
                }
                Fault::Late { ms } => {
                    for part in &mut answer {
                        part.late += Duration::from_secs_f64(ms.max(0.0) / 1000.0);
                    }
                }
                Fault::OtherId => other_id(codec, &mut answer),
                Fault::LyingLength { length } => {
                    let [low, high] = length.to_le_bytes();
                    if codec.echo_looks_like_status() {
                        self.before(&mut answer, &[0xFF, 0xFF, id, low]);
                    } else {
                        self.before(&mut answer, &[0xFF, 0xFF, 0xFD, 0x00, id, low, high]);
                    }
                }
                _ => {}
            }
        }
        answer
    }

    fn change(&mut self, answer: &mut [FaultyReply]) {
        // A part that was cut off has no bytes left to change.
        for part in answer.iter_mut().filter(|part| !part.bytes.is_empty()) {
            let at = self.chance.random_range(0..part.bytes.len());
            part.bytes[at] ^= 1 << (self.chance.next_u32() % 8);
        }
    }

    fn before(&self, answer: &mut [FaultyReply], bytes: &[u8]) {
        if let Some(first) = answer.first_mut() {
            first.bytes.splice(0..0, bytes.iter().copied());
        }
    }

    /// Applies the current faults to a servo and its sensor.
    pub(crate) fn apply_to_servo(
        &mut self,
        servo: &mut EmulatedServo,
        motion: &mut JointMeasurement,
        now: Duration,
    ) {
        let internal = |fault: &Fault| {
            matches!(
                fault,
                Fault::Overload | Fault::Heat { .. } | Fault::Supply { .. } | Fault::Jump { .. }
            )
        };
        servo.clear_injected_conditions();
        for fault in self.strike(Some(servo.id()), now, internal) {
            match fault {
                Fault::Overload => servo.raise_alarm(Alarm::Overload),
                Fault::Heat { celsius } => servo.inject_temperature(celsius),
                Fault::Supply { volts } => servo.inject_voltage((volts * 10.0).round() as i64),
                Fault::Jump { rad } => motion.position += rad,
                _ => {}
            }
        }
    }
}

/// Gives the reply the id of another servo.
fn other_id(codec: &dyn Codec, answer: &mut Vec<FaultyReply>) {
    for part in answer {
        let mut scanner = enact_arm::protocol::Scanner::default();
        scanner.push(&part.bytes);
        let status = scanner
            .next(codec, 1024)
            .and_then(|frame| codec.decode_status(frame));
        if let Some(mut status) = status {
            status.id = status.id.wrapping_add(100);
            part.bytes.clear();
            codec
                .encode_status(&status, &mut part.bytes)
                .expect("it fitted before");
        }
    }
}

#[cfg(test)]
mod tests {
    use enact_arm::servo::Family;

    use super::*;
    use crate::fault::Rule;

    #[test]
    fn what_is_cut_off_is_not_changed() {
        let faults = [Fault::Pieces, Fault::Truncated, Fault::Corrupt].map(Rule::always);
        let mut faults = Faults::new(faults.to_vec(), 0);
        let bytes = vec![0xFF, 0xFF, 1, 2, 0, 0xFC];
        let codec = Family::Sts.codec();
        let parts = faults.apply_to_reply(codec, 1, bytes, Duration::ZERO);
        assert!(parts.iter().all(|part| part.bytes.is_empty()));
    }
}
