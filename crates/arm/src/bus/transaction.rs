//! A request and its replies.

use std::io;
use std::time::Duration;

use super::late_replies::MAX_DELIVERY_DELAY;
use super::{Bus, BusError};
use crate::protocol::{BROADCAST_ID, Packet, ScanResult, ServoInstruction, Status};

/// Factory setting of a servo's return delay; it may be shorter.
const TURNAROUND: Duration = Duration::from_micros(500);
/// After a missing reply the line must be quiet for this long before the next request.
const QUIET: Duration = Duration::from_millis(2);
/// A line that is never quiet is used anyway after this time.
const MAX_DRAIN_TIME: Duration = Duration::from_millis(50);

/// Whether the adapter echoes our own bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EchoState {
    /// Not known yet.
    Unknown,
    /// It did not when last tested, for the current request or an earlier one.
    Absent {
        /// True if it was tested for the current request.
        now: bool,
    },
    /// The adapter echoes.
    Present,
}

/// A request and its expected replies.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Id that is addressed.
    pub to: u8,
    /// The instruction.
    pub instruction: ServoInstruction<'a>,
    /// Ids of the servos that reply.
    pub ids: &'a [u8],
    /// Data bytes of each reply.
    pub data: usize,
    /// Time to wait beyond the transmission time.
    pub wait: Duration,
    /// The question that this request asks for the first or a further time.
    pub question: u64,
}

/// The replies that a request waits for.
struct PendingReplies<'a> {
    ids: &'a [u8],
    /// Data bytes of each reply.
    data: usize,
    question: u64,
    answers: Vec<Option<Status>>,
    /// Our own packets that have not been echoed.
    sent: Vec<Packet>,
}

impl PendingReplies<'_> {
    /// Returns whether the last servo has replied: servos reply in the order asked, so no other
    /// will.
    fn complete(&self) -> bool {
        self.answers.last().is_none_or(Option::is_some)
    }

    /// Returns the place of a reply: the first of its id that is empty.
    fn place(&mut self, id: u8) -> Option<&mut Option<Status>> {
        let mut places = self.ids.iter().zip(&mut self.answers);
        places.find_map(|(asked, answer)| (*asked == id && answer.is_none()).then_some(answer))
    }
}

impl Bus {
    /// Sends a request and collects its replies, until the last has arrived or the deadline of the
    /// whole exchange has passed. A read is lengthened a little, and its replies shortened again,
    /// if a late reply could pass for one of them.
    pub(super) fn exchange(&mut self, request: Request) -> Result<Vec<Option<Status>>, BusError> {
        self.drain()?;
        let Some(register) = request.instruction.first_read_register() else {
            return self.converse(request);
        };
        let late = &self.late_replies;
        let more = late.extra_bytes_to_read(request.ids, request.data, request.question);
        if more == 0 {
            return self.converse(request);
        }
        let before = more.min(register);
        let mut answers = self.converse(Request {
            instruction: request.instruction.with_wider_read(before, more),
            data: request.data + usize::from(more),
            ..request
        })?;
        for status in answers.iter_mut().flatten() {
            // A rejection contains no registers.
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
        let status_length = self.codec.max_status_length(data);
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
            // A babbling adapter is never silent.
            if count == 0 || self.line.now() > deadline {
                while let Some(frame) = self.scanner.next_at_end_of_input(self.codec, longest) {
                    self.take(frame, &mut awaited);
                }
                break;
            }
        }
        self.remember(&request, &mut awaited, sent, due);
        self.account(&awaited, self.line.now().saturating_sub(due));
        Ok(awaited.answers)
    }

    /// Makes sure that no late reply can pass for the reply of servo `id`, or of any servo, to this
    /// question, whose length cannot change: late replies have arrived, or will not arrive any
    /// more. Returns `false` if the servo does not reply to another question either.
    pub(super) fn wait_out_late_replies(
        &mut self,
        id: u8,
        data: usize,
        question: u64,
    ) -> Result<bool, BusError> {
        while let Some(clear) = self.late_replies.confusable_until(id, data, question) {
            if self.line.now() > clear {
                break;
            }
            self.hear_late(clear + self.byte_time)?;
            self.late_replies.forget_expired(self.line.now());
        }
        // For a broadcast there is no particular servo to ask.
        for wait in [self.response_timeout.wait_time(), MAX_DELIVERY_DELAY] {
            if id == BROADCAST_ID || !self.late_replies.has_confusable_reply(id, data, question) {
                return Ok(true);
            }
            // Older replies arrive before the reply to this request, which is distinguishable.
            let question = self.next_question_number();
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
            self.late_replies.forget_expired(self.line.now());
        }
        Ok(!self.late_replies.has_confusable_reply(id, data, question))
    }

