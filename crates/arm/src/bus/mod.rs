//! A servo bus: one request at a time, answered in time or not at all.
//!
//! | module | idea |
//! |---|---|
//! | [`transport`] | bytes out, bytes in, and the time |
//! | [`serial`] | a transport over a serial port |
//! | [`stop_button`] | a stop button on the pins of an adapter |
//! | [`ports`] | the serial ports of this machine |
//! | [`response_timeout`] | timeout of a reply beyond the transmission time |
//! | [`stats`] | counts of requests, replies and failures |
//! | [`error`] | communication errors that a retry cannot fix |
//! | `late_replies` | replies that were requested but have not arrived |
//! | `transaction` | a request and its replies |

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

use crate::protocol::{BROADCAST_ID, Codec, Scanner, ServoInstruction, Status, StatusError};
pub use error::BusError;
use late_replies::{LateReplies, MAX_DELIVERY_DELAY};
pub use response_timeout::ResponseTimeout;
pub use serial::SerialTransport;
pub use stats::BusStats;
pub use stop_button::StopButton;
use transaction::{EchoState, Request};
pub use transport::Transport;

/// Number of times a request to one servo is repeated.
const RETRIES: u32 = 2;
/// Highest id that a servo of either protocol can have.
pub const HIGHEST_ID: u8 = 252;

/// A bus with its transport, its protocol and its state.
pub struct Bus {
    line: Box<dyn Transport>,
    codec: &'static dyn Codec,
    byte_time: Duration,
    response_timeout: ResponseTimeout,
    echo: EchoState,
    /// Replies to earlier requests that may still arrive.
    late_replies: LateReplies,
    /// True if the last exchange lacked a reply, which may be on the wire now.
    lacking: bool,
    /// Number of questions asked. Repeating a request is not a new question.
    questions: u64,
    scanner: Scanner,
    /// Packets that are sent with the next request.
    posted: Vec<u8>,
    request: Vec<u8>,
    received: Vec<u8>,
    counters: BusStats,
}

