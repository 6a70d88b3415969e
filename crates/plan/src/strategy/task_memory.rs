//! What a method remembers of one task.

use crate::outcome::Outcome;
use crate::situation::Situation;

/// Something that is remembered from turn to turn of one task, and forgotten with it.
#[derive(Clone, Debug, Default)]
pub(super) struct TaskMemory<T> {
    instruction: String,
    /// Number of tasks before it.
    earlier: usize,
    history: Vec<Outcome>,
    kept: T,
}

impl<T: Default> TaskMemory<T> {
    /// Returns what is remembered of the task of `situation`; nothing yet if it is another one: of
    /// other words, after other tasks, or with steps in its history that do not go on from those known.
    pub fn of(&mut self, situation: &Situation) -> &mut T {
        let is_same = self.instruction == situation.instruction
            && self.earlier == situation.conversation.len()
            && situation.history.starts_with(&self.history);
        if !is_same {
            self.kept = T::default();
        }
        self.instruction.clone_from(&situation.instruction);
        self.earlier = situation.conversation.len();
        self.history.clone_from(&situation.history);
        &mut self.kept
    }

    /// Forgets the task.
    pub fn forget(&mut self) {
        *self = Self {
            instruction: String::new(),
            earlier: 0,
            history: Vec::new(),
            kept: T::default(),
        };
    }
}
