//! Replies that were requested but have not arrived.
//!
//! A servo's reply carries its sender and length, but not the request that it belongs to. A reply
//! delayed by an adapter or a busy computer would pass for the reply to the next request of the
//! same length. Each missing reply is therefore remembered until it arrives, or until it is overdue
//! by longer than anything delays bytes and a later request has been answered: bytes keep their
//! order.

use std::time::Duration;

use crate::protocol::{BROADCAST_ID, Packet};

/// Longer than adapters (16 ms) and the schedulers of busy computers delay bytes.
pub const MAX_DELIVERY_DELAY: Duration = Duration::from_millis(100);
/// Largest number of bytes by which a read is lengthened to make its reply distinguishable.
const MAX_EXTRA_BYTES: u16 = 24;

/// Missing replies of one servo and one length.
#[derive(Clone, Copy, Debug)]
struct Late {
    /// Id of the sender; [`BROADCAST_ID`] for any servo.
    id: u8,
    /// Number of data bytes.
    data: usize,
    /// Largest number of replies that may still arrive.
    count: usize,
    /// Question for which the last of them was requested.
    question: u64,
    /// Time when the last of them should have arrived.
    due: Duration,
}

impl Late {
    fn is_of(&self, id: u8) -> bool {
        self.id == id || self.id == BROADCAST_ID || id == BROADCAST_ID
    }
}

/// Replies to earlier requests that may still arrive.
#[derive(Debug, Default)]
pub struct LateReplies {
    answers: Vec<Late>,
    /// Our own packets that an echoing adapter has not returned, and since when.
    echoes: Vec<(Packet, Duration)>,
    /// Time when the last request was sent whose reply was unambiguous.
    proven: Duration,
}

