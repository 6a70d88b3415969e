//! The one place that prints: data on standard output, talk on standard error. Neither panics.
//!
//! Whoever reads standard output may go away, as `head` does. What would have followed is lost
//! without a word; what only prints ends, and whatever else is going on, such as an arm's motion,
//! goes on to its end. That is no error: the exit status says how the rest came out, so it is 0
//! unless something else went wrong. Anything else that keeps output from being written, such as a
//! full disk, is an error once all is done.
#![allow(
    clippy::disallowed_methods,
    reason = "everything else prints by what is here"
)]

use std::fmt;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use anyhow::Result;

/// Pause before a full non-blocking pipe is tried again.
const PAUSE: Duration = Duration::from_millis(1);

/// Reason why nothing more can be written to standard output.
static LOSS: OnceLock<Loss> = OnceLock::new();

/// Prints a line of data on standard output; takes what `format!` takes.
macro_rules! outln {
    ($($words:tt)*) => { $crate::out::print_to_stdout(&(format!($($words)*) + "\n")) };
}

/// Prints a line of talk on standard error; takes what `format!` takes.
macro_rules! errln {
    ($($words:tt)*) => { $crate::out::print_to_stderr(&(format!($($words)*) + "\n")) };
}

/// Error of standard output.
#[derive(Clone, Debug)]
struct Loss {
    kind: ErrorKind,
    why: String,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write to standard output: {}", self.why)
    }
}

impl std::error::Error for Loss {}

/// Standard output as a sink; fails for good once it has failed.
#[derive(Clone, Copy, Debug)]
pub struct Stdout;

impl Stdout {
    fn attempt<T>(act: impl Fn(&mut io::StdoutLock<'static>) -> io::Result<T>) -> io::Result<T> {
        check_stdout()?;
        loop {
            match act(&mut io::stdout().lock()) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(PAUSE),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                written => return written.map_err(note),
            }
        }
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Self::attempt(|stdout| stdout.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::attempt(|stdout| stdout.flush())
    }
}

/// Prints on standard output; what cannot be printed is remembered for [`print_error_and_get_exit_code`].
pub fn print_to_stdout(text: &str) {
    let _ = Stdout.write_all(text.as_bytes());
}

/// Prints on standard error. Talk that nobody can hear is no reason to stop.
pub fn print_to_stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Returns whether standard output is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Fails once nothing more can be printed, so that what does nothing but print ends.
///
/// # Errors
/// What keeps standard output from being written.
pub fn check_stdout() -> io::Result<()> {
    match LOSS.get() {
        Some(loss) => Err(io::Error::new(loss.kind, loss.clone())),
        None => Ok(()),
    }
}

/// Says what is wrong with the command line, or prints the help that was asked for.
pub fn print_usage_or_help(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    if error.use_stderr() {
        return ExitCode::from(2);
    }
    match printed.map_err(note) {
        Ok(()) => print_error_and_get_exit_code(Ok(true)),
        Err(error) => print_error_and_get_exit_code(Err(error.into())),
    }
}

/// Prints the error of a command, or of its output, and returns the exit status.
pub fn print_error_and_get_exit_code(result: Result<bool>) -> ExitCode {
    // What is held back is written now, while it can still be said that it failed.
    let _ = Stdout.flush();
    let error = match (result, LOSS.get()) {
        (Err(error), _) if !is_loss(&error) => error,
        (_, Some(loss)) if loss.kind != ErrorKind::BrokenPipe => loss.clone().into(),
        (Ok(false), _) => return ExitCode::from(1),
        _ => return ExitCode::SUCCESS,
    };
    errln!("enact: {}", error_message_with_sources(&error));
    ExitCode::from(2)
}

/// Returns the message of an error and of its sources, without repetition.
pub fn error_message_with_sources(error: &anyhow::Error) -> String {
    enact_types::reason::join_error_messages(error.as_ref())
}

/// Remembers why standard output cannot be written.
fn note(error: io::Error) -> io::Error {
    let loss = LOSS.get_or_init(|| Loss {
        kind: error.kind(),
        why: error.to_string(),
    });
    io::Error::new(loss.kind, loss.clone())
}

/// Returns whether an error says no more than that standard output is lost.
fn is_loss(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let inner = cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        inner.is_some_and(|inner| inner.is::<Loss>())
    })
}
