//! A bus of servos: one request at a time, answered in time or not at all.
//!
//! | module | idea |
//! |---|---|
//! | [`transport`] | bytes out, bytes in, and the time |
//! | [`serial`] | a line that is a serial port |
//! | [`stop_button`] | a stop button on the pins of an adapter |
//! | [`ports`] | the serial ports of this machine |
//! | [`response_timeout`] | how long to wait beyond what the wire needs |
//! | [`stats`] | how often what went wrong |
//! | [`error`] | what cannot be made good by asking again |
//! | `late_replies` | answers that were asked for and have not come |
//! | `transaction` | a request and its answers |

pub mod error;
mod late_replies;
pub mod ports;
pub mod response_timeout;
pub mod serial;
pub mod stats;
pub mod stop_button;
#[cfg(test)]
mod tests;
mod transaction;
pub mod transport;

use std::time::Duration;

use crate::protocol::{BROADCAST, Codec, Scanner, ServoInstruction, Status, StatusError};
pub use error::BusError;
use late_replies::{HELD, LateReplies};
pub use response_timeout::ResponseTimeout;
pub use serial::SerialTransport;
pub use stats::BusStats;
pub use stop_button::StopButton;
use transaction::{Echo, Request};
pub use transport::Transport;

/// How often a request to one servo is repeated.
const RETRIES: u32 = 2;
/// The highest id that a servo of either protocol can have.
pub const HIGHEST_ID: u8 = 252;

/// Servos on a line.
pub struct Bus {
    line: Box<dyn Transport>,
    codec: &'static dyn Codec,
    byte_time: Duration,
    response_timeout: ResponseTimeout,
    echo: Echo,
    /// What may still come of earlier exchanges.
    late_replies: LateReplies,
    /// Whether the last exchange lacked an answer, which may be on the wire now.
    lacking: bool,
    /// How many questions were asked. Repeating a request is no new question.
    questions: u64,
    scanner: Scanner,
    /// Packets that go out with the next request.
    posted: Vec<u8>,
    request: Vec<u8>,
    received: Vec<u8>,
    counters: BusStats,
}

impl Bus {
    /// A bus that speaks `codec` at `baud` bits per second. Nothing is sent yet.
    pub fn new(line: Box<dyn Transport>, codec: &'static dyn Codec, baud: u32) -> Self {
        Self {
            line,
            codec,
            // A byte is ten bits on the wire.
            byte_time: Duration::from_nanos(10_000_000_000 / u64::from(baud.max(1))),
            response_timeout: ResponseTimeout::default(),
            echo: Echo::Unknown,
            late_replies: LateReplies::default(),
            lacking: false,
            questions: 0,
            scanner: Scanner::default(),
            posted: Vec::new(),
            request: Vec::new(),
            received: Vec::new(),
            counters: BusStats::default(),
        }
    }

