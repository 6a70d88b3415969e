//! Judges what is told of sentences in files.

use super::{parse_table, told};

/// What came of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judgment {
    /// As is meant.
    Right,
    /// Nothing moves, and something else is said than was to be.
    Honest,
    /// Something else is done.
    Wrong,
}

/// Compares what was told with what was wanted; alternatives are separated by ` / `.
fn judged(wanted: &str, told: &str) -> Judgment {
    let is_reply = ["canned", "say", "ask"]
        .iter()
        .any(|reply| told.starts_with(reply));
    let deeds: Vec<String> = told
        .split("; ")
        .filter(|part| !part.starts_with("remark"))
        .map(alike)
        .collect();
    if wanted
        .split(" / ")
        .any(|wanted| fits(wanted.trim(), told, is_reply, &deeds))
    {
        Judgment::Right
    } else if is_reply {
        Judgment::Honest
    } else {
        Judgment::Wrong
    }
}

/// In a tray and on it are the same.
pub(super) fn alike(deed: &str) -> String {
    match deed.split_once(" in ") {
        Some((object, host)) if host.ends_with("tray") => format!("{object} on {host}"),
        _ => deed.to_owned(),
    }
}

/// “NAMES in HOST” or “NAMES on HOST”.
fn split_host(deed: &str) -> Option<(&str, &str)> {
    deed.split_once(" in ").or_else(|| deed.split_once(" on "))
}

fn fits(wanted: &str, told: &str, is_reply: bool, deeds: &[String]) -> bool {
    let (kind, rest) = wanted.split_once(' ').unwrap_or((wanted, ""));
    let count = rest.split(", ").count();
    match kind {
        "ask" => told.starts_with("ask"),
        "still" => is_reply,
        "say" => is_reply && regex::Regex::new(rest).unwrap().is_match(told),
        _ if is_reply => false,
        "any" => {
            let (number, rest) = rest.split_once(" of ").unwrap();
            let (names, host) = split_host(rest).unwrap();
            let is_one = |deed: &String| {
                split_host(deed).is_some_and(|(name, into)| {
                    into == host && names.split(", ").any(|one| one == name)
                })
            };
            deeds.len().to_string() == number && deeds.iter().all(is_one)
        }
        "tower" => deeds.len() + 1 == count && deeds.iter().all(|deed| deed.contains(" on ")),
        "in" => {
            deeds.len() + 1 == count
                && deeds
                    .iter()
                    .all(|deed| deed.contains(" left of ") || deed.contains(" right of "))
        }
        "swap" => deeds.len() == 3 && deeds[0].contains(" next to "),
        "sorted" => deeds.len() == 4,
        "clear" | "apart" => deeds.len() == 1 && deeds[0].contains(" next to "),
        _ if wanted.contains(" between ") => {
            let (mover, ends) = wanted.split_once(" between ").unwrap();
            let is_side = |deed: &String| {
                ends.split(", ").any(|end| {
                    [
                        format!("{mover} left of {end}"),
                        format!("{mover} right of {end}"),
                    ]
                    .contains(deed)
                })
            };
            deeds.len() == 1 && is_side(&deeds[0])
        }
        _ => {
            let mut wanted: Vec<String> = wanted
                .split(';')
                .map(|deed| {
                    match deed
                        .trim()
                        .strip_prefix("out ")
                        .and_then(|out| out.split_once(" of "))
                    {
                        Some((object, host)) => format!("{object} next to {host}"),
                        None => alike(deed.trim()),
                    }
                })
                .collect();
            let mut told = deeds.to_vec();
            // The order matters where the same thing moves twice.
            if !deeds.iter().any(|deed| deed.contains(" next to ")) {
                wanted.sort();
                told.sort();
            }
            wanted == told
        }
    }
}

/// Judges every sentence of a file.
fn read_all(text: &str) -> Vec<(Judgment, String)> {
    let mut objects = Vec::new();
    let mut judgments = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(on) = line.strip_prefix("table: ") {
            objects = parse_table(on);
        } else if let Some((sentence, wanted)) = line.split_once(" => ") {
            let told = told(&objects, sentence);
            judgments.push((
                judged(wanted, &told),
                format!("{sentence}\n    {wanted}\n    {told}"),
            ));
        }
    }
    judgments
}

/// Nothing is wrong, and at most `honest` of the sentences are not made out.
pub(super) fn check(text: &str, honest: usize) {
    let judgments = read_all(text);
    let of = |judgment| {
        judgments
            .iter()
            .filter(move |(one, _)| *one == judgment)
            .map(|(_, line)| line.as_str())
            .collect::<Vec<_>>()
    };
    let wrong = of(Judgment::Wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unclear = of(Judgment::Honest);
    assert!(
        unclear.len() <= honest,
        "{} of {}: {}",
        unclear.len(),
        judgments.len(),
        unclear.join("\n")
    );
}
