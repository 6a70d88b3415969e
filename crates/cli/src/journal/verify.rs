//! `enact replay --verify`: the same loop on what was recorded.

use anyhow::Result;
use enact_journal::{Journal, verify};
use serde_json::json;

/// Bytes of each side that are shown of a difference.
const EXCERPT: usize = 240;

/// Lives through the run again; whether everything was the same.
pub fn check(journal: &Journal, as_json: bool) -> Result<bool> {
    let version = journal.info()?.enact;
    if version != env!("CARGO_PKG_VERSION") {
        eprintln!(
            "enact: recorded by version {version}, verified by {}",
            env!("CARGO_PKG_VERSION")
        );
    }
    let verification = verify(journal)?;
    let same = verification.same;
    let excerpts = verification.difference.as_ref().map(|difference| {
        let (recorded, again) = difference.excerpt(EXCERPT);
        (difference.topic.name(), difference.at, recorded, again)
    });
    if as_json {
        let difference = excerpts.as_ref().map(|(topic, at, recorded, again)| {
            json!({"topic": topic, "seconds": at.seconds(), "recorded": recorded, "again": again})
        });
        println!(
            "{}",
            json!({"same": difference.is_none(), "messages": same, "difference": difference})
        );
    } else if let Some((topic, at, recorded, again)) = &excerpts {
        println!("different after {same} messages, in {topic} at {at}:");
        println!("  recorded  {recorded}");
        println!("  again     {again}");
    } else {
        println!("the same: {same} messages, byte for byte");
    }
    Ok(excerpts.is_none())
}
