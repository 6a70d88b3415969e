//! Names of recorded runs, which lead nowhere else.

use crate::problem::{Problem, ProblemKind};

/// Largest number of a name's bytes.
const MAX_NAME_BYTES: usize = 200;

/// Returns a name that is that of a file in the folder of runs, and of nothing else.
///
/// # Errors
/// [`ProblemKind::NotFound`].
pub(crate) fn validate(name: String) -> Result<String, Problem> {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    let is_file = name.len() <= MAX_NAME_BYTES
        && name.chars().all(is_plain)
        && !name.starts_with('.')
        && name
            .strip_suffix(".mcap")
            .is_some_and(|stem| !stem.is_empty());
    match is_file {
        true => Ok(name),
        false => Err(Problem::new(
            ProblemKind::NotFound,
            "there is no such run; the list of runs has their names",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for name in ["2026-12-01T13-12-35-serve.mcap", "方块.mcap", "a.b.mcap"] {
            assert_eq!(validate(name.to_owned()).unwrap(), name);
        }
        let long = format!("{}.mcap", "a".repeat(MAX_NAME_BYTES));
        for name in [
            "",
            ".mcap",
            "..",
            "../secret.mcap",
            "/etc/passwd",
            "a/b.mcap",
            "a\\b.mcap",
            "a\0.mcap",
            "..mcap",
            "a.mcap.txt",
            "a b.mcap",
            "C:a.mcap",
            &long,
        ] {
            let problem = validate(name.to_owned()).unwrap_err();
            assert_eq!(problem.kind, ProblemKind::NotFound, "{name:?}");
        }
    }
}
