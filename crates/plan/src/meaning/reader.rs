//! The meaning of a task, read once and kept until it is done.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Meaning;
use crate::replies::Language;
use crate::situation::Situation;
use crate::step::Plan;
use crate::translation::translate_to_english;

/// Whether instructions are read before a model is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MeaningMode {
    /// What an instruction means is read from its words; the model is asked about Chinese that is
    /// not made out.
    First,
    /// The model is asked about every instruction.
    #[default]
    Off,
}

impl MeaningMode {
    /// Every mode.
    pub const ALL_MODES: [Self; 2] = [Self::First, Self::Off];
}

impl fmt::Display for MeaningMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "first",
            Self::Off => "off",
        })
    }
}

impl FromStr for MeaningMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mode = Self::ALL_MODES
            .into_iter()
            .find(|mode| mode.to_string() == text);
        mode.ok_or_else(|| format!("`{text}` is neither `first` nor `off`"))
    }
}

/// Plans from what an instruction means.
///
/// The meaning is read when a task begins, so that “the leftmost cube” stays the same cube once it
/// is in the hand.
#[derive(Clone, Debug, Default)]
pub struct MeaningReader {
    mode: MeaningMode,
    current: Option<(String, Meaning)>,
}

impl MeaningReader {
    /// Creates a reader.
    pub fn new(mode: MeaningMode) -> Self {
        Self {
            mode,
            current: None,
        }
    }

    /// Whether an instruction in another language is understood.
    pub fn can_translate(&self, instruction: &str) -> bool {
        self.mode == MeaningMode::First && translate_to_english(instruction).is_some()
    }

    /// Returns the plan for `situation`; `None` where a model is to be asked.
    pub fn plan(&mut self, situation: &Situation) -> Option<Plan> {
        if self.mode == MeaningMode::Off {
            return None;
        }
        let is_known = |(instruction, _): &(String, Meaning)| *instruction == situation.instruction;
        let begins = situation.history.is_empty() || !self.current.as_ref().is_some_and(is_known);
        if begins {
            let meaning = match Language::detect_language(&situation.instruction) {
                Language::English => Some(Meaning::from_translatable_instruction(situation)),
                Language::Chinese => Meaning::from_chinese_instruction(situation),
            };
            self.current = meaning.map(|meaning| (situation.instruction.clone(), meaning));
        }
        let (_, meaning) = self.current.as_ref()?;
        Some(meaning.plan(situation))
    }
}