    /// Tests whether the adapter echoes, if an echo could pass for a reply.
    pub(super) fn detect_echo_if_confusable(&mut self, id: u8) -> Result<(), BusError> {
        if !self.codec.echo_looks_like_status() {
            return Ok(());
        }
        match self.echo {
            EchoState::Present => {}
            EchoState::Absent { .. } => self.echo = EchoState::Absent { now: false },
            EchoState::Unknown => {
                // No servo replies with the broadcast id, so this echo is unambiguous, and it
                // arrives before the servo's reply.
                let question = self.next_question_number();
                let mut wait = self.response_timeout.wait_time();
                for _ in 0..2 {
                    let answers = self.exchange(Request {
                        to: BROADCAST_ID,
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
                    if self.echo != EchoState::Unknown || answers != [None] {
                        break;
                    }
                    wait = MAX_DELIVERY_DELAY;
                }
                if self.echo == EchoState::Unknown {
                    self.echo = EchoState::Absent { now: true };
                }
            }
        }
        Ok(())
    }

    /// Sends the queued packets and the request. Returns them as packets.
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

    /// Receives bytes that are no longer waited for.
    fn drain(&mut self) -> Result<(), BusError> {
        let quiet = match std::mem::take(&mut self.lacking) {
            true => QUIET,
            false => Duration::ZERO,
        };
        let begun = self.line.now();
        loop {
            let now = self.line.now();
            let count = self.hear_late(now + quiet)?;
            if count == 0 || now > begun + MAX_DRAIN_TIME {
                break;
            }
        }
        self.forget_partial();
        Ok(())
    }

    /// Treats bytes that arrive until `deadline` as late replies; returns their number.
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
        // Corrupt bytes here count as late rather than corrupt.
        (self.scanner.skipped, self.scanner.corrupt) = skipped;
        Ok(count)
    }

    /// Drops an incomplete packet and forgets replies that are no longer due.
    fn forget_partial(&mut self) {
        self.scanner.clear();
        if !self.late_replies.is_empty() {
            self.late_replies.forget_expired(self.line.now());
        }
    }

    /// Returns the length of the longest packet that may arrive when replies of `data` bytes are
    /// expected.
    fn longest_packet(&self, data: usize) -> usize {
        let data = data.max(self.late_replies.longest_data_length());
        self.codec.max_status_length(data).max(self.request.len())
    }

    /// Classifies a packet: an echo, an expected reply, or something else.
    fn take(&mut self, frame: Packet, awaited: &mut PendingReplies) {
        let own = awaited.sent.iter().position(|sent| *sent == frame);
        if let Some(own) = own
            && self.is_echo(&frame)
        {
            awaited.sent.remove(own);
            self.counters.echoes += 1;
            return;
        }
        if self.late_replies.record_late_echo(&frame) {
            self.counters.echoes += 1;
            return;
        }
        self.notice_echo(&frame);
        let Some(status) = self.codec.decode_status(frame) else {
            self.counters.strays += 1;
            return;
        };
        let refused = self.codec.status_error(status.error).is_some();
        // A rejection has no length that would distinguish it from one that was due earlier.
        let own_refusal = refused
            && !self
                .late_replies
                .owes_late_reply(status.id, awaited.question);
        let fits = status.data.len() == awaited.data && !refused || own_refusal;
        match awaited.place(status.id).filter(|_| fits) {
            Some(place) => *place = Some(status),
            None => {
                self.counters.strays += 1;
                self.late_replies
                    .record_unexpected_reply(status.id, status.data.len(), refused);
            }
        }
    }

    /// Classifies a packet that is not waited for.
    fn take_late(&mut self, frame: Packet) {
        self.notice_echo(&frame);
        if self.late_replies.record_late_echo(&frame) {
            self.counters.echoes += 1;
        } else if let Some(status) = self.codec.decode_status(frame) {
            let refused = self.codec.status_error(status.error).is_some();
            self.late_replies
                .record_unexpected_reply(status.id, status.data.len(), refused);
        }
    }

    /// Recognizes a late echo of a broadcast packet, which no servo sends.
    fn notice_echo(&mut self, frame: &Packet) {
        if self.codec.echo_looks_like_status() && frame.id == BROADCAST_ID {
            self.echo = EchoState::Present;
        }
    }

    /// Returns whether a packet with the bytes of the request is its echo.
    fn is_echo(&mut self, frame: &Packet) -> bool {
        if !self.codec.echo_looks_like_status() {
            return true;
        }
        match self.echo {
            _ if frame.id == BROADCAST_ID => {
                self.echo = EchoState::Present;
                true
            }
            EchoState::Present => true,
            EchoState::Absent { now: true } => false,
            // The adapter may have been replaced: find out before the next attempt.
            EchoState::Absent { now: false } | EchoState::Unknown => {
                self.echo = EchoState::Unknown;
                true
            }
        }
    }

    /// Records missing replies, and replies that arrived out of the order in which they were
    /// requested.
    fn remember(
        &mut self,
        request: &Request,
        awaited: &mut PendingReplies,
        sent: Duration,
        due: Duration,
    ) {
        if self.echo == EchoState::Present {
            for frame in awaited.sent.drain(..) {
                self.late_replies.record_missing_echo(frame, due);
            }
        }
        let (data, question) = (awaited.data, awaited.question);
        if request.to == BROADCAST_ID && request.instruction == ServoInstruction::Ping {
            // A servo that exists may be late, and one that does not never replies.
            self.late_replies
                .record_missing_reply(BROADCAST_ID, data, question, due);
            return;
        }
        for (index, (id, answer)) in awaited.ids.iter().zip(&awaited.answers).enumerate() {
            match answer {
                Some(_) if self.late_replies.is_empty() => {}
                Some(_) => self.late_replies.record_timely_reply(*id, data, sent, due),
                // If a servo is listed twice, its second reply is not counted as missing.
                None if awaited.ids[..index].contains(id) => {}
                None => self
                    .late_replies
                    .record_missing_reply(*id, data, question, due),
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
            self.response_timeout.record_missing_reply();
        } else if answered > 0 && awaited.complete() {
            self.response_timeout.record_reply(late);
        }
    }
}

fn lost<T>(result: io::Result<T>) -> Result<T, BusError> {
    result.map_err(|error| BusError::Lost(error.to_string()))
}
