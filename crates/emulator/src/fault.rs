//! What goes wrong, when and how often.

use std::time::Duration;

use enact_arm::protocol::{Alarm, Codec};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use crate::plant::Motion;
use crate::servo::Servo;

/// A list of rules, and the chance that some of them leave things to.
#[derive(Clone, Debug)]
pub struct Faults {
    rules: Vec<Rule>,
    chance: ChaCha8Rng,
}

/// Something that goes wrong within a time, with some servos, with some probability.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What.
    #[serde(flatten)]
    pub fault: Fault,
    /// Only to the servo of this id.
    pub servo: Option<u8>,
    /// From this time of the bus on, seconds.
    #[serde(default)]
    pub from_s: f64,
    /// Until this time, seconds.
    #[serde(default = "forever")]
    pub to_s: f64,
    /// Probability each time that it could happen.
    #[serde(default = "always")]
    pub rate: f64,
}

fn forever() -> f64 {
    f64::INFINITY
}

fn always() -> f64 {
    1.0
}

/// What can go wrong on a bus. The numbers are those of the list of faults.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// 1: a servo does not answer.
    Silent,
    /// 2: a byte of the answer is another.
    Corrupt,
    /// 3: the answer ends early.
    Truncated,
    /// 3: the answer comes byte by byte.
    Pieces,
    /// 4: garbage comes before the answer.
    Garbage,
    /// 4: the adapter sends back what the host sends.
    Echo,
    /// 5, 12: the answer comes late.
    Late {
        /// By so much, milliseconds.
        ms: f64,
    },
    /// 5: the answer bears another id.
    OtherId,
    /// 7: a header whose length lies comes before the answer.
    LyingLength {
        /// The length that it claims.
        length: u16,
    },
    /// 9: the adapter is unplugged.
    Unplugged,
    /// 12: neither adapter nor servos do anything, then go on as if nothing had been.
    Frozen,
    /// 13: too much torque for too long.
    Overload,
    /// 14: so hot.
    Heat {
        /// What the thermometer says, °C.
        celsius: i64,
    },
    /// 14: such a supply.
    Supply {
        /// What the voltmeter says, V.
        volts: f64,
    },
    /// 17: a request does not arrive.
    LostRequest,
    /// 20: the sensor shows another position.
    Jump {
        /// By so much, rad.
        rad: f64,
    },
}

/// An answer as it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub bytes: Vec<u8>,
    pub late: Duration,
}

/// A file of rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    rule: Vec<Rule>,
}

impl Rule {
    /// A fault that is always there.
    pub fn always(fault: Fault) -> Self {
        Self {
            fault,
            servo: None,
            from_s: 0.0,
            to_s: f64::INFINITY,
            rate: 1.0,
        }
    }

    /// The same with one servo only.
    pub fn with_servo(mut self, id: u8) -> Self {
        self.servo = Some(id);
        self
    }

    /// The same within these seconds of the bus's time.
    pub fn between(mut self, from_s: f64, to_s: f64) -> Self {
        (self.from_s, self.to_s) = (from_s, to_s);
        self
    }

    /// The same with this probability each time.
    pub fn at_rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    fn concerns(&self, id: Option<u8>, now: Duration) -> bool {
        let seconds = now.as_secs_f64();
        let of_servo = self.servo.is_none_or(|servo| id == Some(servo));
        of_servo && self.from_s <= seconds && seconds < self.to_s
    }
}

impl Default for Faults {
    fn default() -> Self {
        Self::new(Vec::new(), 0)
    }
}

impl Faults {
    /// These rules; `seed` decides what they leave to chance.
    pub fn new(rules: Vec<Rule>, seed: u64) -> Self {
        Self {
            rules,
            chance: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// Rules from TOML: a `seed`, and a `[[rule]]` for each.
    ///
    /// # Errors
    /// If it is malformed.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        Ok(Self::new(file.rule, file.seed))
    }

    /// Adds a rule.
    pub fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// Adds the rules of another list.
    pub fn extend(&mut self, others: Self) {
        self.rules.extend(others.rules);
    }

    /// Everything works from now on.
    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// The rules that strike now.
    fn strike(&mut self, id: Option<u8>, now: Duration, of: impl Fn(&Fault) -> bool) -> Vec<Fault> {
        let chance = &mut self.chance;
        let rules = self
            .rules
            .iter()
            .filter(|rule| of(&rule.fault) && rule.concerns(id, now));
        rules
            .filter(|rule| rule.rate >= 1.0 || chance.random::<f64>() < rule.rate)
            .map(|rule| rule.fault)
            .collect()
    }

    pub(crate) fn is_unplugged(&self, now: Duration) -> bool {
        self.lasts(Fault::Unplugged, now)
    }

    pub(crate) fn is_frozen(&self, now: Duration) -> bool {
        self.lasts(Fault::Frozen, now)
    }

    /// Whether a fault that has no probability lasts.
    fn lasts(&self, fault: Fault, now: Duration) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|rule| rule.fault == fault && rule.concerns(None, now))
    }

    pub(crate) fn echoes(&mut self, now: Duration) -> bool {
        !self
            .strike(None, now, |fault| *fault == Fault::Echo)
            .is_empty()
    }

    pub(crate) fn loses_request(&mut self, now: Duration) -> bool {
        !self
            .strike(None, now, |fault| *fault == Fault::LostRequest)
            .is_empty()
    }

    /// What becomes of an answer on the wire.
    pub(crate) fn spoil(
        &mut self,
        codec: &dyn Codec,
        id: u8,
        bytes: Vec<u8>,
        now: Duration,
    ) -> Vec<Trouble> {
        let mut answer = vec![Trouble {
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
                            part.bytes.iter().map(|byte| Trouble {
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

    fn change(&mut self, answer: &mut [Trouble]) {
        for part in answer {
            let at = self.chance.random_range(0..part.bytes.len());
            part.bytes[at] ^= 1 << (self.chance.next_u32() % 8);
        }
    }

    fn before(&self, answer: &mut [Trouble], bytes: &[u8]) {
        if let Some(first) = answer.first_mut() {
            first.bytes.splice(0..0, bytes.iter().copied());
        }
    }

    /// What a servo and its sensor suffer from now.
    pub(crate) fn ail(&mut self, servo: &mut Servo, motion: &mut Motion, now: Duration) {
        let internal = |fault: &Fault| {
            matches!(
                fault,
                Fault::Overload | Fault::Heat { .. } | Fault::Supply { .. } | Fault::Jump { .. }
            )
        };
        if !self.rules.iter().any(|rule| internal(&rule.fault)) {
            return;
        }
        servo.calm();
        for fault in self.strike(Some(servo.id()), now, internal) {
            match fault {
                Fault::Overload => servo.alarm(Alarm::Overload),
                Fault::Heat { celsius } => servo.heat(celsius),
                Fault::Supply { volts } => servo.supply((volts * 10.0).round() as i64),
                Fault::Jump { rad } => motion.position += rad,
                _ => {}
            }
        }
    }
}

/// The same answer, from the servo next door.
fn other_id(codec: &dyn Codec, answer: &mut Vec<Trouble>) {
    for part in answer {
        let mut scanner = enact_arm::protocol::Scanner::default();
        scanner.push(&part.bytes);
        let status = scanner
            .next(codec, 1024)
            .and_then(|frame| codec.status(frame));
        if let Some(mut status) = status {
            status.id = status.id.wrapping_add(100);
            part.bytes.clear();
            codec
                .encode_status(&status, &mut part.bytes)
                .expect("it fitted before");
        }
    }
}
