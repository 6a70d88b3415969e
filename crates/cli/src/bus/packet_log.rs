//! A log of received packets: one line of JSON each.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use enact_emulator::PtyBus;
use serde_json::json;

/// Writes received packets to a file.
pub struct PacketLog {
    file: BufWriter<File>,
    seen: usize,
}

impl PacketLog {
    /// Begins a log.
    pub fn create(path: &Path) -> Result<Self> {
        let file = File::create(path)
            .with_context(|| format!("cannot write the log {}", path.display()))?;
        Ok(Self {
            file: BufWriter::new(file),
            seen: 0,
        })
    }

    /// Writes what arrived since the last time.
    pub fn write_new_packets(&mut self, port: &PtyBus) -> Result<()> {
        let (new, seen) = port.with_locked_bus(|emulated_bus| {
            let (new, seen) = emulated_bus.received_packets_since(self.seen);
            (new.to_vec(), seen)
        });
        self.seen = seen;
        for arrival in new {
            let line = json!({
                "t": arrival.at.as_secs_f64(),
                "id": arrival.id,
                "code": arrival.code,
                "body": arrival.body,
            });
            writeln!(self.file, "{line}").context("cannot write the log")?;
        }
        self.file.flush().context("cannot write the log")
    }
}
