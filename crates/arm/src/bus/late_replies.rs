//! Answers that were asked for and have not come.
//!
//! A servo's answer says whose it is and how long, not what it answers. One that an adapter or
//! a busy computer held back would pass for the answer to the next request of that length. So
//! each is remembered here until it has come, or until it has been due for longer than anybody
//! holds bytes back and something that was asked later has been answered: bytes keep their order.

use std::time::Duration;

use crate::protocol::{BROADCAST, Packet};

/// Longer than adapters (16 ms) and schedulers of busy computers hold bytes back.
pub const HELD: Duration = Duration::from_millis(100);

/// Answers of one servo and one length.
#[derive(Clone, Copy, Debug)]
struct Late {
    /// Whose they are; [`BROADCAST`] for anybody's.
    id: u8,
    /// Data bytes.
    data: usize,
    /// How many may come.
    count: usize,
    /// What was asked when the last of them was asked for.
    question: u64,
    /// When the last of them should have come.
    due: Duration,
}

impl Late {
    fn is_of(&self, id: u8) -> bool {
        self.id == id || self.id == BROADCAST || id == BROADCAST
    }
}

/// What may still come of earlier requests.
#[derive(Debug, Default)]
pub struct LateReplies {
    answers: Vec<Late>,
    /// Our own packets that an echoing adapter owes, and since when.
    echoes: Vec<(Packet, Duration)>,
    /// When the last request was sent whose answer was its own without doubt.
    proven: Duration,
}

impl LateReplies {
    /// Whether nothing can come any more.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.echoes.is_empty()
    }

    /// Whether the servo `id` owes an answer to another question that is `data` bytes long.
    pub fn could_pass(&self, id: u8, data: usize, question: u64) -> bool {
        self.passing(id, data, question).next().is_some()
    }

    /// When such answers will all have been due for long enough; `None` if there are none.
    pub fn clears_at(&self, id: u8, data: usize, question: u64) -> Option<Duration> {
        let late = self.passing(id, data, question);
        late.map(|late| late.due + HELD).max()
    }

    fn passing(&self, id: u8, data: usize, question: u64) -> impl Iterator<Item = &Late> {
        let late = self.answers.iter();
        late.filter(move |late| late.is_of(id) && late.data == data && late.question != question)
    }

    /// Whether the servo `id` owes any answer to another question; a refusal could be that.
    pub fn owes(&self, id: u8, question: u64) -> bool {
        let mut late = self.answers.iter();
        late.any(|late| late.is_of(id) && late.question != question)
    }

    /// Data bytes of the longest answer that may come.
    pub fn longest(&self) -> usize {
        let lengths = self.answers.iter().map(|late| late.data);
        lengths.max().unwrap_or_default()
    }

    /// An answer did not come in time.
    pub fn miss(&mut self, id: u8, data: usize, question: u64, due: Duration) {
        let mut known = self.answers.iter_mut();
        match known.find(|late| late.id == id && late.data == data) {
            Some(late) => {
                late.count += 1;
                (late.question, late.due) = (question, due);
            }
            None => self.answers.push(Late {
                id,
                data,
                count: 1,
                question,
                due,
            }),
        }
    }

    /// An adapter that echoes did not send this back in time.
    pub fn miss_echo(&mut self, frame: Packet, due: Duration) {
        self.echoes.push((frame, due));
    }

    /// An answer came to a request sent at `sent`. If the same question had been asked in vain
    /// just before, nobody knows which of the requests it answers.
    pub fn answered(&mut self, id: u8, data: usize, sent: Duration, due: Duration) {
        let mut known = self.answers.iter_mut();
        match known.find(|late| late.is_of(id) && late.data == data) {
            Some(late) if sent <= late.due + HELD => late.due = late.due.max(due),
            _ => self.proven = self.proven.max(sent),
        }
    }

    /// An answer came that nobody waits for; whether it was owed.
    pub fn came(&mut self, id: u8, data: usize, refused: bool) -> bool {
        let owed = |late: &Late| late.id == id && (late.data == data || refused);
        let Some(index) = self.answers.iter().position(owed) else {
            return false;
        };
        self.answers[index].count -= 1;
        if self.answers[index].count == 0 {
            self.answers.remove(index);
        }
        true
    }

    /// One of our own packets came back; whether it was owed.
    pub fn came_back(&mut self, frame: &Packet) -> bool {
        let owed = self.echoes.iter().position(|(echo, _)| echo == frame);
        owed.map(|index| self.echoes.remove(index)).is_some()
    }

    /// Forgets what will not come any more.
    pub fn forget(&mut self, now: Duration) {
        // A clock that goes back must not make anybody wait for what was its future.
        let proven = self.proven.min(now);
        for late in &mut self.answers {
            late.due = late.due.min(now);
        }
        let open = |due: Duration| now <= due + HELD || proven <= due;
        self.answers.retain(|late| open(late.due));
        self.echoes.retain(|(_, due)| open(*due));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn what_is_owed_can_pass_for_the_answer_to_another_question_of_its_length_alone() {
        let mut late_replies = LateReplies::default();
        late_replies.miss(1, 2, 7, ms(10));
        assert!(late_replies.could_pass(1, 2, 8) && late_replies.could_pass(BROADCAST, 2, 8));
        assert!(!late_replies.could_pass(1, 2, 7), "the same question");
        assert!(!late_replies.could_pass(1, 3, 8) && !late_replies.could_pass(2, 2, 8));
        assert!(late_replies.owes(1, 8) && !late_replies.owes(2, 8));
        assert!(late_replies.came(1, 2, false) && !late_replies.came(1, 2, false));
        assert!(late_replies.is_empty());
    }

    #[test]
    fn only_time_and_a_later_answer_together_make_it_forgotten() {
        let mut late_replies = LateReplies::default();
        late_replies.miss(1, 2, 7, ms(10));
        late_replies.forget(ms(1000));
        assert!(!late_replies.is_empty(), "the computer may have slept");
        late_replies.answered(2, 4, ms(20), ms(21));
        late_replies.forget(ms(100));
        assert!(!late_replies.is_empty(), "too early");
        late_replies.forget(ms(111));
        assert!(late_replies.is_empty());
    }

    #[test]
    fn an_answer_to_one_of_two_requests_proves_nothing() {
        let mut late_replies = LateReplies::default();
        late_replies.miss(1, 2, 7, ms(10));
        late_replies.answered(1, 2, ms(20), ms(21));
        late_replies.forget(ms(115));
        assert!(late_replies.could_pass(1, 2, 8), "one of both is still due");
        late_replies.answered(1, 3, ms(30), ms(31));
        late_replies.forget(ms(122));
        assert!(late_replies.is_empty());
    }

    #[test]
    fn after_a_long_silence_an_answer_of_any_length_is_proof() {
        let mut late_replies = LateReplies::default();
        late_replies.miss(1, 2, 7, ms(10));
        late_replies.answered(1, 2, ms(500), ms(501));
        late_replies.forget(ms(502));
        assert!(late_replies.is_empty());
    }
}
