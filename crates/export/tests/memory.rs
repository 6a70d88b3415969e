//! A long recording is exported in little memory. This test is alone in its program, so that no
//! other test's memory counts.

mod common;

use std::fs;

use common::{export, recording, survey};

/// Returns the peak memory of this program, bytes; `None` where the system does not report it.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[test]
fn a_long_recording_takes_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let export_of = |name: &str, seconds: u64| {
        let path = folder.path().join(format!("{name}.mcap"));
        recording(
            &path,
            "wave",
            seconds * 1000,
            &[("front", 100), ("wrist", 100)],
        );
        let recording = survey(&path);
        let summary = export(&recording, &folder.path().join(name), false).unwrap();
        // A busy machine may lose readings, but never pictures, while it writes the recording.
        assert!(summary.samples as u64 > seconds * 5, "{summary:?}");
    };
    export_of("short", 30);
    let Some(before) = peak() else {
        return;
    };
    export_of("long", 400);
    let more = peak().unwrap() - before;
    // The pictures with their depth are 8,000 times 9 and 12 kilobytes.
    assert!(more < 80 << 20, "{} MB more", more >> 20);
}
