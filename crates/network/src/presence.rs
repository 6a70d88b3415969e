//! Who is there, and a stop for whoever it is.

use std::time::Duration;

use crate::error::NetworkError;
use crate::keys::{ANY_NODE_ALIVE_KEY, NodeKeys, parse_alive_key};
use crate::link::{Link, Urgency};
use crate::message::codec::{self, from_bytes};
use crate::message::status::{ArmStatus, PressedStop};

/// Time to wait for what one node tells.
const ANSWER: Duration = Duration::from_secs(1);

/// A node that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Presence {
    /// `arm` or `camera`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What an arm's node tells of itself, if it answers.
    pub arm: Option<ArmStatus>,
    /// How far its clock of the wall is ahead of ours, seconds.
    pub wall_ahead: Option<f64>,
    /// Time for a question and its answer, s.
    pub round_trip: Option<f64>,
}

/// Returns the nodes that are there, in order of kind and name; waits for tokens until `patience` is over.
pub fn nodes(link: &Link, patience: Duration) -> Vec<Presence> {
    let alive = link.alive_keys(ANY_NODE_ALIVE_KEY, patience);
    let mut there: Vec<(String, String)> = alive
        .iter()
        .filter_map(|key| parse_alive_key(key))
        .map(|(kind, name)| (kind.to_owned(), name.to_owned()))
        .collect();
    there.sort();
    there.dedup();
    there
        .into_iter()
        .map(|(kind, name)| presence(link, kind, name))
        .collect()
}

fn presence(link: &Link, kind: String, name: String) -> Presence {
    let keys = match kind.as_str() {
        "arm" => NodeKeys::of_arm(&name),
        _ => NodeKeys::of_camera(&name),
    };
    let asked = link.clock().unix_time_nanos();
    let compared = keys
        .as_ref()
        .ok()
        .and_then(|keys| link.compare_clocks(&keys.clock_key(), ANSWER));
    let midway = asked + (link.clock().unix_time_nanos() - asked) / 2;
    let arm = keys.ok().filter(|_| kind == "arm").and_then(|keys| {
        let told = link.ask_bytes(&keys.status_key(), Vec::new(), Urgency::Command, ANSWER)?;
        from_bytes(&told.to_bytes(), codec::MAX_SMALL_BYTES).ok()
    });
    Presence {
        kind,
        name,
        arm,
        wall_ahead: compared.map(|(_, pong)| (pong.time_of_day - midway) as f64 * 1e-9),
        round_trip: compared
            .and_then(|(exchange, _)| exchange.offset())
            .map(|offset| 2e-9 * offset.within as f64),
    }
}

/// Stops an arm, or with `*` every arm that can be reached; returns the name of each that is stopped now. The
/// stop is latched there. `by` says who it was.
///
/// # Errors
/// [`NetworkError`] if nobody confirms it within `patience`, or the name is none.
pub fn stop_arms(
    link: &Link,
    name: &str,
    by: &str,
    patience: Duration,
) -> Result<Vec<(String, PressedStop)>, NetworkError> {
    /// Time to wait for confirmations before it is sent again.
    const TRY: Duration = Duration::from_millis(500);
    let key = match name {
        "*" => "enact/v1/arm/*/stop".to_owned(),
        name => NodeKeys::of_arm(name)?.stop_key(),
    };
    let begun = std::time::Instant::now();
    loop {
        let mut stopped: Vec<(String, PressedStop)> = link
            .ask_everybody(&key, by.as_bytes().to_vec(), TRY)
            .into_iter()
            .filter_map(|(key, bytes)| {
                let stop = from_bytes(&bytes.to_bytes(), codec::MAX_SMALL_BYTES).ok()?;
                let name = key.split('/').nth(3)?.to_owned();
                Some((name, stop))
            })
            .collect();
        if !stopped.is_empty() {
            stopped.sort_by(|a, b| a.0.cmp(&b.0));
            return Ok(stopped);
        }
        if begun.elapsed() >= patience {
            return Err(NetworkError::Silent {
                node: match name {
                    "*" => "no arm's node".to_owned(),
                    name => format!("the arm's node `{name}`"),
                },
                endpoints: link.describe_endpoints().to_owned(),
                waited: begun.elapsed(),
            });
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
