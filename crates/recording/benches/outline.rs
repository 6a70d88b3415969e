//! Measures how long it takes to tell what came of many recorded runs, as `enact runs` does: of
//! recordings as they are written, and as earlier versions wrote them.
//! `cargo bench --profile dev -p enact-recording --bench outline -- 1000`
#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;
use std::time::Instant;

use enact_recording::Recording;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|word| word != "--bench");
    let count: usize = arguments
        .next()
        .map_or(200, |word| word.parse().expect("a number of recordings"));
    let folder = tempfile::tempdir().expect("there is room for files");
    let path = folder.path().join("run.mcap");
    common::record(&path, 2, common::PUT_CUBE_PLAN, 0);
    let now = fs::read(&path).expect("it was just written");
    let before = without_outline(&now);
    for (version, bytes) in [("with an outline", now), ("without", before)] {
        let paths: Vec<PathBuf> = (0..count)
            .map(|index| folder.path().join(format!("{index}.mcap")))
            .collect();
        for path in &paths {
            fs::write(path, &bytes).expect("there is room for files");
        }
        let begin = Instant::now();
        let told = paths.iter().filter(|path| {
            let recording = Recording::read_outline(path).expect("it is a recording");
            recording.is_goal_reached() == Some(true) && recording.task_instructions().len() == 1
        });
        let told = told.count();
        let seconds = begin.elapsed().as_secs_f64();
        let size = bytes.len() / 1024;
        println!("{count} recordings of {size} KiB {version}: {seconds:.3} s, {told} told");
    }
}

/// Returns a recording without what is told once more at its end.
fn without_outline(bytes: &[u8]) -> Vec<u8> {
    let mut sink = Cursor::new(Vec::new());
    let mut writer = mcap::Writer::new(&mut sink).expect("memory can be written");
    for message in mcap::MessageStream::new(bytes).expect("it is a recording") {
        let message = message.expect("it is intact");
        writer.write(&message).expect("memory can be written");
    }
    writer.finish().expect("memory can be written");
    drop(writer);
    sink.into_inner()
}
