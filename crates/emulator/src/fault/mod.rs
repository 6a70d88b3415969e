//! Injected faults: which, when and how often.
//!
//! | module | idea |
//! |---|---|
//! | `file` | fault rules as a person writes them |
//! | `effect` | effects of faults on replies and servos |

mod effect;
mod file;

use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

pub(crate) use effect::FaultyReply;

/// A list of rules, and the random generator for their probabilities.
#[derive(Clone, Debug)]
pub struct Faults {
    rules: Vec<Rule>,
    chance: ChaCha8Rng,
}

/// A fault that occurs in a period of time, with some servos, with some probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Kind of fault.
    pub fault: Fault,
    /// Id of the only affected servo; `None` for all.
    pub servo: Option<u8>,
    /// Start of the period on the bus clock, seconds.
    pub from_s: f64,
    /// End of the period, seconds.
    pub to_s: f64,
    /// Probability each time that the fault could occur.
    pub rate: f64,
}

/// A fault of a bus. The numbers are those of the list of faults.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// 1: a servo does not reply.
    Silent,
    /// 2: a byte of the reply is altered.
    Corrupt,
    /// 3: the reply ends early.
    Truncated,
    /// 3: the reply arrives byte by byte.
    Pieces,
    /// 4: garbage arrives before the reply.
    Garbage,
    /// 4: the adapter echoes what the host sends.
    Echo,
    /// 5, 12: the reply is late.
    Late {
        /// Delay, milliseconds.
        ms: f64,
    },
    /// 5: the reply has another id.
    OtherId,
    /// 7: a header with a false length arrives before the reply.
    LyingLength {
        /// The false length.
        length: u16,
    },
    /// 9: the adapter is unplugged.
    Unplugged,
    /// 12: neither adapter nor servos do anything for a while, then continue as if nothing had
    /// happened.
    Frozen,
    /// 13: too much torque for too long.
    Overload,
    /// 14: a servo is hot.
    Heat {
        /// Reading of the temperature sensor, °C.
        celsius: i64,
    },
    /// 14: the supply voltage is wrong.
    Supply {
        /// Reading of the voltage sensor, V.
        volts: f64,
    },
    /// 17: a request does not arrive.
    LostRequest,
    /// 20: the sensor reports another position.
    Jump {
        /// Offset of the position, rad.
        rad: f64,
    },
}

impl Rule {
    /// Creates a rule for a fault that is always present.
    pub fn always(fault: Fault) -> Self {
        Self {
            fault,
            servo: None,
            from_s: 0.0,
            to_s: f64::INFINITY,
            rate: 1.0,
        }
    }

    /// Restricts the rule to one servo.
    pub fn with_servo(mut self, id: u8) -> Self {
        self.servo = Some(id);
        self
    }

    /// Restricts the rule to a period on the bus clock, seconds.
    pub fn with_time_window(mut self, from_s: f64, to_s: f64) -> Self {
        (self.from_s, self.to_s) = (from_s, to_s);
        self
    }

    /// Sets the probability of each occurrence.
    pub fn with_probability(mut self, rate: f64) -> Self {
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
    /// Creates faults from these rules; `seed` seeds the random generator.
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

    /// Removes all faults.
    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// Returns the faults that occur now.
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

    /// Returns whether a persistent fault is present.
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
