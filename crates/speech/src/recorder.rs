//! A program that records from the microphone and writes raw sound: no sound library is linked, and
//! whatever can record can be heard.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use thiserror::Error;

/// Longest part of what a program says on its way out that is repeated, bytes.
const LAST_WORDS: u64 = 2_000;

/// Programs that record, with what makes them write 16 kHz, 16-bit, mono, raw.
const PROGRAMS: &[(&str, &[&str])] = &[
    #[cfg(target_os = "linux")]
    (
        "arecord",
        &["-q", "-t", "raw", "-f", "S16_LE", "-r", "16000", "-c", "1"],
    ),
    #[cfg(target_os = "linux")]
    (
        "parecord",
        &["--raw", "--format=s16le", "--rate=16000", "--channels=1"],
    ),
    (
        "rec",
        &[
            "-q",
            "-t",
            "raw",
            "-e",
            "signed-integer",
            "-b",
            "16",
            "-L",
            "-r",
            "16000",
            "-c",
            "1",
            "-",
        ],
    ),
    #[cfg(target_os = "linux")]
    (
        "ffmpeg",
        &[
            "-nostdin",
            "-loglevel",
            "error",
            "-f",
            "alsa",
            "-i",
            "default",
            "-ac",
            "1",
            "-ar",
            "16000",
            "-f",
            "s16le",
            "-",
        ],
    ),
    #[cfg(target_os = "macos")]
    (
        "ffmpeg",
        &[
            "-nostdin",
            "-loglevel",
            "error",
            "-f",
            "avfoundation",
            "-i",
            ":default",
            "-ac",
            "1",
            "-ar",
            "16000",
            "-f",
            "s16le",
            "-",
        ],
    ),
];

/// Why nothing is recorded.
#[derive(Debug, Error)]
pub enum RecorderError {
    /// No program that records is installed.
    #[error(
        "no program that records was found; install one of {0}, or name a command that writes raw \
         16-bit little-endian mono sound at 16000 Hz to its output"
    )]
    NoProgram(String),
    /// The program cannot be started.
    #[error("the microphone's program `{program}` cannot be started: {error}")]
    Start {
        /// What was to be started.
        program: String,
        /// Why it was not.
        error: io::Error,
    },
}

/// Raw sound from a program, which ends with it.
pub struct Recorder {
    program: String,
    child: Option<Child>,
    sound: Box<dyn Read + Send>,
    complaints: Option<ChildStderr>,
}

impl Recorder {
    /// Starts the first program that is found on `PATH`.
    ///
    /// # Errors
    /// [`RecorderError`] if none is found or it cannot be started.
    pub fn start_first_found() -> Result<Self, RecorderError> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        let found = PROGRAMS
            .iter()
            .find(|(name, _)| folders.iter().any(|folder| is_there(folder, name)));
        let Some((name, arguments)) = found else {
            let names: Vec<&str> = PROGRAMS.iter().map(|(name, _)| *name).collect();
            return Err(RecorderError::NoProgram(names.join(", ")));
        };
        let mut command = Command::new(name);
        command.args(*arguments);
        Self::start((*name).to_owned(), command)
    }

    /// Starts a command of the shell, which must write raw 16-bit little-endian mono sound at 16 kHz.
    ///
    /// # Errors
    /// [`RecorderError`] if there is no shell.
    pub fn start_command(line: &str) -> Result<Self, RecorderError> {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        Self::start(line.to_owned(), command)
    }

    /// Reads raw sound from anything else, such as standard input.
    pub fn from_reader(name: &str, sound: impl Read + Send + 'static) -> Self {
        Self {
            program: name.to_owned(),
            child: None,
            sound: Box::new(sound),
            complaints: None,
        }
    }

    fn start(program: String, mut command: Command) -> Result<Self, RecorderError> {
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        // Ctrl-C is meant for the arm; the microphone stays open.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        match command.spawn() {
            Ok(mut child) => {
                let sound: ChildStdout = child.stdout.take().expect("it is piped");
                Ok(Self {
                    complaints: child.stderr.take(),
                    child: Some(child),
                    sound: Box::new(sound),
                    program,
                })
            }
            Err(error) => Err(RecorderError::Start { program, error }),
        }
    }

    /// Returns what records.
    pub fn name(&self) -> &str {
        &self.program
    }

    /// Returns why no more sound comes, in a sentence. To be called at the end of the sound.
    pub fn why_it_ended(&mut self) -> String {
        let program = &self.program;
        let Some(mut child) = self.child.take() else {
            return format!("the sound from {program} ended");
        };
        let mut said = Vec::new();
        if let Some(complaints) = self.complaints.take() {
            // It may have closed its output only, and live on.
            let _ = child.kill();
            let _ = complaints.take(LAST_WORDS).read_to_end(&mut said);
        }
        let status = child.wait();
        let said = String::from_utf8_lossy(&said);
        let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
        match (last, status) {
            (Some(last), _) => format!("the microphone is lost: `{program}` said “{last}”"),
            (None, Ok(status)) => format!("the microphone is lost: `{program}` ended ({status})"),
            (None, Err(error)) => format!("the microphone is lost: `{program}`: {error}"),
        }
    }
}

impl Read for Recorder {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.sound.read(buffer)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // One that has ended needs nothing.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn is_there(folder: &Path, name: &str) -> bool {
    folder.join(name).is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_heard_and_its_last_words_are_repeated() {
        let mut recorder =
            Recorder::start_command("printf abcd; echo no such card >&2; exit 3").unwrap();
        let mut sound = Vec::new();
        recorder.read_to_end(&mut sound).unwrap();
        assert_eq!(sound, b"abcd");
        let why = recorder.why_it_ended();
        assert!(
            why.contains("is lost") && why.contains("“no such card”"),
            "{why}"
        );
    }

    #[test]
    fn a_program_ends_with_its_reader() {
        let mut recorder = Recorder::start_command("exec sleep 1000").unwrap();
        let id = recorder.child.as_ref().unwrap().id();
        assert!(
            recorder
                .child
                .as_mut()
                .unwrap()
                .try_wait()
                .unwrap()
                .is_none()
        );
        drop(recorder);
        let alive = Command::new("kill").args(["-0", &id.to_string()]).output();
        assert!(!alive.unwrap().status.success());
    }
}
