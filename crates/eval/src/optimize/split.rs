//! Which episodes a text is searched with, and which it is judged by.

use crate::suite::Suite;

/// Distance of the two seeds; no evaluation uses so many.
const APART: u64 = 1_000_000_007;

/// A half of the trials. The halves share no table, and no wording where a task has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Half {
    /// Scores texts during the search.
    Training,
    /// Judges the best of them at the end.
    HeldOut,
}

impl Half {
    /// Returns the seed of the half, given that of the search.
    pub fn seed(self, seed: u64) -> u64 {
        match self {
            Self::Training => seed,
            Self::HeldOut => seed.wrapping_add(APART),
        }
    }

    /// Returns a suite with the wordings of the half: every second one. A task that is worded in
    /// one way only has that in both.
    pub fn suite(self, suite: &Suite) -> Suite {
        let mut suite = suite.clone();
        for task in &mut suite.tasks {
            if task.instructions.len() < 2 {
                continue;
            }
            let first = match self {
                Self::Training => 0,
                Self::HeldOut => 1,
            };
            let all = std::mem::take(&mut task.instructions);
            task.instructions = all.into_iter().skip(first).step_by(2).collect();
        }
        suite
    }
}

/// Returns the names of the tasks that both halves word alike, because they are worded in one way
/// only.
pub fn tasks_worded_once(suite: &Suite) -> Vec<&str> {
    let once = suite
        .tasks
        .iter()
        .filter(|task| task.instructions.len() < 2);
    once.map(|task| task.name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_share_neither_wordings_nor_tables() {
        let suite = Suite::parse(
            "about = \"a\"\nscene = \"mixed\"\nturns = 2\n\
             [[tasks]]\nname = \"one\"\ninstructions = [\"point to the {object}\"]\n\
             objects = [{ role = \"object\", shape = \"cube\" }]\npointed = \"object\"\n\
             [[tasks]]\nname = \"three\"\ninstructions = [\"show the {object}\", \"point at the {object}\", \"where is the {object}?\"]\n\
             objects = [{ role = \"object\", shape = \"cube\" }]\npointed = \"object\"\n",
        )
        .unwrap();
        let [training, held_out] = [Half::Training, Half::HeldOut].map(|half| half.suite(&suite));
        let words = |suite: &Suite| suite.tasks[1].instructions.clone();
        assert_eq!(words(&training).len(), 2);
        assert_eq!(words(&held_out), ["point at the {object}"]);
        assert!(!words(&training).contains(&words(&held_out)[0]));
        assert_eq!(training.tasks[0].instructions.len(), 1);
        assert_eq!(held_out.tasks[0].instructions.len(), 1);
        assert_eq!(tasks_worded_once(&suite), ["one"]);
        assert_ne!(Half::Training.seed(u64::MAX), Half::HeldOut.seed(u64::MAX));
    }
}
