//! Renamed keys and flags: the old ones are still read, with a warning that names the new one.

use std::path::Path;

use enact_types::text;
use toml::{Table, Value};

/// An old name and its replacement.
type Renamed = (&'static str, &'static str);

/// Renamed keys of scenes, suites and launch files.
const KEYS: [Renamed; 4] = [
    ("centre", "center"),
    ("colour", "color"),
    ("colours", "colors"),
    ("ending", "shutdown"),
];

/// Renamed flags.
const FLAGS: [Renamed; 3] = [
    ("--journal", "--event-log"),
    ("--prompt", "--instruction"),
    ("--task", "--instruction"),
];

/// Renamed values of flags: flag, old value, new value.
const VALUES: [(&str, &str, &str); 1] = [("--perception", "truth", "ground-truth")];

/// Warns of renamed keys in a TOML file. One that cannot be read is left to whoever loads it.
pub fn warn_of_keys(path: &Path) {
    let Ok(text) = std::fs::read(path).and_then(text::decode) else {
        return;
    };
    for (old, new) in renamed_keys(&text) {
        errln!(
            "enact: {}: the key `{old}` is now called `{new}`",
            path.display()
        );
    }
}

/// Warns of renamed flags among the arguments of the program.
pub fn warn_of_flags(arguments: impl Iterator<Item = String>) {
    for (old, new) in renamed_flags(arguments) {
        errln!("enact: {old} is now called {new}");
    }
}

/// Returns which renamed keys a TOML text has, each once.
fn renamed_keys(text: &str) -> Vec<Renamed> {
    let Ok(table) = text.parse::<Table>() else {
        return Vec::new();
    };
    let has = |old: &str| has_key(&Value::Table(table.clone()), old);
    KEYS.into_iter().filter(|(old, _)| has(old)).collect()
}

fn has_key(value: &Value, key: &str) -> bool {
    match value {
        Value::Table(table) => table.iter().any(|(name, value)| {
            // What a suite draws are names of its own.
            name == key || (name != "draw" && has_key(value, key))
        }),
        Value::Array(values) => values.iter().any(|value| has_key(value, key)),
        _ => false,
    }
}

/// Returns what is renamed among `arguments`, as it is written there and as it should be.
fn renamed_flags(arguments: impl Iterator<Item = String>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut before = String::new();
    for argument in arguments.take_while(|argument| argument != "--") {
        let (flag, value) = match argument.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, value),
            _ if argument.starts_with("--") => (argument.as_str(), ""),
            _ => (before.as_str(), argument.as_str()),
        };
        let is_flag = argument.starts_with("--");
        for (old, new) in FLAGS {
            if is_flag && flag == old {
                found.push((old.to_owned(), new.to_owned()));
            }
        }
        for (of, old, new) in VALUES {
            if flag == of && value == old {
                found.push((format!("{of} {old}"), format!("{of} {new}")));
            }
        }
        before = argument;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_keys_are_found_wherever_they_stand() {
        let old = "[area]\ncentre = [0, 0]\n[[objects]]\ncolour = \"red\"";
        let keys = renamed_keys(old);
        assert_eq!(keys, [("centre", "center"), ("colour", "color")]);
        let new = "[area]\ncenter = [0, 0]\n[[objects]]\ncolor = \"red\"";
        assert!(renamed_keys(new).is_empty());
        assert!(renamed_keys("colour = ").is_empty());
        assert!(renamed_keys("draw = { colour = [\"red\"] }").is_empty());
    }

    #[test]
    fn old_flags_are_found_with_and_without_an_equals_sign() {
        let flags = |line: &str| {
            let found = renamed_flags(line.split(' ').map(str::to_owned));
            let found: Vec<String> = found.into_iter().map(|(_, new)| new).collect();
            found.join(", ")
        };
        assert_eq!(flags("run x --journal a"), "--event-log");
        assert_eq!(flags("run x --journal=a"), "--event-log");
        assert_eq!(
            flags("chat --perception truth"),
            "--perception ground-truth"
        );
        assert_eq!(
            flags("chat --perception=truth"),
            "--perception ground-truth"
        );
        assert_eq!(flags("run truth --event-log a --perception model"), "");
        assert_eq!(flags("run -- --journal a"), "");
    }
}
