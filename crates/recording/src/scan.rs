//! Reads a recording from disk message by message: it may be larger than memory.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::error::RecordingError;
use crate::message_reader::Messages;
use crate::reader::{Message, not_mcap_error};

/// The messages of a file in order, as far as it is intact, with one chunk in memory at a time.
pub struct MessageScanner {
    path: PathBuf,
    messages: Messages<BufReader<File>>,
    over: bool,
}

impl MessageScanner {
    /// Starts reading a file.
    ///
    /// # Errors
    /// [`RecordingError`] if it cannot be read or is not MCAP.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let unread = |source| RecordingError::File {
            path: path.to_owned(),
            source,
        };
        let file = BufReader::new(File::open(path).map_err(unread)?);
        let messages = Messages::new(file).map_err(unread)?;
        Ok(Self {
            path: path.to_owned(),
            messages: messages.ok_or_else(not_mcap_error)?,
            over: false,
        })
    }

    /// Returns the error of a file that has been read to its end and describes no run.
    pub fn no_run_error(&self) -> RecordingError {
        self.messages.extent().0.no_run_error()
    }
}

impl Iterator for MessageScanner {
    type Item = Result<Message, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let next = self.messages.next().map_err(|source| RecordingError::File {
            path: self.path.clone(),
            source,
        });
        self.over = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}