impl LateReplies {
    /// Returns whether nothing more can arrive.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.echoes.is_empty()
    }

    /// Returns whether servo `id` owes a reply of `data` bytes to another question.
    pub fn has_confusable_reply(&self, id: u8, data: usize, question: u64) -> bool {
        self.passing(id, data, question).next().is_some()
    }

    /// Returns the time at which all such replies are overdue for long enough; `None` if there are
    /// none.
    pub fn confusable_until(&self, id: u8, data: usize, question: u64) -> Option<Duration> {
        let late = self.passing(id, data, question);
        late.map(|late| late.due + MAX_DELIVERY_DELAY).max()
    }

    /// Returns the number of bytes by which to lengthen a read of `data` bytes from these servos so
    /// that no late reply can pass for one of its replies.
    pub fn extra_bytes_to_read(&self, ids: &[u8], data: usize, question: u64) -> u16 {
        if self.is_empty() {
            return 0;
        }
        let clears_at = |more: u16| {
            let data = data + usize::from(more);
            let until = |id: &u8| self.confusable_until(*id, data, question);
            ids.iter().filter_map(until).max()
        };
        let free = (0..=MAX_EXTRA_BYTES).find(|more| clears_at(*more).is_none());
        // If so many replies are missing that every length is taken, the oldest length is reused.
        free.or_else(|| (0..=MAX_EXTRA_BYTES).min_by_key(|more| clears_at(*more)))
            .unwrap_or_default()
    }

    fn passing(&self, id: u8, data: usize, question: u64) -> impl Iterator<Item = &Late> {
        let late = self.answers.iter();
        late.filter(move |late| late.is_of(id) && late.data == data && late.question != question)
    }

    /// Returns whether servo `id` owes any reply to another question; a status error could be that
    /// reply.
    pub fn owes_late_reply(&self, id: u8, question: u64) -> bool {
        let mut late = self.answers.iter();
        late.any(|late| late.is_of(id) && late.question != question)
    }

    /// Returns the data bytes of the longest reply that may arrive.
    pub fn longest_data_length(&self) -> usize {
        let lengths = self.answers.iter().map(|late| late.data);
        lengths.max().unwrap_or_default()
    }

    /// Records that a reply did not arrive in time.
    pub fn record_missing_reply(&mut self, id: u8, data: usize, question: u64, due: Duration) {
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

    /// Records that an echoing adapter did not return this packet in time.
    pub fn record_missing_echo(&mut self, frame: Packet, due: Duration) {
        self.echoes.push((frame, due));
    }

    /// Records a reply to a request sent at `sent`. If the same question was asked in vain just
    /// before, it is unknown which of the requests the reply belongs to.
    pub fn record_timely_reply(&mut self, id: u8, data: usize, sent: Duration, due: Duration) {
        let mut known = self.answers.iter_mut();
        match known.find(|late| late.is_of(id) && late.data == data) {
            Some(late) if sent <= late.due + MAX_DELIVERY_DELAY => late.due = late.due.max(due),
            _ => self.proven = self.proven.max(sent),
        }
    }

    /// Records a reply that was not waited for; returns whether it was owed.
    pub fn record_unexpected_reply(&mut self, id: u8, data: usize, refused: bool) -> bool {
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

    /// Records that one of our own packets was echoed; returns whether it was owed.
    pub fn record_late_echo(&mut self, frame: &Packet) -> bool {
        let owed = self.echoes.iter().position(|(echo, _)| echo == frame);
        owed.map(|index| self.echoes.remove(index)).is_some()
    }

    /// Forgets replies that will not arrive any more.
    pub fn forget_expired(&mut self, now: Duration) {
        // A clock that goes back must not cause waiting for what used to be the future.
        let proven = self.proven.min(now);
        for late in &mut self.answers {
            late.due = late.due.min(now);
        }
        let open = |due: Duration| now <= due + MAX_DELIVERY_DELAY || proven <= due;
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
        late_replies.record_missing_reply(1, 2, 7, ms(10));
        assert!(
            late_replies.has_confusable_reply(1, 2, 8)
                && late_replies.has_confusable_reply(BROADCAST_ID, 2, 8)
        );
        assert!(
            !late_replies.has_confusable_reply(1, 2, 7),
            "the same question"
        );
        assert!(
            !late_replies.has_confusable_reply(1, 3, 8)
                && !late_replies.has_confusable_reply(2, 2, 8)
        );
        assert!(late_replies.owes_late_reply(1, 8) && !late_replies.owes_late_reply(2, 8));
        assert!(
            late_replies.record_unexpected_reply(1, 2, false)
                && !late_replies.record_unexpected_reply(1, 2, false)
        );
        assert!(late_replies.is_empty());
    }

    #[test]
    fn only_time_and_a_later_answer_together_make_it_forgotten() {
        let mut late_replies = LateReplies::default();
        late_replies.record_missing_reply(1, 2, 7, ms(10));
        late_replies.forget_expired(ms(1000));
        assert!(!late_replies.is_empty(), "the computer may have slept");
        late_replies.record_timely_reply(2, 4, ms(20), ms(21));
        late_replies.forget_expired(ms(100));
        assert!(!late_replies.is_empty(), "too early");
        late_replies.forget_expired(ms(111));
        assert!(late_replies.is_empty());
    }

    #[test]
    fn an_answer_to_one_of_two_requests_proves_nothing() {
        let mut late_replies = LateReplies::default();
        late_replies.record_missing_reply(1, 2, 7, ms(10));
        late_replies.record_timely_reply(1, 2, ms(20), ms(21));
        late_replies.forget_expired(ms(115));
        assert!(
            late_replies.has_confusable_reply(1, 2, 8),
            "one of both is still due"
        );
        late_replies.record_timely_reply(1, 3, ms(30), ms(31));
        late_replies.forget_expired(ms(122));
        assert!(late_replies.is_empty());
    }

    #[test]
    fn after_a_long_silence_an_answer_of_any_length_is_proof() {
        let mut late_replies = LateReplies::default();
        late_replies.record_missing_reply(1, 2, 7, ms(10));
        late_replies.record_timely_reply(1, 2, ms(500), ms(501));
        late_replies.forget_expired(ms(502));
        assert!(late_replies.is_empty());
    }
}
