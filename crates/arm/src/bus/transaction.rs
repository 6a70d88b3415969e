//! A request and its answers.

use std::io;
use std::time::Duration;

use super::late_replies::HELD;
use super::{Bus, BusError};
use crate::protocol::{BROADCAST, Packet, ScanResult, ServoInstruction, Status};

/// Return delay of a servo as the factory sets it; it may be shorter.
const TURNAROUND: Duration = Duration::from_micros(500);
/// After a silence the line must be quiet for so long before the next request.
const QUIET: Duration = Duration::from_millis(2);
/// A line that is never quiet is asked all the same after so long.
const LONGEST_DRAIN: Duration = Duration::from_millis(50);
/// A read is made longer by so many bytes at most so that its answer is like no other.
const MOST_MORE: u16 = 24;

/// Whether the adapter sends our own bytes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// Not known yet.
    Unknown,
    /// It did not when it was last tried, for the request at hand or an earlier one.
    Absent {
        /// Whether it was for the request at hand.
        now: bool,
    },
    /// It does.
    Present,
}

/// What is sent, and what shall come of it.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Who is asked.
    pub to: u8,
    /// What.
    pub instruction: ServoInstruction<'a>,
    /// Who answers.
    pub ids: &'a [u8],
    /// Data bytes of each answer.
    pub data: usize,
    /// How long to wait beyond what the wire needs.
    pub wait: Duration,
    /// To which question this is the first request or a further one.
    pub question: u64,
}

/// The answers that a request waits for.
struct PendingReplies<'a> {
    ids: &'a [u8],
    /// Data bytes of each.
    data: usize,
    question: u64,
    answers: Vec<Option<Status>>,
    /// Our own packets that have not come back.
    sent: Vec<Packet>,
}

impl PendingReplies<'_> {
    /// Servos answer in the order asked, so once the last has, nobody else will.
    fn complete(&self) -> bool {
        self.answers.last().is_none_or(Option::is_some)
    }

    /// Where an answer belongs: with the first of its id that has none.
    fn place(&mut self, id: u8) -> Option<&mut Option<Status>> {
        let mut places = self.ids.iter().zip(&mut self.answers);
        places.find_map(|(asked, answer)| (*asked == id && answer.is_none()).then_some(answer))
    }
}

impl Bus {
    /// Sends a request and collects its answers, until the last has come or the deadline of the
    /// whole message has passed. A read is made a little longer, and its answers short again,
    /// where an answer that is still due could pass for one of them.
    pub(super) fn exchange(&mut self, request: Request) -> Result<Vec<Option<Status>>, BusError> {
        self.drain()?;
        let more = self.more_to_read(&request);
        if more == 0 {
            return self.converse(request);
        }
        let before = more.min(request.instruction.read_from().unwrap_or_default());
        let mut answers = self.converse(Request {
            instruction: request.instruction.widened(before, more),
            data: request.data + usize::from(more),
            ..request
        })?;
        for status in answers.iter_mut().flatten() {
            // A refusal has none of the registers.
            if status.data.len() == request.data + usize::from(more) {
                status.data.drain(..usize::from(before));
                status.data.truncate(request.data);
            }
        }
        Ok(answers)
    }

    fn converse(&mut self, request: Request) -> Result<Vec<Option<Status>>, BusError> {
        let Request {
            ids,
            data,
            question,
            ..
        } = request;
        let packets = self.send(request.to, &request.instruction)?;
        let sent = self.line.now();
        let mut awaited = PendingReplies {
            ids,
            data,
            question,
            answers: vec![None; ids.len()],
            sent: packets,
        };
        let status_length = self.codec.status_length(data);
        let bytes = self.request.len() + ids.len() * status_length;
        let wire = self.byte_time * bytes as u32 + TURNAROUND * ids.len() as u32;
        let due = sent + wire;
        let deadline = due + request.wait;
        let longest = self.longest_packet(data);
        while !awaited.complete() {
            self.received.clear();
            let count = lost(self.line.receive(&mut self.received, deadline))?;
            self.scanner.push(&self.received);
            while let Some(frame) = self.scanner.next(self.codec, longest) {
                self.take(frame, &mut awaited);
            }
            // An adapter that babbles is never silent.
            if count == 0 || self.line.now() > deadline {
                while let Some(frame) = self.scanner.next_of_rest(self.codec, longest) {
                    self.take(frame, &mut awaited);
                }
                break;
            }
        }
        self.remember(&request, &mut awaited, sent, due);
        self.account(&awaited, self.line.now().saturating_sub(due));
        Ok(awaited.answers)
    }