    /// The protocol.
    pub fn codec(&self) -> &'static dyn Codec {
        self.codec
    }

    /// What has happened so far.
    pub fn counters(&self) -> BusStats {
        BusStats {
            corrupt: self.scanner.corrupt,
            skipped_bytes: self.scanner.skipped,
            ..self.counters
        }
    }

    /// Time on the line's clock.
    pub fn now(&self) -> Duration {
        self.line.now()
    }

    /// Waits until the line's clock says `time`.
    pub fn sleep_until(&mut self, time: Duration) {
        self.line.sleep_until(time);
    }

    /// Asks a servo whether it is there. A Dynamixel answers with its model and firmware.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn ping(&mut self, id: u8) -> Result<Status, BusError> {
        let data = self.codec.ping_data();
        self.ask(id, &ServoInstruction::Ping, data)
    }

    /// Asks whoever is there, once. Servos with one id may count as one, or as none.
    ///
    /// # Errors
    /// If the line is lost.
    pub fn who(&mut self) -> Result<Vec<Status>, BusError> {
        let missing = self.counters.missing;
        let ids: Vec<u8> = (0..=HIGHEST_ID).collect();
        let data = self.codec.ping_data();
        let question = self.new_question();
        self.settle(BROADCAST, data, question)?;
        let answers = self.exchange(Request {
            to: BROADCAST,
            instruction: ServoInstruction::Ping,
            ids: &ids,
            data,
            wait: self.response_timeout.wait(),
            question,
        })?;
        // Nobody misses those that are not there.
        self.counters.missing = missing;
        Ok(answers.into_iter().flatten().collect())
    }

    /// Reads `count` bytes from `address` on.
    ///
    /// # Errors
    /// If the servo does not answer, or refuses.
    pub fn read(&mut self, id: u8, address: u16, count: u16) -> Result<Status, BusError> {
        self.ask(id, &ServoInstruction::Read { address, count }, count.into())
    }

    /// Writes `data` from `address` on. It may arrive twice if the answer is lost.
    ///
    /// # Errors
    /// If the servo does not answer, or refuses.
    pub fn write(&mut self, id: u8, address: u16, data: &[u8]) -> Result<Status, BusError> {
        self.ask(id, &ServoInstruction::Write { address, data }, 0)
    }

    /// Starts a Dynamixel anew; a Feetech servo must not be told to.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn reboot(&mut self, id: u8) -> Result<Status, BusError> {
        self.ask(id, &ServoInstruction::Reboot, 0)
    }

    /// Reads the same registers of several servos, once: `None` for those that did not
    /// answer properly.
    ///
    /// # Errors
    /// If the line is lost.
    pub fn sync_read(
        &mut self,
        ids: &[u8],
        address: u16,
        count: u16,
    ) -> Result<Vec<Option<Status>>, BusError> {
        let question = self.new_question();
        self.sync_read_again(question, ids, address, count)
    }

    /// The same for a question that may have been asked in vain before: what a servo says to an
    /// earlier request of it, and comes only now, is its answer too. It is not older than the
    /// question.
    ///
    /// # Errors
    /// If the line is lost.
    pub fn sync_read_again(
        &mut self,
        question: u64,
        ids: &[u8],
        address: u16,
        count: u16,
    ) -> Result<Vec<Option<Status>>, BusError> {
        self.exchange(Request {
            to: BROADCAST,
            instruction: ServoInstruction::SyncRead {
                address,
                count,
                ids,
            },
            ids,
            data: count.into(),
            wait: self.response_timeout.wait(),
            question,
        })
    }

    /// Writes the same registers of several servos. Nobody confirms it.
    /// `items` are an id and its `count` bytes, again and again.
    ///
    /// # Errors
    /// If the line is lost.
    pub fn sync_write(&mut self, address: u16, count: u16, items: &[u8]) -> Result<(), BusError> {
        let question = self.new_question();
        let told = self.exchange(Request {
            to: BROADCAST,
            instruction: ServoInstruction::SyncWrite {
                address,
                count,
                items,
            },
            ids: &[],
            data: 0,
            wait: Duration::ZERO,
            question,
        });
        told.map(drop)
    }

    /// As [`Bus::sync_write`], but sent together with the next request, which must follow at
    /// once: one message to the system, and no wait between the two on the wire.
    ///
    /// # Errors
    /// If it is no proper packet.
    pub fn post_sync_write(
        &mut self,
        address: u16,
        count: u16,
        items: &[u8],
    ) -> Result<(), BusError> {
        let tell = ServoInstruction::SyncWrite {
            address,
            count,
            items,
        };
        Ok(tell.encode(self.codec, BROADCAST, &mut self.posted)?)
    }

    /// Reads a servo's registers once and counts every answer that comes, good or broken,
    /// until no more can: two servos with one id answer twice, or over each other.
    ///
    /// # Errors
    /// If the line is lost.
    pub fn count_answers(
        &mut self,
        id: u8,
        address: u16,
        count: u16,
    ) -> Result<ReplyCount, BusError> {
        let corrupt = self.scanner.corrupt;
        let missing = self.counters.missing;
        let question = self.new_question();
        let answers = self.exchange(Request {
            to: id,
            instruction: ServoInstruction::Read { address, count },
            // Waiting for one more answer than should come keeps listening until the deadline.
            ids: &[id, id],
            data: count.into(),
            wait: self.response_timeout.wait(),
            question,
        })?;
        // Nobody misses the one that should not come.
        self.counters.missing = missing;
        Ok(ReplyCount {
            good: answers.iter().flatten().count(),
            broken: self.scanner.corrupt - corrupt,
        })
    }

    /// A number for what is asked next.
    pub fn new_question(&mut self) -> u64 {
        self.questions += 1;
        self.questions
    }

    /// One request to one servo, repeated a few times while it brings no proper answer. The last
    /// time it is given as long as anybody may hold it back.
    fn ask(
        &mut self,
        id: u8,
        instruction: &ServoInstruction,
        data: usize,
    ) -> Result<Status, BusError> {
        let corrupt = self.scanner.corrupt;
        let question = self.new_question();
        for attempt in 0..=RETRIES {
            self.counters.retries += u64::from(attempt > 0);
            self.know_echo(id)?;
            if instruction.read_from().is_none() && !self.settle(id, data, question)? {
                break;
            }
            let wait = match attempt {
                RETRIES => self.response_timeout.wait().max(HELD),
                _ => self.response_timeout.wait(),
            };
            let answers = self.exchange(Request {
                to: id,
                instruction: *instruction,
                ids: &[id],
                data,
                wait,
                question,
            })?;
            let Some(status) = answers.into_iter().next().flatten() else {
                continue;
            };
            match self.codec.refusal(status.error) {
                // It never saw what was asked.
                Some(StatusError::Checksum) => {}
                Some(why) => return Err(BusError::Refused { id, why }),
                None => return Ok(status),
            }
        }
        Err(if self.scanner.corrupt > corrupt {
            BusError::Garbled { id }
        } else {
            BusError::Silent { id }
        })
    }
}

/// How many answers one request brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyCount {
    /// Proper ones.
    pub good: usize,
    /// Ones whose check failed.
    pub broken: u64,
}
