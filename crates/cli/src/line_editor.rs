//! Lines that a person edits; waiting ends when the program is to end.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use crate::stop_sources;

/// Interval of checks whether the program is to end.
const POLL_PERIOD: Duration = Duration::from_millis(20);

/// A prompt whose editor waits on a thread of its own.
pub struct LineEditor {
    /// What each line begins with.
    turns: Sender<String>,
    lines: Receiver<Result<String, ReadlineError>>,
    terminal: Terminal,
}

impl LineEditor {
    /// Creates an editor with this prompt.
    pub fn open(words: &'static str) -> Self {
        let (turns, asked) = channel::<String>();
        let (send, lines) = channel();
        // It ends with the program, or with who asks.
        thread::spawn(move || {
            let mut editor = match DefaultEditor::new() {
                Ok(editor) => editor,
                Err(error) => return drop(send.send(Err(error))),
            };
            for begun in asked {
                let line = editor.readline_with_initial(words, (begun.as_str(), ""));
                if let Ok(line) = &line
                    && !line.trim().is_empty()
                {
                    // A line that cannot be called back can still be obeyed.
                    let _ = editor.add_history_entry(line.trim());
                }
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            turns,
            lines,
            terminal: Terminal::now(),
        }
    }

    /// Returns the next line; `None` at the end of input, on Ctrl-C, and once the program is to
    /// end.
    ///
    /// # Errors
    /// If no line can be read.
    pub fn read_line(&self) -> Result<Option<String>> {
        self.read_line_prefilled("")
    }

    /// Returns the next line, which begins with this text: it can be edited. Otherwise as
    /// [`LineEditor::read_line`].
    ///
    /// # Errors
    /// If no line can be read.
    pub fn read_line_prefilled(&self, begun: &str) -> Result<Option<String>> {
        if stop_sources::is_termination_requested() {
            return Ok(None);
        }
        // An editor that could not begin has said why.
        let _ = self.turns.send(begun.to_owned());
        loop {
            if stop_sources::is_termination_requested() {
                self.terminal.restore();
                return Ok(None);
            }
            match self.lines.recv_timeout(POLL_PERIOD) {
                Ok(Ok(line)) => return Ok(Some(line)),
                Ok(Err(ReadlineError::Interrupted | ReadlineError::Eof)) => return Ok(None),
                Ok(Err(error)) => return Err(error.into()),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
    }
}

/// State of the terminal before an editor that may be left in the middle of a line.
#[cfg(unix)]
struct Terminal(Option<nix::sys::termios::Termios>);

#[cfg(unix)]
impl Terminal {
    fn now() -> Self {
        Self(nix::sys::termios::tcgetattr(std::io::stdin()).ok())
    }

    fn restore(&self) {
        use nix::sys::termios::{SetArg, tcsetattr};
        if let Some(before) = &self.0 {
            // A terminal that is gone needs nothing.
            let _ = tcsetattr(std::io::stdin(), SetArg::TCSANOW, before);
            errln!("");
        }
    }
}

#[cfg(not(unix))]
struct Terminal;

#[cfg(not(unix))]
impl Terminal {
    fn now() -> Self {
        Self
    }

    fn restore(&self) {}
}
