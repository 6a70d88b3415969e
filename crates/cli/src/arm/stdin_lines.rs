//! Lines from standard input, without waiting for them.

use std::io::BufRead;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::time::Duration;

use anyhow::{Result, bail};
use enact_arm::StopSwitch;

/// Lines of standard input, read on a thread of their own.
pub struct StdinLines(Receiver<String>);

impl StdinLines {
    /// Begins to read.
    pub fn start_reading() -> Self {
        let (send, receive) = channel();
        // It ends with the program, or with the input.
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Self(receive)
    }

    /// Returns whether Enter has been pressed.
    ///
    /// # Errors
    /// If nobody can press it any more.
    pub fn was_enter_pressed(&self) -> Result<bool> {
        match self.0.try_recv() {
            Ok(_) => Ok(true),
            Err(TryRecvError::Empty) => Ok(false),
            Err(TryRecvError::Disconnected) => bail!("standard input has ended"),
        }
    }

    /// Waits for a line as long as it takes; `None` if nobody can type one any more, or once `stop`
    /// is pressed.
    pub fn wait_for_answer(&self, stop: &StopSwitch) -> Option<String> {
        stop.receive_unless_pressed(&self.0, None).ok()
    }

    /// Waits for a line for so long; `None` if none came.
    pub fn wait_for_line_within(&self, response_timeout: Duration) -> Option<String> {
        match self.0.recv_timeout(response_timeout) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(response_timeout);
                None
            }
        }
    }
}