impl Bus {
    /// Creates a bus that uses `codec` at `baud` bits per second. Nothing is sent yet.
    pub fn new(line: Box<dyn Transport>, codec: &'static dyn Codec, baud: u32) -> Self {
        Self {
            line,
            codec,
            // A byte takes ten bits on the wire.
            byte_time: Duration::from_nanos(10_000_000_000 / u64::from(baud.max(1))),
            response_timeout: ResponseTimeout::default(),
            echo: EchoState::Unknown,
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

    /// Returns the protocol.
    pub fn codec(&self) -> &'static dyn Codec {
        self.codec
    }

    /// Returns the counters since the bus was created.
    pub fn counters(&self) -> BusStats {
        BusStats {
            corrupt: self.scanner.corrupt,
            skipped_bytes: self.scanner.skipped,
            ..self.counters
        }
    }

    /// Returns the time on the transport's clock.
    pub fn now(&self) -> Duration {
        self.line.now()
    }

    /// Waits until the transport's clock reaches `time`.
    pub fn sleep_until(&mut self, time: Duration) {
        self.line.sleep_until(time);
    }

    /// Pings a servo. A Dynamixel replies with its model and firmware.
    ///
    /// # Errors
    /// [`BusError`] if the servo does not reply.
    pub fn ping(&mut self, id: u8) -> Result<Status, BusError> {
        let data = self.codec.ping_reply_data_length();
        self.ask(id, &ServoInstruction::Ping, data)
    }

    /// Pings all servos once. Servos that share an id may count as one, or as none.
    ///
    /// # Errors
    /// [`BusError`] if the port is lost.
    pub fn ping_all(&mut self) -> Result<Vec<Status>, BusError> {
        let missing = self.counters.missing;
        let ids: Vec<u8> = (0..=HIGHEST_ID).collect();
        let data = self.codec.ping_reply_data_length();
        let question = self.next_question_number();
        self.wait_out_late_replies(BROADCAST_ID, data, question)?;
        let answers = self.exchange(Request {
            to: BROADCAST_ID,
            instruction: ServoInstruction::Ping,
            ids: &ids,
            data,
            wait: self.response_timeout.wait_time(),
            question,
        })?;
        // Servos that do not exist are not counted as missing.
        self.counters.missing = missing;
        Ok(answers.into_iter().flatten().collect())
    }

    /// Reads `count` bytes starting at `address`.
    ///
    /// # Errors
    /// [`BusError`] if the servo does not reply, or rejects the request.
    pub fn read_registers(&mut self, id: u8, address: u16, count: u16) -> Result<Status, BusError> {
        self.ask(id, &ServoInstruction::Read { address, count }, count.into())
    }

    /// Writes `data` starting at `address`. It may be written twice if the reply is lost.
    ///
    /// # Errors
    /// [`BusError`] if the servo does not reply, or rejects the request.
    pub fn write_registers(
        &mut self,
        id: u8,
        address: u16,
        data: &[u8],
    ) -> Result<Status, BusError> {
        self.ask(id, &ServoInstruction::Write { address, data }, 0)
    }

    /// Reboots a Dynamixel; must not be sent to a Feetech servo.
    ///
    /// # Errors
    /// [`BusError`] if the servo does not reply.
    pub fn reboot(&mut self, id: u8) -> Result<Status, BusError> {
        self.ask(id, &ServoInstruction::Reboot, 0)
    }

    /// Reads the same registers of several servos once; `None` for servos without a valid reply.
    ///
    /// # Errors
    /// [`BusError`] if the port is lost.
    pub fn sync_read(
        &mut self,
        ids: &[u8],
        address: u16,
        count: u16,
    ) -> Result<Vec<Option<Status>>, BusError> {
        let question = self.next_question_number();
        self.sync_read_again(question, ids, address, count)
    }

    /// Repeats a [`sync_read`](Self::sync_read) whose question may have been asked in vain before:
    /// a reply to an earlier request of the same question that arrives only now is accepted as
    /// well. It is not older than the question.
    ///
    /// # Errors
    /// [`BusError`] if the port is lost.
    pub fn sync_read_again(
        &mut self,
        question: u64,
        ids: &[u8],
        address: u16,
        count: u16,
    ) -> Result<Vec<Option<Status>>, BusError> {
        self.exchange(Request {
            to: BROADCAST_ID,
            instruction: ServoInstruction::SyncRead {
                address,
                count,
                ids,
            },
            ids,
            data: count.into(),
            wait: self.response_timeout.wait_time(),
            question,
        })
    }

    /// Writes the same registers of several servos, which do not confirm it. `items` repeats an id
    /// followed by its `count` bytes.
    ///
    /// # Errors
    /// [`BusError`] if the port is lost.
    pub fn sync_write(&mut self, address: u16, count: u16, items: &[u8]) -> Result<(), BusError> {
        let question = self.next_question_number();
        let told = self.exchange(Request {
            to: BROADCAST_ID,
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

    /// Queues a [`Bus::sync_write`] to be sent together with the next request, which must follow at
    /// once: a single write to the operating system, without a pause between the two on the wire.
    ///
    /// # Errors
    /// [`BusError`] if it does not make a valid packet.
    pub fn queue_sync_write(
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
        Ok(tell.encode(self.codec, BROADCAST_ID, &mut self.posted)?)
    }

    /// Reads a servo's registers once and counts every reply, valid or corrupt, until no more can
    /// arrive: two servos with one id reply twice, or over each other.
    ///
    /// # Errors
    /// [`BusError`] if the port is lost.
    pub fn read_and_count_replies(
        &mut self,
        id: u8,
        address: u16,
        count: u16,
    ) -> Result<ReplyCount, BusError> {
        let corrupt = self.scanner.corrupt;
        let missing = self.counters.missing;
        let question = self.next_question_number();
        let answers = self.exchange(Request {
            to: id,
            instruction: ServoInstruction::Read { address, count },
            // Waiting for one reply more than expected keeps listening until the deadline.
            ids: &[id, id],
            data: count.into(),
            wait: self.response_timeout.wait_time(),
            question,
        })?;
        // The reply that should not arrive is not counted as missing.
        self.counters.missing = missing;
        Ok(ReplyCount {
            good: answers.iter().flatten().count(),
            broken: self.scanner.corrupt - corrupt,
        })
    }

    /// Returns the number of a new question.
    pub fn next_question_number(&mut self) -> u64 {
        self.questions += 1;
        self.questions
    }

    /// Sends one request to one servo and retries while there is no valid reply. The last attempt
    /// waits as long as anything may delay the reply.
    fn ask(
        &mut self,
        id: u8,
        instruction: &ServoInstruction,
        data: usize,
    ) -> Result<Status, BusError> {
        let corrupt = self.scanner.corrupt;
        let question = self.next_question_number();
        for attempt in 0..=RETRIES {
            self.counters.retries += u64::from(attempt > 0);
            self.detect_echo_if_confusable(id)?;
            if instruction.first_read_register().is_none()
                && !self.wait_out_late_replies(id, data, question)?
            {
                break;
            }
            let wait = match attempt {
                RETRIES => self.response_timeout.wait_time().max(MAX_DELIVERY_DELAY),
                _ => self.response_timeout.wait_time(),
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
            match self.codec.status_error(status.error) {
                // The servo did not receive the request intact.
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

/// Replies to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyCount {
    /// Number of valid replies.
    pub good: usize,
    /// Number of replies whose checksum failed.
    pub broken: u64,
}
