//! Fault rules as a person writes them.

use enact_types::{TomlError, toml_text};
use serde::Deserialize;

use super::{Fault, Faults, Rule};

/// Largest delay of a reply, ms.
const LATEST_MS: f64 = 3_600_000.0;

/// A file of rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultFile {
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    rule: Vec<RuleEntry>,
}

/// A rule as written: the parameters of every fault, and the fields that all rules have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    fault: String,
    servo: Option<u8>,
    from_s: Option<f64>,
    to_s: Option<f64>,
    rate: Option<f64>,
    ms: Option<toml::Value>,
    length: Option<toml::Value>,
    celsius: Option<toml::Value>,
    volts: Option<toml::Value>,
    rad: Option<toml::Value>,
}

impl RuleEntry {
    fn rule(self) -> Result<Rule, toml::de::Error> {
        let mut table = toml::Table::new();
        let numbers = [
            ("ms", self.ms),
            ("length", self.length),
            ("celsius", self.celsius),
            ("volts", self.volts),
            ("rad", self.rad),
        ];
        let given: Vec<(&str, toml::Value)> = numbers
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        table.insert("fault".to_owned(), self.fault.into());
        for (name, value) in given.iter().cloned() {
            table.insert(name.to_owned(), value);
        }
        let fault: Fault = table.try_into()?;
        if let Some((name, _)) = given.iter().find(|(name, _)| fault.number() != Some(*name)) {
            let what = format!("this fault has no `{name}`");
            return Err(serde::de::Error::custom(what));
        }
        let rule = Rule {
            fault,
            servo: self.servo,
            from_s: self.from_s.unwrap_or(0.0),
            to_s: self.to_s.unwrap_or(f64::INFINITY),
            rate: self.rate.unwrap_or(1.0),
        };
        match rule.nonsense() {
            Some(what) => Err(serde::de::Error::custom(what)),
            None => Ok(rule),
        }
    }
}

impl Rule {
    /// Returns the reason that the rule could not take effect as written, if there is one.
    fn nonsense(&self) -> Option<String> {
        let Self {
            fault,
            servo,
            from_s,
            to_s,
            rate,
        } = *self;
        if servo.is_some() && fault.is_of_the_bus() {
            return Some("this fault is of the whole bus: it takes no `servo`".to_owned());
        }
        if !(0.0..=1.0).contains(&rate) {
            return Some(format!("`rate` is between 0 and 1, not {rate}"));
        }
        if rate < 1.0 && fault.lasts() {
            return Some("this fault lasts: it takes no `rate`".to_owned());
        }
        if !(0.0 <= from_s && from_s < to_s) {
            return Some(format!("from {from_s} s to {to_s} s there is no time"));
        }
        fault.beyond()
    }
}

impl Fault {
    /// Returns the name of the fault's parameter, if it has one.
    fn number(&self) -> Option<&'static str> {
        match self {
            Self::Late { .. } => Some("ms"),
            Self::LyingLength { .. } => Some("length"),
            Self::Heat { .. } => Some("celsius"),
            Self::Supply { .. } => Some("volts"),
            Self::Jump { .. } => Some("rad"),
            _ => None,
        }
    }

    /// Returns whether the rule takes effect before the addressee of a request is known.
    fn is_of_the_bus(&self) -> bool {
        self.lasts() || matches!(self, Self::Echo | Self::LostRequest)
    }

    /// Returns whether the fault persists, rather than occurring with each event.
    fn lasts(&self) -> bool {
        matches!(self, Self::Unplugged | Self::Frozen)
    }

    /// Returns the reason that its parameter is out of range, if it is.
    fn beyond(&self) -> Option<String> {
        match *self {
            Self::Late { ms } if !(0.0..=LATEST_MS).contains(&ms) => {
                Some(format!("`ms` is between 0 and {LATEST_MS}, not {ms}"))
            }
            Self::Supply { volts: number } | Self::Jump { rad: number } if !number.is_finite() => {
                Some(format!("`{}` is a number, not {number}", self.number()?))
            }
            _ => None,
        }
    }
}

impl Faults {
    /// Parses rules from TOML: a `seed`, and a `[[rule]]` for each.
    ///
    /// # Errors
    /// [`TomlError`] if the text is malformed.
    pub fn parse(text: &str) -> Result<Self, TomlError> {
        let file: FaultFile = toml_text::parse(text)?;
        let rules: Result<_, _> = file.rule.into_iter().map(RuleEntry::rule).collect();
        let rules = rules.map_err(|error| TomlError::new(text, &error))?;
        Ok(Self::new(rules, file.seed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_rules_is_read_and_what_is_no_rule_is_refused() {
        let text = "seed = 3\n[[rule]]\nfault = \"late\"\nms = 16\nservo = 3\nrate = 0.05\n\
                    [[rule]]\nfault = \"unplugged\"\nfrom_s = 2\nto_s = 3.5\n";
        let faults = Faults::parse(text).unwrap();
        let late = Rule::always(Fault::Late { ms: 16.0 });
        let unplugged = Rule::always(Fault::Unplugged).with_time_window(2.0, 3.5);
        assert_eq!(
            faults.rules,
            [late.with_servo(3).with_probability(0.05), unplugged]
        );
        for (wrong, why) in [
            ("fault = \"lost\"", "unknown variant `lost`"),
            ("fault = \"late\"", "missing field `ms`"),
            ("fault = \"silent\"\nservos = 3", "servos"),
            ("fault = \"silent\"\nms = 3", "ms"),
            ("servo = 3", "fault"),
            ("fault = \"silent\"\nrate = 1.5", "between 0 and 1, not 1.5"),
            ("fault = \"silent\"\nrate = nan", "between 0 and 1, not NaN"),
            (
                "fault = \"silent\"\nfrom_s = 2\nto_s = 2",
                "there is no time",
            ),
            ("fault = \"late\"\nms = inf", "`ms` is between 0 and"),
            ("fault = \"late\"\nms = -1", "`ms` is between 0 and"),
            ("fault = \"late\"\nms = 1e300", "`ms` is between 0 and"),
            ("fault = \"jump\"\nrad = nan", "`rad` is a number"),
            ("fault = \"unplugged\"\nrate = 0.5", "it takes no `rate`"),
            ("fault = \"frozen\"\nrate = 0.9", "it takes no `rate`"),
            ("fault = \"echo\"\nservo = 3", "it takes no `servo`"),
            ("fault = \"lost_request\"\nservo = 3", "it takes no `servo`"),
            ("fault = \"unplugged\"\nservo = 3", "it takes no `servo`"),
            ("fault = \"frozen\"\nservo = 3", "it takes no `servo`"),
        ] {
            let error = Faults::parse(&format!("[[rule]]\n{wrong}")).unwrap_err();
            assert!(error.message.contains(why), "{wrong}: {error}");
        }
    }
}