    /// By how many bytes a read must be longer so that nothing that is still due could pass for
    /// one of its answers.
    fn more_to_read(&self, request: &Request) -> u16 {
        if self.late_replies.is_empty() || request.instruction.read_from().is_none() {
            return 0;
        }
        let clears_at = |more: u16| {
            let data = request.data + usize::from(more);
            let ids = request.ids.iter();
            ids.filter_map(|id| self.late_replies.clears_at(*id, data, request.question))
                .max()
        };
        let free = (0..=MOST_MORE).find(|more| clears_at(*more).is_none());
        // Where nobody has answered for so long that every length is taken, the oldest serves.
        free.or_else(|| (0..=MOST_MORE).min_by_key(|more| clears_at(*more)))
            .unwrap_or_default()
    }

    /// Makes sure that nothing that is still due can pass for the answer to this question of the
    /// servo `id`, or of anybody, which cannot be made longer: it has come, or will not come any
    /// more. `false` if the servo, asked for something else, does not answer either.
    pub(super) fn settle(&mut self, id: u8, data: usize, question: u64) -> Result<bool, BusError> {
        while let Some(clear) = self.late_replies.clears_at(id, data, question) {
            if self.line.now() > clear {
                break;
            }
            self.hear_late(clear + self.byte_time)?;
            self.late_replies.forget(self.line.now());
        }
        // Of everybody nobody in particular could be asked.
        for wait in [self.response_timeout.wait(), HELD] {
            if id == BROADCAST || !self.late_replies.could_pass(id, data, question) {
                return Ok(true);
            }
            // What is older comes before the answer to this, which is like no other.
            let question = self.new_question();
            self.exchange(Request {
                to: id,
                instruction: ServoInstruction::Read {
                    address: 0,
                    count: 1,
                },
                ids: &[id],
                data: 1,
                wait,
                question,
            })?;
            self.late_replies.forget(self.line.now());
        }
        Ok(!self.late_replies.could_pass(id, data, question))
    }

    /// Finds out whether the adapter echoes, where an echo could pass for an answer.
    pub(super) fn know_echo(&mut self, id: u8) -> Result<(), BusError> {
        if !self.codec.echo_looks_like_status() {
            return Ok(());
        }
        match self.echo {
            Echo::Present => {}
            Echo::Absent { .. } => self.echo = Echo::Absent { now: false },
            Echo::Unknown => {
                // No servo answers with the id that all listen to, so this echo is plain, and it
                // comes before the servo's answer.
                let question = self.new_question();
                let mut wait = self.response_timeout.wait();
                for _ in 0..2 {
                    let answers = self.exchange(Request {
                        to: BROADCAST,
                        instruction: ServoInstruction::SyncRead {
                            address: 0,
                            count: 1,
                            ids: &[id],
                        },
                        ids: &[id],
                        data: 1,
                        wait,
                        question,
                    })?;
                    if self.echo != Echo::Unknown || answers != [None] {
                        break;
                    }
                    wait = HELD;
                }
                if self.echo == Echo::Unknown {
                    self.echo = Echo::Absent { now: true };
                }
            }
        }
        Ok(())
    }

    /// Sends what was posted and the request. The packets come back as frames.
    fn send(&mut self, to: u8, instruction: &ServoInstruction) -> Result<Vec<Packet>, BusError> {
        self.request.clear();
        self.request.append(&mut self.posted);
        instruction.encode(self.codec, to, &mut self.request)?;
        lost(self.line.send(&self.request))?;
        self.counters.requests += 1;
        let mut packets = Vec::with_capacity(2);
        let mut rest = &self.request[..];
        while !rest.is_empty() {
            match self.codec.scan(rest, rest.len()) {
                ScanResult::Packet(frame, length) => {
                    packets.push(frame);
                    rest = &rest[length..];
                }
                other => unreachable!("packets just made are whole, not {other:?}"),
            }
        }
        Ok(packets)
    }

    /// Hears what nobody waits for any more.
    fn drain(&mut self) -> Result<(), BusError> {
        let quiet = match std::mem::take(&mut self.lacking) {
            true => QUIET,
            false => Duration::ZERO,
        };
        let begun = self.line.now();
        loop {
            let now = self.line.now();
            let count = self.hear_late(now + quiet)?;
            if count == 0 || now > begun + LONGEST_DRAIN {
                break;
            }
        }
        self.forget_partial();
        Ok(())
    }

    /// Takes bytes that come until `deadline` for late answers; how many came.
    fn hear_late(&mut self, deadline: Duration) -> Result<usize, BusError> {
        self.received.clear();
        let count = lost(self.line.receive(&mut self.received, deadline))?;
        self.counters.late_bytes += count as u64;
        if count == 0 || self.late_replies.is_empty() {
            return Ok(count);
        }
        self.scanner.push(&self.received);
        let longest = self.longest_packet(0);
        let skipped = (self.scanner.skipped, self.scanner.corrupt);
        while let Some(frame) = self.scanner.next(self.codec, longest) {
            self.take_late(frame);
        }
        // What is broken here is late first of all.
        (self.scanner.skipped, self.scanner.corrupt) = skipped;
        Ok(count)
    }

