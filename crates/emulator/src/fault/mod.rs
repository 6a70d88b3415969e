//! What goes wrong, when and how often.
//!
//! | module | idea |
//! |---|---|
//! | `file` | rules as a person writes them |
//! | `effect` | what faults do to answers and servos |

mod effect;
mod file;

use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

pub(crate) use effect::ReplyFault;

/// A list of rules, and the chance that some of them leave things to.
#[derive(Clone, Debug)]
pub struct Faults {
    rules: Vec<Rule>,
    chance: ChaCha8Rng,
}

/// Something that goes wrong within a time, with some servos, with some probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What.
    pub fault: Fault,
    /// Only to the servo of this id.
    pub servo: Option<u8>,
    /// From this time of the bus on, seconds.
    pub from_s: f64,
    /// Until this time, seconds.
    pub to_s: f64,
    /// Probability each time that it could happen.
    pub rate: f64,
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
}
