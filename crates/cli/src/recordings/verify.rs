//! `enact replay --verify`: the loop again on recorded inputs.

use anyhow::Result;
use enact_recording::{Recording, verify_by_playback};
use serde_json::json;

/// Number of bytes shown of each side of a difference.
const EXCERPT: usize = 240;

/// Replays the run through the whole loop and prints the first difference; returns whether there is
/// none.
///
/// # Errors
/// If the recording cannot be read or lived through again.
pub fn replay_and_compare(recording: &Recording, as_json: bool) -> Result<bool> {
    let version = recording.run_info()?.enact;
    if version != env!("CARGO_PKG_VERSION") {
        errln!(
            "enact: recorded by version {version}, verified by {}",
            env!("CARGO_PKG_VERSION")
        );
    }
    let verification = verify_by_playback(recording)?;
    let same = verification.same;
    let excerpts = verification.difference.as_ref().map(|difference| {
        let (recorded, again) = difference.excerpt(EXCERPT);
        (difference.topic.name(), difference.at, recorded, again)
    });
    if as_json {
        let difference = excerpts.as_ref().map(|(topic, at, recorded, again)| {
            json!({"topic": topic, "seconds": at.seconds(), "recorded": recorded, "again": again})
        });
        outln!(
            "{}",
            json!({"same": difference.is_none(), "messages": same, "difference": difference})
        );
    } else if let Some((topic, at, recorded, again)) = &excerpts {
        outln!("different after {same} messages, in {topic} at {at}:");
        outln!("  recorded  {recorded}");
        outln!("  again     {again}");
    } else {
        outln!("the same: {same} messages, byte for byte");
    }
    Ok(excerpts.is_none())
}