    /// Drops the beginning of what has not come whole, and everything that is not due any more.
    fn forget_partial(&mut self) {
        self.scanner.clear();
        if !self.late_replies.is_empty() {
            self.late_replies.forget(self.line.now());
        }
    }

    /// The longest packet that may come when answers of so many bytes are awaited.
    fn longest_packet(&self, data: usize) -> usize {
        let data = data.max(self.late_replies.longest());
        self.codec.status_length(data).max(self.request.len())
    }

    /// Sorts a frame: an echo, an answer that is waited for, or one that is not.
    fn take(&mut self, frame: Packet, awaited: &mut PendingReplies) {
        let own = awaited.sent.iter().position(|sent| *sent == frame);
        if let Some(own) = own
            && self.is_echo(&frame)
        {
            awaited.sent.remove(own);
            self.counters.echoes += 1;
            return;
        }
        if self.late_replies.came_back(&frame) {
            self.counters.echoes += 1;
            return;
        }
        self.notice_echo(&frame);
        let Some(status) = self.codec.status(frame) else {
            self.counters.strays += 1;
            return;
        };
        let refused = self.codec.refusal(status.error).is_some();
        // A refusal has no length by which it could be told from one that was due before.
        let own_refusal = refused && !self.late_replies.owes(status.id, awaited.question);
        let fits = status.data.len() == awaited.data && !refused || own_refusal;
        match awaited.place(status.id).filter(|_| fits) {
            Some(place) => *place = Some(status),
            None => {
                self.counters.strays += 1;
                self.late_replies
                    .came(status.id, status.data.len(), refused);
            }
        }
    }

    /// Sorts a frame for which nobody waits.
    fn take_late(&mut self, frame: Packet) {
        self.notice_echo(&frame);
        if self.late_replies.came_back(&frame) {
            self.counters.echoes += 1;
        } else if let Some(status) = self.codec.status(frame) {
            let refused = self.codec.refusal(status.error).is_some();
            self.late_replies
                .came(status.id, status.data.len(), refused);
        }
    }

    /// A late echo of a packet for all, which no servo sends, is one all the same.
    fn notice_echo(&mut self, frame: &Packet) {
        if self.codec.echo_looks_like_status() && frame.id == BROADCAST {
            self.echo = Echo::Present;
        }
    }

    /// Whether a frame with the bytes of the request is its echo.
    fn is_echo(&mut self, frame: &Packet) -> bool {
        if !self.codec.echo_looks_like_status() {
            return true;
        }
        match self.echo {
            _ if frame.id == BROADCAST => {
                self.echo = Echo::Present;
                true
            }
            Echo::Present => true,
            Echo::Absent { now: true } => false,
            // The adapter may have been changed: find out before the next attempt.
            Echo::Absent { now: false } | Echo::Unknown => {
                self.echo = Echo::Unknown;
                true
            }
        }
    }

    /// Remembers what did not come, and what came out of the order in which it was asked for.
    fn remember(
        &mut self,
        request: &Request,
        awaited: &mut PendingReplies,
        sent: Duration,
        due: Duration,
    ) {
        if self.echo == Echo::Present {
            for frame in awaited.sent.drain(..) {
                self.late_replies.miss_echo(frame, due);
            }
        }
        let (data, question) = (awaited.data, awaited.question);
        if request.to == BROADCAST && request.instruction == ServoInstruction::Ping {
            // Who is there may be late, and who is not never comes.
            self.late_replies.miss(BROADCAST, data, question, due);
            return;
        }
        for (index, (id, answer)) in awaited.ids.iter().zip(&awaited.answers).enumerate() {
            match answer {
                Some(_) if self.late_replies.is_empty() => {}
                Some(_) => self.late_replies.answered(*id, data, sent, due),
                // Of one that is asked for a second answer none is missed.
                None if awaited.ids[..index].contains(id) => {}
                None => self.late_replies.miss(*id, data, question, due),
            }
        }
    }

    fn account(&mut self, awaited: &PendingReplies, late: Duration) {
        let missing = awaited
            .answers
            .iter()
            .filter(|answer| answer.is_none())
            .count();
        let answered = awaited.answers.len() - missing;
        self.counters.answers += answered as u64;
        self.counters.missing += missing as u64;
        self.lacking = missing > 0;
        if missing > 0 && answered == 0 {
            self.response_timeout.silent();
        } else if answered > 0 && awaited.complete() {
            self.response_timeout.answered(late);
        }
    }
}

fn lost<T>(result: io::Result<T>) -> Result<T, BusError> {
    result.map_err(|error| BusError::Lost(error.to_string()))
}
