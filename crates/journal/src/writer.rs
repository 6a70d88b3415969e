//! The observer that keeps a run.

use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::Path;
use std::thread::JoinHandle;

use enact_bridge::{Event, Observer};
use enact_robot::Robot;
use mcap::McapError;
use serde::Serialize;

use crate::encode::{Encoder, Entry};
use crate::error::JournalError;
use crate::file;
use crate::message::{Broke, Outcome, RunInfo, Wall};
use crate::queue::{Inlet, Posted, queue};
use crate::topic::Topic;

/// Entries that wait for the disk take this many bytes at most.
const ROOM: usize = 64 * 1024 * 1024;

/// Nanoseconds since 1970.
pub type WallClock = Box<dyn FnMut() -> u64 + Send>;

/// Keeps a run in a journal. It never stops or delays the run: what the disk is too slow
/// for is left out, counted, and said.
pub struct JournalWriter {
    encoder: Encoder,
    inlet: Option<Inlet>,
    thread: Option<JoinHandle<Result<(), McapError>>>,
    clock: WallClock,
}

/// What became of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Entries that were left out because the disk was too slow.
    pub lost: u64,
}

impl JournalWriter {
    /// A journal in a new file at `path`; its folder is made if need be.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn create(
        path: &Path,
        info: &RunInfo,
        robot: &Robot,
        command: Vec<String>,
        clock: WallClock,
    ) -> Result<Self, JournalError> {
        let failed = |source| JournalError::File {
            path: path.to_owned(),
            source,
        };
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = File::create(path).map_err(failed)?;
        Ok(Self::to_sink(
            BufWriter::new(file),
            info,
            robot,
            command,
            clock,
        ))
    }

    /// A journal into `sink`.
    pub fn to_sink(
        sink: impl Write + Seek + Send + 'static,
        info: &RunInfo,
        robot: &Robot,
        command: Vec<String>,
        clock: WallClock,
    ) -> Self {
        let (inlet, outlet) = queue(ROOM);
        let mut writer = Self {
            encoder: Encoder::new(robot),
            inlet: Some(inlet),
            thread: Some(std::thread::spawn(move || file::serve(&outlet, sink))),
            clock,
        };
        let unix_seconds = (writer.clock)() as f64 * 1e-9;
        writer.write(Topic::Run, info);
        writer.write(
            Topic::Wall,
            &Wall {
                unix_seconds,
                command,
            },
        );
        writer
    }

    /// Notes whether the goal was reached, by whoever knows.
    pub fn outcome(&mut self, reached: bool) {
        self.write(Topic::Outcome, &Outcome { reached });
    }

    /// Notes why the run was given up, where no event tells.
    pub fn broke(&mut self, how: &str, reason: &str) {
        let (how, reason) = (how.to_owned(), reason.to_owned());
        self.write(Topic::Broke, &Broke { how, reason });
    }

    /// Writes out what is left and completes the file.
    ///
    /// # Errors
    /// The first thing that went wrong with it.
    pub fn finish(mut self) -> Result<Kept, JournalError> {
        self.close()
    }

    fn write(&mut self, topic: Topic, message: &impl Serialize) {
        let entry = self.encoder.entry(topic, message);
        self.post(entry);
    }

    fn post(&mut self, entry: Entry) {
        let wall = (self.clock)();
        if let Some(inlet) = &self.inlet {
            inlet.post(Posted { entry, wall });
        }
    }

    fn close(&mut self) -> Result<Kept, JournalError> {
        let lost = self.inlet.take().map_or(0, |inlet| inlet.lost());
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(Err(error))) => Err(JournalError::Write(error)),
            Some(Err(_)) => Err(JournalError::Write(
                std::io::Error::other("the thread that writes it panicked").into(),
            )),
            Some(Ok(Ok(()))) | None => Ok(Kept { lost }),
        }
    }
}

impl Observer for JournalWriter {
    fn observe(&mut self, event: &Event<'_>) {
        for entry in self.encoder.encode(event) {
            self.post(entry);
        }
    }
}

impl Drop for JournalWriter {
    fn drop(&mut self) {
        if self.thread.is_none() {
            return;
        }
        if std::thread::panicking() {
            self.broke("panic", "the program panicked");
        }
        // Whoever wants to know what went wrong calls `finish`.
        drop(self.close());
    }
}

impl fmt::Debug for JournalWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalWriter")
            .field("now", &self.encoder.now())
            .finish_non_exhaustive()
    }
}
