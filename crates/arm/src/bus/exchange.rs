//! A request and its answers.

use std::io;
use std::time::Duration;

use super::{Bus, BusError};
use crate::protocol::{BROADCAST, Frame, Instruction, Scan, Status};

/// Return delay of a servo as the factory sets it; it may be shorter.
const TURNAROUND: Duration = Duration::from_micros(500);
/// After a silence the line must be quiet for so long before the next request.
const QUIET: Duration = Duration::from_millis(2);
/// A line that is never quiet is asked all the same after so long.
const LONGEST_DRAIN: Duration = Duration::from_millis(50);

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

/// Answers that are not there and may still come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// None.
    Nothing,
    /// Some of the last exchange.
    Last,
    /// As many as the last exchange had: an answer of the one before it may have passed for one of
    /// them.
    Surplus,
}

/// The answers that a request waits for.
struct Awaited<'a> {
    ids: &'a [u8],
    /// Data bytes of each.
    data: usize,
    answers: Vec<Option<Status>>,
    /// Our own packets that have not come back.
    sent: Vec<Frame>,
}

impl Awaited<'_> {
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
    /// Sends a request and collects the answers of `ids`, `data` bytes each, until the last
    /// has come or the deadline of the whole message has passed.
    pub(super) fn exchange(
        &mut self,
        to: u8,
        instruction: &Instruction,
        ids: &[u8],
        data: usize,
    ) -> Result<Vec<Option<Status>>, BusError> {
        let packets = self.send(to, instruction)?;
        let sent = self.line.now();
        let mut awaited = Awaited {
            ids,
            data,
            answers: vec![None; ids.len()],
            sent: packets,
        };
        let status_length = self.codec.status_length(data);
        let bytes = self.request.len() + ids.len() * status_length;
        let wire = self.byte_time * bytes as u32 + TURNAROUND * ids.len() as u32;
        let deadline = sent + wire + self.patience.wait();
        let longest = status_length.max(self.request.len());
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
        self.account(&awaited, self.line.now().saturating_sub(sent + wire));
        Ok(awaited.answers)
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
                // No servo answers with the id that all listen to, so this echo is plain.
                let probe = Instruction::SyncRead {
                    address: 0,
                    count: 1,
                    ids: &[id],
                };
                self.exchange(BROADCAST, &probe, &[id], 1)?;
                if self.echo == Echo::Unknown {
                    self.echo = Echo::Absent { now: true };
                }
            }
        }
        Ok(())
    }

    /// Drops what nobody waits for any more, then sends what was posted and the request. The
    /// packets come back as frames.
    fn send(&mut self, to: u8, instruction: &Instruction) -> Result<Vec<Frame>, BusError> {
        self.drain()?;
        self.request.clear();
        self.request.append(&mut self.posted);
        instruction.encode(self.codec, to, &mut self.request)?;
        lost(self.line.send(&self.request))?;
        self.counters.requests += 1;
        let mut packets = Vec::with_capacity(2);
        let mut rest = &self.request[..];
        while !rest.is_empty() {
            match self.codec.scan(rest, rest.len()) {
                Scan::Packet(frame, length) => {
                    packets.push(frame);
                    rest = &rest[length..];
                }
                other => unreachable!("packets just made are whole, not {other:?}"),
            }
        }
        Ok(packets)
    }

    fn drain(&mut self) -> Result<(), BusError> {
        let begun = self.line.now();
        let quiet = match self.open {
            Open::Nothing => Duration::ZERO,
            Open::Last | Open::Surplus => QUIET,
        };
        self.received.clear();
        loop {
            let now = self.line.now();
            let count = lost(self.line.receive(&mut self.received, now + quiet))?;
            if count == 0 || now > begun + LONGEST_DRAIN {
                break;
            }
        }
        let late = self.received.len() + self.scanner.clear();
        self.counters.late_bytes += late as u64;
        self.open = match self.open {
            Open::Last if late == 0 => Open::Surplus,
            _ => Open::Nothing,
        };
        Ok(())
    }

    /// Sorts a frame: an echo, an answer that is waited for, or one that is not.
    fn take(&mut self, frame: Frame, awaited: &mut Awaited) {
        let own = awaited.sent.iter().position(|sent| *sent == frame);
        if let Some(own) = own
            && self.is_echo(&frame)
        {
            awaited.sent.remove(own);
            self.counters.echoes += 1;
            return;
        }
        let Some(status) = self.codec.status(frame) else {
            self.counters.strays += 1;
            return;
        };
        let refused = self.codec.refusal(status.error).is_some();
        let fits = status.data.len() == awaited.data || refused;
        match awaited.place(status.id).filter(|_| fits) {
            Some(place) => *place = Some(status),
            None => self.counters.strays += 1,
        }
    }

    /// Whether a frame with the bytes of the request is its echo.
    fn is_echo(&mut self, frame: &Frame) -> bool {
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

    fn account(&mut self, awaited: &Awaited, late: Duration) {
        let missing = awaited
            .answers
            .iter()
            .filter(|answer| answer.is_none())
            .count();
        let answered = awaited.answers.len() - missing;
        self.counters.answers += answered as u64;
        self.counters.missing += missing as u64;
        if missing > 0 {
            self.open = Open::Last;
        }
        if missing > 0 && answered == 0 {
            self.patience.silent();
        } else if answered > 0 && awaited.complete() {
            self.patience.answered(late);
        }
    }
}

fn lost<T>(result: io::Result<T>) -> Result<T, BusError> {
    result.map_err(|error| BusError::Lost(error.to_string()))
}
