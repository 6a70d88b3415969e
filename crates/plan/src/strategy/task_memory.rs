//! What methods remember of a task or a turn, and what tells one from the next.

use crate::outcome::Outcome;
use crate::situation::Situation;

/// Something that is remembered while a number stays the same: that of the task, or of the turn. It
/// is forgotten with it.
#[derive(Clone, Debug, Default)]
pub(super) struct CurrentTaskMemory<T> {
    number: u64,
    kept: T,
}

impl<T: Default> CurrentTaskMemory<T> {
    /// Returns what is remembered of the task or turn of this number; nothing yet if it is another.
    pub fn memory_of_task(&mut self, number: u64) -> &mut T {
        if self.number != number {
            self.kept = T::default();
        }
        self.number = number;
        &mut self.kept
    }

    /// Returns what is remembered of the task or turn that was asked about last.
    pub fn memory_of_last_task(&self) -> &T {
        &self.kept
    }
}

/// Counts the tasks and turns that plans are asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct TaskCounter {
    /// Number of the task.
    pub task: u64,
    /// Number of the turn; it differs from those of all tasks before, too.
    pub turn: u64,
    instruction: String,
    /// Number of tasks before it in the conversation.
    earlier: usize,
    history: Vec<Outcome>,
    picture: u64,
    is_over: bool,
}

impl TaskCounter {
    /// Counts a request for a plan. It is for another task if the one before is over, or if this one
    /// has other words, comes after other tasks, or has steps in its history that do not go on from
    /// those known; it is for another turn if steps were tried or a picture was taken since.
    pub fn count_request(&mut self, situation: &Situation, picture: u64) {
        let is_same_task = !self.is_over
            && self.instruction == situation.instruction
            && self.earlier == situation.conversation.len()
            && situation.history.starts_with(&self.history);
        let is_same_turn = is_same_task
            && self.history.len() == situation.history.len()
            && self.picture == picture;
        self.task += u64::from(!is_same_task);
        self.turn += u64::from(!is_same_turn);
        self.instruction.clone_from(&situation.instruction);
        self.earlier = situation.conversation.len();
        self.history.clone_from(&situation.history);
        self.picture = picture;
        self.is_over = false;
    }

    /// Notes that the task is over: the same words again are another one.
    pub fn mark_task_ended(&mut self) {
        self.is_over = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Verdict;
    use crate::skills::Step;

    #[test]
    fn a_task_goes_on_over_its_turns_and_ends() {
        let mut counter = TaskCounter::default();
        let mut situation = Situation {
            instruction: "pick up the cube".to_owned(),
            ..Situation::default()
        };
        let mut count = |situation: &Situation, picture| {
            counter.count_request(situation, picture);
            (counter.task, counter.turn)
        };
        assert_eq!(count(&situation, 1), (1, 1));
        assert_eq!(count(&situation, 1), (1, 1));
        assert_eq!(count(&situation, 2), (1, 2));
        situation.history.push(Outcome {
            step: Step::pick_step("cube"),
            verdict: Verdict::Yes,
            reason: String::new(),
        });
        assert_eq!(count(&situation, 2), (1, 3));
        situation.history.clear();
        assert_eq!(count(&situation, 2), (2, 4));
        situation
            .conversation
            .push(crate::ConversationTurn::default());
        assert_eq!(count(&situation, 2), (3, 5));
        counter.mark_task_ended();
        // The same words again after nothing was tried.
        counter.count_request(&situation, 2);
        assert_eq!((counter.task, counter.turn), (4, 6));
    }

    #[test]
    fn another_number_is_another_memory() {
        let mut memory = CurrentTaskMemory::<Vec<u8>>::default();
        memory.memory_of_task(1).push(7);
        assert_eq!(memory.memory_of_task(1), &[7]);
        assert_eq!(memory.memory_of_last_task(), &[7]);
        assert!(memory.memory_of_task(2).is_empty() && memory.memory_of_task(1).is_empty());
    }
}
